//! Rows of one problem, their gradients, and the numbers to compare them with.

use std::cell::RefCell;

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam::dist::{Bernoulli, Distribution, OneHotCategorical};
use reparam::estimator::{Draws, Estimator};
use reparam::noise::Key;
use reparam_core::diagnose::Moments;

/// Quantile of the standard normal law at 1 - 5e-7: a two-sided test with this bound raises a false alarm once in 10⁶.
pub const SIGMAS: f64 = 4.892;

pub fn device() -> Device {
    Device::flex().autodiff()
}

/// A leaf `[1, rows, width]` in f64, each row the same numbers.
pub fn rows(values: &[f64], rows: usize) -> Tensor<3> {
    let data = TensorData::new(values.repeat(rows), [1, rows, values.len()]);
    Tensor::from_data(data, (&device(), DType::F64)).require_grad()
}

pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    let tensor = if tensor.is_autodiff() { tensor.inner() } else { tensor };
    tensor.try_to_vec_as::<f64>().expect("the tensor is on the host")
}

pub fn coin(logits: &Tensor<3>) -> Bernoulli<3> {
    Bernoulli::from_logits(logits.clone())
}

pub fn die(logits: &Tensor<3>) -> OneHotCategorical<3> {
    OneHotCategorical::from_logits(logits.clone()).expect("there are categories")
}

/// `[S, N, 1]` to `[S, N]`.
pub fn only(x: Tensor<3>) -> Tensor<2> {
    x.squeeze_dim::<2>(2)
}

/// What each row said: its draw (one draw a row) and its gradient, each of the row's width.
pub struct Rows {
    pub draws: Vec<Vec<f64>>,
    pub gradients: Vec<Vec<f64>>,
}

impl Rows {
    /// Gradients of one parameter.
    pub fn column(&self, k: usize) -> Vec<f64> {
        self.gradients.iter().map(|g| g[k]).collect()
    }
}

/// One draw for each row of `parameter`, and the gradient in it.
pub fn per_row<L: Distribution<3>>(
    estimator: &dyn Estimator<L, 3>,
    law: &L,
    parameter: &Tensor<3>,
    cost: &dyn Fn(Tensor<3>) -> Tensor<2>,
    draws: &Draws,
) -> Rows {
    // The first draws that the cost meets are the row's own.
    let met = RefCell::new(None);
    let watched = |x: Tensor<3>| {
        met.borrow_mut().get_or_insert_with(|| x.clone());
        cost(x)
    };
    let estimate = estimator.estimate(law, &watched, draws).expect("the question fits");
    let gradient = numbers(parameter.grad(&estimate.loss().backward()).expect("the parameter is in the graph"));
    let width = parameter.dims()[2];
    let drawn = met.into_inner().expect("the cost was met");
    let drawn_width = drawn.dims()[2];
    let chunk = |all: Vec<f64>, width: usize| all.chunks(width).map(<[f64]>::to_vec).collect();
    Rows { draws: chunk(numbers(drawn), drawn_width), gradients: chunk(gradient, width) }
}

pub fn draws(count: usize) -> Draws {
    Draws::new(count, Key::new(4).site("estimator-relaxed"), 0)
}

pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

pub fn softmax(logits: &[f64]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logits.iter().map(|l| (l - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|w| w / total).collect()
}

#[track_caller]
pub fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!(
        (got - expected).abs() <= tolerance * (1.0 + expected.abs()),
        "{what}: got {got}, expected {expected}, off by {:e}",
        (got - expected).abs()
    );
}

/// How many standard errors the mean is off.
pub fn mean_score(values: &[f64], expected: f64) -> f64 {
    let moments = Moments::of(values);
    (moments.mean() - expected) / moments.standard_error()
}

/// How many standard errors the variance is off.
pub fn variance_score(values: &[f64], expected: f64) -> f64 {
    let moments = Moments::of(values);
    (moments.variance() - expected) / moments.variance_error()
}

/// `∫_a^b f`, by Gauss–Legendre quadrature of 16 nodes on each of `panels` equal parts.
pub fn integral(a: f64, b: f64, panels: usize, f: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * (b - a) / panels as f64;
    let rule = gauss_legendre(16);
    (0..panels)
        .map(|i| {
            let middle = a + half * (2 * i + 1) as f64;
            rule.iter().map(|(x, w)| w * half * f(middle + half * x)).sum::<f64>()
        })
        .sum()
}

/// Nodes and weights on [-1, 1]: Newton's iteration on the Legendre polynomial from Chebyshev's angles.
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let node = |i: usize| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..10 {
            let (mut before, mut here) = (1.0, x);
            for k in 2..=n {
                let k = k as f64;
                (before, here) = (here, ((2.0 * k - 1.0) * x * here - (k - 1.0) * before) / k);
            }
            slope = n as f64 * (x * here - before) / (x * x - 1.0);
            x -= here / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(node).collect()
}

#[test]
fn quadrature_is_exact_for_polynomials_of_degree_31() {
    // 16 nodes: degree 31. Sixteen roundings of terms below 1.
    close("x^30", integral(-1.0, 1.0, 1, |x| x.powi(30)), 2.0 / 31.0, 1e-14);
    assert!((integral(-1.0, 1.0, 1, |x| x.powi(32)) - 2.0 / 33.0).abs() > 1e-12);
}
