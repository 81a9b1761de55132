"""Polynomial coefficients of the f32 kernels in `crates/reparam-core/src/kernel/math.rs`.

Chebyshev interpolation in f64 on each kernel's reduced range; the second column is the relative error of the whole
function that the polynomial alone causes. Needs NumPy (made with 2.x): `python3 scripts/kernel_coefficients.py`
"""
import math
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial


def fit(f, low, high, degree):
    k = np.arange(400)
    x = np.cos(np.pi * (k + 0.5) / 400) * (high - low) / 2 + (low + high) / 2
    chebyshev = Chebyshev.fit(x, f(x), degree, domain=[low, high])
    coefficients = chebyshev.convert(kind=Polynomial, domain=[-1, 1], window=[-1, 1]).coef
    grid = np.linspace(low, high, 20001)
    error = np.max(np.abs(np.polyval(coefficients[::-1], grid) / f(grid) - 1))
    return coefficients, error


def exp_rest(r):
    """(e^r - 1 - r) / r^2 by its series."""
    return sum(r ** (n - 2) / math.factorial(n) for n in range(2, 20))


def atanh_rest(s2):
    """(atanh(s)/s - 1) / s^2 as a function of s^2."""
    return sum(s2 ** (n - 1) / (2 * n + 1) for n in range(1, 30))


def tanh_rest(x2):
    """(tanh(x) - x) / x^3 as a function of x^2."""
    x = np.sqrt(x2)
    return (np.tanh(x) - x) / x**3


half_ln2 = math.log(2) / 2 * 1.0001
for name, f, low, high, degree, weight in [
    ("EXP", exp_rest, -half_ln2, half_ln2, 4, half_ln2**2 / 2),
    ("ATANH", atanh_rest, 0.0, 1.0001 / 9, 4, 1 / 27),
    ("TANH", tanh_rest, 1e-4, 0.4, 5, 0.4 / 3),
]:
    coefficients, error = fit(f, low, high, degree)
    print(f"const {name}: [f32; {degree + 1}] = {[float(c) for c in coefficients]}; // {error * weight:.1e}")
