#!/bin/sh
# Before the pod goes: a master hands its part to a replica that has everything, so that clients wait for a moment instead of a failover.
. "${SCRIPTS:-/scripts}/common.sh"
own() { ask "${OWN:-127.0.0.1}" "$PORT" "$@"; }
is_master() { own role | head -n 1 | grep -q master; }

is_master || exit 0
case "$ROLE" in
  sentinel)
    ask "${OWN:-127.0.0.1}" "$SENTINEL_PORT" sentinel failover "$MASTER_SET" ;;
  cluster)
    id=$(own cluster myid)
    replica=$(own cluster nodes | awk -v id="$id" '$4 == id && $3 !~ /fail/ && $8 == "connected" { split($2, at, "@"); print at[1]; exit }')
    [ -n "$replica" ] || exit 0
    ask "${replica%:*}" "$PORT" cluster failover ;;
  *) exit 0 ;;
esac
tries=0
while is_master && [ "$tries" -lt 25 ]; do
  sleep 1
  tries=$((tries + 1))
done
exit 0
