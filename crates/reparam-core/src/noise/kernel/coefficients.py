"""Minimax coefficients of the polynomials in log.rs and circle.rs (mpmath 1.3.0; run: python3 coefficients.py).

Remez exchange on a grid, weighted so that the error of the *function* is relative; the coefficients are then rounded to the
type, and the error printed is that of the rounded polynomial in exact arithmetic.
"""
import struct
from mpmath import mp, mpf, atanh, cos, log, log1p, pi, sin, sqrt, matrix, lu_solve

mp.dps = 120


def rounded(x, single):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0]) if single else mpf(float(x))


def remez(target, weight, count, lo, hi, grid=600):
    """Coefficients of sum_k c_k x^k, k < count, with the smallest max of weight * |p - target|."""
    # The Chebyshev points of the interval are the grid and, coarsened, the first reference.
    xs = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * (mpf(i) + mpf(1) / 2) / grid) for i in range(grid)]
    fs, ws = [target(x) for x in xs], [weight(x) for x in xs]
    ref = [round(k * (grid - 1) / count) for k in range(count + 1)]
    for _ in range(12):
        a = matrix(count + 1, count + 1)
        b = matrix(count + 1, 1)
        for r, i in enumerate(ref):
            for k in range(count):
                a[r, k] = xs[i] ** k
            a[r, count] = (-1) ** r / ws[i]
            b[r] = fs[i]
        c = lu_solve(a, b)
        err = [ws[i] * (sum(c[k] * xs[i] ** k for k in range(count)) - fs[i]) for i in range(grid)]
        peaks, start = [], 0
        for i in range(1, grid + 1):
            if i == grid or (err[i] > 0) != (err[start] > 0):
                peaks.append(max(range(start, i), key=lambda j: abs(err[j])))
                start = i
        if len(peaks) < count + 1:
            break
        while len(peaks) > count + 1:
            peaks.pop(0 if abs(err[peaks[0]]) < abs(err[peaks[-1]]) else -1)
        if peaks == ref:
            break
        ref = peaks
    return [c[k] for k in range(count)], max(abs(e) for e in err)


def fit(name, target, weight, count, lo, hi, single):
    done = [rounded(c, single) for c in remez(target, weight, count, lo, hi)[0]]
    xs = [lo + (hi - lo) * (mpf(i) + mpf(1) / 3) / 999 for i in range(999)]
    worst = max(weight(x) * abs(sum(c * x**j for j, c in enumerate(done)) - target(x)) for x in xs)
    print(f"{name}: worst error 2^{float(log(worst, 2)):.2f}")
    for c in done:
        print("   ", repr(float(c)))


tiny = mpf(10) ** -9
t_lo, t_hi = sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1
z_hi = (t_hi / (2 + t_hi)) ** 2
quarter = mpf(1) / 4


def log_tail(t):
    return (log1p(t) - t + t * t / 2) / t**3 if abs(t) > tiny else mpf(1) / 3


def main():
    # ln(1 + t) = t - t^2/2 + t^3 P(t)
    for n in (9, 10):
        fit(f"f32 log P, {n}", log_tail, lambda t: abs(t**3 / log1p(t)), n, t_lo, t_hi, True)
    # ln(1 + t) = 2 s + s R(s^2), s = t / (2 + t); R(z) = z Q(z)
    for n in (7, 8):
        fit(f"f64 log Q, {n}", lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z, lambda z: z / 2, n, tiny, z_hi, False)
    # sin(pi f / 2) = f (pi/2 + f^2 S(f^2)), cos(pi f / 2) = 1 + f^2 C(f^2), |f| <= 1/2
    half = pi / 2
    for bits, hi_bits, sizes in ((32, 24, ((3, 3), (3, 4))), (64, 53, ((6, 7), (7, 7)))):
        single = bits == 32
        for ns, nc in sizes:
            fit(f"f{bits} sin S, {ns}", lambda z: (sin(half * sqrt(z)) / sqrt(z) - half) / z,
                lambda z: z * sqrt(z) / sin(half * sqrt(z)), ns, tiny, quarter, single)
            fit(f"f{bits} cos C, {nc}", lambda z: (cos(half * sqrt(z)) - 1) / z,
                lambda z: z / cos(half * sqrt(z)), nc, tiny, quarter, single)
    hi = rounded(half, False)
    print("pi/2 f64", repr(float(hi)), repr(float(half - hi)))
    hi = rounded(half, True)
    print("pi/2 f32", repr(float(hi)), repr(float(half - hi)))


main()
