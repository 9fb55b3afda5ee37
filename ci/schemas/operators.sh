#!/usr/bin/env bash
# Prints the files of custom resource definitions that come with operators, from their Go modules.
set -euo pipefail
work=$1
argo=v3.6.1
prometheus=v0.85.0
cert_manager=v1.17.4
cd "$work"
modules=$(go env GOMODCACHE)
# A module that wants a newer Go is fetched all the same; only its files are looked at.
module() { GOFLAGS=-mod=mod go mod download "$1" >&2 || [ -d "$modules/$1" ]; echo "$modules/$1"; }
printf '%s\n' "$(module "github.com/prometheus-operator/prometheus-operator@$prometheus")"/example/prometheus-operator-crd-full/*.yaml
printf '%s\n' "$(module "github.com/argoproj/argo-cd/v3@$argo")"/manifests/crds/*-crd.yaml
printf '%s\n' "$(module "github.com/cert-manager/cert-manager@$cert_manager")"/deploy/crds/crd-{certificates,issuers,clusterissuers}.yaml
