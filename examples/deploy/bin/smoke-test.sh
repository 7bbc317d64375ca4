#!/bin/sh
# 0: it is well; 1: it is not; 75: nobody could look.
set -eu
[ -e "deployed/$1" ] || exit 75
grep -q "$UNSHIPPED_COMMIT" "deployed/$1"
