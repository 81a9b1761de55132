"""Golden values of laws of counts: log mass and score far beyond where differences of log-gammas keep their digits, and entropies.

Writes counts.csv. Rows: law, parameters and count, log mass, scores; `entropy-` rows: law, parameters, entropy.
"""
import mpmath
from mpmath import digamma, exp, fsum, log, log1p, loggamma, mp, mpf, sqrt

mp.dps = 60
SPREAD = [-8, -1.3, 0, 0.7, 6, 25]


def show(*numbers):
    return ",".join(repr(float(v)) for v in numbers)


def counts(mean, deviation, last=None):
    out = {0.0, 1.0}
    for z in SPREAD:
        x = float(mpmath.nint(mean + z * deviation))
        if x >= 0 and (last is None or x <= last):
            out.add(x)
    return sorted(out if last is None else {x for x in out if x <= last} | {float(last)})


def poisson(rate, x):
    rate, x = mpf(rate), mpf(x)
    return x * log(rate) - rate - loggamma(x + 1), x / rate - 1


def binomial(n, logits, x):
    n, l, x = mpf(n), mpf(logits), mpf(x)
    p = 1 / (1 + exp(-l))
    return loggamma(n + 1) - loggamma(x + 1) - loggamma(n - x + 1) + x * log(p) - (n - x) * log1p(exp(l)), x - n * p


def negative_binomial(mean, r, x):
    m, r, x = mpf(mean), mpf(r), mpf(x)
    value = loggamma(x + r) - loggamma(r) - loggamma(x + 1) - r * log1p(m / r) + x * log(m / (m + r))
    return value, (x - m) / m * r / (m + r), digamma(x + r) - digamma(r) - log1p(m / r) - (x - m) / (r + m)


def summed(first, log_first, ratio, last):
    """Entropy of masses p(first) = e^log_first, p(k + 1) = p(k) ratio(k), up to `last`."""
    mp.dps = 30
    p, terms, k = exp(log_first), [], first
    while k <= last:
        terms.append(-p * log(p))
        p *= ratio(k)
        k += 1
    total = fsum(terms)
    mp.dps = 60
    return total


def main():
    with open("counts.csv", "w") as out:
        print(f"# counts.py, mpmath {mpmath.__version__}, {mp.dps} digits", file=out)
        for rate in [1e-3, 0.7, 33.25, 1e4, 123456789.125, 1e13]:
            for x in counts(mpf(rate), sqrt(mpf(rate))):
                print("poisson," + show(rate, x, *poisson(rate, x)), file=out)
        for n in [7.0, 1000.0, 1e9, 2.0**52]:
            for l in [-30.0, -2.25, 0.0, 1.5, 12.0]:
                p = 1 / (1 + exp(-mpf(l)))
                for x in counts(n * p, sqrt(n * p * (1 - p)), n):
                    print("binomial," + show(n, l, x, *binomial(n, l, x)), file=out)
        for m in [1e-4, 2.5, 1e4, 1e8]:
            for r in [1e-8, 0.125, 3.0, 777.5, 1e7, 1e13]:
                for x in counts(mpf(m), sqrt(mpf(m) + mpf(m) ** 2 / mpf(r))):
                    print("negative-binomial," + show(m, r, x, *negative_binomial(m, r, x)), file=out)
        # 1/(12 λ) and following: the asymptotic series of Poisson's entropy, whose next term is of the order λ^-6.
        l = mpf(123456789.125)
        series = log(2 * mp.pi * mp.e * l) / 2 - 1 / (12 * l) - 1 / (24 * l**2) - mpf(19) / (360 * l**3)
        print("entropy-poisson," + show(l, series), file=out)
        for rate in [5000.5, 90000.0]:
            low, high = max(0, int(rate - 16 * rate**0.5)), int(rate + 16 * rate**0.5)
            value = summed(low, poisson(rate, low)[0], lambda k: mpf(rate) / (k + 1), high)
            print("entropy-poisson," + show(rate, value), file=out)
        for n, l in [(30000.0, -1.0), (1000000.0, 2.0)]:
            p = 1 / (1 + exp(-mpf(l)))
            low = int(n * p - 16 * sqrt(n * p * (1 - p)))
            high = min(int(n), int(n * p + 16 * sqrt(n * p * (1 - p))))
            value = summed(low, binomial(n, l, low)[0], lambda k: (n - k) / mpf(k + 1) * p / (1 - p), high)
            print("entropy-binomial," + show(n, l, value), file=out)
        for m, r in [(1000.0, 0.125), (5000.0, 20.0), (40000.0, 1e5), (300.0, 0.5)]:
            high = int(m + 16 * (m + m * m / r) ** 0.5 + 50 * (1 + m / r))
            value = summed(0, negative_binomial(m, r, 0)[0], lambda k: (k + mpf(r)) / (k + 1) * m / (m + mpf(r)), high)
            print("entropy-negative-binomial," + show(m, r, value), file=out)


main()
