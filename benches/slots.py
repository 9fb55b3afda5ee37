#!/usr/bin/env python3
"""Measures `redisops slots migrate` beside `redis-cli --cluster rebalance`, in one run on one machine, and prints Markdown tables.

    slots.py --redisops PATH --tool PATH [--servers DIR] [--keys N] [--runs N] [--only NAME,…]

Every run starts its own cluster of redis-server processes, fills it with the same keys, and lets one program move the same slots while
clients (1,000 commands a second, half of them writes, over all keys) measure how long their answers take. Programs take turns. `redis-cli`
runs with its default flags and with the best found (--cluster-pipeline 1000). The bare speed of MIGRATE (slots opened and keys listed
beforehand, one MIGRATE at a time on each source) is measured with the same sources, targets and keys.
"""
import argparse
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BUDGET_MS = 5


def free_base(count):
    """The first of that many free ports whose bus ports are free, too."""
    for base in range(21000, 30000, 50):
        try:
            with contextlib.ExitStack() as stack:
                for port in [p for i in range(count) for p in (base + i, base + i + 10000, base + i + 1000)]:
                    s = stack.enter_context(socket.socket())
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    sys.exit("no free ports")


class Cluster:
    """Servers of its own, ended with it. With a delay every client and every MIGRATE goes through a proxy that holds bytes back."""

    def __init__(self, options, masters, spares, server="redis-server", delay_us=0, replicas=0):
        self.options = options
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="slots-bench-"))
        self.nodes = masters + spares + masters * replicas
        self.base = free_base(self.nodes)
        self.delay_us = delay_us
        self.processes = []
        self.proxy = None
        for index in range(self.nodes):
            port = self.base + index
            folder = self.directory / str(port)
            folder.mkdir()
            command = [server, "--port", str(port), "--cluster-enabled", "yes", "--save", "", "--appendonly", "no", "--dir", str(folder),
                       "--bind", "127.0.0.1", "--logfile", "server.log", "--daemonize", "no", "--enable-debug-command", "yes"]
            if delay_us:
                command += ["--cluster-announce-ip", "127.0.0.1", "--cluster-announce-port", str(port + 1000),
                            "--cluster-announce-bus-port", str(port + 10000)]
            self.processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        ports = [self.base + index for index in range(self.nodes)]
        for port in ports:
            wait_for(lambda port=port: self.cli(port, "PING", check=False) == "PONG", "a server does not answer")
        if delay_us:
            pairs = [f"{port + 1000}={port}" for port in ports]
            self.proxy = subprocess.Popen([options.tool, "proxy", "--delay-us", str(delay_us), *pairs], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE)
            self.proxy.stdout.readline()
        share = 16384 // masters
        for index, port in enumerate(ports):
            self.cli(port, "CLUSTER", "SET-CONFIG-EPOCH", index + 1)
            if index < masters:
                last = 16383 if index == masters - 1 else (index + 1) * share - 1
                self.cli(port, "CLUSTER", "ADDSLOTSRANGE", index * share, last)
        for port in ports[1:]:
            self.cli(ports[0], "CLUSTER", "MEET", "127.0.0.1", port, port + 10000)
        wait_for(lambda: all(f"cluster_known_nodes:{self.nodes}" in self.cli(p, "CLUSTER", "INFO") for p in ports), "nodes do not meet")
        if replicas:
            time.sleep(1)
            for index in range(masters * replicas):
                self.cli(ports[masters + spares + index], "CLUSTER", "REPLICATE", self.cli(ports[index % masters], "CLUSTER", "MYID"))
        wait_for(lambda: all("cluster_state:ok" in self.cli(p, "CLUSTER", "INFO") for p in ports), "the cluster does not become ok")
        if replicas:
            for port in ports[masters + spares:]:
                wait_for(lambda port=port: "master_link_status:up" in self.cli(port, "INFO", "replication"), "a replica does not sync")
        time.sleep(1)

    def cli(self, port, *arguments, check=True):
        done = subprocess.run(["redis-cli", "-p", str(port), *map(str, arguments)], capture_output=True, text=True)
        if check and (done.returncode or done.stdout.startswith("ERR")):
            sys.exit(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    @property
    def seed(self):
        return f"127.0.0.1:{self.base + (1000 if self.delay_us else 0)}"

    @property
    def direct_seeds(self):
        return [f"127.0.0.1:{self.base + index}" for index in range(self.nodes)]

    def fill(self, keys, size):
        # Through the servers' own ports: a fill is not what is measured.
        tool(self.options, "fill", "--seed", self.seed, "--keys", keys, "--value-size", size)

    def end(self):
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        if self.proxy:
            self.proxy.stdin.close()
            self.proxy.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def wait_for(ready, why, seconds=60):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            sys.exit(why)
        time.sleep(0.05)


def tool(options, *arguments):
    done = subprocess.run([options.tool, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr}")
    return done.stdout


class Clients:
    """Load in the background; `end` gives the latencies."""

    def __init__(self, options, cluster, keys, size):
        self.process = subprocess.Popen([options.tool, "load", "--seed", cluster.seed, "--keys", str(keys), "--value-size", str(size)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        time.sleep(0.3)

    def end(self):
        out, _ = self.process.communicate()
        return json.loads(out)


def timed(command, expect=(0,)):
    start = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    wall = time.monotonic() - start
    if done.returncode not in expect:
        sys.exit(f"{command} failed with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return wall, done.stdout


def redis_cli(cluster, *flags, program="redis-cli"):
    return [program, "--cluster", "rebalance", cluster.seed, "--cluster-use-empty-masters", "--cluster-threshold", "1", *flags]


def redisops(options, cluster, masters, *flags):
    return [options.redisops, "slots", "migrate", cluster.seed, "--masters", masters, "--yes", "-o", "json", *flags]


def check(cluster, keys):
    """Nothing is lost, no slot is open."""
    time.sleep(0.5)
    out = cluster.cli(cluster.base, "--cluster", "check", f"127.0.0.1:{cluster.base}") if not cluster.delay_us else "[OK] All 16384"
    total = sum(int(cluster.cli(cluster.base + index, "DBSIZE")) for index in range(cluster.nodes)
                if "role:master" in cluster.cli(cluster.base + index, "INFO", "replication"))
    if total != keys or "[OK] All 16384" not in out or "[WARNING]" in out:
        sys.exit(f"{total} keys of {keys} after a run\n{out}")


def run(options, name, setup, command, keys, size, clients=True):
    """One run in a cluster of its own: seconds, client latencies, what the program printed."""
    cluster = Cluster(options, **setup)
    try:
        cluster.fill(keys, size)
        load = Clients(options, cluster, keys, size) if clients else None
        wall, out = timed(command(cluster))
        latencies = load.end() if load else None
        check(cluster, keys)
        print(f"  {name}: {wall:.2f} s {latencies or ''}", file=sys.stderr, flush=True)
        return wall, latencies, out
    finally:
        cluster.end()


def raw(options, setup, masters, keys, size):
    """Keys a second of nothing but MIGRATE."""
    cluster = Cluster(options, **setup)
    try:
        cluster.fill(keys, size)
        plan = cluster.directory / "plan.json"
        timed([options.redisops, "slots", "plan", cluster.seed, "--masters", masters, "--out", plan, "-o", "json"])
        found = json.loads(tool(options, "raw", "--seed", cluster.seed, plan))
        print(f"  raw: {found}", file=sys.stderr, flush=True)
        return found
    finally:
        cluster.end()


def median(values):
    return statistics.median(values)


def scaling(options, rows):
    for masters, spares, goal_default, goal_best in ((3, 1, 5, 2.7), (3, 3, 5, 3)):
        target = masters + spares
        setup = dict(masters=masters, spares=spares)
        programs = {
            "redis-cli": lambda c: redis_cli(c),
            "redis-cli, pipeline 1000": lambda c: redis_cli(c, "--cluster-pipeline", "1000"),
            "redisops": lambda c: redisops(options, c, target),
        }
        samples = {name: [] for name in programs}
        raws = []
        for _ in range(options.runs):
            for name, command in programs.items():
                samples[name].append(run(options, f"{masters}→{target} {name}", setup, command, options.keys, 100))
            raws.append(raw(options, setup, target, options.keys, 100))
        ours = median([wall for wall, _, _ in samples["redisops"]])
        for name, taken in samples.items():
            wall = median([wall for wall, _, _ in taken])
            p99 = median([latencies["p99Ms"] for _, latencies, _ in taken])
            worst = max(latencies["maxMs"] for _, latencies, _ in taken)
            goal = {"redis-cli": f"{goal_default}×", "redis-cli, pipeline 1000": f"{goal_best}×"}.get(name, f"p99 ≤ {BUDGET_MS} ms")
            ratio = "" if name == "redisops" else f"{wall / ours:.1f}×"
            rows.append(f"| {masters} → {target} | {name} | {wall:.2f} s | {p99:.1f} ms | {worst:.0f} ms | {ratio} | {goal} |")
        best = median([found["keysPerSecond"] for found in raws])
        reports = [json.loads(out) for _, _, out in samples["redisops"]]
        speed = median([report["movedKeys"] / report["seconds"] for report in reports])
        rows.append(f"| {masters} → {target} | nothing but MIGRATE | {best:,.0f} keys/s | – | – | redisops {speed:,.0f} keys/s, {speed / best:.0%} | ≥ 85 % |")


def round_trips(options, rows):
    setup = dict(masters=3, spares=1, delay_us=500)
    walls = {}
    for name, command in (("redis-cli", lambda c: redis_cli(c)), ("redisops", lambda c: redisops(options, c, 4))):
        walls[name], _, _ = run(options, f"1 ms {name}", setup, command, options.keys, 100, clients=False)
    rows.append(f"| 3 → 4, 1 ms a round trip | redis-cli | {walls['redis-cli']:.2f} s | – | – | {walls['redis-cli'] / walls['redisops']:.1f}× | 15× |")
    rows.append(f"| 3 → 4, 1 ms a round trip | redisops | {walls['redisops']:.2f} s | – | – | | |")


def in_turn(cluster):
    """The command for `give_in_turn`: the same moves from each of three masters to the fourth."""
    return [sys.executable, __file__, "--give-in-turn", *cluster.direct_seeds]


def give_in_turn(seeds):
    """What valkey-cli 9.1 does with --cluster-use-atomic-slot-migration, for where it is not installed (no package of a registry has it): one pair of
    nodes after another, asked every 100 ms."""
    def ask(seed, *words):
        port = seed.rsplit(":", 1)[1]
        return subprocess.run(["redis-cli", "-p", port, *words], capture_output=True, text=True, check=True).stdout
    target = ask(seeds[3], "CLUSTER", "MYID").strip()
    share = 16384 // 3
    for index, seed in enumerate(seeds[:3]):
        last = 16383 if index == 2 else (index + 1) * share - 1
        ask(seed, "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", str(last - 1364), str(last), "NODE", target)
        while "success" not in ask(seed, "CLUSTER", "GETSLOTMIGRATIONS"):
            time.sleep(0.1)


def atomic(options, rows):
    server = options.servers / "valkey-9.1" / "valkey-server"
    program = options.servers / "valkey-9.1" / "valkey-cli"
    if not server.exists():
        sys.exit(f"{server} is missing: run ci/setup")
    setup = dict(masters=3, spares=1, server=str(server))
    walls = {"valkey-cli": [], "as valkey-cli does": [], "redisops": []}
    for _ in range(options.runs):
        if not program.exists():
            walls["as valkey-cli does"].append(run(options, "atomic, as valkey-cli does", setup, lambda c: in_turn(c), options.keys, 100)[:2])
        else:
            walls["valkey-cli"].append(run(options, "atomic valkey-cli", setup, lambda c: redis_cli(
                c, "--cluster-use-atomic-slot-migration", program=str(program)), options.keys, 100)[:2])
        walls["redisops"].append(run(options, "atomic redisops", setup, lambda c: redisops(options, c, 4), options.keys, 100)[:2])
    ours = median([wall for wall, _ in walls["redisops"]])
    for name, taken in walls.items():
        if taken:
            wall = median([wall for wall, _ in taken])
            p99 = median([latencies["p99Ms"] for _, latencies in taken])
            ratio = "" if name == "redisops" else f"{wall / ours:.1f}×"
            rows.append(f"| 3 → 4, atomic (Valkey 9.1) | {name} | {wall:.2f} s | {p99:.1f} ms | – | {ratio} | {'1.7×' if ratio else ''} |")


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def skewed_sizes():
    """Keys and sizes of their values, 165 MB in all: most are small, a few are large."""
    state, keys = 7, []
    for index in range(20_000):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        size = int(300 * (1 - (state >> 11) / 2**53) ** (-1 / 1.05))
        keys.append((f"skew:{index}", min(size, 4_000_000)))
    scale = 165e6 / sum(size for _, size in keys)
    return [(key, max(1, int(size * scale))) for key, size in keys]


def owners(cluster):
    """The master of each slot."""
    found = {}
    for line in cluster.cli(cluster.base, "CLUSTER", "NODES").splitlines():
        fields = line.split()
        for part in fields[8:]:
            first, _, last = part.partition("-")
            found.update({slot: fields[0] for slot in range(int(first), int(last or first) + 1)})
    return found


def memory(cluster, keys):
    """The slot of each key and the memory that it takes: servers round up what they allocate."""
    found = []
    for port in cluster.base, cluster.base + 1, cluster.base + 2:
        asked = "".join(f"MEMORY USAGE {key}\n" for key, _ in keys)
        done = subprocess.run(["redis-cli", "-p", str(port)], input=asked, capture_output=True, text=True, check=True)
        answers = [line for line in done.stdout.splitlines() if line]
        found += [(crc16(key.encode()) % 16384, int(line)) for (key, _), line in zip(keys, answers) if line.isdigit()]
    return found


def skew(options, rows):
    keys = skewed_sizes()
    lines = "".join(f"{key} {size}\n" for key, size in keys)
    for name, command in (("redis-cli", lambda c: redis_cli(c)),
                          ("redisops --balance memory", lambda c: redisops(options, c, 4, "--balance", "memory", "--tolerance", "2%"))):
        cluster = Cluster(options, masters=3, spares=1)
        try:
            subprocess.run([options.tool, "fill-sizes", "--seed", cluster.seed], input=lines, text=True, check=True)
            before = owners(cluster)
            slots = memory(cluster, keys)
            wall, _ = timed(command(cluster))
            time.sleep(1)
            after = owners(cluster)
        finally:
            cluster.end()
        loads, given = {owner: 0 for owner in after.values()}, {}
        for slot, size in slots:
            loads[after[slot]] += size
            given[before[slot]] = given.get(before[slot], 0) + size
        total = sum(loads.values())
        moved = sum(size for slot, size in slots if before[slot] != after[slot])
        # Nobody ends above 1.02 of a quarter: what is above it has to move.
        bound = sum(max(0, size - 1.02 * total / 4) for size in given.values())
        rows.append(f"| 165 MB of skewed data, 3 → 4 | {name} | {wall:.2f} s | – | – | {moved / 1e6:.0f} MB moved (at least {bound / 1e6:.0f} MB), "
                    f"max/mean {max(loads.values()) * 4 / total:.3f} | within 2 %, ≤ 1.02 |")


def main():
    if sys.argv[1:2] == ["--give-in-turn"]:
        return give_in_turn(sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--redisops", required=True, type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("--tool", required=True, type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("--servers", type=pathlib.Path, default=pathlib.Path("~/.cache/redisops-tools/servers").expanduser())
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="scaling,round_trips,atomic,skew")
    options = parser.parse_args()
    rows = ["| work | program | wall | client p99 | max | against redisops | to reach |", "|---|---|---|---|---|---|---|"]
    parts = {"scaling": scaling, "round_trips": round_trips, "atomic": atomic, "skew": skew}
    for name in options.only.split(","):
        parts[name](options, rows)
    print("\n".join(rows))


if __name__ == "__main__":
    main()
