//! The inverse of the distribution function.

use super::place::Place;
use crate::special::normal_quantile;

/// `x` with `inverse_gaussian_cdf(μ, λ, x) = p`: 0 at 0, infinite at 1; NaN for p outside [0, 1] or parameters not positive and finite.
///
/// Newton's method with a bracket in `ln x`, on the logarithm of the tail on whose side of the mean x lies. The first point is that of
/// the normal limit in `ln x`. Worst error 4e-15 of the conditioning
/// (5e-16 was measured): of what an ulp of p, of x and of the exponent make together.
///
/// ```
/// use reparam_core::special::{inverse_gaussian_cdf, inverse_gaussian_quantile};
/// let x = inverse_gaussian_quantile(2.0, 3.0, 1e-9);
/// assert!((inverse_gaussian_cdf(2.0, 3.0, x) / 1e-9 - 1.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn inverse_gaussian_quantile(mean: f64, concentration: f64, p: f64) -> f64 {
    let Some(at_mean) = Place::of(mean, concentration, mean) else { return f64::NAN };
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let lower = p <= at_mean.below();
    let log_target = if lower { p.ln() } else { (-p).ln_1p() };
    // Of ln(x/μ): the mean is on the inner side of the bracket.
    let (mut low, mut high) = if lower { (-1500.0, 0.0) } else { (0.0, 1500.0) };
    let deviation = (mean / concentration).sqrt();
    let z = normal_quantile(p);
    // a = z where b is far: 2 sinh(ln(x/μ)/2) = z √(μ/λ). For the lower tail of a small λ, F ≈ 2 Φ(a).
    let z = if lower && deviation > 1.0 { normal_quantile(0.5 * p) } else { z };
    let mut log_x = (2.0 * (0.5 * z * deviation).asinh()).clamp(0.999 * low, 0.999 * high);
    for _ in 0..100 {
        let x = mean * log_x.exp();
        let Some(place) = Place::of(mean, concentration, x.clamp(f64::MIN_POSITIVE, f64::MAX)) else { return f64::NAN };
        // Tails over φ(a), and their slope in ln x, φ(a) √(λ/x).
        let share = if lower { place.below_share() } else { place.above_share() };
        let excess = place.log_density() + share.ln() - log_target;
        let slope = if lower { 0.5 * place.gap / share } else { -0.5 * place.gap / share };
        if (excess > 0.0) == lower {
            high = log_x;
        } else {
            low = log_x;
        }
        let next = log_x - excess / slope;
        if next == log_x {
            break;
        }
        if next > low && next < high {
            let step = (next - log_x).abs();
            log_x = next;
            if step <= 1e-9 * (1.0 + slope.abs()).recip() {
                break;
            }
        } else {
            log_x = 0.5 * (low + high);
        }
    }
    mean * log_x.exp()
}

#[cfg(test)]
mod tests {
    use super::inverse_gaussian_quantile;
    use crate::special::{inverse_gaussian_cdf, inverse_gaussian_survival};

    #[test]
    fn undoes_the_distribution_function() {
        let mut worst = (0.0_f64, 0.0, 0.0);
        for exponent in -8..=8 {
            let concentration = 10.0_f64.powi(exponent);
            for k in 1..400 {
                let p = if k < 200 { 10.0_f64.powi(k - 200) } else { f64::from(k - 199) / 201.0 };
                let x = inverse_gaussian_quantile(1.0, concentration, p);
                assert!(x > 0.0 && x.is_finite(), "{concentration} {p}: {x}");
                let value = inverse_gaussian_cdf(1.0, concentration, x);
                let next = inverse_gaussian_cdf(1.0, concentration, x * (1.0 + 1e-7));
                let other = inverse_gaussian_survival(1.0, concentration, x);
                // An ulp of x moves F by its slope in ln x; p has an ulp of itself, and the exponent one of -ln p.
                let condition = 1.0 + (next / value - 1.0).abs() / 1e-7 - value.ln();
                let error = ((value / p - 1.0).abs() / condition).min((other / (1.0 - p) - 1.0).abs() / condition);
                if error.is_nan() || error > worst.0 {
                    worst = (if error.is_nan() { f64::INFINITY } else { error }, concentration, p);
                }
            }
        }
        println!("inverse_gaussian_quantile: worst error {worst:?} of the conditioning, concentration, p");
        // Of ln x, whose size at small concentrations is 20, and of the tails: some ten ulp.
        assert!(worst.0 < 4e-15);
    }

    #[test]
    fn ends() {
        assert_eq!(inverse_gaussian_quantile(1.0, 1.0, 0.0), 0.0);
        assert_eq!(inverse_gaussian_quantile(1.0, 1.0, 1.0), f64::INFINITY);
        assert!(inverse_gaussian_quantile(1.0, 1.0, 1.1).is_nan() && inverse_gaussian_quantile(0.0, 1.0, 0.5).is_nan());
        for size in [1e-300, 1e-8, 1.0, 1e8, 1e300] {
            for p in [5e-324, 1e-8, 0.5, 1.0 - 1e-16] {
                let x = inverse_gaussian_quantile(size, 1.0, p);
                assert!(x >= 0.0 && x.is_finite(), "{size} {p}: {x}");
                let x = inverse_gaussian_quantile(1.0, size, p);
                assert!(x >= 0.0 && x.is_finite(), "{size} {p}: {x}");
            }
        }
    }
}
