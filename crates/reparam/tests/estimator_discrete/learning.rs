//! What estimators learn: scales, temperatures, networks and running means.

use burn::tensor::Tensor;
use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{Baseline, Draws, Enumerate, Estimator, Nvil, Rebar, Relax, RunningMean, ScoreFunction};
use reparam::noise::Key;

use crate::support::{FromLogits, Problem, constant, die, draws, gradients, leaves, numbers, problems};

const ROWS: usize = 500;

/// Estimates in the logits of many rows, of the law's own noise.
fn in_logits<L: FromLogits<3>>(estimator: &dyn Estimator<L, 3>, problem: &Problem, noise: &Draws) -> Vec<f64> {
    let (logits, w) = leaves::<3>(problem, ROWS);
    let law = L::from_logits_of(logits.clone());
    let cost = Problem::tensor_cost(&logits.clone().inner(), &w);
    let estimate = estimator.estimate(&law, &cost, noise).expect("the question fits");
    gradients(&estimate, &logits, &w).into_iter().flat_map(|row| row[..problem.width()].to_vec()).collect()
}

fn mean_square(values: &[f64]) -> f64 {
    values.iter().map(|g| g * g).sum::<f64>() / values.len() as f64
}

fn adapted<L: FromLogits<3>>(mut rebar: Rebar, problem: &Problem, noise: &Draws) -> Rebar {
    let (logits, w) = leaves::<3>(problem, ROWS);
    let cost = Problem::tensor_cost(&logits.clone().inner(), &w);
    rebar.adapt(&L::from_logits_of(logits), &cost, noise).expect("the question fits");
    rebar
}

fn scale_is_the_best<L: FromLogits<3>>(problem: &Problem) {
    let noise = draws(1);
    let found = adapted::<L>(Rebar::new(0.7), problem, &noise);
    // At the temperature before the step, on the draws that it was learnt from, no scale does better: a parabola with its vertex there.
    let at = |scale: f64| mean_square(&in_logits::<L>(&Rebar::from_state([0.7, scale, 0.0, 0.0]), problem, &noise));
    let (best, step) = (at(found.scale()), 0.05);
    let (above, below) = (at(found.scale() + step), at(found.scale() - step));
    assert!(best < above && best < below, "{found:?}");
    // The vertex of the parabola through the three points, whose rounding is 1e-15 of squares below 100 over the curvature times the step.
    let vertex = 0.5 * step * (below - above) / (above - 2.0 * best + below);
    assert!(vertex.abs() < 1e-9, "{vertex:e}");
}

#[test]
fn rebar_scale_is_the_vertex_of_the_mean_square() {
    scale_is_the_best::<Bernoulli<3>>(&problems()[1]);
    scale_is_the_best::<OneHotCategorical<3>>(&die());
}

#[test]
fn rebar_temperature_moves_towards_the_lower_square() {
    let problem = &problems()[1];
    for start in [0.1, 3.0] {
        let noise = draws(1);
        let found = adapted::<Bernoulli<3>>(Rebar::new(start), problem, &noise);
        let at = |temperature: f64| {
            mean_square(&in_logits::<Bernoulli<3>>(
                &Rebar::from_state([temperature, found.scale(), 0.0, 0.0]),
                problem,
                &noise,
            ))
        };
        let downhill = at(start * 1.1) < at(start / 1.1);
        assert_eq!(found.temperature() > start, downhill, "{found:?} from {start}");
    }
}

#[test]
fn rebar_learns_to_beat_the_score_function_on_other_draws() {
    let problem = &problems()[1];
    let mut rebar = Rebar::new(0.5);
    for step in 0..60 {
        rebar = adapted::<Bernoulli<3>>(rebar, problem, &Draws::new(1, Key::new(5), step));
    }
    let other = Draws::new(1, Key::new(6), 0);
    let learnt = mean_square(&in_logits::<Bernoulli<3>>(&rebar, problem, &other));
    let plain = mean_square(&in_logits::<Bernoulli<3>>(&ScoreFunction::new(), problem, &other));
    // A cost of 0 to 10 whose relaxation explains most of it: less than half is far beyond the spread of 1000 squares.
    assert!(learnt < 0.5 * plain, "{rebar:?}: {learnt} {plain}");
    // The state is all of it.
    assert_eq!(Rebar::from_state(rebar.state()), rebar);
}

const HIDDEN: usize = 3;

fn relax_with(weights: &[f64], width: usize) -> Relax {
    let mut relax = Relax::new(width, HIDDEN, 0.7, Key::new(3));
    assert!(relax.restore(0, weights.to_vec(), [vec![0.0; weights.len()], vec![0.0; weights.len()]]));
    relax
}

/// The gradient that trains the network is that of half the mean square of the rows' estimates.
fn network_gradient_is_right<L: FromLogits<3>>(problem: &Problem, count: usize) {
    let width = problem.width();
    let weights: Vec<f64> = (0..HIDDEN * (width + 2)).map(|i| 0.8 * (1.7 * (i + 1) as f64).sin()).collect();
    let mut relax = relax_with(&weights, width);
    let (logits, w) = leaves::<3>(problem, ROWS);
    let cost = Problem::tensor_cost(&logits.clone().inner(), &w);
    relax.adapt(&L::from_logits_of(logits), &cost, &draws(count)).expect("the question fits");
    // Adam's first moment after one step is a tenth of the gradient.
    let found: Vec<f64> = relax.state().2[0].iter().map(|m| 10.0 * m).collect();
    let at = |k: usize, h: f64| {
        let mut moved = weights.clone();
        moved[k] += h;
        // Half the sum over a row's parameters, averaged over rows.
        0.5 * width as f64 * mean_square(&in_logits::<L>(&relax_with(&moved, width), problem, &draws(count)))
    };
    for (k, found) in found.iter().enumerate() {
        let central = |h: f64| (at(k, h) - at(k, -h)) / (2.0 * h);
        let differences = (4.0 * central(1e-3) - central(2e-3)) / 3.0;
        // h⁴ times a fifth derivative below 1e3 is 1e-9 · 4/30; rounding, 1e-14 of squares below 30, over 2 h is 2e-10.
        assert!((found - differences).abs() < 1e-8 * (1.0 + differences.abs()), "{k}: {found} {differences}");
    }
    assert!(found.iter().any(|g| g.abs() > 1e-2), "{found:?}");
}

#[test]
fn relax_network_follows_the_gradient_of_the_mean_square() {
    network_gradient_is_right::<Bernoulli<3>>(&problems()[1], 1);
    network_gradient_is_right::<Bernoulli<3>>(&problems()[1], 2);
    network_gradient_is_right::<OneHotCategorical<3>>(&die(), 1);
}

#[test]
fn relax_learns_to_beat_itself_on_other_draws() {
    let problem = &problems()[1];
    let mut relax = Relax::new(2, 8, 0.5, Key::new(1));
    let other = Draws::new(1, Key::new(6), 0);
    let before = mean_square(&in_logits::<Bernoulli<3>>(&relax, problem, &other));
    for step in 0..150 {
        let (logits, w) = leaves::<3>(problem, ROWS);
        let cost = Problem::tensor_cost(&logits.clone().inner(), &w);
        relax
            .adapt(&Bernoulli::from_logits(logits), &cost, &Draws::new(1, Key::new(5), step))
            .expect("the question fits");
    }
    let after = mean_square(&in_logits::<Bernoulli<3>>(&relax, problem, &other));
    assert!(after < 0.9 * before, "{before} {after}");
}

#[test]
fn learning_leaves_the_callers_gradients_alone() {
    let problem = &problems()[1];
    let (logits, w) = leaves::<3>(problem, 4);
    let cost = Problem::tensor_cost(&logits, &w);
    let law = Bernoulli::from_logits(logits.clone());
    let before = gradients(&Enumerate.estimate(&law, &cost, &draws(1)).unwrap(), &logits, &w);
    Rebar::new(0.5).adapt(&law, &cost, &draws(1)).unwrap();
    Relax::new(2, 4, 0.5, Key::new(0)).adapt(&law, &cost, &draws(1)).unwrap();
    assert_eq!(gradients(&Enumerate.estimate(&law, &cost, &draws(1)).unwrap(), &logits, &w), before);
}

/// A cost that is known: the first entry times 4, less 1.
fn simple(b: Tensor<3>) -> Tensor<2> {
    (b.narrow(2, 0, 1) * 4.0 - 1.0).squeeze_dim::<2>(2)
}

#[test]
fn running_means_judge_the_steps_after_alone() {
    let logits = constant::<3>(&[0.3, -0.2, 1.0], [1, 3, 1]).require_grad();
    let law = Bernoulli::from_logits(logits.clone());
    let with = |mean: RunningMean| ScoreFunction::with_baseline(Baseline::RunningMean(mean));
    let gradient = |estimator: &ScoreFunction, step: u64| {
        let estimate = estimator.estimate(&law, &simple, &Draws::new(2, Key::new(2), step)).unwrap();
        let found = numbers(logits.grad(&estimate.loss().backward()).unwrap());
        (estimate, found)
    };
    let mut running = with(RunningMean::new(0.5));
    let (first, found) = gradient(&running, 0);
    // Before the first step the baseline is 0, as without one.
    assert_eq!(found, gradient(&ScoreFunction::new(), 0).1);
    Estimator::<Bernoulli<3>, 3>::observe(&mut running, &first);
    let costs = numbers(first.cost.unwrap());
    let mut by_hand = RunningMean::new(0.5);
    by_hand.add(costs.iter().sum::<f64>() / 3.0);
    assert_eq!(gradient(&running, 1).1, gradient(&with(by_hand), 1).1);
    assert_ne!(gradient(&running, 1).1, gradient(&ScoreFunction::new(), 1).1);
}

#[test]
fn nvil_trains_the_network_on_the_costs_and_nothing_else() {
    let logits = constant::<3>(&[0.3, -0.2, 1.0], [1, 3, 1]).require_grad();
    let law = Bernoulli::from_logits(logits.clone());
    let baseline = constant::<1>(&[0.5, 1.0, -0.3], [3]).require_grad();
    let mut nvil = Nvil::new(0.5).with_baseline(baseline.clone());
    nvil.learn(0.4, 1.0);
    let noise = draws(2);
    let estimate = nvil.estimate(&law, &simple, &noise).unwrap();
    let found = estimate.loss().backward();
    let costs = numbers(estimate.costs.clone().unwrap());
    // The network: baseline less the mean cost of the row.
    let errors: Vec<f64> =
        [0.5, 1.0, -0.3].iter().enumerate().map(|(n, b)| b - 0.5 * (costs[n] + costs[3 + n])).collect();
    let of_network = numbers(baseline.grad(&found).unwrap());
    assert!(errors.iter().zip(&of_network).all(|(a, b)| (a - b).abs() < 1e-14), "{errors:?} {of_network:?}");
    // The law: the score, weighed by the cost less the baseline less the running mean.
    let of_law = numbers(logits.grad(&found).unwrap());
    for n in 0..3 {
        let p = 1.0 / (1.0 + (-[0.3_f64, -0.2, 1.0][n]).exp());
        let at = |cost: f64| (cost - [0.5, 1.0, -0.3][n] - 0.4) * ((cost + 1.0) / 4.0 - p);
        let exact = 0.5 * (at(costs[n]) + at(costs[3 + n]));
        assert!((of_law[n] - exact).abs() < 1e-14, "{} {exact}", of_law[n]);
    }
    // What it learns: mean and mean square of what was left over, beside what it knew.
    let mut by_hand = nvil.means();
    let left: Vec<f64> = costs.iter().zip([0.5, 1.0, -0.3].iter().cycle()).map(|(c, b)| c - b).collect();
    by_hand[0].add(left.iter().sum::<f64>() / 6.0);
    by_hand[1].add(left.iter().map(|x| x * x).sum::<f64>() / 6.0);
    Estimator::<Bernoulli<3>, 3>::observe(&mut nvil, &estimate);
    for (a, b) in nvil.means().iter().zip(by_hand) {
        assert!((a.value() - b.value()).abs() < 1e-14);
    }
}

#[test]
fn normalised_nvil_divides_by_the_running_deviation_where_it_is_above_one() {
    let logits = constant::<3>(&[0.3, -0.2, 1.0], [1, 3, 1]).require_grad();
    let law = Bernoulli::from_logits(logits.clone());
    let gradient = |nvil: Nvil| {
        let estimate = nvil.estimate(&law, &simple, &draws(1)).unwrap();
        numbers(logits.grad(&estimate.loss().backward()).unwrap())
    };
    let learnt = |square: f64| {
        let mut nvil = Nvil::new(0.5);
        nvil.learn(1.0, square);
        nvil
    };
    // Deviation √(17 - 1) = 4, and √(1.5 - 1) < 1.
    for (square, scale) in [(17.0, 4.0), (1.5, 1.0)] {
        let (plain, scaled) = (gradient(learnt(square)), gradient(learnt(square).normalised()));
        assert!(plain.iter().zip(&scaled).all(|(a, b)| (a / scale - b).abs() < 1e-15), "{plain:?} {scaled:?}");
    }
    assert!(matches!(
        Estimator::<Bernoulli<3>, 3>::bias(&learnt(1.0).normalised()),
        reparam::estimator::Bias::Biased(_)
    ));
}
