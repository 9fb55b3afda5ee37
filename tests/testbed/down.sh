#!/usr/bin/env bash
# down.sh: ends what up.sh has started in RUN, and deletes it; KEEP=1 leaves the files. Ends only processes
# whose ids up.sh has written down and that still are its programs.
set -uo pipefail
run=${RUN:?RUN names no directory}

is_ours() { # is_ours PID
    case "$(readlink "/proc/$1/exe" 2>/dev/null)" in
    */etcd* | */kube-* | */kwok*) return 0 ;;
    *) return 1 ;;
    esac
}

running=()
for name in kwok scheduler controllers apiserver etcd; do
    pid=$(cat "$run/$name.pid" 2>/dev/null) || continue
    if is_ours "$pid"; then
        kill -TERM "$pid" 2>/dev/null
        running+=("$pid")
    fi
done
for _ in $(seq 50); do
    left=()
    for pid in "${running[@]}"; do
        ! is_ours "$pid" || left+=("$pid")
    done
    [ "${#left[@]}" -gt 0 ] || break
    sleep 0.1
done
for pid in "${left[@]:-}"; do
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
done
[ "${KEEP:-}" = 1 ] || rm -rf "$run"
