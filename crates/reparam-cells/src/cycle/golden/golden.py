"""Golden values of the cycle's numbers; writes golden.csv beside itself.

Inputs are made by the formulas that tests.rs has. Run: python golden.py
"""

import sys
from pathlib import Path

import anndata
import numpy as np
import scanpy
import scipy
import scipy.stats
import sklearn
from sklearn.neighbors import NearestNeighbors

TAU = 2 * np.pi
out = []


def put(name, *values):
    out.extend(f"{name},{float(v)!r}" for v in values)


n = 200
i = np.arange(n)
a = np.mod(1.7 * i + np.sin(3.1 * i), TAU)
b = np.mod(-a + 0.8 + 0.6 * np.sin(5.3 * i), TAU)
labels = (i * i + i // 7) % 3
points = np.stack([np.sin(1.3 * i) + 0.7 * labels, np.cos(2.1 * i) - 0.5 * labels], 1)

# Harmonic: least squares by QR, and the F test.
y = 1.5 + 0.9 * np.cos(a - 2.0) + np.sin(7.7 * i)
design = np.stack([np.ones(n), np.cos(a), np.sin(a)], 1)
beta = np.linalg.lstsq(design, y, rcond=None)[0]
rest = ((y - design @ beta) ** 2).sum()
share = 1 - rest / ((y - y.mean()) ** 2).sum()
f = share / 2 / ((1 - share) / (n - 3))
put("harmonic", beta[0], np.hypot(beta[1], beta[2]), np.arctan2(beta[2], beta[1]) % TAU, share, scipy.stats.f.sf(f, 2, n - 3))

# Eta squared of one column, from F of the analysis of variance; and of angles.
f = scipy.stats.f_oneway(*[points[labels == k, 0] for k in range(3)]).statistic
put("eta", f * 2 / (f * 2 + n - 3))
unit = np.stack([np.cos(a), np.sin(a)], 1)
between = sum((labels == k).sum() * (unit[labels == k].mean(0) - unit.mean(0)) ** 2 for k in range(3)).sum()
put("eta_angles", between / ((unit - unit.mean(0)) ** 2).sum())

# Circular correlations.
sa, sb = np.sin(a - scipy.stats.circmean(a)), np.sin(b - scipy.stats.circmean(b))
put("circular", (sa * sb).sum() / np.sqrt((sa**2).sum() * (sb**2).sum()))
apart, together = np.exp(1j * (a - b)).sum(), np.exp(1j * (a + b)).sum()
mu, nu = (np.angle(together) + np.angle(apart)) / 2, (np.angle(together) - np.angle(apart)) / 2
sa, sb = np.sin(a - mu), np.sin(b - nu)
put("rotation_free", (sa * sb).sum() / np.sqrt((sa**2).sum() * (sb**2).sum()))


# Angle error: every difference tried as rotation.
def arc(x):
    return np.abs(np.mod(x + np.pi, TAU) - np.pi)


put("error_direct", arc(a - b).mean())
put("error_best", min(arc(sign * a + t - b).mean() for sign in (1, -1) for t in b - sign * a))

# Votes of neighbours, leave one out.
near = NearestNeighbors(n_neighbors=16).fit(points).kneighbors(points)[1][:, 1:]
for k in (1, 5, 10, 15):
    right = 0
    for c in range(n):
        votes = np.bincount(labels[near[c, :k]], minlength=3)
        tied = [l for l in labels[near[c, :k]] if votes[l] == votes.max()]
        right += tied[0] == labels[c]
    put("knn", right / n)

# Regression on latents.
latents = np.stack([np.cos(a) + 0.3 * np.sin(1.1 * i), np.sin(a), np.sin(2.9 * i), np.cos(1.9 * i) * 2], 1)
centred = latents - latents.mean(0)
w = np.linalg.lstsq(centred, y - y.mean(), rcond=None)[0]
put("axis", np.corrcoef(centred @ w, y)[0, 1])

# Scores of a gene set; bins are smaller than the number of controls, so that no draw is made.
state, counts = 12345, np.zeros((60, 120))
for c in range(60):
    for g in range(120):
        state = (state * 1103515245 + 12345) % 2**31
        counts[c, g] = max(0, (state >> 16) % (3 + g % 17) - 1)
adata = anndata.AnnData(counts)
scanpy.pp.normalize_total(adata, target_sum=1e4)
scanpy.pp.log1p(adata)
genes = [adata.var_names[g] for g in (3, 10, 47, 80, 81)]
scanpy.tl.score_genes(adata, genes, ctrl_as_ref=False)
put("score", *adata.obs["score"])

packages = [np, scipy, sklearn, scanpy, anndata]
versions = f"# Python {sys.version.split()[0]}, " + ", ".join(f"{p.__name__} {p.__version__}" for p in packages)
Path(__file__).with_name("golden.csv").write_text(versions + "\nname,value\n" + "\n".join(out) + "\n")
