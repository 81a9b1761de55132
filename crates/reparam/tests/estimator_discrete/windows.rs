//! Parts of a batch give the rows that the whole gives.

use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{
    Arm, DisArm, DisArmCategorical, Draws, Enumerate, Estimator, LocalExpectation, MuProp, NoisePlan, Nvil,
    OptimalBaseline, PartialEnumeration, Rebar, Relax, ScoreFunction, Vimco,
};
use reparam::noise::Key;

use crate::support::{FromLogits, Problem, dice, die, distance, draws, gradients, leaves, problems};

fn rows<L: FromLogits<D>, const D: usize>(
    estimator: &dyn Estimator<L, D>,
    problem: &Problem,
    count: usize,
    noise: &Draws,
) -> Vec<Vec<f64>> {
    let (logits, w) = leaves::<D>(problem, count);
    let cost = Problem::tensor_cost(&logits, &w);
    let estimate = estimator.estimate(&L::from_logits_of(logits.clone()), &cost, noise).expect("the question fits");
    gradients(&estimate, &logits, &w)
}

/// These refuse draws that are tied together.
fn judges_by_others(name: &str) -> bool {
    ["rloo", "score-function-optimal", "vimco"].contains(&name)
}

fn same_in_parts<L: FromLogits<D>, const D: usize>(estimator: &dyn Estimator<L, D>, problem: &Problem) {
    for plan in [NoisePlan::Independent, NoisePlan::Antithetic, NoisePlan::Common] {
        let noise = draws(4).plan(plan);
        if plan == NoisePlan::Antithetic && judges_by_others(estimator.name()) {
            continue;
        }
        let whole = rows(estimator, problem, 12, &noise.of_rows(0, 12));
        let part = rows(estimator, problem, 3, &noise.of_rows(5, 12));
        for (a, b) in part.iter().zip(&whole[5..8]) {
            // The same numbers; kernels may add up a batch of another size in another order: a few roundings of numbers below 100.
            assert!(distance(a, b) < 1e-13, "{} {plan:?}: {a:?} {b:?}", estimator.name());
        }
        if estimator.name() != "enumerate" {
            // The negative control: the rows before them are others, by chance alike now and then.
            let shifted = part.iter().zip(&whole[4..7]).any(|(a, b)| distance(a, b) > 1e-6);
            assert!(shifted, "{} {plan:?}: rows must differ", estimator.name());
        }
    }
}

fn generic<L: FromLogits<D>, const D: usize>(width: usize) -> Vec<Box<dyn Estimator<L, D>>> {
    vec![
        Box::new(ScoreFunction::new()),
        Box::new(ScoreFunction::leave_one_out()),
        Box::new(OptimalBaseline),
        Box::new(Nvil::new(0.9)),
        Box::new(MuProp),
        Box::new(Vimco::default()),
        Box::new(Vimco::arithmetic()),
        Box::new(Rebar::new(0.5)),
        Box::new(Relax::new(width, 4, 0.5, Key::new(0))),
        Box::new(Enumerate),
        Box::new(PartialEnumeration::new(1)),
        Box::new(LocalExpectation),
    ]
}

#[test]
fn coins_in_parts() {
    let problem = &problems()[2];
    for estimator in generic::<Bernoulli<3>, 3>(3) {
        same_in_parts(&*estimator, problem);
    }
    same_in_parts::<Bernoulli<3>, 3>(&Arm, problem);
    same_in_parts::<Bernoulli<3>, 3>(&DisArm, problem);
}

#[test]
fn categories_in_parts() {
    for estimator in generic::<OneHotCategorical<4>, 4>(6) {
        same_in_parts(&*estimator, &dice());
    }
    same_in_parts::<OneHotCategorical<4>, 4>(&DisArmCategorical, &dice());
    same_in_parts::<OneHotCategorical<3>, 3>(&DisArmCategorical, &die());
}
