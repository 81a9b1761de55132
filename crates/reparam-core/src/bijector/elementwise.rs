//! A map of one number, applied to each of a vector.

use super::{Bijector, Domain, ScalarBijector, fits};

/// A [`ScalarBijector`] on each number of a vector: `y_i = map(x_i)`.
///
/// ```
/// use reparam_core::bijector::{Bijector, Elementwise, Exp};
/// let map = Elementwise::new(Exp, 2);
/// let mut y = [0.0; 2];
/// assert_eq!(map.forward_and_log_det(&[0.0, 1.0], &mut y), 1.0);
/// assert_eq!(y[0], 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elementwise<B> {
    map: B,
    len: usize,
}

impl<B: ScalarBijector> Elementwise<B> {
    /// `map` on each of `len` numbers.
    pub const fn new(map: B, len: usize) -> Self {
        Self { map, len }
    }
}

impl<B: ScalarBijector> Bijector for Elementwise<B> {
    fn input_len(&self) -> usize {
        self.len
    }

    fn output_len(&self) -> usize {
        self.len
    }

    fn input(&self) -> Domain {
        self.map.input()
    }

    fn output(&self) -> Domain {
        self.map.output()
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        self.forward(x, y);
        self.log_det(x)
    }

    fn forward(&self, x: &[f64], y: &mut [f64]) {
        if !fits(&[(x.len(), self.len), (y.len(), self.len)], y) {
            return;
        }
        for (y, x) in y.iter_mut().zip(x) {
            *y = self.map.forward(*x);
        }
    }

    fn log_det(&self, x: &[f64]) -> f64 {
        if x.len() == self.len { x.iter().map(|x| self.map.log_slope(*x)).sum() } else { f64::NAN }
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        if !fits(&[(x.len(), self.len), (y.len(), self.len)], x) {
            return;
        }
        for (x, y) in x.iter_mut().zip(y) {
            *x = self.map.inverse(*y);
        }
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        if !fits(&[x.len(), y_cotangent.len(), x_cotangent.len()].map(|n| (n, self.len)), x_cotangent) {
            return;
        }
        for ((out, x), c) in x_cotangent.iter_mut().zip(x).zip(y_cotangent) {
            *out += c * self.map.slope(*x) + log_det_cotangent * self.map.log_slope_slope(*x);
        }
    }

    fn pull_back_inverse(&self, x: &[f64], _: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        if !fits(&[x.len(), x_cotangent.len(), y_cotangent.len()].map(|n| (n, self.len)), y_cotangent) {
            return;
        }
        for ((out, x), c) in y_cotangent.iter_mut().zip(x).zip(x_cotangent) {
            *out += c / self.map.slope(*x);
        }
    }
}
