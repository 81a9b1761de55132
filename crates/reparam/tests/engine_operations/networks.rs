//! Ready networks: shapes for every size, and a step that goes down.

use burn::tensor::Device;
use reparam::nn::{Activation, ConvDecoder, ConvEncoder, Mlp, Network};
use reparam::objective::{LatentModel, Objective, ShardBatch};
use reparam::train::{Trainer, TrainerConfig, read_parameters};
use reparam::vae::{Fit, FitConfig, GaussianScale, Likelihood, Rows, Vae};
use reparam_core::noise::Key;

use crate::support::{normals, numbers, tensor, uniforms};

/// Rounds `steps` steps on one made batch, and returns the losses.
fn losses<E: Network + Sync, D: Network + Sync>(vae: Vae<E, D>, width: usize, steps: usize) -> Vec<f64> {
    let (rows, latents, device) = (6, vae.latents(), Device::flex());
    let x = uniforms("images", rows * width);
    let noise = normals("noise", rows * latents);
    let mut trainer = Trainer::new(vae, TrainerConfig::default(), 2, &device).expect("threads");
    let before = read_parameters(trainer.model());
    let losses = (0..steps)
        .map(|_| {
            let report = trainer
                .step(rows, 1e-2, |vae, part| {
                    let n = part.len();
                    let target = tensor(&x[part.start * width..part.end * width], [n, width]);
                    let noise = &noise[part.start * latents..part.end * latents];
                    let batch = ShardBatch {
                        input: target.clone(),
                        target,
                        noise: tensor(noise, [1, n, latents]),
                        batch_rows: rows,
                    };
                    Objective::default().surrogate(vae, batch, 1.0, 0.0)
                })
                .expect("a finite step");
            assert_eq!(report.skipped, Some(false));
            -report.sums.into_iter().map(|s| f64::from(numbers(s)[0])).sum::<f64>()
        })
        .collect();
    // Every parameter has a gradient: none stays where it was.
    for (name, (_, values)) in read_parameters(trainer.model()) {
        assert_ne!(values, before[&name].1, "{name} did not move");
    }
    losses
}

#[test]
fn convolutions_fit_every_size_and_learn() {
    let (device, key, latents) = (Device::flex(), Key::new(1), 3);
    let shapes = [[1, 1, 1], [1, 5, 7], [1, 8, 8], [1, 28, 28], [3, 6, 9], [3, 4, 1]];
    for (at, shape) in shapes.into_iter().enumerate() {
        let width: usize = shape.iter().product();
        let activation = [Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Silu][at % 4];
        let encoder = ConvEncoder::new(shape, 5, 2 * latents, activation, key.site("encoder"), &device);
        let decoder = ConvDecoder::new(latents, 5, shape, activation, key.site("decoder"), &device);
        let x = tensor(&uniforms("x", 2 * width), [2, width]);
        assert_eq!(encoder.forward(x).dims(), [2, 2 * latents], "{shape:?}");
        let z = tensor(&normals("z", 4 * latents), [4, latents]);
        assert_eq!(decoder.forward(z.clone()).dims(), [4, width], "{shape:?}");
        // A bias for each pixel: the output moves by it, and by nothing else.
        let bias = normals("bias", width);
        let moved = numbers(decoder.clone().with_output_bias(&bias).forward(z.clone()));
        for (at, (a, b)) in moved.iter().zip(&numbers(decoder.forward(z))).enumerate() {
            assert!((a - b - bias[at % width]).abs() < 1e-5);
        }
        let vae = Vae::new(encoder, decoder, latents, Likelihood::ContinuousBernoulli, &device);
        if width > 1 {
            let found = losses(vae, width, 8);
            assert!(found[7] < found[0], "{shape:?}: {found:?}");
        }
    }
}

#[test]
fn convolutions_come_to_the_same_bits_on_any_threads() {
    let (device, key, shape) = (Device::flex(), Key::new(4), [1, 28, 28]);
    let pixels = uniforms("pictures", 64 * 784);
    let rows = Rows::new(&pixels, 784);
    let run = |threads: usize| {
        let encoder = ConvEncoder::new(shape, 8, 6, Activation::Relu, key.site("encoder"), &device);
        let decoder = ConvDecoder::new(3, 8, shape, Activation::Relu, key.site("decoder"), &device);
        let vae = Vae::new(encoder, decoder, 3, Likelihood::Bernoulli, &device);
        let config = FitConfig { epochs: 10, batch: 64, ..FitConfig::default() };
        let mut fit = Fit::new(vae, rows, rows, config, threads, &device).expect("a run");
        for _ in 0..10 {
            fit.advance().expect("a finite step");
        }
        fit.checkpoint()
    };
    let one = run(1);
    assert_eq!(one.counts.applied, 10);
    for threads in [2, 4] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn every_likelihood_and_activation_learns_with_perceptrons() {
    let (device, key, width, latents) = (Device::flex(), Key::new(2), 12, 2);
    let laws = [
        Likelihood::Bernoulli,
        Likelihood::ContinuousBernoulli,
        Likelihood::Gaussian { scale: GaussianScale::Fixed(0.5) },
        Likelihood::Gaussian { scale: GaussianScale::Learned(1.0) },
        Likelihood::Categorical { levels: 4 },
    ];
    for (at, law) in laws.into_iter().enumerate() {
        let activation =
            [Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Silu, Activation::Identity][at];
        let encoder = Mlp::new(&[width, 16, 2 * latents], activation, key.site("encoder"), &device);
        let outputs = width * law.outputs_per_pixel();
        let decoder = Mlp::new(&[latents, 16, outputs], activation, key.site("decoder"), &device);
        let vae = Vae::new(encoder, decoder, latents, law, &device).with_mean_image(&[0.4; 12]);
        let found = losses(vae, width, 8);
        assert!(found[7] < found[0], "{law:?}: {found:?}");
    }
}

#[test]
fn a_learned_scale_starts_where_it_is_told_and_cannot_vanish() {
    let (device, key) = (Device::flex(), Key::new(5));
    let log_likelihood = |scale: GaussianScale, difference: f32| {
        let encoder = Mlp::new(&[1, 2], Activation::Identity, key.site("encoder"), &device);
        let decoder = Mlp::new(&[1, 1], Activation::Identity, key.site("decoder"), &device);
        let vae = Vae::new(encoder, decoder, 1, Likelihood::Gaussian { scale }, &device);
        // At z = 0 the decoder gives its bias, which is 0.
        numbers(vae.log_likelihood(tensor(&[0.0], [1, 1, 1]), tensor(&[difference], [1, 1])))[0]
    };
    for scale in [0.01, 0.5, 3.0] {
        let (learned, fixed) =
            (log_likelihood(GaussianScale::Learned(scale), 0.02), log_likelihood(GaussianScale::Fixed(scale), 0.02));
        // A raw log-scale near 8 above its floor, rounded a few times at that size, twice in an exponent of at most (0.02 / 0.01)².
        assert!((learned - fixed).abs() < 1e-5, "{scale}: {learned}, {fixed}");
    }
    for impossible in [0.0, -1.0, f64::NAN, 1e-30, f64::INFINITY] {
        let found = log_likelihood(GaussianScale::Learned(impossible), 0.0);
        // ln of 1/(√(2π) e^-8) is 7.1: no pixel has a larger density.
        assert!(found.is_finite() && found < 7.1, "{impossible}: {found}");
    }
}
