//! Quantiles of the gamma distribution.

use super::function::log_gamma_of_next;
use super::tail::{log_kernel, tail};
use crate::special::normal_quantile;

/// `x` with `P(a, x) = p`; 0 where it underflows (see [`log_gamma_p_inverse`]), `inf` at `p = 1`, NaN unless `a > 0` and `p` is in [0, 1].
///
/// Relative error at most 4e-15 (measured: 1.8e-15) times `1 + (1 + |ln P|) P/(x p(x))`, the conditioning, which for shapes below 1 is about
/// `1/a`. Newton's
/// method for the logarithm of the smaller tail as a function of `ln x`, which is concave, in a bracket; it starts from Wilson and
/// Hilferty's cube (1931) or from the leading power of P.
///
/// ```
/// use reparam_core::special::{gamma_p, gamma_p_inverse};
/// assert!((gamma_p_inverse(1.0, 0.5) - std::f64::consts::LN_2).abs() < 1e-15);
/// assert!((gamma_p(1e6, gamma_p_inverse(1e6, 1e-3)) - 1e-3).abs() < 1e-15);
/// ```
#[must_use]
pub fn gamma_p_inverse(a: f64, p: f64) -> f64 {
    split(a, p).map_or_else(|x| x, |(upper, log_target)| solve(a, upper, log_target).0)
}

/// `x` with `Q(a, x) = q`: see [`gamma_p_inverse`].
///
/// ```
/// use reparam_core::special::gamma_q_inverse;
/// assert!((gamma_q_inverse(1.0, 1e-300) + 1e-300_f64.ln()).abs() < 1e-12);
/// ```
#[must_use]
pub fn gamma_q_inverse(a: f64, q: f64) -> f64 {
    match split(a, q) {
        // P and Q change places: `1 - q` is exact where `q` is above ½.
        Ok((other, log_target)) => solve(a, !other, log_target).0,
        Err(x) => 1.0 / x,
    }
}

/// `ln x` with `P(a, x) = p`: finite where `x` underflows, as it does for tiny shapes. See [`gamma_p_inverse`].
///
/// ```
/// use reparam_core::special::log_gamma_p_inverse;
/// // x^a/Γ(a + 1) = ½ at a = 1e-8.
/// assert!((log_gamma_p_inverse(1e-8, 0.5) / (0.5_f64.ln() * 1e8 - 0.577_215_664_9) - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn log_gamma_p_inverse(a: f64, p: f64) -> f64 {
    split(a, p).map_or_else(f64::ln, |(upper, log_target)| solve(a, upper, log_target).1)
}

/// `ln x` with `Q(a, x) = q`: see [`log_gamma_p_inverse`].
///
/// ```
/// use reparam_core::special::log_gamma_q_inverse;
/// assert!((log_gamma_q_inverse(1.0, 0.5) - std::f64::consts::LN_2.ln()).abs() < 1e-15);
/// ```
#[must_use]
pub fn log_gamma_q_inverse(a: f64, q: f64) -> f64 {
    match split(a, q) {
        Ok((other, log_target)) => solve(a, !other, log_target).1,
        Err(x) => -x.ln(),
    }
}

/// Whether the complement is the smaller, with its logarithm; or the answer, at the ends and outside the domain.
fn split(a: f64, p: f64) -> Result<(bool, f64), f64> {
    if !(a > 0.0 && (0.0..=1.0).contains(&p)) || a.is_infinite() {
        Err(f64::NAN)
    } else if p == 0.0 {
        Err(0.0)
    } else if p == 1.0 {
        Err(f64::INFINITY)
    } else if p <= 0.5 {
        Ok((false, p.ln()))
    } else {
        Ok((true, (1.0 - p).ln()))
    }
}

/// The point and its logarithm, where `ln P`, or `ln Q` where `upper`, is `target`, at most `-ln 2`.
fn solve(a: f64, upper: bool, target: f64) -> (f64, f64) {
    let mut point = Point::new(start(a, upper, target));
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for _ in 0..MAX_STEPS {
        let tail = tail(a, point.x, point.log);
        let log = if tail.upper == upper { tail.log() } else { (-tail.value()).ln_1p() };
        // The excess of the distribution's argument has the sign of ln P - target, and of target - ln Q.
        let miss = if upper { target - log } else { log - target };
        if miss > 0.0 {
            high = point.log;
        } else {
            low = point.log;
        }
        // The derivative of `ln P` or `-ln Q` in `ln x`.
        let density = (log_kernel(a, point.x, point.log) - log).exp();
        let step = -miss / density;
        let next = point.log + step;
        if !(next > low && next < high) && step.abs() > 1e-6 && low.is_finite() && high.is_finite() {
            point = Point::new(0.5 * (low + high));
            continue;
        }
        if !step.is_finite() {
            // A start so far out that the density vanishes.
            point = Point::new(point.log + if miss > 0.0 { -1.0 } else { 1.0 });
            continue;
        }
        point = point.moved(step);
        // Newton's method squares the error, in units of the distribution's width in ln x or less.
        if step.abs() * (1.0 + a.sqrt()) < 1e-8 || step.abs() < 1e-15 * point.log.abs() {
            break;
        }
    }
    (point.x, point.log)
}

/// Eight suffice; bisection would need no more than this.
const MAX_STEPS: usize = 200;

fn start(a: f64, upper: bool, target: f64) -> f64 {
    // P is below x^a/Γ(a + 1): this is left of the root, and near it where that is small.
    let log_p = if upper { (-target.exp()).ln_1p() } else { target };
    let left = (log_p + log_gamma_of_next(a)) / a;
    if a < 1.0 {
        // Q is below e^-x: right of the root.
        return if upper && left > -1.0 { (-target).ln() } else { left };
    }
    let normal = normal_quantile(target.exp());
    let normal = if upper { -normal } else { normal };
    let ninth = 1.0 / (9.0 * a);
    let root = 1.0 - ninth + normal * ninth.sqrt();
    // The cube is poor in the lower tail of a small shape.
    if root > 0.3 { a.ln() + 3.0 * root.ln() } else { left }
}

/// `x` and `ln x`: the first carries the digits where it neither over- nor underflows.
struct Point {
    x: f64,
    log: f64,
}

impl Point {
    fn new(log: f64) -> Self {
        let x = log.exp();
        Self { x, log: if in_range(x) { x.ln() } else { log } }
    }

    fn moved(&self, step: f64) -> Self {
        let x = self.x + self.x * step.exp_m1();
        if in_range(x) && in_range(self.x) { Self { x, log: x.ln() } } else { Self::new(self.log + step) }
    }
}

fn in_range(x: f64) -> bool {
    x > 1e-290 && x < 1e300
}
