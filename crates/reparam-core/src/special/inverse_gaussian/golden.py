"""Writes golden.csv: function, mean, concentration, x, value (mpmath 1.4.1; run: python3 golden.py).

Straight from the definitions, with as many digits as their cancellation takes. The slope in the concentration is preceded by the size
of the larger of its two parts, and divided by it; 2 is added, so that errors count in that part.
"""
import random
from mpmath import erfc, exp, mp, mpf, pi, sqrt

rng = random.Random(11)


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def parts(mean, concentration, x):
    root = sqrt(concentration / x)
    a, b = root * (x / mean - 1), root * (x / mean + 1)
    second = exp(2 * concentration / mean) * cdf(-b)
    density = sqrt(concentration / (2 * pi * x**3)) * exp(-a * a / 2)
    below = cdf(a) + second
    above = cdf(-a) - second
    # ∂F from ∂a, ∂b and ∂(2λ/μ), term by term.
    phi_a, phi_b = exp(-a * a / 2) / sqrt(2 * pi), exp(2 * concentration / mean - b * b / 2) / sqrt(2 * pi)
    by_mean = -phi_a * root * x / mean**2 + phi_b * root * x / mean**2 - 2 * concentration / mean**2 * second
    by_concentration = phi_a * a / (2 * concentration) - phi_b * b / (2 * concentration) + 2 / mean * second
    mills = second / phi_a
    larger = x / concentration * max(abs(1 - b * mills), abs(a * mills))
    return below, above, -by_mean / density, -by_concentration / density, larger


rows = []
for concentration in (1e-8, 1e-4, 0.01, 0.3, 1.0, 3.0, 20.0, 1e3, 1e6, 1e8):
    for mean in (1.0, 0.37):
        deviation = (mean / concentration) ** 0.5
        for z in (-15.0, -5.6, -3.0, -1.0, -0.2, 0.0, 0.3, 1.1, 3.0, 5.5, 12.0, 30.0):
            # a = z.
            z += rng.uniform(-0.1, 0.1)
            half = 0.5 * z * deviation
            x = mean * (half + (half * half + 1) ** 0.5) ** 2
            if x > 0:
                rows.append((mean, concentration, x))
        rows += [(mean, concentration, mean * 10 ** rng.uniform(-3, 3)) for _ in range(3)]
with open("golden.csv", "w") as out:
    for row in rows:
        a2 = row[1] / row[2] * (row[2] / row[0] - 1) ** 2
        if a2 > 1300:
            continue
        # erfc(x) and the exponential are of sizes e^(b²/2); b² - a² = 4λ/μ.
        mp.dps = 80 + int((a2 + 0 * row[1]) / 2)
        below, above, by_mean, by_concentration, larger = parts(*[mpf(v) for v in row])
        text = ",".join(repr(v) for v in row)
        for name, value in [("cdf", below), ("survival", above), ("mean_slope", by_mean)]:
            if value > mpf(10) ** -290:
                out.write(f"inverse_gaussian_{name},{text},{float(value)!r}\n")
        size = float(larger)
        out.write(f"inverse_gaussian_concentration_slope,{text},{size!r},{float(by_concentration / mpf(size) + 2)!r}\n")
