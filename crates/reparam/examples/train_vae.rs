//! A variational autoencoder in one page: made-up images of bars, an MLP on each side, sixty epochs, a bound on the log-evidence.

use burn::tensor::Device;
use reparam::nn::{Activation, Mlp};
use reparam::objective::Objective;
use reparam::train::Schedule;
use reparam::vae::{Binarization, EvaluationConfig, Event, Fit, FitConfig, Likelihood, Rows, Vae, evaluate};
use reparam_core::noise::{Key, Noise};

const SIDE: usize = 6;
const LATENTS: usize = 4;

/// Images in which each row is lit with probability one half: six bits of information in thirty-six pixels.
fn bars(count: usize, key: Key) -> Vec<f32> {
    let mut lit = vec![0.0_f32; count * SIDE];
    key.step(0).fill(Noise::Uniform, 0, &mut lit);
    lit.iter().flat_map(|u| [if *u < 0.5 { 0.95 } else { 0.05 }; SIDE]).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (device, key) = (Device::flex(), Key::new(7));
    let (train, test) = (bars(1024, key.site("train")), bars(256, key.site("test")));
    let (train, test) = (Rows::new(&train, SIDE * SIDE), Rows::new(&test, SIDE * SIDE));

    let encoder = Mlp::new(&[SIDE * SIDE, 64, 2 * LATENTS], Activation::Tanh, key.site("encoder"), &device);
    let decoder = Mlp::new(&[LATENTS, 64, SIDE * SIDE], Activation::Tanh, key.site("decoder"), &device);
    let vae = Vae::new(encoder, decoder, LATENTS, Likelihood::Bernoulli, &device).with_mean_image(&train.mean());

    let config = FitConfig {
        epochs: 60,
        batch: 64,
        learning_rate: 5e-3,
        schedule: Schedule::Cosine { floor: 0.05 },
        objective: Objective::default(), // the ELBO, with the divergence in closed form
        ..FitConfig::default()
    };
    let mut fit = Fit::new(vae, train, test, config, 2, &device)?;
    loop {
        match fit.advance()? {
            Event::Epoch { row, .. } if row.epoch % 20 == 0 => {
                println!("epoch {:3}: ELBO {:.2} nats an image, of which KL {:.2}", row.epoch, row.objective, row.kl);
            }
            Event::Finished(_) => break,
            _ => {}
        }
    }
    let how = EvaluationConfig { draws: 100, bounds: vec![1, 10, 100], binarization: Binarization::Dynamic, seed: 1 };
    let result = evaluate(fit.trainer().model(), test, &how, &device);
    println!("held out: -log p(x) <= {:.2} ± {:.2} nats; bounds {:.2?}", result.nll, result.nll_se, result.bounds);
    // Independent pixels, each lit half of the time, would cost 36 ln 2 = 24.95 nats.
    assert!(result.nll < 24.0 && result.bounds[0].1 <= result.bounds[2].1);
    Ok(())
}
