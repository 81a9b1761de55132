//! A tiny autoencoder with two discrete latents, all of whose values can be listed.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use reparam::estimator::Temperature;
use reparam::nn::{Activation, Mlp};
use reparam::objective::LatentModel;
use reparam::train::{AdamConfig, Schedule, Surrogate, TrainerConfig, load_parameters, read_parameters};
use reparam::vae::{
    Binarization, DiscreteConfig, Event, Fit, FitConfig, LatentEstimator, LatentLaw, Likelihood, Rows, Stop, Vae,
};
use reparam_core::noise::Key;

/// Pixels of an image.
pub const WIDTH: usize = 3;
/// Coins or variables.
pub const LATENTS: usize = 2;
/// The one image.
pub const IMAGE: [f32; WIDTH] = [0.9, 0.2, 0.6];

pub type Small = Vae<Mlp, Mlp>;

pub const LAWS: [LatentLaw; 2] = [LatentLaw::Bernoulli, LatentLaw::Categorical { categories: 3 }];

pub const UNBIASED: [LatentEstimator; 7] = [
    LatentEstimator::ScoreFunction,
    LatentEstimator::ScoreFunctionRunningMean,
    LatentEstimator::Rloo,
    LatentEstimator::Muprop,
    LatentEstimator::Arm,
    LatentEstimator::Disarm,
    LatentEstimator::Rebar,
];

/// Biased ones whose decoder meets hard latents, as it does when the model is used.
pub const STRAIGHT: [LatentEstimator; 5] = [
    LatentEstimator::GumbelStraightThrough,
    LatentEstimator::StraightThrough,
    LatentEstimator::Reinmax,
    LatentEstimator::GappedStraightThrough,
    LatentEstimator::GumbelRao,
];

/// Whether the estimator takes this law.
pub fn fits(estimator: LatentEstimator, law: LatentLaw) -> bool {
    estimator != LatentEstimator::Arm || law == LatentLaw::Bernoulli
}

/// Weights three times as large as at the start of a run, so that latents matter.
pub fn vae(law: LatentLaw) -> Small {
    let (device, key) = (Device::flex(), Key::new(3));
    let (code, value) = (law.code_width(LATENTS), law.value_width(LATENTS));
    let vae = Vae::new(
        Mlp::new(&[WIDTH, 4, code], Activation::Tanh, key.site("encoder"), &device),
        Mlp::new(&[value, 4, WIDTH], Activation::Tanh, key.site("decoder"), &device),
        LATENTS,
        Likelihood::Bernoulli,
        &device,
    )
    .with_latent_law(law);
    let mut parameters = read_parameters(&vae);
    parameters.values_mut().flat_map(|(_, values)| values).for_each(|w| *w *= 3.0);
    load_parameters(vae, &parameters).expect("the same model")
}

pub fn discrete(estimator: LatentEstimator, draws: usize) -> DiscreteConfig {
    DiscreteConfig {
        estimator,
        draws: draws.next_multiple_of(estimator.least_draws()),
        temperature: Temperature::Constant { value: 0.7 },
        ..DiscreteConfig::default()
    }
}

/// Steps that move no weight, and of which Adam's first moment is the very gradient: it forgets at once.
pub fn frozen(estimator: LatentEstimator, draws: usize, rows: usize, steps: u64) -> FitConfig {
    FitConfig {
        epochs: steps,
        batch: rows,
        // Of f32 weights, all above 1e-20 or 0, this moves nothing that a gradient sees.
        learning_rate: 1e-30,
        schedule: Schedule::Constant,
        discrete: discrete(estimator, draws),
        binarization: Binarization::None,
        seed: 11,
        trainer: TrainerConfig {
            shards: 2,
            adam: AdamConfig { beta1: 0.0, ..AdamConfig::default() },
            ..TrainerConfig::default()
        },
        ..FitConfig::default()
    }
}

/// What frozen steps said.
pub struct Seen {
    /// Gradients, a list of all weights for each step.
    pub gradients: Vec<Vec<f64>>,
    /// Mean log-likelihood of each step, as reported.
    pub reconstructions: Vec<f64>,
    /// Divergence, as reported.
    pub kls: Vec<f64>,
}

/// Makes frozen steps.
pub fn watch(law: LatentLaw, config: FitConfig) -> Seen {
    let pixels = IMAGE.repeat(config.batch);
    let rows = Rows::new(&pixels, WIDTH);
    let none = Rows::new(&[], WIDTH);
    let mut fit = Fit::new(vae(law), rows, none, config, 1, &Device::flex()).expect("a run");
    let mut gradients = Vec::new();
    while let Event::Epoch { .. } = fit.advance().expect("finite steps") {
        let moments = fit.trainer().adam().state();
        gradients.push(moments.iter().flat_map(|m| m[0].iter().map(|g| f64::from(*g))).collect());
    }
    let history = fit.history();
    Seen {
        gradients,
        reconstructions: history.iter().map(|row| row.reconstruction).collect(),
        kls: history.iter().map(|row| row.kl).collect(),
    }
}

/// Weights of the encoder.
pub fn encoder_width(law: LatentLaw) -> usize {
    WIDTH * 4 + 4 + 4 * law.code_width(LATENTS) + law.code_width(LATENTS)
}

/// All values of the latents, `[S, W]` row-major.
pub fn all_values(law: LatentLaw) -> Vec<f32> {
    let choices: Vec<Vec<f32>> = match law {
        LatentLaw::Categorical { categories } => {
            (0..categories).map(|k| (0..categories).map(|j| f32::from(u8::from(j == k))).collect()).collect()
        }
        _ => vec![vec![0.0], vec![1.0]],
    };
    choices.iter().flat_map(|a| choices.iter().flat_map(|b| [a.clone(), b.clone()].concat())).collect()
}

/// By enumeration: expected log-likelihood, divergence, and the gradient of minus the ELBO in all weights.
pub fn exact(law: LatentLaw) -> (f64, f64, Vec<f64>) {
    let model = vae(law).train();
    let x = Tensor::<2>::from_data(TensorData::new(IMAGE.to_vec(), [1, WIDTH]), &Device::flex());
    let values = all_values(law);
    let width = law.value_width(LATENTS);
    let count = values.len() / width;
    let z = Tensor::<2>::from_data(TensorData::new(values, [count, width]), &Device::flex());
    let probs = model.encode(x.clone()).mean();
    let met = z.clone() * probs.clone();
    let (prob, prior) = if let LatentLaw::Categorical { categories } = law {
        let each = |i: usize| met.clone().narrow(1, i * categories, categories).sum_dim(1);
        (each(0) * each(1), (categories as f64).powi(-2))
    } else {
        let missed = (z.clone().neg() + 1.0) * (probs.neg() + 1.0);
        let both = met + missed;
        (both.clone().narrow(1, 0, 1) * both.narrow(1, 1, 1), 0.25)
    };
    let log_likelihood = model.log_likelihood(z.unsqueeze_dim::<3>(1), x).reshape([count, 1]);
    let reconstruction = (prob.clone() * log_likelihood).sum();
    let kl = (prob.clone() * (prob.log() - prior.ln())).sum();
    let loss = kl.clone() - reconstruction.clone();
    let number = |t: &Tensor<1>| t.clone().inner().into_scalar::<f64>();
    let found = (number(&reconstruction), number(&kl));
    let surrogate = Surrogate { sums: loss.clone().inner(), loss, second: None };
    let gradients = surrogate.backward().collect(&model);
    let gradients =
        gradients.into_iter().flat_map(|g| g.expect("a gradient").into_data().iter::<f64>().collect::<Vec<_>>());
    (found.0, found.1, gradients.collect())
}

/// Advances to the end.
pub fn finish(fit: &mut Fit<'_, Mlp, Mlp>) -> Stop {
    loop {
        if let Event::Finished(stop) = fit.advance().expect("finite steps") {
            return stop;
        }
    }
}

/// Mean and standard error of the mean.
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
