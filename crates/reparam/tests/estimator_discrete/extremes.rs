//! Logits so large that a probability rounds to 0 or 1, in f32; draws that outweigh one another.

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{
    Arm, DisArm, DisArmCategorical, Draws, Enumerate, Estimator, LocalExpectation, MuProp, Nvil, OptimalBaseline,
    PartialEnumeration, Rebar, Relax, ScoreFunction, Vimco,
};
use reparam::noise::Key;

use crate::support::{Choice, FromLogits, Problem, distance, estimates};

const ROWS: usize = 200;

fn leaf(values: &[f32]) -> Tensor<3> {
    let data = TensorData::new(values.repeat(ROWS), [1, ROWS, values.len()]);
    Tensor::from_data(data, (&Device::flex().autodiff(), DType::F32)).require_grad()
}

fn cost(x: Tensor<3>) -> Tensor<2> {
    let weights = Tensor::<3>::from_floats([[[1.0, -2.0, 0.5]]], &x.device());
    ((x * weights).sum_dim(2) - 0.3).square().squeeze_dim::<2>(2)
}

fn is_finite<L: FromLogits<3>>(estimator: &dyn Estimator<L, 3>, values: &[f32]) {
    let logits = leaf(values);
    for count in [2, 6] {
        let estimate = estimator
            .estimate(&L::from_logits_of(logits.clone()), &cost, &Draws::new(count, Key::new(1), 0))
            .expect("the question fits");
        let found = logits.grad(&estimate.loss().backward()).expect("the logits are in the graph");
        let found: Vec<f32> = found.try_to_vec_as().expect("it is on the host");
        // Costs are below 8; the best baselines are means of costs; no estimate is longer than a few of them.
        assert!(found.iter().all(|g| g.abs() < 200.0), "{} at {values:?}", estimator.name());
        assert!(estimate.surrogate.into_data().iter::<f32>().all(f32::is_finite), "{} at {values:?}", estimator.name());
    }
}

const LOGITS: [[f32; 3]; 6] = [
    [30.0, -30.0, 0.0],
    [80.0, -80.0, 1.0],
    [-80.0, 80.0, 30.0],
    [-80.0, -80.0, -80.0],
    [-10.0, -9.0, -11.0],
    [16.0, 17.0, -16.0],
];

fn generic<L: FromLogits<3>>() -> Vec<Box<dyn Estimator<L, 3>>> {
    vec![
        Box::new(ScoreFunction::new()),
        Box::new(ScoreFunction::leave_one_out()),
        Box::new(OptimalBaseline),
        Box::new(Nvil::new(0.9)),
        Box::new(MuProp),
        Box::new(Vimco::default()),
        Box::new(Vimco::arithmetic()),
        Box::new(Rebar::new(0.5)),
        Box::new(Rebar::new(0.05)),
        Box::new(Relax::new(3, 4, 0.5, Key::new(0))),
        Box::new(Enumerate),
        Box::new(PartialEnumeration::new(1)),
        Box::new(LocalExpectation),
    ]
}

#[test]
fn extreme_logits_give_finite_estimates_in_f32() {
    for logits in LOGITS {
        for estimator in generic::<Bernoulli<3>>() {
            is_finite(&*estimator, &logits);
        }
        for estimator in generic::<OneHotCategorical<3>>() {
            is_finite(&*estimator, &logits);
        }
        is_finite::<Bernoulli<3>>(&Arm, &logits);
        is_finite::<Bernoulli<3>>(&DisArm, &logits);
        is_finite::<OneHotCategorical<3>>(&DisArmCategorical, &logits);
    }
}

#[test]
fn learning_at_extreme_logits_stays_finite() {
    for logits in LOGITS {
        let coins = Bernoulli::from_logits(leaf(&logits));
        let (mut rebar, mut relax) = (Rebar::new(0.5), Relax::new(3, 4, 0.5, Key::new(0)));
        for step in 0..3 {
            rebar.adapt(&coins, &cost, &Draws::new(1, Key::new(1), step)).expect("the question fits");
            relax.adapt(&coins, &cost, &Draws::new(1, Key::new(1), step)).expect("the question fits");
        }
        assert!(rebar.state().iter().all(|x| x.is_finite()), "{rebar:?} at {logits:?}");
        assert!(relax.state().1.iter().all(|x| x.is_finite()), "{relax:?} at {logits:?}");
    }
}

#[test]
fn a_rare_draw_does_not_leak_into_the_baseline_that_judges_it() {
    // The score of the common outcome is 2⁻²⁷ of that of the rare one in length, its square 2⁻⁵⁴: a sum of all less the rare one's own share
    // would be rounding, and the baseline with it. Two draws, one of each kind.
    let problem = Problem { logits: vec![-19.0], categories: 1 };
    let found = estimates::<Bernoulli<3>, 3>(&OptimalBaseline, &problem, &Choice::of_draws(2, vec![vec![1.0, 0.0]]));
    let p = problem.probs()[0];
    let (one, zero) = (problem.cost(&[1.0]), problem.cost(&[0.0]));
    // Each is judged by the other's cost.
    let exact = 0.5 * ((one - zero) * (1.0 - p) + (zero - one) * (0.0 - p)) + 0.5 * Problem::direct(&[1.0])[0];
    assert!(distance(&found[0][..1], &[exact]) < 1e-12, "{found:?} {exact}");
}
