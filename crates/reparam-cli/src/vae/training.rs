//! The loop around the steps: progress, checkpoints, and the results at the end.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use reparam::train::{Checkpoint, NamedParameters, load_model, load_parameters, read_parameters, save_model};
use reparam::vae::{EpochRow, Event, Fit, Stop};
use serde::{Deserialize, Serialize};

use super::dataset::{Dataset, source};
use super::evaluate::{self, judge};
use super::metrics::{Timing, metrics_csv};
use super::model::{AnyDecoder, AnyEncoder, Model};
use super::progress::Watcher;
use super::report::{self, Subject, repeat};
use super::run_folder::{RunFolder, check_finite};
use super::summary::Summary;
use super::{RunConfig, VaeError};
use crate::console::{data, talk};

const CHECKPOINT: &str = "checkpoint";
const CLOCK: &str = "checkpoint/clock.json";
const BEST: &str = "best.safetensors";
const MODEL: &str = "model.safetensors";

type Loop<'a> = Fit<'a, AnyEncoder, AnyDecoder>;

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
    std::fs::read(folder.file(CLOCK)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Seconds up to a checkpoint. A process that ended between clock and checkpoint left the clock of another step: then the
/// time of the last epoch counts, and the lost work does not.
fn seconds_before(clock: &Clock, step: u64, timing: &Timing) -> f64 {
    if clock.steps == step { clock.seconds } else { timing.rows.last().map_or(0.0, |row| row.1) }
}

/// A run in this process.
pub struct Training<'a> {
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
    /// Whether the folder holds the results of fewer steps.
    has_results: bool,
}

impl<'a> Training<'a> {
    /// A run whose checkpoint, if it has one, is not taken up yet.
    pub fn new(
        folder: RunFolder,
        config: RunConfig,
        dataset: &'a Dataset,
        device: Device,
        fit: Loop<'a>,
        notes: Vec<String>,
    ) -> Self {
        let has_results = folder.file(MODEL).is_file();
        Self {
            has_results,
            folder,
            config,
            dataset,
            device,
            fit,
            best: None,
            best_written: true,
            timing: Timing::default(),
            before: 0.0,
            started: Instant::now(),
            notes,
        }
    }

    /// Says what is trained on what.
    pub fn announce(&self) {
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
    pub fn restore(&mut self) -> Result<(), VaeError> {
        if let Some(checkpoint) = Checkpoint::read(&self.folder.file(CHECKPOINT))? {
            self.fit.resume(checkpoint)?;
            let epochs = self.fit.history().len() as u64;
            self.timing = Timing::read(&self.folder, epochs);
            self.before = seconds_before(&read_clock(&self.folder), self.fit.trainer().step_count(), &self.timing);
            let best = self.folder.file(BEST);
            let had_best = self.fit.history().iter().any(|row| row.validation_elbo.is_some());
            if self.config.patience > 0 && had_best {
                let model = load_model(self.fit.trainer().model().clone(), &best)?;
                self.best = Some(read_parameters(&model));
            }
            talk(format_args!("resumed at step {} of {}", self.fit.trainer().step_count(), self.fit.total_steps()));
        } else if self.folder.file(MODEL).is_file() {
            return Err(VaeError::NoCheckpoint { path: self.folder.file(CHECKPOINT).join("checkpoint.json") });
        }
        self.started = Instant::now();
        Ok(())
    }

    fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }

    /// Makes the steps that are left.
    pub fn train(&mut self) -> Result<(), VaeError> {
        let first = self.fit.trainer().step_count();
        let mut watcher = Watcher::new(
            self.config.epochs.unwrap_or(0),
            self.fit.steps_per_epoch(),
            self.dataset.info.train_images,
            first,
        );
        let every = Duration::try_from_secs_f64(60.0 * self.config.checkpoint_minutes).ok();
        let mut saved = (Instant::now(), first);
        if first > 0 && self.is_out_of_time(first) {
            self.note_end_of_time(first);
            return Ok(());
        }
        loop {
            let event = self.fit.advance();
            let step = self.fit.trainer().step_count();
            let event = match event {
                Ok(event) => event,
                Err(error) => {
                    watcher.finish(step);
                    self.write_tables()?;
                    return Err(error.into());
                }
            };
            let row = match event {
                Event::Finished(stop) => {
                    if step > first {
                        watcher.finish(step);
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
                    self.note_unfinished_warm_up(stop == Stop::Patience, step);
                    return Ok(());
                }
                Event::Epoch { row, improved } => {
                    self.end_epoch(&row, improved);
                    Some(row)
                }
                Event::Step => None,
            };
            self.drop_results()?;
            watcher.step(step, row.as_ref());
            if self.is_out_of_time(step) {
                watcher.finish(step);
                self.save()?;
                self.note_end_of_time(step);
                return Ok(());
            }
            let by_clock = every.is_some_and(|every| !every.is_zero() && saved.0.elapsed() >= every);
            let by_steps = self.config.checkpoint_steps > 0 && step - saved.1 >= self.config.checkpoint_steps;
            if by_clock || by_steps {
                self.save()?;
                saved = (Instant::now(), step);
            }
        }
    }

    /// Whether the time budget is used up before the last step.
    fn is_out_of_time(&self, step: u64) -> bool {
        self.config.seconds > 0.0 && self.seconds() >= self.config.seconds && step < self.fit.total_steps()
    }

    fn note_end_of_time(&mut self, step: u64) {
        let note = format!(
            "training stopped at step {step} of {}: the time budget of {} seconds is used up. How many steps that is depends on the machine",
            self.fit.total_steps(),
            self.config.seconds
        );
        talk(&note);
        self.notes.push(note);
        self.note_unfinished_warm_up(true, step);
    }

    /// Results of a run that goes on are those of another model: they are made again at its end.
    fn drop_results(&mut self) -> Result<(), VaeError> {
        if self.has_results {
            for name in [MODEL, evaluate::FILE].into_iter().chain(report::FILES) {
                let path = self.folder.file(name);
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(VaeError::io(&path)(error)),
                    _ => {}
                }
            }
            self.has_results = false;
        }
        Ok(())
    }

    /// Early stopping, and a time budget, may end a run whose warm-up would have ended in time.
    fn note_unfinished_warm_up(&mut self, is_early: bool, step: u64) {
        let kl = self.config.fit(self.fit.steps_per_epoch()).kl;
        if is_early && !kl.completes_within(step) {
            let note = format!(
                "training stopped after {} epochs and the KL warm-up takes {}: the weight never reached beta, and what was maximised is not the ELBO",
                self.fit.history().len(),
                self.config.warmup_epochs()
            );
            talk(format_args!("warning: {note}"));
            self.notes.push(note);
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
                save_model(&with(self.fit.trainer().model(), best)?, &self.folder.file(BEST))?;
            }
            self.best_written = true;
        }
        let checkpoint = self.fit.checkpoint();
        self.write_tables()?;
        let path = self.folder.file(CHECKPOINT);
        std::fs::create_dir_all(&path).map_err(VaeError::io(&path))?;
        self.folder.write_json(CLOCK, &self.clock())?;
        checkpoint.write(&path)?;
        Ok(())
    }

    /// Writes the rows of all epochs so far, and when they were reached.
    fn write_tables(&self) -> Result<(), VaeError> {
        self.folder.write("metrics.csv", metrics_csv(self.fit.history()).as_bytes())?;
        self.timing.write(&self.folder, self.dataset.info.train_images)
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
    pub fn finish(&mut self, json: bool) -> Result<(), VaeError> {
        let clock = read_clock(&self.folder);
        if clock.steps > 0 && clock.skipped >= clock.steps {
            return Err(VaeError::NoStep { steps: clock.steps });
        }
        if clock.skipped > 0 {
            talk(format_args!(
                "warning: {} of {} steps were skipped: loss or gradient was not finite",
                clock.skipped, clock.steps
            ));
        }
        let trained = self.fit.trainer().model();
        let model: Model = match &self.best {
            Some(best) => with(trained, best)?,
            None => trained.clone(),
        };
        check_finite(&model, &self.folder.file(MODEL))?;
        if !self.folder.file(MODEL).is_file() {
            save_model(&model, &self.folder.file(MODEL))?;
        }
        if !self.folder.file("metrics.csv").is_file() {
            let text = metrics_csv(self.fit.history());
            self.folder.write("metrics.csv", text.as_bytes())?;
        }
        let pool = self.fit.trainer().pool();
        let known = evaluate::known(&self.folder);
        let missing = report::FILES.iter().any(|name| !self.folder.file(name).is_file());
        let fresh = known.is_none();
        let judgement = if let Some(judgement) = known {
            judgement
        } else {
            talk("judging by the held-out images");
            let judgement =
                judge(&model, &self.dataset.test, Some(self.dataset.train_rows()), &self.config, &self.device, pool);
            self.folder.write_json(evaluate::FILE, &judgement)?;
            judgement
        };
        // Few images may vary too little to show an axis in use; a divergence near zero is collapse on any number of them.
        if judgement.evaluation.active_units == 0 && judgement.evaluation.kl < 0.5 {
            talk(
                "warning: no latent axis is in use (posterior collapse); a KL warm-up, another activation or a smaller learning rate may help",
            );
        }
        let info = &self.dataset.info;
        // The results first: a disk that is full of the report must not keep them back.
        Summary::new(&self.folder, &self.config, &judgement, &clock, info).print(json)?;
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
        let report = self.folder.file("report.html");
        if !json {
            data(format_args!("report         {}", report.display())).map_err(VaeError::io("stdout".as_ref()))?;
        }
        talk(format_args!("repeat it: {}", repeat(&self.folder)));
        // Everything is written by now; but what has no score is no success.
        if judgement.evaluation.elbo.is_finite() { Ok(()) } else { Err(VaeError::NoScore) }
    }
}

/// The model with other weights.
fn with(model: &Model, parameters: &NamedParameters) -> Result<Model, VaeError> {
    load_parameters(model.clone(), parameters)
        .map_err(|error| VaeError::Config { place: BEST.into(), rule: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_another_step_is_not_believed() {
        let clock = Clock { seconds: 9.0, steps: 30, ..Clock::default() };
        let timing = Timing { rows: vec![(1, 2.0), (2, 4.0)] };
        assert_eq!(seconds_before(&clock, 30, &timing), 9.0);
        assert_eq!(seconds_before(&clock, 24, &timing), 4.0);
        assert_eq!(seconds_before(&clock, 24, &Timing::default()), 0.0);
    }
}
