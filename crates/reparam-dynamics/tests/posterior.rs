//! Posteriors of built-in models, against reference draws and least squares.

use reparam_core::noise::Key;
use reparam_dynamics::{DynamicModel, builtin};
use reparam_infer::Model;
use reparam_infer::fit::{GuideChoice, Inference, Options, Trust, infer};
use reparam_infer::psis::WeightedColumn;
use std::ops::ControlFlow;

fn model(name: &str) -> DynamicModel {
    DynamicModel::new(builtin::named(name).unwrap()).unwrap()
}

fn fitted(model: &DynamicModel, guide: GuideChoice, seed: u64) -> Inference {
    let starts = (0..7).filter_map(|n| model.prior_draw(Key::new(seed).site("starts").number(n).step(0))).collect();
    let options = Options { guide, seed, starts, ..Options::default() };
    infer(model, &model.start(), &options, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Mean and standard deviation of a quantity; with the weights where `weighted`.
fn moments(model: &DynamicModel, answer: &Inference, quantity: usize, weighted: bool, of: fn(f64) -> f64) -> [f64; 2] {
    let mut row = vec![0.0; model.quantities().len()];
    let rows = answer.weighted.draws.rows();
    let column: Vec<f64> = rows
        .map(|x| {
            model.constrain(x, &mut row);
            of(row[quantity])
        })
        .collect();
    let column = WeightedColumn::new(&column, weighted.then_some(answer.weighted.log_weights.as_slice()));
    [column.mean(), column.sd()]
}

/// Means and standard deviations of the 10,000 reference draws that posteriordb has of the lynx and hares (Magnusson et al., BSD-3-Clause).
const LYNX: [[f64; 2]; 8] = [
    [0.54686, 0.06305],
    [0.02775, 0.00415],
    [0.80010, 0.08937],
    [0.02409, 0.00353],
    [34.03522, 2.9169],
    [5.9359, 0.53055],
    [0.24806, 0.04326],
    [0.25102, 0.04359],
];
/// Standard deviations of the logarithms of the best independent normals, as shares of the posterior's.
const INDEPENDENT: [f64; 8] = [0.16, 0.34, 0.19, 0.20, 0.41, 0.71, 1.0, 1.0];

#[test]
fn lynx_and_hares_agree_with_their_reference() {
    let model = model("lotka-volterra");
    for seed in 0..3 {
        let answer = fitted(&model, GuideChoice::FullRank, seed);
        assert!(answer.weighted.k_hat < 0.7 && answer.verdict.level != Trust::No, "{}", answer.verdict.reason);
        for (quantity, [mean, sd]) in LYNX.into_iter().enumerate() {
            let found = moments(&model, &answer, quantity, true, |x| x);
            // The reference's own errors are 0.01; those of 4,000 weighted draws about 0.02.
            assert!((found[0] - mean).abs() < 0.15 * sd, "{seed} {quantity}: {found:?} {mean} {sd}");
            assert!(found[1] / sd > 0.85 && found[1] / sd < 1.15, "{seed} {quantity}: {found:?} {sd}");
        }
    }
}

#[test]
fn independent_normals_are_too_narrow_and_say_so() {
    let model = model("lotka-volterra");
    let (full, narrow) = (fitted(&model, GuideChoice::FullRank, 0), fitted(&model, GuideChoice::MeanField, 0));
    assert_eq!(narrow.verdict.level, Trust::No);
    assert!(narrow.weighted.k_hat > 0.7);
    assert!(narrow.verdict.reason.contains("theta1 with theta3"), "{}", narrow.verdict.reason);
    for (quantity, share) in INDEPENDENT.into_iter().enumerate() {
        let of = |answer, weighted| moments(&model, answer, quantity, weighted, f64::ln)[1];
        let found = of(&narrow, false) / of(&full, true);
        assert!((found - share).abs() < 0.1, "{quantity}: {found} {share}");
    }
}

#[test]
fn rates_of_alpha_pinene_are_those_of_least_squares() {
    let model = model("alpha-pinene");
    let answer = fitted(&model, GuideChoice::Auto, 0);
    assert_ne!(answer.verdict.level, Trust::No, "{}", answer.verdict.reason);
    for (quantity, rate) in [5.9258e-5, 2.9634e-5, 2.0473e-5, 2.7447e-4, 3.9979e-5].into_iter().enumerate() {
        let [mean, _] = moments(&model, &answer, quantity, true, |x| x);
        assert!((mean / rate - 1.0).abs() < 0.02, "{quantity}: {mean} {rate}");
    }
}
