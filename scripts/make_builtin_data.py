#!/usr/bin/env python3
"""Makes the simulated data of built-in models, and golden numbers of the others.

    python3 scripts/make_builtin_data.py            # writes crates/reparam-dynamics/data/{robertson,michaelis-menten}.csv
    python3 scripts/make_builtin_data.py --golden   # prints what crates/reparam-dynamics/tests/builtin.rs compares with

Made with SciPy 1.17.1 and NumPy 2.4.6.
"""

import pathlib
import sys

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares
from scipy.stats import lognorm, norm

DATA = pathlib.Path(__file__).resolve().parent.parent / "crates/reparam-dynamics/data"
SEED = 20260101


def solve(rates, start, times, begin=0.0):
    found = solve_ivp(rates, (begin, times[-1]), start, "Radau", t_eval=times, rtol=1e-10, atol=1e-16)
    assert found.success, found.message
    return found.y


def columns(name):
    lines = [line for line in (DATA / name).read_text().splitlines() if not line.startswith("#")]
    return np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])


def head(seed, truth):
    versions = f"SciPy {scipy.__version__}, NumPy {np.__version__}"
    return f"# Simulated by scripts/make_builtin_data.py ({versions}), seed {seed}; {truth}.\n"


def robertson(k=(0.04, 3e7, 1e4)):
    def rates(_, y):
        first, second, third = k[0] * y[0], k[1] * y[1] ** 2, k[2] * y[1] * y[2]
        return [third - first, first - second - third, second]

    times = np.array([m * 10.0**p for p in range(-4, 5) for m in (1, 4)])
    a, b, c = solve(rates, [1.0, 0.0, 0.0], times)
    noise = np.random.default_rng(SEED).normal(size=(3, len(times)))
    a, b, c = a + 0.02 * noise[0], b * np.exp(0.05 * noise[1]), c + 0.02 * noise[2]
    text = head(SEED, "rates 0.04, 3e7, 1e4; A and C with noise 0.02, B with 5 %") + "time [s],A,B,C\n"
    for row in zip(times, a, b, c):
        text += "{:g},{:.4f},{:.4e},{:.4f}\n".format(*row)
    (DATA / "robertson.csv").write_text(text)


def michaelis_menten(k=(2.0, 1.0, 0.5), sigma=0.03):
    def rates(_, y):
        on, off, cat = k[0] * y[0] * y[1], k[1] * y[2], k[2] * y[2]
        return [off - on, off + cat - on, on - off - cat, cat]

    generator = np.random.default_rng(SEED + 1)
    text = head(SEED + 1, "k_on 2, k_off 1, k_cat 0.5, noise 0.03")
    text += "experiment,time [s],ES [uM],P [uM]\n"
    for name, substrate, last in [("little substrate", 2.0, 12.0), ("much substrate", 10.0, 40.0)]:
        times = np.concatenate([[0.05, 0.1, 0.2, 0.4, 0.8], np.round(np.linspace(last / 7, last, 7), 1)])
        found = solve(rates, [substrate, 1.0, 0.0, 0.0], times)
        noisy = found[2:] + sigma * generator.normal(size=(2, len(times)))
        for time, es, p in zip(times, *noisy):
            text += f"{name},{time:.6g},{es:.3f},{p:.3f}\n"
    (DATA / "michaelis-menten.csv").write_text(text)


def alpha_pinene_golden():
    data = columns("alpha-pinene.csv")

    def matrix(k):
        a = np.zeros((5, 5))
        for source, target, rate in [(0, 1, k[0]), (0, 2, k[1]), (2, 3, k[2]), (2, 4, k[3]), (4, 2, k[4])]:
            a[target, source] += rate
            a[source, source] -= rate
        return a

    def residuals(log_k):
        a = matrix(np.exp(log_k))
        y0 = np.array([100.0, 0, 0, 0, 0])
        return np.concatenate([scipy.linalg.expm(a * row[0]) @ y0 - row[1:] for row in data])

    best = least_squares(residuals, np.full(5, -10.0), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    print("alpha-pinene: rates", [f"{k:.6e}" for k in np.exp(best.x)], "sum of squares", f"{2 * best.cost:.6f}")


def lotka_volterra_golden():
    # The posterior means that posteriordb gives.
    x = [0.546864499783931, 0.0277472877678081, 0.800095360233122, 0.0240859152534545]
    z, sigma = [34.0352224770469, 5.93589713368062], [0.24805686320252, 0.251016914583618]
    data = columns("lotka-volterra.csv")

    def rates(_, y):
        return [(x[0] - x[1] * y[1]) * y[0], (-x[2] + x[3] * y[0]) * y[1]]

    found = solve_ivp(rates, (0, 20), z, "DOP853", t_eval=data[:, 0] - 1900, rtol=1e-13, atol=1e-13).y
    likelihood = sum(lognorm.logpdf(data[:, 1 + i], s=sigma[i], scale=found[i]).sum() for i in range(2))
    # The normal laws as they stand, not divided by the probability of being positive.
    prior = norm.logpdf(x, [1, 0.05, 1, 0.05], [0.5, 0.05, 0.5, 0.05]).sum()
    prior += lognorm.logpdf(sigma, s=1, scale=np.exp(-1)).sum() + lognorm.logpdf(z, s=1, scale=10).sum()
    print(f"lotka-volterra: log likelihood {likelihood:.10f}, log prior {prior:.12f}")


if __name__ == "__main__":
    if "--golden" in sys.argv:
        alpha_pinene_golden()
        lotka_volterra_golden()
    else:
        robertson()
        michaelis_menten()
