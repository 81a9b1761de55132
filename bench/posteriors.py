#!/usr/bin/env python3
"""Posteriors of `reparam infer` beside reference draws, least squares, and NumPyro's variational inference, in one interleaved run.

    python3 bench/posteriors.py REPARAM POSTERIORDB [--rounds 5] [--numpyro PYTHON PEER.py]

REPARAM: the built command. POSTERIORDB: a folder with posteriordb's draws (`draws_*.json.zip`) and `hudson_lynx_hare.json.zip`.
PYTHON: an interpreter with numpyro and diffrax; PEER.py: a program that fits the lynx and hares with NumPyro and prints its time and moments.

For each posterior: the largest standardised error of a mean, |mean - reference| / reference sd, the smallest and largest ratio of sds, k-hat and
seconds. Only Python's own library is needed.
"""
import argparse, json, os, re, statistics as st, subprocess, time, zipfile

LEAST_SQUARES = [5.9258e-5, 2.9634e-5, 2.0473e-5, 2.7447e-4, 3.9979e-5]  # per minute; alpha-pinene, residual sum of squares 19.872
MEAN_FIELD = [0.16, 0.34, 0.19, 0.20, 0.41, 0.71, 1.0, 1.0]  # of the true sds on the log scale: the best that independent normals can do


def reference(folder, name):
    archive = zipfile.ZipFile(os.path.join(folder, f"draws_{name}.json.zip"))
    chains = json.loads(archive.read(archive.namelist()[0]))
    return {key: sum((chain[key] for chain in chains), []) for key in chains[0]}


def run(command, *arguments):
    began = time.time()
    done = subprocess.run([command, "infer", *arguments, "--json"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    answer = json.loads(done.stdout)
    answer["wall"] = time.time() - began
    return answer


def beside(answer, reference, names):
    found = {p["name"]: p for p in answer["parameters"]}
    errors, ratios = [], []
    for ours, theirs in names.items():
        mean, sd = st.mean(reference[theirs]), st.stdev(reference[theirs])
        errors.append(abs(found[ours]["mean"] - mean) / sd)
        ratios.append(found[ours]["sd"] / sd)
    return max(errors), min(ratios), max(ratios)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reparam")
    parser.add_argument("posteriordb")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--numpyro", nargs=2, metavar=("PYTHON", "PEER"))
    options = parser.parse_args()
    lynx = reference(options.posteriordb, "hudson_lynx_hare-lotka_volterra")
    schools = reference(options.posteriordb, "eight_schools-eight_schools_noncentered")
    lynx_names = {f"theta{i}": f"theta[{i}]" for i in range(1, 5)} | {
        f"{name}{i}": f"{name}[{i}]" for name in ("z_init", "sigma") for i in (1, 2)
    }
    school_names = {f"theta[{i}]": f"theta[{i + 1}]" for i in range(8)} | {"mu": "mu", "tau": "tau"}
    times = {"lotka-volterra": [], "eight-schools": [], "numpyro": []}
    for seed in range(options.rounds):
        for problem, draws, names in (("lotka-volterra", lynx, lynx_names), ("eight-schools", schools, school_names)):
            answer = run(options.reparam, problem, "--guide", "full-rank", "--seed", str(seed))
            error, low, high = beside(answer, draws, names)
            times[problem].append(answer["wall"])
            print(
                f"{problem:15} full-rank  seed {seed}: mean error {error:.3f}, sd ratios {low:.3f} to {high:.3f}, "
                f"k-hat {answer['k_hat']:.2f}, {answer['seconds']:.2f} s ({answer['wall']:.2f} s in all)",
                flush=True,
            )
        if options.numpyro:
            data = os.path.join(options.posteriordb, "hudson_lynx_hare.json.zip")
            began = time.time()
            done = subprocess.run([*options.numpyro, data, "svi"], capture_output=True, text=True, check=True)
            own = float(re.search(r"steps ([0-9.]+) s", done.stdout).group(1))
            times["numpyro"].append(own)
            print(f"NumPyro         full-rank       : {own:.1f} s ({time.time() - began:.1f} s in all)  {done.stdout.splitlines()[-1]}")
    answer = run(options.reparam, "lotka-volterra", "--guide", "mean-field")
    import math

    logs = [st.stdev([math.log(x) for x in lynx[theirs]]) for theirs in lynx_names.values()]
    found = {p["name"]: p for p in answer["parameters"]}
    # A log-normal's sd on the log scale from its mean and sd: exact for this guide, whose draws are log-normal.
    ratios = [math.sqrt(math.log1p((found[n]["sd"] / found[n]["mean"]) ** 2)) / sd for n, sd in zip(lynx_names, logs)]
    worst = max(abs(a - b) for a, b in zip(ratios, MEAN_FIELD))
    print("lotka-volterra  mean-field: log-scale sds", " ".join(f"{r:.2f}" for r in ratios), f"of the truth, off by at most {worst:.2f};",
          f"k-hat {answer['k_hat']:.2f}, {answer['verdict']}")
    answer = run(options.reparam, "alpha-pinene")
    rates = [p for p in answer["parameters"] if re.fullmatch(r"k[1-5]", p["name"])]
    off = [p["mean"] / least - 1 for p, least in zip(rates, LEAST_SQUARES)]
    print("alpha-pinene    means against least squares:", " ".join(f"{100 * x:+.2f} %" for x in off), f"k-hat {answer['k_hat']:.2f}")
    for name, seconds in times.items():
        if seconds:
            print(f"{name}: median {st.median(seconds):.2f} s")
    if times["numpyro"]:
        print(f"NumPyro / reparam: {st.median(times['numpyro']) / st.median(times['lotka-volterra']):.1f}")


if __name__ == "__main__":
    main()
