#!/usr/bin/env bash
# up.sh core|full: starts a control plane on 127.0.0.1 and prints the path of its kubeconfig.
#   core  etcd and kube-apiserver: objects are stored, nothing acts on them
#   full  with kube-controller-manager, kube-scheduler and kwok: pods of workloads become ready, and a PortForward of the
#         name of a pod says where its ports lead (forwards.yaml)
#
# KUBEBUILDER_ASSETS  where the programs are (default: what ci/setup has built)
# RUN                 directory for everything that is written; must not hold a running one
# API_PORT, ETCD_PORT first ports: API_PORT to +3, ETCD_PORT to +1 are taken. Keep them below 32768, where
#                     the system takes ports for connections (default 21443, 21379)
# NODES               nodes of `full` (default 1)
# AUDIT=1             every request is written to RUN/audit.log
# API_ARGS            more arguments of kube-apiserver
# KEEP_STATE=1        goes on with what an earlier one has stored in RUN
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mode=${1:-core}
case $mode in core | full) ;; *) echo "usage: up.sh core|full" >&2 && exit 2 ;; esac
bin=${KUBEBUILDER_ASSETS:-$("$here/../../ci/setup" --kubernetes)}
run=${RUN:?RUN names no directory}
api=${API_PORT:-21443} etcd=${ETCD_PORT:-21379}
config=$run/kubeconfig

say() { printf 'testbed: %s\n' "$*" >&2; }
[ -x "$bin/kube-apiserver" ] || { say "there is no kube-apiserver in $bin: run ci/setup"; exit 2; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
ports=("$api" "$etcd" $((etcd + 1)))
[ "$mode" = core ] || ports+=($((api + 1)) $((api + 2)) $((api + 3)))
for port in "${ports[@]}"; do
    if taken "$port"; then say "port $port is taken"; exit 3; fi
done

[ "${KEEP_STATE:-}" = 1 ] || rm -rf "$run"
mkdir -p "$run"
chmod 700 "$run"
run=$(cd "$run" && pwd)
umask 077
trap 'status=$?; [ "$status" = 0 ] || { say "not started; logs are in $run"; KEEP=1 RUN=$run "$here/down.sh"; }' EXIT

start() { # start NAME PROGRAM ARGUMENT...
    local name=$1 program=$2
    shift 2
    setsid "$bin/$program" "$@" >"$run/$name.log" 2>&1 </dev/null &
    echo $! >"$run/$name.pid"
}
check() { # check NAME: fails, with its last words, when it has ended
    [ -d "/proc/$(cat "$run/$1.pid")" ] && return
    say "$1 has ended:"
    tail -5 "$run/$1.log" >&2
    exit 4
}
wait_for() { # wait_for SECONDS WHAT COMMAND...
    local tries=$(($1 * 10)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        for pid in "$run"/*.pid; do check "$(basename "$pid" .pid)"; done
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { say "$what has not come about"; exit 5; }
        sleep 0.1
    done
}

start etcd etcd --name default --data-dir "$run/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
    --listen-peer-urls "http://127.0.0.1:$((etcd + 1))" --initial-advertise-peer-urls "http://127.0.0.1:$((etcd + 1))" \
    --initial-cluster "default=http://127.0.0.1:$((etcd + 1))"

if [ ! -s "$run/sa.key" ]; then
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$run/sa.key" 2>/dev/null
    openssl pkey -in "$run/sa.key" -pubout -out "$run/sa.pub" 2>/dev/null
    openssl rand -hex 16 >"$run/token"
fi
token=$(cat "$run/token")
printf '%s,admin,admin,"system:masters"\n' "$token" >"$run/tokens.csv"
more=()
if [ "${AUDIT:-}" = 1 ]; then
    printf 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n' >"$run/audit.yaml"
    more+=(--audit-policy-file "$run/audit.yaml" --audit-log-path "$run/audit.log" --audit-log-mode blocking)
fi
if [ "$mode" = full ]; then
    # A namespace says by an annotation that its pods are left to a kubelet that a test plays.
    more+=(--enable-admission-plugins PodNodeSelector)
else
    # Nobody makes the default ServiceAccount of a namespace then.
    more+=(--disable-admission-plugins ServiceAccount)
fi
# shellcheck disable=SC2086 # several arguments
start apiserver kube-apiserver --etcd-servers "http://127.0.0.1:$etcd" --bind-address 127.0.0.1 --advertise-address 127.0.0.1 \
    --secure-port "$api" --endpoint-reconciler-type none --cert-dir "$run/certs" --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$run/sa.pub" \
    --service-account-signing-key-file "$run/sa.key" --authorization-mode RBAC --token-auth-file "$run/tokens.csv" \
    --allow-privileged=true --profiling=false "${more[@]}" ${API_ARGS:-}
ready() {
    [ -s "$run/certs/apiserver.crt" ] && [ "$(curl -s --noproxy '*' --max-time 2 --cacert "$run/certs/apiserver.crt" \
        -H "Authorization: Bearer $token" "https://127.0.0.1:$api/readyz")" = ok ]
}
wait_for 60 "an API server that is ready" ready

cat >"$config" <<YAML
apiVersion: v1
kind: Config
clusters:
- name: testbed
  cluster: {server: "https://127.0.0.1:$api", certificate-authority: $run/certs/apiserver.crt}
users:
- name: admin
  user: {token: $token}
contexts:
- name: testbed
  context: {cluster: testbed, user: admin, namespace: default}
current-context: testbed
YAML
kubectl() { "$bin/kubectl" --kubeconfig "$config" "$@"; }
wait_for 10 "the namespace default" kubectl get namespace default

if [ "$mode" = full ]; then
    common=(--kubeconfig "$config" --authentication-skip-lookup --leader-elect=false --bind-address 127.0.0.1
        --kube-api-qps 500 --kube-api-burst 1000)
    start controllers kube-controller-manager "${common[@]}" --secure-port $((api + 1)) --cert-dir "$run/certs-controllers" \
        --service-account-private-key-file "$run/sa.key" --root-ca-file "$run/certs/apiserver.crt"
    start scheduler kube-scheduler "${common[@]}" --secure-port $((api + 2)) --cert-dir "$run/certs-scheduler"
    kubectl apply -f "$here/forwards.yaml" >/dev/null
    wait_for 30 "the definition of port forwards" kubectl wait --for=condition=Established -f "$here/forwards.yaml" --timeout=1s
    # The API server asks nodes over TLS, whoever has signed their certificate.
    [ -s "$run/node.key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=node \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$run/node.key" -out "$run/node.crt" 2>/dev/null
    start kwok kwok --kubeconfig "$config" --config "$here/stages.yaml" --manage-all-nodes=true --node-lease-duration-seconds 40 \
        --enable-crds PortForward --node-ip 127.0.0.1 --node-port $((api + 3)) --server-address "127.0.0.1:$((api + 3))" \
        --tls-cert-file "$run/node.crt" --tls-private-key-file "$run/node.key"
    for node in $(seq "${NODES:-1}"); do
        printf -- '---\napiVersion: v1\nkind: Node\nmetadata: {name: node-%s, labels: {kubernetes.io/hostname: node-%s, redisops.dev/played: "true", topology.kubernetes.io/zone: zone-%s}}\n' \
            "$node" "$node" $(((node - 1) % 3 + 1))
    done | kubectl apply -f - >/dev/null
    wait_for 60 "nodes that are ready" kubectl wait --for=condition=Ready node --all --timeout=1s
    wait_for 30 "the default service account" kubectl get serviceaccount default
    untainted() { [ -z "$(kubectl get nodes -o 'jsonpath={.items[*].spec.taints}')" ]; }
    wait_for 30 "nodes without taints" untainted
fi
echo "$config"
