#!/bin/sh
# Stands for the program of your platform, such as:
#   kubectl get deployment "$1" --namespace "$2" -o 'jsonpath={.metadata.annotations.commit}'
echo 9a1a84141cdf93a01de021166d8a79e788c1da50
