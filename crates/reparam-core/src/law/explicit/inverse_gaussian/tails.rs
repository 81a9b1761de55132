//! Logarithms of both tails, also where the tails underflow, and the quantile of the upper one.
//!
//! With `a = √(λ/x) (x - μ)/μ`, `b = √(λ/x) (x + μ)/μ` and Mills' ratio `M(t) = √(π/2) erfcx(t/√2)`,
//! `F = φ(a) (M(-a) + M(b))` and `1 - F = φ(a) (M(a) - M(b))`.

use std::f64::consts::FRAC_1_SQRT_2;

use super::super::HALF_LOG_TAU;
use super::InverseGaussian;
use crate::law::Law;
use crate::special::{erfcx, inverse_gaussian_cdf, inverse_gaussian_survival};

/// Above this size a tail is right to rounding, and so is its logarithm.
const REACH: f64 = 1e-300;

/// `a` and `b`.
fn places(loc: f64, concentration: f64, x: f64) -> [f64; 2] {
    // In this order nothing over- or underflows before the result does.
    let root = concentration.sqrt() / x.sqrt();
    [root * (x - loc) / loc, root * (0.5 * x + 0.5 * loc) / loc * 2.0]
}

/// `log(φ(a) m √(π/2))` for a combination `m` of scaled complementary error functions.
fn log_tail(a: f64, m: f64) -> f64 {
    // √(π/2) / √(2π) = ½. Where m underflows, a² is beyond any number that its logarithm could change.
    -0.5 * a * a + (0.5 * m.max(f64::MIN_POSITIVE)).ln()
}

pub(super) fn log_cdf(loc: f64, concentration: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let below = inverse_gaussian_cdf(loc, concentration, x);
    if below > 0.5 {
        return (-inverse_gaussian_survival(loc, concentration, x)).ln_1p();
    }
    let [a, b] = places(loc, concentration, x);
    if below > REACH || a > 0.0 || x.is_nan() {
        return below.ln();
    }
    log_tail(a, erfcx(-a * FRAC_1_SQRT_2) + erfcx(b * FRAC_1_SQRT_2))
}

pub(super) fn log_survival(loc: f64, concentration: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let above = inverse_gaussian_survival(loc, concentration, x);
    if above > 0.5 {
        return (-inverse_gaussian_cdf(loc, concentration, x)).ln_1p();
    }
    let [a, _] = places(loc, concentration, x);
    if above > REACH || a < FAR || !x.is_finite() {
        return above.ln();
    }
    let difference = mills_difference(a, 2.0 * concentration.sqrt() / x.sqrt());
    -0.5 * a * a - HALF_LOG_TAU + difference.max(f64::MIN_POSITIVE).ln()
}

/// From here on Mills' ratio is its asymptotic series to nine terms, which leaves 34459425 / 30¹⁸ = 9e-20 of it.
const FAR: f64 = 30.0;

/// `M(a) - M(a + gap)` from [`FAR`] on, without cancellation for small gaps.
fn mills_difference(a: f64, gap: f64) -> f64 {
    // M(t) = u p(u²), u = 1/t, p(s) = 1 - s + 3 s² - 15 s³ + …; p[s, r] is its divided difference, by Horner's rule with p.
    let (u, w) = (1.0 / a, 1.0 / (a + gap));
    let (s, r) = (u * u, w * w);
    let (mut value, mut divided) = (0.0, 0.0);
    for c in [2027025.0, -135135.0, 10395.0, -945.0, 105.0, -15.0, 3.0, -1.0, 1.0] {
        divided = divided * r + value;
        value = value * s + c;
    }
    gap * u * w * (value + w * (u + w) * divided)
}

/// `x` with `log(1 - F(x)) = log p`, `p` at most ½, by Newton steps in `log x`, in which the left side is concave.
pub(super) fn upper_quantile(law: &InverseGaussian, p: f64) -> f64 {
    if p == 0.0 || p.is_nan() {
        return if p == 0.0 { f64::INFINITY } else { f64::NAN };
    }
    let target = p.ln();
    let mut x = law.quantile((1.0 - p).min(1.0 - 1e-10));
    for _ in 0..400 {
        let log_survival = law.log_survival(x);
        // The slope in log x is x times the hazard; a step changes x by a factor of 4 at most.
        let slope = (law.log_prob(x) - log_survival).exp() * x;
        let step = ((log_survival - target) / slope).clamp(-1.4, 1.4);
        let next = x * step.exp();
        if step.is_nan() || next == x || !next.is_finite() || step.abs() < 1e-16 {
            break;
        }
        x = next;
        if step.abs() < 1e-9 {
            // Newton's method squares the error.
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_meet_where_the_tails_underflow() {
        let law = InverseGaussian::new(1.0, 2.0).unwrap();
        // Third differences of a smooth function with third derivatives of size 700 in log x; a jump would stand out.
        let rough = |log: &dyn Fn(f64) -> f64| {
            let values: Vec<f64> = (0..40).map(|k| log(1.0 + 1e-3 * f64::from(k))).collect();
            values.windows(4).map(|l| (l[3] - 3.0 * l[2] + 3.0 * l[1] - l[0]).abs()).fold(0.0, f64::max)
        };
        assert!(law.log_cdf(0.00142) < REACH.ln() && law.log_cdf(0.00142 * 1.039) > REACH.ln());
        assert!(law.log_survival(675.0) > REACH.ln() && law.log_survival(675.0 * 1.039) < REACH.ln());
        assert!(rough(&|t| law.log_cdf(0.00142 * t)) < 5e-6);
        assert!(rough(&|t| law.log_survival(675.0 * t)) < 5e-6);
        let direct = |t: f64| erfcx(t * FRAC_1_SQRT_2) * std::f64::consts::FRAC_PI_2.sqrt();
        for (a, gap) in [(30.0, 20.0), (45.0, 100.0), (100.0, 1e4)] {
            // The direct difference loses the ratio of a value to it, at most 3.
            let ratio = mills_difference(a, gap) / (direct(a) - direct(a + gap));
            assert!((ratio - 1.0).abs() < 8.0 * f64::EPSILON, "{a} {gap}: {ratio}");
        }
    }
}
