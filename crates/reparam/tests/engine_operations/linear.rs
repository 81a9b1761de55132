//! The fused linear layer: equal to the chain of tensor operations, and both to the formula in f64.

use burn::tensor::Tensor;
use reparam::fused::{Activation, linear, linear_plain};
use reparam_core::special::normal_cdf;

use crate::support::{UNIT, differences, leaf, normals, numbers, tensor, wide};

const ALL: [Activation; 5] =
    [Activation::Identity, Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Silu];

fn value(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Identity => x,
        Activation::Relu => x.max(0.0),
        Activation::Tanh => x.tanh(),
        Activation::Gelu => x * normal_cdf(x),
        Activation::Silu => x / (1.0 + (-x).exp()),
    }
}

fn slope(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Identity => 1.0,
        Activation::Relu => f64::from(u8::from(x > 0.0)),
        Activation::Tanh => 1.0 - x.tanh().powi(2),
        Activation::Gelu => {
            let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
            normal_cdf(x) + x * density
        }
        Activation::Silu => {
            let s = 1.0 / (1.0 + (-x).exp());
            s * (1.0 + x * (1.0 - s))
        }
    }
}

/// `n x i` by `i x o`, with the weights `c` of the outputs in the scalar `Σ c f(x w + b)` whose gradient is taken.
struct Problem {
    shape: [usize; 3],
    x: Vec<f32>,
    w: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
}

/// Output and the gradients in `x`, `w`, `b`.
type Four<T> = [Vec<T>; 4];

impl Problem {
    fn new(shape: [usize; 3]) -> Self {
        let [n, i, o] = shape;
        let scale = 1.0 / (i.max(1) as f32).sqrt();
        Self {
            shape,
            x: normals("x", n * i),
            w: normals("w", i * o).iter().map(|w| w * scale).collect(),
            b: normals("b", o),
            c: normals("c", n * o),
        }
    }

    fn preactivation(&self, x: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
        let [n, i, o] = self.shape;
        let mut y = Vec::with_capacity(n * o);
        for row in 0..n {
            for j in 0..o {
                y.push(b[j] + (0..i).map(|l| x[row * i + l] * w[l * o + j]).sum::<f64>());
            }
        }
        y
    }

    /// The formula in f64, and how far an f32 result may be from it.
    ///
    /// A sum of K products in any order is off by at most (K + 1) u Σ|terms| with u = 2^-24 (Higham 2002, equation 3.5, to
    /// first order). An activation passes an error δ of its input on with at most its largest slope, 1.13 (gelu), and adds
    /// its own: 2 ulp = 4 u of the value, for gelu 2e-7 |x| / 2 (Abramowitz and Stegun 7.1.26). Its slope changes by at
    /// most 1.0 δ (the second derivatives reach 0.80, 0.77 and 0.5) and adds its own 8 u, for gelu 2e-7.
    fn exact(&self, activation: Activation) -> (Four<f64>, Four<f64>) {
        let [n, i, o] = self.shape;
        let [x, w, b, c] = [&self.x, &self.w, &self.b, &self.c].map(|v| wide(v));
        let absolute = |v: &[f64]| v.iter().map(|v| v.abs()).collect::<Vec<_>>();
        let (ax, aw, ab) = (absolute(&x), absolute(&w), absolute(&b));
        let pre = self.preactivation(&x, &w, &b);
        let pre_error: Vec<f64> =
            self.preactivation(&ax, &aw, &ab).iter().map(|s| (i as f64 + 2.0) * UNIT * s).collect();
        let own = |p: f64| match activation {
            Activation::Identity | Activation::Relu => 0.0,
            Activation::Tanh | Activation::Silu => 4.0 * UNIT * p.abs(),
            Activation::Gelu => 1.0e-7 * p.abs() + 4.0 * UNIT * p.abs(),
        };
        let own_slope = match activation {
            Activation::Identity | Activation::Relu => 0.0,
            Activation::Tanh | Activation::Silu => 8.0 * UNIT,
            Activation::Gelu => 2e-7 + 8.0 * UNIT,
        };
        let curved = !matches!(activation, Activation::Identity | Activation::Relu);
        let y = pre.iter().map(|p| value(activation, *p)).collect();
        let y_error = (pre.iter().zip(&pre_error)).map(|(p, e)| 1.13 * e + own(*p)).collect();
        let g: Vec<f64> = (pre.iter().zip(&c)).map(|(p, c)| c * slope(activation, *p)).collect();
        let g_error: Vec<f64> = (pre_error.iter().zip(&c).zip(&g))
            .map(|((e, c), g)| c.abs() * (if curved { *e } else { 0.0 } + own_slope) + UNIT * g.abs())
            .collect();
        let (mut gx, mut gx_error) = (vec![0.0; n * i], vec![0.0; n * i]);
        let (mut gw, mut gw_error) = (vec![0.0; i * o], vec![0.0; i * o]);
        let (mut gb, mut gb_error) = (vec![0.0; o], vec![0.0; o]);
        for row in 0..n {
            for j in 0..o {
                let (g, e) = (g[row * o + j], g_error[row * o + j]);
                gb[j] += g;
                gb_error[j] += e + (n as f64 + 1.0) * UNIT * g.abs();
                for l in 0..i {
                    let (xi, wi) = (row * i + l, l * o + j);
                    gx[xi] += g * w[wi];
                    gx_error[xi] += aw[wi] * (e + (o as f64 + 1.0) * UNIT * g.abs());
                    gw[wi] += g * x[xi];
                    gw_error[wi] += ax[xi] * (e + (n as f64 + 1.0) * UNIT * g.abs());
                }
            }
        }
        ([y, gx, gw, gb], [y_error, gx_error, gw_error, gb_error])
    }

    fn run(&self, f: Layer, activation: Activation) -> Four<f32> {
        let [n, i, o] = self.shape;
        let x = leaf(&self.x, [n, i]);
        let w = leaf(&self.w, [i, o]);
        let b = leaf(&self.b, [o]);
        let y = f(x.clone(), w.clone(), b.clone(), activation);
        let gradients = (y.clone() * Tensor::from_inner(tensor(&self.c, [n, o]))).sum().backward();
        let missing = "every input has a gradient";
        [
            numbers(y),
            numbers(x.grad(&gradients).expect(missing)),
            numbers(w.grad(&gradients).expect(missing)),
            numbers(b.grad(&gradients).expect(missing)),
        ]
    }
}

type Layer = fn(Tensor<2>, Tensor<2>, Tensor<1>, Activation) -> Tensor<2>;

/// Shapes with one row, with edges beside the vector widths, and on both sides of the detour of `product_by_transpose`.
const SHAPES: [[usize; 3]; 7] =
    [[1, 1, 1], [1, 7, 3], [5, 1, 4], [3, 17, 16], [33, 20, 5], [2, 128, 128], [17, 130, 129]];

#[test]
fn fused_and_plain_are_within_rounding_of_the_formula() {
    for shape in SHAPES {
        let problem = Problem::new(shape);
        for activation in ALL {
            let (exact, error) = problem.exact(activation);
            for (name, layer) in [("fused", linear as Layer), ("plain", linear_plain)] {
                let found = problem.run(layer, activation);
                for (part, ((found, exact), error)) in found.iter().zip(&exact).zip(&error).enumerate() {
                    assert_eq!(found.len(), exact.len());
                    for (k, ((f, t), e)) in found.iter().zip(exact).zip(error).enumerate() {
                        let off = (f64::from(*f) - t).abs();
                        assert!(
                            off <= *e,
                            "{name} {activation:?} {shape:?}, part {part} at {k}: {f} is not {t}: off by {off:e} > {e:e}"
                        );
                    }
                }
            }
        }
    }
}

/// Central differences with steps of 1e-5: truncation f''' h²/6 < 1e-10 times the largest input cubed (4³), rounding 1e-16 / 1e-5
/// times the sum (10), together below 1e-8. No pre-activation lies within a step of the kink of relu.
#[test]
fn the_formula_has_the_gradient_of_its_finite_differences() {
    let problem = Problem::new([3, 4, 5]);
    let [n, i, o] = problem.shape;
    let all = wide(&[&problem.x[..], &problem.w, &problem.b].concat());
    let c = wide(&problem.c);
    let preactivation = |p: &[f64]| {
        let (x, rest) = p.split_at(n * i);
        let (w, b) = rest.split_at(i * o);
        problem.preactivation(x, w, b)
    };
    assert!(preactivation(&all).iter().all(|p| p.abs() > 1e-3));
    for activation in ALL {
        let numeric = differences(&all, 1e-5, |p| {
            (preactivation(p).iter().zip(&c)).map(|(p, c)| c * value(activation, *p)).sum()
        });
        let [_, gx, gw, gb] = problem.exact(activation).0;
        for (a, b) in [gx, gw, gb].concat().iter().zip(&numeric) {
            assert!((a - b).abs() < 1e-8, "{activation:?}: {a} is not {b}");
        }
    }
}

/// Inputs that are strided views: transposed, sliced, expanded. The plain chain sees the same views; both are within the
/// error of the formula, so their difference is within twice a bound for these sizes: 2 (13 + 2 + 6 + 8) u times terms below 60.
#[test]
fn strided_views_give_what_packed_tensors_give() {
    let tolerance = 60.0 * 2.0 * 29.0 * UNIT;
    let run = |layer: Layer, activation: Activation| {
        let big = leaf(&normals("big", 13 * 11), [13, 11]);
        let weights = leaf(&normals("weights", 6 * 13), [6, 13]);
        let bias = leaf(&normals("bias", 1), [1]);
        // x: 4 x 13 from the middle of a transpose; w: 13 x 6, a transpose; b: one number, expanded.
        let x = big.clone().transpose().slice([3..7, 0..13]);
        let y = layer(x, weights.clone().transpose(), bias.clone().expand([6]), activation);
        // A transposed, then an expanded gradient comes back.
        let c = Tensor::from_inner(tensor(&normals("c", 24), [6, 4]));
        let gradients = ((y.clone().transpose() * c).sum() + y.clone().sum()).backward();
        [
            numbers(y),
            numbers(big.grad(&gradients).expect("big")),
            numbers(weights.grad(&gradients).expect("weights")),
            numbers(bias.grad(&gradients).expect("bias")),
        ]
    };
    for activation in ALL {
        let (fused, plain) = (run(linear, activation), run(linear_plain, activation));
        for (f, p) in fused.iter().flatten().zip(plain.iter().flatten()) {
            let off = f64::from((f - p).abs());
            assert!(off <= tolerance, "{activation:?}: {f} is not {p}, off by {off:e}");
        }
    }
}

#[test]
fn one_gradient_used_twice_is_not_overwritten() {
    // The same node is consumed by two layers; an in-place pass over a shared gradient would spoil the other's.
    let x = leaf(&normals("x", 12), [3, 4]);
    let (w, b) = (leaf(&normals("w", 16), [4, 4]), leaf(&normals("b", 4), [4]));
    let run = |layer: Layer| {
        let h = layer(x.clone(), w.clone(), b.clone(), Activation::Tanh);
        let left = layer(h.clone(), w.clone(), b.clone(), Activation::Gelu);
        let right = layer(h.clone(), w.clone(), b.clone(), Activation::Relu);
        let gradients = ((left.clone() + right).sum() + (left * h).sum()).backward();
        [numbers(x.grad(&gradients).expect("x")), numbers(w.grad(&gradients).expect("w"))].concat()
    };
    for (f, p) in run(linear).iter().zip(&run(linear_plain)) {
        // Sums of 12 terms of size 10 through two layers.
        assert!(f64::from((f - p).abs()) < 12.0 * 10.0 * 8.0 * UNIT, "{f} is not {p}");
    }
}

#[test]
fn empty_sides_are_empty_sums() {
    let bias = [1.0_f32, -2.0, 0.5];
    // No inputs: the bias alone.
    let y = linear(leaf(&[], [2, 0]), leaf(&[], [0, 3]), leaf(&bias, [3]), Activation::Relu);
    assert_eq!(numbers(y), [1.0, 0.0, 0.5, 1.0, 0.0, 0.5]);
    // No rows: gradients of 0, also by way of the detour.
    for (i, o) in [(3, 2), (128, 128)] {
        let (w, b) = (leaf(&normals("w", i * o), [i, o]), leaf(&normals("b", o), [o]));
        let y = linear(leaf(&[], [0, i]), w.clone(), b.clone(), Activation::Gelu);
        assert_eq!(y.dims(), [0, o]);
        let gradients = y.sum().backward();
        for g in [numbers(w.grad(&gradients).expect("w").flatten::<1>(0, 1)), numbers(b.grad(&gradients).expect("b"))] {
            assert!(g.iter().all(|g| *g == 0.0));
        }
    }
    // No outputs.
    assert_eq!(linear(leaf(&[1.0; 4], [2, 2]), leaf(&[], [2, 0]), leaf(&[], [0]), Activation::Silu).dims(), [2, 0]);
}

#[test]
fn nan_stays_nan_in_its_row_and_reaches_the_weights() {
    for activation in ALL {
        for layer in [linear as Layer, linear_plain] {
            let mut values = normals("x", 12);
            values[5] = f32::NAN;
            let (x, w) = (leaf(&values, [3, 4]), leaf(&normals("w", 20), [4, 5]));
            let y = layer(x.clone(), w.clone(), leaf(&[0.0; 5], [5]), activation);
            let found = numbers(y.clone());
            assert!(found[5..10].iter().all(|v| v.is_nan()), "{activation:?}: {found:?}");
            assert!(found[..5].iter().chain(&found[10..]).all(|v| v.is_finite()));
            // A loss that sees the row is NaN, and so are the gradients: the trainer's check finds it.
            let loss = (y.clone() * y).sum();
            assert!(numbers(loss.clone())[0].is_nan());
            let slope = numbers(w.grad(&loss.backward()).expect("w"));
            assert!(slope.iter().any(|v| v.is_nan()), "{activation:?}");
        }
    }
}

#[test]
#[should_panic(expected = "do not fit")]
fn shapes_that_do_not_fit_are_refused() {
    let _ = linear(leaf(&[0.0; 6], [2, 3]), leaf(&[0.0; 6], [2, 3]), leaf(&[0.0; 3], [3]), Activation::Relu);
}
