"""Coefficients of the polynomials and quadrature rules in bessel/, normal_tail/ and von_mises/ (mpmath 1.4.1, 50 digits).

Run: python3 fit.py. It writes coefficients.rs in each of the three folders. A fit is the Chebyshev interpolant of a smooth quotient,
cut where its coefficients fall below 1e-18 of the quotient's smallest value, and then written in powers of t in [-1, 1].
"""
from mpmath import besseli, cos, erfc, exp, expm1, legendre, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 50
FOLDERS = {"bessel": [], "normal_tail": [], "von_mises": []}


def table(folder, name, doc, values):
    text = f"/// {doc}\npub(super) const {name}: [f64; {len(values)}] = [\n"
    FOLDERS[folder].append(text + "".join(f"    {float(v)!r},\n" for v in values) + "];\n")


def fit(f, n=64, tolerance=mpf(10) ** -18):
    """Powers of t for f on [-1, 1]."""
    values = [f(cos(pi * (j + mpf(1) / 2) / n)) for j in range(n)]
    floor = min(abs(v) for v in values) * tolerance
    coefficients = [2 * sum(v * cos(pi * k * (j + mpf(1) / 2) / n) for j, v in enumerate(values)) / n for k in range(n)]
    coefficients[0] /= 2
    degree = max(k for k in range(n) if abs(coefficients[k]) > floor)
    powers = [mpf(0)] * (degree + 1)
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    for k in range(degree + 1):
        for i, c in enumerate(before):
            powers[i] += coefficients[k] * c
        step = [mpf(0)] + [2 * c for c in now]
        for i, c in enumerate(before):
            step[i] -= c
        before, now = now, step
    return powers


def fit_between(f, low, high, **options):
    return fit(lambda t: f((low + high) / 2 + t * (high - low) / 2), **options)


def powers_of_argument(f, low, high, degree):
    """Powers of x itself, from the interpolant of that degree at Chebyshev points."""
    points = [(low + high) / 2 + (high - low) / 2 * cos(pi * (j + mpf(1) / 2) / (degree + 1)) for j in range(degree + 1)]
    return mp.lu_solve(matrix([[p**k for k in range(degree + 1)] for p in points]), matrix([f(p) for p in points]))


# --- Mills' ratio M(x) = (1 - Phi(x)) / phi(x) and 1 - x M(x), x >= 0; t = (x - 4)/(x + 4).
def mills(x):
    return sqrt(pi / 2) * exp(x * x / 2) * erfc(x / sqrt(mpf(2)))


def of_half_line(f):
    return lambda t: f(4 * (1 + t) / (1 - t))


# At t near 1 the digits that 1 - x M(x) loses are more than made up by these.
mp.dps = 70
table("normal_tail", "MILLS", "`(1 + x) M(x)` in powers of `(x - 4)/(x + 4)`.", fit(of_half_line(lambda x: (1 + x) * mills(x))))
table("normal_tail", "SLOPE", "`(1 + x)² (1 - x M(x))` in powers of `(x - 4)/(x + 4)`.",
      fit(of_half_line(lambda x: (1 + x) ** 2 * (1 - x * mills(x)))))
mp.dps = 50

# --- Bessel functions of orders 0 and 1.
# Powers of x² itself here: all are positive, and nothing cancels where the function is small.
unit = mpf(0), mpf(1)
table("bessel", "I0_NEAR", "`I0(x)` for x < 8 in powers of `x²/64`.",
      powers_of_argument(lambda y: besseli(0, 8 * sqrt(y)), *unit, 19))
table("bessel", "I1_NEAR", "`I1(x)/x` for x < 8 in powers of `x²/64`.",
      powers_of_argument(lambda y: besseli(1, 8 * sqrt(y)) / (8 * sqrt(y)), *unit, 19))
far = dict(low=mpf(0), high=mpf(1))
table("bessel", "I0_FAR", "`√x e^-x I0(x)` for x >= 8 in powers of `16/x - 1`.",
      fit_between(lambda s: sqrt(8 / s) * exp(-8 / s) * besseli(0, 8 / s), **far))
table("bessel", "I1_FAR", "`√x e^-x I1(x)` for x >= 8 in powers of `16/x - 1`.",
      fit_between(lambda s: sqrt(8 / s) * exp(-8 / s) * besseli(1, 8 / s), **far))


def complement(x):
    return 1 - besseli(1, x) / besseli(0, x)


table("bessel", "RATIO_NEAR", "`I1(x)/(x I0(x))` for x < 1.25 in powers of `x²·32/25 - 1`.",
      fit_between(lambda y: besseli(1, sqrt(y)) / sqrt(y) / besseli(0, sqrt(y)), mpf(0), mpf(25) / 16))
for name, low, high in [("A", "1.25", "2.5"), ("B", "2.5", "5"), ("C", "5", "10"), ("D", "10", "20")]:
    low, high = mpf(low), mpf(high)
    table("bessel", f"COMPLEMENT_{name}", f"`1 - I1(x)/I0(x)` for {low} <= x < {high} in powers of t, linear in x.",
          fit_between(complement, low, high))
table("bessel", "COMPLEMENT_FAR", "`x (1 - I1(x)/I0(x))` for x >= 20 in powers of `40/x - 1`.",
      fit_between(lambda s: complement(20 / s) * 20 / s, mpf(0), mpf(1)))


# --- Debye's polynomials U_k and V_k (DLMF 10.41.10 and 10.41.11): U_k(p) = p^k (sum over j of u_kj p^2j).
def debye(count):
    def add(a, b, factor):
        for i, c in b.items():
            a[i] = a.get(i, mpf(0)) + factor * c

    u, v = [{0: mpf(1)}], [{0: mpf(1)}]
    for _ in range(count - 1):
        last, new = u[-1], {}
        slope = {i - 1: i * c for i, c in last.items() if i}
        add(new, {i + 2: c for i, c in slope.items()}, mpf(1) / 2)
        add(new, {i + 4: c for i, c in slope.items()}, -mpf(1) / 2)
        add(new, {i + 1: c / (i + 1) for i, c in last.items()}, mpf(1) / 8)
        add(new, {i + 3: c / (i + 3) for i, c in last.items()}, -mpf(5) / 8)
        other = dict(new)
        add(other, {i + 1: c for i, c in last.items()}, -mpf(1) / 2)
        add(other, {i + 3: c for i, c in last.items()}, mpf(1) / 2)
        add(other, {i + 2: c for i, c in slope.items()}, -mpf(1))
        add(other, {i + 4: c for i, c in slope.items()}, mpf(1))
        u.append(new)
        v.append(other)
    flat = [[w[k].get(k + 2 * j, mpf(0)) for k in range(count) for j in range(k + 1)] for w in (u, v)]
    return flat[0], [b - a for a, b in zip(*flat)]


values, differences = debye(16)
table("bessel", "DEBYE", "Debye's `U_k(p)/p^k` in powers of p², k = 0…15, one after the other.", values)
table("bessel", "DEBYE_STEP", "Debye's `(V_k(p) - U_k(p))/p^k` in powers of p², k = 0…15, one after the other.", differences)

# --- Elementary functions and Gauss-Legendre rules for the von Mises integrals.
half_log, quarter = mp.log(2) / 2, pi * pi / 4


table("von_mises", "EXP", "`(e^x - 1 - x)/x²` in powers of x, |x| <= ln 2 / 2.",
      powers_of_argument(lambda x: (expm1(x) - x) / x**2, -half_log, half_log, 11))
table("von_mises", "SIN", "`(sin √y - √y)/√y³` in powers of y, y <= π²/4.",
      powers_of_argument(lambda y: (sin(sqrt(y)) - sqrt(y)) / sqrt(y) ** 3, mpf(0), quarter, 8))
table("von_mises", "COS", "`(cos √y - 1)/y` in powers of y, y <= π²/4.",
      powers_of_argument(lambda y: (cos(sqrt(y)) - 1) / y, mpf(0), quarter, 9))
for n in (16, 32):
    nodes = []
    for i in range(n):
        x = cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            slope = n * (x * legendre(n, x) - legendre(n - 1, x)) / (x * x - 1)
            x -= legendre(n, x) / slope
        nodes.append(((1 - x) / 2, 1 / ((1 - x * x) * slope**2)))
    table("von_mises", f"NODES_{n}", f"Nodes of Gauss and Legendre's rule of {n} points on [0, 1].", [a for a, _ in nodes])
    table("von_mises", f"WEIGHTS_{n}", "Their weights.", [w for _, w in nodes])

for folder, tables in FOLDERS.items():
    with open(f"{folder}/coefficients.rs", "w") as out:
        out.write("//! Written by fit.py.\n\n" + "\n".join(tables))
