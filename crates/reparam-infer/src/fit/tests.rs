//! Fits against what is known exactly.

use super::*;
use crate::{LogDensity, LogDensityError};
use std::ops::ControlFlow;

/// A normal with this precision, row by row, and mean `0.5, 1.5, …`.
struct Normal {
    precision: Vec<f64>,
    dimension: usize,
}

impl Normal {
    fn mean(i: usize) -> f64 {
        i as f64 + 0.5
    }
}

impl LogDensity for Normal {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let d = self.dimension;
        let away: Vec<f64> = (0..d).map(|i| x[i] - Self::mean(i)).collect();
        for i in 0..d {
            gradient[i] = -self.precision[i * d..][..d].iter().zip(&away).map(|(p, a)| p * a).sum::<f64>();
        }
        Ok(0.5 * gradient.iter().zip(&away).map(|(g, a)| g * a).sum::<f64>())
    }
}

fn correlated() -> Normal {
    Normal { precision: vec![4.0, 2.0, 0.4, 2.0, 5.0, -1.0, 0.4, -1.0, 3.0], dimension: 3 }
}

fn go_on(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn fitted(density: &dyn LogDensity, start: &[f64], guide: GuideChoice) -> Inference {
    infer(density, start, &Options { guide, ..Options::default() }, &mut go_on).unwrap()
}

#[test]
fn full_rank_is_exact_on_a_normal() {
    let answer = fitted(&correlated(), &[10.0, -10.0, 3.0], GuideChoice::FullRank);
    let expected = crate::matrix::inverse(&crate::matrix::cholesky(&correlated().precision, 3).unwrap(), 3);
    let parameters = answer.fit.guide.parameters();
    let mut guide = crate::guide::FullRank::new(&[0.0; 3], &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    guide.set_parameters(parameters);
    for (i, (found, expected)) in guide.covariance().iter().zip(&expected).enumerate() {
        assert!((found - expected).abs() < 1e-6, "{i}: {found} {expected}");
    }
    for i in 0..3 {
        assert!((parameters[i] - Normal::mean(i)).abs() < 1e-6);
    }
    // The normalising constant: ½ ln det (2π covariance).
    let ln_det: f64 =
        crate::matrix::cholesky(&expected, 3).map(|l| (0..3).map(|i| 2.0 * l[i * 3 + i].ln()).sum()).unwrap();
    assert!((answer.fit.elbo - (1.5 * std::f64::consts::TAU.ln() + 0.5 * ln_det)).abs() < 1e-6);
    assert_eq!((answer.verdict.level, answer.fit.stopped), (Trust::Good, Stopped::Converged));
}

#[test]
fn mean_field_variances_are_those_of_the_conditionals() {
    let answer = fitted(&correlated(), &[10.0, -10.0, 3.0], GuideChoice::MeanField);
    let parameters = answer.fit.guide.parameters();
    for i in 0..3 {
        assert!((parameters[i] - Normal::mean(i)).abs() < 1e-6, "{parameters:?}");
        let variance = (2.0 * parameters[3 + i]).exp();
        assert!((variance * correlated().precision[i * 3 + i] - 1.0).abs() < 1e-6, "{variance}");
    }
}
