//! Polynomials of one standard normal number: their moments are finite sums.

use std::ops::{Add, Mul};

/// Coefficients, that of the constant first.
#[derive(Clone, Debug)]
pub struct Polynomial(pub Vec<f64>);

impl Polynomial {
    /// `E` at standard normal noise: `E[e^k] = (k - 1)!!` for even `k`, else 0.
    pub fn mean(&self) -> f64 {
        let mut moment = 1.0;
        let even = self.0.iter().step_by(2).enumerate().map(|(half, c)| {
            if half > 0 {
                moment *= (2 * half - 1) as f64;
            }
            c * moment
        });
        even.sum()
    }

    /// The polynomial less its mean.
    pub fn centred(&self) -> Self {
        self.clone() + Self(vec![-self.mean()])
    }

    /// Variance at standard normal noise.
    pub fn variance(&self) -> f64 {
        let centred = self.centred();
        (centred.clone() * centred).mean()
    }

    /// Standard error of the variance of a sample of `n`: `√((m4 - m2² (n - 3)/(n - 1))/n)`.
    pub fn variance_error(&self, n: f64) -> f64 {
        let square = self.centred() * self.centred();
        let (second, fourth) = (square.mean(), (square.clone() * square).mean());
        ((fourth - second * second * (n - 3.0) / (n - 1.0)) / n).sqrt()
    }
}

impl Add for Polynomial {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let length = self.0.len().max(other.0.len());
        let at = |p: &Self, i: usize| p.0.get(i).copied().unwrap_or(0.0);
        Self((0..length).map(|i| at(&self, i) + at(&other, i)).collect())
    }
}

impl Mul for Polynomial {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let mut product = vec![0.0; self.0.len() + other.0.len() - 1];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().enumerate() {
                product[i + j] += a * b;
            }
        }
        Self(product)
    }
}

#[test]
fn moments_of_powers_are_double_factorials() {
    assert_eq!(Polynomial(vec![0.0, 0.0, 0.0, 0.0, 1.0]).mean(), 3.0);
    assert_eq!(Polynomial(vec![1.0, 2.0]).variance(), 4.0);
    // Of a standard normal number the variance's own variance is 2/(n - 1).
    assert!((Polynomial(vec![0.0, 1.0]).variance_error(101.0) - (2.0_f64 / 100.0).sqrt()).abs() < 1e-14);
}
