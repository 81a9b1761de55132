//! Divergences between laws of the gamma family, and between them and the explicit laws.

use super::standard_gamma::{in_range, log_ratio};
use super::{Chi2, Gamma, InverseGamma, KlTo, Law, LogGamma};
use crate::law::explicit::{Exponential, Gumbel, Laplace, Normal, Pareto, Uniform, lacking_mass, normal_cross_entropy};
use crate::special::{LARGE, REMAINDER, log1p_minus};

/// KL(Gamma(a, r) ‖ Gamma(b, s)) as a sum of parts that are at least 0 and of second order in the distances:
/// `b (t - 1 - ln t) + B(a, b)`, with `t = (s a) / (r b)` the ratio of the means and `B` the divergence of laws of equal means.
fn divergence([a, r]: [f64; 2], [b, s]: [f64; 2]) -> f64 {
    let mean = r * b;
    // The products' difference with one rounding.
    let off = if in_range(s * a) && in_range(mean) {
        (s.mul_add(a, -mean) + (-r).mul_add(b, mean)) / mean
    } else {
        (log_ratio(s, r) + log_ratio(a, b)).exp_m1()
    };
    b * excess_of_logarithm(off, || log_ratio(s, r) + log_ratio(a, b)) + Shapes { a, b, d: b - a }.of_equal_means()
}

/// `off - ln(1 + off)`, where `off` may be too near -1 to have the digits of the logarithm.
fn excess_of_logarithm(off: f64, logarithm: impl Fn() -> f64) -> f64 {
    if off.abs() < 0.4 { -log1p_minus(off) } else { off - logarithm() }
}

/// Two shapes, `up` above those of a divergence; their distance is not rounded on the way up.
#[derive(Clone, Copy)]
struct Shapes {
    a: f64,
    b: f64,
    d: f64,
}

impl Shapes {
    fn up(self, up: f64) -> Self {
        Self { a: self.a + up, b: self.b + up, d: self.d }
    }

    /// `d/a - ln(b/a)`.
    fn excess(self) -> f64 {
        excess_of_logarithm(self.d / self.a, || log_ratio(self.b, self.a))
    }

    /// `b ln(b/a) + a - b`.
    fn deviance(self) -> f64 {
        self.b * Self { a: self.b, b: self.a, d: -self.d }.excess()
    }

    /// `c(b) - c(a) - d c'(a)` of Stirling's remainder from 8 on, term by term: with `p = 1/a`, `q = 1/b`,
    /// `q^m - p^m + m d p^(m+1) = (d p)² q Σ_{j<m} p^(m-1-j) Σ_{i<=j} q^i p^(j-i)`.
    fn remainder(self) -> f64 {
        let (p, q) = (1.0 / self.a, 1.0 / self.b);
        let (mut sum, mut outer, mut inner, mut power) = (0.0, 0.0, 0.0, 1.0);
        for m in 1..2 * REMAINDER.len() {
            inner = p * inner + power;
            outer = p * outer + inner;
            power *= q;
            if m % 2 == 1 {
                sum += REMAINDER[m / 2] * outer;
            }
        }
        let step = self.d * p;
        step * (step * q) * sum
    }

    /// `g(b) - g(a) - d g'(a)` of the convex `g(x) = ln Γ(x) - x ln x + x = ½ ln 2π - ½ ln x + c(x)`, `c` Stirling's remainder.
    fn of_equal_means(self) -> f64 {
        let (mut up, mut steps) = (0.0, 0.0);
        // By `Γ(x + 1) = x Γ(x)`; the rest of `g` has a deviance for each end of the way.
        while self.a + up < LARGE || self.b + up < LARGE {
            steps += self.up(up).excess();
            up += 1.0;
        }
        let far = self.up(up);
        if up > 0.0 {
            steps += far.deviance() - self.deviance();
        }
        steps + (0.5 * far.excess() + far.remainder())
    }
}

macro_rules! gamma_pairs {
    ($($q:ident to $p:ident),+) => {
        $(impl KlTo<$p> for $q {
            fn kl(&self, p: &$p) -> f64 {
                divergence(self.shape_rate(), p.shape_rate())
            }
        })+
    };
}

// A logarithm or an inverse taken of both laws leaves the divergence as it is.
gamma_pairs!(Gamma to Gamma, Gamma to Chi2, Chi2 to Gamma, Chi2 to Chi2, LogGamma to LogGamma, InverseGamma to InverseGamma);

impl KlTo<Exponential> for Gamma {
    fn kl(&self, p: &Exponential) -> f64 {
        divergence(self.shape_rate(), [1.0, p.rate()])
    }
}

impl KlTo<Gamma> for Exponential {
    fn kl(&self, p: &Gamma) -> f64 {
        divergence([1.0, self.rate()], p.shape_rate())
    }
}

impl KlTo<Gumbel> for Gamma {
    fn kl(&self, p: &Gumbel) -> f64 {
        let ([a, rate], [loc, scale]) = (self.shape_rate(), p.loc_scale());
        // E[e^(-x / scale)] = (1 + 1 / (rate · scale))^-a.
        let decay = (loc / scale - a * (1.0 / rate / scale).ln_1p()).exp();
        (scale.ln() + (self.mean() - loc) / scale + decay - self.entropy()).max(0.0)
    }
}

impl KlTo<Normal> for Gamma {
    fn kl(&self, p: &Normal) -> f64 {
        (normal_cross_entropy(self.mean(), self.variance(), p) - self.entropy()).max(0.0)
    }
}

/// `E[-log p]` of a law with this finite mean, and `log_off = E[ln(x / mean)]`.
pub(super) fn gamma_cross_entropy(mean: f64, log_off: f64, p: &Gamma) -> f64 {
    -p.log_prob(mean) - (p.shape_rate()[0] - 1.0) * log_off
}

impl KlTo<Gamma> for Pareto {
    fn kl(&self, p: &Gamma) -> f64 {
        let [_, alpha] = self.scale_alpha();
        if alpha <= 1.0 {
            return f64::INFINITY;
        }
        // E[ln x] = ln scale + 1 / alpha, and the mean is scale / (1 - 1 / alpha).
        (gamma_cross_entropy(self.mean(), log1p_minus(-1.0 / alpha), p) - self.entropy()).max(0.0)
    }
}

impl KlTo<Gamma> for Uniform {
    fn kl(&self, p: &Gamma) -> f64 {
        let (low, high) = self.support().bounds();
        if low < 0.0 {
            return f64::INFINITY;
        }
        (gamma_cross_entropy(self.mean(), log_off_of_uniform(low, high), p) - self.entropy()).max(0.0)
    }
}

/// `E[ln(x / m)]` of a uniform law from `low >= 0` to `high`, `m` its mean:
/// `½ ln(1 - y²) + atanh(y) / y - 1 = -Σ y^2k / (2k (2k + 1))`, `y` the half width over `m`.
fn log_off_of_uniform(low: f64, high: f64) -> f64 {
    let mean = low + 0.5 * (high - low);
    let y = 0.5 * (high - low) / mean;
    if y < 0.25 {
        // The first term left out is 2⁻⁵⁶ / 812 of the first.
        let square = y * y;
        return -(1..14).rev().fold(0.0, |sum, k| square * (sum + 1.0 / f64::from(2 * k * (2 * k + 1))));
    }
    let part = |end: f64| if end > 0.0 { end * end.ln() } else { 0.0 };
    (part(high / mean) - part(low / mean)) / (2.0 * y) - 1.0
}

lacking_mass!(Gamma: Pareto, Uniform);
lacking_mass!(Gumbel: Gamma);
lacking_mass!(Laplace: Gamma);
lacking_mass!(Normal: Gamma);
