#!/bin/sh
# Ready for clients: data is loaded, a replica has its master's data, a cluster serves all slots.
. "${SCRIPTS:-/scripts}/common.sh"
own() { ask "${OWN:-127.0.0.1}" "$PORT" "$@"; }
answer=$(own ping)
if [ "$answer" != PONG ]; then
  echo "the server answers: ${answer:-nothing}"
  exit 1
fi
state=$(own info replication)
if echo "$state" | grep -q '^role:slave' && ! echo "$state" | grep -q '^master_link_status:up'; then
  echo "the replica has no link to its master"
  exit 1
fi
if [ "$ROLE" = cluster ] && ! own cluster info | grep -q '^cluster_state:ok'; then
  echo "the cluster does not serve all slots"
  exit 1
fi
