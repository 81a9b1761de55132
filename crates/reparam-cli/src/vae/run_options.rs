//! The options of a run as the command line takes them, each with its default, unit and source.
#![allow(clippy::doc_markdown, reason = "the comments are the command's help, where backticks would be noise")]

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::options::{
    ActivationKind, BinarizeKind, EntropyKind, EstimatorKind, GaussianScaleChoice, LatentLawKind, LikelihoodKind,
    NetworkKind, ObjectiveKind, ScheduleKind,
};

/// The options of a run that were given; each is a key of [`super::RunConfig`].
#[derive(Debug, Default, Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunOptions {
    /// Images: a folder of idx or PNG files, or a file .idx, .npy, .npz, .csv [default: the digits inside]
    #[arg(long, value_name = "PATH", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// Raw pixel value that becomes 1 [default: as the format or the largest value says]
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<f64>,
    /// Channels, height, width of an image in flat rows [default: a square with one channel]
    #[arg(long, value_name = "CxHxW", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_shape: Option<String>,
    /// CSV column with labels, a name or a number from 1 [default: one named label, class or target]
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// Part of the images held out where the data bring no test part [default: 1/6]
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_fraction: Option<f64>,
    /// Part of the training images that validate, at most 1,000 of them; 0: none [default: 0.05]
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true, help_heading = "Data")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<f64>,

    /// Kind of encoder and decoder [default: mlp]
    #[arg(long, value_enum, help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkKind>,
    /// Widths of the hidden layers of an mlp [default: 200,200]
    #[arg(long, value_name = "WIDTHS", value_delimiter = ',', help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Vec<usize>>,
    /// Maps of the inner convolution of a conv network [default: 32]
    #[arg(long, value_name = "COUNT", help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<usize>,
    /// Non-linearity [default: gelu]
    #[arg(long, value_enum, help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation: Option<ActivationKind>,
    /// Latent dimensions [default: 32]
    #[arg(long, value_name = "COUNT", help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latents: Option<usize>,
    /// Law of a pixel given the latent [default: bernoulli]
    #[arg(long, value_enum, help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likelihood: Option<LikelihoodKind>,
    /// Scale of the gaussian likelihood: 'learned', or a number in units of the scaled data [default: learned]
    #[arg(long, value_name = "SCALE", value_parser = GaussianScaleChoice::parse, allow_negative_numbers = true, help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gaussian_scale: Option<GaussianScaleChoice>,
    /// Grey levels of the categorical likelihood [default: 17 for the digits inside, else 256]
    #[arg(long, value_name = "COUNT", help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<usize>,
    /// When intensities become zeros and ones [default: dynamic for bernoulli, else none]
    #[arg(long, value_enum, help_heading = "Model")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binarize: Option<BinarizeKind>,

    /// Law of the latent; discrete ones are trained by --estimator [default: normal]
    #[arg(long, value_enum, help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latent_law: Option<LatentLawKind>,
    /// Categories of each latent variable of the categorical law [default: 10]
    #[arg(long, value_name = "COUNT", help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<usize>,
    /// How the encoder's gradient goes through discrete latents [default: disarm]
    #[arg(long, value_enum, help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimator: Option<EstimatorKind>,
    /// Temperature of relaxations at the first step; rebar learns from there [default: 0.5]
    #[arg(long, value_name = "TEMPERATURE", allow_negative_numbers = true, help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Temperature at the end of --anneal-epochs, reached by equal factors [default: 0.5]
    #[arg(long, value_name = "TEMPERATURE", allow_negative_numbers = true, help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_temperature: Option<f64>,
    /// Epochs over which the temperature falls (Jang et al. 2017); 0: it stays as it starts [default: 0]
    #[arg(long, value_name = "EPOCHS", help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anneal_epochs: Option<u64>,
    /// Memory of the baseline of score-function-running-mean [default: 0.99]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, help_heading = "Discrete latents")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_decay: Option<f64>,

    /// Bound that is maximised [default: elbo]
    #[arg(long, value_enum, help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<ObjectiveKind>,
    /// How the entropy enters the ELBO [default: closed-form]
    #[arg(long, value_enum, help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<EntropyKind>,
    /// Draws from the posterior for each image; 2 where an estimator of discrete latents needs a pair [default: 1]
    #[arg(long, value_name = "COUNT", help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<usize>,
    /// Doubly reparameterised gradient of the IWAE bound (DReG, Tucker et al. 2019) [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dreg: Option<bool>,
    /// Final weight of the KL divergence; 1 is the ELBO (Higgins et al. 2017) [default: 1]
    #[arg(long, value_name = "WEIGHT", allow_negative_numbers = true, help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// Epochs over which that weight rises from 0 (Sønderby et al. 2016); 0: none [default: 0, or 3 in 10 of the run with discrete latents]
    #[arg(long, value_name = "EPOCHS", help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kl_warmup_epochs: Option<u64>,
    /// Nats that each latent may carry for free (Kingma et al. 2016) [default: 0]
    #[arg(long, value_name = "NATS", allow_negative_numbers = true, help_heading = "Objective")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bits: Option<f64>,

    /// Passes over the training images [default: 100, or as many as make 8,000 steps]
    #[arg(long, value_name = "COUNT", help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// Images in a step [default: 128]
    #[arg(long, value_name = "IMAGES", help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// Learning rate of Adam (Kingma and Ba 2015) at the first step [default: 0.003]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// How the learning rate changes [default: linear]
    #[arg(long, value_enum, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleKind>,
    /// Share of the learning rate at the last step, of linear and cosine [default: 0]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_floor: Option<f64>,
    /// Epochs between two decays, of step [default: 50]
    #[arg(long, value_name = "EPOCHS", help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay_every_epochs: Option<u64>,
    /// What the rate is multiplied by at a decay, of step [default: 0.5]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decay_factor: Option<f64>,
    /// Largest norm of the gradient; 0: no clipping [default: 0]
    #[arg(long, value_name = "NORM", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// Decoupled weight decay per unit of learning rate (AdamW, Loshchilov and Hutter 2019) [default: 0]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// Stop after this many epochs without a better validation ELBO and keep the best model; 0: never [default: 0]
    #[arg(long, value_name = "EPOCHS", help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
    /// Stop after this many seconds of training; 0: never [default: 0]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Epochs between two measurements of the gradient's noise, which fill gradient_variance in metrics.csv; 0: none [default: 0, or a 20th of the run with discrete latents]
    #[arg(long, value_name = "EPOCHS", help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient_noise_every: Option<u64>,
    /// Seed of everything random [default: 0]
    // TOML's whole numbers end at 2^63 - 1.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64), help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Parts of a batch that run side by side; changes the last bits of the result [default: 2]
    #[arg(long, value_name = "COUNT", help_heading = "Training")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<usize>,

    /// Threads; the result does not depend on it; 0: all cores [default: 0]
    #[arg(long, value_name = "COUNT", help_heading = "Machine")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// cpu, cuda, cuda:N or wgpu [default: cpu]
    #[arg(long, value_name = "NAME", help_heading = "Machine")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Minutes between two checkpoints; 0: only at the end [default: 1]
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true, help_heading = "Machine")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_minutes: Option<f64>,
    /// Steps between two checkpoints; 0: by the clock alone [default: 0]
    #[arg(long, value_name = "STEPS", help_heading = "Machine")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_steps: Option<u64>,

    /// Draws for each image behind the negative log-likelihood (Burda et al. 2016) [default: 500]
    #[arg(long, value_name = "COUNT", help_heading = "Evaluation")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nll_samples: Option<usize>,
    /// Test images behind it, at most; the same ones each time; 0: all [default: 1000]
    #[arg(long, value_name = "COUNT", help_heading = "Evaluation")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nll_images: Option<usize>,
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command};

    use super::*;
    use crate::vae::RunConfig;

    #[test]
    fn every_option_has_a_key_and_its_help_states_the_default() {
        let command = RunOptions::augment_args(Command::new("train"));
        let table = toml::Table::try_from(RunConfig::default()).unwrap();
        let mut keys: Vec<&str> = Vec::new();
        for argument in command.get_arguments() {
            let Some(name) = argument.get_long() else {
                continue;
            };
            keys.push(name);
            let help = argument.get_help().unwrap().to_string();
            let help = argument.get_long_help().map_or(help, ToString::to_string);
            let stated = help
                .split_once("[default: ")
                .unwrap_or_else(|| panic!("--{name} states no default: {help}"))
                .1
                .trim_end_matches(']');
            // Options that depend on the data have no number to compare with.
            let Some(value) = table.get(name) else {
                continue;
            };
            let value = match value {
                toml::Value::String(word) => word.clone(),
                toml::Value::Array(list) => {
                    let items: Vec<String> = list.iter().map(ToString::to_string).collect();
                    items.join(",")
                }
                other => other.to_string(),
            };
            let same = stated == value
                || stated.parse::<f64>().ok() == value.parse::<f64>().ok() && stated.parse::<f64>().is_ok()
                || (stated, value.as_str()) == ("1/6", "0.16666666666666666");
            assert!(same, "--{name}: help says {stated}, the default is {value}");
        }
        for key in table.keys() {
            assert!(keys.contains(&key.as_str()), "{key} has no flag");
        }
    }
}
