//! `reparam vae train`: options and data become a run, new or resumed.

use reparam::vae::Fit;

use super::args::TrainArgs;
use super::dataset::Dataset;
use super::decode::same_data;
use super::device::device;
use super::model::build;
use super::run_folder::{RunFolder, RunInfo, VERSION};
use super::training::Training;
use super::{RunConfig, VaeError};

/// Runs the command.
pub fn run(args: &TrainArgs) -> Result<(), VaeError> {
    let flags = toml::Table::try_from(&args.options)
        .map_err(|error| VaeError::Config { place: "command line".into(), rule: error.to_string() })?;
    let (config, resumed) = if let Some(path) = &args.resume {
        let folder = RunFolder::resume(path)?;
        (resumed_config(&folder, flags)?, Some(folder))
    } else {
        let base = match &args.config {
            Some(path) => RunConfig::read(path)?,
            None => RunConfig::default(),
        };
        (base.overridden(flags)?, None)
    };
    config.validate()?;
    let device = device(&config.device)?;
    let dataset = Dataset::load(&config)?;
    let config = config.resolved(dataset.info.train_images, dataset.scale);
    let model = build(&config, dataset.info.shape, &device)?.with_mean_image(&dataset.train_rows().mean());
    let per_epoch = dataset.info.train_images.div_ceil(config.batch.max(1)) as u64;
    config.check_volume(&dataset.info)?;
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
    let notes = config.warnings(fit.steps_per_epoch(), &dataset.info);
    let mut training = Training::new(folder, config, &dataset, device, fit, notes);
    training.announce();
    training.restore()?;
    training.train()?;
    training.finish(args.json)
}

/// The options of an interrupted run; of the flags only those that cannot change its result.
fn resumed_config(folder: &RunFolder, flags: toml::Table) -> Result<RunConfig, VaeError> {
    let config = folder.config()?;
    folder.same_config(&config, &folder.info()?.config)?;
    if let Some((name, value)) = flags.iter().find(|(name, _)| !RunConfig::MACHINE.contains(&name.as_str())) {
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
    let info = RunInfo { version: VERSION.into(), data: dataset.info.clone(), config: config.decisive()?.to_string() };
    // The configuration comes last: a folder that has it is a run.
    folder.write_json("run.json", &info)?;
    folder.write("config.toml", config.to_toml()?.as_bytes())?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vae::run_options::RunOptions;

    #[test]
    fn flags_that_are_not_given_leave_no_key() {
        let table = toml::Table::try_from(RunOptions::default()).unwrap();
        assert!(table.is_empty());
    }

    #[test]
    fn every_option_is_a_key_of_the_configuration() {
        let options =
            RunOptions { latents: Some(3), epochs: Some(7), checkpoint_minutes: Some(1.5), ..RunOptions::default() };
        let table = toml::Table::try_from(options).unwrap();
        let config = RunConfig::default().overridden(table).unwrap();
        assert_eq!((config.latents, config.epochs), (3, Some(7)));
        assert_eq!(config.checkpoint_minutes, 1.5);
    }
}
