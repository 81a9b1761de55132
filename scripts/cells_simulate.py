"""Counts of cells from a negative binomial over eight latents, as an h5ad file in pieces, so that memory holds one piece.

A cell's latents z are standard normal, log-means z·w - 2 + gene effect, w normal with deviation 0.5; means are scaled to a log-normal total
(mean of the logarithm 8, deviation 0.4), and counts are Poisson of Gamma(2, mean / 2): inverse dispersion 2 for every gene.

Made with NumPy and h5py: `python3 scripts/cells_simulate.py CELLS GENES FILE.h5ad [SEED]`
"""
import sys

import h5py
import numpy as np

PIECE = 5000


def pieces(cells, genes, seed):
    """Dense pieces of counts, in order."""
    random = np.random.default_rng(seed)
    loadings = random.normal(size=(8, genes)) * 0.5
    effects = random.normal(size=genes)
    for start in range(0, cells, PIECE):
        n = min(PIECE, cells - start)
        mean = np.exp(random.normal(size=(n, 8)) @ loadings - 2 + effects)
        mean *= random.lognormal(8, 0.4, size=(n, 1)) / mean.sum(1, keepdims=True)
        yield random.poisson(random.gamma(2.0, mean / 2.0)).astype(np.float32)


def growing(group, name, dtype):
    return group.create_dataset(name, shape=(0,), maxshape=(None,), dtype=dtype, chunks=(1 << 18,), compression="gzip",
                                compression_opts=1)


def extend(dataset, values):
    dataset.resize(len(dataset) + len(values), axis=0)
    dataset[-len(values):] = values


def frame(file, name, prefix, count):
    group = file.create_group(name)
    group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    group.attrs.create("column-order", np.array([], dtype="S1").astype(h5py.string_dtype()))
    index = group.create_dataset("_index", data=[f"{prefix}{i}" for i in range(count)], dtype=h5py.string_dtype())
    index.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


def write(path, cells, genes, seed=0):
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        matrix = file.create_group("X")
        matrix.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
        matrix.attrs["shape"] = np.array([cells, genes])
        data, indices = growing(matrix, "data", np.float32), growing(matrix, "indices", np.int32)
        starts = [np.zeros(1, dtype=np.int64)]
        for dense in pieces(cells, genes, seed):
            rows, columns = np.nonzero(dense)
            extend(data, dense[rows, columns])
            extend(indices, columns.astype(np.int32))
            starts.append(starts[-1][-1] + np.cumsum(np.count_nonzero(dense, axis=1)))
        matrix.create_dataset("indptr", data=np.concatenate(starts))
        frame(file, "obs", "cell", cells)
        frame(file, "var", "gene", genes)


if __name__ == "__main__":
    write(sys.argv[3], int(sys.argv[1]), int(sys.argv[2]), *(int(seed) for seed in sys.argv[4:5]))
