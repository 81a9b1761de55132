//! The custom operation against finite differences and against its plain expression.

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam::attach::{self, Kernel, Point};

/// `a · sin(b)`: smooth, not symmetric in its parents, both slopes vary.
fn wave([a, b]: [f64; 2]) -> Point<2> {
    Point { value: a * b.sin(), slopes: [b.sin(), a * b.cos()] }
}

const TYPES: [DType; 2] = [DType::F32, DType::F64];

/// A few roundings of results of size 1.
fn tolerance(dtype: DType) -> f64 {
    if dtype == DType::F64 { 1e-14 } else { 1e-6 }
}

fn device() -> Device {
    Device::flex().autodiff()
}

fn leaf<const D: usize>(values: &[f64], shape: [usize; D], dtype: DType) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), (&device(), dtype)).require_grad()
}

#[allow(clippy::needless_pass_by_value, reason = "reading is the last thing done to a tensor")]
fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.try_to_vec_as::<f64>().expect("tensor is on the host")
}

#[track_caller]
fn close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!((g - e).abs() <= tolerance * (1.0 + e.abs()), "element {i}: got {g}, expected {e}");
    }
}

fn grid(count: usize, from: f64, step: f64) -> Vec<f64> {
    (0..count).map(|i| from + step * i as f64).collect()
}

#[test]
fn gradient_matches_finite_differences() {
    let (a, b) = (grid(7, -1.0, 0.5), grid(7, 0.25, 0.75));
    let (ta, tb) = (leaf(&a, [7], DType::F64), leaf(&b, [7], DType::F64));
    let out = attach::map([ta.clone(), tb.clone()], &wave);
    // Incoming gradients differ by element: weights 1, 2, 3, …
    let weights = grid(7, 1.0, 1.0);
    let grads =
        (out * Tensor::from_data(TensorData::new(weights.clone(), [7]), (&device(), DType::F64))).sum().backward();
    let h = 1e-5;
    let difference = |i: usize, da: f64, db: f64| {
        let at = |s: f64| wave([a[i] + s * da, b[i] + s * db]).value;
        weights[i] * (at(h) - at(-h)) / (2.0 * h)
    };
    // Truncation h²/6 · |f'''| = 2e-11 · 7, rounding 2⁻⁵³/h = 1e-11 · 7.
    close(&read(ta.grad(&grads).unwrap()), &(0..7).map(|i| difference(i, 1.0, 0.0)).collect::<Vec<_>>(), 3e-10);
    close(&read(tb.grad(&grads).unwrap()), &(0..7).map(|i| difference(i, 0.0, 1.0)).collect::<Vec<_>>(), 3e-10);
}

/// Value and gradients of `f` of two leaves.
fn run(
    f: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<2>,
    a: (&[f64], [usize; 2]),
    b: (&[f64], [usize; 2]),
    dtype: DType,
) -> [Vec<f64>; 3] {
    let (a, b) = (leaf(a.0, a.1, dtype), leaf(b.0, b.1, dtype));
    let out = f(a.clone(), b.clone());
    let grads = (out.clone() * out.clone()).sum().backward();
    [read(out), read(a.grad(&grads).unwrap()), read(b.grad(&grads).unwrap())]
}

#[test]
fn node_surrogate_and_tensor_expression_agree() {
    let (a, b) = (grid(12, -1.0, 0.25), grid(12, 0.5, 0.5));
    for dtype in TYPES {
        let with = |f: &dyn Fn(Tensor<2>, Tensor<2>) -> Tensor<2>| run(f, (&a, [3, 4]), (&b, [3, 4]), dtype);
        let expression = with(&|a, b| a * b.sin());
        let slopes = |a: Tensor<2>, b: Tensor<2>| [b.clone().sin(), a * b.cos()];
        let node = with(&|a, b| attach::attach(a.clone() * b.clone().sin(), [a.clone(), b.clone()], slopes(a, b)));
        let surrogate =
            with(&|a, b| attach::surrogate(a.clone() * b.clone().sin(), [a.clone(), b.clone()], slopes(a, b)));
        let mapped = with(&|a, b| attach::map([a, b], &wave));
        let plain = with(&|a, b| wave.plain([a, b]));
        for other in [node, surrogate, mapped, plain] {
            for (got, expected) in other.iter().zip(&expression) {
                close(got, expected, tolerance(dtype));
            }
        }
    }
}

#[test]
fn a_wrong_slope_is_seen() {
    // Negative control for the comparison above: one slope off by 1e-3.
    let (a, b) = (grid(4, -1.0, 0.25), grid(4, 0.5, 0.5));
    let with = |f: &dyn Fn(Tensor<2>, Tensor<2>) -> Tensor<2>| run(f, (&a, [2, 2]), (&b, [2, 2]), DType::F64);
    let right = with(&|a, b| a * b.sin());
    let wrong = with(&|a, b| {
        attach::map([a, b], &|x: [f64; 2]| {
            let p = wave(x);
            Point { slopes: [p.slopes[0], 1.001 * p.slopes[1]], ..p }
        })
    });
    close(&wrong[1], &right[1], 1e-14);
    assert!(wrong[2].iter().zip(&right[2]).all(|(w, r)| (w - r).abs() > 1e-14 * (1.0 + r.abs())));
}

#[test]
fn parents_broadcast_and_their_gradients_are_summed() {
    let (a, b) = (grid(3, -1.0, 0.5), grid(4, 0.5, 0.5));
    for dtype in TYPES {
        let mapped = run(|a, b| attach::map([a, b], &wave), (&a, [3, 1]), (&b, [1, 4]), dtype);
        let expression = run(|a, b| a * b.sin(), (&a, [3, 1]), (&b, [1, 4]), dtype);
        for (got, expected) in mapped.iter().zip(&expression) {
            close(got, expected, 4.0 * tolerance(dtype));
        }
    }
}

#[test]
fn views_are_read_in_their_own_order() {
    let (a, b) = (grid(12, -1.0, 0.25), grid(24, 0.5, 0.5));
    for dtype in TYPES {
        let views = |a: Tensor<2>, b: Tensor<2>| [a.transpose(), b.slice([0..4, 2..5])];
        let mapped = run(|a, b| attach::map(views(a, b), &wave), (&a, [3, 4]), (&b, [4, 6]), dtype);
        let expression = run(
            |a, b| {
                let [a, b] = views(a, b);
                a * b.sin()
            },
            (&a, [3, 4]),
            (&b, [4, 6]),
            dtype,
        );
        for (got, expected) in mapped.iter().zip(&expression) {
            close(got, expected, tolerance(dtype));
        }
    }
}

#[test]
fn a_parent_that_stands_twice_gets_both_gradients() {
    let a = leaf(&[0.5, 1.5], [2], DType::F64);
    let grads = attach::map([a.clone(), a.clone()], &wave).backward();
    let expected = [0.5_f64, 1.5].map(|x| x.sin() + x * x.cos());
    close(&read(a.grad(&grads).unwrap()), &expected, 1e-14);
}

#[test]
fn constants_get_no_gradient_and_make_none() {
    let a = leaf(&[0.5, 1.5], [2], DType::F32);
    for constant_device in [device(), Device::flex()] {
        let b = Tensor::<1>::from_floats([1.0, 2.0], &constant_device);
        let grads = attach::map([a.clone(), b.clone()], &wave).backward();
        close(&read(a.grad(&grads).unwrap()), &[1_f64.sin(), 2_f64.sin()], 1e-6);
        assert!(b.grad(&grads).is_none());
        assert!(!attach::map([b.clone(), b], &wave).is_tracked());
    }
}

#[test]
fn paths_through_value_and_slopes_are_cut() {
    let a = leaf(&[3.0], [1], DType::F64);
    let out = attach::attach(a.clone().square(), [a.clone()], [a.clone() * 5.0]);
    let grads = out.backward();
    assert_eq!(read(a.grad(&grads).unwrap()), [15.0]);
}

#[test]
fn many_elements_are_cut_into_the_same_pieces_as_few() {
    // 10,001 elements: two whole tasks of 4,096 and a rest.
    let x: Vec<f64> = grid(10_001, -5.0, 1e-3);
    let t = leaf(&x, [10_001], DType::F64);
    let out = attach::map([t.clone()], &|[x]: [f64; 1]| Point { value: x * x, slopes: [2.0 * x] });
    let grads = out.clone().backward();
    assert_eq!(read(out), x.iter().map(|x| x * x).collect::<Vec<_>>());
    assert_eq!(read(t.grad(&grads).unwrap()), x.iter().map(|x| 2.0 * x).collect::<Vec<_>>());
}

#[test]
fn three_parents_and_empty_tensors_work() {
    let parents: [Tensor<1>; 3] = std::array::from_fn(|i| leaf(&[i as f64 + 1.0], [1], DType::F64));
    let product = |[a, b, c]: [f64; 3]| Point { value: a * b * c, slopes: [b * c, a * c, a * b] };
    let grads = attach::map(parents.clone(), &product).backward();
    assert_eq!(parents.map(|p| read(p.grad(&grads).unwrap())[0]), [6.0, 3.0, 2.0]);
    let empty = Tensor::<1>::zeros([0], &Device::flex());
    assert_eq!(attach::map([empty.clone(), empty], &wave).dims(), [0]);
}

#[test]
fn a_checkpointed_graph_takes_the_tensor_expression() {
    let checkpointed = Device::flex().autodiff().gradient_checkpointing();
    let a = Tensor::<1>::from_floats([0.5, 1.5], &checkpointed).require_grad();
    let grads = attach::map([a.clone(), a.clone()], &wave).backward();
    let expected = [0.5_f64, 1.5].map(|x| x.sin() + x * x.cos());
    close(&read(a.grad(&grads).unwrap()), &expected, 1e-6);
}

#[test]
#[should_panic(expected = "parents of shapes [[2, 3], [3, 2]] do not broadcast")]
fn parents_that_do_not_broadcast_are_named() {
    let _ = attach::map([leaf(&[0.0; 6], [2, 3], DType::F32), leaf(&[0.0; 6], [3, 2], DType::F32)], &wave);
}
