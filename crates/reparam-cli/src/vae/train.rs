//! `reparam vae train`: from data to report, and on from where it stopped.

use std::time::{Duration, Instant};

use burn::tensor::Device;
use reparam::train::{
    Checkpoint, NamedParameters, load_model, load_parameters, read_parameters, save_model,
};
use reparam::vae::{EpochRow, Event, Fit, Stop};
use serde::{Deserialize, Serialize};

use super::args::TrainArgs;
use super::dataset::{Dataset, source};
use super::decode::same_data;
use super::device::device;
use super::evaluate::{self, judge};
use super::metrics::{Timing, metrics_csv};
use super::model::{AnyDecoder, AnyEncoder, Model, build};
use super::progress::Progress;
use super::report::{self, Subject, repeat};
use super::run_folder::{RunFolder, RunInfo, VERSION};
use super::summary::Summary;
use super::{RunConfig, VaeError};
use crate::cli::console::{data, talk};

const CHECKPOINT: &str = "checkpoint";
const CLOCK: &str = "checkpoint/clock.json";
const BEST: &str = "best.safetensors";
const MODEL: &str = "model.safetensors";

/// How far a run is, and how long it took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Seconds of training up to the checkpoint, work that a crash undid left out.
    pub seconds: f64,
    /// Epochs done.
    pub epochs: u64,
    /// Steps done.
    pub steps: u64,
    /// Steps skipped.
    pub skipped: u64,
}

/// The clock of the last checkpoint; a run without one starts at 0.
pub fn read_clock(folder: &RunFolder) -> Clock {
    std::fs::read(folder.file(CLOCK))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}

/// Runs the command.
pub fn run(args: &TrainArgs) -> Result<(), VaeError> {
    let flags = toml::Table::try_from(&args.options).map_err(|error| VaeError::Config {
        place: "command line".into(),
        rule: error.to_string(),
    })?;
    let (config, resumed) = match &args.resume {
        Some(path) => {
            let folder = RunFolder::resume(path)?;
            (resumed_config(&folder, flags)?, Some(folder))
        }
        None => {
            let base = match &args.config {
                Some(path) => RunConfig::read(path)?,
                None => RunConfig::default(),
            };
            (base.overridden(flags)?, None)
        }
    };
    config.validate()?;
    let device = device(&config.device)?;
    let dataset = Dataset::load(&config)?;
    let config = config.resolved(dataset.info.train_images, dataset.scale);
    let model =
        build(&config, dataset.info.shape, &device)?.with_mean_image(&dataset.train_rows().mean());
    let per_epoch = dataset.info.train_images.div_ceil(config.batch.max(1)) as u64;
    // All rules are checked before anything is written.
    let fit = Fit::new(
        model,
        dataset.train_rows(),
        dataset.validation_rows(),
        config.fit(per_epoch),
        config.threads,
        &device,
    )?;
    let folder = match resumed {
        Some(folder) => {
            same_data(&config, &folder.info()?.data, &dataset.info)?;
            folder
        }
        None => start(args, &config, &dataset)?,
    };
    let notes = warnings(&config, &fit);
    let mut training = Training {
        folder,
        config,
        dataset: &dataset,
        device,
        fit,
        best: None,
        best_written: true,
        timing: Timing::default(),
        before: 0.0,
        started: Instant::now(),
        notes,
    };
    training.announce();
    training.restore()?;
    training.train()?;
    training.finish(args.json)
}

/// The options of an interrupted run; of the flags only those that cannot change its result.
fn resumed_config(folder: &RunFolder, flags: toml::Table) -> Result<RunConfig, VaeError> {
    const FREE: [&str; 3] = ["threads", "checkpoint-minutes", "checkpoint-steps"];
    let config = folder.config()?;
    if let Some((name, value)) = flags
        .iter()
        .find(|(name, _)| !FREE.contains(&name.as_str()))
    {
        return Err(VaeError::Option {
            name: "--resume",
            rule: format!("used without --{name}: a run continues as it began"),
            got: value.to_string(),
            hint: Some("start a new run with --config and the run's config.toml".into()),
        });
    }
    config.overridden(flags)
}

/// Creates the folder of a new run.
fn start(args: &TrainArgs, config: &RunConfig, dataset: &Dataset) -> Result<RunFolder, VaeError> {
    let folder = match &args.out {
        Some(path) => RunFolder::create(path)?,
        None => RunFolder::create_numbered(&dataset.info.name)?,
    };
    let info = RunInfo {
        version: VERSION.into(),
        data: dataset.info.clone(),
    };
    // The configuration comes last: a folder that has it is a run.
    folder.write_json("run.json", &info)?;
    folder.write("config.toml", config.to_toml()?.as_bytes())?;
    Ok(folder)
}

type Loop<'a> = Fit<'a, AnyEncoder, AnyDecoder>;

/// Choices that are allowed and probably not meant.
fn warnings(config: &RunConfig, fit: &Loop<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let kl = config.fit(fit.steps_per_epoch()).kl;
    if !kl.completes_within(fit.total_steps()) {
        notes.push(format!(
            "the KL warm-up takes {} epochs and the run has {}: the weight never reaches beta, and what is maximised is not the ELBO",
            config.kl_warmup_epochs,
            config.epochs.unwrap_or(0)
        ));
    }
    let iwae = config.objective == super::options::ObjectiveKind::Iwae;
    let iwae_ignores = [
        ("beta", config.beta != 1.0),
        ("kl-warmup-epochs", config.kl_warmup_epochs > 0),
        ("free-bits", config.free_bits > 0.0),
        (
            "entropy",
            config.entropy != super::options::EntropyKind::ClosedForm,
        ),
    ];
    for (name, given) in iwae_ignores {
        if iwae && given {
            notes.push(format!("{name} has no effect on the IWAE bound"));
        }
    }
    if iwae && config.draws == 1 {
        notes.push("the IWAE bound of 1 draw is the ELBO: give more with --draws".into());
    }
    if !iwae && config.dreg {
        notes.push("dreg has no effect on the ELBO: it is a gradient of the IWAE bound".into());
    }
    if !iwae && config.free_bits > 0.0 && config.entropy != super::options::EntropyKind::ClosedForm
    {
        notes.push("free-bits needs the closed-form KL: it has no effect with this entropy".into());
    }
    if config.learning_rate > 0.05 {
        notes.push(format!(
            "a learning rate of {} is large for Adam: 0.0003 to 0.005 is usual",
            config.learning_rate
        ));
    }
    notes
}

struct Training<'a> {
    folder: RunFolder,
    config: RunConfig,
    dataset: &'a Dataset,
    device: Device,
    fit: Loop<'a>,
    /// The best model so far, where early stopping looks for one.
    best: Option<NamedParameters>,
    best_written: bool,
    timing: Timing,
    /// Seconds before this process.
    before: f64,
    started: Instant,
    notes: Vec<String>,
}

impl Training<'_> {
    fn announce(&self) {
        let info = &self.dataset.info;
        let [channels, height, width] = info.shape;
        talk(format_args!(
            "run {}  seed {}  data {}",
            self.folder.path().display(),
            self.config.seed,
            source(&self.config)
        ));
        talk(format_args!(
            "{} images to learn from, {} to validate, {} held out, {channels}x{height}x{width}; {} epochs of {} steps",
            info.train_images,
            info.validation_images,
            info.test_images,
            self.config.epochs.unwrap_or(0),
            self.fit.steps_per_epoch()
        ));
        for note in &self.notes {
            talk(format_args!("warning: {note}"));
        }
    }

    /// Takes up the last checkpoint, if there is one.
    fn restore(&mut self) -> Result<(), VaeError> {
        if let Some(checkpoint) = Checkpoint::read(&self.folder.file(CHECKPOINT))? {
            self.fit.resume(checkpoint)?;
            let epochs = self.fit.history().len() as u64;
            self.timing = Timing::read(&self.folder, epochs);
            self.before = read_clock(&self.folder).seconds;
            let best = self.folder.file(BEST);
            if self.config.patience > 0 && best.is_file() {
                let model = load_model(self.fit.trainer().model().clone(), &best)?;
                self.best = Some(read_parameters(&model));
            }
            talk(format_args!(
                "resumed at step {} of {}",
                self.fit.trainer().step_count(),
                self.fit.total_steps()
            ));
        }
        self.started = Instant::now();
        Ok(())
    }

    fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }

    /// Makes the steps that are left.
    fn train(&mut self) -> Result<(), VaeError> {
        let first = self.fit.trainer().step_count();
        let mut progress = Progress::new(
            self.config.epochs.unwrap_or(0),
            self.fit.steps_per_epoch(),
            self.dataset.info.train_images,
            first,
        );
        let every = Duration::try_from_secs_f64(60.0 * self.config.checkpoint_minutes).ok();
        let mut saved = (Instant::now(), first);
        loop {
            let event = self.fit.advance()?;
            let step = self.fit.trainer().step_count();
            let row = match event {
                Event::Finished(stop) => {
                    if step > first {
                        progress.finish(step);
                        self.save()?;
                        if stop == Stop::Patience {
                            talk(format_args!(
                                "stopped: the validation ELBO has not improved for {} epochs; the best model is kept",
                                self.config.patience
                            ));
                        }
                    } else {
                        talk("the run is finished: only what is missing is made");
                    }
                    return Ok(());
                }
                Event::Epoch { row, improved } => {
                    self.end_epoch(&row, improved);
                    Some(row)
                }
                Event::Step => None,
            };
            progress.step(step, row.as_ref());
            let by_clock =
                every.is_some_and(|every| !every.is_zero() && saved.0.elapsed() >= every);
            let by_steps =
                self.config.checkpoint_steps > 0 && step - saved.1 >= self.config.checkpoint_steps;
            if by_clock || by_steps {
                self.save()?;
                saved = (Instant::now(), step);
            }
        }
    }

    fn end_epoch(&mut self, row: &EpochRow, improved: bool) {
        self.timing.rows.push((row.epoch, self.seconds()));
        if improved && self.config.patience > 0 {
            self.best = Some(read_parameters(self.fit.trainer().model()));
            self.best_written = false;
        }
    }

    /// Writes all that a later process needs. The checkpoint comes last: it stands for the rest.
    fn save(&mut self) -> Result<(), VaeError> {
        if !self.best_written {
            if let Some(best) = &self.best {
                save_model(
                    &with(self.fit.trainer().model(), best)?,
                    &self.folder.file(BEST),
                )?;
            }
            self.best_written = true;
        }
        let checkpoint = self.fit.checkpoint();
        let history = self.fit.history();
        self.folder
            .write("metrics.csv", metrics_csv(history).as_bytes())?;
        self.timing
            .write(&self.folder, self.dataset.info.train_images)?;
        let path = self.folder.file(CHECKPOINT);
        std::fs::create_dir_all(&path).map_err(VaeError::io(&path))?;
        self.folder.write_json(CLOCK, &self.clock())?;
        checkpoint.write(&path)?;
        Ok(())
    }

    fn clock(&self) -> Clock {
        Clock {
            seconds: self.seconds(),
            epochs: self.fit.history().len() as u64,
            steps: self.fit.trainer().step_count(),
            skipped: self.fit.trainer().skipped(),
        }
    }

    /// Judges the model and writes what is missing of the results.
    fn finish(&mut self, json: bool) -> Result<(), VaeError> {
        let clock = read_clock(&self.folder);
        let trained = self.fit.trainer().model();
        let model: Model = match &self.best {
            Some(best) => with(trained, best)?,
            None => trained.clone(),
        };
        if !self.folder.file(MODEL).is_file() {
            save_model(&model, &self.folder.file(MODEL))?;
        }
        if !self.folder.file("metrics.csv").is_file() {
            let text = metrics_csv(self.fit.history());
            self.folder.write("metrics.csv", text.as_bytes())?;
        }
        let pool = self.fit.trainer().pool();
        let known = evaluate::known(&self.folder);
        let missing = report::FILES
            .iter()
            .any(|name| !self.folder.file(name).is_file());
        let fresh = known.is_none();
        let judgement = match known {
            Some(judgement) => judgement,
            None => {
                talk("judging by the held-out images");
                let judgement = judge(
                    &model,
                    &self.dataset.test,
                    Some(self.dataset.train_rows()),
                    &self.config,
                    &self.device,
                    pool,
                );
                self.folder.write_json(evaluate::FILE, &judgement)?;
                judgement
            }
        };
        if fresh || missing {
            report::write(&Subject {
                folder: &self.folder,
                config: &self.config,
                dataset: self.dataset,
                model: &model,
                device: &self.device,
                pool,
                history: self.fit.history(),
                timing: &self.timing,
                clock: &clock,
                judgement: &judgement,
                notes: &self.notes,
            })?;
        }
        let info = &self.dataset.info;
        Summary::new(&self.folder, &self.config, &judgement, &clock, info).print(json)?;
        let report = self.folder.file("report.html");
        if !json {
            data(format_args!("report         {}", report.display()))
                .map_err(VaeError::io("stdout".as_ref()))?;
        }
        talk(format_args!("repeat it: {}", repeat(&self.folder)));
        Ok(())
    }
}

/// The model with other weights.
fn with(model: &Model, parameters: &NamedParameters) -> Result<Model, VaeError> {
    load_parameters(model.clone(), parameters).map_err(|error| VaeError::Config {
        place: BEST.into(),
        rule: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vae::args::RunOptions;

    #[test]
    fn flags_that_are_not_given_leave_no_key() {
        let table = toml::Table::try_from(RunOptions::default()).unwrap();
        assert!(table.is_empty());
    }

    #[test]
    fn every_option_is_a_key_of_the_configuration() {
        let options = RunOptions {
            latents: Some(3),
            epochs: Some(7),
            checkpoint_minutes: Some(1.5),
            ..RunOptions::default()
        };
        let table = toml::Table::try_from(options).unwrap();
        let config = RunConfig::default().overridden(table).unwrap();
        assert_eq!((config.latents, config.epochs), (3, Some(7)));
        assert_eq!(config.checkpoint_minutes, 1.5);
    }
}
