"""Writes gamma.csv and gamma_kl.csv (mpmath 1.4.1, scipy 1.17.1 for rough quantiles only; run: python3 gamma.py). Arguments are exact
f64s; values have 60 digits or more and are written as the shortest decimals of an f64. The incomplete gamma function and its
derivative in the shape are those of special/gamma/golden.py.

gamma.csv: law, concentration, rate, x, and at x: log density, logarithms of distribution function and survival, score in the
concentration, pathwise derivative in it. gamma_kl.csv: the divergence between two gamma laws.
"""
import math
import os
import sys

from mpmath import exp, log, loggamma, mp, mpf, psi
from scipy.special import gammainccinv, gammaincinv

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "special", "gamma"))
import golden as special

mp.dps = 60
RATE = 1.7
SHAPES = [1e-8, 1e-3, 0.03, 0.4, 1.0, 2.5, 7.9, 8.1, 30.0, 200.0, 1e4, 1e8]
PROBABILITIES = [1e-8, 1e-3, 0.2, 0.5]


def log_quantiles(a):
    out = []
    for p in PROBABILITIES:
        left = (math.log(p) + math.lgamma(a + 1)) / a
        out.append(left if left < -10 else math.log(gammaincinv(a, p)))
        z = gammainccinv(a, p)
        out.append(math.log(z) if z > 1e-250 else (math.log1p(-p) + math.lgamma(a + 1)) / a)
    return sorted(set(out))


def tails_and_slope(a, log_z):
    z = exp(log_z)
    if z > 3 * a and z > 30:
        log_q, slope = special.integral(a, z)
        return mp.log1p(-exp(log_q)), log_q, slope
    log_p, log_q, slope = special.kummer(a, z, log_z)
    return log_p, log_q, slope


def rows():
    for a in SHAPES:
        if a >= 1e5:
            points = [math.log(a + s * math.sqrt(a)) for s in (-5.6, -0.5, 0.0, 3.0)]
        else:
            points = log_quantiles(a)
        for point in points:
            for law in ("gamma", "log-gamma", "inverse-gamma"):
                sign = -1 if law == "inverse-gamma" else 1
                # Rate 1.7, but for the logarithm also the rate that puts the mode at 0.
                for rate in (RATE, a) if law == "log-gamma" else (RATE,):
                    log_x = sign * (mpf(point) - log(mpf(rate)))
                    if law == "log-gamma":
                        x = mpf(float(log_x))
                        log_z = x + log(mpf(rate))
                    elif abs(log_x) < 700:
                        x = mpf(float(exp(log_x)))
                        log_z = sign * log(x) + log(mpf(rate))
                    else:
                        continue
                    yield law, a, rate, x, log_z


def main():
    out = []
    for law, a, rate, x, log_z in rows():
        with mp.workdps(80):
            shape, z = mpf(a), exp(log_z)
            if a >= 1e5:
                # Quantiles of this shape cost too much; the slope has its asymptotic series.
                log_p = log_q = None
                slope = special.asymptotic(a, z)
            else:
                log_p, log_q, slope = tails_and_slope(a, log_z)
            log_prob = shape * log_z - z - loggamma(shape)
            score = log_z - psi(0, shape)
            path = slope
            if law == "gamma":
                log_prob, path = log_prob - log(x), x * slope
            elif law == "inverse-gamma":
                log_prob, path = log_prob - log(x), -x * slope
                log_p, log_q = log_q, log_p
            tails = ["", ""] if log_p is None else [repr(float(log_p)), repr(float(log_q))]
            cells = [law] + [repr(float(v)) for v in (a, rate, x, log_prob)] + tails + [repr(float(v)) for v in (score, path)]
            out.append(",".join(cells))
    with open(os.path.join(HERE, "gamma.csv"), "w") as file:
        file.write("law,concentration,rate,x,log_prob,log_cdf,log_survival,score,pathwise\n" + "\n".join(out) + "\n")
    print(len(out))

    out = []
    shapes = [1e-8, 1e-3, 0.3, 1.0, 2.5, 7.9, 30.0, 1e4, 1e8]
    pairs = [(a, 1.3, float(mpf(a) * (1 + mpf(d))), 1.3 * (1 + e)) for a in shapes for d, e in ((1e-9, 0.0), (1e-5, 1e-5), (-1e-3, 2e-4), (0.3, -0.2))]
    pairs += [(a, 0.5, b, 3.0) for a in shapes for b in shapes if a != b]
    for a, r, b, s in pairs:
        with mp.workdps(90):
            a1, r1, b1, s1 = mpf(a), mpf(r), mpf(b), mpf(s)
            kl = (a1 - b1) * psi(0, a1) - loggamma(a1) + loggamma(b1) + b1 * log(r1 / s1) + a1 * (s1 - r1) / r1
            out.append(",".join(repr(float(v)) for v in (a, r, b, s, kl)))
    with open(os.path.join(HERE, "gamma_kl.csv"), "w") as file:
        file.write("concentration_q,rate_q,concentration_p,rate_p,kl\n" + "\n".join(out) + "\n")
    print(len(out))


main()
