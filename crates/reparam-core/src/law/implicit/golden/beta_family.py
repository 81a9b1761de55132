"""Writes beta_family.csv (mpmath 1.4.1, 80 digits; SciPy 1.17.1 for the choice of points only; run: python3 beta_family.py).

Rows: law, parameters (three places, the last empty for two), x, log_prob, the smaller of cdf and survival (negative where it is the
survival), score in each parameter, pathwise derivative in each parameter; empty places where there is no third. The distribution function
of the beta family is `x^a y^b / (a B(a, b)) 2F1(a + b, 1; a + 1; x)` on the side of the nearer end; its derivatives, and the scores, are
central differences of the law's own formula at fixed x, with a step of 1e-16 of the parameter and an error of 1e-32 of it. Those of von
Mises are quadratures of the definition.
"""
import random

import mpmath
from mpmath import besseli, cos, exp, hyp2f1, log, log1p, loggamma, mp, mpf, pi, quad, sin
from scipy.special import betaincinv, stdtrit
from scipy.stats import vonmises

mp.dps = 80
rng = random.Random(23)
STEP = mpf(10) ** -16


def tails(a, b, x, y):
    """Both tails of Beta(a, b) at x = 1 - y, both exact."""
    if x * (b + 0.5) > y * (a + 0.5):
        return tails(b, a, y, x)[::-1]
    near = exp(a * log(x) + b * log(y) - loggamma(a) - loggamma(b) + loggamma(a + b)) / a * hyp2f1(a + b, 1, a + 1, x, maxterms=10**7)
    return near, 1 - near


def log_power(a, b, x, y):
    return a * log(x) + b * log(y) - loggamma(a) - loggamma(b) + loggamma(a + b)


class Beta:
    name = "beta"

    @staticmethod
    def log_prob(p, x):
        return log_power(p[0], p[1], x, 1 - x) - log(x) - log(1 - x)

    @staticmethod
    def tails(p, x):
        return tails(p[0], p[1], x, 1 - x)


class FisherSnedecor:
    name = "fisher-snedecor"

    @staticmethod
    def at(p, x):
        whole = p[0] * x + p[1]
        return p[0] / 2, p[1] / 2, p[0] * x / whole, p[1] / whole

    @classmethod
    def log_prob(cls, p, x):
        return log_power(*cls.at(p, x)) - log(x)

    @classmethod
    def tails(cls, p, x):
        return tails(*cls.at(p, x))


class StudentT:
    name = "student-t"

    @staticmethod
    def log_prob(p, x):
        df, loc, scale = p
        t = (x - loc) / scale
        return loggamma((df + 1) / 2) - loggamma(df / 2) - log(df * pi) / 2 - log(scale) - (df + 1) / 2 * log1p(t * t / df)

    @staticmethod
    def tails(p, x):
        df, loc, scale = p
        t = (x - loc) / scale
        whole = df + t * t
        tail = tails(df / 2, mpf(1) / 2, df / whole, t * t / whole)[0] / 2
        return (tail, 1 - tail) if t < 0 else (1 - tail, tail)


def shift(p, i, h):
    return [v + h if j == i else v for j, v in enumerate(p)]


def derivatives(law, p, x):
    lower, upper = law.tails(p, x)
    side = 0 if lower < upper else 1
    density = exp(law.log_prob(p, x))
    scores, paths = [], []
    for i, v in enumerate(p):
        h = STEP * (abs(v) if v else 1)
        above, below = shift(p, i, h), shift(p, i, -h)
        scores.append((law.log_prob(above, x) - law.log_prob(below, x)) / (2 * h))
        change = (law.tails(above, x)[side] - law.tails(below, x)[side]) / (2 * h)
        paths.append((-change if side == 0 else change) / density)
    return lower if side == 0 else -upper, scores, paths


def von_mises(p, x):
    """At location 0 the distribution function from -pi; location 0 alone is tabled."""
    k = p[1]
    i0, ratio = besseli(0, k), besseli(1, k) / besseli(0, k)
    ends = [-pi + (x + pi) * j / 12 for j in range(13)]
    lower = quad(lambda t: exp(k * cos(t)), ends) / (2 * pi * i0)
    slope = -quad(lambda t: exp(k * (cos(t) - cos(x))) * (cos(t) - ratio), [x * j / 12 for j in range(13)])
    log_prob = k * cos(x) - log(2 * pi * i0)
    return log_prob, (lower if lower < 0.5 else lower - 1), [k * sin(x), cos(x) - ratio], [mpf(1), slope]


QUANTILES = [1e-8, 1e-4, 0.01, 0.2, 0.5, 0.7, 0.95, 0.999, 1 - 1e-8]


def write(out, name, p, x, log_prob, tail, scores, paths):
    texts = [[repr(float(v)) for v in values] + [""] * (3 - len(values)) for values in (p, scores, paths)]
    cells = [name, *texts[0], repr(x), repr(float(log_prob)), repr(float(tail)), *texts[1], *texts[2]]
    out.write(",".join(cells) + "\n")


with open("beta_family.csv", "w") as out:
    out.write(f"# mpmath {mpmath.__version__}, mp.dps = {mp.dps}\n")
    for law, low, high, count in [(Beta, -3, 4, 90), (Beta, -8, 8, 30), (FisherSnedecor, -2, 4, 70), (StudentT, -1, 4, 60), (StudentT, 4, 8, 15)]:
        done = 0
        while done < count:
            if law is StudentT:
                p = [10 ** rng.uniform(low, high), 0.5, 2.0]
                x = 0.5 + 2.0 * float(stdtrit(p[0], rng.choice(QUANTILES)))
                inside = abs(x) < 1e30 and x != 0.5
            else:
                p = [10 ** rng.uniform(low, high), 10 ** rng.uniform(low, high)]
                half = 1 if law is Beta else 2
                x = float(betaincinv(p[0] / half, p[1] / half, rng.choice(QUANTILES)))
                # Beside 1 the number itself would say more than its rounding.
                inside = 1e-200 < x < 1 - 1e-6
                if law is FisherSnedecor and inside:
                    x = p[1] / p[0] * x / (1 - x)
            if not inside:
                continue
            q = [mpf(v) for v in p]
            tail, scores, paths = derivatives(law, q, mpf(x))
            write(out, law.name, p, x, law.log_prob(q, mpf(x)), tail, scores, paths)
            done += 1
    for k in [1e-3, 0.1, 0.7, 2.0, 9.0, 60.0, 1e3]:
        for u in QUANTILES:
            x = float(vonmises.ppf(u, k))
            if abs(x) < 1e-6 or abs(x) > 3.14:
                x = 0.1
            log_prob, tail, scores, paths = von_mises([mpf(0), mpf(k)], mpf(x))
            write(out, "von-mises", [0.0, k], x, log_prob, tail, scores, paths)
