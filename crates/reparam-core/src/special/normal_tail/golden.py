"""Writes golden.csv: function, arguments, value, as the shortest decimals of an f64 (mpmath 1.4.1, 60 digits; run: python3 golden.py)."""
import random
from mpmath import erf, erfc, exp, expm1, log, log1p, mp, mpf, pi, sqrt

mp.dps = 60
rng = random.Random(3)


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def log_cdf(x):
    if x < -1e6:
        series, term = mpf(1), mpf(1)
        for k in range(1, 12):
            term *= -(2 * k - 1) / x**2
            series += term
        return -x * x / 2 - log(-x * sqrt(2 * pi)) + log(series)
    return log(cdf(x)) if x < 0 else log1p(-cdf(-x))


def mills(x):
    return cdf(-x) * sqrt(2 * pi) * exp(x * x / 2)


def slope(x):
    return 1 / x**2 - 3 / x**4 + 15 / x**6 if x > 1e12 else 1 - x * mills(x)


def log_quantile(log_p):
    x = -sqrt(-2 * log_p) if log_p < -1 else mpf(0)
    if log_p > -0.6:
        x = sqrt(-2 * log(-expm1(log_p)))
    for _ in range(200):
        f = log_cdf(x)
        step = (f - log_p) * (exp(f + x * x / 2) * sqrt(2 * pi) if x > -1e6 else -1 / x)
        x -= max(min(step, 1 + abs(x)), -1 - abs(x))
        if abs(step) < mpf(10) ** -45 * abs(x):
            break
    return x


def log_diff(a, b):
    if abs(b) < abs(a):
        a, b = -b, -a
    value = log(cdf(-a) - cdf(-b))
    return exp(value) if abs(value) < 1 else value


def around(points):
    return [s * p * rng.uniform(0.5, 2) for p in points for s in (1, -1)]


near = around([10.0**k for k in range(-18, 2)]) + [rng.uniform(-6, 6) for _ in range(80)]
positive = sorted(abs(x) for x in near) + [10.0**k for k in (2, 4, 8, 12, 20, 100, 150)]
left = [-(10.0**k) * rng.uniform(1, 9) for k in (0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 15, 30, 60, 100, 149)]
logs = [-(10.0**k) * rng.uniform(1, 9) for k in list(range(-17, 4)) + [4, 5, 6, 10, 20, 50, 100, 200, 250, 299]]
logs += [-rng.uniform(1, 760) for _ in range(40)] + [-700.5, -699.5, -0.7, -0.6, -1e300]
pairs = []
for centre in (0.0, 1e-5, 0.3, 1.0, -2.0, 5.0, -8.0, 20.0, -37.0, 100.0, -1000.0):
    for width in (1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 1.1, 2.0, 5.0, 30.0):
        low = centre + (rng.random() - 0.5) * width
        pairs.append((low, low + width))

# `erf(x)/x` at tiny x and products that underflow are not the point of these rows.
tables = [
    ("erf", erf, [(x,) for x in near]),
    ("erfc", erfc, [(x,) for x in near if x < 26] + [(x,) for x in (10.3, 20.7, 26.0, 26.4, 26.6, 27.0)]),
    ("erfcx", lambda x: exp(x * x) * erfc(x) if x < 1e6 else (1 - 1 / (2 * x * x)) / (x * sqrt(pi)), [(x,) for x in near + positive]),
    ("mills", lambda x: mills(x) if x < 1e6 else (1 - 1 / x**2) / x, [(x,) for x in positive]),
    ("mills_slope", slope, [(x,) for x in positive] + [(-rng.random(),) for _ in range(20)]),
    ("inverse_mills", lambda x: 1 / mills(-x) if x > -1e6 else -x * (1 + 1 / x**2), [(x,) for x in near + left] + [(12.5,), (30.1,), (37.2,)]),
    ("log_normal_cdf", log_cdf, [(x,) for x in near + left] + [(12.5,), (30.1,), (37.2,), (-1e150,)]),
    ("log_normal_quantile", log_quantile, [(x,) for x in logs]),
    ("log_diff_normal_cdf", log_diff, pairs),
]
with open("golden.csv", "w") as out:
    for name, f, rows in tables:
        for row in rows:
            # What cancels in these takes more digits.
            mp.dps = 400 if name in ("mills_slope", "log_diff_normal_cdf") else 60
            value = f(*[mpf(x) for x in row])
            out.write(",".join([name] + [repr(float(x)) for x in row] + [repr(float(value))]) + "\n")
