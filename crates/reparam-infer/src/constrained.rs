//! Densities of constrained parameters.

use crate::{LogDensity, LogDensityError, Model, Quantity};
use reparam_core::bijector::Bijector;

/// A log density of parameters under constraints (positive, between bounds, ordered, on a simplex, a correlation), as one on ℝⁿ.
///
/// Each block of parameters has a map from ℝᵏ, of [`reparam_core::bijector`]; log-determinants and their gradients are added here, so that the density is
/// written as it stands in the paper.
///
/// # Shapes
/// The function gets the blocks' values one after the other, and writes as many slopes.
///
/// ```
/// use reparam_core::bijector::{Elementwise, Exp};
/// use reparam_infer::{Constrained, LogDensity};
/// // An exponential law of rate 2, of a positive number.
/// let density = Constrained::new(|y: &[f64], slope: &mut [f64]| {
///     slope[0] = -2.0;
///     Ok(-2.0 * y[0])
/// })
/// .with("tau", Elementwise::new(Exp, 1));
/// let mut gradient = [0.0];
/// // At x = 0, tau = 1: -2, and the log-determinant 0; slopes -2 and 1.
/// assert_eq!(density.value_and_gradient(&[0.0], &mut gradient), Ok(-2.0));
/// assert_eq!(gradient, [-1.0]);
/// ```
pub struct Constrained<F> {
    function: F,
    blocks: Vec<Block>,
    inputs: usize,
    outputs: usize,
}

/// Parameters that are constrained together.
struct Block {
    name: String,
    map: Box<dyn Bijector>,
}

impl<F: Fn(&[f64], &mut [f64]) -> Result<f64, LogDensityError> + Sync> Constrained<F> {
    /// A density without parameters yet.
    pub const fn new(function: F) -> Self {
        Self { function, blocks: Vec::new(), inputs: 0, outputs: 0 }
    }

    /// With one more block of parameters; a block of several numbers is a vector, `name[0]`, `name[1]`, …
    #[must_use]
    pub fn with(mut self, name: &str, map: impl Bijector + 'static) -> Self {
        self.inputs += map.input_len();
        self.outputs += map.output_len();
        self.blocks.push(Block { name: name.into(), map: Box::new(map) });
        self
    }

    /// The constrained values at `x`, and the sum of the log-determinants.
    fn forward(&self, x: &[f64], y: &mut [f64]) -> f64 {
        let (mut x, mut y, mut log_det) = (x, y, 0.0);
        for block in &self.blocks {
            let (own, rest) = x.split_at(block.map.input_len());
            let (out, after) = y.split_at_mut(block.map.output_len());
            log_det += block.map.forward_and_log_det(own, out);
            (x, y) = (rest, after);
        }
        log_det
    }
}

/// Names of the elements of a block.
fn names(name: &str, length: usize) -> Vec<String> {
    if length == 1 { vec![name.to_owned()] } else { (0..length).map(|i| format!("{name}[{i}]")).collect() }
}

impl<F: Fn(&[f64], &mut [f64]) -> Result<f64, LogDensityError> + Sync> LogDensity for Constrained<F> {
    fn dimension(&self) -> usize {
        self.inputs
    }

    fn name(&self, index: usize) -> String {
        let all = self.blocks.iter().flat_map(|block| names(&block.name, block.map.input_len()));
        all.into_iter().nth(index).unwrap_or_else(|| format!("x[{index}]"))
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let (mut y, mut slope) = (vec![0.0; self.outputs], vec![0.0; self.outputs]);
        let log_det = self.forward(x, &mut y);
        let value = (self.function)(&y, &mut slope)?;
        gradient.fill(0.0);
        let (mut x, mut slope, mut gradient) = (x, slope.as_slice(), gradient);
        for block in &self.blocks {
            let (own, rest) = x.split_at(block.map.input_len());
            let (cotangent, after) = slope.split_at(block.map.output_len());
            let (out, others) = gradient.split_at_mut(block.map.input_len());
            block.map.pull_back(own, cotangent, 1.0, out);
            (x, slope, gradient) = (rest, after, others);
        }
        Ok(value + log_det)
    }
}

impl<F: Fn(&[f64], &mut [f64]) -> Result<f64, LogDensityError> + Sync> Model for Constrained<F> {
    fn quantities(&self) -> Vec<Quantity> {
        let named = |name| Quantity { name, unit: String::new(), scale: "constrained".into() };
        let all = self.blocks.iter().flat_map(|block| names(&block.name, block.map.output_len()));
        all.map(named).collect()
    }

    fn constrain(&self, x: &[f64], quantities: &mut [f64]) {
        self.forward(x, quantities);
    }
}
