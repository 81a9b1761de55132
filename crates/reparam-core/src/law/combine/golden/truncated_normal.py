"""Golden values of the truncated normal law; prints truncated_normal.csv.

Columns: loc, scale, low, high; mean, variance, entropy, log_mass; a value z (the double nearest to a quantile) and there log_prob, log_cdf,
log_survival, the score and the path, each in loc, scale, low and high. By mpmath from the definitions, with as many digits as the tails cancel; the
path is -(dF/dparameter) / p with dF/dparameter from the closed form of F.
"""
import mpmath
from mpmath import mp, mpf

mp.dps = 50
print(f"# mpmath {mpmath.__version__}, 50 digits after cancellation")
names = ["loc", "scale", "low", "high"]
print(",".join(names + ["mean", "variance", "entropy", "z", "log_prob", "log_cdf", "log_survival"]
      + [f"score_{n}" for n in names] + [f"path_{n}" for n in names]))

INF = float("inf")
cases = [
    (0.0, 1.0, -1.0, 2.0), (0.0, 1.0, 30.0, 31.0), (0.0, 1.0, -INF, -38.0), (0.0, 1.0, 1e3, INF), (0.0, 1.0, 0.25, 0.375),
    (0.5, 2.0, 3.0, INF), (0.5, 2.0, -INF, -4.0), (0.0, 1.0, -30.0, 50.0), (0.0, 1.0, -1e-6, 2e-6), (0.5, 1e3, 0.0, 1.0),
    (-3.0, 0.125, -INF, INF), (0.0, 1.0, 1e6, 1e6 + 2.0**-20), (2.0, 0.5, -INF, 3.5), (2.0, 0.5, -20.0, -19.0), (1.0, 1.0, 1.0, 5.0),
    (0.0, 1.0, -4.0, -1.0),
]
def show(v):
    return mp.nstr(v, 20, min_fixed=0, max_fixed=0)


for loc, scale, low, high in cases:
    m, s, l, h = map(mpf, (loc, scale, low, high))
    a, b = (l - m) / s, (h - m) / s
    near = 0 if a < 0 < b else min(abs(a), abs(b))
    # Upper tails cancel to the digits of e^(-t²/2); narrow intervals to those of their width.
    mp.dps = int(60 + 40)
    if a > 0:  # to the left of 0 both Φ are small and relative digits are kept
        cdf = lambda t: -mp.erfc(t / mp.sqrt(2)) / 2 if t != mp.inf else mpf(0)
    else:
        cdf = lambda t: mp.erfc(-t / mp.sqrt(2)) / 2 if t != -mp.inf else mpf(0)
    phi = lambda t: mp.npdf(t) if abs(t) != mp.inf else mpf(0)
    tphi = lambda t: t * mp.npdf(t) if abs(t) != mp.inf else mpf(0)
    mass = cdf(b) - cdf(a)
    pa, pb = phi(a) / mass, phi(b) / mass
    ta, tb = tphi(a) / mass, tphi(b) / mass
    t1 = pa - pb
    t2 = 1 + ta - tb
    mean, var = m + s * t1, s * s * (t2 - t1 * t1)
    ent = mp.log(s) + mp.log(mass) + mp.log(2 * mp.pi) / 2 + t2 / 2
    for u in ("1e-6", "0.1", "0.5", "0.9", "0.999999"):
        target = mpf(u) * mass
        lo, hi = max(a, mpf(-50) if a < 0 else a), min(b, mpf(50) if a < 40 else a + 45 / a)
        f = lambda t: cdf(t) - cdf(a) - target
        for _ in range(70):
            mid = (lo + hi) / 2
            if f(mid) < 0:
                lo = mid
            else:
                hi = mid
        z = float(m + s * (lo + hi) / 2)
        t = (mpf(z) - m) / s
        F, S, p = (cdf(t) - cdf(a)) / mass, (cdf(b) - cdf(t)) / mass, phi(t) / mass
        tt = t * p
        # F = (Φ(t) - Φ(a)) / (Φ(b) - Φ(a)); dt/dloc = -1/s, dt/dscale = -t/s.
        dF = [(-p + pa + F * (pb - pa)) / s, (-tt + ta + F * (tb - ta)) / s, -pa * S / s, -pb * F / s]
        score = [(t - t1) / s, (t * t - t2) / s, pa / s, -pb / s]
        row = [mean, var, ent, z, mp.log(p / s), mp.log(F), mp.log(S)] + score + [-d * s / p for d in dF]
        print(",".join([repr(v) for v in (loc, scale, low, high)] + [repr(v) if isinstance(v, float) else show(v) for v in row]))
