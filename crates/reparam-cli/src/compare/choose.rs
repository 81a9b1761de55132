//! `reparam compare --auto`: a pilot, its evidence, and the choice.

use std::time::Duration;

use reparam::measure::{Choice, Evidence, choose};
use serde::Serialize;

use super::args::CompareArgs;
use super::folder::Folder;
use super::question::Question;
use super::table::{aligned, short, time};
use super::{CompareError, print};
use crate::console::talk;
use crate::report::number::significant;

/// Seconds that a pilot may take unless said otherwise.
const SECONDS: f64 = 1.0;
/// Most seconds that can be asked for.
const MOST_SECONDS: f64 = 3600.0;

/// What `--json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    recommended: Option<&'a str>,
    evidence: &'a [Evidence],
    seconds: f64,
    seconds_promised: f64,
    seed: u64,
    law: String,
    loss: String,
    command: &'a str,
}

/// Runs the pilot.
pub fn run(
    question: &Question,
    args: &CompareArgs,
    pool: &rayon::ThreadPool,
    folder: Option<&Folder>,
) -> Result<(), CompareError> {
    let seconds = args.seconds.unwrap_or(SECONDS);
    if !(seconds > 0.0 && seconds <= MOST_SECONDS) {
        return Err(CompareError::option("--seconds", "a number > 0 and at most 3600", seconds));
    }
    let config = &question.config;
    let budget = Duration::from_secs_f64(seconds);
    let choice = pool.install(|| choose(&question.problem, budget, config.seed, &config.allowed))?;
    talk(format_args!(
        "pilot with common random numbers: {} s of {} s promised; price = variance * time, over all parameters",
        significant(choice.seconds, 3),
        significant(seconds, 3)
    ));
    let answer = Answer {
        recommended: choice.chosen.as_deref(),
        evidence: &choice.evidence,
        seconds: choice.seconds,
        seconds_promised: seconds,
        seed: config.seed,
        law: question.law(),
        loss: question.loss.described(),
        command: &question.command,
    };
    // Every key is a string, and floats that JSON has no sign for become null.
    let json = serde_json::to_string_pretty(&answer).unwrap_or_default();
    let text = text(&choice);
    if let Some(folder) = folder {
        folder.write("report.json", (json.clone() + "\n").as_bytes())?;
        folder.write("evidence.txt", text.as_bytes())?;
        folder.write_config(question)?;
        talk(format_args!("wrote {}", folder.path().join("report.json").display()));
    }
    print(if args.json { json } else { text.trim_end().to_owned() })
}

/// For people: the cheapest first, those that met an objection last.
fn text(choice: &Choice) -> String {
    let mut evidence: Vec<&Evidence> = choice.evidence.iter().collect();
    evidence.sort_by(|a, b| a.objection.is_some().cmp(&b.objection.is_some()).then(a.price().total_cmp(&b.price())));
    let mut lines =
        vec![["estimator", "variance", "time", "price", "estimates", "objection"].map(str::to_owned).to_vec()];
    lines.extend(evidence.into_iter().map(|e| {
        let number = |x: f64| if x.is_nan() { "-".to_owned() } else { short(x, 4) };
        vec![
            e.estimator.clone(),
            number(e.variance),
            if e.seconds.is_nan() { "-".into() } else { time(e.seconds) },
            number(e.price()),
            e.estimates.to_string(),
            e.objection.clone().unwrap_or_default(),
        ]
    }));
    let table = aligned(&lines, &[false, true, true, true, true, false]);
    match &choice.chosen {
        Some(name) => format!("{table}chosen: {name} (least variance * time of those without objection)\n"),
        None => format!("{table}chosen: none (every estimator met an objection)\n"),
    }
}
