//! One row a map; every row inherits every check.

use super::*;

/// A map, and which of its outputs its log-determinant is with respect to.
struct Row {
    map: Box<dyn Bijector>,
    free: Vec<usize>,
}

fn scalar(map: impl ScalarBijector + 'static) -> Row {
    Row { map: Box::new(Elementwise::new(map, 2)), free: vec![0, 1] }
}

fn row(map: impl Bijector + 'static, free: Vec<usize>) -> Row {
    Row { map: Box::new(map), free }
}

fn table() -> Vec<Row> {
    let affine = Affine::new(0.3, -1.7).unwrap();
    let corr = CorrelationCholesky::new(4).unwrap();
    vec![
        scalar(Identity),
        scalar(affine),
        scalar(Exp),
        scalar(Softplus),
        scalar(Sigmoid),
        scalar(Tanh),
        scalar(Chain::scalar(affine, Tanh)),
        scalar(Chain::scalar(Exp, Inverse(Softplus))),
        scalar(Chain::scalar(Sigmoid, Inverse(Sigmoid))),
        row(SoftmaxCentred::new(4).unwrap(), vec![0, 1, 2]),
        row(StickBreaking::new(2).unwrap(), vec![0]),
        row(StickBreaking::new(4).unwrap(), vec![0, 1, 2]),
        row(Ordered::new(3).unwrap(), vec![0, 1, 2]),
        row(LowerCholesky::new(3).unwrap(), vec![0, 3, 4, 6, 7, 8]),
        row(corr, vec![4, 8, 9, 12, 13, 14]),
        row(Chain::new(Elementwise::new(Tanh, 6), corr).unwrap(), vec![4, 8, 9, 12, 13, 14]),
        row(Chain::new(Ordered::new(3).unwrap(), Inverse(Ordered::new(3).unwrap())).unwrap(), vec![0, 1, 2]),
        row(
            Chain::new(SoftmaxCentred::new(4).unwrap(), Inverse(StickBreaking::new(4).unwrap())).unwrap(),
            vec![0, 1, 2],
        ),
    ]
}

/// Places of size `size`, different in every coordinate.
fn places(row: &Row, size: f64) -> Vec<Vec<f64>> {
    (0..8)
        .map(|p| (0..row.map.input_len()).map(|i| size * f64::sin(1.0 + 3.7 * p as f64 + 1.3 * i as f64)).collect())
        .collect()
}

fn forward(row: &Row, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; row.map.output_len()];
    row.map.forward(x, &mut y);
    y
}

/// The derivative of `f` along coordinate `i`, error `O(h⁴)`.
fn difference(x: &[f64], i: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let at = |h: f64| {
        let mut x = x.to_vec();
        x[i] += h;
        f(&x)
    };
    let slope = |h: f64| -> Vec<f64> { at(h).iter().zip(at(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect() };
    slope(5e-4).iter().zip(slope(1e-3)).map(|(near, far)| (4.0 * near - far) / 3.0).collect()
}

fn determinant(mut a: Vec<Vec<f64>>) -> f64 {
    let mut out = 1.0;
    for k in 0..a.len() {
        let pivot = (k..a.len()).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        out *= if pivot == k { 1.0 } else { -1.0 };
        a.swap(k, pivot);
        out *= a[k][k];
        for i in k + 1..a.len() {
            let factor = a[i][k] / a[k][k];
            let pivot = a[k].clone();
            a[i].iter_mut().zip(&pivot).skip(k).for_each(|(a, p)| *a -= factor * p);
        }
    }
    out
}

/// Differences with h = 1e-3: truncation `h⁴ f⁽⁵⁾ / 480` below 1e-12 for fifth derivatives below 500, rounding 1e-12.
const DIFFERENCE: f64 = 1e-10;

#[test]
fn inverse_undoes_and_outputs_lie_in_the_domain() {
    for r in table() {
        for x in places(&r, 3.0) {
            let y = forward(&r, &x);
            assert!(r.map.input().contains(&x) && r.map.output().contains(&y), "{:?} {y:?}", r.map);
            let mut back = vec![0.0; x.len()];
            r.map.inverse(&y, &mut back);
            for (b, x) in back.iter().zip(&x) {
                // The inverse magnifies the rounding of y by 1/slope: below 1 - tanh²(5.4) = 8e-5 and e^-6 for these maps.
                assert!((b - x).abs() < 1e-11, "{:?}: {b} for {x}", r.map);
            }
        }
    }
}

#[test]
fn log_determinant_is_that_of_the_jacobian() {
    for r in table() {
        for x in places(&r, 2.0) {
            let columns: Vec<Vec<f64>> = (0..x.len()).map(|i| difference(&x, i, |x| forward(&r, x))).collect();
            let rows = r.free.iter().map(|&k| columns.iter().map(|c| c[k]).collect()).collect();
            let expected = determinant(rows).abs().ln();
            let mut y = vec![0.0; r.map.output_len()];
            let got = r.map.forward_and_log_det(&x, &mut y);
            assert_eq!(y, forward(&r, &x));
            assert_eq!(got, r.map.log_det(&x));
            // Slopes down to 1e-3 magnify the differences' error.
            assert!((got - expected).abs() < 1e3 * DIFFERENCE, "{:?}: {got} for {expected}", r.map);
        }
    }
}

#[test]
fn gradients_are_those_of_differences() {
    for r in table() {
        for x in places(&r, 2.0) {
            let cotangent: Vec<f64> = (0..r.map.output_len()).map(|k| f64::cos(0.4 + k as f64)).collect();
            let mut got = vec![1.0; x.len()];
            r.map.pull_back(&x, &cotangent, 0.7, &mut got);
            for (i, got) in got.iter().enumerate() {
                let expected: f64 = difference(&x, i, |x| {
                    let value: f64 = forward(&r, x).iter().zip(&cotangent).map(|(y, c)| y * c).sum();
                    vec![value + 0.7 * r.map.log_det(x)]
                })[0];
                // It adds to the ones that were there.
                assert!((got - 1.0 - expected).abs() < DIFFERENCE * (1.0 + expected.abs()), "{:?} {i}", r.map);
            }
        }
    }
}

#[test]
fn gradient_of_the_inverse_undoes_that_of_the_map() {
    for r in table() {
        for x in places(&r, 2.0) {
            let y = forward(&r, &x);
            let cotangent: Vec<f64> = (0..x.len()).map(|k| f64::cos(0.4 + k as f64)).collect();
            let mut outside = vec![0.0; y.len()];
            r.map.pull_back_inverse(&x, &y, &cotangent, &mut outside);
            let mut back = vec![0.0; x.len()];
            r.map.pull_back(&x, &outside, 0.0, &mut back);
            for (b, c) in back.iter().zip(&cotangent) {
                // Slopes between 1e-3 and 1e3 cancel.
                assert!((b - c).abs() < 1e-10, "{:?}: {b} for {c}", r.map);
            }
        }
    }
}

#[test]
fn extremes_give_no_nan() {
    for r in table() {
        for x in [30.0, 400.0].into_iter().flat_map(|size| places(&r, size)) {
            let name = format!("{:?} at {x:?}", r.map);
            // A chain through a value that has been rounded to the edge of a set cannot go on.
            if name.contains("Chain") {
                continue;
            }
            let y = forward(&r, &x);
            assert!(r.map.output().contains(&y), "{name}: {y:?}");
            assert!(r.map.log_det(&x).is_finite(), "{name}");
            let mut out = vec![0.0; x.len()];
            r.map.pull_back(&x, &vec![1.0; y.len()], 1.0, &mut out);
            assert!(out.iter().all(|v| v.is_finite()), "{name}: {out:?}");
        }
    }
    // The logarithms themselves at the far ends.
    assert_eq!(Tanh.log_slope(1e6), 2.0 * std::f64::consts::LN_2 - 2e6);
    assert_eq!(Sigmoid.log_slope(-1e6), -1e6);
    assert_eq!(Softplus.log_slope(-1e6), -1e6);
    assert_eq!(Softplus.inverse(Softplus.forward(-700.0)), -700.0);
    // Below 37 softplus is all but its argument, and its inverse keeps it.
    assert_eq!(Softplus.inverse(1e5), 1e5);
}

#[test]
fn wrong_lengths_do_no_harm() {
    for r in table() {
        let (inside, outside) = (r.map.input_len(), r.map.output_len());
        let mut y = vec![0.0; outside];
        assert!(r.map.forward_and_log_det(&vec![0.1; inside + 1], &mut y).is_nan(), "{:?}", r.map);
        assert!(y.iter().all(|y| y.is_nan()), "{:?}", r.map);
        assert!(r.map.log_det(&[]).is_nan(), "{:?}", r.map);
        r.map.forward(&[], &mut y);
        r.map.forward(&vec![0.1; inside], &mut []);
        r.map.inverse(&[], &mut vec![0.0; inside]);
        r.map.inverse(&vec![0.1; outside], &mut []);
        r.map.pull_back(&[], &[], 1.0, &mut [0.0]);
        r.map.pull_back_inverse(&[], &[], &[], &mut [0.0]);
    }
    assert!(StickBreaking::new(1).is_err() && CorrelationCholesky::new(1).is_err() && Ordered::new(0).is_err());
    assert!(Affine::new(0.0, 0.0).is_err() && Affine::new(f64::NAN, 1.0).is_err());
    let error = Chain::new(Ordered::new(3).unwrap(), StickBreaking::new(3).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "chain: the second map takes 2 numbers, the first gives 3");
}

#[test]
fn the_checks_see_a_wrong_map() {
    // Negative control: the log-determinant of a map that is 1e-6 steeper.
    let (map, other) = (Affine::new(0.0, 2.0).unwrap(), Affine::new(0.0, 2.000002).unwrap());
    let slope = difference(&[0.3], 0, |x| vec![map.forward(x[0])])[0];
    assert!((other.log_slope(0.3) - slope.ln()).abs() > 1e3 * DIFFERENCE);
}
