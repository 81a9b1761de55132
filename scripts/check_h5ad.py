"""Checks .h5ad files of this project with anndata and scanpy.

Run: H5AD_OUT=folder cargo test --release -p reparam-cells -- --ignored h5ad
     python scripts/check_h5ad.py folder
"""

import sys
import warnings
from pathlib import Path

import anndata
import numpy as np
import scanpy as sc

warnings.simplefilter("error")
folder = Path(sys.argv[1])

# Every kind of column and value.
a = anndata.read_h5ad(folder / "kinds.h5ad")
assert a.shape == (3, 4) and list(a.obs_names) == ["c1", "c2", "c3"]
assert list(a.obs.columns) == ["number", "integer", "boolean", "text", "gaps", "category"]
assert a.obs["number"].dtype == float and np.isnan(a.obs["number"].iloc[1]) and a.obs["number"].iloc[2] == -2
assert a.obs["integer"].dtype == np.int64 and list(a.obs["integer"]) == [1, -2, 2**63 - 1]
assert a.obs["boolean"].dtype == bool and list(a.obs["boolean"]) == [True, False, True]
assert list(a.obs["text"]) == ["ß é 細胞", "", "x"]
assert list(a.obs["gaps"].cat.codes) == [1, -1, 0] and list(a.obs["gaps"].cat.categories) == ["a", "b"]
assert list(a.obs["category"].cat.codes) == [1, -1, 0] and list(a.obs["category"].cat.categories) == ["G1", "Größe"]
assert not a.obs["category"].cat.ordered
assert list(a.var["gene_ids"]) == ["E1", "E2", "E3", "E4"] and list(a.var["highly_variable"]) == [True, False, True, False]
want = np.array([[1, 0, 0, 7], [0, 0, 0, 0], [0, 0, 3, 0]], "f4")
assert a.X.dtype == np.float32 and a.X.has_canonical_format
assert (a.X.toarray() == want).all() and (a.layers["same"].toarray() == want).all()
assert (a.layers["dense"] == np.arange(12).reshape(3, 4)).all()
assert a.obsm["X_latent"].dtype == np.float32 and (a.obsm["X_latent"] == np.arange(6).reshape(3, 2)).all()
u = a.uns
assert u["seed"] == 7 and u["share"] == 0.25 and u["name"] == "zwölf" and bool(u["yes"]) is True and u["large"] == 2**64 - 1
assert list(u["texts"]) == ["a", "b"] and list(u["whole"]) == [1, 2] and np.isnan(u["gaps"][1])
assert u["truths"].dtype == bool and u["empty"].shape == (0,) and u["grid"].tolist() == [[1, 2], [3, 4]]
assert u["inner"]["deep"]["x"] == 1 and u["maps"]["1"]["k"] == 2 and "nothing" not in u
# Once more, by the reference implementation, and lazily.
a.write_h5ad(folder / "again.h5ad")
assert (anndata.read_h5ad(folder / "again.h5ad").X.toarray() == want).all()
assert anndata.read_h5ad(folder / "kinds.h5ad", backed="r").X[0:1].toarray().tolist() == [[1, 0, 0, 7]]

# Simulated cells through the usual steps, and our choices against scanpy's.
warnings.simplefilter("ignore")
a = sc.read_h5ad(folder / "simulated.h5ad")
for ours, batch in (("chosen", None), ("chosen_of_batches", "batch")):
    theirs = sc.pp.highly_variable_genes(a, n_top_genes=500, flavor="seurat_v3", batch_key=batch, inplace=False)
    both = int((theirs["highly_variable"].to_numpy() & a.var[ours].to_numpy()).sum())
    print(f"genes chosen by both, batch = {batch}: {both} of 500")
    assert both >= 475
sc.pp.normalize_total(a, target_sum=1e4)
sc.pp.log1p(a)
genes = {}
for phase in ("s", "g2m"):
    lines = (Path(__file__).parent.parent / f"crates/reparam-cells/data/cycle_{phase}_human.txt").read_text().splitlines()
    genes[phase] = [g for g in (l.split()[0] for l in lines if not l.startswith("#")) if g in a.var_names]
    sc.tl.score_genes(a, genes[phase], score_name="theirs", ctrl_as_ref=False)
    r = np.corrcoef(a.obs["theirs"], a.obs[f"{phase}_score"])[0, 1]
    print(f"correlation of the {phase} score with scanpy's: {r:.5f}")
    assert r > 0.99
sc.tl.score_genes_cell_cycle(a, s_genes=genes["s"], g2m_genes=genes["g2m"])
print(f"phases as scanpy calls them: {(a.obs['phase'].astype(str) == sc.read_h5ad(folder / 'simulated.h5ad').obs['phase'].astype(str)).mean():.3f} right")
print("all values as written; anndata", anndata.__version__, "scanpy", sc.__version__)
