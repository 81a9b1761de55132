"""Golden values of the selection of genes; writes golden.csv beside itself.

Counts are made by the formulas that tests.rs has, of multiplications alone, so that both have the same. Run: python golden.py
"""

import sys
import warnings
from pathlib import Path

import anndata
import numpy as np
import scanpy
import skmisc

CELLS, GENES, TOP = 300, 2000, 500
warnings.simplefilter("ignore")

state, counts = 1, np.zeros((CELLS, GENES))
for c in range(CELLS):
    for g in range(GENES):
        state = (state * 1103515245 + 12345) % 2**31
        u = state / 2**31
        x = 2.0 ** (g * 37 % 11) * (1 + g % 13)
        for _ in range(1 + g * 101 % 7):
            x *= u
        if c % 3 == 2 and g % 5 == 0:
            x *= 0.25
        counts[c, g] = np.floor(x)

adata = anndata.AnnData(counts, obs={"batch": [str(c % 3 // 2) for c in range(CELLS)]})
alone = scanpy.pp.highly_variable_genes(adata, n_top_genes=TOP, flavor="seurat_v3", inplace=False)
both = scanpy.pp.highly_variable_genes(adata, n_top_genes=TOP, flavor="seurat_v3", batch_key="batch", inplace=False)
lines = [
    f"# Python {sys.version.split()[0]}, numpy {np.__version__}, scanpy {scanpy.__version__}, scikit-misc {skmisc.__version__}",
    "mean,variance,standardised,chosen,chosen_of_batches",
]
for a, b in zip(alone.itertuples(), both.itertuples()):
    lines.append(
        f"{a.means:.9g},{a.variances:.9g},{a.variances_norm:.9g},{int(a.highly_variable)},{int(b.highly_variable)}"
    )
Path(__file__).with_name("golden.csv").write_text("\n".join(lines) + "\n")
