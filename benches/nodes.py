#!/usr/bin/env python3
"""Measures the comparison of Redis nodes with Git beside a loop of redis-cli that only reads their settings.

    nodes.py --redisops PATH [--nodes 60] [--runs 5] [--server redis-server]

So many servers of their own process, one StatefulSet, an address map. Clean, and with a setting changed on every third node. Wall time: the median,
alternating in one run; the loop asks `CONFIG GET *` of one node after the other, which compares nothing.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

CONF = """maxmemory 256mb
maxmemory-policy allkeys-lru
save 900 1
appendonly no
hz 20
tcp-keepalive 60
timeout 0
client-output-buffer-limit replica 256mb 64mb 60
notify-keyspace-events KEA
"""


def set_of(count):
    lines = "".join(f"    {line}\n" for line in CONF.splitlines())
    return f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: cache-config}}
data:
  redis.conf: |
{lines}---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: cache}}
spec:
  serviceName: cache
  replicas: {count}
  selector: {{matchLabels: {{app: cache}}}}
  template:
    metadata: {{labels: {{app: cache}}}}
    spec:
      containers:
      - {{name: redis, image: redis, command: [redis-server, /conf/redis.conf]}}
"""


def repository(folder, ports):
    places = ", ".join(f'cache-{n}: "127.0.0.1:{port}"' for n, port in enumerate(ports))
    environment = f"""apiVersion: redisops.dev/v1alpha1
kind: Environment
metadata: {{name: bench}}
spec:
  overlay: overlay
  redis:
  - name: cache
    workload: StatefulSet/cache
    config: ConfigMap/cache-config/redis.conf
    topology: {{mode: standalone}}
    access: {{mode: map, map: {{{places}}}}}
"""
    files = {"overlay/kustomization.yaml": "resources: [cache.yaml]\n", "overlay/cache.yaml": set_of(len(ports)),
             "environments/bench.yaml": environment}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def start(server, folder, ports):
    processes = []
    for port in ports:
        own = folder / f"server-{port}"
        own.mkdir()
        conf = own / "redis.conf"
        conf.write_text(f"{CONF}port {port}\nbind 127.0.0.1\ndir {own}\n")
        processes.append(subprocess.Popen([server, conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    for port in ports:
        deadline = time.time() + 30
        while subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True, check=False).stdout != b"PONG\n":
            if time.time() > deadline:
                raise SystemExit(f"the server at {port} does not come up")
            time.sleep(0.05)
    return processes


def timed(run):
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redisops", required=True)
    parser.add_argument("--nodes", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--server", default="redis-server")
    parser.add_argument("--first-port", type=int, default=29000)
    arguments = parser.parse_args()
    program = pathlib.Path(arguments.redisops).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="redisops-bench-nodes-"))
    ports = list(range(arguments.first_port, arguments.first_port + arguments.nodes))
    processes = []

    def diff(code):
        done = subprocess.run([program, "diff", "bench", "--redis-only", "-o", "json"], cwd=folder, capture_output=True,
                              env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}, check=False)
        if done.returncode != code:
            raise SystemExit(f"exit {done.returncode}: {done.stderr.decode()}{done.stdout.decode()[:2000]}")
        return json.loads(done.stdout)

    def loop():
        for port in ports:
            subprocess.run(["redis-cli", "-p", str(port), "config", "get", "*"], stdout=subprocess.DEVNULL, check=True)

    try:
        repository(folder, ports)
        processes = start(arguments.server, folder, ports)
        print(f"{'':44}{'redisops':>10}{'redis-cli loop':>16}")
        for changed, code in ((0, 0), ((arguments.nodes + 2) // 3, 1)):
            for port in ports[: changed * 3 : 3]:
                subprocess.run(["redis-cli", "-p", str(port), "config", "set", "hz", "50"], stdout=subprocess.DEVNULL, check=True)
            found = diff(code)["summary"]["nodesDrifted"]
            if found != changed:
                raise SystemExit(f"{found} nodes differ, and {changed} were changed")
            own, reference = [], []
            for _ in range(arguments.runs):
                own.append(timed(lambda: diff(code)))
                reference.append(timed(loop))
            label = f"{arguments.nodes} nodes, {changed} of them changed"
            print(f"{label:44}{statistics.median(own):>8.3f} s{statistics.median(reference):>14.3f} s", flush=True)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
