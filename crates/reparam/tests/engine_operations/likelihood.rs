//! Each likelihood is a law: it sums or integrates to 1, has the mean that it says, and its slope is exact.

use reparam::vae::{GaussianScale, Likelihood};

use crate::support::{UNIT, leaf, normals, numbers, tensor, wide};

const LOGITS: [f32; 17] =
    [-30.0, -12.0, -3.0, -0.6, -0.499, -0.31, -0.299, -1e-3, 0.0, 1e-3, 0.299, 0.31, 0.499, 0.6, 3.0, 12.0, 30.0];

/// Mean of the continuous Bernoulli in f64: by its series below 1e-2 (next term l^5 / 30240 < 1e-14), else by the formula.
fn mean(l: f64) -> f64 {
    if l.abs() < 1e-2 { 0.5 + l / 12.0 - l.powi(3) / 720.0 } else { -1.0 / (-l).exp_m1() - 1.0 / l }
}

/// Simpson's rule with 4,000 steps: truncation (30 h)^4 / 180 < 2e-11 of the integral. A log-density below 40 in f32 is off by at
/// most (4 + 12) u · 30, so the integral by 3e-5 relative; the mean likewise.
#[test]
fn the_continuous_bernoulli_integrates_to_one_and_has_its_mean() {
    let steps = 4000;
    let grid: Vec<f32> = (0..=steps).map(|i| i as f32 / steps as f32).collect();
    for l in LOGITS {
        let n = grid.len();
        let log_density = numbers(Likelihood::ContinuousBernoulli.log_likelihood(
            tensor(&vec![l; n], [n, 1]),
            tensor(&grid, [n, 1]),
            None,
        ));
        let (mut mass, mut first) = (0.0, 0.0);
        for (i, (x, v)) in grid.iter().zip(&log_density).enumerate() {
            let weight = match i {
                0 => 1.0,
                i if i == steps => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            let density = f64::from(*v).exp() * weight / (3.0 * steps as f64);
            mass += density;
            first += density * f64::from(*x);
        }
        assert!((mass - 1.0).abs() < 3e-5, "mass at {l}: {mass}");
        let stated = f64::from(numbers(Likelihood::ContinuousBernoulli.mean(tensor(&[l], [1, 1])))[0]);
        assert!((first - stated).abs() < 3e-5, "mean at {l}: {first}, {stated}");
        // Against the formula: terms of at most 1/0.3 cancel to 1/2 or less.
        assert!(
            (stated - mean(f64::from(l))).abs() < 16.0 * UNIT * (1.0 / 0.3),
            "mean at {l}: {stated} is not {}",
            mean(f64::from(l))
        );
    }
}

/// The family is exponential in its logit: the slope of the log-density is `x - mean`. Terms up to 1/0.5 cancel.
#[test]
fn the_slope_of_the_continuous_bernoulli_is_x_less_its_mean() {
    for l in LOGITS.into_iter().chain([-1e4, 1e4]) {
        for x in [0.0_f32, 0.3, 1.0] {
            let logit = leaf(&[l], [1, 1]);
            let y = Likelihood::ContinuousBernoulli.log_likelihood(logit.clone(), tensor(&[x], [1, 1]), None);
            let slope = numbers(logit.grad(&y.sum().backward()).expect("logit"))[0];
            let truth = f64::from(x) - mean(f64::from(l));
            assert!((f64::from(slope) - truth).abs() < 64.0 * UNIT, "slope at {l}, {x}: {slope} is not {truth}");
        }
    }
}

#[test]
fn the_bernoulli_sums_to_one_over_zero_and_one() {
    for l in LOGITS {
        let v =
            numbers(Likelihood::Bernoulli.log_likelihood(tensor(&[l, l], [2, 1]), tensor(&[0.0, 1.0], [2, 1]), None));
        let mass: f64 = v.iter().map(|v| f64::from(*v).exp()).sum();
        // One of the two is off by a rounding of l at most.
        assert!((mass - 1.0).abs() < 8.0 * UNIT * f64::from(l.abs()).max(1.0));
    }
}

fn gaussian_truth(output: &[f64], x: &[f64], scale: f64, [s, n, p]: [usize; 3]) -> Vec<f64> {
    (0..s * n)
        .map(|row| {
            (0..p)
                .map(|j| {
                    let z = (x[(row % n) * p + j] - output[row * p + j]) / scale;
                    -0.5 * z * z - scale.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln()
                })
                .sum()
        })
        .collect()
}

#[test]
fn the_gaussian_is_its_closed_form_and_the_learned_scale_has_its_gradient() {
    let shape @ [s, n, p] = [3, 2, 5];
    let (output, x) = (normals("output", s * n * p), normals("x", n * p));
    let scale = 0.7_f64;
    let truth = gaussian_truth(&wide(&output), &wide(&x), scale, shape);
    // Squares up to 30 a row over scale² = 0.5; some ten roundings.
    let tolerance = 16.0 * UNIT * 100.0;
    let law = |scale| Likelihood::Gaussian { scale };
    let fixed =
        numbers(law(GaussianScale::Fixed(scale)).log_likelihood(tensor(&output, [s * n, p]), tensor(&x, [n, p]), None));
    let (out, log_scale) = (leaf(&output, [s * n, p]), leaf(&[scale.ln() as f32], [1]));
    let learned =
        law(GaussianScale::Learned(9.0)).log_likelihood(out.clone(), tensor(&x, [n, p]), Some(log_scale.clone()));
    let gradients = learned.clone().sum().backward();
    for ((a, b), t) in fixed.iter().zip(&numbers(learned)).zip(&truth) {
        assert!((f64::from(*a) - t).abs() < tolerance, "{a} is not {t}");
        assert!((f64::from(*b) - t).abs() < tolerance, "{b} is not {t}");
    }
    // d/d ln s of Σ ln N = Σ (z² - 1).
    let mut expected = 0.0;
    let slope = numbers(out.grad(&gradients).expect("output"));
    for (at, slope) in slope.iter().enumerate() {
        let (row, j) = (at / p, at % p);
        let difference = f64::from(x[(row % n) * p + j]) - f64::from(output[at]);
        expected += (difference / scale).powi(2) - 1.0;
        let truth = difference / (scale * scale);
        assert!((f64::from(*slope) - truth).abs() < 16.0 * UNIT * truth.abs().max(1.0));
    }
    let found = f64::from(numbers(log_scale.grad(&gradients).expect("log-scale"))[0]);
    assert!((found - expected).abs() < 16.0 * UNIT * 200.0, "{found} is not {expected}");
}

#[test]
fn the_categorical_sums_to_one_and_its_slope_is_one_hot_less_softmax() {
    for levels in [2_usize, 3, 16, 256] {
        let law = Likelihood::Categorical { levels };
        let logits: Vec<f32> = normals("levels", levels).iter().map(|l| 4.0 * l).collect();
        let wide_logits = wide(&logits);
        let largest = wide_logits.iter().copied().fold(f64::MIN, f64::max);
        let total: f64 = wide_logits.iter().map(|l| (l - largest).exp()).sum();
        let mut mass = 0.0;
        let mut first = 0.0;
        for level in 0..levels {
            let output = leaf(&logits, [1, levels]);
            let x = level as f32 / (levels - 1) as f32;
            let y = law.log_likelihood(output.clone(), tensor(&[x], [1, 1]), None);
            let slope = numbers(output.grad(&y.clone().sum().backward()).expect("output"));
            let probability = f64::from(numbers(y)[0]).exp();
            mass += probability;
            first += probability * f64::from(x);
            for (k, slope) in slope.iter().enumerate() {
                let softmax = (wide_logits[k] - largest).exp() / total;
                let truth = f64::from(u8::from(k == level)) - softmax;
                // Differences of logits up to 30, exponentiated: 30 u, and the sum over the levels.
                assert!((f64::from(*slope) - truth).abs() < (30.0 + levels as f64) * UNIT);
            }
        }
        let tolerance = (40.0 + levels as f64) * UNIT;
        assert!((mass - 1.0).abs() < tolerance, "{levels} levels: {mass}");
        let stated = f64::from(numbers(law.mean(tensor(&logits, [1, levels])))[0]);
        assert!((stated - first).abs() < tolerance);
    }
}

/// Draws first: several rows of outputs meet the same row of data, pixel by pixel.
#[test]
fn the_categorical_matches_pixels_and_draws() {
    let (s, n, p, levels) = (2, 3, 4, 5);
    let output = normals("output", s * n * p * levels);
    let level = |row: usize, j: usize| (row * 7 + j * 3) % levels;
    let x: Vec<f32> = (0..n * p).map(|i| level(i / p, i % p) as f32 / (levels - 1) as f32).collect();
    let found = numbers(Likelihood::Categorical { levels }.log_likelihood(
        tensor(&output, [s * n, p * levels]),
        tensor(&x, [n, p]),
        None,
    ));
    for (row, found) in found.iter().enumerate() {
        let truth: f64 = (0..p)
            .map(|j| {
                let l = wide(&output[(row * p + j) * levels..(row * p + j + 1) * levels]);
                l[level(row % n, j)] - l.iter().map(|l| l.exp()).sum::<f64>().ln()
            })
            .sum();
        assert!((f64::from(*found) - truth).abs() < 64.0 * UNIT * 10.0);
    }
}

#[test]
fn grey_levels_outside_the_range_count_as_its_ends() {
    let law = Likelihood::Categorical { levels: 4 };
    let logits = tensor(&normals("levels", 4), [1, 4]);
    let at = |x: f32| numbers(law.log_likelihood(logits.clone(), tensor(&[x], [1, 1]), None));
    assert_eq!((at(-0.7), at(1.8)), (at(0.0), at(1.0)));
    assert_ne!(at(0.0), at(1.0));
}
