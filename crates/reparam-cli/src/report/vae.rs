//! What a run of a variational autoencoder has to show, as plain data.

use super::html::Row;
use super::number::{Measured, counted, duration, significant};
use super::picture::Images;

/// A latent axis is in use when the posterior mean varies more than this over the data (Burda et al. 2016).
pub const ACTIVE_VARIANCE: f64 = 0.01;

/// Everything that the page of one run shows. Every part may be missing: what is not there is not on the page.
///
/// ```
/// use reparam_cli::report::{Scores, VaeReport, number::Measured, render_vae};
/// let nll = Some(Measured::with_error(16.83, 0.15));
/// let report = VaeReport { scores: Scores { nll, ..Scores::default() }, ..VaeReport::default() };
/// assert!(render_vae(&report).contains("16.83 ± 0.15"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct VaeReport {
    /// The name of the run.
    pub run: String,
    /// The command that repeats it.
    pub command: String,
    /// The whole configuration, as TOML.
    pub config_toml: String,
    /// Names and values of what was fixed: data, images, model, objective, seed, version, device.
    pub facts: Vec<(String, String)>,
    /// The results.
    pub scores: Scores,
    /// Warnings to the reader.
    pub notes: Vec<String>,
    /// Whether training binarised the images, while pictures and latents come from their grey intensities.
    pub binarised: bool,
    /// Training, one row an epoch (or any other step), in order.
    pub epochs: Vec<EpochRow>,
    /// Images that were not trained on, and what encoding and decoding makes of them.
    pub reconstructions: Option<Pairs>,
    /// Images decoded from draws from the prior.
    pub samples: Option<Images>,
    /// Images decoded along latent axes: a row is an axis, a column a value.
    pub traversals: Option<ImageTable>,
    /// Images decoded between two images: a row is a pair.
    pub interpolations: Option<ImageTable>,
    /// Posterior means of held-out images.
    pub latent_map: Option<LatentMap>,
    /// The latent axes, in any order.
    pub latents: Vec<LatentAxis>,
    /// What to cite (the data, the methods), each with an address where there is one.
    pub citations: Vec<(String, Option<String>)>,
}

/// Results on held-out images, in nats per image unless said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    /// Importance-weighted estimate of the negative log-likelihood.
    pub nll: Option<Measured>,
    /// Draws for each image behind `nll`.
    pub nll_samples: Option<u64>,
    /// Images behind `nll`.
    pub nll_images: Option<u64>,
    /// The negative log-likelihood of a model that sees pixels as independent, each at its training mean.
    pub floor: Option<f64>,
    /// The evidence lower bound.
    pub elbo: Option<Measured>,
    /// Images behind `elbo`.
    pub elbo_images: Option<u64>,
    /// Importance-weighted bounds on the log-likelihood: the number of draws, and the mean bound in nats per image.
    pub bounds: Vec<(u64, f64)>,
    /// Its first part, the expected log-likelihood of an image given its latent draw (`elbo = reconstruction - kl`).
    pub reconstruction: Option<Measured>,
    /// Its second part, the divergence of the posterior from the prior.
    pub kl: Option<Measured>,
    /// Latent axes in use, and all of them.
    pub active_units: Option<(u64, u64)>,
    /// `nll` in bits for each pixel and channel, where that is the convention.
    pub bits_per_dimension: Option<Measured>,
    /// Time of training, in seconds.
    pub seconds: Option<f64>,
    /// Training images in each second of training.
    pub images_per_second: Option<f64>,
    /// Steps left out because something in them was not finite.
    pub skipped_steps: Option<u64>,
}

/// One row of the metrics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EpochRow {
    /// Passes over the data so far.
    pub epoch: f64,
    /// Steps so far.
    pub step: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Training ELBO, mean over the epoch, nats per image.
    pub elbo: f64,
    /// What was maximised, where that is another bound than the ELBO: the importance-weighted one, nats per image.
    pub objective: Option<f64>,
    /// Its first part: `elbo = reconstruction - kl`.
    pub reconstruction: f64,
    /// Its second part.
    pub kl: f64,
    /// ELBO on images that are not trained on, nats per image.
    pub validation_elbo: Option<f64>,
    /// Standard error of `validation_elbo` over images.
    pub validation_elbo_se: Option<f64>,
    /// The optimiser's rate.
    pub learning_rate: Option<f64>,
    /// The factor before the divergence in the objective.
    pub kl_weight: Option<f64>,
    /// Euclidean norm of the gradient before clipping, mean over the epoch.
    pub gradient_norm: Option<f64>,
    /// Variance of a step's gradient of the encoder with the noise of the latents, summed over all weights.
    pub gradient_variance: Option<f64>,
}

/// Images and what became of them, one for one.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    /// The images.
    pub originals: Images,
    /// Their reconstructions, in the same order.
    pub reconstructions: Images,
}

/// Images in labelled rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageTable {
    /// The images, row by row.
    pub images: Images,
    /// Images in a row.
    pub columns: usize,
    /// A label for each row, such as `z7`; may be shorter or empty.
    pub row_labels: Vec<String>,
    /// A label for each column, such as `-2.0`; may be shorter or empty.
    pub column_labels: Vec<String>,
}

/// Places of images in the latent space.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LatentMap {
    /// Two coordinates for each image; for a latent of one dimension the second is not used.
    pub points: Vec<(f64, f64)>,
    /// Whether the latent has only one dimension.
    pub one_dimensional: bool,
    /// The class of each image, where classes are known.
    pub labels: Option<Vec<String>>,
    /// The names of the two axes.
    pub axes: [String; 2],
    /// How the two axes were chosen, as a sentence.
    pub choice: String,
}

/// One axis of the latent space.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LatentAxis {
    /// Its index.
    pub index: usize,
    /// Its part of the divergence, nats, mean over images.
    pub kl: f64,
    /// Variance over images of its posterior mean.
    pub mean_variance: Option<f64>,
}

impl LatentAxis {
    /// Whether the axis is in use; nothing where that was not measured, or is not finite.
    pub fn active(&self) -> Option<bool> {
        self.mean_variance.filter(|variance| variance.is_finite()).map(|variance| variance > ACTIVE_VARIANCE)
    }
}

impl Scores {
    /// Whether everything measured is a finite number.
    pub(super) fn finite(&self) -> bool {
        let all = [self.nll, self.elbo, self.reconstruction, self.kl];
        all.iter().flatten().all(|measured| measured.value.is_finite())
    }

    /// Latent axes in use in words. A model that gives numbers that are not finite uses no known number of axes.
    fn active(&self) -> Option<String> {
        let (active, all) = self.active_units?;
        Some(if self.finite() { format!("{active} of {all}") } else { "unknown".into() })
    }

    /// The rows of the table of results.
    pub(super) fn rows(&self) -> Vec<Row> {
        const NATS: &str = "nats per image";
        let mut rows = Vec::new();
        let mut add = |label: &str, value: Option<String>, unit: &str, about: String| {
            rows.extend(value.map(|value| Row::new(label, value, unit, about)));
        };
        let text = |value: Option<Measured>| value.map(|value| minus(&value.to_string()));
        add("Negative log-likelihood", text(self.nll), NATS, self.about_nll());
        let floor = "The same for a model without structure: every pixel independent of the others, at its mean over the training \
                     images. A model that has learned anything lies below it.";
        add("Floor", self.floor.map(|floor| significant(floor, 4)), NATS, floor.into());
        let elbo = "Evidence lower bound: never above the log-likelihood; the gap says how far the encoder is from the true posterior.";
        let images = self.elbo_images.map_or(String::new(), |count| format!(" Over {}.", counted(count, "image")));
        add("ELBO", text(self.elbo), NATS, format!("{elbo}{images}"));
        let bounds: Vec<String> =
            self.bounds.iter().map(|&(draws, bound)| format!("L{draws}  {}", minus(&significant(bound, 5)))).collect();
        let about = "Lower bounds on the log-likelihood from this many draws an image: more draws, a tighter bound. L1 is the ELBO; \
                     minus the last is the negative log-likelihood above.";
        add("Bounds", Some(bounds.join("\n")).filter(|text| !text.is_empty()), NATS, about.into());
        let reconstruction =
            "First part of the ELBO: expected log-probability of an image, given a draw from its own posterior.";
        add("Reconstruction", text(self.reconstruction), NATS, reconstruction.into());
        let kl = "Second part, subtracted: the information that the latent carries about an image.";
        add("KL divergence", text(self.kl), NATS, kl.into());
        let about = format!(
            "Latent axes in use: the posterior mean varies over the images, with a variance above {ACTIVE_VARIANCE}."
        );
        add("Active units", self.active(), "", about);
        let bits = "Negative log-likelihood in bits for each pixel and channel.";
        add("Bits per dimension", text(self.bits_per_dimension), "bits", bits.into());
        add("Training time", self.seconds.map(duration), "", "Without the evaluation after it.".into());
        let speed = self.images_per_second.map(|speed| significant(speed, 3));
        add("Speed", speed, "images/s", "Training images, forward and backward, in each second of training.".into());
        let skipped = self.skipped_steps.filter(|&count| count > 0).map(|count| count.to_string());
        add(
            "Skipped steps",
            skipped,
            "steps",
            "Steps left out because a loss or a gradient in them was not finite.".into(),
        );
        rows
    }

    fn about_nll(&self) -> String {
        let draws = self.nll_samples.map_or(String::new(), |count| format!(", {} an image", counted(count, "draw")));
        let images = self.nll_images.map_or(String::new(), |count| format!(", {}", counted(count, "image")));
        let error = if self.nll.is_some_and(|nll| nll.standard_error.is_some()) {
            " ± is its standard error over images."
        } else {
            ""
        };
        format!(
            "On held-out images, by importance sampling{draws}{images}: an upper bound in expectation. Smaller is better.{error}"
        )
    }

    /// The few results that stand above everything else.
    pub(super) fn tiles(&self) -> Vec<Row> {
        let mut tiles = Vec::new();
        let floor = self.floor.map_or(String::new(), |floor| format!("; floor {}", significant(floor, 4)));
        if let Some(nll) = self.nll {
            tiles.push(Row::new(
                "Negative log-likelihood, held out",
                nll.to_string(),
                format!("nats per image{floor}"),
                "",
            ));
        } else if let Some(elbo) = self.elbo {
            let floor = self.floor.map_or(String::new(), |floor| format!("; floor {}", significant(-floor, 4)));
            tiles.push(Row::new("ELBO, held out", minus(&elbo.to_string()), format!("nats per image{floor}"), ""));
        }
        if let Some(bits) = self.bits_per_dimension {
            tiles.push(Row::new("Bits per dimension", bits.to_string(), "bits", ""));
        }
        if let Some(active) = self.active() {
            tiles.push(Row::new("Active latent axes", active, "", ""));
        }
        if let Some(seconds) = self.seconds {
            let speed =
                self.images_per_second.map_or(String::new(), |speed| format!("{} images/s", significant(speed, 3)));
            tiles.push(Row::new("Training time", duration(seconds), speed, ""));
        }
        tiles
    }
}

/// A number with the minus sign that the axes of plots have; other text stays as it is.
pub(super) fn minus(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("−{rest}"),
        _ => text.to_owned(),
    }
}
