"""Golden values of weights and chain diagnostics in `crates/reparam-infer/tests/golden`.

Needs ArviZ (made with 0.21.0, NumPy 2.2.6, SciPy 1.17.1): `python3 scripts/arviz_golden.py`
The numbers that go in are made of a congruential generator, so that the tests make the same ones.
"""
import math
import pathlib
import arviz
import numpy as np

folder = pathlib.Path(__file__).parent.parent / "crates/reparam-infer/tests/golden"


def uniforms(seed, count):
    """Knuth's 64-bit generator, upper 53 bits."""
    state, out = seed, []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(((state >> 11) + 0.5) / 2**53)
    return out


def log_ratios(seed, count, shape):
    """Logarithms of Pareto numbers; one in seven lower, and the last of weight 0."""
    x = [-shape * math.log(u) - (i % 7 == 0) for i, u in enumerate(uniforms(seed, count))]
    x[-1] = -math.inf
    return np.array(x)


def chains(seed, count, length, correlation, shift):
    """First-order autoregressions whose noise is the sum of twelve uniforms less six; the last one moved by `shift`."""
    u, out = uniforms(seed, 12 * count * length), []
    for c in range(count):
        x, row = 0.0, []
        for i in range(length):
            at = 12 * (c * length + i)
            x = correlation * x + sum(u[at : at + 12]) - 6.0
            row.append(x + shift * (c == count - 1))
        out.append(row)
    return np.array(out)


with open(folder / "psis.csv", "w") as f:
    f.write("seed,count,shape,k_hat,ess,smallest,first,largest\n")
    for seed, count, shape in [(1, 30, 0.3), (2, 200, 0.1), (3, 1000, 0.4), (4, 1000, 0.9), (5, 4000, 0.65), (6, 4000, 1.5)]:
        weights, k = arviz.psislw(log_ratios(seed, count, shape))
        w = np.asarray(weights)
        finite = w[np.isfinite(w)]
        numbers = [float(k), 1 / np.sum(np.exp(2 * w)), finite.min(), w[1], w.max()]
        f.write(f"{seed},{count},{shape}," + ",".join(repr(float(x)) for x in numbers) + "\n")

with open(folder / "chains.csv", "w") as f:
    f.write("seed,count,length,correlation,shift,r_hat,ess_bulk,ess_tail,mcse_mean,mcse_sd\n")
    for case in [(1, 4, 1000, 0.0, 0.0), (2, 4, 500, 0.9, 0.0), (3, 2, 101, 0.5, 1.0), (4, 3, 250, -0.6, 0.0), (5, 1, 400, 0.3, 0.0), (6, 2, 10, 0.2, 0.0)]:
        x = chains(*case)
        numbers = [
            arviz.rhat(x),
            arviz.ess(x, method="bulk"),
            arviz.ess(x, method="tail"),
            arviz.mcse(x, method="mean"),
            arviz.mcse(x, method="sd"),
        ]
        f.write(",".join(map(str, case)) + "," + ",".join(repr(float(v)) for v in numbers) + "\n")
