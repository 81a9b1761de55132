//! Schedules of temperatures, and the one that follows a target.

use burn::tensor::Tensor;
use reparam::estimator::{Discrete, Temperature, TemperatureControl, decidedness};

use crate::support::{close, coin, die, draws, integral, rows, sigmoid};

#[test]
fn schedules_meet_both_ends_exactly_and_fall_between() {
    for schedule in [
        Temperature::Linear { start: 1.1, end: 0.3, steps: 7 },
        Temperature::Exponential { start: 1.1, end: 0.3, steps: 7 },
    ] {
        assert_eq!([0, 7, 8, u64::MAX].map(|step| schedule.at(step)), [1.1, 0.3, 0.3, 0.3]);
        assert!((0..7).all(|step| schedule.at(step + 1) < schedule.at(step)));
        let json = serde_json::to_string(&schedule).expect("it is plain data");
        assert_eq!(serde_json::from_str::<Temperature>(&json).expect("it is what was written"), schedule);
    }
    let linear = Temperature::Linear { start: 1.0, end: 0.5, steps: 4 };
    assert_eq!([1, 2, 3].map(|step| linear.at(step)), [0.875, 0.75, 0.625]);
    assert_eq!(Temperature::Constant { value: 0.7 }.at(12), 0.7);
    assert_eq!(Temperature::Linear { start: 1.0, end: 0.5, steps: 0 }.at(0), 0.5);
}

#[test]
fn temperatures_out_of_range_are_named() {
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = Temperature::Exponential { start: 1.0, end: wrong, steps: 3 }.validate().expect_err("it is wrong");
        assert_eq!(
            error.to_string(),
            format!("temperature at the end: the temperature must be finite and > 0, got {wrong}")
        );
        assert!(!Temperature::Constant { value: wrong }.is_valid());
        assert!(!Temperature::Linear { start: wrong, end: 1.0, steps: 3 }.is_valid());
        assert!(TemperatureControl::new(wrong, 0.9, 0.1).validate().is_err());
        assert!(TemperatureControl::new(1.0, wrong, 0.1).validate().is_err());
        assert!(TemperatureControl::new(1.0, 0.9, wrong).validate().is_err());
    }
    assert!(TemperatureControl::new(1.0, 1.0, 0.1).validate().is_err());
    assert!(TemperatureControl::new(1.0, 0.9, 0.1).validate().is_ok());
    assert!(
        serde_json::from_str::<Temperature>(r#"{"kind": "linear", "start": 1, "end": 1, "steps": 2, "x": 0}"#).is_err()
    );
}

#[test]
fn the_control_reaches_its_target_for_coins_and_categories() {
    let (coins, dice) = (coin(&rows(&[0.4, -1.0], 500)), die(&rows(&[0.4, -1.0, 0.2], 500)));
    let target = 0.85;
    let reached = |watch: &dyn Fn(f64) -> f64| {
        let mut control = TemperatureControl::new(3.0, target, 2.0);
        for _ in 0..200 {
            control.observe(watch(control.temperature()));
        }
        // The same noise at every step: a fixed point, approached by a constant factor below 0.8, 0.8^200 = 4e-20.
        close("decidedness", watch(control.temperature()), target, 1e-12);
        control.temperature()
    };
    let noise = (draws(1).perturbation(&coins), draws(1).perturbation(&dice));
    let temperature = reached(&|t| decidedness(&coins, coins.soft(coins.perturb(noise.0.clone()), t)));
    // The mean over noise instead of 1,000 draws, each with a deviation below 0.2: five standard errors are 0.03.
    let mean = |logit: f64| {
        integral(0.0, 1.0, 200, |u| {
            let soft = sigmoid((logit + (u / (1.0 - u)).ln()) / temperature);
            soft.max(1.0 - soft)
        })
    };
    assert!((0.5 * (mean(0.4) + mean(-1.0)) - target).abs() < 0.03);
    reached(&|t| decidedness(&dice, dice.soft(dice.perturb(noise.1.clone()), t)));
    let mut control = TemperatureControl::new(1.0, 0.9, 0.1);
    control.observe(f64::NAN);
    assert_eq!(control.temperature(), 1.0);
}

#[test]
fn decidedness_is_1_for_hard_draws() {
    let dice = die(&rows(&[0.0, 0.0], 1));
    let hard = Tensor::<1>::from_floats([0.0, 1.0], &crate::support::device()).reshape([1, 1, 2]);
    assert_eq!(decidedness(&dice, hard), 1.0);
}
