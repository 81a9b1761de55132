"""Prints the coefficients of elementary.rs: near-minimax polynomials by interpolation at Chebyshev's points (mpmath 1.4.1)."""
from mpmath import atanh, cos, exp, fac, log, lu_solve, matrix, mp, mpf, pi, sqrt

mp.dps = 50


def fit(f, low, high, count):
    points = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    c = lu_solve(matrix([[x**j for j in range(count)] for x in points]), matrix([f(x) for x in points]))
    grid = [low + (high - low) * mpf(k) / 500 for k in range(501)]
    return [float(v) for v in c], lambda weight: max(abs(weight(x) * (sum(float(v) * x**j for j, v in enumerate(c)) - f(x))) for x in grid)


def exponential(r):
    return sum(r**k / fac(k + 2) for k in range(30)) if abs(r) < 0.01 else (exp(r) - 1 - r) / r**2


def logarithm(z):
    return sum(2 * z**k / mpf(2 * k + 3) for k in range(30)) if z < 0.001 else 2 * (atanh(sqrt(z)) / sqrt(z) - 1) / z


half = log(mpf(2)) / 2 * (1 + mpf(2) ** -20)
top = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2
c, worst = fit(exponential, -half, half, 10)
print("EXP", c, "error of e^r", mp.nstr(worst(lambda r: r**2), 3))
c, worst = fit(logarithm, mpf(0), top, 7)
print("ATANH", c, "error of ln(1 + t) / t", mp.nstr(worst(lambda z: z), 3))
