#!/usr/bin/env python3
"""Measures `redisops build` beside the reference, in one run on one machine, and prints a Markdown table.

    build.py --redisops PATH [--reference PATH] [--full] [--runs N]

CPU is user and system time of the process; memory is its peak resident set (as GNU time reports it, in runs of its own; without GNU
time the column stays empty, as what this script could see includes its own memory); each figure is the median of the runs. Both programs
build the same tree one after the other, run by run, and their outputs must be equal. With --full the reference also builds 6,801
objects, which takes minutes.
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
# Objects, what to reach in CPU time against the reference, whether the reference only takes part in a full run.
SHOPS = [(201, 40, False), (1401, 150, False), (2801, 400, False), (6801, 1000, True)]
GROWTH = (1401, 6801, 27201)
GNU_TIME = shutil.which("time")


def run(command, cwd):
    """One run: CPU seconds, wall seconds, output."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed: {errors.decode(errors='replace')[-2000:]}")
        out.seek(0)
        return usage.ru_utime + usage.ru_stime, wall, out.read()


def peak_memory(command, cwd):
    """Peak memory of one run in MB."""
    if not GNU_TIME:
        return None
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run([GNU_TIME, "-f", "%M", "-o", report.name, *command], cwd=cwd, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        return int(report.read()) / 1024


def megabytes(value):
    return "–" if value is None else f"{value:.0f} MB"


def median(samples, index):
    return statistics.median(sample[index] for sample in samples)


def measure(programs, directory, target, runs, memory_too=True):
    """CPU, wall and memory by program; the programs take turns."""
    samples = {name: [] for name in programs}
    outputs = set()
    for _ in range(runs):
        for name, command in programs.items():
            *figures, output = run([*command, target], directory)
            samples[name].append(figures)
            outputs.add(output)
    if len(outputs) != 1:
        sys.exit(f"{directory}/{target}: outputs differ")
    return {
        name: [median(taken, 0), median(taken, 1), peak_memory([*programs[name], target], directory) if memory_too else None]
        for name, taken in samples.items()
    }


def generate(shape, directory, services=0):
    subprocess.run([sys.executable, HERE / "trees.py", shape, "--services", str(services), directory], check=True)


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def row(work, taken, goal):
    ours = taken["redisops"]
    theirs = taken.get("reference")
    cells = [work, seconds(ours[0]), seconds(ours[1]), megabytes(ours[2])]
    if theirs:
        cells += [seconds(theirs[0]), seconds(theirs[1]), megabytes(theirs[2]), f"{theirs[0] / ours[0]:,.0f}×", goal,
                  f"{ours[2] / theirs[2]:.2f}" if ours[2] and theirs[2] else "–"]
    else:
        cells += ["–"] * 3 + ["–", goal, "–"]
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redisops", required=True)
    parser.add_argument("--reference")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    ours = {"redisops": [os.path.abspath(arguments.redisops), "build", "--no-validate"]}
    both = dict(ours)
    if arguments.reference and shutil.which(arguments.reference):
        both["reference"] = [os.path.abspath(shutil.which(arguments.reference)), "build"]
    else:
        print("The reference is not there: its columns stay empty.\n")
    print("| work | redisops CPU | wall | memory | reference CPU | wall | memory | CPU ratio | to reach | memory ratio (≤ 0.33) |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for objects, goal, slow in SHOPS:
            directory = os.path.join(scratch, str(objects))
            generate("shop", directory, (objects - 1) // 4)
            programs = ours if slow and not arguments.full else both
            runs = 1 if slow and arguments.full else max(1, min(arguments.runs, 6000 // objects))
            row(f"{objects:,} objects", measure(programs, directory, "overlays/prod", runs, memory_too=objects < 2801 or arguments.full), f"{goal:,}×")
        bundle = os.path.join(scratch, "crds")
        generate("crds", bundle)
        row("3 MB of CRDs", measure(both, bundle, ".", arguments.runs), "20×")
        single = os.path.join(scratch, "one")
        generate("one", single)
        row("one object (cold start)", measure(both, single, ".", 40 * arguments.runs), "3 ms wall")
        growth = {}
        for objects in GROWTH:
            directory = os.path.join(scratch, str(objects))
            if not os.path.isdir(directory):
                generate("shop", directory, (objects - 1) // 4)
            growth[objects] = measure(ours, directory, "overlays/prod", arguments.runs)["redisops"]
        print("\n| objects | CPU | CPU an object | against the first (to reach: within 20 %) | memory |")
        print("|---|---|---|---|---|")
        first = growth[GROWTH[0]][0] / GROWTH[0]
        for objects, figures in growth.items():
            each = figures[0] / objects
            print(f"| {objects:,} | {seconds(figures[0])} | {each * 1e6:.1f} µs | {each / first:.2f} | {megabytes(figures[2])} |")


if __name__ == "__main__":
    main()
