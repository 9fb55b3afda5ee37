#!/usr/bin/env bash
# Prints the files of custom resource definitions that come with operators, from their Go modules.
set -euo pipefail
work=$1
argo=v3.5.7
prometheus=v0.85.0
cd "$work"
module() { GOFLAGS=-mod=mod go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }
printf '%s\n' "$(module "github.com/prometheus-operator/prometheus-operator@$prometheus")"/example/prometheus-operator-crd/*.yaml
printf '%s\n' "$(module "github.com/argoproj/argo-cd/v3@$argo")"/manifests/crds/*-crd.yaml
