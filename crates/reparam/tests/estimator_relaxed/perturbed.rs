//! Perturbed logits given their draw.

use burn::tensor::{DType, Tensor, TensorData};
use reparam::estimator::Discrete;
use reparam::noise::Noise;

use crate::support::{SIGMAS, close, coin, device, die, draws, numbers, rows, sigmoid, softmax};

const ROWS: usize = 40_000;
const LOGITS: [f64; 3] = [0.6, -0.4, 0.1];

/// The Kolmogorov–Smirnov distance times `√n`.
fn distance(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let steps = values.iter().enumerate().map(|(i, x)| {
        let p = cdf(*x);
        (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs())
    });
    steps.fold(0.0, f64::max) * n.sqrt()
}

/// `2 e^(-2 x²)` is 1e-6 divided among the 24 tests of this file: `x = √(ln(4.8e7)/2)`.
const BOUND: f64 = 2.974;

#[test]
fn coins_have_the_law_of_perturbed_logits_given_the_draw() {
    for logit in [0.6, -2.0] {
        let law = coin(&rows(&[logit], ROWS));
        let drawn = law.hard(law.perturb(draws(1).perturbation(&law)));
        let given = law.perturb_given(drawn.clone(), draws(1).site("given").uniform(&law));
        assert_eq!(numbers(law.hard(given.clone())), numbers(drawn.clone()));
        let (drawn, given) = (numbers(drawn), numbers(given));
        let p = sigmoid(logit);
        for side in [0.0, 1.0] {
            let here: Vec<f64> = given.iter().zip(&drawn).filter(|(_, b)| **b == side).map(|(z, _)| *z).collect();
            let cdf = |z: f64| {
                if side == 1.0 { (sigmoid(z - logit) - (1.0 - p)) / p } else { sigmoid(z - logit) / (1.0 - p) }
            };
            let off = distance(here.clone(), cdf);
            assert!(off < BOUND, "logit {logit}, side {side}: {off}");
            // A control: the law without the condition.
            assert!(distance(here, |z| sigmoid(z - logit)) > BOUND, "logit {logit}, side {side} must not be free");
        }
        // Both sides together are logistic again; with the sides swapped they are not.
        assert!(distance(given.clone(), |z| sigmoid(z - logit)) < BOUND);
        assert!(distance(given.iter().map(|z| -z).collect(), |z| sigmoid(z - logit)) > BOUND);
    }
}

/// `P(z_k <= x, the draw is b)` of perturbed normalised logits, `b` and `k` categories with probabilities `p_b`, `p_k`.
fn joint(same: bool, p_k: f64, p_b: f64, x: f64) -> f64 {
    let gumbel = |scale: f64| (-scale * (-x).exp()).exp();
    if same {
        // The largest is a standard Gumbel number, independent of which it is.
        return p_b * gumbel(1.0);
    }
    // z_k = -ln(E_k/p_k + E): 1 - P(E_k/p_k < t - E) with t = e^-x, E standard exponential: a sum of exponentials of rates p_k and 1.
    let t = (-x).exp();
    p_b * ((-p_k * t).exp() - p_k * (-t).exp()) / (1.0 - p_k)
}

#[test]
fn categories_have_the_law_of_perturbed_logits_given_the_draw() {
    let probs = softmax(&LOGITS);
    let law = die(&rows(&LOGITS, ROWS));
    let plain = law.perturb(draws(1).perturbation(&law));
    let drawn = law.hard(plain.clone());
    let given = law.perturb_given(drawn.clone(), draws(1).site("given").uniform(&law));
    assert_eq!(numbers(law.hard(given.clone())), numbers(drawn.clone()));
    let (plain, drawn, given) = (numbers(plain), numbers(drawn), numbers(given));
    for b in 0..3 {
        for k in 0..3 {
            let of = |z: &[f64]| -> Vec<f64> {
                (0..ROWS).filter(|r| drawn[3 * r + b] == 1.0).map(|r| z[3 * r + k]).collect()
            };
            let cdf = |x: f64| joint(b == k, probs[k], probs[b], x) / probs[b];
            for (what, z) in [("perturb", &plain), ("perturb_given", &given)] {
                let off = distance(of(z), cdf);
                assert!(off < BOUND, "{what}: entry {k} given category {b}: {off}");
            }
            // A control: the law without the condition.
            if b != k {
                let free = |x: f64| (-probs[k] * (-x).exp()).exp();
                assert!(distance(of(&given), free) > BOUND, "entry {k} given category {b} must not be free");
            }
        }
    }
    // Entries of a draw hang together as they do without the condition: the mean of their products; 3e-6 in all.
    for (i, j) in [(0, 1), (1, 2), (0, 2)] {
        let products = |z: &[f64]| -> Vec<f64> { z.chunks(3).map(|z| z[i] * z[j]).collect() };
        let [a, b] = [products(&plain), products(&given)].map(|p| reparam_core::diagnose::Moments::of(&p));
        assert!((a.mean() - b.mean()).abs() < SIGMAS * a.standard_error().hypot(b.standard_error()));
    }
}

#[test]
fn the_draw_of_perturbed_logits_is_the_one_given_also_at_the_ends_of_the_noise() {
    for (dtype, epsilon) in [(DType::F32, f64::from(f32::EPSILON)), (DType::F64, f64::EPSILON)] {
        let ends = [epsilon * 0.5, 1e-6, 0.5, 1.0 - epsilon * 0.5];
        let logits = [[30.0, -30.0, 0.0], [0.0, 0.0, 0.0], [-30.0, 5.0, 30.0], [1e-3, 20.0, -1e-3]];
        let (mut l, mut v, mut u) = (vec![], vec![], vec![]);
        for logits in logits {
            for value in 0..3 {
                for code in 0..64 {
                    l.extend(logits);
                    v.extend((0..3).map(|k| f64::from(u8::from(k == value))));
                    u.extend([code % 4, code / 4 % 4, code / 16].map(|i| ends[i]));
                }
            }
        }
        let rows = l.len() / 3;
        let tensor = |x: &[f64]| Tensor::<3>::from_data(TensorData::new(x.to_vec(), [1, rows, 3]), (&device(), dtype));
        let (value, uniform) = (tensor(&v), tensor(&u));
        let dice = die(&tensor(&l));
        let given = dice.perturb_given(value.clone(), uniform.clone());
        assert!(numbers(given.clone()).iter().all(|z| z.is_finite()), "{dtype:?}");
        assert_eq!(numbers(dice.hard(given)), v, "categories in {dtype:?}");
        let coins = coin(&tensor(&l));
        let given = coins.perturb_given(value, uniform);
        assert!(numbers(given.clone()).iter().all(|z| z.is_finite()), "{dtype:?}");
        assert_eq!(numbers(coins.hard(given)), v, "coins in {dtype:?}");
    }
}

/// The gradient of `Σ weight · z` in the logits by the tape, by differences, and by the tangent contracted with every unit direction.
fn slopes<L: Discrete<3>>(build: impl Fn(&Tensor<3>) -> L, value: &Tensor<3>, uniform: &Tensor<3>) -> [Vec<f64>; 3] {
    let weight = uniform.clone().inner() * 3.0 - 1.0;
    let sum = |logits: &Tensor<3>| {
        (build(logits).perturb_given(value.clone(), uniform.clone()) * Tensor::from_inner(weight.clone())).sum()
    };
    let leaf = rows(&LOGITS, 1);
    let tape = numbers(leaf.grad(&sum(&leaf).backward()).expect("the logits are in the graph"));
    let moved = |k: usize, h: f64| {
        let mut at = LOGITS;
        at[k] += h;
        numbers(sum(&rows(&at, 1)))[0]
    };
    let central = |k: usize, h: f64| (moved(k, h) - moved(k, -h)) / (2.0 * h);
    let differences = (0..3).map(|k| (4.0 * central(k, 5e-4) - central(k, 1e-3)) / 3.0).collect();
    let tangents = (0..3).map(|k| {
        let mut unit = [0.0; 3];
        unit[k] = 1.0;
        let direction = rows(&unit, 1).inner();
        let tangent = build(&leaf).tangent_given(value.clone().inner(), uniform.clone().inner(), direction);
        numbers((tangent * weight.clone()).sum())[0]
    });
    [tape, differences, tangents.collect()]
}

#[test]
fn the_path_at_fixed_noise_is_that_of_differences() {
    for row in 0..20 {
        let uniform = draws(1).site(&row.to_string()).noise(Noise::Uniform, [1, 1, 3], (&device(), DType::F64));
        let mut value = [0.0; 3];
        value[row % 3] = 1.0;
        let value = rows(&value, 1).detach();
        for [tape, differences, tangents] in [slopes(die, &value, &uniform), slopes(coin, &value, &uniform)] {
            for k in 0..3 {
                // Differences: h⁴ times a fifth derivative below 10 is 1e-12 · 10/4; rounding of sums up to 10 over h, 10 · 2⁻⁵³/1e-3 = 1e-12.
                close("tape", tape[k], differences[k], 2e-11);
                close("tangent", tangents[k], tape[k], 1e-13);
            }
        }
    }
}
