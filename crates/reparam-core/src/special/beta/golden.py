"""Writes golden_beta.csv and golden_student_t.csv (mpmath 1.4.1, SciPy 1.17.1 for the choice of points only; run: python3 golden.py).

Rows of the first: a, b, the smaller of x and y = 1 - x (negative where it is y), I, 1 - I, dz/da, dz/db. Rows of the second: df, t, the
tail probability below -t, dt/ddf. I is `x^a y^b / (a B(a, b)) 2F1(a + b, 1; a + 1; x)` on the side of the nearer end, with 60 digits, and
its derivatives are central differences with a step of 1e-18 of the shape, whose error is 1e-36. Some rows are checked by quadrature.
"""
import random
import sys
from mpmath import exp, gamma, hyp2f1, log, log1p, loggamma, mp, mpf, pi, psi, quad, sqrt
from scipy.special import betaincinv, stdtrit

mp.dps = 60
rng = random.Random(11)


def near(a, b, x):
    """I_x(a, b)."""
    y = 1 - x
    return exp(a * log(x) + b * log1p(-x) - loggamma(a) - loggamma(b) + loggamma(a + b)) / a * hyp2f1(a + b, 1, a + 1, x, maxterms=10**7)


def density(a, b, x):
    return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - loggamma(a) - loggamma(b) + loggamma(a + b))


def slopes(a, b, x):
    """I, dz/da, dz/db for x on the side of 0."""
    h, k, p = a * mpf(10) ** -18, b * mpf(10) ** -18, density(a, b, x)
    to_a = -(near(a + h, b, x) - near(a - h, b, x)) / (2 * h) / p
    to_b = -(near(a, b + k, x) - near(a, b - k, x)) / (2 * k) / p
    return near(a, b, x), to_a, to_b


def row(a, b, x, y):
    """x or y is exact, whichever is smaller."""
    a, b = mpf(a), mpf(b)
    if x <= y:
        x = mpf(x)
        y = 1 - x
    else:
        y = mpf(y)
        x = 1 - y
    if x * (b + 0.5) <= y * (a + 0.5):
        f, to_a, to_b = slopes(a, b, x)
        return f, 1 - f, to_a, to_b
    f, to_b, to_a = slopes(b, a, y)
    return 1 - f, f, -to_a, -to_b


def check(a, b, x):
    """The slopes by quadrature of the covariance, t = x e^(-s)."""
    a, b, x = mpf(a), mpf(b), mpf(x)
    k = x / (1 - x)
    ma, mb = psi(0, a) - psi(0, a + b), psi(0, b) - psi(0, a + b)
    f = lambda s: exp(-a * s + (b - 1) * log1p(-k * mp.expm1(-s)))
    ends = [0] + [mpf(2) ** j / a for j in range(-40, 9)]
    first = quad(lambda s: f(s) * (ma - log(x) + s), ends)
    second = quad(lambda s: f(s) * (log1p(-x) + log1p(-k * mp.expm1(-s)) - mb), ends)
    return x * first, -x * second


def points():
    quantiles = [1e-8, 1e-5, 1e-2, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1 - 1e-5, 1 - 1e-8]
    shapes = [(10.0**i, 10.0**j) for i in range(-3, 5) for j in range(-3, 5)]
    # Where the methods meet: the first shape at 1, both sides; b - 1 changes sign.
    shapes += [(a, b) for a in (0.5, 0.99, 1.0, 1.01, 2.0) for b in (0.02, 0.5, 0.99, 1.0, 1.01, 1.7, 40.0)]
    for a, b in shapes:
        for u in rng.sample(quantiles, 4 if a + b < 1e3 else 3):
            yield a, b, u
    for _ in range(500):
        low, high = rng.choice([(-3, 4), (-0.5, 2)])
        yield 10 ** rng.uniform(low, high), 10 ** rng.uniform(low, high), rng.choice(quantiles + [rng.uniform(0, 1)] * 5)
    # Where the sides meet; None stands for (a + 1/2) / (a + b + 1).
    for _ in range(100):
        low, high = rng.choice([(-3, 4), (-0.5, 2)])
        yield 10 ** rng.uniform(low, high), 10 ** rng.uniform(low, high), None
    for _ in range(160):
        yield 10 ** rng.uniform(-8, 8), 10 ** rng.uniform(-8, 8), rng.choice(quantiles)


def place(a, b, u):
    """(x, y) near the quantile u, doubles, the smaller of them to be taken as exact."""
    if u is None:
        x = (a + 0.5) / (a + b + 1) * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-14, -2))
        return (x, 1 - x) if x < 0.5 else (1 - (1 - x), 1 - x)
    x, y = float(betaincinv(a, b, u)), float(betaincinv(b, a, 1 - u))
    if x <= y:
        return x, 1 - x
    return 1 - y, y


def write_beta(out):
    seen = 0
    for a, b, u in points():
        x, y = place(a, b, u)
        if not (1e-300 < x and 1e-300 < y):
            # Beyond the range of doubles at tiny shapes: some point of the flat middle instead.
            x = 10 ** rng.uniform(-20, -0.31)
            y = 1 - x
            if rng.random() < 0.5:
                x, y = y, x
        small = x if x <= y else y
        if small * (max(a, b)) > 1e6:
            continue
        f, g, to_a, to_b = row(a, b, x, y)
        seen += 1
        if seen % 25 == 0 and 1e-3 < a < 1e3 and 1e-3 < b < 1e3 and x <= y and x * (b + 0.5) <= y * (a + 0.5):
            again = check(a, b, x)
            assert abs(again[0] / to_a - 1) < 1e-20 and abs(again[1] / to_b - 1) < 1e-20, (a, b, x, again, to_a, to_b)
            print("checked", a, b, x, file=sys.stderr)
        out.write(",".join(repr(v) for v in (a, b, x if x <= y else -y, *map(float, (f, g, to_a, to_b)))) + "\n")


def student(df, t):
    """The probability below -t and dt/ddf at fixed distribution function, t > 0."""
    t = mpf(t)

    def below(v):
        x, y = v / (v + t * t), t * t / (v + t * t)
        return near(v / 2, mpf(1) / 2, x) / 2 if x <= y * (v / 2 + mpf(1) / 2) else (1 - near(mpf(1) / 2, v / 2, y)) / 2

    df = mpf(df)
    h = df * mpf(10) ** -14
    change = (below(df + h) - below(df - h)) / (2 * h)
    log_density = loggamma((df + 1) / 2) - loggamma(df / 2) - log(df * pi) / 2 - (df + 1) / 2 * log1p(t * t / df)
    return below(df), change / exp(log_density)


def write_student_t(out):
    few = [10.0**k for k in range(-8, 9)]
    rows = [(v, 10.0**k) for v in few for k in (-12, -8, -4, -2, -1, 0)]
    # Where the methods meet: df = 2, |t| = 1.7.
    rows += [(v, t) for v in (0.5, 1.0, 1.99, 2.0, 2.01, 3.0, 16.0, 300.0, 1e6) for t in (0.3, 1.0, 1.5, 1.69, 1.7, 1.71, 2.1, 2.5, 6.0, 30.0)]
    for _ in range(700):
        v = 10 ** rng.uniform(*rng.choice([(-3, 4), (-0.5, 2), (-8, 8)]))
        rows.append((v, abs(float(stdtrit(v, rng.choice([1e-8, 1e-5, 1e-3, rng.uniform(0, 0.5)]))))))
        rows.append((v, 10 ** rng.uniform(-9, 1)))
    for v, t in rows:
        if 0 < t < 1e140 and t * t / (v + t * t) > 1e-30:
            out.write(",".join(repr(u) for u in (v, t, *map(float, student(v, t)))) + "\n")


if __name__ == "__main__":
    with open("golden_beta.csv", "w") as out:
        write_beta(out)
    mp.dps = 90
    with open("golden_student_t.csv", "w") as out:
        write_student_t(out)
