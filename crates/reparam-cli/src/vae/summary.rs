//! The results in a few lines, or as one JSON object.

use serde::Serialize;

use super::dataset::DataInfo;
use super::evaluate::Judgement;
use super::run_folder::{RunFolder, VERSION};
use super::training::Clock;
use super::{RunConfig, VaeError};
use crate::console::data;
use crate::report::number::{Measured, duration, significant};

/// What `--json` prints. Nats per held-out image, seconds of training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    elbo: f64,
    reconstruction: f64,
    kl: f64,
    nll: f64,
    nll_se: f64,
    nll_samples: usize,
    nll_images: usize,
    floor: Option<f64>,
    bits_per_dimension: Option<f64>,
    bounds: Vec<(usize, f64)>,
    active_units: usize,
    latents: usize,
    epochs: u64,
    steps: u64,
    skipped_steps: u64,
    seconds: f64,
    images_per_second: f64,
    seed: u64,
    version: &'static str,
    data: String,
    run: String,
}

impl Summary {
    /// The results of a run.
    pub fn new(folder: &RunFolder, config: &RunConfig, judgement: &Judgement, clock: &Clock, info: &DataInfo) -> Self {
        let found = &judgement.evaluation;
        let images = clock.epochs as f64 * info.train_images as f64;
        Self {
            elbo: found.elbo,
            reconstruction: found.reconstruction,
            kl: found.kl,
            nll: found.nll,
            nll_se: found.nll_se,
            nll_samples: found.nll_samples,
            nll_images: found.rows,
            floor: judgement.floor,
            bits_per_dimension: judgement.bits_per_dimension,
            bounds: found.bounds.clone(),
            active_units: found.active_units,
            latents: config.latents,
            epochs: clock.epochs,
            steps: clock.steps,
            skipped_steps: clock.skipped,
            seconds: clock.seconds,
            images_per_second: if clock.seconds > 0.0 { images / clock.seconds } else { 0.0 },
            seed: config.seed,
            version: VERSION,
            data: judgement.data.clone(),
            run: folder.path().display().to_string(),
        }
    }

    /// Prints it on stdout.
    pub fn print(&self, json: bool) -> Result<(), VaeError> {
        let text = if json {
            serde_json::to_string(self)
                .map_err(|error| VaeError::Config { place: "summary".into(), rule: error.to_string() })?
        } else {
            self.lines()
        };
        data(text).map_err(VaeError::io("stdout".as_ref()))
    }

    fn lines(&self) -> String {
        let floor =
            self.floor.map_or(String::new(), |floor| format!("; independent pixels: {}", significant(floor, 4)));
        let bits = self
            .bits_per_dimension
            .map_or(String::new(), |bits| format!("\n{:15}{} bits per dimension", "", significant(bits, 4)));
        let bounds: Vec<String> =
            self.bounds.iter().map(|(k, bound)| format!("L{k} {}", significant(*bound, 5))).collect();
        format!(
            "NLL            {} nats per held-out image ({} images, {} draws each){floor}{bits}\n\
             ELBO           {} = {} reconstruction - {} KL\n\
             bounds         {}\n\
             active units   {} of {}\n\
             training       {}, {} epochs, {} images/s",
            Measured::with_error(self.nll, self.nll_se),
            self.nll_images,
            self.nll_samples,
            significant(self.elbo, 5),
            significant(self.reconstruction, 5),
            significant(self.kl, 4),
            bounds.join("  "),
            self.active_units,
            self.latents,
            duration(self.seconds),
            self.epochs,
            significant(self.images_per_second, 3),
        )
    }
}
