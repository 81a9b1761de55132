//! `reparam infer`, from its arguments to its answer.

use reparam_core::noise::Key;
use reparam_infer::Model;
use reparam_infer::fit::{Inference, Options, infer};
use std::fmt::Write as _;

use super::answer::Answer;
use super::args::{FitArgs, InferArgs, Method, gradient_word, guide_word, noise_word};
use super::error::CommandError;
use super::folder::Folder;
use super::live::Live;
use super::posterior::Posterior;
use super::problem::{self, Loaded};
use super::{nuts, page, print};
use crate::compare::Outcome;
use crate::console::talk;
use crate::law::{pool, shell_word};

/// The model where none is named.
const FIRST_LOOK: &str = "alpha-pinene";
/// Searches that begin at draws from the prior.
const STARTS: u64 = 7;

/// Runs the command.
pub fn run(args: &InferArgs) -> Result<Outcome, CommandError> {
    if args.list {
        let width = problem::all().iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, about) in problem::all() {
            print(format!("{name:width$}  {about}"))?;
        }
        return Ok(Outcome::Done);
    }
    if args.example {
        print(reparam_dynamics::text::template().trim_end())?;
        return Ok(Outcome::Done);
    }
    let name = args.problem.as_deref().unwrap_or(FIRST_LOOK);
    let loaded = problem::load(name)?;
    let pool = pool(args.fit.threads)?;
    // Refused before the work and not after it.
    let folder = args.out.as_deref().map(Folder::create).transpose()?;
    let command = command(name, &args.fit);
    introduce(&loaded, &args.fit, &command);
    let found = pool.install(|| found(&loaded, &args.fit, &command, folder.as_ref()))?;
    if args.json {
        print(found.answer.json())?;
    } else {
        print(found.answer.table().trim_end())?;
        print(found.answer.conclusion())?;
    }
    if let Some(folder) = folder {
        pool.install(|| page::write(&folder, &loaded, &found, &args.fit))?;
        talk(format_args!("wrote {}", folder.path().join("report.html").display()));
    }
    Ok(if found.answer.verdict == "not to be trusted" { Outcome::Negative } else { Outcome::Done })
}

/// What was found, with its draws.
pub struct Found {
    /// What is printed.
    pub answer: Answer,
    /// The draws.
    pub posterior: Posterior,
    /// Where they came from.
    pub source: Source,
}

/// Where draws came from.
pub enum Source {
    /// A guide.
    Guide(Box<Inference>),
    /// Chains, with their statistics.
    Chains(Box<nuts::Chains>),
}

/// Infers by the method that is asked for.
fn found(loaded: &Loaded, fit: &FitArgs, command: &str, folder: Option<&Folder>) -> Result<Found, CommandError> {
    let model = &*loaded.model;
    let run = folder.map(Folder::path);
    if fit.method == Method::Nuts {
        return nuts::found(loaded, fit, command, run);
    }
    let mut live = Live::new(false);
    let inference = infer(model, &model.start(), &options(model, fit), &mut |progress| live.see(&progress))?;
    let seconds = live.done();
    let posterior = Posterior::of(model, &inference);
    let summaries = posterior.summaries(None);
    let answer = Answer::new(&loaded.name, &inference, summaries, seconds, fit.seed, command, run);
    Ok(Found { answer, posterior, source: Source::Guide(Box::new(inference)) })
}

/// The options of a fit of this model.
pub fn options(model: &dyn Model, fit: &FitArgs) -> Options {
    let key = Key::new(fit.seed).site("starts");
    Options {
        guide: fit.guide,
        noise: fit.noise,
        gradient: fit.gradient,
        starts: (0..STARTS).filter_map(|number| model.prior_draw(key.number(number).step(0))).collect(),
        draws: fit.draws,
        seed: fit.seed,
        seconds: fit.seconds,
        steps: fit.steps,
    }
}

fn introduce(loaded: &Loaded, fit: &FitArgs, command: &str) {
    let about = if loaded.about.is_empty() { String::new() } else { format!(": {}", loaded.about) };
    talk(format_args!("{}{about}", loaded.name));
    talk(format_args!(
        "{} measurements, {} unknown numbers",
        loaded.model.observations().len(),
        loaded.model.dimension()
    ));
    for note in &loaded.notes {
        talk(format_args!("note: {note}"));
    }
    talk(format_args!("seed {}; again: {command}", fit.seed));
}

/// The command that repeats a run.
fn command(name: &str, fit: &FitArgs) -> String {
    let mut words = format!("reparam infer {}", shell_word(name));
    if fit.method == Method::Nuts {
        words += " --method nuts";
    } else {
        let _ = write!(words, " --guide {}", guide_word(fit.guide));
        for (option, word) in [("--noise", noise_word(fit.noise)), ("--gradient", gradient_word(fit.gradient))] {
            if word != "auto" {
                let _ = write!(words, " {option} {word}");
            }
        }
        if let Some(seconds) = fit.seconds {
            let _ = write!(words, " --seconds {seconds}");
        }
        let _ = write!(words, " --steps {}", fit.steps);
    }
    words + &format!(" --draws {} --seed {}", fit.draws, fit.seed)
}
