#!/bin/sh
# Brings this node of a cluster together with the others, however often it starts and whatever addresses they have now.
#
# Every node does this for itself. Only the first one gives out slots, only while no node has any, and it is one pod, so nothing races.
set -u
. "${SCRIPTS:-/scripts}/common.sh"
LAYOUT=${LAYOUT:-/layout}

own() { ask "${OWN:-127.0.0.1}" "$PORT" "$@"; }
of() {
  of_host=$1
  shift
  ask "$of_host" "$PORT" "$@"
}
info() { of "$1" cluster info | sed -n "s/^$2://p"; }
address() { getent ahosts "$1" | awk '{ print $1; exit }'; }
id() { of "$1" cluster myid; }

until [ "$(own ping)" = PONG ]; do sleep 1; done

# A node that redisops has taken out says so in its name, for the list of nodes reaches pods late. Nobody brings it back.
left() { of "$1" config get cluster-announce-hostname | grep -q '^left\.'; }

# Nodes that are known by an address which they no longer have are met again at their new one.
meet_all() {
  if left "${OWN:-127.0.0.1}"; then return; fi
  nodes=$(own cluster nodes)
  while read -r pod; do
    host=$pod.$HEADLESS
    [ "$pod" = "$POD_NAME" ] && continue
    ip=$(address "$host")
    [ -n "$ip" ] || continue
    echo "$nodes" | grep -q " $ip:$PORT@" && continue
    left "$host" || own cluster meet "$ip" "$PORT" > /dev/null
  done < "$LAYOUT/nodes"
}

all_answer() {
  while read -r pod; do
    [ "$(of "$pod.$HEADLESS" ping)" = PONG ] || return 1
  done < "$LAYOUT/nodes"
}

any_slots() {
  while read -r pod; do
    assigned=$(info "$pod.$HEADLESS" cluster_slots_assigned)
    [ "${assigned:-0}" = 0 ] || return 0
  done < "$LAYOUT/nodes"
  return 1
}

# Slots for the masters of a cluster that has none yet. A start that was cut short is finished: the marker stands until all have theirs.
give_slots() {
  while read -r pod from to epoch; do
    host=$pod.$HEADLESS
    # The ninth field of a node is its first range of slots.
    [ -z "$(of "$host" cluster nodes | awk '/myself/ { print $9 }')" ] || continue
    of "$host" cluster set-config-epoch "$epoch" > /dev/null
    of "$host" cluster addslotsrange "$from" "$to" > /dev/null
  done < "$LAYOUT/masters"
}

# Replicas follow their masters once these are known to them.
give_replicas() {
  while read -r pod master; do
    host=$pod.$HEADLESS
    of "$host" role | head -n 1 | grep -q slave && continue
    until [ "$(of "$host" cluster replicate "$(id "$master.$HEADLESS")")" = OK ]; do
      sleep 1
    done
  done < "$LAYOUT/replicas"
}

marker="${DATA:-/data}/forming"
if [ "$(head -n 1 "$LAYOUT/nodes")" = "$POD_NAME" ]; then
  until all_answer; do sleep 1; done
  if [ -e "$marker" ] || ! any_slots; then
    : > "$marker"
    give_slots
    meet_all
    give_replicas
    rm -f "$marker"
  fi
fi
# Names of pods that start later, or come back elsewhere, resolve late.
while :; do
  meet_all
  sleep 15
done
