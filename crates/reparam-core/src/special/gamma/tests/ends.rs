//! Ends of the domains, closed forms, and a control.

use crate::special::{
    digamma, digamma_difference, gamma_p, gamma_p_inverse, gamma_p_shape_derivative, gamma_q, gamma_q_inverse,
    gamma_slope, log_beta, log_gamma, log_gamma_correction, log_gamma_difference, log_gamma_p, log_gamma_p_inverse,
    log_gamma_q, log_gamma_slope, log1p_minus, tetragamma, trigamma,
};
use std::f64::consts::LN_2;

const INF: f64 = f64::INFINITY;

#[test]
fn one_argument() {
    for (f, at_zero) in [
        (log_gamma as fn(f64) -> f64, INF),
        (digamma, -INF),
        (trigamma, INF),
        (tetragamma, -INF),
        (log_gamma_correction, INF),
    ] {
        assert_eq!(f(0.0), at_zero);
        assert!(f(-0.5).is_nan() && f(f64::NAN).is_nan());
        assert!(f(1e300).is_finite());
    }
    assert_eq!(log_gamma(1.0), 0.0);
    assert_eq!((log1p_minus(-1.0), log1p_minus(0.0)), (-INF, 0.0));
    assert!(log1p_minus(-1.1).is_nan());
}

#[test]
fn two_arguments() {
    for f in [gamma_p, gamma_q, log_gamma_p, log_gamma_q, gamma_slope, gamma_p_shape_derivative, log_beta] {
        for (a, x) in [(-1.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::NAN)] {
            assert!(f(a, x).is_nan(), "{a} {x}");
        }
    }
    for (a, d) in [(0.0, 1.0), (1.0, -1.0), (1.0, f64::NAN), (f64::NAN, 1.0)] {
        assert!(log_gamma_difference(a, d).is_nan() && digamma_difference(a, d).is_nan());
    }
    assert_eq!((gamma_p(2.0, 0.0), gamma_q(2.0, 0.0), gamma_p(2.0, INF), gamma_q(2.0, INF)), (0.0, 1.0, 1.0, 0.0));
    assert_eq!((log_gamma_p(2.0, 0.0), log_gamma_q(2.0, 0.0), log_gamma_q(2.0, INF)), (-INF, 0.0, -INF));
    assert_eq!((gamma_p_inverse(2.0, 0.0), gamma_p_inverse(2.0, 1.0)), (0.0, INF));
    assert_eq!((gamma_q_inverse(2.0, 0.0), gamma_q_inverse(2.0, 1.0)), (INF, 0.0));
    assert!(
        gamma_p_inverse(2.0, -1e-9).is_nan()
            && gamma_q_inverse(2.0, 1.1).is_nan()
            && gamma_p_inverse(0.0, 0.5).is_nan()
    );
    assert_eq!((gamma_slope(2.0, 0.0), gamma_slope(2.0, INF)), (0.0, INF));
    assert_eq!((log_gamma_slope(2.0, -INF), log_gamma_slope(2.0, INF)), (INF, 0.0));
    assert_eq!((gamma_p_shape_derivative(2.0, 0.0), gamma_p_shape_derivative(2.0, INF)), (0.0, 0.0));
    assert_eq!(log_gamma_difference(3.5, 0.0), 0.0);
    assert_eq!(digamma_difference(3.5, 0.0), 0.0);
    assert_eq!((log_beta(0.0, 1.0), log_beta(1.0, 1.0)), (INF, 0.0));
}

/// A draw with shape `n` is a sum of `n` exponentials: Q is a sum of Poisson probabilities.
#[test]
fn whole_shapes_are_poisson_sums() {
    for n in 1..60_u32 {
        for x in [0.1, 1.0, 3.0, 10.0, 30.0, 90.0] {
            let (mut term, mut sum) = (f64::exp(-x), 0.0);
            for k in 0..n {
                sum += term;
                term *= x / f64::from(k + 1);
            }
            let q = gamma_q(f64::from(n), x);
            // The product of `n` factors rounds 2 n times; Q has |ln Q| units, at most 90.
            assert!((q / sum - 1.0).abs() < (2.0 * f64::from(n) + 90.0) * f64::EPSILON, "{n} {x}");
        }
    }
}

/// `x^a/Γ(a + 1)` is all of P where x is tiny, so `ln z = (ln p + ln Γ(a + 1))/a` and `d(ln z)/da = (ψ(a + 1) - ln z)/a`.
#[test]
fn tiny_shapes_follow_the_leading_power() {
    for a in [1e-8, 1e-6, 1e-4] {
        let log_z = log_gamma_p_inverse(a, 0.5);
        let leading = (log_gamma(1.0 + a) - LN_2) / a;
        assert!((log_z / leading - 1.0).abs() < 4.0 * f64::EPSILON);
        let slope = (digamma(1.0 + a) - log_z) / a;
        assert!((log_gamma_slope(a, log_z) / slope - 1.0).abs() < 4.0 * f64::EPSILON);
    }
}

/// The mean of the slope is d(mean)/d(shape) = 1, by the midpoint rule over quantiles; without the slope's factor `z/a` it is not.
#[test]
fn slope_moves_the_mean_by_one() {
    for a in [0.3, 1.0, 4.0, 20.0, 300.0] {
        let n = 20_000;
        let draws = (0..n).map(|i| gamma_p_inverse(a, (f64::from(i) + 0.5) / f64::from(n)));
        let (mut mean, mut control) = (0.0, 0.0);
        for z in draws {
            mean += gamma_slope(a, z) / f64::from(n);
            control += gamma_slope(a, z) / (z / a) / f64::from(n);
        }
        // The slope grows like the logarithm of 1/(1 - u) at the upper end, where the rule errs by about ln n / n.
        assert!((mean - 1.0).abs() < 1e-3, "{a}: {mean}");
        assert!((control - 1.0).abs() > 1e-3, "{a}: {control}");
    }
}
