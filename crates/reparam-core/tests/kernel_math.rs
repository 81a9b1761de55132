//! Accuracy of the f32 kernels against f64, over dense grids.

use reparam_core::kernel::math;

/// Largest error in units in the last place of the f32 nearest to the truth.
fn worst_ulp(low: f32, high: f32, f: impl Fn(f32) -> f32, truth: impl Fn(f64) -> f64) -> f64 {
    let n = 2_000_000_u32;
    let mut worst = 0.0_f64;
    for i in 0..=n {
        let x = low + (high - low) * (i as f32 / n as f32);
        let t = truth(f64::from(x));
        let ulp = f64::from(f32::from_bits((t.abs() as f32).to_bits() + 1)) - f64::from(t.abs() as f32);
        let error = (f64::from(f(x)) - t).abs() / ulp;
        worst = worst.max(error);
    }
    println!("worst error on [{low}, {high}]: {worst:.3} ulp");
    worst
}

#[test]
fn exp_is_right_to_1_1_ulp() {
    assert!(worst_ulp(-87.0, 88.0, math::exp, f64::exp) <= 1.1);
    assert!(worst_ulp(-1.0, 1.0, math::exp, f64::exp) <= 1.0);
    assert!(math::exp(f32::NAN).is_nan());
    assert!(math::exp(-1e30) > 0.0 && math::exp(1e30).is_finite());
}

#[test]
fn log1p_is_right_to_two_ulp_down_to_tiny_arguments() {
    assert!(worst_ulp(0.0, 1.0, math::log1p_unit, f64::ln_1p) <= 2.0);
    assert!(worst_ulp(1e-30, 1e-6, math::log1p_unit, f64::ln_1p) <= 2.0);
}

#[test]
fn sigmoid_and_tanh_are_right_to_a_few_ulp() {
    assert!(worst_ulp(-87.0, 88.0, math::sigmoid, |x| 1.0 / (1.0 + (-x).exp())) <= 2.5);
    assert!(worst_ulp(-10.0, 10.0, math::tanh, f64::tanh) <= 2.0);
    assert!(worst_ulp(1e-6, 0.7, math::tanh, f64::tanh) <= 2.0);
}

#[test]
fn erf_is_right_to_two_in_ten_million() {
    // erf(1) and erf(2), mpmath 1.3 at 30 digits.
    for (x, truth) in
        [(0.0, 0.0), (1.0, 0.842_700_792_949_714_9), (2.0, 0.995_322_265_018_952_7), (-1.0, -0.842_700_792_949_714_9)]
    {
        assert!((f64::from(math::erf(x)) - truth).abs() < 2e-7, "erf({x})");
    }
}
