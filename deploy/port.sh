#!/bin/sh
# Says in a sentence why a server cannot listen on the port that is named; nothing where it can.
set -eu
case $1 in
'' | *[!0-9]* | ??????*) is_port=no ;;
*) if [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; then is_port=yes; else is_port=no; fi ;;
esac
[ "$is_port" = yes ] && exit 0
echo "PORT should be a whole number from 1 to 65535, not \"$1\": PORT=9000 make run" >&2
exit 1
