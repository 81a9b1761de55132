#!/usr/bin/env python3
"""Times a step of variational inference: reparam, JAX and NumPyro in one interleaved run; see README.md.

The peers are scripts `jax_bench.py` and `numpyro_bench.py` in the folder PEERS, called with TASK and STEPS; they print JSON lines of
the protocol, of which the engines `jax-scan` and `numpyro-scan` are read. Needs Python 3.11 and no packages itself.
Exit status: 0 done, 1 an engine did other work than the rest or a step took longer than --at-most, 2 usage or failure.
"""

import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys

import quiet
import summary

HERE = pathlib.Path(__file__).resolve().parent
# The loss of the last of 2,000 steps, and how far from it one may be. Sixteen of our runs (2,000 to 2,026 steps) gave means 31.8 and 199.1
# with standard deviations 0.6 and 0.9, the noise of 16 draws; five of these and a little. It is a check of data and objective (a
# constant left out, a prior forgotten), not of the numerics.
CHECKS = {"schools": (31.8, 3.5), "logreg": (199.1, 5.0)}
STEPS = 2000
PEERS = {"jax-scan": "jax_bench.py", "numpyro-scan": "numpyro_bench.py"}


class Failure(Exception):
    """Something that the user can put right; its text says what."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=pathlib.Path, metavar="PEERS", help="folder of jax_bench.py and numpyro_bench.py")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="a Python that has jax, optax, numpyro")
    parser.add_argument("--reparam", metavar="COMMAND",
                        help="our side; TASK and STEPS are appended (default: the bench `steps`, built by cargo, with --once)")
    parser.add_argument("--tasks", default="schools,logreg", help="comma-separated (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of all engines (default %(default)s)")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of a run (default %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="processors of every engine (default %(default)s)")
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS",
                        help="wait so long for a quiet machine, before each round (default %(default)s)")
    parser.add_argument("--at-most", action="append", default=[], metavar="TASK=US",
                        help="exit with 1 when reparam's median step takes longer; may be given for each task")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    options.tasks = options.tasks.split(",")
    for name in options.tasks:
        if name not in CHECKS:
            parser.error(f"--tasks: unknown task '{name}'; known: {', '.join(CHECKS)}")
    for name in ("rounds", "steps", "threads"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1, got {getattr(options, name)}")
    limits = {}
    for limit in options.at_most:
        task, _, most = limit.partition("=")
        try:
            limits[task] = float(most)
        except ValueError:
            parser.error(f"--at-most must be TASK=MICROSECONDS, got '{limit}'")
    options.at_most = limits
    return options


def built():
    """The bench's executable, as cargo names it."""
    command = ["cargo", "bench", "-p", "reparam-infer", "--bench", "steps", "--no-run", "--message-format=json"]
    try:
        done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"could not build the bench: {error}; give --reparam COMMAND") from error
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "steps":
            return [message["executable"], "--once"]
    raise Failure("cargo named no executable of the bench `steps`; give --reparam COMMAND")


def commands(options):
    engines = {"reparam": shlex.split(options.reparam) if options.reparam else built()}
    for name, script in PEERS.items():
        if options.peers is None:
            say(f"skipping {name}: give --peers PEERS")
        elif not (options.peers / script).exists():
            raise Failure(f"{options.peers / script}: no such file")
        else:
            engines[name] = [options.python, str(options.peers / script)]
    return engines


def run_once(engine, command, task, options, cpus):
    """One run; the line of its engine."""
    threads = {name: str(options.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")}
    environment = os.environ | threads | {"PYTHONDONTWRITEBYTECODE": "1"}
    hold = (lambda: os.sched_setaffinity(0, cpus)) if hasattr(os, "sched_setaffinity") else None
    watch = quiet.Watch(cpus)
    command = [*command, task, str(options.steps)]
    try:
        done = subprocess.run(command, env=environment, preexec_fn=hold, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failure(f"{engine}: cannot run '{command[0]}': {error.strerror}") from error
    others = watch.others()
    if done.returncode != 0:
        raise Failure(f"{engine}: '{shlex.join(command)}' ended with status {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            try:
                found = json.loads(line)
                if (found["engine"], found["task"]) == (engine, task):
                    sample = {"engine": engine, "task": task, "others": others, "version": str(found.get("version", ""))}
                    return sample | {"us_per_step": float(found["us_per_step"]), "loss": float(found["loss"])}
            except (ValueError, KeyError, TypeError) as error:
                raise Failure(f"{engine}: '{shlex.join(command)}' printed a line that is not of the protocol: {line}") from error
    raise Failure(f"{engine}: '{shlex.join(command)}' printed no result for task '{task}'")


def measure(options, engines, cpus):
    """All samples, round by round; the order of the engines turns by one each round."""
    samples = []
    for number in range(options.rounds):
        quiet.wait_until_quiet(cpus, 0.1, options.wait, say)
        names = list(engines)
        turned = names[number % len(names):] + names[:number % len(names)]
        for task in options.tasks:
            for name in turned:
                sample = run_once(name, engines[name], task, options, cpus)
                samples.append(sample)
                say(f"round {number + 1}/{options.rounds} {task} {name}: {sample['us_per_step']:.2f} us a step")
    return sorted(samples, key=lambda sample: (options.tasks.index(sample["task"]), list(engines).index(sample["engine"])))


def table(rows):
    """Medians in microseconds, and how many times longer than ours a step takes."""
    lines = [["task", "engine", "median us", "min us", "times ours", "95 % interval", "loss", "others"]]
    for row in rows:
        ratio = f"{row['ratio']:.2f}" if "ratio" in row else "1"
        interval = f"{row['ratio_low']:.2f} to {row['ratio_high']:.2f}" if "ratio" in row else ""
        others = "?" if row["others"] is None else f"{row['others']:.2f}"
        lines.append([row["task"], row["engine"], f"{row['median_us']:.2f}", f"{row['min_us']:.2f}", ratio, interval,
                      f"{row['loss']:.2f}", others])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def problems_of(options, samples):
    problems = []
    for task in options.tasks:
        for engine in dict.fromkeys(sample["engine"] for sample in samples):
            group = [s for s in samples if (s["task"], s["engine"]) == (task, engine)]
            expected, tolerance = CHECKS[task]
            loss = statistics.median(sample["loss"] for sample in group)
            if options.steps == STEPS and not abs(loss - expected) <= tolerance:
                problems.append(f"{engine}, {task}: the loss is {loss:g}, expected {expected:g} +- {tolerance:g}")
            time = statistics.median(sample["us_per_step"] for sample in group)
            if engine == "reparam" and time > options.at_most.get(task, float("inf")):
                problems.append(f"{task}: a step takes {time:.2f} us, --at-most {options.at_most[task]:g}")
    return problems


def main():
    options = parse_options()
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    if options.threads > len(allowed):
        raise Failure(f"--threads {options.threads}: this process may use {len(allowed)} processors")
    samples = measure(options, commands(options), allowed[:options.threads])
    rows = summary.summarise(samples, "reparam")
    problems = problems_of(options, samples)
    print(json.dumps({"rows": rows, "samples": samples, "problems": problems}) if options.json else table(rows))
    for problem in problems:
        say(f"failed: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        say(f"error: {failure}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(2)
