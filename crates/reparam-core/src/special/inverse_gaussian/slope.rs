//! The paths of a draw.

use super::place::Place;
use crate::special::normal_tail::{mills, mills_slope};

/// `dx/dμ` at fixed distribution function: `2 √(λ x³)/μ² · M(b)`, positive. Worst relative error 2e-15.
///
/// The two terms of `∂F/∂μ` that grow with λ cancel exactly, and are left out: `∂F/∂μ = -(2λ/μ²) φ(a) M(b)`.
/// 0 for x <= 0, NaN for parameters that are not positive and finite.
///
/// ```
/// use reparam_core::special::inverse_gaussian_mean_slope;
/// // With much concentration the law is a normal around its mean, which moves with it.
/// assert!((inverse_gaussian_mean_slope(1.0, 1e9, 1.0) - 1.0).abs() < 1e-8);
/// ```
#[must_use]
pub fn inverse_gaussian_mean_slope(mean: f64, concentration: f64, x: f64) -> f64 {
    match Place::of(mean, concentration, if x > 0.0 { x } else { 1.0 }) {
        Some(_) if x.is_nan() => f64::NAN,
        Some(_) if x <= 0.0 => 0.0,
        // 2 √(λ x³)/μ² = 2 √(λ/x) (x/μ)².
        Some(place) => {
            let share = x / mean;
            // M(b) is 1/b to the last digit, and 2 √(λ/x) / b is 2 μ/(x + μ).
            if place.b > 1e10 {
                2.0 * share * share_of_sum(x, x, mean)
            } else {
                place.gap * share * share * mills(place.b)
            }
        }
        None => f64::NAN,
    }
}

/// `dx/dλ` at fixed distribution function: `(x/λ) (1 - (a + b) M(b))`, as `(x/λ) (1 - b M(b) - a M(b))`. Positive for small x, negative
/// for large: the draw moves towards the mean. Worst error 2e-15, relative to the larger part.
///
/// 0 for x <= 0, NaN for parameters that are not positive and finite.
///
/// ```
/// use reparam_core::special::inverse_gaussian_concentration_slope;
/// // Far below the mean, where the law is that of λ over a chi-square draw, x is proportional to λ.
/// assert!((inverse_gaussian_concentration_slope(1e9, 2.0, 0.5) - 0.25).abs() < 1e-9);
/// ```
#[must_use]
pub fn inverse_gaussian_concentration_slope(mean: f64, concentration: f64, x: f64) -> f64 {
    match Place::of(mean, concentration, if x > 0.0 { x } else { 1.0 }) {
        Some(_) if x.is_nan() => f64::NAN,
        Some(_) if x <= 0.0 => 0.0,
        Some(place) => {
            let far = place.b > 1e10;
            let second = if far { share_of_sum(x - mean, x, mean) } else { place.a * mills(place.b) };
            x / concentration * (mills_slope(place.b) - second)
        }
        None => f64::NAN,
    }
}

/// `part/(x + μ)`, also where the sum overflows.
fn share_of_sum(part: f64, x: f64, mean: f64) -> f64 {
    let sum = x + mean;
    if sum.is_finite() { part / sum } else { 0.5 * part / (0.5 * x + 0.5 * mean) }
}

#[cfg(test)]
mod tests {
    use super::{inverse_gaussian_concentration_slope, inverse_gaussian_mean_slope};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values() {
        let rows = include_str!("golden.csv");
        let mean = |v: &[f64]| inverse_gaussian_mean_slope(v[0], v[1], v[2]);
        check(rows, "inverse_gaussian_mean_slope", mean, |_| "all", &[("all", 2e-15)]);
        // The sign changes near the mean; the table's last argument is the larger part, in which errors count.
        let concentration = |v: &[f64]| inverse_gaussian_concentration_slope(v[0], v[1], v[2]) / v[3] + 2.0;
        check(rows, "inverse_gaussian_concentration_slope", concentration, |_| "all", &[("all", 2e-15)]);
    }

    #[test]
    fn never_nan() {
        let sizes = [5e-324, 1e-300, 1e-100, 1e-8, 1.0, 1e8, 1e100, 1e300];
        for mean in sizes {
            for concentration in sizes {
                for x in sizes {
                    assert!(
                        !inverse_gaussian_mean_slope(mean, concentration, x).is_nan(),
                        "{mean} {concentration} {x}"
                    );
                    let slope = inverse_gaussian_concentration_slope(mean, concentration, x);
                    assert!(!slope.is_nan(), "{mean} {concentration} {x}");
                }
            }
        }
    }
}
