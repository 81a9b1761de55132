//! One bijector after another.

use super::{Bijector, BijectorError, Domain, ScalarBijector, fits};

/// `y = second(first(x))`; longer chains nest.
///
/// ```
/// use reparam_core::bijector::{Affine, Chain, Exp, ScalarBijector};
/// let map = Chain::scalar(Affine::new(1.0, 2.0).unwrap(), Exp);
/// assert_eq!((map.forward(0.0), map.log_slope(0.0)), (1.0_f64.exp(), 2.0_f64.ln() + 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain<A, B> {
    first: A,
    second: B,
}

impl<A: ScalarBijector, B: ScalarBijector> Chain<A, B> {
    /// The chain of two maps of one number.
    pub const fn scalar(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: Bijector, B: Bijector> Chain<A, B> {
    /// The chain of two maps of vectors.
    ///
    /// # Errors
    ///
    /// `first` gives another number of numbers than `second` takes.
    pub fn new(first: A, second: B) -> Result<Self, BijectorError> {
        let (gives, takes) = (first.output_len(), second.input_len());
        if gives != takes {
            let rule = format!("the second map takes {takes} numbers, the first gives {gives}");
            return Err(BijectorError { bijector: "chain", rule });
        }
        Ok(Self { first, second })
    }
}

impl<A: ScalarBijector, B: ScalarBijector> ScalarBijector for Chain<A, B> {
    fn input(&self) -> Domain {
        self.first.input()
    }

    fn output(&self) -> Domain {
        self.second.output()
    }

    fn forward(&self, x: f64) -> f64 {
        self.second.forward(self.first.forward(x))
    }

    fn inverse(&self, y: f64) -> f64 {
        self.first.inverse(self.second.inverse(y))
    }

    fn slope(&self, x: f64) -> f64 {
        self.first.slope(x) * self.second.slope(self.first.forward(x))
    }

    fn log_slope(&self, x: f64) -> f64 {
        self.first.log_slope(x) + self.second.log_slope(self.first.forward(x))
    }

    fn log_slope_slope(&self, x: f64) -> f64 {
        let middle = self.first.forward(x);
        self.first.log_slope_slope(x) + self.second.log_slope_slope(middle) * self.first.slope(x)
    }

    fn increasing(&self) -> bool {
        self.first.increasing() == self.second.increasing()
    }
}

impl<A: Bijector, B: Bijector> Chain<A, B> {
    fn middle(&self, x: &[f64]) -> Vec<f64> {
        let mut middle = vec![0.0; self.first.output_len()];
        self.first.forward(x, &mut middle);
        middle
    }
}

impl<A: Bijector, B: Bijector> Bijector for Chain<A, B> {
    fn input_len(&self) -> usize {
        self.first.input_len()
    }

    fn output_len(&self) -> usize {
        self.second.output_len()
    }

    fn input(&self) -> Domain {
        self.first.input()
    }

    fn output(&self) -> Domain {
        self.second.output()
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], y) {
            return f64::NAN;
        }
        let mut middle = vec![0.0; self.first.output_len()];
        self.first.forward_and_log_det(x, &mut middle) + self.second.forward_and_log_det(&middle, y)
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        let mut middle = vec![0.0; self.first.output_len()];
        self.second.inverse(y, &mut middle);
        self.first.inverse(&middle, x);
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        let middle = self.middle(x);
        let mut between = vec![0.0; middle.len()];
        self.second.pull_back(&middle, y_cotangent, log_det_cotangent, &mut between);
        self.first.pull_back(x, &between, log_det_cotangent, x_cotangent);
    }

    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        let middle = self.middle(x);
        let mut between = vec![0.0; middle.len()];
        self.first.pull_back_inverse(x, &middle, x_cotangent, &mut between);
        self.second.pull_back_inverse(&middle, y, &between, y_cotangent);
    }
}
