"""Small files of single cells in the dialects that crates/reparam-cells reads, for its tests.

Made with anndata 0.12.19, mudata 0.3.10, h5py 3.16.0, numpy 2.4.6, scipy 1.17.1, pandas 2.3.3:
    python scripts/cells_fixtures.py crates/reparam-cells/tests/data
All hold the same counts: cell i, gene j has (7 i + 3 j) mod 5 + 1 where (i + 2 j) mod 3 = 0, else 0; 12 cells, 8 genes.
"""

import sys
from pathlib import Path

import anndata
import h5py
import mudata
import numpy as np
import pandas as pd
import scipy.sparse as sp

N, M = 12, 8
out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
i, j = np.indices((N, M))
counts = np.where((i + 2 * j) % 3 == 0, (7 * i + 3 * j) % 5 + 1, 0)
cells = [f"cell{k}" for k in range(N)]
genes = [f"gene{k}" for k in range(M)]
anndata.settings.allow_write_nullable_strings = True


def obs():
    frame = pd.DataFrame(index=cells)
    frame["phase"] = pd.Categorical.from_codes([k % 4 - 1 for k in range(N)], ["G1", "S", "G2M"])
    frame["depth"] = counts.sum(1).astype("int64")
    frame["score"] = np.arange(N) / 4.0
    frame["good"] = [k % 2 == 0 for k in range(N)]
    frame["passage"] = pd.array([None if k == 3 else k for k in range(N)], dtype="Int64")
    frame["fresh"] = pd.array([None if k == 5 else k < 6 for k in range(N)], dtype="boolean")
    frame["donor"] = pd.array([None if k == 7 else f"donor {k}" for k in range(N)], dtype="string")
    return frame


def var():
    return pd.DataFrame({"gene_ids": [f"ENSG{k:011d}" for k in range(M)]}, index=genes)


def write(name, a):
    a.write_h5ad(out / name, compression="gzip")


# X of log(1 + counts), compressed by rows; counts as a layer by columns and in full; raw.
a = anndata.AnnData(sp.csr_matrix(np.log1p(counts).astype("float32")), obs=obs(), var=var())
a.raw = anndata.AnnData(sp.csc_matrix(counts.astype("float32")), obs=obs(), var=var())
a.layers["counts"] = sp.csc_matrix(counts.astype("int32"))
a.layers["full"] = counts.astype("float64")
a.layers["log2"] = np.log2(1.0 + counts)
write("layers.h5ad", a)

# Three kinds of feature in one matrix, and a name that comes twice.
a = anndata.AnnData(counts.astype("int64"), obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=genes[:1] + genes[:1] + genes[2:]))
a.var["feature_types"] = pd.Categorical(["Gene Expression"] * 3 + ["Peaks"] * 3 + ["Antibody Capture"] * 2)
write("kinds.h5ad", a)

# A cell that comes twice.
with_repeat = pd.DataFrame(index=cells[:4] + cells[1:2] + cells[5:])
anndata.AnnData(counts.astype("int8"), obs=with_repeat, var=pd.DataFrame(index=genes)).write_h5ad(out / "repeated.h5ad")

# Modalities of different cells: rna has cells 0-8, atac 4-11 in reverse.
rna = anndata.AnnData(sp.csr_matrix(counts[:9].astype("float32")), obs=obs()[["phase", "depth", "fresh"]][:9], var=var())
atac = anndata.AnnData(sp.csr_matrix(counts[:3:-1, :5]), obs=pd.DataFrame({"depth": np.arange(8)}, index=cells[:3:-1]),
                       var=pd.DataFrame(index=[f"chr1:{100 * k}-{100 * k + 50}" for k in range(5)]))
mudata.set_options(pull_on_update=False)
joined = mudata.MuData({"rna": rna, "atac": atac})
joined.obs["batch"] = [f"batch{k % 2}" for k in range(joined.n_obs)]
joined.write_h5mu(out / "partial.h5mu", compression="gzip")

text = h5py.special_dtype(vlen=str)

# anndata 0.7: columns of codes point at a group of categories.
with h5py.File(out / "codes.h5ad", "w") as f:
    x = f.create_dataset("X", data=counts.astype("float32"), chunks=(5, 3), compression="lzf")
    o = f.create_group("obs")
    o.attrs["_index"] = "barcode"
    o.attrs["column-order"] = np.array(["phase", "depth"], dtype=object)
    o.create_dataset("barcode", data=np.array(cells, dtype=object), dtype=text)
    o.create_dataset("depth", data=counts.sum(1).astype(">i4"))
    o.create_group("__categories").create_dataset("phase", data=np.array(["G1", "S", "G2M"], dtype=object), dtype=text)
    p = o.create_dataset("phase", data=np.array([k % 4 - 1 for k in range(N)], dtype="int8"))
    p.attrs["categories"] = f["obs/__categories/phase"].ref
    v = f.create_group("var")
    v.attrs["_index"] = "index"
    v.attrs["column-order"] = np.zeros(0)
    v.create_dataset("index", data=np.array(genes, dtype=object), dtype=text)

# anndata before 0.7: records, categories in uns, h5sparse.
for kind, make in (("csr", sp.csr_matrix), ("csc", sp.csc_matrix)):
    with h5py.File(out / f"records_{kind}.h5ad", "w") as f:
        m = make(counts.astype("float64"))
        g = f.create_group("X")
        g.attrs["h5sparse_format"] = kind
        g.attrs["h5sparse_shape"] = np.array(m.shape)
        for part in ("data", "indices", "indptr"):
            g.create_dataset(part, data=getattr(m, part))
        o = np.zeros(N, dtype=[("index", "S6"), ("phase", "i1"), ("score", "<f4"), ("good", "?"), ("pair", "<f4", (2,))])
        o["index"], o["phase"], o["score"] = cells, [k % 3 for k in range(N)], np.arange(N) / 4
        o["good"] = [k % 2 == 0 for k in range(N)]
        f.create_dataset("obs", data=o)
        f.create_dataset("uns/phase_categories", data=np.array(["G1", "S", "G2M"], dtype="S3"))
        v = np.zeros(M, dtype=[("index", "S5")])
        v["index"] = genes
        f.create_dataset("var", data=v)


def columns(group, matrix):
    matrix = sp.csc_matrix(matrix)
    for part in ("data", "indices", "indptr"):
        group.create_dataset(part, data=getattr(matrix, part), compression="gzip")
    group.create_dataset("shape", data=np.array(matrix.shape, dtype="int32"))


# CellRanger 2: a group for each genome, the second with cells 6-11 alone.
with h5py.File(out / "cellranger2.h5", "w") as f:
    for genome, rows, part in (("hg19", slice(None), slice(0, 5)), ("mm10", slice(6, None), slice(5, M))):
        g = f.create_group(genome)
        g.create_dataset("barcodes", data=np.array(cells[rows], dtype="S6"))
        g.create_dataset("genes", data=np.array([f"{genome}_{k}" for k in range(M)][part], dtype="S8"))
        g.create_dataset("gene_names", data=np.array(genes[part], dtype="S5"))
        columns(g, counts[rows, part].T)

# CellRanger 3 and later: kinds of features.
with h5py.File(out / "cellranger3.h5", "w") as f:
    g = f.create_group("matrix")
    columns(g, counts.T)
    g.create_dataset("barcodes", data=np.array(cells, dtype="S6"))
    h = g.create_group("features")
    h.create_dataset("id", data=np.array([f"ENSG{k:011d}" for k in range(M)], dtype="S15"))
    h.create_dataset("name", data=np.array(genes, dtype="S5"))
    h.create_dataset("feature_type", data=np.array(["Gene Expression"] * 5 + ["Peaks"] * 3, dtype="S15"))
    h.create_dataset("genome", data=np.array(["GRCh38"] * M, dtype="S6"))
    h.create_dataset("_all_tag_keys", data=np.array(["genome"], dtype="S6"))
