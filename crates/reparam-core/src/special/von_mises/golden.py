"""Writes golden.csv: function, concentration, angle (or probability), value (mpmath 1.4.1, 40 digits; run: python3 golden.py).

Integrals of the definition by mpmath's Gauss-Legendre quadrature, cut where the integrand has fallen below 1e-45 of its first value.
"""
import random
from mpmath import acos, asin, besseli, cos, erfinv, exp, mp, mpf, pi, quad, sin, sqrt

mp.dps = 40
rng = random.Random(7)


def norm(k):
    """e^-k I0(k) and 1 - A(k), by quadrature where besseli would overflow its series."""
    if k < 2000:
        i0, i1 = besseli(0, k), besseli(1, k)
        return exp(-k) * i0, (i0 - i1) / i0
    sums = [mpf(1), mpf(1)]
    terms = [mpf(1), mpf(1)]
    for j in range(1, 40):
        for order in (0, 1):
            terms[order] *= -(4 * order * order - (2 * j - 1) ** 2) / (j * 8 * k)
            sums[order] += terms[order]
    return sums[0] / sqrt(2 * pi * k), 1 - sums[1] / sums[0]


def pieces(k, x, central):
    if central:
        return [mpf(0), x]
    square = sin(x / 2) ** 2 + mpf(52) / k if k else mpf(2)
    end = 2 * asin(sqrt(square)) if square < 1 else pi
    return [x + (end - x) * j / 6 for j in range(7)]


def parts(k, x):
    """Whether x is central, the mass between x >= 0 and its end, and dx/dk."""
    scale, complement = norm(k)
    central = cos(x) >= 1 - complement
    at = pieces(k, x, central)

    def fall(t):
        return exp(-2 * k * sin((t + x) / 2) * sin((t - x) / 2))

    mass = quad(fall, at) * exp(-2 * k * sin(x / 2) ** 2) / (2 * pi * scale)
    slope = quad(lambda t: fall(t) * (2 * sin(t / 2) ** 2 - complement), at)
    return central, mass, slope if central else -slope


concentrations = [0.0, 1e-8, 1e-5, 1e-3, 0.03, 0.4, 1.0, 1.2499, 1.2501, 2.0, 2.4999, 2.5001, 4.0, 5.001, 9.9, 10.1, 13.0, 17.0, 19.0,
                  19.99, 20.01, 26.0, 38.0, 60.0, 100.0, 700.0, 1e4, 1e6, 1e8]
with open("golden.csv", "w") as out:

    def write(name, k, x, value):
        out.write(f"{name},{k!r},{x!r},{float(value)!r}\n")

    for k in concentrations:
        critical = acos(1 - norm(mpf(k))[1])
        angles = {float(critical * f) for f in (1e-12, 1e-3, 0.3, 0.7, 0.999, 1.001, 1.3, 1.8, 2.5, 3.5, 4.6, 5.7)}
        angles |= {rng.uniform(0, 3.14), 3.1, 3.141, 3.1415926, 3.14159265358}
        for x in sorted(a for a in angles if a < 3.15):
            central, mass, slope = parts(mpf(k), mpf(x))
            write("von_mises_slope", k, x, slope)
            low = mpf(1) / 2 - mass if central else mass
            if low > 1e-290:
                write("von_mises_cdf", k, -x, low)
                write("von_mises_cdf", k, x, 1 - low)
        # Quantiles: Newton's method in full precision.
        for p in (1e-8, 1e-4, 0.03, 0.3, 0.45, 0.499, 0.5 - 2.0**-40):
            p = p * rng.uniform(0.9, 1)
            x = critical * min(mpf(5), mpf(1) * sqrt(mpf(2)) * erfinv(1 - 2 * mpf(p)) * (1 if k > 1 else mpf("0.8")))
            x = min(x, mpf(3))
            for _ in range(40):
                central, mass, _ = parts(mpf(k), x)
                low = mpf(1) / 2 - mass if central else mass
                density = exp(-2 * k * sin(x / 2) ** 2) / (2 * pi * norm(mpf(k))[0])
                step = (low - p) / density
                # No further than half way to the ends.
                step = max(min(step, (pi - x) / 2), -x / 2)
                x += step
                if abs(step) < mpf(10) ** -30:
                    break
            write("von_mises_quantile", k, p, -x)
