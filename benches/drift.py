#!/usr/bin/env python3
"""Measures `diff` against a live cluster beside `kubectl diff`: the same control plane, alternating.

    drift.py --redisops PATH [--objects 1000] [--runs 3] [--round-trip 20] [--default]

Half of the objects are ConfigMaps, a quarter Deployments, a quarter Services. Nothing changed, three quarters changed, and nothing changed
with a round trip added (a relay that delays both directions). Wall time: the median; memory: the peak; requests: those of the audit log.
`--default` measures kubectl's client-side diff too, which takes a minute.
"""
import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def config_map(n, value):
    return f"""apiVersion: v1
kind: ConfigMap
metadata: {{name: cm{n}, namespace: bench, labels: {{app: a{n % 10}}}}}
data: {{key: "{value}", redis.conf: "maxmemory 1gb\\nappendonly yes\\n"}}
"""


def deployment(n, value):
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: d{n}, namespace: bench}}
spec:
  replicas: 0
  selector: {{matchLabels: {{app: d{n}}}}}
  template:
    metadata: {{labels: {{app: d{n}}}}}
    spec:
      containers:
      - name: app
        image: registry.example.test/app:{value}
        ports: [{{containerPort: 8080}}]
        resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 1Gi}}}}
"""


def service(n, value):
    return f"""apiVersion: v1
kind: Service
metadata: {{name: s{n}, namespace: bench, annotations: {{value: "{value}"}}}}
spec:
  selector: {{app: d{n}}}
  ports: [{{name: http, port: 80, targetPort: 8080}}]
"""


def objects(count, changed):
    """The objects; the share `changed` of each kind has another value."""
    parts = []
    for make, share in ((config_map, 2), (deployment, 4), (service, 4)):
        total = count // share
        parts += [make(n, "2" if n < total * changed else "1") for n in range(total)]
    return "---\n".join(parts)


class Relay:
    """Forwards connections, each byte after half of the round trip in each direction."""

    def __init__(self, port, seconds):
        self.target, self.delay = port, seconds / 2
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(one, other), daemon=True).start()

    def pump(self, one, other):
        import queue

        pieces = queue.Queue()

        def send():
            while (piece := pieces.get()) is not None:
                wait = piece[0] - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
                try:
                    other.sendall(piece[1])
                except OSError:
                    return
            try:
                other.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        threading.Thread(target=send, daemon=True).start()
        try:
            while data := one.recv(65536):
                pieces.put((time.monotonic() + self.delay, data))
        except OSError:
            pass
        pieces.put(None)


def measure(command, expected, environment):
    """Seconds and peak megabytes of a run."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    stderr = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != expected:
        sys.exit(f"{command}: exit {child.returncode}, not {expected}: {stderr.decode()[-2000:]}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def requests(log, since):
    """Requests in the audit log behind a place, by their agent."""
    count = {"redisops": 0, "kubectl": 0}
    with open(log) as lines:
        lines.seek(since)
        for line in lines:
            agent = json.loads(line).get("userAgent", "")
            if agent.startswith("kubectl"):
                count["kubectl"] += 1
            elif not agent.startswith(("kube-", "kwok", "curl")):
                count["redisops"] += 1
    return count


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--redisops", required=True)
    arguments.add_argument("--objects", type=int, default=1000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--round-trip", type=float, default=20, help="milliseconds")
    arguments.add_argument("--default", action="store_true")
    options = arguments.parse_args()
    redisops = str(pathlib.Path(options.redisops).resolve())
    programs = subprocess.run([ROOT / "ci/setup", "--kubernetes"], capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as scratch:
        run = f"{scratch}/run"
        port = 20443
        environment = {**os.environ, "RUN": run, "AUDIT": "1", "API_PORT": str(port), "ETCD_PORT": "20379"}
        subprocess.run([ROOT / "tests/testbed/up.sh", "core"], env=environment, check=True, stdout=subprocess.DEVNULL)
        try:
            compare(options, redisops, f"{programs}/kubectl", scratch, run, port)
        finally:
            subprocess.run([ROOT / "tests/testbed/down.sh"], env=environment, check=True)


def compare(options, redisops, kubectl, scratch, run, port):
    kubeconfig, audit = f"{run}/kubeconfig", f"{run}/audit.log"
    environment = {**os.environ, "KUBECONFIG": kubeconfig, "HOME": scratch}
    same, other = f"{scratch}/same.yaml", f"{scratch}/other.yaml"
    pathlib.Path(same).write_text(objects(options.objects, 0))
    pathlib.Path(other).write_text(objects(options.objects, 0.75))
    subprocess.run([kubectl, "create", "namespace", "bench"], env=environment, check=True, stdout=subprocess.DEVNULL)
    apply = [kubectl, "apply", "--server-side", "--field-manager", "redisops", "-f", same]
    subprocess.run(apply, env=environment, check=True, stdout=subprocess.DEVNULL)
    relay = Relay(port, options.round_trip / 1000)
    far = f"{scratch}/far"
    text = pathlib.Path(kubeconfig).read_text()
    pathlib.Path(far).write_text(text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{relay.port}"))
    server_side = [kubectl, "diff", "--server-side", "--field-manager", "redisops", "-f"]
    default = [kubectl, "diff", "-f"]
    ours = [redisops, "diff", "--no-redis", "-o", "json"]
    cases = [("nothing changed", same, 0, kubeconfig), ("three quarters changed", other, 1, kubeconfig),
             (f"nothing changed, {options.round_trip:g} ms round trip", same, 0, far)]
    print(f"{options.objects} objects, median of {options.runs} runs, alternating")
    print(f"{'':42} {'wall':>8} {'peak':>7} {'requests':>9}")
    for name, file, expected, config in cases:
        tools = {"redisops": ours + [file], "kubectl diff --server-side": server_side + [file]}
        seconds, memory, count = {tool: [] for tool in tools}, {tool: 0 for tool in tools}, {}
        for _ in range(options.runs):
            for tool, command in tools.items():
                since = os.path.getsize(audit)
                took, peak = measure(command, expected, {**environment, "KUBECONFIG": config})
                seconds[tool].append(took)
                memory[tool] = max(memory[tool], peak)
                count[tool] = requests(audit, since)[tool.split()[0]]
        print(name)
        for tool in tools:
            wall = statistics.median(seconds[tool])
            print(f"  {tool:40} {wall:7.2f}s {memory[tool]:5.0f}MB {count[tool]:9}")
        ratio = statistics.median(seconds["kubectl diff --server-side"]) / statistics.median(seconds["redisops"])
        print(f"  {'':40} {ratio:7.1f}x")
    if options.default:
        took, peak = measure(default + [same], 0, environment)
        print(f"kubectl diff (default), nothing changed: {took:.1f}s {peak:.0f}MB, once")


if __name__ == "__main__":
    main()
