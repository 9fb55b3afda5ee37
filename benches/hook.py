#!/usr/bin/env python3
"""Measures the commit hook: a one-file change in a repository with 300 overlays, beside what does the job without it.

    hook.py --redisops PATH [--kustomize PATH] [--kubeconform PATH] [--overlays N] [--runs N]

The repository has bases of 4 objects, one for every ten overlays, and an overlay with a patch and a generated ConfigMap for each. The change is
in the patch of one overlay, and in a base, on which ten depend. Without a graph of what depends on what, the other tools have to render every
overlay. Wall time, the median of the runs.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
OVERLAYS_A_BASE = 10
BASE = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 2
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
      - name: app
        image: registry.example.test/app:1.2.3
        ports:
        - containerPort: 8080
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 128Mi}
---
apiVersion: v1
kind: Service
metadata:
  name: app
spec:
  selector: {app: app}
  ports:
  - port: 80
    targetPort: 8080
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: app
"""
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: {replicas}\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(directory, *arguments):
    command = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.test", "-c", "commit.gpgsign=false"]
    subprocess.run([*command, *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL)


def generate(directory, overlays):
    for number in range((overlays + OVERLAYS_A_BASE - 1) // OVERLAYS_A_BASE):
        base = directory / f"bases/{number}"
        write(base / "kustomization.yaml", "resources: [app.yaml]\n")
        write(base / "app.yaml", BASE)
    for number in range(overlays):
        overlay = directory / f"overlays/{number}"
        write(overlay / "kustomization.yaml",
              f"namespace: team-{number}\nnamePrefix: t{number}-\nresources: [../../bases/{number // OVERLAYS_A_BASE}]\n"
              "patches: [{path: patch.yaml}]\nconfigMapGenerator: [{name: settings, files: [app.properties]}]\n")
        write(overlay / "patch.yaml", PATCH.format(replicas=3))
        write(overlay / "app.properties", f"team={number}\n")
    git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "start")


def wall(command, directory, runs):
    taken = []
    for _ in range(runs):
        start = time.monotonic()
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, shell=isinstance(command, str))
        taken.append(time.monotonic() - start)
        if done.returncode:
            sys.exit(f"{command} failed: {done.stdout[-1000:]}{done.stderr[-2000:]}")
    return statistics.median(taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redisops", required=True)
    parser.add_argument("--kustomize", default="kustomize")
    parser.add_argument("--kubeconform", default="kubeconform")
    parser.add_argument("--overlays", type=int, default=300)
    parser.add_argument("--runs", type=int, default=21)
    arguments = parser.parse_args()
    os.environ["REDISOPS"] = os.path.abspath(arguments.redisops)
    hook = str(HERE.parent / "ci/hook")
    kustomize = shutil.which(arguments.kustomize)
    print(f"| {arguments.overlays} overlays, staged change in | hook | wall | to reach |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        generate(directory, arguments.overlays)
        for what, file, text in [
            ("one overlay", "overlays/7/patch.yaml", PATCH.format(replicas=4)),
            ("a base of ten overlays", "bases/3/app.yaml", BASE.replace("1.2.3", "1.2.4")),
        ]:
            (directory / file).write_text(text)
            git(directory, "add", "-A")
            for name in ("validate", "build"):
                seconds = wall([hook, name, file], directory, arguments.runs)
                goal = "150 ms" if what == "one overlay" else ""
                print(f"| {what} | `redisops-{name}` | {seconds * 1000:.0f} ms | {goal} |", flush=True)
            git(directory, "reset", "-q", "--hard")
        if kustomize:
            loop = f"for overlay in overlays/*; do {kustomize} build $overlay >/dev/null || exit 1; done"
            print(f"| anything | kustomize build of every overlay | {wall(loop, directory, 1):.1f} s | – |")
        kubeconform = shutil.which(arguments.kubeconform)
        if kustomize and kubeconform:
            schemas = os.environ.get("KUBECONFORM_SCHEMAS")
            location = f"-schema-location '{schemas}'" if schemas else "-ignore-missing-schemas -skip Deployment,Service,ServiceAccount,ConfigMap"
            loop = f"for overlay in overlays/*; do {kustomize} build $overlay; echo ---; done | {kubeconform} {location} -n $(nproc) >/dev/null"
            print(f"| anything | the same, checked by kubeconform | {wall(loop, directory, 1):.1f} s | – |")


if __name__ == "__main__":
    main()
