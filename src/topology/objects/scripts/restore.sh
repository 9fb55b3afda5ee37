#!/bin/sh
# Brings a copy back: a server of this pod's own loads it and hands its keys to the masters that run now. A key of the copy takes the place of one that is
# there; keys that the copy does not have stay. Run again after an interruption, it does the same once more.
set -eu
. "${SCRIPTS:-/scripts}/common.sh"
TMP=${TMP:-/tmp}
LOCAL_PORT=${LOCAL_PORT:-7379}

if [ "$COPY" = latest ]; then
  # shellcheck disable=SC2086 -- ENDPOINT_ARGS are several words.
  COPY=$(aws s3 ls ${ENDPOINT_ARGS:-} "s3://$BUCKET/$PREFIX/" | awk '{ print $NF }' | tr -d / | sort | tail -n 1)
fi
if [ -z "$COPY" ]; then
  echo "there is no copy in s3://$BUCKET/$PREFIX/"
  exit 1
fi
rm -rf "$TMP/copy"
mkdir -p "$TMP/copy"
# shellcheck disable=SC2086
aws s3 cp ${ENDPOINT_ARGS:-} --recursive "s3://$BUCKET/$PREFIX/$COPY/" "$TMP/copy"

# The server of this pod has no password.
local_server() { env -u REDISCLI_AUTH redis-cli -p "$LOCAL_PORT" "$@"; }

local_info() { local_server cluster info | tr -d '\r' | sed -n "s/^$1://p"; }

# What the copy is loaded into.
start_local() {
  set -- --port "$LOCAL_PORT" --bind 127.0.0.1 --dir "$TMP/copy" --dbfilename "$(basename "$1")" --save '' --appendonly no --daemonize yes \
    --pidfile "$TMP/copy/pid" --logfile "$TMP/copy/log"
  if [ "$ROLE" = cluster ]; then
    set -- "$@" --cluster-enabled yes --cluster-config-file "$TMP/copy/nodes.conf" --cluster-port $((LOCAL_PORT + 1)) --cluster-require-full-coverage no
  fi
  if [ -n "${TLS_ARGS:-}" ]; then
    set -- "$@" --tls-cluster yes --tls-cert-file /tls/tls.crt --tls-key-file /tls/tls.key --tls-ca-cert-file /tls/ca.crt
  fi
  rm -f "$TMP/copy/nodes.conf"
  redis-server "$@" > /dev/null
  until [ "$(local_server ping 2> /dev/null)" = PONG ]; do sleep 1; done
  # Of a cluster, it takes the slots that the copy has keys of, and begins to serve them a moment later.
  [ "$ROLE" != cluster ] || [ "$(local_info cluster_slots_assigned)" = 0 ] || until [ "$(local_info cluster_state)" = ok ]; do sleep 1; done
}

stop_local() {
  local_server shutdown nosave > /dev/null 2>&1 || true
  while local_server ping > /dev/null 2>&1; do sleep 1; done
}

# Hands keys over in steps; the arguments are the target's host and port, and of a cluster the slots from and to.
HAND_OVER='
local keys, target = {}, {"MIGRATE", ARGV[2], ARGV[3], "", ARGV[4], "60000", "COPY", "REPLACE"}
if ARGV[1] ~= "" then
  table.insert(target, "AUTH")
  table.insert(target, ARGV[1])
end
table.insert(target, "KEYS")
local moved = 0
local function flush()
  if #keys == 0 then return end
  local command = {unpack(target)}
  for _, key in ipairs(keys) do table.insert(command, key) end
  redis.call(unpack(command))
  moved = moved + #keys
  keys = {}
end
local function add(key)
  table.insert(keys, key)
  if #keys == 100 then flush() end
end
if ARGV[5] then
  for slot = tonumber(ARGV[5]), tonumber(ARGV[6]) do
    local count = redis.call("CLUSTER", "COUNTKEYSINSLOT", slot)
    for _, key in ipairs(redis.call("CLUSTER", "GETKEYSINSLOT", slot, count)) do add(key) end
    flush()
  end
else
  redis.call("SELECT", ARGV[4])
  local cursor = "0"
  repeat
    local answer = redis.call("SCAN", cursor, "COUNT", 1000)
    cursor = answer[1]
    for _, key in ipairs(answer[2]) do add(key) end
    flush()
  until cursor == "0"
end
return moved'

# The password goes through standard input: command lines are there for everyone to read.
hand_over() {
  host=$1 port=$2
  shift 2
  answer=$(printf '%s' "${REDIS_PASSWORD:-}" | local_server -X PASSWORD eval "$HAND_OVER" 0 PASSWORD "$host" "$port" "$@")
  case "$answer" in
    *[!0-9]* | '') echo "$host:$port does not take the keys: $answer" && return 1 ;;
  esac
  echo "$host:$port took $answer keys"
}

# Every range of slots with the address of its master, as any node of the cluster tells it.
ranges() {
  for node in $NODES; do
    told=$(ask "$node" "$PORT" cluster nodes | awk '$3 ~ /master/ && $3 !~ /fail/ { split($2, at, "@"); for (i = 9; i <= NF; i++) print at[1], $i }')
    [ -z "$told" ] || break
  done
  echo "$told"
}

master() {
  for node in $NODES; do
    if ask "$node" "$PORT" role | head -n 1 | grep -q master; then
      echo "$node"
      return
    fi
  done
  echo "no node is the master" >&2
  return 1
}

for dump in "$TMP"/copy/*.rdb; do
  start_local "$dump"
  if [ "$ROLE" = cluster ]; then
    ranges > "$TMP/copy/ranges"
    [ -s "$TMP/copy/ranges" ] || { echo "no node of the cluster answers" && exit 1; }
    while read -r address range; do
      case "$range" in \[*) continue ;; esac
      hand_over "${address%:*}" "${address##*:}" 0 "${range%-*}" "${range#*-}"
    done < "$TMP/copy/ranges"
  else
    target=$(master)
    for database in $(local_server info keyspace | sed -n 's/^db\([0-9]*\):.*/\1/p'); do
      hand_over "$target" "$PORT" "$database"
    done
  fi
  stop_local
done
