#!/usr/bin/env python3
"""Measures `apply` beside `kubectl apply --server-side`: the same control plane, in one run, alternating.

    apply.py --redisops PATH [--objects 1000] [--runs 3] [--round-trip 20]

Half of the objects are ConfigMaps, a quarter Deployments, a quarter Services. Created in a namespace of their own, applied again without a change,
and again with a round trip added (a relay that delays both directions). kubectl does not wait for readiness, so redisops does not either
(`--no-wait`). Wall time: the median; memory: the peak.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

from drift import ROOT, Relay, measure, objects


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--redisops", required=True)
    arguments.add_argument("--objects", type=int, default=1000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--round-trip", type=float, default=20, help="milliseconds")
    options = arguments.parse_args()
    redisops = str(pathlib.Path(options.redisops).resolve())
    programs = subprocess.run([ROOT / "ci/setup", "--kubernetes"], capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as scratch:
        port = 20543
        environment = {**os.environ, "RUN": f"{scratch}/run", "API_PORT": str(port), "ETCD_PORT": "20479"}
        subprocess.run([ROOT / "tests/testbed/up.sh", "core"], env=environment, check=True, stdout=subprocess.DEVNULL)
        try:
            compare(options, redisops, f"{programs}/kubectl", scratch, port)
        finally:
            subprocess.run([ROOT / "tests/testbed/down.sh"], env=environment, check=True)


def compare(options, redisops, kubectl, scratch, port):
    kubeconfig = f"{scratch}/run/kubeconfig"
    environment = {**os.environ, "KUBECONFIG": kubeconfig, "HOME": scratch}
    relay = Relay(port, options.round_trip / 1000)
    far = f"{scratch}/far"
    text = pathlib.Path(kubeconfig).read_text()
    pathlib.Path(far).write_text(text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{relay.port}"))
    tools = {
        "redisops apply": [redisops, "apply", "--yes", "--no-wait", "-q"],
        "kubectl apply --server-side": [kubectl, "apply", "--server-side", "--field-manager", "redisops", "-f"],
    }

    def files(number):
        """A namespace and a file for each tool: neither sees the objects of the other."""
        for name, tool in zip("rk", tools):
            namespace = f"bench-{number}-{name}"
            subprocess.run([kubectl, "create", "namespace", namespace], env=environment, check=True, stdout=subprocess.DEVNULL)
            directory = pathlib.Path(scratch, namespace)
            directory.mkdir()
            file = directory / "all.yaml"
            file.write_text(objects(options.objects, 0).replace("namespace: bench", f"namespace: {namespace}"))
            yield tool, str(file)

    cases = ["create", "nothing changed", f"nothing changed, {options.round_trip:g} ms round trip", f"create, {options.round_trip:g} ms round trip"]
    seconds = {case: {tool: [] for tool in tools} for case in cases}
    memory = {case: {tool: 0 for tool in tools} for case in cases}

    def note(case, tool, took, peak):
        seconds[case][tool].append(took)
        memory[case][tool] = max(memory[case][tool], peak)

    for run in range(options.runs):
        here = dict(files(f"{run}-near"))
        for case, config in zip(cases[:3], (kubeconfig, kubeconfig, far)):
            for tool, file in here.items():
                note(case, tool, *measure(tools[tool] + [file], 0, {**environment, "KUBECONFIG": config}))
    for tool, file in files("far"):
        note(cases[3], tool, *measure(tools[tool] + [file], 0, {**environment, "KUBECONFIG": far}))
    print(f"{options.objects} objects, median of {options.runs} runs, alternating; creation from afar once")
    print(f"{'':42} {'wall':>8} {'peak':>7}")
    for case in cases:
        print(case)
        for tool in tools:
            print(f"  {tool:40} {statistics.median(seconds[case][tool]):7.2f}s {memory[case][tool]:5.0f}MB")
        ours, theirs = (statistics.median(seconds[case][tool]) for tool in tools)
        print(f"  {'':40} {theirs / ours:7.1f}x")


if __name__ == "__main__":
    main()
