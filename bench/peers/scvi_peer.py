"""scvi-tools beside `reparam cells train`: SCVI at its default network on the counts of a file; prints one JSON line.

Usage: scvi_peer.py FILE.h5ad EPOCHS THREADS. One epoch comes first and is not timed. Needs scvi-tools (see `../cells.py`).
"""
import json
import sys
import time
import warnings

import anndata
import scvi
import torch


def main():
    warnings.filterwarnings("ignore")
    path, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    scvi.settings.verbosity = 30
    scvi.settings.seed = 0
    cells = anndata.read_h5ad(path)
    scvi.model.SCVI.setup_anndata(cells)
    options = {"accelerator": "cpu", "enable_progress_bar": False, "train_size": 0.9, "batch_size": 128}
    # The weight of the divergence rises over a tenth of the run, as ours does: the default of 400 epochs would leave it near 0 in a short run.
    options["plan_kwargs"] = {"n_epochs_kl_warmup": max(1, epochs // 10)}
    warm = scvi.model.SCVI(cells, gene_likelihood="nb")
    warm.train(max_epochs=1, **options)
    model = scvi.model.SCVI(cells, gene_likelihood="nb")
    started = time.monotonic()
    model.train(max_epochs=epochs, **options)
    seconds = time.monotonic() - started
    held_out = model.get_elbo(indices=model.validation_indices)
    print(json.dumps({
        "engine": "scvi-tools", "version": scvi.__version__, "cells_per_s": len(model.train_indices) * epochs / seconds,
        "seconds": seconds, "elbo": -model.history["elbo_train"].iloc[-1].item(), "held_out": -abs(float(held_out)),
    }))


if __name__ == "__main__":
    main()
