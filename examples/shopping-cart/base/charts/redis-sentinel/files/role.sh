# Which node is the master when sentinels decide it.

# What the sentinels of other nodes say; nothing when none answers.
told_master() { ask "$SENTINEL_HOST" "$SENTINEL_PORT" sentinel get-master-addr-by-name "$MASTER_SET" | head -n 1; }

# What this node's own sentinel knew last.
known_master() {
  [ -f "$STATE/sentinel.conf" ] && sed -n "s/^sentinel monitor $MASTER_SET \([^ ]*\) .*/\1/p" "$STATE/sentinel.conf" | head -n 1
}

has_data() { [ -n "$(ls -A "${DATA:-/data}/appendonlydir" 2>/dev/null)" ] || [ -s "${DATA:-/data}/dump.rdb" ]; }

find_master() {
  master=$(told_master || true)
  # A master that comes back empty would make its replicas empty: it waits until they have another one.
  tries=0
  while [ "$master" = "$(own_host)" ] && ! has_data && [ "$tries" -lt 60 ]; do
    sleep 1
    tries=$((tries + 1))
    master=$(told_master || true)
  done
  [ -n "$master" ] || master=$(known_master || true)
  # Nobody knows of a master: this is the first start of all, and the first node takes the part.
  [ -n "$master" ] || master="${FIRST:-${POD_NAME%-*}-0}.${HEADLESS}"
  echo "$master"
}
