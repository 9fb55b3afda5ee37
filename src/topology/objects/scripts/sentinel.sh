#!/bin/sh
# Writes the sentinel's configuration from the ConfigMap and from what it knew before, then becomes the sentinel.
set -eu
. "${SCRIPTS:-/scripts}/common.sh"
. "${SCRIPTS:-/scripts}/role.sh"
umask 077
mkdir -p "$STATE"

# The server beside this sentinel has looked for the master already; both must come to the same answer.
master=$(told_master || true)
[ -n "$master" ] || master=$(known_master || true)
[ -n "$master" ] || master="${FIRST:-${POD_NAME%-*}-0}.${HEADLESS}"

new="$STATE/sentinel.conf.new"
sed -e "s|@MASTER@|$master|" -e "s|@HOST@|$(own_host)|" -e "s|@STATE@|$STATE|" "$CONF/sentinel.conf" > "$new"
if [ -n "${REDIS_PASSWORD:-}" ]; then
  password=$(printf '%s' "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')
  printf 'requirepass "%s"\nsentinel sentinel-pass "%s"\nsentinel auth-pass %s "%s"\n' "$password" "$password" "$MASTER_SET" "$password" >> "$new"
  [ -z "${REDIS_PASSWORD_PREVIOUS:-}" ] || default_user >> "$new"
fi
# Its own name and the votes that were cast stay; who else there is it learns again.
if [ -f "$STATE/sentinel.conf" ]; then
  grep -E '^sentinel (myid|current-epoch|config-epoch|leader-epoch) ' "$STATE/sentinel.conf" >> "$new" || true
fi
mv "$new" "$STATE/sentinel.conf"
exec redis-server "$STATE/sentinel.conf" --sentinel
