//! Threads move no bit, shards none but by the order of sums, and a resumed run ends in the bits of one left alone.

use burn::tensor::Device;
use reparam::estimator::Temperature;
use reparam::train::{Checkpoint, TrainerConfig, read_parameters};
use reparam::vae::{EpochRow, Fit, FitConfig, FitError, LatentEstimator, LatentLaw, Rows};
use reparam_core::noise::{Key, Noise};

use crate::small::{LAWS, STRAIGHT, UNBIASED, WIDTH, discrete, finish, fits, vae};

/// 23 rows in batches of 8: three steps an epoch, the last one of 7 rows.
fn pixels() -> Vec<f32> {
    let mut pixels = vec![0.0_f32; 23 * WIDTH];
    Key::new(5).site("pixels").step(0).fill(Noise::Uniform, 0, &mut pixels);
    pixels
}

/// All that changes as a run goes on is in it: annealing, baselines, temperatures, measured noise.
fn config(estimator: LatentEstimator) -> FitConfig {
    FitConfig {
        epochs: 8,
        batch: 8,
        learning_rate: 1e-2,
        discrete: reparam::vae::DiscreteConfig {
            temperature: Temperature::Exponential { start: 1.0, end: 0.3, steps: 20 },
            ..discrete(estimator, 2)
        },
        gradient_noise_every: 3,
        trainer: TrainerConfig { shards: 3, ..TrainerConfig::default() },
        ..FitConfig::default()
    }
}

fn fit(
    pixels: &[f32],
    law: LatentLaw,
    config: FitConfig,
    threads: usize,
) -> Fit<'_, reparam::nn::Mlp, reparam::nn::Mlp> {
    let rows = Rows::new(pixels, WIDTH);
    Fit::new(vae(law), rows, rows.first(5), config, threads, &Device::flex()).expect("a run")
}

fn cases() -> impl Iterator<Item = (LatentLaw, LatentEstimator)> {
    let all = UNBIASED.into_iter().chain(STRAIGHT).chain([LatentEstimator::GumbelSoftmax]);
    let all: Vec<LatentEstimator> = all.collect();
    LAWS.into_iter().flat_map(move |law| all.clone().into_iter().filter(move |e| fits(*e, law)).map(move |e| (law, e)))
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let pixels = pixels();
    for (law, estimator) in cases() {
        let end = |threads: usize, config: FitConfig| {
            let mut run = fit(&pixels, law, config, threads);
            finish(&mut run);
            (read_parameters(run.trainer().model()), run.history().to_vec())
        };
        let one = end(1, config(estimator));
        for threads in [2, 4] {
            assert_eq!(end(threads, config(estimator)), one, "{estimator:?}, {law:?}, {threads} threads");
        }
        // Another seed is another run: what was compared is not blind.
        assert_ne!(end(1, FitConfig { seed: 1, ..config(estimator) }), one);
    }
}

#[test]
fn the_cut_into_shards_moves_no_draw() {
    let pixels = pixels();
    for (law, estimator) in cases() {
        let first = |shards: usize| -> EpochRow {
            // At weights that stand still, what is reported is a function of the draws.
            let trainer = TrainerConfig { shards, ..TrainerConfig::default() };
            let mut run =
                fit(&pixels, law, FitConfig { epochs: 1, learning_rate: 1e-30, trainer, ..config(estimator) }, 1);
            finish(&mut run);
            run.history()[0]
        };
        let (whole, cut) = (first(1), first(5));
        // Sums of 8 rows of size below 10, in another order.
        assert!((whole.elbo - cut.elbo).abs() < 1e-5, "{estimator:?}, {law:?}: {} and {}", whole.elbo, cut.elbo);
        let norms = [whole, cut].map(|row| row.gradient_norm.expect("on the CPU"));
        assert!((norms[0] / norms[1] - 1.0).abs() < 1e-4, "{estimator:?}, {law:?}: {norms:?}");
    }
}

#[test]
fn resumed_at_any_step_it_ends_in_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let pixels = pixels();
    for (law, estimator) in cases() {
        let mut alone = fit(&pixels, law, config(estimator), 1);
        finish(&mut alone);
        for steps in [1, 11, 12] {
            let mut run = fit(&pixels, law, config(estimator), 1);
            for _ in 0..steps {
                run.advance().expect("a step");
            }
            run.checkpoint().write(folder.path()).expect("a checkpoint");
            let mut resumed = fit(&pixels, law, config(estimator), 2);
            resumed.resume(Checkpoint::read(folder.path()).expect("readable").expect("there")).expect("the same run");
            finish(&mut resumed);
            assert_eq!(read_parameters(resumed.trainer().model()), read_parameters(alone.trainer().model()));
            assert_eq!(resumed.history(), alone.history(), "{estimator:?}, {law:?}, resumed at step {steps}");
        }
    }
}

#[test]
fn numbers_that_an_estimator_cannot_take_are_refused() {
    let pixels = pixels();
    let refused = |change: &dyn Fn(&mut FitConfig)| {
        let mut config = config(LatentEstimator::Disarm);
        change(&mut config);
        let rows = Rows::new(&pixels, WIDTH);
        let run = Fit::new(vae(LatentLaw::Bernoulli), rows, rows, config, 1, &Device::flex());
        match run.map(|_| ()).expect_err("a mistake") {
            FitError::Config { name, .. } => name,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(&|c| c.discrete.draws = 3), "draws");
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(&|c| c.discrete.temperature = Temperature::Constant { value }), "temperature");
    }
    assert_eq!(refused(&|c| c.discrete.baseline_decay = 1.0), "baseline-decay");
    let rloo = |draws| reparam::vae::DiscreteConfig { draws, ..discrete(LatentEstimator::Rloo, 2) };
    assert_eq!(refused(&|c| c.discrete = rloo(1)), "draws");
    assert_eq!(refused(&|c| c.discrete = rloo(0)), "draws");
}
