#!/bin/sh
# Writes what may not stand in a ConfigMap, finds out which part this node plays, then becomes the server.
set -eu
. "${SCRIPTS:-/scripts}/common.sh"
umask 077

quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

: > "$RUN/auth.conf"
if [ -n "${REDIS_PASSWORD:-}" ]; then
  printf 'requirepass "%s"\nmasterauth "%s"\n' "$(quoted "$REDIS_PASSWORD")" "$(quoted "$REDIS_PASSWORD")" > "$RUN/auth.conf"
  if [ -n "${REDIS_PASSWORD_PREVIOUS:-}" ] && [ ! -f "$CONF/users" ]; then
    default_user >> "$RUN/auth.conf"
  fi
fi

if [ -f "$CONF/users" ]; then
  # A file of users replaces all of them, so the default one stands in it too.
  if [ -n "${REDIS_PASSWORD:-}" ]; then
    default_user > "$RUN/users.acl"
  else
    echo "user default on nopass ~* &* +@all" > "$RUN/users.acl"
  fi
  number=0
  while read -r name rules; do
    eval "password=\${ACL_PASSWORD_$number:?the Secret of user $number has no password}"
    eval "before=\${ACL_PASSWORD_${number}_PREVIOUS:-}"
    [ -z "$before" ] || before=" #$(hashed "$before")"
    echo "user $name on #$(hashed "$password")$before $rules" >> "$RUN/users.acl"
    number=$((number + 1))
  done < "$CONF/users"
fi

case "$ROLE" in
  standalone) ;;
  master)
    set -- "$@" --replica-announce-ip "$(own_host)" ;;
  replica)
    set -- "$@" --replicaof "$MASTER_HOST" "$PORT" --replica-announce-ip "$(own_host)" ;;
  sentinel)
    . "${SCRIPTS:-/scripts}/role.sh"
    set -- "$@" --replica-announce-ip "$(own_host)"
    master=$(find_master)
    if [ "$master" != "$(own_host)" ]; then
      set -- "$@" --replicaof "$master" "$PORT"
    fi ;;
  cluster)
    set -- "$@" --cluster-announce-ip "$POD_IP" --cluster-announce-hostname "$(own_host)"
    sh "${SCRIPTS:-/scripts}/join.sh" & ;;
esac
exec redis-server "$CONF/redis.conf" "$@"
