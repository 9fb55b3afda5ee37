#!/bin/sh
# Takes a snapshot over the network and puts it into object storage, one object for every master.
set -eu
. "${SCRIPTS:-/scripts}/common.sh"
TMP=${TMP:-/tmp}
stamp=$(date -u +%Y-%m-%dT%H-%M-%SZ)
for host in $SOURCES; do
  # In a cluster only masters have data of their own, and any node may be one.
  if [ "$ROLE" = cluster ] && ! ask "$host" "$PORT" role | head -n 1 | grep -q master; then
    continue
  fi
  # shellcheck disable=SC2086 -- TLS_ARGS are several words.
  redis-cli --no-auth-warning ${TLS_ARGS:-} -h "$host" -p "$PORT" --rdb "$TMP/dump.rdb"
  # shellcheck disable=SC2086
  aws s3 cp ${ENDPOINT_ARGS:-} "$TMP/dump.rdb" "s3://$BUCKET/$PREFIX/$stamp/${host%."$HEADLESS"*}.rdb"
  rm -f "$TMP/dump.rdb"
done
