//! The exponential integral, scaled.

use super::super::EULER;

/// `e^t E₁(t) = ∫₀^∞ e^-s / (t + s) ds` for `t > 0`. Relative error some 1e-15.
///
/// The power series of `E₁ + log t + γ` up to 1, where its terms have at most the sum's size; beyond, the continued fraction
/// `1/(t+1 - 1/(t+3 - 4/(t+5 - …)))` (Abramowitz and Stegun 1964, 5.1.22, contracted), whose n-th step at t = 1 leaves `e^(-4√n)`.
pub(super) fn scaled_exponential_integral(t: f64) -> f64 {
    if t < 1.0 {
        // Σ (-1)^(k+1) t^k / (k k!).
        let (mut power, mut sum) = (1.0, 0.0);
        for k in 1..20 {
            power *= -t / f64::from(k);
            sum -= power / f64::from(k);
        }
        return t.exp() * (sum - t.ln() - EULER);
    }
    let mut fraction = 0.0;
    for k in (1..=100).rev() {
        let k = f64::from(k);
        fraction = k * k / (t + 2.0 * k + 1.0 - fraction);
    }
    1.0 / (t + 1.0 - fraction)
}

#[cfg(test)]
mod tests {
    use super::scaled_exponential_integral;

    #[test]
    fn both_ways_meet_and_satisfy_the_equation() {
        let near = scaled_exponential_integral(1_f64.next_down());
        assert!((near / scaled_exponential_integral(1.0) - 1.0).abs() < 2e-15);
        // f' = f - 1/t, by a difference with one Richardson step: h⁴ f⁽⁵⁾ / 480 and rounding 2⁻⁵² / h.
        for t in [0.05, 0.3, 0.7, 1.5, 4.0, 40.0] {
            let h = 1e-3 * t;
            let slope = |h: f64| (scaled_exponential_integral(t + h) - scaled_exponential_integral(t - h)) / (2.0 * h);
            let slope = (4.0 * slope(0.5 * h) - slope(h)) / 3.0;
            assert!(((scaled_exponential_integral(t) - 1.0 / t - slope) * t).abs() < 1e-10, "{t}");
        }
    }
}
