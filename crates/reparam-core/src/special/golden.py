"""Writes golden.csv: function, argument, value, both as the shortest decimals of an f64 (mpmath 1.3.0; run: python3 golden.py)."""
import random
from mpmath import erfc, erfinv, exp, log, log1p, mp, mpf, sqrt

mp.dps = 60
rng = random.Random(1)


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def quantile(p):
    # Newton's method on the logarithm of the smaller tail, from a rough start: quick and safe down to the smallest p.
    tail = min(p, 1 - p)
    x = -sqrt(-2 * log(tail)) if tail < mpf("0.02") else sqrt(mpf(2)) * erfinv(2 * tail - 1)
    for _ in range(60):
        f = cdf(x)
        step = (log(f) - log(tail)) * f * sqrt(2 * mp.pi) * exp(x * x / 2)
        x -= step
        if abs(step) < mpf(10) ** -45 * max(abs(x), mpf(10) ** -30):
            break
    return x if p <= mpf(1) / 2 else -x


def both(scales, count):
    return [s * rng.choice([-1, 1]) * rng.uniform(0.3, 3) for s in scales for _ in range(count)]


decades = [10.0**k for k in range(-18, 3)]
small = [10.0**k * rng.uniform(1, 10) for k in range(-300, -18, 12)]
probabilities = [5e-324, 1e-310] + small + [10.0**k * rng.uniform(1, 9) for k in range(-18, -1) for _ in range(2)]
probabilities += [rng.uniform(0, 1) for _ in range(60)] + [1 - 2.0**-k for k in range(1, 54, 4)]
probabilities += [0.5 - 10.0**-k for k in range(2, 16, 2)] + [0.5 + 10.0**-k for k in range(2, 16, 2)]
wide = both(decades, 5) + [-700.5, -745.0, 709.0, 36.9, 37.1, -36.9]
tables = {
    "log1p_exp": (lambda x: log1p(exp(x)), wide),
    "log1m_exp": (lambda x: log1p(-exp(x)), [-abs(x) for x in wide] + [-0.69, -0.7]),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), wide),
    "logit": (lambda p: log(p) - log1p(-p), [p for p in probabilities if p != 0.5]),
    "normal_cdf": (cdf, both(decades[:-1], 4) + [rng.uniform(-37.5, 9) for _ in range(120)]),
    "normal_quantile": (quantile, [p for p in probabilities if p != 0.5]),
}
with open("golden.csv", "w") as out:
    for name, (f, xs) in tables.items():
        for x in xs:
            out.write(f"{name},{x!r},{float(f(mpf(x)))!r}\n")
