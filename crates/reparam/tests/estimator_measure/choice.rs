//! The choice by evidence.

use std::time::Duration;

use burn::tensor::{Device, Tensor, TensorData};
use reparam::dist::{Bernoulli, Normal};
use reparam::estimator::{Arm, DisArm, Estimator, MeasureValued, Pathwise, ScoreFunction, StraightThrough};
use reparam::measure::{Auto, Choice, Problem, choose};
use reparam::noise::Key;

use crate::support::{DOUBLE, coins, scalar, step};

/// Long, for a machine that does other things beside: the choices below do not depend on clocks but where variances are close.
const BUDGET: Duration = Duration::from_millis(600);

fn choice(problem: &Problem, allowed: &[&str]) -> Choice {
    let allowed: Vec<String> = allowed.iter().map(|n| (*n).to_owned()).collect();
    choose(problem, BUDGET, 3, &allowed).unwrap()
}

fn variance(choice: &Choice, name: &str) -> f64 {
    choice.evidence.iter().find(|e| e.estimator == name).unwrap_or_else(|| panic!("{name}: {choice:?}")).variance
}

fn objection<'a>(choice: &'a Choice, name: &str) -> Option<&'a str> {
    choice.evidence.iter().find(|e| e.estimator == name).and_then(|e| e.objection.as_deref())
}

#[test]
fn a_linear_cost_is_for_the_path() {
    let found = choice(&scalar("normal", &[2.0, 1.0], |z| z * 3.0), &[]);
    // Both parameters together: a² for the path, (16/π - 4)/4 + 1 = 1.27 a² for the measure-valued one, more for the others. Time decides the rest.
    for other in found.evidence.iter().filter(|e| e.estimator != "pathwise") {
        assert!(variance(&found, "pathwise") < other.variance, "{found:?}");
    }
    let least = found.evidence.iter().min_by(|a, b| a.price().total_cmp(&b.price())).unwrap();
    assert_eq!(found.chosen.as_deref(), Some(least.estimator.as_str()), "{found:?}");
}

#[test]
fn a_rugged_cost_is_for_the_score_function() {
    // cos(k x): the path's variance grows as k²/2, the score function's is near 1/(2 s²) in the location.
    let found = choice(&scalar("normal", &[0.3, 1.0], |z| (z * 60.0).cos()), &[]);
    assert!(variance(&found, "pathwise") > 100.0 * variance(&found, "score-function"), "{found:?}");
    // Which of the others is a matter of time.
    assert!(found.chosen.is_some() && found.chosen.as_deref() != Some("pathwise"), "{found:?}");
    // The negative control: a slow wave is for the path.
    let slow = choice(&scalar("normal", &[0.0, 1.0], |z| (z * 0.02 + 1.5).cos()), &[]);
    assert!(variance(&slow, "pathwise") < variance(&slow, "score-function") && objection(&slow, "pathwise").is_none());
}

#[test]
fn near_the_minimum_of_a_quadratic_the_measure_valued_derivative_has_the_least_variance() {
    // d = 0: in the location 0 against 4 s² of the path, in the scale 4 s² against 8 s².
    let found = choice(&scalar("normal", &[3.0, 1.0], |z| (z - 3.0).square()), &[]);
    let (weak, path) = (variance(&found, "measure-valued"), variance(&found, "pathwise"));
    // 4 against 12, each with an error of some percent.
    assert!((weak / path - 1.0 / 3.0).abs() < 0.1, "{found:?}");
    let others = found.evidence.iter().filter(|e| e.estimator != "measure-valued");
    assert!(others.into_iter().all(|e| e.variance > weak), "{found:?}");
}

#[test]
fn evidence_decides_and_nothing_else() {
    for problem in [
        scalar("normal", &[3.0, 1.0], |z| (z - 3.0).square()),
        scalar("gamma", &[2.0, 1.0], Tensor::log),
        coins(&[0.2, 0.7], |b: Tensor<3>| (b.sum_dim(2) - 0.3).square().squeeze_dim::<2>(2)),
    ] {
        let found = choice(&problem, &[]);
        let sound = found.evidence.iter().filter(|e| e.objection.is_none());
        let least = sound.min_by(|a, b| a.price().total_cmp(&b.price())).unwrap();
        let chosen = found.evidence.iter().find(|e| Some(&e.estimator) == found.chosen.as_ref()).unwrap();
        assert_eq!(chosen.price(), least.price(), "{found:?}");
    }
}

#[test]
fn a_path_over_a_jump_is_never_chosen() {
    // Its variance is the least of all: it is 0.
    for place in [-0.5, 0.3, 1.0] {
        let found = choice(&scalar("normal", &[0.2, 1.0], move |z| step(z, place)), &[]);
        assert!(objection(&found, "pathwise").is_some(), "{found:?}");
        assert_ne!(found.chosen.as_deref(), Some("pathwise"));
    }
    let smooth = choice(&scalar("normal", &[0.2, 1.0], |z| (z * 3.0).tanh()), &[]);
    assert!(objection(&smooth, "pathwise").is_none(), "{smooth:?}");
}

#[test]
fn a_score_function_over_a_moving_support_is_never_chosen() {
    let found = choice(&scalar("uniform", &[1.0, 3.0], Tensor::sin), &[]);
    assert_eq!(found.chosen.as_deref(), Some("pathwise"), "{found:?}");
}

#[test]
fn biased_estimators_run_only_by_name() {
    let problem = coins(&[0.4, 0.6], |b: Tensor<3>| b.sum_dim(2).powi_scalar(3).squeeze_dim::<2>(2));
    let biased = ["gumbel-softmax", "gumbel-straight-through", "straight-through", "reinmax", "gumbel-rao"];
    let found = choice(&problem, &[]);
    assert!(found.evidence.iter().all(|e| !biased.contains(&e.estimator.as_str())), "{found:?}");
    let named = choice(&problem, &["straight-through"]);
    assert!(named.evidence.iter().any(|e| e.estimator == "straight-through"), "{named:?}");
    assert!(named.evidence.iter().all(|e| e.estimator != "reinmax"), "{named:?}");
}

#[test]
fn many_outcomes_do_not_hold_up_the_pilot() {
    // 2^16 outcomes: one enumeration alone takes a good part of the time.
    let problem = coins(&[0.4; 16], |b: Tensor<3>| (b.sum_dim(2) - 5.0).square().squeeze_dim::<2>(2));
    let found = choice(&problem, &[]);
    assert!(found.chosen.is_some() && found.evidence.len() > 5, "{found:?}");
    let all = found.evidence.iter().find(|e| e.estimator == "enumerate").unwrap();
    assert!(all.estimates <= 16, "{found:?}");
    // In no time at all it is not tried.
    let hasty = choose(&problem, Duration::from_millis(1), 3, &[]).unwrap();
    let all = hasty.evidence.iter().find(|e| e.estimator == "enumerate").unwrap();
    assert!(all.estimates == 0 && all.objection.is_some() && hasty.chosen.is_some(), "{hasty:?}");
}

fn leaf(value: f64, rows: usize) -> Tensor<3> {
    let data = TensorData::new(vec![value; rows], [1, rows, 1]);
    Tensor::from_data(data, (&Device::flex().autodiff(), DOUBLE)).require_grad()
}

#[test]
fn in_training_the_choice_follows_the_cost() {
    let normal = || {
        let (loc, scale) = (leaf(0.3, 16), leaf(1.0, 16));
        (Normal::new(loc.clone(), scale.clone()).unwrap(), vec![loc, scale])
    };
    let auto = || {
        Auto::<Normal<3>, 3>::new(50)
            .with(1, Pathwise)
            .with(2, ScoreFunction::leave_one_out())
            .with(1, MeasureValued)
            .with(1, ScoreFunction::new())
    };
    let mut chosen = auto();
    assert!(chosen.is_due(0));
    chosen.pilot(0, &normal, &|z: Tensor<3>| z.squeeze_dim::<2>(2) * 2.0, 20, Key::new(1)).unwrap();
    // The path and the measure-valued form are close; time decides between them.
    assert!(["pathwise", "measure-valued"].contains(&chosen.name()), "{:?}", chosen.evidence());
    assert!(!chosen.is_due(49) && chosen.is_due(50));
    chosen.pilot(50, &normal, &|z: Tensor<3>| (z * 60.0).cos().squeeze_dim::<2>(2), 20, Key::new(1)).unwrap();
    assert_ne!(chosen.name(), "pathwise", "{:?}", chosen.evidence());
    assert_eq!(chosen.evidence().len(), 4);
    // A jump: the path has no variance, and is out.
    let mut chosen = auto();
    chosen.pilot(0, &normal, &|z: Tensor<3>| step(z, 0.0).squeeze_dim::<2>(2), 40, Key::new(1)).unwrap();
    assert_ne!(chosen.name(), "pathwise", "{:?}", chosen.evidence());
    let mut chosen = auto();
    chosen.pilot(0, &normal, &|z: Tensor<3>| (z * 0.1).tanh().squeeze_dim::<2>(2), 40, Key::new(1)).unwrap();
    assert!(["pathwise", "measure-valued"].contains(&chosen.name()), "{:?}", chosen.evidence());
}

#[test]
fn in_training_biased_candidates_are_left_out() {
    let law = || {
        let logits = leaf(0.4, 64);
        (Bernoulli::from_logits(logits.clone()), vec![logits])
    };
    let cost = |b: Tensor<3>| (b - 0.45).square().squeeze_dim::<2>(2);
    let mut auto = Auto::<Bernoulli<3>, 3>::new(0).with(1, StraightThrough::new()).with(2, Arm).with(2, DisArm);
    auto.pilot(0, &law, &cost, 20, Key::new(1)).unwrap();
    assert!(auto.evidence().iter().all(|e| e.estimator != "straight-through"), "{:?}", auto.evidence());
    assert!(!auto.is_due(1_000_000));
    let mut allowed = Auto::<Bernoulli<3>, 3>::new(0).allow(1, StraightThrough::new()).with(2, Arm);
    allowed.pilot(0, &law, &cost, 20, Key::new(1)).unwrap();
    assert_eq!(allowed.evidence().len(), 2);
    let mut none = Auto::<Bernoulli<3>, 3>::new(0);
    assert!(none.pilot(0, &law, &cost, 20, Key::new(1)).is_err());
}
