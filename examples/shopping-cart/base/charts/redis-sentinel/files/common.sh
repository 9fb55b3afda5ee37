# What the other scripts share. RUN is in memory and goes with the pod, CONF holds the ConfigMap.
RUN=${RUN:-/run/redis}
CONF=${CONF:-/conf}
PORT=${PORT:-6379}
SENTINEL_PORT=${SENTINEL_PORT:-26379}
export REDISCLI_AUTH="${REDIS_PASSWORD:-}"
[ -n "$REDISCLI_AUTH" ] || unset REDISCLI_AUTH

hashed() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }

# The default user of a server, with its password; while that is replaced the one before it is valid as well.
default_user() {
  before=${REDIS_PASSWORD_PREVIOUS:+" #$(hashed "$REDIS_PASSWORD_PREVIOUS")"}
  echo "user default on #$(hashed "$REDIS_PASSWORD")$before ~* &* +@all"
}

# The name under which other pods reach this one.
own_host() { echo "${POD_NAME}.${HEADLESS}"; }

# Asks a server: host, port, command. A server that does not answer within three seconds is none.
# shellcheck disable=SC2086 -- TLS_ARGS are several words.
ask() {
  asked_host=$1 asked_port=$2
  shift 2
  timeout 3 redis-cli --no-auth-warning ${TLS_ARGS:-} -h "$asked_host" -p "$asked_port" "$@" 2>/dev/null | tr -d '\r'
}
