//! `reparam vae evaluate`, and the judgement at the end of training.

use burn::tensor::Device;
use rayon::ThreadPool;
use reparam::vae::{Evaluation, EvaluationConfig, Rows, evaluate};
use serde::{Deserialize, Serialize};

use super::args::EvaluateArgs;
use super::dataset::{Dataset, judged, pick, read_like};
use super::decode::{Opened, threads};
use super::floor::independent_pixels;
use super::model::Model;
use super::run_folder::{RunFolder, VERSION};
use super::summary::Summary;
use super::training::read_clock;
use super::{RunConfig, VaeError};
use crate::data::ImageSet;
use crate::report::ACTIVE_VARIANCE;

/// Seed of binarisation and draws: the same for all runs, so that models are compared on the same data.
const SEED: u64 = 0;
/// Numbers of draws whose bounds are reported beside the best.
const BOUNDS: [usize; 4] = [1, 5, 50, 500];

/// Where the judgement at the end of training stands.
pub const FILE: &str = "evaluation.json";

/// What `evaluation.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The program that judged.
    pub version: String,
    /// Name of the data.
    pub data: String,
    /// Images that were there; `evaluation.rows` of them were judged.
    pub images: usize,
    /// Negative log-likelihood of independent pixels at their training means, nats per image.
    pub floor: Option<f64>,
    /// Bits for each pixel and channel, for laws of grey levels.
    pub bits_per_dimension: Option<f64>,
    /// Bounds and parts.
    pub evaluation: Evaluation,
}

/// The judgement of a finished run; one that is missing or damaged is none.
pub fn known(folder: &RunFolder) -> Option<Judgement> {
    let text = std::fs::read(folder.file(FILE)).ok()?;
    serde_json::from_slice(&text).ok()
}

impl Judgement {
    /// The latent axes that are in use, the one that carries most first; all axes where none is.
    pub fn active_axes(&self) -> Vec<usize> {
        let (kl, variance) = (&self.evaluation.kl_per_latent, &self.evaluation.mean_variance);
        let mut axes: Vec<usize> = (0..kl.len()).collect();
        axes.sort_by(|&a, &b| kl[b].total_cmp(&kl[a]).then(a.cmp(&b)));
        let is_active = |axis: &usize| variance.get(*axis).is_some_and(|v| *v > ACTIVE_VARIANCE);
        if axes.iter().any(is_active) {
            axes.retain(is_active);
        }
        axes
    }
}

/// Judges a model by at most `most` images.
pub fn judge(
    model: &Model,
    images: &ImageSet,
    train: Option<Rows<'_>>,
    config: &RunConfig,
    device: &Device,
    pool: &ThreadPool,
) -> Judgement {
    let draws = config.nll_samples;
    let chosen = judged(images.count(), config.nll_images);
    let pixels = pick(images, &chosen);
    let rows = Rows::new(&pixels, images.shape.pixels()).with_numbers(&chosen);
    // Each number of draws must divide the next.
    let mut bounds: Vec<usize> = BOUNDS.into_iter().filter(|k| *k < draws && draws.is_multiple_of(*k)).collect();
    bounds.push(draws);
    let how = EvaluationConfig { draws, bounds, binarization: config.binarization().into(), seed: SEED };
    let evaluation = pool.install(|| evaluate(model, rows, &how, device));
    let floor = train.map(|train| {
        let data = rows.judged(0..rows.len(), how.binarization, SEED);
        independent_pixels(train, Rows::new(&data, rows.width()), model.likelihood())
    });
    let bits = matches!(model.likelihood(), reparam::vae::Likelihood::Categorical { .. });
    Judgement {
        version: VERSION.into(),
        data: images.name.clone(),
        images: images.count(),
        floor,
        bits_per_dimension: bits.then(|| evaluation.nll / (rows.width() as f64 * std::f64::consts::LN_2)),
        evaluation,
    }
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> Result<(), VaeError> {
    let run = Opened::new(&args.run)?;
    let mut config = run.config.clone();
    config.nll_samples = args.nll_samples.unwrap_or(config.nll_samples);
    config.nll_images = args.nll_images.unwrap_or(config.nll_images);
    config.validate()?;
    let other = args.data.as_ref().map(|path| read_like(path, &config, &run.info.data)).transpose()?;
    // The floor needs the training images; where only they are missing, it is left out.
    let own = if other.is_some() { Dataset::load(&run.config).ok() } else { Some(run.dataset()?) };
    let own = own.filter(|own| own.info.checksum == run.info.data.checksum);
    let images = other.as_ref().or(own.as_ref().map(|own| &own.test));
    let Some(images) = images else {
        return Ok(());
    };
    let judgement = judge(
        &run.model,
        images,
        own.as_ref().map(Dataset::train_rows),
        &config,
        &run.device,
        &threads(args.run.threads)?,
    );
    let clock = read_clock(&run.folder);
    Summary::new(&run.folder, &config, &judgement, &clock, &run.info.data).print(args.json)
}
