"""Writes golden.csv: function, arguments, value, as the shortest decimals of an f64 (mpmath 1.4.1, 50 digits; run: python3 golden.py)."""
import random
from mpmath import besseli, exp, hyp0f1, log, loggamma, mp, mpf, pi

mp.dps = 50
rng = random.Random(5)


def scaled(order, x):
    """e^-x I(x): the power series through hyp0f1, or Hankel's expansion where x is large beside the order."""
    if x == 0:
        return mpf(order == 0)
    return exp(log_value(order, x) - x)


def log_value(order, x):
    if x > 1000 and order * order <= 100 * x:
        return x - log(2 * pi * x) / 2 + log(hankel(order, x))
    return order * log(x / 2) - loggamma(order + 1) + log(hyp0f1(order + 1, x * x / 4, maxterms=10**7))


def shifted(order, x):
    value = log_value(order, x)
    return value + 3 if abs(value) < 1 else value


def ratio(order, x):
    """The continued fraction from far above, by backward recurrence."""
    if x > 3000 and order < x:
        # Far beyond, a fixed number of digits of Hankel's expansion.
        return hankel(order, x) / hankel(order - 1, x)
    steps = 200 + int(x + order) // 2 if x < 4 * order else 200 + 3 * int(x)
    value = mpf(0)
    for k in range(steps, -1, -1):
        value = x / (2 * (order + k) + x * value)
    return value


def hankel(order, x):
    sum_, term = mpf(1), mpf(1)
    for k in range(1, 400):
        new = term * -(4 * order * order - (2 * k - 1) ** 2) / (k * 8 * x)
        if abs(new) < mpf(10) ** -60:
            break
        term = new
        sum_ += term
    return sum_


def slope(order, x):
    r = ratio(order, x)
    return 1 - r * r - (2 * order - 1) * r / x


arguments = [10.0**k * rng.uniform(1, 9.9) for k in range(-9, 8) for _ in range(2)] + [1e8]
arguments += [rng.uniform(0, 40) for _ in range(40)] + [1.2499, 1.2501, 2.4999, 2.5001, 4.999, 5.001, 7.999, 8.001, 9.999, 10.001, 19.99, 20.01, 31.99, 32.01]
orders = [0.0, 0.5, 1.0, 1.5, 2.0, 3.7, 10.0, 22.6, 31.9, 32.1, 50.0, 127.5, 1000.0, 10000.0]
few = [1e-8, 3e-3, 0.7, 3.0, 9.0, 20.0, 26.0, 31.5, 33.0, 45.0, 70.0, 151.0, 600.0, 3000.0, 2e4, 1e6]
pairs = [(o, x) for o in orders for x in few]
pairs += [(rng.uniform(0, 60), rng.uniform(0, 60)) for _ in range(150)]
with open("golden.csv", "w") as out:

    def write(name, f, rows, digits=50):
        mp.dps = digits
        for row in rows:
            value = float(f(*[mpf(v) for v in row]))
            # A value that underflows is no relative error.
            if abs(value) > 1e-290:
                out.write(",".join([name] + [repr(v) for v in row] + [repr(value)]) + "\n")

    write("bessel_i0e", lambda x: besseli(0, x) * exp(-x), [(x,) for x in arguments])
    write("bessel_i1e", lambda x: besseli(1, x) * exp(-x), [(x,) for x in arguments])
    # The alternating terms of the expansion lose 45 digits at order 1e4.
    write("bessel_ie", scaled, pairs, digits=100)
    write("log_bessel_i", shifted, pairs, digits=100)
    ratios = [(1.0, x) for x in arguments] + [(max(o, 0.5), x) for o, x in pairs if o > 0 and x < 3100 or o in (1, 2, 10)]
    write("bessel_ratio", ratio, ratios)
    ratios = [(o, x) for o, x in ratios if o >= 1]
    write("bessel_ratio_complement", lambda o, x: 1 - ratio(o, x), ratios)
    write("bessel_ratio_slope", slope, ratios, digits=70)
