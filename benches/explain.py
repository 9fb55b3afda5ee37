#!/usr/bin/env python3
"""Measures `explain` beside `build`, and its `--blame` beside `git blame`, in one run, and prints Markdown tables.

    explain.py --redisops PATH [--services 1700] [--commits 2000] [--lines 500] [--runs N]

The first table renders the repository of trees.py and asks for a field and for a whole object of it. The second asks for the commit of each
line of an object of `--lines` lines, in a repository whose `--commits` commits change one line of it each: with an empty cache and with what
the first question left there. Wall and CPU time, the median of the runs.
"""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def timed(command, directory, environment=None):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    after, taken = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    taken = (taken, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    if done.returncode:
        sys.exit(f"{command} failed: {done.stderr[-2000:]}")
    return taken, done.stdout


def median(samples, which=0):
    return statistics.median(sample[which] for sample in samples)


def milliseconds(samples):
    return f"{median(samples) * 1000:.0f} ms | {median(samples, 1) * 1000:.0f} ms"


def history(directory, commits, lines):
    """A repository in which every commit changes one line of an object, made without a checkout of each."""
    values = {number: 0 for number in range(lines)}

    def manifest():
        data = "".join(f"  key{number}: \"{value}\"\n" for number, value in values.items())
        return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n{data}"

    kustomization = "resources: [settings.yaml]\n"
    stream = []
    for commit in range(commits):
        values[commit * 7919 % lines] = commit
        text, message = manifest(), f"Change {commit}"
        stream.append(f"commit refs/heads/main\ncommitter Ada <ada@example.test> {1_700_000_000 + commit * 60} +0000\n"
                      f"data {len(message)}\n{message}\nM 100644 inline settings.yaml\ndata {len(text)}\n{text}\n")
        if not commit:
            stream.append(f"M 100644 inline kustomization.yaml\ndata {len(kustomization)}\n{kustomization}\n")
    run = lambda *command, **more: subprocess.run(["git", *command], cwd=directory, check=True, capture_output=True, **more)
    run("init", "-q", "-b", "main")
    run("fast-import", "--quiet", input="".join(stream).encode())
    run("reset", "-q", "--hard")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redisops", required=True)
    parser.add_argument("--services", type=int, default=1700)
    parser.add_argument("--commits", type=int, default=2000)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.redisops)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, HERE / "trees.py", "shop", "--services", str(arguments.services), scratch], check=True)
        target = "overlays/prod"
        _, rendered = timed([program, "build", target, "--no-validate"], scratch)
        name = next(document for document in rendered.split("\n---\n") if "kind: Deployment" in document)
        name = name.split("\n  name: ")[1].splitlines()[0]
        commands = {
            "build": [program, "build", target, "--no-validate"],
            "explain a field": [program, "explain", target, f"Deployment/{name}.spec.replicas", "-o", "json"],
            "explain an object": [program, "explain", target, f"Deployment/{name}", "-o", "json"],
        }
        samples = {what: [] for what in commands}
        for _ in range(arguments.runs):
            for what, command in commands.items():
                samples[what].append(timed(command, scratch)[0])
        build, separator = median(samples["build"]), "\n---\n"
        print(f"| {rendered.count(separator) + 1} objects | wall | CPU | against build | to reach |")
        print("|---|---|---|---|---|")
        for what, taken in samples.items():
            goal = "" if what == "build" else "under 2"
            print(f"| {what} | {milliseconds(taken)} | {median(taken) / build:.2f} | {goal} |")
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch) / "repository"
        directory.mkdir()
        history(directory, arguments.commits, arguments.lines)
        command = [program, "explain", ".", "ConfigMap/settings", "--blame", "-o", "json"]
        cold, warm, git = [], [], []
        for run in range(arguments.runs):
            cache = {"XDG_CACHE_HOME": str(pathlib.Path(scratch) / f"cache-{run}")}
            cold.append(timed(command, directory, cache)[0])
            warm.append(timed(command, directory, cache)[0])
            git.append(timed(["git", "blame", "--porcelain", "settings.yaml"], directory)[0])
        print(f"\n| blame of {arguments.lines} lines, {arguments.commits} commits | wall | CPU | to reach |")
        print("|---|---|---|---|")
        print(f"| `explain --blame`, nothing cached | {milliseconds(cold)} | 1000 ms |")
        print(f"| `explain --blame`, cached | {milliseconds(warm)} | 50 ms |")
        print(f"| `git blame` | {milliseconds(git)} | – |")


if __name__ == "__main__":
    main()
