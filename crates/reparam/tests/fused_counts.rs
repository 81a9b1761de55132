//! Likelihoods of counts and the first layer of sparse rows: fused in f32 against tensor expressions in f64, those against differences.

use std::slice::from_ref;
use std::sync::Arc;

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam::fused::{
    Activation, CountLaw, CountRows, accessibility_log_likelihood, accessibility_log_likelihood_plain,
    count_log_likelihood, count_log_likelihood_plain, sparse_linear, sparse_linear_plain,
};

#[path = "engine_support/mod.rs"]
mod support;
use support::{differences, normals, uniforms, wide};

const LAWS: [CountLaw; 3] = [CountLaw::Poisson, CountLaw::NegativeBinomial, CountLaw::ZeroInflatedNegativeBinomial];
/// Draws, data rows, genes, dispersions.
const SHAPE: [usize; 4] = [3, 4, 37, 2];

type Function<'a> = dyn Fn(&[Tensor<2>]) -> Tensor<1> + 'a;

/// Values of a function of matrices, and its slopes weighted by `weights`, in this type.
fn run(
    parameters: &[(Vec<f64>, [usize; 2])],
    weights: &[f64],
    dtype: DType,
    f: &Function<'_>,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let device = Device::flex().autodiff();
    let on = |values: &[f64], shape: [usize; 2]| {
        Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), (&device, dtype))
    };
    let leaves: Vec<_> = parameters.iter().map(|(v, shape)| on(v, *shape).require_grad()).collect();
    let y = f(&leaves);
    let weights = on(weights, [1, weights.len()]).squeeze_dim::<1>(0);
    let gradients = (y.clone() * weights).sum().backward();
    let slopes = leaves.iter().map(|l| {
        let slope = l.grad(&gradients).expect("a slope");
        assert_eq!(slope.dims(), l.dims());
        slope.into_data().try_to_vec_as::<f64>().expect("numbers")
    });
    let slopes = slopes.collect();
    (y.inner().into_data().try_to_vec_as::<f64>().expect("numbers"), slopes)
}

/// Largest distance of any number from its truth, in units of 1 and the larger of the two.
fn worst(found: &[Vec<f64>], truth: &[Vec<f64>]) -> f64 {
    let pairs = found.iter().flatten().zip(truth.iter().flatten());
    pairs
        .map(|(f, t)| (f - t).abs() / (1.0 + f.abs().max(t.abs())))
        .fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a })
}

/// Rows of which some 45 of 100 entries are counts, of up to some hundreds, and one is not whole.
fn counts(n: usize, width: usize) -> CountRows {
    let mut dense: Vec<f32> = uniforms("counts", n * width).iter().map(|u| (0.45 / u.max(1e-3)).floor()).collect();
    dense[3] = 2.5;
    CountRows::from_dense(&dense, width).expect("counts")
}

/// Logits, libraries, dispersions and dropout logits, as the law has them; numbers of f32 as f64.
fn parameters(law: CountLaw, [s, n, width, kinds]: [usize; 4]) -> Vec<(Vec<f64>, [usize; 2])> {
    let made = |site: &str, scale: f32, shift: f32, shape: [usize; 2]| {
        let values: Vec<f32> = normals(site, shape[0] * shape[1]).iter().map(|v| scale * v + shift).collect();
        (wide(&values), shape)
    };
    let mut out = vec![made("logits", 1.5, 0.0, [s * n, width]), made("library", 0.3, 4.0, [1, s * n])];
    if law.has_dispersion() {
        out.push(made("dispersion", 2.0, 0.5, [kinds, width]));
    }
    if law.has_dropout() {
        out.push(made("dropout", 2.5, -0.5, [s * n, width]));
    }
    out
}

fn of_row([s, n, _, kinds]: [usize; 4]) -> Arc<[u32]> {
    (0..s * n).map(|r| ((r * 5 + 1) % kinds) as u32).collect()
}

fn likelihood(law: CountLaw, fused: bool, shape: [usize; 4], t: &[Tensor<2>]) -> Tensor<1> {
    let counts = counts(shape[1], shape[2]);
    let f = if fused { count_log_likelihood } else { count_log_likelihood_plain };
    let library = t[1].clone().squeeze_dim::<1>(0);
    f(law, t[0].clone(), library, t.get(2).cloned(), &of_row(shape), t.get(3).cloned(), &counts)
}

/// Values to 1e-6; slopes are sums over up to 12 rows of weights of some 1, each right to 17 roundings: 12 · 1e-6 at most, and 3e-6 where
/// their errors average out.
#[test]
fn fused_and_plain_counts_agree_in_values_and_slopes() {
    let weights = wide(&normals("weights", 12));
    for law in LAWS {
        let parameters = parameters(law, SHAPE);
        let run = |dtype, fused| run(&parameters, &weights, dtype, &move |t| likelihood(law, fused, SHAPE, t));
        let (value, slopes) = run(DType::F64, false);
        let (fused_value, fused_slopes) = run(DType::F32, true);
        let (plain_value, plain_slopes) = run(DType::F32, false);
        assert!(worst(&[fused_value], from_ref(&value)) < 1e-6, "{law:?}");
        assert!(worst(&fused_slopes, &slopes) < 3e-6, "{law:?}: {}", worst(&fused_slopes, &slopes));
        // In f32 the chain of operations has terms of x log d and its like, up to some 1e3, that cancel.
        assert!(worst(&[plain_value], &[value]) < 2e-5, "{law:?}");
        assert!(worst(&plain_slopes, &slopes) < 2e-3, "{law:?}: {}", worst(&plain_slopes, &slopes));
        // The negative control: one slope with its sign turned, or of the other dispersion, is seen by far.
        for which in 0..slopes.len() {
            let mut turned = fused_slopes.clone();
            let at = (0..slopes[which].len()).find(|i| slopes[which][*i].abs() > 1e-3).expect("a slope");
            turned[which][at] *= -1.0;
            assert!(worst(&turned, &slopes) > 1e-3, "{law:?}: sign of slope {which} unseen");
        }
    }
}

/// Central differences with steps of 1e-4: truncation h² f'''/6 < 1e-6 of slopes up to 1e2, rounding 1e-16 · 1e4 / 1e-4 = 1e-8.
#[test]
fn slopes_of_the_plain_expression_are_those_of_differences() {
    let shape = [2, 1, 7, 2];
    let weights = [0.7, -1.3];
    for law in LAWS {
        let parameters = parameters(law, shape);
        let f = move |t: &[Tensor<2>]| likelihood(law, false, shape, t);
        let (_, slopes) = run(&parameters, &weights, DType::F64, &f);
        for which in 0..parameters.len() {
            let numeric = differences(&parameters[which].0, 1e-4, |x| {
                let mut moved = parameters.clone();
                moved[which].0 = x.to_vec();
                run(&moved, &weights, DType::F64, &f).0.iter().zip(weights).map(|(v, w)| v * w).sum()
            });
            let off = worst(from_ref(&slopes[which]), &[numeric]);
            assert!(off < 1e-6, "{law:?}: slope {which} off by {off:e}");
        }
    }
}

#[test]
fn without_a_graph_the_value_is_the_same_and_single_leaves_get_their_slopes() {
    let law = CountLaw::ZeroInflatedNegativeBinomial;
    let parameters = parameters(law, SHAPE);
    let weights = vec![1.0; 12];
    let (value, slopes) = run(&parameters, &weights, DType::F32, &|t| likelihood(law, true, SHAPE, t));
    let plain = |device: &Device, which: usize| {
        let (values, shape) = &parameters[which];
        Tensor::<2>::from_data(TensorData::new(values.clone(), *shape), (device, DType::F32))
    };
    let tensors: Vec<_> = (0..4).map(|i| plain(&Device::flex(), i)).collect();
    let found = likelihood(law, true, SHAPE, &tensors).into_data().try_to_vec_as::<f64>().unwrap();
    assert_eq!(found, value);
    for which in 0..4 {
        let device = Device::flex().autodiff();
        let mut tensors: Vec<_> = (0..4).map(|i| plain(&device, i)).collect();
        tensors[which] = tensors[which].clone().require_grad();
        let gradients = likelihood(law, true, SHAPE, &tensors).sum().backward();
        let slope = tensors[which].grad(&gradients).unwrap().into_data().try_to_vec_as::<f64>().unwrap();
        assert_eq!(slope, slopes[which]);
    }
}

#[test]
fn an_empty_choice_of_dispersions_is_the_first_one() {
    let law = CountLaw::NegativeBinomial;
    let parameters = parameters(law, SHAPE);
    let rows = counts(SHAPE[1], SHAPE[2]);
    for f in [count_log_likelihood, count_log_likelihood_plain] {
        let [empty, first] = [Arc::from([]), Arc::from([0; 12])].map(|of_row: Arc<[u32]>| {
            run(&parameters, &[1.0; 12], DType::F32, &|t| {
                f(law, t[0].clone(), t[1].clone().squeeze_dim(0), Some(t[2].clone()), &of_row, None, &rows)
            })
        });
        // Slopes of rows chosen one by one may be added in another order: 12 roundings.
        assert!(empty.0 == first.0 && worst(&empty.1, &first.1) < 12.0 * 6e-8 * 12.0);
        // The second dispersion has no part in it.
        assert!(empty.1[2][SHAPE[2]..].iter().all(|s| *s == 0.0) && empty.1[2][..SHAPE[2]].iter().any(|s| *s != 0.0));
    }
}

/// Ends of the parameters through the whole operation: finite values and slopes.
#[test]
fn extremes_stay_finite() {
    let rows = CountRows::from_dense(&[0.0, 1.0, 1e6, 0.5, 17.0, 0.0], 3).unwrap();
    for law in LAWS {
        for (logit, dispersion, dropout) in
            [(80.0, -15.0, 80.0), (-80.0, 20.0, -80.0), (80.0, 20.0, 0.0), (-80.0, -15.0, -80.0)]
        {
            let mut parameters =
                vec![(vec![logit, 0.0, -logit, 0.0, logit, -logit], [2, 3]), (vec![9.0, -3.0], [1, 2])];
            if law.has_dispersion() {
                parameters.push((vec![dispersion; 3], [1, 3]));
            }
            if law.has_dropout() {
                parameters.push((vec![dropout; 6], [2, 3]));
            }
            let first: Arc<[u32]> = Arc::new([]);
            let (value, slopes) = run(&parameters, &[1.0, 1.0], DType::F32, &|t| {
                let library = t[1].clone().squeeze_dim::<1>(0);
                count_log_likelihood(law, t[0].clone(), library, t.get(2).cloned(), &first, t.get(3).cloned(), &rows)
            });
            assert!(value.iter().chain(slopes.iter().flatten()).all(|v| v.is_finite()), "{law:?} {logit} {dispersion}");
        }
    }
}

/// As for the counts; in f32 the plain expression has sums of slopes that cancel near `p = 1`.
#[test]
fn fused_and_plain_accessibility_agree_in_values_and_slopes() {
    let [s, n, width] = [3, 4, 37];
    let counts = counts(n, width);
    let made = |site: &str, shape: [usize; 2]| {
        let values: Vec<f32> = normals(site, shape[0] * shape[1]).iter().map(|v| 4.0 * v).collect();
        (wide(&values), shape)
    };
    let parameters = [made("logits", [s * n, width]), made("depth", [1, s * n]), made("region", [1, width])];
    let weights = wide(&normals("weights", s * n));
    let run = |dtype, fused: bool| {
        run(&parameters, &weights, dtype, &|t| {
            let f = if fused { accessibility_log_likelihood } else { accessibility_log_likelihood_plain };
            f(t[0].clone(), t[1].clone().squeeze_dim(0), t[2].clone().squeeze_dim(0), &counts)
        })
    };
    let (value, slopes) = run(DType::F64, false);
    let (fused_value, fused_slopes) = run(DType::F32, true);
    let (plain_value, plain_slopes) = run(DType::F32, false);
    assert!(worst(&[fused_value], from_ref(&value)) < 1e-6);
    assert!(worst(&fused_slopes, &slopes) < 3e-6, "{}", worst(&fused_slopes, &slopes));
    assert!(worst(&[plain_value], &[value]) < 1e-5);
    assert!(worst(&plain_slopes, &slopes) < 1e-4, "{}", worst(&plain_slopes, &slopes));
    for which in 0..3 {
        let mut turned = fused_slopes.clone();
        let at = (0..slopes[which].len()).find(|i| slopes[which][*i].abs() > 1e-3).expect("a slope");
        turned[which][at] *= -1.0;
        assert!(worst(&turned, &slopes) > 1e-3, "sign of slope {which} unseen");
    }
}

/// Sums of up to 40 products and, backwards, of 9: (n + 4) roundings of 6e-8 of the sizes of the terms, some 10.
#[test]
fn the_sparse_layer_is_the_dense_one() {
    let [n, width, extra, o] = [9, 40, 3, 130];
    for share in [0.0, 0.1, 0.5, 1.0] {
        let gates = uniforms("gates", n * width);
        let dense: Vec<f32> = uniforms("x", n * width)
            .iter()
            .zip(gates)
            .map(|(x, gate)| if gate < share { 3.0 * x } else { 0.0 })
            .collect();
        let rows = CountRows::from_dense(&dense, width).unwrap();
        for with_extra in [false, true] {
            for activation in [Activation::Identity, Activation::Relu, Activation::Silu] {
                let inputs = if with_extra { width + extra } else { width };
                let made = |site: &str, shape: [usize; 2]| (wide(&normals(site, shape[0] * shape[1])), shape);
                let mut parameters = vec![made("weight", [inputs, o]), made("bias", [1, o])];
                if with_extra {
                    parameters.push(made("extra", [n, extra]));
                }
                let weights = wide(&normals("weights", n * o));
                let run = |dtype, fused: bool| {
                    run(&parameters, &weights, dtype, &|t| {
                        let f = if fused { sparse_linear } else { sparse_linear_plain };
                        let y = f(&rows, t.get(2).cloned(), t[0].clone(), t[1].clone().squeeze_dim(0), activation);
                        y.reshape([n * o])
                    })
                };
                let (value, slopes) = run(DType::F64, false);
                let (fused_value, fused_slopes) = run(DType::F32, true);
                assert!(worst(&[fused_value], &[value]) < 44.0 * 6e-8 * 10.0, "{share} {with_extra} {activation:?}");
                let off = worst(&fused_slopes, &slopes);
                assert!(off < 44.0 * 6e-8 * 10.0, "{share} {with_extra} {activation:?}: {off:e}");
                let mut turned = fused_slopes.clone();
                let at = (0..inputs * o).find(|i| slopes[0][*i].abs() > 1e-3);
                if let Some(at) = at {
                    turned[0][at] *= -1.0;
                    assert!(worst(&turned, &slopes) > 1e-3);
                }
            }
        }
    }
}

#[test]
#[should_panic(expected = "do not fit")]
fn counts_of_another_width_are_refused() {
    let rows = CountRows::from_dense(&[1.0, 0.0], 2).unwrap();
    let device = Device::flex();
    let (logits, library) = (Tensor::zeros([1, 3], &device), Tensor::zeros([1], &device));
    let _ = count_log_likelihood(CountLaw::Poisson, logits, library, None, &Arc::from([]), None, &rows);
}

#[test]
#[should_panic(expected = "given and needed")]
fn a_dispersion_that_lacks_is_refused() {
    let rows = CountRows::from_dense(&[1.0, 0.0], 2).unwrap();
    let device = Device::flex();
    let (logits, library) = (Tensor::zeros([1, 2], &device), Tensor::zeros([1], &device));
    let _ = count_log_likelihood(CountLaw::NegativeBinomial, logits, library, None, &Arc::from([]), None, &rows);
}

/// A batch of no rows: no values, and slopes of 0 in what rows share.
#[test]
fn no_rows_give_no_values() {
    let none = CountRows::from_dense(&[], 3).unwrap();
    let parameters = [(vec![], [0, 3]), (vec![], [1, 0]), (vec![0.5; 3], [1, 3])];
    let (value, slopes) = run(&parameters, &[], DType::F32, &|t| {
        let (library, first) = (t[1].clone().squeeze_dim(0), Arc::from([]));
        count_log_likelihood(CountLaw::NegativeBinomial, t[0].clone(), library, Some(t[2].clone()), &first, None, &none)
    });
    assert_eq!((value.len(), &slopes[2]), (0, &vec![0.0; 3]));
}
