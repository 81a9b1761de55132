"""Reference solutions for the tests of reparam-dynamics, written to crates/reparam-dynamics/tests/golden.

Made with SciPy 1.17.1, NumPy 2.4.6. Run: python scripts/dynamics_golden.py
"""

import math
import pathlib

import numpy as np
import scipy
from scipy.integrate import solve_ivp

OUT = pathlib.Path(__file__).parents[1] / "crates/reparam-dynamics/tests/golden"
HEAD = f"# scripts/dynamics_golden.py, SciPy {scipy.__version__}, NumPy {np.__version__}\n"

# Hudson Bay pelts, thousands: lynx and hare, 1900 to 1920 (Howard 2009, after Hewitt 1921).
HARE = [30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7]
LYNX = [4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6]


def lotka_volterra(numbers):
    """States and their derivatives by the six numbers at t = 0, 1, ..., 20."""
    a, b, c, d, u0, v0 = numbers

    def rates(_, x):
        u, v = x[:2]
        s = x[2:].reshape(2, 6)
        jacobian = np.array([[a - b * v, -b * u], [d * v, d * u - c]])
        direct = np.array([[u, -u * v, 0, 0, 0, 0], [0, 0, -v, u * v, 0, 0]])
        return np.concatenate([[(a - b * v) * u, (d * u - c) * v], (jacobian @ s + direct).ravel()])

    start = np.zeros((2, 6))
    start[0, 4] = start[1, 5] = 1
    result = solve_ivp(rates, (0, 20), np.concatenate([[u0, v0], start.ravel()]), "DOP853", np.arange(21.0), rtol=1e-13, atol=1e-13)
    assert result.success
    return result.y.T


def log_density(x):
    """The posterior by the logarithms of theta1..4, z_init1..2, sigma1..2, and its gradient; truncated normals normalised."""
    value = np.exp(x)
    rows = lotka_volterra(value[:6])
    log = x.sum()
    gradient = np.ones(8)
    for at, (mean, sd) in enumerate([(1, 0.5), (0.05, 0.05), (1, 0.5), (0.05, 0.05)]):
        z = (value[at] - mean) / sd
        log += -0.5 * z * z - math.log(sd * math.sqrt(2 * math.pi)) - math.log(0.5 * math.erfc(-mean / sd / math.sqrt(2)))
        gradient[at] -= z / sd * value[at]
    for at, mean, sd in [(4, math.log(10), 1), (5, math.log(10), 1), (6, -1, 1), (7, -1, 1)]:
        z = (x[at] - mean) / sd
        log += -0.5 * z * z - math.log(sd * math.sqrt(2 * math.pi)) - x[at]
        gradient[at] += -z / sd - 1
    for state, data in enumerate([HARE, LYNX]):
        sd = value[6 + state]
        for row, measured in zip(rows, data):
            z = (math.log(measured) - math.log(row[state])) / sd
            log += -0.5 * z * z - math.log(sd * math.sqrt(2 * math.pi)) - math.log(measured)
            slopes = row[2:].reshape(2, 6)[state] / row[state]
            gradient[:6] += z / sd * slopes * value[:6]
            gradient[6 + state] += z * z - 1
    return log, gradient


def robertson():
    """States at 1e-5, 1e-4, ..., 1e10, 4e10 seconds."""

    def rates(_, y):
        r1, r2, r3 = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1]
        return [-r1 + r2, r1 - r2 - r3, r3]

    def jacobian(_, y):
        return [[-0.04, 1e4 * y[2], 1e4 * y[1]], [0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]], [0, 6e7 * y[1], 0]]

    times = [10.0**k for k in range(-5, 11)] + [4e10]
    result = solve_ivp(rates, (0, 4e10), [1, 0, 0], "Radau", times, jac=jacobian, rtol=1e-12, atol=1e-20)
    assert result.success
    return times, result.y.T


def main():
    numbers = [0.55, 0.028, 0.80, 0.024, 33.0, 5.9]
    with open(OUT / "lotka_volterra.csv", "w") as file:
        file.write(HEAD + "# t = 0 .. 20: u, v, then du, dv by alpha, beta, gamma, delta, u0, v0\n")
        for row in lotka_volterra(numbers):
            s = row[2:].reshape(2, 6)
            file.write(",".join(f"{x:.17g}" for x in [*row[:2], *s[0], *s[1]]) + "\n")
    with open(OUT / "lotka_volterra_density.csv", "w") as file:
        file.write(HEAD + "# 8 coordinates, log density, 8 slopes\n")
        for x in [
            np.log([0.55, 0.028, 0.80, 0.024, 33.0, 5.9, 0.25, 0.25]),
            np.log([0.48, 0.025, 0.93, 0.029, 40.0, 7.0, 0.4, 0.3]),
        ]:
            log, gradient = log_density(x)
            file.write(",".join(f"{x:.17g}" for x in [*x, log, *gradient]) + "\n")
    with open(OUT / "robertson.csv", "w") as file:
        file.write(HEAD + "# time, three states\n")
        for time, row in zip(*robertson()):
            file.write(",".join(f"{x:.17g}" for x in [time, *row]) + "\n")


main()
