//! Estimators whose only noise is the draws: means and variances are finite sums over all draws.

use burn::tensor::Tensor;
use reparam::dist::{Bernoulli, Distribution, LogProb, Normal, OneHotCategorical, Sample};
use reparam::estimator::{
    Baseline, Bias, Cost, Draws, Enumerate, Estimate, Estimator, EstimatorError, LocalExpectation, MuProp, Nvil,
    OptimalBaseline, PartialEnumeration, RunningMean, ScoreFunction, ScoreNorm, Vimco,
};

use crate::support::{
    Choice, Chosen, EXACT, FromLogits, Problem, constant, dice, die, distance, estimates, mean, numbers, problems,
    tuples, variance,
};

/// An estimator with the numbers of draws at which it is tried.
type Line<L, const D: usize> = (Box<dyn Estimator<Chosen<L, D>, D>>, Vec<usize>);

fn table<L: FromLogits<D>, const D: usize>() -> Vec<Line<L, D>> {
    let mut before = RunningMean::new(0.9);
    before.add(1.7);
    let mut nvil = Nvil::new(0.9);
    nvil.learn(-0.8, 2.0);
    vec![
        (Box::new(ScoreFunction::new()), vec![1, 2]),
        (Box::new(ScoreFunction::with_baseline(Baseline::RunningMean(before))), vec![1, 2]),
        (Box::new(ScoreFunction::leave_one_out()), vec![2, 3]),
        (Box::new(OptimalBaseline), vec![2, 3]),
        (Box::new(nvil), vec![1, 2]),
        (Box::new(MuProp), vec![1, 2]),
        (Box::new(LocalExpectation), vec![1, 2]),
        (Box::new(PartialEnumeration::new(0)), vec![1, 2]),
        (Box::new(PartialEnumeration::new(1)), vec![1, 2]),
        (Box::new(PartialEnumeration::new(2)), vec![1, 2]),
        (Box::new(Enumerate), vec![1]),
    ]
}

/// How far the mean of an estimator, over all draws, is from the gradient.
fn off<L: FromLogits<D>, const D: usize>(
    estimator: &dyn Estimator<Chosen<L, D>, D>,
    problem: &Problem,
    count: usize,
) -> f64 {
    let (weights, values) = tuples(problem, count);
    let found = estimates(estimator, problem, &Choice::of_draws(count, values));
    distance(&mean(&weights, &found), &problem.gradient())
}

fn all_are_unbiased<L: FromLogits<D>, const D: usize>(problem: &Problem) {
    for (estimator, counts) in table::<L, D>() {
        assert_eq!(estimator.bias(), Bias::Unbiased);
        for count in counts {
            let off = off(&*estimator, problem, count);
            assert!(off < EXACT, "{} of {count} on {problem:?}: off by {off:e}", estimator.name());
        }
    }
}

#[test]
fn means_over_all_draws_are_the_gradient_of_the_law_and_of_the_cost() {
    for problem in problems() {
        match problem.categories {
            1 => all_are_unbiased::<Bernoulli<3>, 3>(&problem),
            _ => all_are_unbiased::<OneHotCategorical<3>, 3>(&problem),
        }
    }
}

#[test]
fn variables_on_an_axis_of_their_own_belong_to_their_row() {
    all_are_unbiased::<OneHotCategorical<4>, 4>(&dice());
    let coins = Problem { logits: vec![0.3, -0.5], categories: 1 };
    all_are_unbiased::<Bernoulli<4>, 4>(&coins);
}

/// Faults that the tests above must see.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The mean of all draws, the judged one among them, is the baseline.
    Leak,
    /// The cost's own gradient is left out.
    NoDirectTerm,
    /// The cost's own gradient comes twice.
    DirectTermTwice,
}

impl<L, const D: usize> Estimator<L, D> for Fault
where
    L: LogProb<D> + Sample<D> + Distribution<D, Value = Tensor<D>>,
{
    fn name(&self) -> &'static str {
        "fault"
    }

    fn bias(&self) -> Bias {
        Bias::Biased("of a fault")
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        let drawn = draws.sample(law);
        let costs = cost(drawn.clone());
        let met = costs.clone().inner();
        let advantage = match self {
            Self::Leak => met.clone() - met.mean_dim(0),
            _ => met,
        };
        let direct = match self {
            Self::Leak => 1.0,
            Self::NoDirectTerm => 0.0,
            Self::DirectTermTwice => 2.0,
        };
        let [s, n] = advantage.dims();
        let mut shape = [1; D];
        (shape[0], shape[1]) = (s, n);
        let score = law.score_term(drawn, advantage.reshape(shape) / s as f64);
        let width: usize = score.dims()[2..].iter().product();
        let score = score.reshape([1, n, width]).sum_dim(2).reshape([n]);
        let surrogate = costs.mean_dim(0).reshape([n]) * direct + score;
        Ok(Estimate { surrogate, cost: None, relaxed_cost: None, costs: None, bound: None })
    }
}

#[test]
fn faults_are_seen() {
    for fault in [Fault::Leak, Fault::NoDirectTerm, Fault::DirectTermTwice] {
        for problem in problems() {
            let off = match problem.categories {
                1 => off::<Bernoulli<3>, 3>(&fault, &problem, 2),
                _ => off::<OneHotCategorical<3>, 3>(&fault, &problem, 2),
            };
            assert!(off > 1e-3, "{fault:?} on {problem:?}: {off:e}");
        }
    }
}

/// The gradient of `E[-log mean e^-f]` over `count` draws: `Σ p(x₁)…p(x_S) [bound Σ_s ∇ log p(x_s) + Σ_s w_s ∇f(x_s)]`, `w` the softmax of -f.
fn gradient_of_bound(problem: &Problem, count: usize) -> Vec<f64> {
    let width = problem.width();
    let (weights, values) = tuples(problem, count);
    let rows: Vec<Vec<f64>> = values
        .iter()
        .map(|row| {
            let shares: Vec<f64> = row.chunks(width).map(|x| (-problem.cost(x)).exp()).collect();
            let total: f64 = shares.iter().sum();
            let bound = -(total / count as f64).ln();
            let mut sum = vec![0.0; width + 1];
            for (x, share) in row.chunks(width).zip(&shares) {
                let (score, direct) = (problem.score(x), Problem::direct(x));
                for i in 0..width {
                    sum[i] += bound * score[i] + share / total * direct[i];
                }
                sum[width] += share / total * Problem::slope_in_w(x);
            }
            sum
        })
        .collect();
    mean(&weights, &rows)
}

#[test]
fn vimco_means_are_the_gradient_of_the_bound_and_not_of_the_mean_cost() {
    for problem in problems() {
        for count in [2, 3] {
            let exact = gradient_of_bound(&problem, count);
            assert!(distance(&exact, &problem.gradient()) > 1e-2, "the two must differ for the test to tell");
            let (weights, values) = tuples(&problem, count);
            for vimco in [Vimco::default(), Vimco::arithmetic()] {
                let choice = Choice::of_draws(count, values.clone());
                let found = match problem.categories {
                    1 => estimates::<Bernoulli<3>, 3>(&vimco, &problem, &choice),
                    _ => estimates::<OneHotCategorical<3>, 3>(&vimco, &problem, &choice),
                };
                let off = distance(&mean(&weights, &found), &exact);
                assert!(off < EXACT, "{vimco:?} of {count} on {problem:?}: {off:e}");
            }
        }
    }
}

#[test]
fn vimco_stand_ins_lower_the_variance_of_the_bare_bound() {
    let problem = &problems()[1];
    let (weights, values) = tuples(problem, 3);
    let bare: Vec<Vec<f64>> = values
        .iter()
        .map(|row| {
            let total: f64 = row.chunks(2).map(|x| (-problem.cost(x)).exp()).sum();
            let scores: Vec<Vec<f64>> = row.chunks(2).map(|x| problem.score(x)).collect();
            (0..2).map(|i| -(total / 3.0).ln() * scores.iter().map(|s| s[i]).sum::<f64>()).collect()
        })
        .collect();
    for vimco in [Vimco::default(), Vimco::arithmetic()] {
        let found = estimates::<Bernoulli<3>, 3>(&vimco, problem, &Choice::of_draws(3, values.clone()));
        let (with, without) = (variance(&weights, &found), variance(&weights, &bare));
        assert!((0..2).all(|i| with[i] < without[i]), "{vimco:?}: {with:?} {without:?}");
    }
}

#[test]
fn the_optimal_baseline_is_the_best_constant_with_the_other_draws_for_the_law() {
    let problem = die();
    let (weights, values) = tuples(&problem, 1);
    let square = |x: &[f64]| problem.score(x).iter().map(|s| s * s).sum::<f64>();
    let (mut above, mut below) = (0.0, 0.0);
    for (p, x) in weights.iter().zip(&values) {
        above += p * problem.cost(x) * square(x);
        below += p * square(x);
    }
    let at = |baseline: f64| -> f64 {
        let rows: Vec<Vec<f64>> = values
            .iter()
            .map(|x| problem.score(x).iter().map(|s| (problem.cost(x) - baseline) * s).collect())
            .collect();
        variance(&weights, &rows).iter().sum()
    };
    let best = above / below;
    assert!(at(best) < at(best + 0.01) && at(best) < at(best - 0.01));
    // 40 draws spread as the law spreads them, and one more.
    let counts = weights.iter().map(|p| (p * 40.0).round() as usize).collect::<Vec<_>>();
    let others: Vec<Vec<f64>> = values.iter().zip(&counts).flat_map(|(x, n)| vec![x.clone(); *n]).collect();
    let (mut top, mut bottom) = (0.0, 0.0);
    for x in &others {
        top += problem.cost(x) * square(x);
        bottom += square(x);
    }
    let first = values[0].clone();
    let row: Vec<f64> = std::iter::once(&first).chain(&others).flatten().copied().collect();
    let count = others.len() + 1;
    let found =
        estimates::<OneHotCategorical<3>, 3>(&OptimalBaseline, &problem, &Choice::of_draws(count, vec![row.clone()]));
    // By hand, with the sums over the others written out.
    let draws: Vec<&[f64]> = row.chunks(3).collect();
    let mut by_hand = vec![0.0; 4];
    for (s, x) in draws.iter().enumerate() {
        let (mut top_s, mut bottom_s) = (0.0, 0.0);
        for (_, y) in draws.iter().enumerate().filter(|(t, _)| *t != s) {
            top_s += problem.cost(y) * square(y);
            bottom_s += square(y);
        }
        let weight = (problem.cost(x) - top_s / bottom_s) / count as f64;
        let (score, direct) = (problem.score(x), Problem::direct(x));
        (0..3).for_each(|i| by_hand[i] += weight * score[i] + direct[i] / count as f64);
        by_hand[3] += Problem::slope_in_w(x) / count as f64;
    }
    assert!(distance(&found[0], &by_hand) < EXACT, "{found:?} {by_hand:?}");
    // Rounding the counts to 40ths moves the ratio by no more than the spread of the costs over 40.
    assert!((top / bottom - best).abs() < 0.1, "{} {best}", top / bottom);
}

#[test]
fn exact_and_partly_exact_estimators_have_less_variance() {
    let problem = &problems()[2];
    let (weights, values) = tuples(problem, 1);
    let spread = |estimator: &dyn Estimator<Chosen<Bernoulli<3>, 3>, 3>| {
        variance(&weights, &estimates(estimator, problem, &Choice::of_draws(1, values.clone())))
    };
    let [plain, local, one, three, all] = [
        spread(&ScoreFunction::new()),
        spread(&LocalExpectation),
        spread(&PartialEnumeration::new(1)),
        spread(&PartialEnumeration::new(9)),
        spread(&Enumerate),
    ];
    // Rao–Blackwell: of the score function itself, so for every parameter; local expectations integrate each parameter's own variable out.
    for i in 0..3 {
        assert!(local[i] < plain[i] && one[i] < plain[i], "{plain:?} {local:?} {one:?}");
    }
    assert!(three.iter().chain(&all).all(|v| *v < EXACT * EXACT), "{three:?} {all:?}");
}

#[test]
fn the_leave_one_out_baseline_is_biased_for_a_mirrored_pair() {
    // Why the plan is refused: uniform u and 1 - u give (1, 0), (0, 1) with probability 1 - q each and two alike else, q the larger of the two
    // probabilities. The mean is then the gradient over q, for costs without a direct term.
    let problem = &problems()[0];
    let p = problem.probs()[0];
    let q = p.max(1.0 - p);
    let alike = if p > 0.5 { 1.0 } else { 0.0 };
    let pairs = vec![vec![1.0, 0.0], vec![0.0, 1.0], vec![alike, alike]];
    let weights = [1.0 - q, 1.0 - q, 2.0 * q - 1.0];
    let found = estimates::<Bernoulli<3>, 3>(&ScoreFunction::leave_one_out(), problem, &Choice::of_draws(2, pairs));
    let direct = p * Problem::direct(&[1.0])[0];
    let (mean, exact) = (mean(&weights, &found)[0] - direct, problem.gradient()[0] - direct);
    assert!((mean - exact / q).abs() < EXACT && (mean - exact).abs() > 1e-3, "{mean} {exact}");
}

/// The square of the score by the tape, row by row, of one parameter.
fn by_tape(log_prob: Tensor<3>, parameters: &[&Tensor<3>]) -> Vec<f64> {
    let rows = log_prob.dims()[1];
    let found = log_prob.sum().backward();
    let mut sum = vec![0.0; rows];
    for parameter in parameters {
        let gradient = numbers(parameter.grad(&found).expect("the parameter is in the graph"));
        let width = gradient.len() / rows;
        sum.iter_mut().zip(gradient.chunks(width)).for_each(|(s, g)| *s += g.iter().map(|g| g * g).sum::<f64>());
    }
    sum
}

#[test]
fn squares_of_scores_are_those_of_the_tape() {
    let one = |values: &[f64]| constant::<3>(values, [1, 2, 3]).require_grad();
    let logits = one(&[0.3, -2.0, 1.0, 0.0, 4.0, -0.7]);
    let draw = constant::<3>(&[0.0, 1.0, 0.0, 0.0, 0.0, 1.0], [1, 2, 3]);
    let coins = Bernoulli::from_logits(logits.clone());
    let dice = OneHotCategorical::from_logits(logits.clone()).unwrap();
    let (loc, scale) = (one(&[0.3, -2.0, 1.0, 0.0, 4.0, -0.7]), one(&[0.5, 1.0, 2.0, 0.1, 3.0, 0.7]));
    let normal = Normal::new(loc.clone(), scale.clone()).unwrap();
    let value = constant::<3>(&[0.1, 0.2, -0.4, 0.1, 3.0, 0.0], [1, 2, 3]);
    let pairs = [
        (numbers(coins.score_square(draw.clone())), by_tape(coins.log_prob(draw.clone()), &[&logits])),
        (numbers(dice.score_square(draw.clone())), by_tape(dice.log_prob(draw), &[&logits])),
        (numbers(normal.score_square(value.clone())), by_tape(normal.log_prob(value), &[&loc, &scale])),
    ];
    for (found, expected) in pairs {
        // Squares below 100: a few roundings.
        assert!(distance(&found, &expected) < 1e-12, "{found:?} {expected:?}");
    }
}
