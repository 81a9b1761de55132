"""Golden log-probabilities of counts in `crates/reparam-core/tests/golden/count_likelihood.csv`.

Negative binomial by mean and inverse dispersion, `scipy.stats.nbinom.logpmf(x, n=d, p=d / (d + mean))`, and the same with more zeros.
Columns: x, log-mean, log-dispersion, log-odds of an extra zero, log-probability, log-probability with more zeros. The parameters are
f32 numbers, so that tests in f32 read them without rounding. SciPy loses digits where the dispersion is large, so these stay moderate.

Made with SciPy 1.16 or later (see the first line of the file): `python3 scripts/count_likelihood_golden.py`
"""
import itertools
import pathlib
import numpy as np
import scipy
from scipy.special import log_expit, logsumexp
from scipy.stats import nbinom

path = pathlib.Path(__file__).parent.parent / "crates/reparam-core/tests/golden/count_likelihood.csv"
path.parent.mkdir(exist_ok=True)
lines = [f"# SciPy {scipy.__version__}, NumPy {np.__version__}: x, log_mean, log_dispersion, dropout_logit, nb, zinb"]
for x, log_mean, log_dispersion, dropout in itertools.product(
    [0, 1, 2, 7, 16, 17, 60, 1000], [-6.0, -0.75, 1.5, 6.25], [-3.5, 0.25, 5.0], [-4.5, 0.5]
):
    mean, d = np.exp(log_mean), np.exp(log_dispersion)
    nb = nbinom.logpmf(x, n=d, p=d / (d + mean))
    inflated = nb + log_expit(-dropout)
    if x == 0:
        inflated = logsumexp([log_expit(dropout), inflated])
    lines.append(",".join(repr(float(v)) for v in (x, log_mean, log_dispersion, dropout, nb, inflated)))
path.write_text("\n".join(lines) + "\n")
