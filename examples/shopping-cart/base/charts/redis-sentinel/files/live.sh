#!/bin/sh
# Alive: the server answers anything at all. Loading, or being without a master, is no reason to be killed.
. "${SCRIPTS:-/scripts}/common.sh"
answer=$(ask "${OWN:-127.0.0.1}" "$PORT" ping)
case "$answer" in
  PONG | LOADING* | MASTERDOWN* | BUSY* | NOAUTH* | *"max number of clients"*) exit 0 ;;
esac
echo "the server answers: ${answer:-nothing}"
exit 1
