#!/usr/bin/env bash
# Autoencoders of the embedded digits with discrete latents: what each estimator reaches in the same time.
#
#   bench/discrete_latents.sh [SECONDS] [FOLDER]      default: 20 seconds a run, target/discrete-latents
#
# 200 coins, and 20 variables of 10 categories; everything but the estimator is the same. Prints a table in Markdown and leaves the runs.
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
variance = [float(r["gradient_variance"]) for r in rows if r["gradient_variance"]]
print(f"| {law} | `{estimator}` | {found['steps']:,} | {float(rows[-1]['elbo']):.2f} | {found['elbo']:.2f} | "
      f"{found['nll']:.2f} ± {found['nll_se']:.2f} | {found['active_units']} | {variance[-1]:.3g} |")
PY
}

echo "| latent | estimator | steps | ELBO, training | ELBO, held out | NLL, 500 draws | active | variance of the gradient |"
echo "|---|---|---|---|---|---|---|---|"
for law in bernoulli categorical; do
    for estimator in gumbel-softmax straight-through score-function score-function-running-mean rloo disarm rebar; do
        row "$law" "$estimator"
    done
done
