//! Logistic regression.

use super::{ExampleError, check};
use crate::log_density::check_batch;
use crate::{LogDensity, LogDensityError, Model, Observation, Quantity};
use reparam_core::kernel::{LOGISTIC_DRAWS, LogisticDesign, logistic_draw, logistic_draws};
use reparam_core::noise::{Noise, Stream};
use std::f64::consts::TAU;

/// Rows and columns of the data that are built in.
const BUILT_IN: [usize; 2] = [1000, 20];

/// Logistic regression: `y_i ~ Bernoulli(σ(x_i · w))`, `w_j ~ N(0, 1)`, no intercept but what a column of ones gives.
///
/// ```
/// use reparam_infer::{LogDensity, examples::LogisticRegression};
/// let model = LogisticRegression::new(&[1.0, 2.0], 1, &[0.0, 1.0])?;
/// let mut gradient = [0.0];
/// // At 0 both outcomes have probability one half, and the slope is Σ x_i (y_i - 1/2).
/// let value = model.value_and_gradient(&[0.0], &mut gradient)?;
/// assert!((value + 2.0 * 2.0_f64.ln() + 0.5 * std::f64::consts::TAU.ln()).abs() < 1e-15);
/// assert_eq!(gradient, [0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegression {
    design: LogisticDesign,
}

/// Numbers of about the standard normal law: sums of four 24-bit uniform numbers of a linear congruential generator, in f32.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0
    };
    let mut number = || f64::from((uniform() + uniform() + uniform() + uniform() - 2.0) * 1.732_050_8);
    (0..count).map(|_| number()).collect()
}

impl Default for LogisticRegression {
    /// Made data of 1,000 rows and 20 columns, the same as other programs are timed on.
    fn default() -> Self {
        let [rows, columns] = BUILT_IN;
        let (matrix, weights, shift) = (numbers(rows * columns, 1), numbers(columns, 2), numbers(rows, 3));
        let outcome = |(row, shift): (&[f64], f64)| {
            f64::from(u8::from(row.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>() + shift > 0.0))
        };
        let outcomes: Vec<f64> = matrix.chunks_exact(columns).zip(shift).map(outcome).collect();
        Self { design: LogisticDesign::new(&matrix, columns, &outcomes) }
    }
}

impl LogisticRegression {
    /// From a matrix in rows of `columns` numbers, and an outcome a row.
    ///
    /// # Errors
    /// [`ExampleError`]: no columns, a matrix that is not a row for each outcome, an entry that is not finite, an outcome that is
    /// neither 0 nor 1.
    pub fn new(matrix: &[f64], columns: usize, outcomes: &[f64]) -> Result<Self, ExampleError> {
        let expected = columns.saturating_mul(outcomes.len());
        if columns == 0 {
            return Err(ExampleError::Length { what: "a row of the matrix", expected: 1, found: 0 });
        }
        if matrix.len() != expected {
            return Err(ExampleError::Length { what: "matrix", expected, found: matrix.len() });
        }
        check("matrix", "finite", matrix, f64::is_finite)?;
        check("outcomes", "0 or 1", outcomes, |y| y == 0.0 || y == 1.0)?;
        Ok(Self { design: LogisticDesign::new(matrix, columns, outcomes) })
    }

    fn logit(&self, row: usize, weights: &[f64]) -> f64 {
        weights.iter().enumerate().map(|(j, w)| self.design.entry(row, j) * w).sum()
    }

    /// The logarithm of the constant of the prior.
    fn constant(&self) -> f64 {
        -0.5 * self.design.columns() as f64 * TAU.ln()
    }
}

impl LogDensity for LogisticRegression {
    fn dimension(&self) -> usize {
        self.design.columns()
    }

    fn name(&self, index: usize) -> String {
        format!("w[{index}]")
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let likelihood = logistic_draw(&self.design, x, gradient);
        let mut squares = 0.0;
        for (slope, w) in gradient.iter_mut().zip(x) {
            *slope -= w;
            squares += w * w;
        }
        Ok(likelihood - 0.5 * squares + self.constant())
    }

    fn together(&self) -> usize {
        LOGISTIC_DRAWS
    }

    fn values_and_gradients(
        &self,
        draws: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), LogDensityError> {
        const LANES: usize = LOGISTIC_DRAWS;
        let dimension = self.dimension();
        check_batch(dimension, draws, values, gradients)?;
        let constant = self.constant();
        // `[D, 16]`, weights and slopes; a last batch that is not full repeats old draws, whose results are not read.
        let mut room = vec![0.0; 2 * dimension * LANES];
        let (weights, slopes) = room.split_at_mut(dimension * LANES);
        for (at, values) in values.chunks_mut(LANES).enumerate() {
            let rows = at * LANES * dimension..(at * LANES + values.len()) * dimension;
            for (s, row) in draws[rows.clone()].chunks_exact(dimension).enumerate() {
                for (w, x) in weights.as_chunks_mut::<LANES>().0.iter_mut().zip(row) {
                    w[s] = *x;
                }
            }
            let mut found = logistic_draws(&self.design, weights, slopes);
            for (slope, w) in slopes.as_chunks_mut::<LANES>().0.iter_mut().zip(weights.as_chunks::<LANES>().0) {
                for s in 0..LANES {
                    slope[s] -= w[s];
                    found[s] -= 0.5 * w[s] * w[s];
                }
            }
            for (s, value) in values.iter_mut().enumerate() {
                *value = found[s] + constant;
            }
            for (s, row) in gradients[rows].chunks_exact_mut(dimension).enumerate() {
                for (g, slope) in row.iter_mut().zip(slopes.as_chunks::<LANES>().0) {
                    *g = slope[s];
                }
            }
        }
        Ok(())
    }
}

impl Model for LogisticRegression {
    fn quantities(&self) -> Vec<Quantity> {
        let quantity = |j| Quantity { name: self.name(j), unit: String::new(), scale: "lin".into() };
        (0..self.dimension()).map(quantity).collect()
    }

    fn constrain(&self, x: &[f64], quantities: &mut [f64]) {
        quantities.copy_from_slice(x);
    }

    fn prior_log_density(&self, quantity: usize, value: f64) -> Option<f64> {
        (quantity < self.dimension()).then(|| -0.5 * (value * value + TAU.ln()))
    }

    fn observations(&self) -> Vec<Observation> {
        let observation = |(i, y): (usize, &f64)| Observation { series: "y".into(), at: i as f64, value: *y };
        self.design.outcomes().iter().enumerate().map(observation).collect()
    }

    fn axes(&self) -> [String; 2] {
        ["row".into(), "outcome".into()]
    }

    fn predict(
        &self,
        x: &[f64],
        noise: Stream,
        expected: &mut [f64],
        replicate: &mut [f64],
    ) -> Result<(), LogDensityError> {
        noise.fill(Noise::Uniform, 0, replicate);
        for (i, (mean, outcome)) in expected.iter_mut().zip(replicate).enumerate() {
            *mean = 1.0 / (1.0 + (-self.logit(i, x)).exp());
            *outcome = f64::from(u8::from(*outcome < *mean));
        }
        Ok(())
    }

    fn prior_draw(&self, noise: Stream) -> Option<Vec<f64>> {
        let mut x = vec![0.0; self.dimension()];
        noise.fill(Noise::StandardNormal, 0, &mut x);
        Some(x)
    }

    fn with_observations(&self, values: &[f64]) -> Option<Box<dyn Model + Send>> {
        let columns = self.dimension();
        let matrix: Vec<f64> =
            (0..self.design.rows() * columns).map(|k| self.design.entry(k / columns, k % columns)).collect();
        Some(Box::new(Self::new(&matrix, columns, values).ok()?))
    }
}
