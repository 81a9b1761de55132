//! The inverse of the distribution function.

use super::place::{Place, complement};
use crate::special::{bessel_i0e, normal_quantile};
use std::f64::consts::{PI, TAU};

/// The angle in [-π, π] with `von_mises_cdf(κ, x) = p`; ±π at the ends. For an upper tail use `-von_mises_quantile(κ, q)`.
///
/// Newton's method with a bracket: on the mass from 0 in the middle, on the logarithm of the tail outside, or on the tail itself where it is nearly
/// linear in the distance to π. From the normal limit, the uniform law, or the density at π; a few steps. Worst error, relative also
/// towards 0 and in both tails: 3e-15. NaN for p outside [0, 1], or a concentration that is negative or not finite.
///
/// ```
/// use reparam_core::special::{von_mises_cdf, von_mises_quantile};
/// assert_eq!(von_mises_quantile(7.0, 0.5), 0.0);
/// assert!((von_mises_cdf(70.0, von_mises_quantile(70.0, 1e-12)) / 1e-12 - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn von_mises_quantile(concentration: f64, p: f64) -> f64 {
    let Some(complement) = complement(concentration) else { return f64::NAN };
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let tail = p.min(1.0 - p);
    let sign = p - 0.5;
    if tail == 0.0 {
        return PI.copysign(sign);
    }
    if sign == 0.0 {
        return 0.0;
    }
    angle(concentration, complement, tail).copysign(sign)
}

/// The positive angle above which the mass is `tail`.
fn angle(concentration: f64, complement: f64, tail: f64) -> f64 {
    let log_peak = -(TAU * bessel_i0e(concentration)).ln();
    let log_tail = tail.ln();
    let (mut low, mut high) = (0.0, PI);
    let mut x = start(concentration, log_peak, tail);
    // Newton's steps double the digits; 60 halvings end any search that they do not.
    for _ in 0..60 {
        let place = Place::of(concentration, complement, x);
        let step = if place.central {
            // The excess of mass over the density there.
            (0.5 - tail) * (place.exponent - log_peak).exp() - place.mass
        } else {
            let excess = log_peak - place.exponent + place.mass.ln() - log_tail;
            if place.mass > 0.5 * place.distance { -(-excess).exp_m1() * place.mass } else { excess * place.mass }
        };
        if step > 0.0 {
            low = x;
        } else {
            high = x;
        }
        let next = x + step;
        if next == x {
            break;
        }
        if next > low && next < high {
            x = next;
            // The next step would be its square.
            if step.abs() <= 1e-9 * x {
                break;
            }
        } else {
            x = 0.5 * (low + high);
        }
    }
    x
}

/// A first angle in [0, π].
fn start(concentration: f64, log_peak: f64, tail: f64) -> f64 {
    // From the density at π, where it changes little on the way.
    let distance = tail * (2.0 * concentration - log_peak).exp();
    if distance < 0.5 && concentration * distance * distance < 1.0 {
        return PI - distance;
    }
    if concentration < 0.7 {
        // F is 1/2 + (x + κ sin x)/2π to first order in κ; one step of Newton's method on that.
        let x = PI * (1.0 - 2.0 * tail);
        return x - concentration * x.sin() / (1.0 + concentration * x.cos());
    }
    // The standard deviation that the density at 0 belongs to.
    let deviation = (-log_peak).exp() / TAU.sqrt();
    let sine = -0.5 * normal_quantile(tail) * deviation;
    if sine < 0.95 { 2.0 * sine.asin() } else { 2.5 }
}

#[cfg(test)]
mod tests {
    use super::{TAU, bessel_i0e, von_mises_quantile};
    use crate::special::golden_rows::check;
    use crate::special::von_mises_cdf;
    use std::f64::consts::PI;

    #[test]
    fn golden_values_and_ends() {
        let bounds = [("all", 3e-15)];
        check(include_str!("golden.csv"), "von_mises_quantile", |v| von_mises_quantile(v[0], v[1]), |_| "all", &bounds);
        for k in [0.0, 1e-300, 1e-8, 2.0, 1e8, 1e300] {
            let ends = [0.0, 0.5, 1.0].map(|p| von_mises_quantile(k, p));
            assert_eq!(ends, [-PI, 0.0, PI]);
        }
        assert!(von_mises_quantile(1.0, 1.5).is_nan() && von_mises_quantile(-1.0, 0.5).is_nan());
    }

    #[test]
    fn undoes_the_distribution_function() {
        let mut worst = 0.0_f64;
        for k in [0.0, 1e-8, 0.1, 0.5, 0.699, 0.7, 1.0, 3.0, 5.0, 9.0, 15.0, 40.0, 1e3, 1e5, 1e8] {
            for exponent in -600..0 {
                let p = 0.5 * 10.0_f64.powf(f64::from(exponent) / 2.0 + 0.499);
                let x = von_mises_quantile(k, p);
                assert!((-PI..=0.0).contains(&x), "{k} {p}: {x}");
                if x == -PI {
                    continue;
                }
                // An ulp of the angle is worth density/tail of it, that of the density its exponent.
                let exponent = k * (1.0 - x.cos());
                let hazard = -x * (-exponent).exp() / (TAU * bessel_i0e(k)) / p;
                let error = (von_mises_cdf(k, x) / p - 1.0).abs() / (1.0 + hazard + exponent);
                worst = worst.max(error);
                // Four ulp for the search, its target and the check.
                assert!(error < 1e-14, "{k} {p:e}: {x} off by {error:e}");
            }
        }
        println!("von_mises_quantile: worst error {worst:.2e} of the conditioning");
    }
}
