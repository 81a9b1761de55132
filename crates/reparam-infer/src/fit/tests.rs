//! Fits against what is known exactly.

use super::*;
use crate::guide::Guide;
use crate::{LogDensity, LogDensityError};
use std::ops::ControlFlow;

/// A normal with this precision, row by row, and mean `0.5, 1.5, …`.
struct Normal {
    precision: Vec<f64>,
    dimension: usize,
}

impl Normal {
    fn mean(i: usize) -> f64 {
        i as f64 + 0.5
    }
}

impl LogDensity for Normal {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let d = self.dimension;
        let away: Vec<f64> = (0..d).map(|i| x[i] - Self::mean(i)).collect();
        for (i, slope) in gradient.iter_mut().enumerate() {
            *slope = -self.precision[i * d..][..d].iter().zip(&away).map(|(p, a)| p * a).sum::<f64>();
        }
        Ok(0.5 * gradient.iter().zip(&away).map(|(g, a)| g * a).sum::<f64>())
    }
}

fn correlated() -> Normal {
    Normal { precision: vec![4.0, 2.0, 0.4, 2.0, 5.0, -1.0, 0.4, -1.0, 3.0], dimension: 3 }
}

fn go_on(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn fitted(density: &dyn LogDensity, start: &[f64], guide: GuideChoice) -> Inference {
    infer(density, start, &Options { guide, ..Options::default() }, &mut go_on).unwrap()
}

#[test]
fn full_rank_is_exact_on_a_normal() {
    let answer = fitted(&correlated(), &[10.0, -10.0, 3.0], GuideChoice::FullRank);
    let expected = crate::matrix::inverse(&crate::matrix::cholesky(&correlated().precision, 3).unwrap(), 3);
    let parameters = answer.fit.guide.parameters();
    let mut guide = crate::guide::FullRank::new(&[0.0; 3], &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    guide.set_parameters(parameters);
    for (i, (found, expected)) in guide.covariance().iter().zip(&expected).enumerate() {
        assert!((found - expected).abs() < 1e-6, "{i}: {found} {expected}");
    }
    for (i, loc) in parameters[..3].iter().enumerate() {
        assert!((loc - Normal::mean(i)).abs() < 1e-6);
    }
    // The normalising constant: ½ ln det (2π covariance).
    let ln_det: f64 =
        crate::matrix::cholesky(&expected, 3).map(|l| (0..3).map(|i| 2.0 * l[i * 3 + i].ln()).sum()).unwrap();
    assert!((answer.fit.elbo - (1.5 * std::f64::consts::TAU.ln() + 0.5 * ln_det)).abs() < 1e-6);
    assert_eq!((answer.verdict.level, answer.fit.stopped), (Trust::Good, Stopped::Converged));
}

#[test]
fn mean_field_variances_are_those_of_the_conditionals() {
    let answer = fitted(&correlated(), &[10.0, -10.0, 3.0], GuideChoice::MeanField);
    let parameters = answer.fit.guide.parameters();
    for i in 0..3 {
        assert!((parameters[i] - Normal::mean(i)).abs() < 1e-6, "{parameters:?}");
        let variance = (2.0 * parameters[3 + i]).exp();
        assert!((variance * correlated().precision[i * 3 + i] - 1.0).abs() < 1e-6, "{variance}");
    }
}

/// The model fails left of 0: a log-normal's density of `x` itself, without a transform.
struct Half;

impl LogDensity for Half {
    fn dimension(&self) -> usize {
        1
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        if x[0] <= 0.0 {
            return Err(LogDensityError::Failed("x must be positive".into()));
        }
        // Gamma of concentration 30: near enough to a normal, far enough from 0, that few draws fail.
        gradient[0] = 29.0 / x[0] - 5.0;
        Ok(29.0 * x[0].ln() - 5.0 * x[0])
    }
}

#[test]
fn places_where_the_model_fails_are_counted_and_survived() {
    for noise in [NoiseChoice::Fixed, NoiseChoice::Antithetic] {
        let options = Options { guide: GuideChoice::FullRank, noise, draws: 20_000, ..Options::default() };
        let answer = infer(&Half, &[0.1], &options, &mut go_on).unwrap();
        let mean: f64 = answer.draws.column(0).iter().sum::<f64>() / 20_000.0;
        // The gamma's mean 6, its deviation 1.1; weighted draws are worth a few thousand.
        assert!((mean - 6.0).abs() < 0.1, "{noise:?} {mean}");
        assert!(answer.draws.column(0).iter().all(|x| *x > 0.0));
    }
    let nowhere = infer(&Half, &[-50.0], &Options::default(), &mut go_on);
    assert!(matches!(nowhere, Err(InferError::Start(reason)) if reason == "x must be positive"));
}

#[test]
fn fresh_noise_of_every_kind_finds_the_normal() {
    let expected = crate::matrix::inverse(&crate::matrix::cholesky(&correlated().precision, 3).unwrap(), 3);
    for noise in [NoiseChoice::Antithetic, NoiseChoice::Sobol, NoiseChoice::Independent] {
        for gradient in [GradientChoice::StickingTheLanding, GradientChoice::ClosedFormEntropy] {
            let options = Options { guide: GuideChoice::FullRank, noise, gradient, ..Options::default() };
            let answer = infer(&correlated(), &[10.0, -10.0, 3.0], &options, &mut go_on).unwrap();
            let mut guide = crate::guide::FullRank::new(&[0.0; 3], &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
            guide.set_parameters(answer.fit.guide.parameters());
            for (i, (found, expected)) in guide.covariance().iter().zip(&expected).enumerate() {
                // Asked for is a move of less than a tenth of a deviation.
                assert!((found - expected).abs() < 0.1 * expected.abs().max(0.2), "{noise:?} {i}: {found} {expected}");
            }
            assert_eq!(answer.fit.stopped, Stopped::Converged, "{}", answer.fit.stopped_because);
        }
    }
}

#[test]
fn sticking_the_landing_has_no_gradient_where_the_guide_is_the_posterior() {
    let covariance = crate::matrix::inverse(&crate::matrix::cholesky(&correlated().precision, 3).unwrap(), 3);
    let lower = crate::matrix::cholesky(&covariance, 3).unwrap();
    let guide = crate::guide::FullRank::new(&[0.5, 1.5, 2.5], &crate::matrix::packed(&lower, 3));
    let target = correlated();
    let steepest = |gradient| {
        let options = stochastic::StochasticOptions { gradient, noise: NoiseChoice::Independent, ..Default::default() };
        let mut step = stochastic::Step::new(&guide, options);
        step.estimate(&mut batch::Batch::new(&target), &guide, reparam_core::noise::Key::new(3), 0).unwrap();
        step.gradient.iter().fold(0.0_f64, |a, g| a.max(g.abs()))
    };
    // Every draw's gradient is 0 up to roundings of numbers of size 10.
    assert!(steepest(GradientChoice::StickingTheLanding) < 1e-13);
    // Negative control: with the score left in, 16 draws leave a gradient of about a quarter.
    assert!(steepest(GradientChoice::ClosedFormEntropy) > 0.05);
}

#[test]
fn low_rank_holds_what_its_rank_can() {
    let answer = fitted(&correlated(), &[0.0; 3], GuideChoice::LowRank(2));
    // A diagonal and rank 2 hold any covariance in three dimensions.
    assert_eq!(answer.verdict.level, Trust::Good, "{}", answer.verdict.reason);
    let expected = crate::matrix::inverse(&crate::matrix::cholesky(&correlated().precision, 3).unwrap(), 3);
    let mut guide = crate::guide::LowRank::new(&[0.0; 3], &[1.0; 3], &[0.0; 6], 2);
    guide.set_parameters(answer.fit.guide.parameters());
    for (found, expected) in guide.to_full_rank().covariance().iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
    }
}

/// Two normals of one mass, `2 apart` from each other; each evaluation takes some time.
struct Two {
    apart: f64,
}

impl LogDensity for Two {
    fn dimension(&self) -> usize {
        2
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let parts = [x[0] - self.apart, x[0] + self.apart];
        let logs = parts.map(|p| -0.5 * (p * p + x[1] * x[1]));
        let most = logs[0].max(logs[1]);
        let weights = logs.map(|l| (l - most).exp());
        let sum = weights[0] + weights[1];
        gradient[0] = -(weights[0] * parts[0] + weights[1] * parts[1]) / sum;
        gradient[1] = -x[1];
        // Long enough that threads are woken.
        let slow: f64 = (1..5000).map(|i| (i as f64).sqrt()).sum();
        std::hint::black_box(slow);
        Ok(most + sum.ln())
    }
}

#[test]
fn another_mode_is_no_reason_for_trust() {
    let starts = vec![vec![-20.0, 0.0], vec![20.0, 0.0]];
    let options = Options { guide: GuideChoice::FullRank, starts, ..Options::default() };
    let answer = infer(&Two { apart: 10.0 }, &[9.0, 0.0], &options, &mut go_on).unwrap();
    assert_eq!(answer.verdict.level, Trust::No);
    assert!(answer.verdict.reason.contains("another mode"), "{}", answer.verdict.reason);
    // Negative control: modes that are one.
    let answer = infer(&Two { apart: 0.3 }, &[9.0, 0.0], &options, &mut go_on).unwrap();
    assert_eq!(answer.verdict.level, Trust::Good, "{}", answer.verdict.reason);
}

/// Nothing at all, or a slope that never ends.
struct Improper {
    slope: f64,
}

impl LogDensity for Improper {
    fn dimension(&self) -> usize {
        2
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        (gradient[0], gradient[1]) = (self.slope, -x[1]);
        Ok(self.slope * x[0] - 0.5 * x[1] * x[1])
    }
}

#[test]
fn improper_posteriors_are_said_to_be_so() {
    for slope in [0.0, 1.0] {
        for guide in [GuideChoice::FullRank, GuideChoice::MeanField] {
            let answer = fitted(&Improper { slope }, &[0.0, 0.5], guide);
            assert_eq!(answer.verdict.level, Trust::No);
            assert!(answer.verdict.reason.contains("nothing holds x[0]"), "{slope} {}", answer.verdict.reason);
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options = Options { guide: GuideChoice::FullRank, draws: 300, ..Options::default() };
        pool.install(|| infer(&Two { apart: 1.0 }, &[9.0, 0.0], &options, &mut go_on).unwrap())
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(one.fit.guide.parameters(), three.fit.guide.parameters());
    assert_eq!(one.weighted.log_weights, three.weighted.log_weights);
    assert_eq!(one.draws, three.draws);
}

#[test]
fn a_caller_can_stop_and_still_gets_draws() {
    let mut ticks = 0;
    let stop = &mut |_: Progress<'_>| {
        ticks += 1;
        if ticks > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let answer = infer(&correlated(), &[9.0; 3], &Options::default(), stop).unwrap();
    assert_eq!(answer.fit.stopped, Stopped::Interrupted);
    assert!(!answer.draws.is_empty() && answer.verdict.reason.contains("interrupted"), "{}", answer.verdict.reason);
}

#[test]
fn options_out_of_range_are_named() {
    let with = |change: &dyn Fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        infer(&correlated(), &[0.0; 3], &options, &mut go_on).err().map(|e| e.to_string())
    };
    for (found, expected) in [
        (with(&|o| o.draws = 3), "draws: must be at least 100, for k-hat to mean something, got 3"),
        (with(&|o| o.steps = 0), "steps: must be at least 1, got 0"),
        (with(&|o| o.seconds = Some(f64::NAN)), "seconds: must be positive, got NaN"),
        (
            with(&|o| o.guide = GuideChoice::LowRank(9)),
            "guide: low-rank:R needs 1 <= R <= the number of parameters, got 9 for 3",
        ),
    ] {
        assert_eq!(found.as_deref(), Some(expected));
    }
    let short = infer(&correlated(), &[0.0], &Options::default(), &mut go_on).err().map(|e| e.to_string());
    assert_eq!(short.as_deref(), Some("start: must have one number a parameter, got 1 for 3"));
}
