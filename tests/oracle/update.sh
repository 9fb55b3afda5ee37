#!/bin/sh
# Makes the golden outputs of tests/yaml again; needs Go.
set -eu
cd "$(dirname "$0")"
go build -o /tmp/yaml-oracle .
for input in ../yaml/*.yaml; do
    printf '%s\t%s\n' "$input" "${input%.yaml}.golden"
done | /tmp/yaml-oracle yaml
