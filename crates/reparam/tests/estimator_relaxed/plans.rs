//! Noise plans beside the pathwise estimator.

use burn::tensor::{DType, Tensor, TensorData};
use reparam::dist::Normal;
use reparam::estimator::{Draws, Estimator, NoisePlan, Pathwise};
use reparam::noise::Key;
use reparam_core::diagnose::Moments;

use crate::support::{SIGMAS, device, draws, numbers, only, rows, variance_score};

fn scale_gradients(noise: &Draws, n: usize) -> Vec<f64> {
    let loc = Tensor::<3>::from_data(TensorData::new(vec![1.5; n], [1, n, 1]), (&device(), DType::F64));
    let scale = rows(&[0.5], n);
    let law = Normal::new(loc, scale.clone()).expect("the shapes fit");
    let cost = |z: Tensor<3>| only(z) * 3.0;
    let estimate = Pathwise.estimate(&law, &cost, noise).expect("the question fits");
    numbers(scale.grad(&estimate.loss().backward()).expect("the scale is in the graph"))
}

#[test]
fn antithetic_pairs_take_the_variance_of_a_linear_cost_away() {
    let n = 20_000;
    // The mirrored noise is the noise with the other sign, exactly: a sum of two such is 0.
    assert!(scale_gradients(&draws(2).plan(NoisePlan::Antithetic), n).iter().all(|g| *g == 0.0));
    // Independent pairs: a² / 2.
    let free = scale_gradients(&draws(2), n);
    let off = variance_score(&free, 4.5);
    assert!(off.abs() < SIGMAS, "{off} standard errors");
    assert!(Moments::of(&free).variance() > 4.0);
}

#[test]
fn common_numbers_repeat_from_step_to_step_and_others_do_not() {
    let at = |step: u64, plan: NoisePlan| scale_gradients(&Draws::new(1, Key::new(1).site("z"), step).plan(plan), 50);
    assert_eq!(at(0, NoisePlan::Common), at(7, NoisePlan::Common));
    assert_ne!(at(0, NoisePlan::Independent), at(7, NoisePlan::Independent));
    assert_ne!(at(0, NoisePlan::Antithetic), at(7, NoisePlan::Antithetic));
}

#[test]
fn a_part_of_a_batch_gives_the_rows_that_the_whole_gives() {
    for plan in [NoisePlan::Antithetic, NoisePlan::Common, NoisePlan::Independent] {
        let whole = scale_gradients(&draws(4).plan(plan), 12);
        let part = scale_gradients(&draws(4).plan(plan).of_rows(5, 12), 3);
        assert_eq!(part, whole[5..8], "{plan:?}");
    }
}
