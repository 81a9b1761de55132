#!/usr/bin/env python3
"""Times PyTorch, JAX and reparam on the same work, in one interleaved run; see README.md.

Needs Python 3.11 and nothing else itself; PyTorch and JAX live in environments of their own (--setup makes them).
Exit status: 0 done, 1 an engine did other work than the rest or --at-most was exceeded, 2 usage or failure.
"""

import argparse
import json
import os
import pathlib
import platform
import shlex
import subprocess
import sys

import quiet
import summary

HERE = pathlib.Path(__file__).resolve().parent
BASE = "torch-eager"
TASKS = {"vae": 200, "normal": 5, "gamma": 3, "products": 100}
# engine: (whose Python, script, mode, tasks that it knows)
PEERS = {
    "torch-eager": ("torch", "torch_peer.py", "eager", {"vae", "normal", "gamma", "products"}),
    "torch-compile": ("torch", "torch_peer.py", "compile", {"vae"}),
    "jax-jit": ("jax", "jax_peer.py", "jit", {"vae", "normal", "gamma", "products"}),
    "jax-scan": ("jax", "jax_peer.py", "scan", {"vae"}),
}
DEFAULT_PEERS = ["torch-eager", "jax-jit", "jax-scan"]


class Failure(Exception):
    """Something that the user can put right; its text says what."""


def say(text):
    """Talk goes to stderr; stdout is for the result."""
    print(text, file=sys.stderr, flush=True)


def set_up(folder, needed):
    """Makes the environments FOLDER/torch and FOLDER/jax, where needed and missing; returns their Pythons."""
    pythons = {}
    for name in needed:
        home = folder / name
        pythons[name] = str(home.absolute() / "bin" / "python")
        requirements = HERE / f"requirements-{name}.txt"
        done = home / ".requirements-installed"
        if done.exists() and done.read_text(encoding="utf-8") == requirements.read_text(encoding="utf-8"):
            continue
        say(f"installing {requirements.name} into {home}")
        try:
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, stdout=sys.stderr)
            install = [pythons[name], "-m", "pip", "install", "--quiet", "-r", str(requirements)]
            subprocess.run(install, check=True, stdout=sys.stderr)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failure(f"{home}: could not install {requirements.name}: {error}") from error
        done.write_text(requirements.read_text(encoding="utf-8"), encoding="utf-8")
    return pythons


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--setup", type=pathlib.Path, metavar="DIR", help="make the peers' environments in DIR, use them")
    parser.add_argument("--torch-python", metavar="PATH", help="a Python that has torch and numpy")
    parser.add_argument("--jax-python", metavar="PATH", help="a Python that has jax, optax and numpy")
    parser.add_argument("--reparam", metavar="COMMAND", help="our side; TASK and STEPS are appended to the command")
    parser.add_argument("--tasks", default="vae,normal", help="comma-separated: vae, normal, gamma, products (default %(default)s)")
    parser.add_argument("--engines", default=",".join(DEFAULT_PEERS), help=f"of {', '.join(PEERS)} (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of all engines (default %(default)s)")
    parser.add_argument("--steps", type=int, metavar="N", help="steps a round for every task (default 200, 5, 3, 100)")
    parser.add_argument("--threads", type=int, default=2, help="processors and threads for every engine (default 2)")
    parser.add_argument("--quiet-below", type=float, default=0.1, metavar="P",
                        help="start when others keep fewer than P processors busy (default %(default)s)")
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS",
                        help="wait so long for that, before each round (default %(default)s)")
    parser.add_argument("--at-most", type=float, metavar="RATIO",
                        help="exit with 1 when reparam's median exceeds RATIO times PyTorch's on any task")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args()
    options.tasks = options.tasks.split(",")
    options.engines = [name for name in options.engines.split(",") if name]
    for name in options.tasks:
        if name not in TASKS:
            parser.error(f"--tasks: unknown task '{name}'; known: {', '.join(TASKS)}")
    for name in options.engines:
        if name not in PEERS:
            parser.error(f"--engines: unknown engine '{name}'; known: {', '.join(PEERS)}")
    for name in ("rounds", "threads", "steps"):
        value = getattr(options, name)
        if value is not None and value < 1:
            parser.error(f"--{name} must be at least 1, got {value}")
    if options.at_most is not None and not (options.reparam and BASE in options.engines):
        parser.error(f"--at-most compares --reparam with the engine {BASE}; both are needed")
    return options


def commands(options):
    """`{engine: (tasks that it knows, command without task and steps, what comes after these)}`"""
    pythons = {name: path for name in ("torch", "jax") if (path := getattr(options, f"{name}_python"))}
    if options.setup:
        needed = {PEERS[name][0] for name in options.engines} - set(pythons)
        pythons |= set_up(options.setup, sorted(needed))
    engines = {}
    if options.reparam:
        engines["reparam"] = (set(options.tasks), shlex.split(options.reparam), [])
    for name in options.engines:
        whose, script, mode, tasks = PEERS[name]
        if whose not in pythons:
            say(f"skipping {name}: give --{whose}-python PATH, or --setup DIR")
            continue
        more = ["--mode", mode] + (["--threads", str(options.threads)] if whose == "torch" else [])
        engines[name] = (tasks, [pythons[whose], str(HERE / "peers" / script)], more)
    if not engines:
        raise Failure("no engine to time: give --setup, --torch-python, --jax-python or --reparam")
    return engines


def chosen_cpus(threads):
    """The processors that every engine is held to, so that none runs on more than the others do."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    if threads > len(allowed):
        raise Failure(f"--threads {threads}: this process may use {len(allowed)} processors")
    return allowed[:threads]


def run_once(engine, command, task, threads, cpus):
    """Runs one engine on one task; returns its line of the protocol."""
    environment = os.environ | {
        name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    }
    hold = (lambda: os.sched_setaffinity(0, cpus)) if hasattr(os, "sched_setaffinity") else None
    watch = quiet.Watch(cpus)
    try:
        done = subprocess.run(command, env=environment, preexec_fn=hold, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failure(f"{engine}: cannot run '{command[0]}': {error.strerror}") from error
    others = watch.others()
    shown = shlex.join(command)
    if done.returncode != 0:
        raise Failure(f"{engine}: '{shown}' ended with status {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    for line in reversed(done.stdout.splitlines()):
        if line.startswith("{"):
            try:
                found = json.loads(line)
                if found["task"] == task:
                    return {
                        "engine": engine, "task": task, "version": str(found.get("version", "")),
                        "us_per_step": float(found["us_per_step"]), "loss": float(found["loss"]), "others": others,
                    }
            except (ValueError, KeyError, TypeError) as error:
                raise Failure(f"{engine}: '{shown}' printed a line that is not of the protocol: {line}") from error
    raise Failure(f"{engine}: '{shown}' printed no result for task '{task}'")


def measure(options, engines, cpus):
    """All samples, round by round. The order turns by one each round: no engine always follows the same neighbour."""
    samples = []
    for number in range(options.rounds):
        quiet.wait_until_quiet(cpus, options.quiet_below, options.wait, say)
        names = list(engines)
        turned = names[number % len(names):] + names[:number % len(names)]
        for task in options.tasks:
            steps = options.steps or TASKS[task]
            for name in turned:
                tasks, command, more = engines[name]
                if task not in tasks:
                    continue
                sample = run_once(name, [*command, task, str(steps), *more], task, options.threads, cpus)
                sample |= {"round": number, "steps": steps}
                samples.append(sample)
                others = "" if sample["others"] is None else f", others {sample['others']:.2f}"
                say(f"round {number + 1}/{options.rounds} {task} {name}: {sample['us_per_step'] / 1000:.3f} ms{others}")
    return sorted(samples, key=lambda sample: (options.tasks.index(sample["task"]), list(engines).index(sample["engine"])))


def machine(cpus):
    """What the numbers were measured on."""
    model = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
    except OSError:
        pass
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cpu": model, "cpus_used": cpus, "system": platform.platform(), "load_at_start": load}


def main():
    options = parse_options()
    cpus = chosen_cpus(options.threads)
    host = machine(cpus)
    samples = measure(options, commands(options), cpus)
    rows = summary.summarise(samples, BASE)
    problems = []
    for sample in samples:
        problem = summary.work_differs(sample["task"], sample["steps"], sample["loss"])
        if problem:
            problems.append(f"{sample['engine']}, round {sample['round'] + 1}: {problem}")
    for row in rows:
        if options.at_most is not None and row["engine"] == "reparam" and row.get("ratio", 0.0) > options.at_most:
            problems.append(f"{row['task']}: reparam takes {row['ratio']:.3f} of PyTorch's time, --at-most {options.at_most}")
    if options.json:
        print(json.dumps({"machine": host, "threads": options.threads, "rows": rows, "samples": samples, "problems": problems}))
    else:
        print(summary.table(rows, BASE))
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
