//! The fused Bernoulli log-likelihood: equal to the chain of tensor operations, and both to the formula in f64.

use burn::tensor::Tensor;
use reparam::fused::{bernoulli_log_likelihood, bernoulli_log_likelihood_plain};

use crate::support::{UNIT, differences, leaf, normals, numbers, tensor, uniforms, wide};

type Law = fn(Tensor<2>, Tensor<2>) -> Tensor<1>;

/// `Σ_j x_j l_j - softplus(l_j)` of each row in f64, draws first.
fn exact(logits: &[f64], x: &[f64], [s, n, p]: [usize; 3]) -> Vec<f64> {
    (0..s * n)
        .map(|row| {
            (0..p)
                .map(|j| {
                    let (l, x) = (logits[row * p + j], x[(row % n) * p + j]);
                    x * l - l.max(0.0) - (-l.abs()).exp().ln_1p()
                })
                .sum()
        })
        .collect()
}

fn sigmoid(l: f64) -> f64 {
    1.0 / (1.0 + (-l).exp())
}

/// Logits up to ±1e4, and data at 0, at 1 and between.
fn made(shape: [usize; 3]) -> (Vec<f32>, Vec<f32>) {
    let [s, n, p] = shape;
    let mut logits: Vec<f32> = normals("logits", s * n * p).iter().map(|l| 3.0 * l).collect();
    for (at, special) in [1e4, -1e4, 0.0, -0.0, 90.0, -90.0, 1e-20].into_iter().enumerate() {
        if let Some(l) = logits.get_mut(at * 3 + 1) {
            *l = special;
        }
    }
    let x = uniforms("x", n * p)
        .iter()
        .enumerate()
        .map(|(i, u)| match i % 3 {
            0 => f32::from(u8::from(*u < 0.5)),
            1 => u8::from(*u < 0.5).into(),
            _ => *u,
        })
        .collect();
    (logits, x)
}

const SHAPES: [[usize; 3]; 5] = [[1, 1, 1], [1, 3, 16], [3, 4, 17], [5, 1, 31], [2, 5, 784]];

/// An element is off by at most u |x l| + 6 u softplus(l): one rounding of the fused product, 2 ulp = 4 u of the logarithm and two
/// roundings; a sum of P such by (P + 1) u Σ|terms|. The slope x - σ(l) is off by 2.5 ulp = 5 u of σ and two roundings, the
/// exponential's floor of e^-87 included, and is multiplied by the row's weight c.
#[test]
fn fused_and_plain_are_within_rounding_of_the_formula() {
    for shape in SHAPES {
        let [s, n, p] = shape;
        let (logits, x) = made(shape);
        let c = normals("c", s * n);
        let (wide_l, wide_x, wide_c) = (wide(&logits), wide(&x), wide(&c));
        let truth = exact(&wide_l, &wide_x, shape);
        for (name, law) in [("fused", bernoulli_log_likelihood as Law), ("plain", bernoulli_log_likelihood_plain)] {
            let l = leaf(&logits, [s * n, p]);
            let y = law(l.clone(), tensor(&x, [n, p]));
            let gradients = (y.clone() * Tensor::from_inner(tensor(&c, [s * n]))).sum().backward();
            let slope = numbers(l.grad(&gradients).expect("logits"));
            // Without a graph another loop runs; it gives the same bits.
            let value = numbers(law(tensor(&logits, [s * n, p]), tensor(&x, [n, p])));
            assert_eq!(numbers(y), value);
            for row in 0..s * n {
                let mut size = 0.0;
                for j in 0..p {
                    let (l, x) = (wide_l[row * p + j], wide_x[(row % n) * p + j]);
                    size += (x * l).abs() + l.max(0.0) + (-l.abs()).exp().ln_1p();
                    let true_slope = wide_c[row] * (x - sigmoid(l));
                    let off = (f64::from(slope[row * p + j]) - true_slope).abs();
                    assert!(off <= 7.0 * UNIT * wide_c[row].abs() + 1e-37, "{name}: slope at {l}, {x} off by {off:e}");
                }
                let off = (f64::from(value[row]) - truth[row]).abs();
                assert!(
                    off <= (p as f64 + 7.0) * UNIT * size,
                    "{name} {shape:?}: {} is not {}, off by {off:e}",
                    value[row],
                    truth[row]
                );
            }
        }
    }
}

/// Central differences with relative steps of 1e-5: truncation h²/6 · 0.1 < 1e-11 (1e-3 at |l| = 1e4, where the function is a
/// straight line), rounding 1e-16 · 6e4 / 1e-5 = 6e-7.
#[test]
fn the_slope_is_that_of_finite_differences() {
    let shape = [2, 2, 17];
    let (logits, x) = made(shape);
    let (l, x) = (wide(&logits), wide(&x));
    let c = wide(&normals("c", 4));
    let numeric = differences(&l, 1e-5, |l| (exact(l, &x, shape).iter().zip(&c)).map(|(v, c)| v * c).sum());
    for (at, numeric) in numeric.iter().enumerate() {
        let (row, j) = (at / 17, at % 17);
        let slope = c[row] * (x[(row % 2) * 17 + j] - sigmoid(l[at]));
        assert!((slope - numeric).abs() < 2e-6, "{slope} is not {numeric}");
    }
}

#[test]
fn sliced_logits_and_data_are_read_in_place() {
    let (logits, x) = (normals("logits", 60), uniforms("x", 60));
    for law in [bernoulli_log_likelihood as Law, bernoulli_log_likelihood_plain] {
        let big = leaf(&logits, [6, 10]);
        let views = law(big.clone().slice([2..6, 3..9]), tensor(&x, [10, 6]).transpose().slice([1..3, 2..8]));
        let mut packed_l = Vec::new();
        for row in 2..6 {
            packed_l.extend_from_slice(&logits[row * 10 + 3..row * 10 + 9]);
        }
        let packed_x: Vec<f32> =
            (1..3).flat_map(|row| (2..8).map(move |j| (row, j))).map(|(row, j)| x[j * 6 + row]).collect();
        let packed = law(tensor(&packed_l, [4, 6]), tensor(&packed_x, [2, 6]));
        assert_eq!(numbers(views.clone()), numbers(packed));
        let slope = numbers(big.grad(&views.sum().backward()).expect("logits"));
        for (at, g) in slope.iter().enumerate() {
            assert_eq!(*g != 0.0, (2..6).contains(&(at / 10)) && (3..9).contains(&(at % 10)));
        }
    }
}

#[test]
fn nan_in_logits_or_data_is_nan_in_the_row_alone() {
    for law in [bernoulli_log_likelihood as Law, bernoulli_log_likelihood_plain] {
        for (bad_logit, bad_pixel) in [(true, false), (false, true)] {
            let (mut logits, mut x) = (normals("logits", 40), uniforms("x", 40));
            if bad_logit {
                logits[23] = f32::NAN;
            }
            if bad_pixel {
                x[23] = f32::NAN;
            }
            let l = leaf(&logits, [2, 20]);
            let y = law(l.clone(), tensor(&x, [2, 20]));
            let slope = numbers(l.grad(&y.clone().sum().backward()).expect("logits"));
            let y = numbers(y);
            assert!(y[0].is_finite() && y[1].is_nan() && slope[23].is_nan());
            assert!(slope.iter().filter(|g| g.is_nan()).count() == 1);
        }
    }
}

#[test]
#[should_panic(expected = "do not fit")]
fn rows_that_are_no_multiple_are_refused() {
    let _ = bernoulli_log_likelihood(tensor(&[0.0; 6], [3, 2]), tensor(&[0.0; 4], [2, 2]));
}
