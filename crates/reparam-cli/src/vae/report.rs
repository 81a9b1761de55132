//! The report and the pictures of a run.

use burn::tensor::Device;
use rayon::ThreadPool;
use reparam::train::parameter_count;
use reparam::vae::{EpochRow, LatentEstimator, LatentLaw, Rows, posterior_means, posterior_modes};

use super::dataset::{Dataset, label, pick, source};
use super::decode::{decode, images, sheet};
use super::error::shell_word;
use super::evaluate::Judgement;
use super::interpolate::bridge;
use super::metrics::Timing;
use super::model::Model;
use super::options::{BinarizeKind, NetworkKind, ObjectiveKind};
use super::projection::{principal_components, widest_axes};
use super::reconstruct::pairs;
use super::run_folder::{RunFolder, VERSION};
use super::sample::{COLUMNS, prior};
use super::training::Clock;
use super::traverse::{MOST_ACTIVE, path, switches, values};
use super::{RunConfig, VaeError};
use crate::data::ImageSet;
use crate::report::number::Measured;
use crate::report::{ImageTable, LatentAxis, LatentMap, Pairs, Scores, VaeReport, overview_picture, render_vae};

/// Images on the latent map, at most.
const MAP_IMAGES: usize = 2000;
/// Held-out images beside their reconstructions.
const RECONSTRUCTIONS: usize = 30;
/// Latent axes behind the principal components, at most: their cost grows with the square.
const MOST_COMPONENT_AXES: usize = 64;
/// Images drawn from the prior.
const SAMPLES: usize = 64;
/// Axes that are traversed on the page: those that carry most.
const AXES: usize = 12;
/// Pairs between which the page interpolates.
const PAIRS: usize = 6;
/// Images in a row of a traversal or an interpolation.
const STEPS: usize = 11;

/// Files that a report leaves.
pub const FILES: [&str; 5] = ["report.html", "overview.svg", "samples.png", "reconstructions.png", "traversal.png"];

/// What the report is about.
pub struct Subject<'a> {
    /// Where it is written.
    pub folder: &'a RunFolder,
    /// The run's options.
    pub config: &'a RunConfig,
    /// Its data.
    pub dataset: &'a Dataset,
    /// Its model.
    pub model: &'a Model,
    /// Where the model computes.
    pub device: &'a Device,
    /// The threads.
    pub pool: &'a ThreadPool,
    /// The rows of `metrics.csv`.
    pub history: &'a [EpochRow],
    /// When they were reached.
    pub timing: &'a Timing,
    /// How long it all took.
    pub clock: &'a Clock,
    /// What held-out images say.
    pub judgement: &'a Judgement,
    /// Warnings of this run.
    pub notes: &'a [String],
}

/// The command that repeats a run.
pub fn repeat(folder: &RunFolder) -> String {
    let path = folder.path().to_string_lossy();
    let again = format!("{}-again", path.trim_end_matches('/'));
    format!(
        "reparam vae train --config {} --out {}",
        shell_word(&folder.file("config.toml").to_string_lossy()),
        shell_word(&again)
    )
}

/// Writes the report and the pictures.
pub fn write(subject: &Subject<'_>) -> Result<(), VaeError> {
    let Subject { folder, dataset, .. } = subject;
    let mut report = text_parts(subject)?;
    let channels = dataset.info.shape[0];
    if channels == 1 || channels == 3 {
        pictures(subject, &mut report)?;
    } else {
        report
            .notes
            .push(format!("Images of {channels} channels have no pictures: 1 (grey) or 3 (red, green, blue) would."));
    }
    report.latent_map = latent_map(subject, &dataset.test);
    folder.write("overview.svg", &overview_picture(&report))?;
    folder.write("report.html", render_vae(&report).as_bytes())
}

impl Subject<'_> {
    fn decode(&self, z: &[f32]) -> Vec<f32> {
        self.pool.install(|| decode(self.model, z, self.device))
    }

    fn encode(&self, pixels: &[f32]) -> Vec<f32> {
        let rows = Rows::new(pixels, self.dataset.test.shape.pixels());
        self.pool.install(|| posterior_means(self.model, rows, self.device)).0
    }
}

impl Subject<'_> {
    /// The most probable latents, as the decoder takes them.
    fn codes(&self, pixels: &[f32]) -> Vec<f32> {
        let rows = Rows::new(pixels, self.dataset.test.shape.pixels());
        self.pool.install(|| posterior_modes(self.model, rows, self.device))
    }
}

fn pictures(subject: &Subject<'_>, report: &mut VaeReport) -> Result<(), VaeError> {
    let (folder, info) = (subject.folder, &subject.dataset.info);
    let (test, config) = (&subject.dataset.test, subject.config);
    let first = |count: usize| -> Vec<usize> { (0..test.count().min(count)).collect() };

    let originals = pick(test, &first(RECONSTRUCTIONS));
    let decoded = subject.decode(&subject.codes(&originals));
    folder.write("reconstructions.png", &pairs(originals.clone(), decoded.clone(), info)?)?;
    report.reconstructions =
        Some(Pairs { originals: images(originals, info)?, reconstructions: images(decoded, info)? });

    let samples = subject.decode(&prior(config.seed, SAMPLES, config));
    folder.write("samples.png", &sheet(samples.clone(), COLUMNS, info)?)?;
    report.samples = Some(images(samples, info)?);

    let mut axes = subject.judgement.active_axes();
    axes.truncate(MOST_ACTIVE);
    let law = config.latents_law();
    let along = values(-3.0, 3.0, STEPS);
    let traversed = |axes: &[usize]| match law {
        LatentLaw::Normal => (path(&vec![0.0_f32; config.latents], axes, &along), STEPS),
        _ => switches(&prior(config.seed, 1, config), axes, law),
    };
    let (every, columns) = traversed(&axes);
    folder.write("traversal.png", &sheet(subject.decode(&every), columns, info)?)?;
    axes.truncate(AXES);
    report.traversals = Some(ImageTable {
        images: images(subject.decode(&traversed(&axes).0), info)?,
        columns,
        row_labels: axes.iter().map(|axis| format!("z{axis}")).collect(),
        column_labels: match law {
            LatentLaw::Normal => along.iter().map(|value| format!("{value:.1}")).collect(),
            _ => (0..columns).map(|value| value.to_string()).collect(),
        },
    });

    let ends = first(2 * PAIRS);
    if ends.len() > 1 {
        let codes = subject.codes(&pick(test, &ends[..ends.len() / 2 * 2]));
        let moved = subject.decode(&bridge(&codes, config, STEPS));
        report.interpolations = Some(ImageTable {
            images: images(moved, info)?,
            columns: STEPS,
            row_labels: Vec::new(),
            column_labels: values(0.0, 1.0, STEPS).iter().map(|t| format!("{t:.1}")).collect(),
        });
    }
    Ok(())
}

fn latent_map(subject: &Subject<'_>, test: &ImageSet) -> Option<LatentMap> {
    let count = test.count().min(MAP_IMAGES);
    let shown: Vec<usize> = (0..count).collect();
    let codes = subject.encode(&pick(test, &shown));
    let labels: Option<Vec<String>> = shown.iter().map(|&i| label(test, i)).collect();
    let latents = subject.config.latent_width();
    let map = match latents {
        0 => return None,
        1 => LatentMap {
            points: codes.iter().map(|&z| (f64::from(z), 0.0)).collect(),
            one_dimensional: true,
            labels,
            axes: ["z0".into(), String::new()],
            choice: String::new(),
        },
        2 => LatentMap {
            points: codes.chunks_exact(2).map(|z| (f64::from(z[0]), f64::from(z[1]))).collect(),
            one_dimensional: false,
            labels,
            axes: ["z0".into(), "z1".into()],
            choice: "The two axes are the latent's own.".into(),
        },
        _ => {
            let (codes, kept) = widest_axes(&codes, latents, MOST_COMPONENT_AXES);
            let found = principal_components(&codes, kept);
            let of = if kept < latents {
                format!("the {kept} latent axes, of {latents}, that vary most")
            } else {
                format!("the {latents} latent axes")
            };
            LatentMap {
                points: found.points,
                one_dimensional: false,
                labels,
                axes: ["first principal component".into(), "second principal component".into()],
                choice: format!(
                    "The axes are the first two principal components of the posterior means of {count} images; they show {:.0} % of \
                     the variance of {of}, so groups that overlap here may lie apart.",
                    100.0 * (found.shares[0] + found.shares[1])
                ),
            }
        }
    };
    Some(map)
}

/// All that is no picture.
fn text_parts(subject: &Subject<'_>) -> Result<VaeReport, VaeError> {
    let Subject { folder, config, judgement, clock, .. } = subject;
    let found = &judgement.evaluation;
    let bits = judgement
        .bits_per_dimension
        .map(|bits| Measured::with_error(bits, found.nll_se * bits / found.nll.max(f64::MIN_POSITIVE)));
    let images = clock.epochs as f64 * subject.dataset.info.train_images as f64;
    let speed = (clock.seconds > 0.0).then(|| images / clock.seconds);
    let axes = found.kl_per_latent.iter().zip(&found.mean_variance);
    Ok(VaeReport {
        run: folder.name(),
        command: repeat(folder),
        config_toml: config.to_toml()?,
        facts: facts(subject),
        scores: Scores {
            nll: Some(Measured::with_error(found.nll, found.nll_se)),
            nll_samples: Some(found.nll_samples as u64),
            nll_images: Some(found.rows as u64),
            floor: judgement.floor,
            elbo: Some(Measured::with_error(found.elbo, found.elbo_se)),
            reconstruction: Some(Measured::exact(found.reconstruction)),
            kl: Some(Measured::exact(found.kl)),
            active_units: Some((found.active_units as u64, config.latents as u64)),
            bits_per_dimension: bits,
            seconds: Some(clock.seconds),
            images_per_second: speed,
            skipped_steps: Some(clock.skipped),
            bounds: found.bounds.iter().map(|&(draws, bound)| (draws as u64, bound)).collect(),
            ..Scores::default()
        },
        notes: subject.notes.to_vec(),
        binarised: config.binarization() != BinarizeKind::None,
        epochs: subject
            .history
            .iter()
            .map(|row| crate::report::EpochRow {
                epoch: row.epoch as f64,
                step: row.step,
                seconds: subject.timing.seconds_at(row.epoch),
                elbo: row.elbo,
                objective: (config.objective == ObjectiveKind::Iwae).then_some(row.objective),
                reconstruction: row.reconstruction,
                kl: row.kl,
                validation_elbo: row.validation_elbo,
                validation_elbo_se: row.validation_elbo_se,
                learning_rate: Some(row.learning_rate),
                kl_weight: Some(row.kl_weight),
                gradient_norm: row.gradient_norm,
                gradient_variance: row.gradient_variance,
            })
            .collect(),
        latents: axes
            .enumerate()
            .map(|(index, (kl, variance))| LatentAxis { index, kl: *kl, mean_variance: Some(*variance) })
            .collect(),
        citations: citations(config),
        ..VaeReport::default()
    })
}

fn facts(subject: &Subject<'_>) -> Vec<(String, String)> {
    let (config, info) = (subject.config, &subject.dataset.info);
    let [channels, height, width] = info.shape;
    let widths: Vec<String> = config.hidden.iter().map(usize::to_string).collect();
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let network = match config.network {
        NetworkKind::Mlp => format!("mlp {} {}", widths.join("-"), word(&config.activation)),
        NetworkKind::Conv => format!("conv {} {}", config.features, word(&config.activation)),
    };
    let parameters = parameter_count(subject.model);
    let likelihood = toml::Value::try_from(config.likelihood)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default();
    let objective = match config.objective {
        ObjectiveKind::Elbo if config.beta == 1.0 => "ELBO".into(),
        ObjectiveKind::Elbo => format!("ELBO with beta {}", config.beta),
        ObjectiveKind::Iwae if config.dreg => format!("IWAE, {} draws, DReG", config.draws),
        ObjectiveKind::Iwae => format!("IWAE, {} draws", config.draws),
    };
    let binarization = match config.binarization() {
        BinarizeKind::Dynamic => ", binarised afresh at every step",
        BinarizeKind::Fixed => ", binarised once",
        BinarizeKind::None => "",
    };
    [
        ("Data", source(config)),
        (
            "Images",
            format!(
                "{} to learn from, {} to validate, {} held out; {channels}x{height}x{width}",
                info.train_images, info.validation_images, info.test_images
            ),
        ),
        ("Model", format!("{network}, {likelihood}{binarization}")),
        ("Parameters", parameters.to_string()),
        ("Latent", latent(config)),
        ("Objective", objective),
        ("Epochs", format!("{} of {}", subject.clock.epochs, config.epochs.unwrap_or(0))),
        ("Seed", config.seed.to_string()),
        ("Version", format!("reparam {VERSION}")),
        ("Device", config.device.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// The law of the latent, and how it was trained.
fn latent(config: &RunConfig) -> String {
    let estimator = LatentEstimator::from(config.estimator);
    let name = toml::Value::try_from(config.estimator).ok().and_then(|word| word.as_str().map(str::to_owned));
    let name = name.unwrap_or_default();
    let how = match (estimator.is_biased(), estimator) {
        (true, LatentEstimator::GumbelSoftmax) => {
            " (biased: trained on relaxed draws; all numbers here are of the hard model)"
        }
        (true, _) => " (biased; all numbers here are of the hard model)",
        (false, _) => " (unbiased)",
    };
    let draws = config.step_draws();
    match config.latents_law() {
        LatentLaw::Normal => format!("{} dimensions", config.latents),
        LatentLaw::Bernoulli => format!("{} coins; {name}{how}, {draws} draws a step", config.latents),
        LatentLaw::Categorical { categories } => {
            format!("{} variables of {categories} categories; {name}{how}, {draws} draws a step", config.latents)
        }
    }
}

fn citations(config: &RunConfig) -> Vec<(String, Option<String>)> {
    let mut all = Vec::new();
    if config.data.is_none() {
        all.push((
            "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, 1998. CC BY 4.0",
            "https://doi.org/10.24432/C50P49",
        ));
    }
    all.push((
        "D. P. Kingma, M. Welling: Auto-Encoding Variational Bayes. ICLR 2014",
        "https://arxiv.org/abs/1312.6114",
    ));
    all.push((
        "Y. Burda, R. Grosse, R. Salakhutdinov: Importance Weighted Autoencoders. ICLR 2016",
        "https://arxiv.org/abs/1509.00519",
    ));
    if config.dreg {
        all.push((
            "G. Tucker, D. Lawson, S. Gu, C. J. Maddison: Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives. ICLR 2019",
            "https://arxiv.org/abs/1810.04152",
        ));
    }
    all.into_iter().map(|(text, address)| (text.to_owned(), Some(address.to_owned()))).collect()
}
