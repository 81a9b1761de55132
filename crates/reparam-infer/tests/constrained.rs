//! Densities of constrained parameters: laws whose moments are known, through every kind of constraint.

use reparam_core::bijector::{Affine, Chain, CorrelationCholesky, Elementwise, Exp, Ordered, Sigmoid, StickBreaking};
use reparam_infer::fit::{GuideChoice, Options, infer};
use reparam_infer::psis::WeightedColumn;
use reparam_infer::{Constrained, LogDensity, LogDensityError, Model, gradient_errors};
use std::ops::ControlFlow;

type Law = fn(&[f64], &mut [f64]) -> Result<f64, LogDensityError>;

/// Gamma(5, 2), then Beta(3, 2) on (1, 3), then ordered normals, then Dirichlet(2, 3, 4).
#[expect(clippy::unnecessary_wraps, reason = "a density may fail")]
fn density(y: &[f64], slope: &mut [f64]) -> Result<f64, LogDensityError> {
    let mut value = 4.0 * y[0].ln() - 2.0 * y[0];
    slope[0] = 4.0 / y[0] - 2.0;
    let (a, b) = (y[1] - 1.0, 3.0 - y[1]);
    value += 2.0 * a.ln() + b.ln();
    slope[1] = 2.0 / a - 1.0 / b;
    for i in 2..4 {
        value -= 0.5 * y[i] * y[i];
        slope[i] = -y[i];
    }
    for (i, concentration) in [2.0, 3.0, 4.0].into_iter().enumerate() {
        value += (concentration - 1.0) * y[4 + i].ln();
        slope[4 + i] = (concentration - 1.0) / y[4 + i];
    }
    Ok(value)
}

fn model() -> Constrained<Law> {
    Constrained::new(density as Law)
        .with("rate", Elementwise::new(Exp, 1))
        .with("between", Elementwise::new(Chain::scalar(Sigmoid, Affine::new(1.0, 2.0).unwrap()), 1))
        .with("cut", Ordered::new(2).unwrap())
        .with("share", StickBreaking::new(3).unwrap())
}

#[test]
fn gradients_are_those_of_differences_with_the_log_determinants() {
    let x = [0.3, -0.7, -0.4, 0.2, 0.5, -0.3];
    for error in gradient_errors(&model(), &x).unwrap() {
        // Values and derivatives of size 10: central differences are right to about 1e-9.
        assert!(error.abs() < 1e-7, "{error}");
    }
    // A correlation of three: its factor's nine numbers under a density that weighs each.
    let weighted: Law = |y, slope| {
        for (i, s) in slope.iter_mut().enumerate() {
            *s = 0.1 * i as f64;
        }
        Ok(y.iter().enumerate().map(|(i, y)| 0.1 * i as f64 * y).sum())
    };
    let model = Constrained::new(weighted).with("factor", CorrelationCholesky::new(3).unwrap());
    for error in gradient_errors(&model, &[0.3, -0.2, 0.6]).unwrap() {
        assert!(error.abs() < 1e-8, "{error}");
    }
}

#[test]
fn names_tell_blocks_and_elements() {
    let model = model();
    let names: Vec<String> = model.quantities().into_iter().map(|q| q.name).collect();
    assert_eq!(names, ["rate", "between", "cut[0]", "cut[1]", "share[0]", "share[1]", "share[2]"]);
    assert_eq!((model.dimension(), model.name(3), model.name(5)), (6, "cut[1]".into(), "share[1]".into()));
    let vector: Law = |_, _| Ok(0.0);
    let scales = Constrained::new(vector).with("tau", Elementwise::new(Exp, 2));
    assert_eq!(scales.name(1), "tau[1]");
}

#[test]
fn moments_of_constrained_laws_come_out() {
    let model = model();
    let options = Options { guide: GuideChoice::Auto, draws: 20_000, ..Options::default() };
    let answer = infer(&model, &model.start(), &options, &mut |_| ControlFlow::Continue(())).unwrap();
    // Gamma: 5/2, √5/2. Beta on (1, 3): 1 + 2 · 3/5, 2 · 0.2. Two ordered normals: ∓1/√π, √(1 - 1/π). Dirichlet: a/9, √(a (9 - a)/810).
    let pi = std::f64::consts::PI;
    let normal = (1.0 - 1.0 / pi).sqrt();
    let share = |a: f64| [a / 9.0, (a * (9.0 - a) / 810.0).sqrt()];
    let expected = [
        [2.5, 5_f64.sqrt() / 2.0],
        [2.2, 0.4],
        [-1.0 / pi.sqrt(), normal],
        [1.0 / pi.sqrt(), normal],
        share(2.0),
        share(3.0),
        share(4.0),
    ];
    let mut rows = vec![0.0; answer.weighted.draws.len() * 7];
    for (x, row) in answer.weighted.draws.rows().zip(rows.chunks_mut(7)) {
        model.constrain(x, row);
    }
    for (quantity, [mean, sd]) in expected.into_iter().enumerate() {
        let column: Vec<f64> = rows.iter().skip(quantity).step_by(7).copied().collect();
        let found = WeightedColumn::new(&column, Some(&answer.weighted.log_weights));
        // Some ten thousand effective draws: a hundredth of a deviation; five of these, and as much for the deviation.
        assert!((found.mean() - mean).abs() < 0.05 * sd, "{quantity}: {} {mean}", found.mean());
        assert!((found.sd() / sd - 1.0).abs() < 0.05, "{quantity}: {} {sd}", found.sd());
    }
}
