//! REBAR and RELAX, integrated over both of their noises.
//!
//! With the draw `b`, the noise `u` of the perturbed logits and the noise `v` of those given the draw, an estimate is `H(b, v) + B(u)`: its
//! mean is `Σ_b p(b) ∫ H(b, v) dv + ∫ B(u) du` whatever ties `u` to `b`. So sums and smooth integrals are enough, and the step from `u` to
//! `b` needs no integration. That the estimate is such a sum is tested too; that perturbed logits have the right law given the draw is
//! tested elsewhere, by Kolmogorov–Smirnov distances.

use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{Estimator, Rebar, Relax};
use reparam::noise::Key;

use crate::support::{Choice, Chosen, EXACT, FromLogits, Problem, die, distance, estimates, mean, problems};

/// The trapezoidal rule for an expectation over a logistic (coins) or Gumbel (categories) number: numbers and weights.
///
/// The integrand decays like `e^-|x|` at least. Beyond the ends lie 4e-15 (logistic, 33) and 1e-14 (Gumbel, -3.6 and 32).
fn nodes(coins: bool, step: f64) -> Vec<(f64, f64)> {
    let (low, high) = if coins { (-33.0, 33.0) } else { (-3.6, 32.0) };
    let count = ((high - low) / step) as usize;
    (0..=count)
        .map(|i| {
            let x: f64 = low + step * i as f64;
            let density = if coins { 1.0 / ((1.0 + (-x).exp()) * (1.0 + x.exp())) } else { (-x - (-x).exp()).exp() };
            (x, step * density)
        })
        .collect()
}

/// The product rule for all entries of a row, without the corners that weigh less than 1e-17: at most 1e5 of them.
fn grid(problem: &Problem, step: f64) -> (Vec<f64>, Vec<Vec<f64>>) {
    let nodes = nodes(problem.categories == 1, step);
    let all = (0..problem.width()).fold(vec![(1.0, vec![])], |all: Vec<(f64, Vec<f64>)>, _| {
        let grown = all.iter().flat_map(|(w, x)| {
            nodes.iter().filter(move |(_, v)| w * v > 1e-17).map(move |(y, v)| (w * v, [x.as_slice(), &[*y]].concat()))
        });
        grown.collect()
    });
    all.into_iter().unzip()
}

/// The uniform number below which the share of the logistic or the Gumbel law at `x` lies.
fn uniform(coins: bool, x: f64) -> f64 {
    if coins { 1.0 / (1.0 + (-x).exp()) } else { (-(-x).exp()).exp() }
}

fn uniforms(problem: &Problem, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.iter().map(|x| uniform(problem.categories == 1, *x)).collect()).collect()
}

/// Reference noise, of no particular kind.
fn reference(problem: &Problem) -> Vec<f64> {
    (0..problem.width()).map(|i| 0.3 - 0.5 * i as f64).collect()
}

/// The mean of the estimates over draws and both noises.
fn integrated<L: FromLogits<3>>(
    estimator: &dyn Estimator<Chosen<L, 3>, 3>,
    problem: &Problem,
    step: f64,
    cut: bool,
) -> Vec<f64> {
    let (weights, nodes) = grid(problem, step);
    let (outcomes, still) = (problem.outcomes(), reference(problem));
    let rows = nodes.len();
    let still_uniform = uniforms(problem, std::slice::from_ref(&still)).remove(0);
    let at = |value: &[f64], noise: Vec<Vec<f64>>, uniform: Vec<Vec<f64>>| {
        let choice = Choice { draws: 1, value: vec![value.to_vec(); noise.len()], noise, uniform, cut };
        estimates(estimator, problem, &choice)
    };
    let first = &outcomes[0].1;
    let all_uniforms = uniforms(problem, &nodes);
    // ∫ B(u) du + H(b₀, v₀) - [H(b₀, v₀) + B(u₀)] …
    let mut sum = mean(&weights, &at(first, nodes, vec![still_uniform.clone(); rows]));
    let corner = at(first, vec![still.clone()], vec![still_uniform]).remove(0);
    sum.iter_mut().zip(&corner).for_each(|(s, c)| *s -= c);
    // … + Σ p(b) ∫ H(b, v) dv + B(u₀).
    for (p, value) in &outcomes {
        let part = mean(&weights, &at(value, vec![still.clone(); rows], all_uniforms.clone()));
        sum.iter_mut().zip(&part).for_each(|(s, x)| *s += p * x);
    }
    sum
}

/// RELAX with a network of 4 units, weights up to 0.5 within and up to 1 without.
fn relax(width: usize, temperature: f64) -> Relax {
    let mut relax = Relax::new(width, 4, temperature, Key::new(3));
    let count = 4 * (width + 2);
    let size = |i: usize| if i < 4 * width { 0.5 } else { 1.0 };
    let weights = (0..count).map(|i| size(i) * (1.7 * (i + 1) as f64).sin()).collect();
    assert!(relax.restore(0, weights, [vec![0.0; count], vec![0.0; count]]));
    relax
}

/// Temperature, scale.
const SETTINGS: [(f64, f64); 3] = [(1.0, 1.0), (0.7, 0.4), (0.8, -2.0)];

fn rebar(temperature: f64, scale: f64) -> Rebar {
    Rebar::from_state([temperature, scale, 0.0, 0.0])
}

// The trapezoidal rule of a function that is analytic in a strip of half-width d errs by 2 M e^(-2 π d / h), M its integral at the edge
// (Trefethen and Weideman 2014, theorem 5.1). Coins: the poles are those of the relaxation, at π times the temperature, d = 2.2 for 0.7; at
// h = 0.3 that is M · 2e-20, and what is cut off at the ends, 4e-15 times costs and slopes below 100, is more. Categories: d = π/2 and h = 0.4 give
// e^-24.7 = 2e-11, times M, which the slopes of the cost on the strip bound by 100.
const COIN_STEP: f64 = 0.3;
const COIN_TOLERANCE: f64 = 1e-11;
const DIE_STEP: f64 = 0.4;
const DIE_TOLERANCE: f64 = 2e-9;

fn two_coins() -> [Problem; 2] {
    let [one, two, ..] = problems();
    [one, two]
}

#[test]
fn integrals_for_coins_are_the_gradient() {
    for problem in two_coins() {
        let exact = problem.gradient();
        for (temperature, scale) in SETTINGS {
            let off =
                distance(&integrated::<Bernoulli<3>>(&rebar(temperature, scale), &problem, COIN_STEP, false), &exact);
            assert!(off < COIN_TOLERANCE, "rebar {temperature} {scale} on {problem:?}: off by {off:e}");
        }
        let relax = relax(problem.width(), 0.7);
        let off = distance(&integrated::<Bernoulli<3>>(&relax, &problem, COIN_STEP, false), &exact);
        assert!(off < COIN_TOLERANCE, "relax on {problem:?}: off by {off:e}");
    }
}

#[test]
fn integrals_for_categories_are_the_gradient() {
    let (problem, exact) = (die(), die().gradient());
    let off = distance(&integrated::<OneHotCategorical<3>>(&rebar(0.8, 0.6), &problem, DIE_STEP, false), &exact);
    assert!(off < DIE_TOLERANCE, "rebar: off by {off:e}");
    let off = distance(&integrated::<OneHotCategorical<3>>(&relax(3, 1.0), &problem, DIE_STEP, false), &exact);
    assert!(off < DIE_TOLERANCE, "relax: off by {off:e}");
}

#[test]
fn without_the_path_of_the_logits_given_the_draw_the_mean_is_off() {
    for problem in two_coins() {
        let rebar = integrated::<Bernoulli<3>>(&rebar(0.7, 1.0), &problem, COIN_STEP, true);
        let relax = integrated::<Bernoulli<3>>(&relax(problem.width(), 0.7), &problem, COIN_STEP, true);
        for found in [rebar, relax] {
            assert!(distance(&found, &problem.gradient()) > 1e-2, "{found:?}");
        }
    }
}

fn is_a_sum<L: FromLogits<3>>(estimator: &dyn Estimator<Chosen<L, 3>, 3>, problem: &Problem) {
    let outcomes = problem.outcomes();
    let coins = problem.categories == 1;
    let some = |k: usize| (0..problem.width()).map(|i| 2.0 * (1.3 * (k + 3 * i) as f64).sin()).collect::<Vec<_>>();
    let share = |x: Vec<f64>| x.into_iter().map(|x| uniform(coins, x)).collect::<Vec<_>>();
    for k in 0..10 {
        let (b, c) = (&outcomes[k % outcomes.len()].1, &outcomes[(k / 2 + 1) % outcomes.len()].1);
        let choice = Choice {
            draws: 1,
            value: [b, b, c, c].map(Clone::clone).to_vec(),
            noise: vec![some(k), some(k + 20), some(k), some(k + 20)],
            uniform: vec![share(some(k + 40)), share(some(k + 40)), share(some(k + 60)), share(some(k + 60))],
            cut: false,
        };
        let found = estimates(estimator, problem, &choice);
        let [left, right]: [Vec<f64>; 2] =
            [0, 2].map(|i| found[i].iter().zip(&found[i + 1]).map(|(a, b)| a - b).collect());
        assert!(distance(&left, &right) < EXACT, "{}: {found:?}", estimator.name());
    }
}

#[test]
fn an_estimate_is_a_part_of_draw_and_second_noise_and_a_part_of_the_first_noise() {
    for problem in two_coins() {
        is_a_sum::<Bernoulli<3>>(&rebar(0.7, 0.4), &problem);
        is_a_sum::<Bernoulli<3>>(&relax(problem.width(), 0.7), &problem);
    }
    is_a_sum::<OneHotCategorical<3>>(&rebar(0.7, 0.4), &die());
    is_a_sum::<OneHotCategorical<3>>(&relax(3, 0.7), &die());
}

#[test]
fn several_draws_are_the_mean_of_single_ones() {
    let problem = die();
    let outcomes = problem.outcomes();
    let (one, two) = (vec![0.4, -1.0, 0.2], vec![-0.3, 0.8, 1.5]);
    let (v, w) = (vec![0.3, 0.9, 0.5], vec![0.7, 0.2, 0.6]);
    let single = Choice {
        draws: 1,
        value: vec![outcomes[0].1.clone(), outcomes[2].1.clone()],
        noise: vec![one.clone(), two.clone()],
        uniform: vec![v.clone(), w.clone()],
        cut: false,
    };
    let both = Choice {
        draws: 2,
        value: vec![[outcomes[0].1.clone(), outcomes[2].1.clone()].concat()],
        noise: vec![[one, two].concat()],
        uniform: vec![[v, w].concat()],
        cut: false,
    };
    let estimators: [Box<dyn Estimator<Chosen<OneHotCategorical<3>, 3>, 3>>; 2] =
        [Box::new(rebar(0.6, 0.7)), Box::new(relax(3, 0.6))];
    for estimator in estimators {
        let (alone, together) = (estimates(&*estimator, &problem, &single), estimates(&*estimator, &problem, &both));
        assert!(distance(&mean(&[0.5, 0.5], &alone), &together[0]) < EXACT, "{}", estimator.name());
    }
}
