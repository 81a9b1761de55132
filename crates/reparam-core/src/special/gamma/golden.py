"""Writes golden/{scalar,log1p_minus,pair,tail,slope,log_slope}.csv (mpmath 1.4.1, scipy 1.17.1 for rough quantiles only; run: python3
golden.py). Arguments are exact f64s; values come from 60 digits or more and are written as the shortest decimals of an f64.

The derivative in the shape is Kummer's series, differentiated term by term, with the digits that cancel added; above 3 a, an integral;
for shapes from 1e5 on, the asymptotic series of coefficients.py. `check` compares these with one another and with differences of
mpmath's own incomplete gamma function.
"""
import math
import os
import random

from mpmath import diff, exp, gammainc, inf, log, loggamma, mp, mpf, nstr, psi, quad
from scipy.special import gammainccinv, gammaincinv

import coefficients

mp.dps = 60
HERE = os.path.dirname(os.path.abspath(__file__))
rng = random.Random(1)


def write(name, head, rows):
    with open(os.path.join(HERE, "golden", name + ".csv"), "w") as out:
        out.write(head + "\n")
        for row in rows:
            out.write(",".join(x if isinstance(x, str) else repr(float(x)) for x in row) + "\n")
    print(name, len(rows))


def kummer(a, z, log_z=None):
    """(ln P, ln Q, d(ln z)/da)."""
    # Digits that cancel where z is above a: about the logarithm of 1/Q.
    excess = float(z - a - a * log(z / a)) / math.log(10) if z > a else 0
    with mp.workdps(60 + int(max(excess, -math.log10(a)))):
        a, z = mpf(a), mpf(z)
        log_z = log(z) if log_z is None else mpf(log_z)
        t, h, s0, s1, n = mpf(1), mpf(0), mpf(1), mpf(0), 0
        small = mpf(10) ** -mp.dps
        while t > small * s0 or a + n < z:
            n += 1
            r = 1 / (a + n)
            t *= z * r
            h += r
            s0 += t
            s1 += t * h
        log_p = a * log_z - z - loggamma(a + 1) + log(s0)
        q = -mp.expm1(log_p)
        log_q = mp.log1p(-exp(log_p)) if log_p < -1 else log(q)
        return log_p, log_q, ((psi(0, a + 1) - log_z) * s0 + s1) / a


def integral(a, z):
    """(ln Q, d(ln z)/da) from the integral of e^(-z t) (1 + t)^(a - 1) over t > 0."""
    a, z = mpf(a), mpf(z)
    scale = 1 / (z - a + 1) if z > a else 1 / z
    f = lambda s: exp(-z * scale * s) * (1 + scale * s) ** (a - 1)
    ends = [0, 1, 4, 16, 64, inf]
    g = scale * quad(f, ends)
    g1 = scale * quad(lambda s: f(s) * log(1 + scale * s), ends)
    return a * log(z) - z - loggamma(a) + log(g), (log(z) - psi(0, a)) * g + g1


SERIES = None


def asymptotic(a, z):
    global SERIES
    if SERIES is None:
        with mp.workdps(70):
            SERIES = coefficients.asymptotic(coefficients.slope_series())
    return SERIES(log(mpf(z) / mpf(a)), 1 / mpf(a)) / mpf(a)


def slope(a, z):
    if z > 3 * a and z > 30:
        return integral(a, z)[1]
    if a >= 1e5 and 0.5 < z / a < 2:
        return asymptotic(a, z)
    return kummer(a, z)[2]


def tails(a, x):
    if x > 3 * a and x > 30:
        log_q = integral(a, x)[0]
        return mp.log1p(-exp(log_q)), log_q
    return kummer(a, x)[:2]


PROBABILITIES = [1e-8, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.25, 0.5]


def quantiles(a, probabilities=PROBABILITIES):
    out = []
    for p in probabilities:
        left = (math.log(p) + math.lgamma(a + 1)) / a
        out.append(math.exp(left) if left < -10 else float(gammaincinv(a, p)))
        out.append(float(gammainccinv(a, p)))
    return sorted({x for x in out if 1e-300 < x < 1e300})


def edges(a):
    """Both sides of where the methods meet."""
    at = [a + 1, 1.5, 3.5 + 1.5 * a] + [r * a for r in (0.2232, 3.49, 0.2866, 2.717, 0.6066, 1.6487, 0.6, 1.6, 0.5, 1)]
    return [x * (1 + s) for x in at for s in (-1e-9, 1e-9)]


def check():
    for a, z in ((0.01, 0.3), (0.7, 2.0), (3.0, 11.0), (40.0, 35.0)):
        f = lambda s: gammainc(s, 0, mpf(z), regularized=True)
        density = exp((mpf(a) - 1) * log(mpf(z)) - mpf(z) - loggamma(mpf(a)))
        by_difference = -diff(f, mpf(a), h=mpf(10) ** -25) / density / mpf(z)
        print("difference", a, z, nstr(by_difference / kummer(a, z)[2] - 1, 3), nstr(f(mpf(a)) / exp(kummer(a, z)[0]) - 1, 3))
    for a, z in ((0.5, 40.0), (10.0, 31.0), (1.0, 35.0)):
        print("integral", a, z, nstr(integral(a, z)[1] / kummer(a, z)[2] - 1, 3))
    for a, z in ((1e5, 1.01e5), (2e5, 1.98e5)):
        print("asymptotic", a, z, nstr(asymptotic(a, z) / kummer(a, z)[2] - 1, 3))


if __name__ == "__main__":
    check()
    xs = [m * 10.0**k for k in range(-12, 12) for m in (1.0, 1.7, 3.1, 6.3)]
    xs += [1 + s * 10.0**-k for k in range(1, 15, 2) for s in (-1, 1)] + [2 + s * 10.0**-k for k in range(1, 15, 2) for s in (-1, 1)]
    xs += [1.4616321449683622 * (1 + s * 10.0**-k) for k in range(1, 15, 2) for s in (-1, 1)]
    xs += [0.5 + 0.0973 * k for k in range(100)] + [1e15, 1e100, 1e300]
    rows = []
    for x in sorted(set(xs)):
        y = mpf(x)
        with mp.workdps(60 + 2 * int(max(0, math.log10(x)))):
            correction = coefficients.correction(y) if x < 1e12 else 1 / (12 * y) - 1 / (360 * y**3)
            rows.append([x, loggamma(y), psi(0, y), psi(1, y) if x < 1e12 else 1 / y + 1 / (2 * y * y), psi(2, y) if x < 1e12 else -1 / y**2 - 1 / y**3, correction])
    write("scalar", "x,log_gamma,digamma,trigamma,tetragamma,log_gamma_correction", rows)

    xs = [s * m * 10.0**k for k in range(-18, 3) for m in (1.0, 2.3, 5.1) for s in (-1, 1)] + [0.4 * k / 97 for k in range(-240, 400)]
    rows = [[x, mp.log1p(mpf(x)) - mpf(x)] for x in sorted(set(xs)) if x > -1 and x != 0]
    write("log1p_minus", "x,log1p_minus", rows)

    rows = []
    sizes = [1e-8, 1e-3, 0.3, 1.0, 1.5, 3.0, 7.9, 8.1, 30.0, 1e3, 1e5, 1e8]
    for a in sizes:
        for d in [1e-12, 1e-8] + sizes[1:]:
            for sign in (1, -1):
                if a + sign * d > 0:
                    d1 = (a + sign * d) - a if sign < 0 else d
                    if a + d1 <= 0 or d1 == 0:
                        continue
                    with mp.workdps(90):
                        y, e = mpf(a), mpf(d1)
                        rows.append([a, d1, loggamma(y + e) - loggamma(y), psi(0, y + e) - psi(0, y), loggamma(y) + loggamma(abs(e)) - loggamma(y + abs(e))])
    write("pair", "a,d,log_gamma_difference,digamma_difference,log_beta_of_a_and_size_of_d", rows)

    shapes = [1e-8, 1e-6, 1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 0.999999, 1.0, 1.2, 1.5, 1.8, 1.999999, 2.0]
    shapes += [2.3, 2.7, 3.2, 4.0, 5.0, 6.0, 7.0, 7.5, 7.999999, 8.0, 8.5, 9.3, 10.0, 12.0, 15.0, 20.0, 30.0, 50.0, 80.0, 120.0, 149.9999]
    shapes += [150.0, 200.0, 400.0, 1e3, 3e3, 1e4]
    few = [1e-8, 1e-4, 0.05, 0.5]
    points = []
    for a in shapes:
        points += [(a, z) for z in quantiles(a, PROBABILITIES if a < 3e3 else few)]
        if a < 1e3:
            points += [(a, z) for z in edges(a)]
        points += [(a, a * r) for r in ((1e-6, 1e-3, 0.1, 5.0, 20.0, 1e3) if a < 1e3 else (1e-3, 0.1, 5.0))]
    large = [(a, z) for a in (1e5, 1e6, 1e8) for z in quantiles(a)]
    rows = []
    for a, z in points + large:
        s, y, b = slope(a, z), mpf(z), mpf(a)
        rows.append([a, z, s * y, -s * exp(b * log(y) - y - loggamma(b))])
    write("slope", "a,z,slope,shape_derivative_of_p", rows)

    rows = []
    for a in (1e-8, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0, 1.9):
        for p in (1e-300, 1e-8, 1e-4, 0.1, 0.5, 0.9, 0.999):
            log_z = (math.log(p) + math.lgamma(a + 1)) / a
            if log_z < -0.1:
                rows.append([a, log_z, kummer(a, exp(mpf(log_z)), log_z)[2]])
    for a, log_z in ((1.0, -1e9), (1e-3, -1e9), (3.0, -50.0), (10.0, -300.0), (1e8, 18.42), (1e8, 18.4208), (50.0, 4.0), (5.0, 1.0)):
        rows.append([a, log_z, kummer(a, exp(mpf(log_z)), log_z)[2] if a < 1e5 else asymptotic(a, exp(mpf(log_z)))])
    write("log_slope", "a,log_z,log_slope", rows)

    rows = []
    some = [(a, x) for a, x in points if a != 3e3]
    some += [(a, z) for a in (1e5, 1e6) for z in quantiles(a, few)] + [(1e8, 1e8 - 3e4), (1e8, 1e8 + 2e4)]
    for a, x in some:
        log_p, log_q = tails(a, x)
        rows.append([a, x, log_p, log_q])
    write("tail", "a,x,log_p,log_q", rows)
