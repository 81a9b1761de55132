//! The trait, the counting and the check, on a model with a known posterior and on a broken one.

use reparam_infer::{Evaluator, LogDensity, LogDensityError, gradient_errors};

/// Eight schools, non-centred (Rubin 1981; Gelman et al. 2013, section 5.5): `x = (mean, ln spread, 8 standardised effects)`, effects
/// `mean + spread · standardised`, priors N(0, 5²) on the mean, a half-Cauchy of scale 5 on the spread.
struct EightSchools;

const EFFECTS: [f64; 8] = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
const ERRORS: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];

impl LogDensity for EightSchools {
    fn dimension(&self) -> usize {
        10
    }

    fn name(&self, index: usize) -> String {
        match index {
            0 => "mu".into(),
            1 => "log_tau".into(),
            i => format!("theta_trans[{}]", i - 2),
        }
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let (mean, spread) = (x[0], x[1].exp());
        let ratio = (spread / 5.0).powi(2);
        // The last term is the log-determinant of spread = e^(x_1).
        let mut value = -0.5 * (mean / 5.0).powi(2) - ratio.ln_1p() + x[1];
        gradient[0] = -mean / 25.0;
        gradient[1] = 1.0 - 2.0 * ratio / (1.0 + ratio);
        for i in 0..8 {
            let z = x[i + 2];
            let residual = (EFFECTS[i] - mean - spread * z) / ERRORS[i];
            value -= 0.5 * (z * z + residual * residual);
            let slope = residual / ERRORS[i];
            gradient[0] += slope;
            gradient[1] += slope * spread * z;
            gradient[i + 2] = slope * spread - z;
        }
        Ok(value)
    }
}

/// The sign of one term is wrong.
struct Flipped;

impl LogDensity for Flipped {
    fn dimension(&self) -> usize {
        10
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let value = EightSchools.value_and_gradient(x, gradient)?;
        gradient[0] += 2.0 * x[0] / 25.0;
        Ok(value)
    }
}

fn points() -> impl Iterator<Item = Vec<f64>> {
    (0..20).map(|p| (0..10).map(|i| (f64::from(p * 10 + i) * 0.7).sin() * 2.0).collect())
}

/// Values up to 20 and third derivatives up to 20 with steps of 6e-6 max(1, |x|): rounding 4e-15 / 6e-6 = 7e-10, truncation
/// (1.2e-5)² · 20 / 6 = 5e-10.
#[test]
fn the_gradient_of_the_example_is_that_of_finite_differences() {
    for x in points() {
        let errors = gradient_errors(&EightSchools, &x).expect("a value everywhere");
        assert!(errors.iter().all(|e| e.abs() < 5e-9), "{errors:?}");
        // Negative control.
        let errors = gradient_errors(&Flipped, &x).expect("a value everywhere");
        assert!((errors[0] - 2.0 * x[0] / 25.0).abs() < 5e-9);
    }
}

/// Fails to the left of -1, is NaN to the right of 1, and has an infinite slope at 0.
struct Fragile;

impl LogDensity for Fragile {
    fn dimension(&self) -> usize {
        1
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        gradient[0] = 1.0 / x[0];
        match x[0] {
            x if x < -1.0 => Err(LogDensityError::Failed(format!("no solution at {x}"))),
            x if x > 1.0 => Ok(f64::NAN),
            x => Ok(x),
        }
    }
}

#[test]
fn failures_and_nan_are_counted_and_leave_a_gradient_of_zero() {
    let mut evaluator = Evaluator::new(&Fragile);
    let mut gradient = [7.0];
    for (x, expected, said) in [
        (0.5, Some(0.5), None),
        (-2.0, None, Some("no solution at -2")),
        (2.0, None, Some("log density is NaN")),
        (0.0, None, Some("gradient in x[0] is inf")),
        (-0.5, Some(-0.5), Some("gradient in x[0] is inf")),
    ] {
        assert_eq!(evaluator.evaluate(&[x], &mut gradient), Ok(expected));
        assert_eq!(evaluator.last_failure(), said);
        assert_eq!(gradient[0] == 0.0, expected.is_none());
    }
    assert_eq!((evaluator.evaluations(), evaluator.failures()), (5, 3));
}

#[test]
fn a_wrong_size_is_an_error_and_no_event() {
    let mut evaluator = Evaluator::new(EightSchools);
    let error = evaluator.evaluate(&[0.0; 9], &mut [0.0; 10]).expect_err("9 of 10");
    assert_eq!(error.to_string(), "log density: point must have 10 coordinates, got 9");
    assert!(evaluator.evaluate(&[0.0; 10], &mut [0.0; 11]).is_err());
    assert!(gradient_errors(&EightSchools, &[]).is_err());
    assert_eq!((evaluator.evaluations(), evaluator.failures()), (0, 0));
    assert_eq!(evaluator.density().name(9), "theta_trans[7]");
}

/// The logarithm of the first coordinate, where it has one.
struct Logarithm;

impl LogDensity for Logarithm {
    fn dimension(&self) -> usize {
        2
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        gradient.copy_from_slice(&[1.0 / x[0], 1.0]);
        if x[0] > 0.0 { Ok(x[0].ln() + x[1]) } else { Err(LogDensityError::Failed("no logarithm".into())) }
    }
}

#[test]
fn a_batch_marks_what_fails_and_keeps_the_rest() {
    let (mut values, mut gradients) = ([0.0; 3], [7.0; 6]);
    Logarithm.values_and_gradients(&[1.0, 2.0, -1.0, 0.0, 2.0, 0.0], &mut values, &mut gradients).expect("sizes fit");
    assert_eq!((values[0], values[2]), (2.0, 2.0_f64.ln()));
    assert!(values[1].is_nan());
    assert_eq!(gradients, [1.0, 1.0, 0.0, 0.0, 0.5, 1.0]);
}

#[test]
fn a_batch_of_another_size_is_an_error() {
    let found = Logarithm.values_and_gradients(&[1.0; 5], &mut [0.0; 3], &mut [0.0; 6]);
    assert_eq!(found, Err(LogDensityError::Dimension { what: "draws", expected: 6, found: 5 }));
    let found = Logarithm.values_and_gradients(&[1.0; 6], &mut [0.0; 3], &mut [0.0; 4]);
    assert_eq!(found, Err(LogDensityError::Dimension { what: "gradients", expected: 6, found: 4 }));
}
