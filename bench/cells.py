#!/usr/bin/env python3
"""Times training on single cells: `reparam cells train` and SCVI of scvi-tools in one interleaved run; and the memory of a large run.

Counts are simulated (scripts/cells_simulate.py) and both engines read the same file: negative binomial, 10 latents, one hidden layer of 128 in
encoder and decoder, batches of 128, a tenth held out. Seconds are those of training alone, without reading and without judging.
With --large both `--memory` budgets train on that many cells for two epochs, and the peak of resident memory is reported.

PYTHON must have scvi-tools (which brings anndata and h5py): `pip install scvi-tools==1.4.2`. This script needs Python 3.11 and no packages.
Exit status: 0 done, 1 a limit was missed (--at-least, --at-most-mib), 2 usage or failure.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import quiet
import summary

HERE = pathlib.Path(__file__).resolve().parent
NETWORK = ["--latent", "10", "--hidden", "128", "--layers", "1", "--decoder-layers", "1", "--modality", "rna=nb",
           "--top-genes", "0", "--held-out", "0.1", "--batch-size", "128", "--json"]
# Budgets of the large run in MiB: the default, and one that sends the counts to a file.
BUDGETS = (512, 64)
LARGE_EPOCHS = 2


class Failure(Exception):
    """Something that the user can put right; its text says what."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reparam", default="target/release/reparam", metavar="PATH", help="our binary (default %(default)s)")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="a Python that has scvi-tools")
    parser.add_argument("--cells", type=int, default=5000, help="cells (default %(default)s)")
    parser.add_argument("--genes", type=int, default=2000, help="genes (default %(default)s)")
    parser.add_argument("--epochs", type=int, default=20, help="epochs of a run (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of both engines; 0: the large run alone (default %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="processors of both (default %(default)s)")
    parser.add_argument("--large", type=int, default=0, metavar="CELLS", help="cells of the run whose memory is measured; 0: none")
    parser.add_argument("--large-file", type=pathlib.Path, metavar="FILE", help="its counts, made where they are not there")
    parser.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="wait so long for a quiet machine (default %(default)s)")
    parser.add_argument("--at-least", type=float, metavar="RATIO", help="exit with 1 when the ratio of cells a second is below")
    parser.add_argument("--at-most-mib", type=float, metavar="MIB", help="exit with 1 when a large run takes more memory")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    options = parser.parse_args()
    for name, least in (("cells", 100), ("genes", 10), ("epochs", 1), ("rounds", 0), ("threads", 1), ("large", 0)):
        if getattr(options, name) < least:
            parser.error(f"--{name} must be at least {least}, got {getattr(options, name)}")
    return options


def run(command, options, cpus):
    """The last JSON line of a command, its wall-clock seconds, its peak memory in MiB, and how busy others were."""
    threads = {name: str(options.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")}
    hold = (lambda: os.sched_setaffinity(0, cpus)) if hasattr(os, "sched_setaffinity") else None
    watch, started = quiet.Watch(cpus), time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            child = subprocess.Popen(command, stdout=out, stderr=err, env=os.environ | threads, preexec_fn=hold)
        except OSError as error:
            raise Failure(f"cannot run '{command[0]}': {error.strerror}") from error
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    if child.returncode != 0:
        raise Failure(f"'{command[0]}' ended with status {child.returncode}:\n{texts[1].strip()[-2000:]}")
    lines = [line for line in texts[0].splitlines() if line.startswith("{")]
    if not lines:
        raise Failure(f"'{command[0]}' printed no result")
    return json.loads(lines[-1]), {"wall": wall, "mib": usage.ru_maxrss / 1024, "others": watch.others()}


def simulate(options, cells, path):
    command = [options.python, str(HERE.parent / "scripts/cells_simulate.py"), str(cells), str(options.genes), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"the simulation failed:\n{done.stderr.strip()[-2000:]}")


def reparam(options, path, cells, epochs, cpus, extra=()):
    """One run of ours on a file; its folder is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        command = [options.reparam, "cells", "train", str(path), *NETWORK, "--epochs", str(epochs), "--out", f"{folder}/run",
                   "--threads", str(options.threads), *extra]
        found, used = run(command, options, cpus)
    training = cells - round(0.1 * cells)
    evaluation = found["judgement"]["evaluation"]
    return {"engine": "reparam", "cells_per_s": training * epochs / found["seconds"], "seconds": found["seconds"],
            "elbo": found["elbo"], "held_out": evaluation["elbo"][0]} | used


def speed(options, path, cpus):
    """All samples, round by round; who begins changes from round to round."""
    samples = []
    for number in range(options.rounds):
        quiet.wait_until_quiet(cpus, 0.1, options.wait, say)
        engines = ["reparam", "scvi-tools"]
        for engine in engines if number % 2 == 0 else engines[::-1]:
            if engine == "reparam":
                sample = reparam(options, path, options.cells, options.epochs, cpus)
            else:
                peer = [options.python, str(HERE / "peers/scvi_peer.py"), str(path), str(options.epochs), str(options.threads)]
                found, used = run(peer, options, cpus)
                sample = found | used
            samples.append(sample)
            say(f"round {number + 1}/{options.rounds} {engine}: {sample['cells_per_s']:.0f} cells/s")
    return samples


def rows_of(samples):
    """Medians of each engine; the ratio is of the medians, with its interval over rounds."""
    rows = []
    for engine in dict.fromkeys(sample["engine"] for sample in samples):
        mine = [sample for sample in samples if sample["engine"] == engine]
        middle = {name: summary.statistics.median(sample[name] for sample in mine)
                  for name in ("cells_per_s", "seconds", "elbo", "held_out", "mib")}
        others = [sample["others"] for sample in mine if sample["others"] is not None]
        rows.append({"engine": engine, "others": max(others, default=None)} | middle)
    return rows


def ratio_of(samples):
    """Ratio of the median rates, ours to theirs, and the least and largest ratio within a round."""
    rates = {engine: [s["cells_per_s"] for s in samples if s["engine"] == engine] for engine in ("reparam", "scvi-tools")}
    pairs = [ours / theirs for ours, theirs in zip(rates["reparam"], rates["scvi-tools"])]
    median = summary.statistics.median
    return {"ratio": median(rates["reparam"]) / median(rates["scvi-tools"]), "least": min(pairs), "largest": max(pairs)}


def large(options, folder, cpus):
    """Memory and time on many cells, for each budget."""
    path = options.large_file or pathlib.Path(folder) / "large.h5ad"
    if not path.exists():
        say(f"simulating {options.large} cells")
        simulate(options, options.large, path)
    found = []
    for budget in BUDGETS:
        sample = reparam(options, path, options.large, LARGE_EPOCHS, cpus, ["--memory", str(budget), "--draws", "1"])
        say(f"{options.large} cells, --memory {budget}: {sample['mib']:.0f} MiB, {sample['wall']:.0f} s")
        found.append({"budget": budget} | sample)
    return found


def table(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def show(rows, ratio, big):
    number = lambda value, digits: "?" if value is None else f"{value:.{digits}f}"
    if rows:
        lines = [["engine", "cells/s", "seconds", "training ELBO", "held-out ELBO", "MiB", "others"]]
        for row in rows:
            lines.append([row["engine"], number(row["cells_per_s"], 0), number(row["seconds"], 1), number(row["elbo"], 1),
                          number(row["held_out"], 1), number(row["mib"], 0), number(row["others"], 2)])
        print(table(lines))
        print(f"ratio of cells a second {ratio['ratio']:.2f} ({ratio['least']:.2f} to {ratio['largest']:.2f} within rounds)")
    if big:
        lines = [["--memory", "MiB", "seconds", "of training", "cells/s", "others"]]
        for row in big:
            lines.append([str(row["budget"]), number(row["mib"], 0), number(row["wall"], 0), number(row["seconds"], 0),
                          number(row["cells_per_s"], 0), number(row["others"], 2)])
        print(table(lines))


def main():
    options = parse_options()
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    if options.threads > len(allowed):
        raise Failure(f"--threads {options.threads}: this process may use {len(allowed)} processors")
    cpus = allowed[:options.threads]
    samples, big = [], []
    with tempfile.TemporaryDirectory() as folder:
        if options.rounds:
            path = pathlib.Path(folder) / "cells.h5ad"
            simulate(options, options.cells, path)
            samples = speed(options, path, cpus)
        if options.large:
            big = large(options, folder, cpus)
    rows, ratio = rows_of(samples), ratio_of(samples) if samples else None
    problems = []
    if ratio and options.at_least is not None and ratio["ratio"] < options.at_least:
        problems.append(f"the ratio is {ratio['ratio']:.2f}, --at-least {options.at_least:g}")
    problems += [f"--memory {row['budget']} took {row['mib']:.0f} MiB, --at-most-mib {options.at_most_mib:g}" for row in big
                 if options.at_most_mib is not None and row["mib"] > options.at_most_mib]
    if options.json:
        print(json.dumps({"rows": rows, "ratio": ratio, "large": big, "samples": samples, "problems": problems}))
    else:
        show(rows, ratio, big)
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
