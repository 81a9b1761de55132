//! One tail of the gamma distribution, as a logarithm and a factor.

mod table;

use super::fraction::upper_fraction;
use super::function::log_gamma_of_next;
use super::log1p_minus::log1p_minus;
use super::stirling::{HALF_LN_2PI, LARGE, log_gamma_correction};
use std::f64::consts::{LN_2, PI};

/// `factor e^log_scale`: Q where `upper`, else P. Never the larger by much: the other one is 1 less this one.
pub(super) struct Tail {
    pub upper: bool,
    pub log_scale: f64,
    pub factor: f64,
}

impl Tail {
    pub fn value(&self) -> f64 {
        // Rounding may lift a probability near one a little above it.
        (self.factor * self.log_scale.exp()).min(1.0)
    }

    pub fn log(&self) -> f64 {
        (self.log_scale + self.factor.ln()).min(0.0)
    }
}

/// For finite positive `a`; `x = e^log_x` may have underflowed, but is finite.
pub(super) fn tail(a: f64, x: f64, log_x: f64) -> Tail {
    let ratio = x / a;
    if a >= LARGE {
        // e^-1.25 and e, rounded inwards.
        if ratio > 0.2866 && ratio < 2.717 {
            return uniform(a, x);
        }
        return if x < a { lower(a, x, log_x) } else { upper(a, x, log_x) };
    }
    if a < 1.0 && x < 1.5 {
        return if a * log_x - log_gamma_of_next(a) < -LN_2 {
            lower(a, x, log_x)
        } else {
            upper_of_small_shape(a, x, log_x)
        };
    }
    if x < a + 1.0 { lower(a, x, log_x) } else { upper(a, x, log_x) }
}

/// `ln(x p(x))`, `p` the density.
pub(crate) fn log_kernel(a: f64, x: f64, log_x: f64) -> f64 {
    if a >= LARGE {
        0.5 * a.ln() - HALF_LN_2PI - log_gamma_correction(a) - deviance(a, x, log_x)
    } else {
        a * log_x - x - log_gamma_of_next(a) + a.ln()
    }
}

/// `ln(x^a e^-x / Γ(a + 1))`.
fn log_mass(a: f64, x: f64, log_x: f64) -> f64 {
    if a >= LARGE { log_kernel(a, x, log_x) - a.ln() } else { a * log_x - x - log_gamma_of_next(a) }
}

/// `a (λ - 1 - ln λ)`, `λ = x/a`.
fn deviance(a: f64, x: f64, log_x: f64) -> f64 {
    let ratio = x / a;
    if ratio > 0.6 && ratio < 1.6 {
        // `x - a` is exact, or has but one rounding, where it is small.
        -a * log1p_minus((x - a) / a)
    } else if ratio > 1e-290 && ratio < 1e300 {
        (x - a) - a * ratio.ln()
    } else {
        (x - a) - a * (log_x - a.ln())
    }
}

/// Kummer's series (DLMF 8.7.1).
fn lower(a: f64, x: f64, log_x: f64) -> Tail {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a + 1.0);
    while term > 1e-17 * sum {
        term *= x / n;
        sum += term;
        n += 1.0;
    }
    Tail { upper: false, log_scale: log_mass(a, x, log_x), factor: sum }
}

/// Legendre's continued fraction.
fn upper(a: f64, x: f64, log_x: f64) -> Tail {
    let factor = upper_fraction(a, 1.0 / x).0 * (a / x);
    Tail { upper: true, log_scale: log_mass(a, x, log_x), factor }
}

/// Q for a shape below 1, `x` below 1.5, where it may be small though `x` is: `1 - x^a/Γ(a + 1)`, less the rest of the power series of P
/// (Gautschi 1979; Gil, Segura and Temme 2012).
fn upper_of_small_shape(a: f64, x: f64, log_x: f64) -> Tail {
    let log_power = a * log_x - log_gamma_of_next(a);
    let (mut power, mut sum, mut n) = (1.0, 0.0, 1.0);
    loop {
        power *= -x / n;
        let term = power / (a + n);
        sum += term;
        if term.abs() <= 1e-17 * sum.abs() {
            break;
        }
        n += 1.0;
    }
    let factor = -log_power.exp_m1() - a * log_power.exp() * sum;
    Tail { upper: true, log_scale: 0.0, factor }
}

/// Temme's uniform expansion (1979), with its coefficients as polynomials in `ln λ` and `1/a`:
/// `Q = erfc(√E)/2 + e^-E T/√(2πa)`, `E = a (λ - 1 - ln λ)`, for `λ >= 1`; P with the other sign below.
fn uniform(a: f64, x: f64) -> Tail {
    let difference = (x - a) / a;
    let v = if difference.abs() < 0.5 { difference.ln_1p() } else { (x / a).ln() };
    let e = deviance(a, x, x.ln());
    let upper = x >= a;
    let sum = table::UNIFORM.at(v, 1.0 / a) / (2.0 * PI * a).sqrt();
    let factor = half_scaled_erfc(e) + if upper { sum } else { -sum };
    Tail { upper, log_scale: -e, factor }
}

/// `e^s erfc(√s) / 2`.
fn half_scaled_erfc(s: f64) -> f64 {
    let root = s.sqrt();
    if s < 42.0 {
        return 0.5 * s.exp() * libm::erfc(root);
    }
    // The asymptotic series (DLMF 7.12.1): at 42 the smallest term is e^-42.
    let step = -0.5 / s;
    let (mut term, mut sum, mut n) = (1.0_f64, 1.0, 1.0);
    while term.abs() > 1e-17 {
        term *= n * step;
        sum += term;
        n += 2.0;
    }
    0.5 * sum / (root * PI.sqrt())
}
