"""Writes the coefficient tables of the gamma family: rational.rs, slope/table.rs and tail/table.rs (mpmath 1.4.1; run: python3
coefficients.py). Everything is computed with 70 digits; the errors that it prints are those of the fits before rounding to f64.

Slope. With H = a d(ln z)/da, v = ln(z/a), w = 1/a, the implicit derivative obeys, exactly,
    (e^v - 1) H = v + ln a - psi(a) + w dH/dv,
whose smooth solution is H = sum A_n(v) w^n with A_0 = v/(e^v - 1) and A_(n+1) = (A_n' + [w^(n+1)](ln a - psi(a)))/(e^v - 1).
For a >= 8 forty terms give 20 digits; below, Kummer's series gives H. Chebyshev interpolation in both variables, cut, as powers.

Tail. Q(a, x) = erfc(eta sqrt(a/2))/2 + e^(-a eta^2/2)/sqrt(2 pi a) T, eta^2/2 = e^v - 1 - v, T = sum C_n w^n with
eta C_n = eta/(e^v - 1) (C_(n-1)' + g_n) - [n = 0], g_n the coefficients of 1/Gamma*(a) (Temme 1979), here as power series in v.
"""
import os

from mpmath import bernoulli, chebyt, cos, exp, factorial, log, loggamma, lu_solve, matrix, mp, mpf, pi, polyval, psi, sqrt

mp.dps = 70
HERE = os.path.dirname(os.path.abspath(__file__))
ORDER, LENGTH = 40, 110


def product(p, q, length):
    r = [mpf(0)] * length
    for i, c in enumerate(p[:length]):
        for j in range(min(len(q), length - i)):
            r[i + j] += c * q[j]
    return r


def inverse(p):
    r = [1 / p[0]]
    for n in range(1, len(p)):
        r.append(-sum(p[k] * r[n - k] for k in range(1, n + 1)) / p[0])
    return r


def derivative(p):
    return [k * p[k] for k in range(1, len(p))]


# v / (e^v - 1), as a power series in v.
PLANCK = [bernoulli(k) / factorial(k) for k in range(LENGTH + ORDER + 2)]


def slope_series():
    terms = [PLANCK[:]]
    for n in range(1, ORDER + 1):
        d = derivative(terms[-1])
        d[0] += mpf(1) / 2 if n == 1 else (bernoulli(n) / n if n % 2 == 0 else 0)
        assert abs(d[0]) < mpf(10) ** -20
        terms.append(product(d[1:], PLANCK, len(d) - 1))
    return terms


def tail_series():
    size = LENGTH + ORDER + 2
    # eta^2 = v^2 s(v); eta = v sqrt(s).
    s = [2 / factorial(k + 2) for k in range(size)]
    root = [mpf(1)]
    for n in range(1, size):
        root.append((s[n] - sum(root[k] * root[n - k] for k in range(1, n))) / 2)
    over_root = inverse(root)
    # 1/Gamma*(a) = exp(-sum B_2k/(2k(2k-1)) w^(2k-1)).
    e = [mpf(0)] * (ORDER + 1)
    for k in range(1, ORDER // 2 + 1):
        if 2 * k - 1 <= ORDER:
            e[2 * k - 1] = -bernoulli(2 * k) / (2 * k * (2 * k - 1))
    g = [mpf(1)]
    for n in range(1, ORDER + 1):
        g.append(sum(k * e[k] * g[n - k] for k in range(1, n + 1)) / n)
    # C_n = (PLANCK (C_(n-1)' + g_n) - [n=0]/over_root...) with eta/(e^v-1) = root * PLANCK:
    # dC/deta = C' dv/deta, dv/deta = eta/(e^v - 1), so eta C_n = eta/(e^v - 1) (C_(n-1)' + g_n) - [n = 0].
    terms = []
    for n in range(ORDER + 1):
        if n == 0:
            top = product(root, PLANCK, size)
            top[0] -= 1
            assert abs(top[0]) < mpf(10) ** -60
            terms.append(product(top[1:], over_root, size - 1))
        else:
            d = derivative(terms[-1])
            d[0] += g[n]
            # (d / (e^v - 1)), which is regular.
            assert abs(d[0]) < mpf(10) ** -20
            terms.append(product(d[1:], PLANCK, len(d) - 1))
    return terms


def asymptotic(terms):
    def f(v, w):
        total = mpf(0)
        for c in reversed(terms):
            total = total * w + polyval(c[LENGTH - 1 :: -1], v)
        return total

    return f


def kummer(v, w):
    a, x = 1 / w, exp(v) / w
    t, h, s0, s1, n = mpf(1), mpf(0), mpf(1), mpf(0), 0
    while t > mpf(10) ** -75 * s0 or n < x:
        n += 1
        t *= x / (a + n)
        h += 1 / (a + n)
        s0 += t
        s1 += t * h
    return (psi(0, a + 1) - log(x)) * s0 + s1


def to_powers(rows):
    """Chebyshev coefficients on [-1, 1] to powers."""
    out = [mpf(0)] * len(rows)
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    for n, c in enumerate(rows):
        poly = before
        for k, p in enumerate(poly):
            out[k] += c * p
        before, now = now, [(2 * now[k - 1] if k else 0) - (before[k] if k < len(before) else 0) for k in range(len(now) + 1)]
    return out


def shift(p, middle, half):
    """p((v - middle)/half) as powers of v."""
    out = [mpf(0)]
    for c in reversed(p):
        out = [(out[k - 1] if k else 0) / half - (out[k] if k < len(out) else 0) * middle / half for k in range(len(out) + 1)]
        out[0] += c
    return out[: len(p)]


def fit(f, ends, shapes, size, cut):
    """Rows (powers of v) of columns (powers of s = (w - middle)/half)."""
    (va, vb), (wa, wb) = ends, shapes
    vm, vh, wm, wh = (va + vb) / 2, (vb - va) / 2, (wa + wb) / 2, (wb - wa) / 2
    nv, nw = size
    node = lambda k, n: cos(pi * (2 * k + 1) / (2 * n))
    values = [[f(vm + vh * node(k, nv), wm + wh * node(l, nw)) for l in range(nw)] for k in range(nv)]
    tv = [[chebyt(i, node(k, nv)) for k in range(nv)] for i in range(nv)]
    tw = [[chebyt(j, node(l, nw)) for l in range(nw)] for j in range(nw)]
    half = [[sum(values[k][l] * tw[j][l] for l in range(nw)) * (2 if j else 1) / nw for j in range(nw)] for k in range(nv)]
    c = [[sum(half[k][j] * tv[i][k] for k in range(nv)) * (2 if i else 1) / nv for j in range(nw)] for i in range(nv)]
    lost = sum(abs(x) for r in c for x in r if abs(x) < cut)
    c = [[x if abs(x) >= cut else mpf(0) for x in r] for r in c]
    columns = max(j for j in range(nw) if any(r[j] for r in c)) + 1
    rows = max(i for i in range(nv) if any(c[i])) + 1
    powers = [shift(to_powers([c[i][j] for i in range(rows)]), vm, vh) for j in range(columns)]
    powers = [to_powers([powers[j][i] for j in range(columns)]) for i in range(rows)]
    return c, powers, rows, columns, lost, (wm, wh)


def write_table(path, head, tables):
    with open(os.path.join(HERE, path), "w") as out:
        out.write(head + "\n\nuse crate::special::gamma::grid::Grid;\n")
        for name, doc, f, ends, shapes, size, cut, narrow in tables:
            c, p, rows, columns, lost, (wm, wh) = fit(f, ends, shapes, size, cut)
            wide = -(-columns // 2) * 2
            # Rows above `low` have nothing beyond the first `narrow` columns.
            low = max(i for i in range(rows) if any(c[i][narrow:])) + 1
            print(name, "rows", rows, "columns", columns, "full rows", low, "cut away at most", float(lost))
            out.write(f"\n/// {doc}\n#[rustfmt::skip]\n")
            out.write(f"pub(super) static {name}: Grid<{wide}, {narrow}, {low}, {rows - low}> = Grid {{\n")
            out.write(f"    middle: {float(wm)!r},\n    inverse_half: {float(1 / wh)!r},\n")
            cell = lambda x: "0.0" if x == 0 else repr(float(x))
            out.write("    full: [\n")
            for i in range(low):
                row = [cell(p[i][j]) if j < columns else "0.0" for j in range(wide)]
                out.write("        [" + ", ".join(row) + "],\n")
            out.write("    ],\n    narrow: [\n")
            for i in range(low, rows):
                out.write("        [" + ", ".join(cell(p[i][j]) for j in range(narrow)) + "],\n")
            out.write("    ],\n};\n")


def rational(f, a, b, degree):
    """Interpolation at the Chebyshev nodes by a ratio of polynomials in x - a, with q(a) = 1."""
    n = 2 * degree + 1
    xs = [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    m, r = matrix(n, n), matrix(n, 1)
    for i, x in enumerate(xs):
        y = f(x)
        for k in range(degree + 1):
            m[i, k] = (x - a) ** k
        for k in range(1, degree + 1):
            m[i, degree + k] = -y * (x - a) ** k
        r[i] = y
    s = lu_solve(m, r)
    p, q = [s[k] for k in range(degree + 1)], [mpf(1)] + [s[degree + k] for k in range(1, degree + 1)]
    worst = 0
    for i in range(400):
        x = a + (b - a) * (i + mpf(1) / 2) / 400
        g = polyval([mpf(float(c)) for c in p[::-1]], x - a) / polyval([mpf(float(c)) for c in q[::-1]], x - a)
        worst = max(worst, abs(g / f(x) - 1))
    return p, q, worst


def correction(x):
    return loggamma(x) - (x - mpf(1) / 2) * log(x) + x - log(2 * pi) / 2


def log_gamma_ratio(x):
    return loggamma(1 + x) / (x * (x - 1))


def write_rationals():
    root = mp.findroot(lambda x: psi(0, x), mpf("1.4616321449683623"))
    with open(os.path.join(HERE, "rational.rs"), "w") as out:
        out.write("//! Ratios of polynomials for digamma and Stirling's remainder, written by coefficients.py.\n\n")
        out.write("use super::ratio::Ratio;\n\n")
        out.write("/// The positive zero of digamma, as a sum of two numbers.\n")
        out.write(f"pub(super) const DIGAMMA_ZERO: [f64; 2] = [{float(root)!r}, {float(root - mpf(float(root)))!r}];\n")
        cases = [
            ("DIGAMMA_1_2", "`digamma(x) / (x - zero)` on [1, 2].", lambda x: psi(0, x) / (x - root), 1, 2, 6),
            ("DIGAMMA_2_4", "`digamma(x)` on [2, 4].", lambda x: psi(0, x), 2, 4, 6),
            ("DIGAMMA_4_8", "`digamma(x)` on [4, 8].", lambda x: psi(0, x), 4, 8, 6),
            ("LOG_GAMMA_0_1", "`ln Γ(1 + x) / (x (x - 1))` on [0, 1].", log_gamma_ratio, 0, 1, 7),
            ("CORRECTION_HALF_1", "`x log_gamma_correction(x)` on [1/2, 1].", lambda x: x * correction(x), mpf(1) / 2, 1, 7),
            ("CORRECTION_1_2", "`x log_gamma_correction(x)` on [1, 2].", lambda x: x * correction(x), 1, 2, 7),
            ("CORRECTION_2_8", "`x log_gamma_correction(x)` on [2, 8].", lambda x: x * correction(x), 2, 8, 7),
        ]
        for name, doc, f, a, b, degree in cases:
            p, q, worst = rational(f, mpf(a), mpf(b), degree)
            print(name, "relative error", float(worst), "signs", all(c > 0 for c in p), all(c > 0 for c in q))
            rows = ["    " + w + ": [" + ", ".join(repr(float(c)) for c in v) + "],\n" for w, v in (("above", p), ("below", q))]
            out.write(f"\n/// {doc}\n#[rustfmt::skip]\npub(super) static {name}: Ratio<{degree + 1}> = Ratio {{\n    start: {float(a)!r},\n")
            out.write("".join(rows) + "};\n")


if __name__ == "__main__":
    write_rationals()
    slope, tail = asymptotic(slope_series()), asymptotic(tail_series())
    q = mpf(1) / 4
    write_table(
        "slope/table.rs",
        "//! Powers of `v = ln(z/a)` and of `1/a` for `a d(ln z)/da`, written by coefficients.py.",
        [
            ("SMALL", "Shapes in [2, 8], `v` in [-1.5, 1.25].", kummer, (-6 * q, 5 * q), (q / 2, 2 * q), (30, 22), mpf("2e-16"), 8),
            ("MEDIUM", "Shapes from 8 on, `v` in [-1.25, 1].", slope, (-5 * q, 4 * q), (mpf(0), q / 2), (26, 16), mpf("1e-16"), 4),
            ("LARGE", "Shapes from 150 on, `v` in [-0.5, 0.5].", slope, (-2 * q, 2 * q), (mpf(0), mpf(1) / 150), (20, 9), mpf("5e-17"), 4),
        ],
    )
    # What is cut is weighted by 1/sqrt(2 pi a) against tails that may be small beside it.
    write_table(
        "tail/table.rs",
        "//! Powers of `v = ln(x/a)` and of `1/a` for the uniform expansion of the incomplete gamma functions, written by coefficients.py.",
        [("UNIFORM", "Shapes from 8 on, `v` in [-1.25, 1].", tail, (-5 * q, 4 * q), (mpf(0), q / 2), (26, 16), mpf("3e-17"), 4)],
    )
