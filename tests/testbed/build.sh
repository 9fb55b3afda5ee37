#!/usr/bin/env bash
# build.sh DEST: builds the programs of a control plane into DEST, as far as it lacks them or has them of
# other versions. Needs Go. The first time takes some ten minutes on two cores, and 1.9 GB of memory.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dest=${1:?usage: build.sh DEST}
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)

version() { # version MODULE IMPORT: the version that a module pins
    local found
    found=$(awk -v name="$2" '$1 == name { print $2; exit } $1 == "require" && $2 == name { print $3; exit }' "$here/$1/go.mod")
    [ -n "$found" ] || { echo "testbed: $1/go.mod pins no $2" >&2 && exit 1; }
    echo "$found"
}

build() { # build MODULE VERSION PROGRAM PACKAGE LDFLAGS
    local stamp=$dest/.$3-$2
    [ -x "$dest/$3" ] && [ -e "$stamp" ] && return
    echo "testbed: building $3 $2"
    # Written beside and renamed: a program that runs is not touched.
    (cd "$here/$1" && CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -ldflags "-s -w $5" -o "$dest/.new-$3" "$4")
    mv "$dest/.new-$3" "$dest/$3"
    rm -f "$dest/.$3-"*
    touch "$stamp"
}

kubernetes=$(version control-plane k8s.io/kubernetes)
etcd=$(version control-plane go.etcd.io/etcd/server/v3)
kwok=$(version kwok sigs.k8s.io/kwok)

# Without these a server calls itself v0.0.0.
minor=${kubernetes#v1.}
flags=
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    for pair in gitVersion="$kubernetes" gitMajor=1 gitMinor="${minor%%.*}" gitTreeState=clean \
        gitCommit=0000000000000000000000000000000000000000 buildDate=1970-01-01T00:00:00Z; do
        flags="$flags -X $package.$pair"
    done
done

build control-plane "$etcd" etcd go.etcd.io/etcd/server/v3 ""
for program in kube-apiserver kubectl kube-controller-manager kube-scheduler; do
    build control-plane "$kubernetes" "$program" "k8s.io/kubernetes/cmd/$program" "$flags"
done
build kwok "$kwok" kwok sigs.k8s.io/kwok/cmd/kwok "-X sigs.k8s.io/kwok/pkg/consts.Version=$kwok"
