"""Golden log-likelihoods of cells in `crates/reparam/tests/golden/cells_likelihood.json`.

Sums over genes of `log_prob` of `NegativeBinomial(mu, theta)`, `ZeroInflatedNegativeBinomial(mu, theta, zi_logits)` and `Poisson(rate)` of
scvi.distributions in f64, of SciPy's `nbinom` and `poisson`, and of `torch.distributions.Bernoulli` with PeakVI's probability. Logits, libraries
and dispersions are f32 numbers, so that tests in f32 read them without rounding; means are `exp(log_library) softmax(logits)`.

Made with scvi-tools 1.4 or later (the file has the versions): `python3 scripts/cells_golden.py`
"""
import json
import pathlib

import numpy as np
import scipy
import scvi
import torch
from scipy.stats import nbinom, poisson
from scvi.distributions import NegativeBinomial, Poisson, ZeroInflatedNegativeBinomial

ROWS, GENES = 12, 9
path = pathlib.Path(__file__).parent.parent / "crates/reparam/tests/golden/cells_likelihood.json"
path.parent.mkdir(exist_ok=True)
random = np.random.default_rng(6)


def single(values):
    return values.astype(np.float32).astype(np.float64)


logits = single(1.5 * random.normal(size=(ROWS, GENES)))
log_library = single(np.linspace(2.0, 6.0, ROWS))
log_dispersion = single(1.2 * random.normal(size=GENES))
dropout = single(1.5 * random.normal(size=(ROWS, GENES)) - 0.5)
depth, region = single(random.normal(size=ROWS)), single(2.0 * random.normal(size=GENES))
mean = np.exp(log_library[:, None] + logits - scipy.special.logsumexp(logits, axis=1, keepdims=True))
theta = np.exp(log_dispersion)
counts = random.poisson(random.gamma(theta, mean / theta)) * (random.random((ROWS, GENES)) > 0.2)

x, mu, d = (torch.tensor(v, dtype=torch.float64) for v in (counts, mean, np.broadcast_to(theta, mean.shape).copy()))
zinb = ZeroInflatedNegativeBinomial(mu=mu, theta=d, zi_logits=torch.tensor(dropout))
open_probability = scipy.special.expit(logits) * scipy.special.expit(depth)[:, None] * scipy.special.expit(region)
bernoulli = torch.distributions.Bernoulli(probs=torch.tensor(open_probability))


def rows(values):
    return np.asarray(values).sum(1).tolist()


golden = {
    "versions": {"scvi-tools": scvi.__version__, "torch": torch.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "genes": GENES, "logits": logits.ravel().tolist(), "log-library": log_library.tolist(), "log-dispersion": log_dispersion.tolist(),
    "dropout": dropout.ravel().tolist(), "depth": depth.tolist(), "region": region.tolist(), "counts": counts.ravel().tolist(),
    "scvi-nb": rows(NegativeBinomial(mu=mu, theta=d).log_prob(x)), "scvi-zinb": rows(zinb.log_prob(x)),
    "scvi-poisson": rows(Poisson(rate=mu).log_prob(x)), "bernoulli": rows(bernoulli.log_prob((x > 0).double())),
    "scipy-nb": rows(nbinom.logpmf(counts, n=theta, p=theta / (theta + mean))), "scipy-poisson": rows(poisson.logpmf(counts, mean)),
}
path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in golden.items()) + "\n}\n")
