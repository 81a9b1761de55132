#!/usr/bin/env bash
# Autoencoders of the embedded digits with discrete latents: what each estimator reaches in the same time.
#
#   bench/discrete_latents.sh [SECONDS] [FOLDER]      default: 20 seconds a run, target/discrete-latents
#
# 200 coins, and 20 variables of 10 categories; everything but the estimator is the same. Prints a table in Markdown and leaves the runs.
# ESTIMATORS="rloo disarm" measures those alone. The variance is the mean of the last five measurements, at the run's own weights; the signal-to-noise
# ratio beside it compares runs whose weights differ.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
folder=${2:-target/discrete-latents}
reparam=${REPARAM:-target/release/reparam}
common=(--seconds "$seconds" --epochs 100000 --schedule constant --learning-rate 0.001 --kl-warmup-epochs 100 --gradient-noise-every 20)
mkdir -p "$folder"

row() { # law estimator
    local out="$folder/$1-$2" options=(--latent-law "$1" --estimator "$2")
    if [ "$1" = bernoulli ]; then options+=(--latents 200); else options+=(--latents 20 --categories 10); fi
    rm -rf "$out"
    "$reparam" vae train "${options[@]}" "${common[@]}" --out "$out" --json >"$out.json" 2>"$out.log"
    python3 - "$1" "$2" "$out" <<'PY'
import csv, json, sys
law, estimator, out = sys.argv[1:]
found = json.load(open(out + ".json"))
rows = list(csv.DictReader(open(out + "/metrics.csv")))
measured = [r for r in rows if r["gradient_variance"]][-5:]
last = lambda name, rows: sum(float(r[name]) for r in rows) / len(rows) if rows else float("nan")
biased = estimator in "gumbel-softmax gumbel-straight-through straight-through reinmax gapped-straight-through gumbel-rao".split()
print(f"| {law} | `{estimator}`{' (biased)' if biased else ''} | {found['steps']:,} | {last('elbo', rows[-20:]):.2f} | {found['elbo']:.2f} | "
      f"{found['nll']:.2f} ± {found['nll_se']:.2f} | {found['active_units']} | "
      f"{last('gradient_variance', measured):.2g} | {last('gradient_snr', measured):.2g} |")
PY
}

echo "| latent | estimator | steps | ELBO, training | ELBO, held out | NLL, 500 draws | active | variance of the gradient | signal to noise |"
echo "|---|---|---|---|---|---|---|---|---|"
all="gumbel-softmax gumbel-straight-through straight-through reinmax gapped-straight-through gumbel-rao
score-function score-function-running-mean rloo muprop arm disarm rebar"
for law in bernoulli categorical; do
    for estimator in ${ESTIMATORS:-$all}; do
        # ARM is an estimator of coins.
        if [ "$law $estimator" != "categorical arm" ]; then row "$law" "$estimator"; fi
    done
done
