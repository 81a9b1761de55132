//! The inverse of a bijector.

use super::{Bijector, Domain, ScalarBijector};

/// The inverse of a map: what was its output goes in.
///
/// ```
/// use reparam_core::bijector::{Exp, Inverse, ScalarBijector};
/// let log = Inverse(Exp);
/// assert_eq!((log.forward(1.0), log.slope(4.0)), (0.0, 0.25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inverse<B>(
    /// The map that is undone.
    pub B,
);

impl<B: ScalarBijector> ScalarBijector for Inverse<B> {
    fn input(&self) -> Domain {
        self.0.output()
    }

    fn output(&self) -> Domain {
        self.0.input()
    }

    fn forward(&self, x: f64) -> f64 {
        self.0.inverse(x)
    }

    fn inverse(&self, y: f64) -> f64 {
        self.0.forward(y)
    }

    fn slope(&self, x: f64) -> f64 {
        1.0 / self.0.slope(self.0.inverse(x))
    }

    fn log_slope(&self, x: f64) -> f64 {
        -self.0.log_slope(self.0.inverse(x))
    }

    fn log_slope_slope(&self, x: f64) -> f64 {
        let y = self.0.inverse(x);
        -self.0.log_slope_slope(y) / self.0.slope(y)
    }

    fn increasing(&self) -> bool {
        self.0.increasing()
    }
}

impl<B: Bijector> Bijector for Inverse<B> {
    fn input_len(&self) -> usize {
        self.0.output_len()
    }

    fn output_len(&self) -> usize {
        self.0.input_len()
    }

    fn input(&self) -> Domain {
        self.0.output()
    }

    fn output(&self) -> Domain {
        self.0.input()
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        self.0.inverse(x, y);
        -self.0.log_det(y)
    }

    fn forward(&self, x: &[f64], y: &mut [f64]) {
        self.0.inverse(x, y);
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        self.0.forward(y, x);
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        let mut y = vec![0.0; self.0.input_len()];
        self.0.inverse(x, &mut y);
        // log|det| of the inverse is minus that of the map, at y.
        let mut total = y_cotangent.to_vec();
        self.0.pull_back(&y, &vec![0.0; self.0.output_len()], -log_det_cotangent, &mut total);
        self.0.pull_back_inverse(&y, x, &total, x_cotangent);
    }

    fn pull_back_inverse(&self, _: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        self.0.pull_back(y, x_cotangent, 0.0, y_cotangent);
    }
}
