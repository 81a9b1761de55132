"""Writes rule.rs: nodes and weights of Gauss-Legendre quadrature on (0, 1) (mpmath 1.4.1; run: python3 rule.py > rule.rs)."""
from mpmath import cos, mp, mpf, pi

mp.dps = 40
N = 24


def legendre(x):
    """P_N(x) and its derivative, by the three-term recurrence."""
    before, now = mpf(1), x
    for k in range(2, N + 1):
        before, now = now, ((2 * k - 1) * x * now - (k - 1) * before) / k
    return now, N * (before - x * now) / (1 - x * x)


nodes, weights = [], []
for k in range(N):
    x = cos(pi * (N - k - mpf(1) / 4) / (N + mpf(1) / 2))
    for _ in range(12):
        value, slope = legendre(x)
        x -= value / slope
    slope = legendre(x)[1]
    nodes.append((1 + x) / 2)
    weights.append(1 / ((1 - x * x) * slope * slope))

print("//! Gauss-Legendre quadrature on (0, 1), written by rule.py.")
print(f"\n/// Number of nodes: three registers of eight lanes.\npub(super) const NODES: usize = {N};")
for name, numbers, doc in [("NODE", nodes, "Where the integrand is read"), ("WEIGHT", weights, "The weight of each node")]:
    print(f"\n/// {doc}.\npub(super) const {name}: [f64; NODES] = [")
    for v in numbers:
        print(f"    {float(v)!r},")
    print("];")
