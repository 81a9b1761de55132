//! Questions that estimators cannot answer are errors.

use burn::tensor::Tensor;
use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{
    Arm, DisArm, DisArmCategorical, Enumerate, Estimator, EstimatorError, LocalExpectation, MuProp, NoisePlan, Nvil,
    OptimalBaseline, PartialEnumeration, Rebar, Relax, ScoreFunction, Vimco,
};
use reparam::noise::Key;

use crate::support::{FromLogits, constant, draws};

fn coins(width: usize) -> Bernoulli<3> {
    Bernoulli::from_logits(constant(&vec![0.1; 2 * width], [1, 2, width]).require_grad())
}

fn die(width: usize) -> OneHotCategorical<3> {
    OneHotCategorical::from_logits_of(constant(&vec![0.1; 2 * width], [1, 2, width]).require_grad())
}

fn sum(x: Tensor<3>) -> Tensor<2> {
    x.sum_dim(2).squeeze_dim::<2>(2)
}

fn refused<L: FromLogits<3>>(estimator: &dyn Estimator<L, 3>, law: &L, count: usize) -> EstimatorError {
    let name = estimator.name();
    let found = estimator.estimate(law, &sum, &draws(count)).expect_err(name);
    assert!(found.to_string().starts_with(name), "{found}");
    found
}

#[test]
fn numbers_of_draws() {
    let (coins, die) = (coins(2), die(3));
    let pairs: [&dyn Estimator<Bernoulli<3>, 3>; 2] = [&Arm, &DisArm];
    for pair in pairs {
        for count in [0, 1, 3] {
            assert!(matches!(refused(pair, &coins, count), EstimatorError::Draws { multiple: 2, .. }));
        }
    }
    assert!(matches!(refused(&DisArmCategorical, &die, 5), EstimatorError::Draws { multiple: 2, got: 5, .. }));
    let others: [&dyn Estimator<Bernoulli<3>, 3>; 4] =
        [&ScoreFunction::leave_one_out(), &OptimalBaseline, &Vimco::default(), &Vimco::arithmetic()];
    for other in others {
        for count in [0, 1] {
            assert!(matches!(refused(other, &coins, count), EstimatorError::Draws { .. }), "{}", other.name());
        }
        assert!(other.estimate(&coins, &sum, &draws(3)).is_ok(), "{}", other.name());
    }
    let single: [&dyn Estimator<Bernoulli<3>, 3>; 7] = [
        &ScoreFunction::new(),
        &Nvil::new(0.9),
        &MuProp,
        &Rebar::new(0.5),
        &Relax::new(2, 3, 0.5, Key::new(0)),
        &LocalExpectation,
        &PartialEnumeration::new(1),
    ];
    for estimator in single {
        assert!(matches!(refused(estimator, &coins, 0), EstimatorError::Draws { multiple: 1, got: 0, .. }));
        assert!(estimator.estimate(&coins, &sum, &draws(1)).is_ok(), "{}", estimator.name());
    }
}

#[test]
fn draws_that_are_tied_together_do_not_judge_one_another() {
    let law = coins(2);
    let judges: [&dyn Estimator<Bernoulli<3>, 3>; 4] =
        [&ScoreFunction::leave_one_out(), &OptimalBaseline, &Vimco::default(), &Vimco::arithmetic()];
    for plan in [NoisePlan::Antithetic, NoisePlan::Sobol] {
        for judge in judges {
            let found = judge.estimate(&law, &sum, &draws(4).plan(plan)).expect_err(judge.name());
            assert!(matches!(found, EstimatorError::Unfit { .. }), "{found}");
        }
        assert!(ScoreFunction::new().estimate(&law, &sum, &draws(4).plan(plan)).is_ok());
    }
    for judge in judges {
        assert!(judge.estimate(&law, &sum, &draws(4).plan(NoisePlan::Common)).is_ok(), "{}", judge.name());
    }
}

#[test]
fn rows_with_too_many_outcomes() {
    assert!(Enumerate.estimate(&coins(12), &sum, &draws(1)).is_ok());
    for width in [17, 64, 200] {
        assert!(matches!(refused(&Enumerate, &coins(width), 1), EstimatorError::Outcomes { .. }));
        assert!(matches!(refused(&PartialEnumeration::new(width), &coins(width), 1), EstimatorError::Outcomes { .. }));
    }
    assert!(matches!(refused(&LocalExpectation, &coins(3000), 1), EstimatorError::Outcomes { most: 4096, .. }));
    // None of the variables: the score function.
    assert!(PartialEnumeration::new(0).estimate(&coins(3), &sum, &draws(2)).is_ok());
    assert!(PartialEnumeration::new(0).estimate(&die(3), &sum, &draws(2)).is_ok());
}

#[test]
fn costs_of_another_shape() {
    let law = coins(2);
    let wrong = |x: Tensor<3>| x.sum_dim(2).sum_dim(0).squeeze_dim::<2>(2);
    let estimators: [&dyn Estimator<Bernoulli<3>, 3>; 11] = [
        &Arm,
        &DisArm,
        &ScoreFunction::new(),
        &OptimalBaseline,
        &Nvil::new(0.9),
        &MuProp,
        &Vimco::default(),
        &Rebar::new(0.5),
        &Relax::new(2, 3, 0.5, Key::new(0)),
        &LocalExpectation,
        &PartialEnumeration::new(1),
    ];
    for estimator in estimators {
        let found = estimator.estimate(&law, &wrong, &draws(2)).expect_err(estimator.name());
        assert!(matches!(found, EstimatorError::Shape { what: "the cost", .. }), "{found}");
    }
    assert!(Enumerate.estimate(&law, &wrong, &draws(2)).is_err());
    let found = DisArmCategorical.estimate(&die(3), &wrong, &draws(2)).expect_err("disarm");
    assert!(matches!(found, EstimatorError::Shape { .. }), "{found}");
}

#[test]
fn noise_of_another_shape() {
    let (coins, die) = (coins(2), die(3));
    for shape in [[1, 2, 3], [1, 1, 2], [0, 2, 2]] {
        let noise = constant::<3>(&vec![0.5; shape.iter().product()], shape);
        for found in [
            Arm.estimate_from_noise(&coins, &sum, noise.clone()),
            DisArm.estimate_from_noise(&coins, &sum, noise.clone()),
        ] {
            assert!(matches!(found, Err(EstimatorError::Shape { what: "the noise", .. })), "{found:?}");
        }
    }
    let noise = constant::<3>(&[0.5; 6], [1, 2, 3]);
    assert!(DisArmCategorical.estimate_from_noise(&die, &sum, noise).is_err(), "one number too many");
}

#[test]
fn options_and_laws_that_do_not_fit() {
    let law = coins(2);
    for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(refused(&Rebar::new(temperature), &law, 1), EstimatorError::Unfit { .. }));
        let relax = Relax::new(2, 3, temperature, Key::new(0));
        assert!(matches!(refused(&relax, &law, 1), EstimatorError::Unfit { .. }));
        assert!(Rebar::new(temperature).adapt(&law, &sum, &draws(1)).is_err());
    }
    assert!(matches!(refused(&Relax::new(3, 3, 0.5, Key::new(0)), &law, 1), EstimatorError::Shape { .. }));
    assert!(Relax::new(3, 3, 0.5, Key::new(0)).adapt(&law, &sum, &draws(1)).is_err());
    assert!(!Relax::new(3, 3, 0.5, Key::new(0)).restore(0, vec![0.0], [vec![0.0], vec![0.0]]));
    let nvil = Nvil::new(0.9).with_baseline(constant::<1>(&[0.0; 3], [3]));
    assert!(matches!(refused(&nvil, &law, 1), EstimatorError::Shape { what: "the baseline", .. }));
    assert!(matches!(refused(&DisArmCategorical, &die(1), 2), EstimatorError::Unfit { .. }));
}
