"""Golden values of the continuous Bernoulli law; prints continuous_bernoulli.csv.

Columns: l, g(l) = log(sinh(l/2)/(l/2)) and its three derivatives, then at x = 0.3 the quantile and dz/dl of that
quantile, by mpmath at 60 digits from the definitions (no series, no rearrangement).
"""
import mpmath
from mpmath import mp, mpf

mp.dps = 60
print(f"# mpmath {mpmath.__version__}, mp.dps = {mp.dps}")
print("l,g,g1,g2,g3,quantile,pathwise")
u = mpf("0.3")
for text in "1e-9 -1e-5 1e-3 0.0099 -0.0101 0.1 0.5 -1 1.1999 1.2001 -2 5 12 -29.9 30.1 100 -700 1500 -10000".split():
    l = mpf(float(text))
    half = l / 2
    g = mp.log(mp.sinh(half) / half)
    g1 = mp.coth(half) / 2 - 1 / l
    g2 = 1 / l**2 - 1 / (4 * mp.sinh(half) ** 2)
    g3 = mp.cosh(half) / (4 * mp.sinh(half) ** 3) - 2 / l**3
    x = mp.log(1 + mpf(float(u)) * mp.expm1(l)) / l
    slope = (mp.expm1(-l * x) / mp.expm1(-l) - x) / l
    print(",".join([repr(float(l))] + [mp.nstr(v, 20, min_fixed=0, max_fixed=0) for v in (g, g1, g2, g3, x, slope)]))
