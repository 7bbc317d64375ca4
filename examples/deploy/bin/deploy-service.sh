#!/bin/sh
# Stands for yours: it deploys a service at the commit that it is told, and says so where a source can read it.
set -eu
echo "deploying $1 at $UNSHIPPED_COMMIT"
echo "$UNSHIPPED_COMMIT" > "deployed/$1"
