//! `reparam compare`, from its arguments to its answer.

use std::time::Instant;

use reparam::measure::{CompareConfig, Report, compare};

use super::answer::Answer;
use super::args::CompareArgs;
use super::folder::Folder;
use super::question::Question;
use super::sweep::Sweep;
use super::{CompareError, choose, page, print, table};
use crate::console::talk;
use crate::law::pool;
use crate::report::number::{counted, duration, significant};

/// Runs the command.
pub fn run(args: &CompareArgs) -> Result<(), CompareError> {
    let question = Question::new(args)?;
    let pool = pool(args.threads)?;
    // Refused before the work and not after it.
    let folder = args.out.as_deref().map(Folder::create).transpose()?;
    talk(format_args!("law {}; loss {}", question.law(), question.loss.described()));
    for note in &question.notes {
        talk(format_args!("note: {note}"));
    }
    talk(format_args!("seed {}; again: {}", question.config.seed, question.command));
    if args.auto {
        return choose::run(&question, args, &pool, folder.as_ref());
    }
    let (report, seconds) = measured(&question, &question.config, &pool)?;
    explain(&report, seconds);
    let sweep = match &question.sweep {
        Some((grid, draws)) => Some(pool.install(|| Sweep::run(&question, grid, *draws))?),
        None => None,
    };
    let answer = Answer::new(&question, &report, sweep.as_ref());
    if args.json {
        print(answer.text())?;
    } else {
        print(table::text(&report))?;
        print(conclusion(&report, sweep.as_ref()).trim_end())?;
    }
    if let Some(folder) = folder {
        page::write(&folder, &question, &report, sweep.as_ref(), &answer)?;
        talk(format_args!("wrote {}", folder.path().join("report.html").display()));
    }
    Ok(())
}

/// The report, and the seconds that it took.
pub fn measured(
    question: &Question,
    config: &CompareConfig,
    pool: &rayon::ThreadPool,
) -> Result<(Report, f64), CompareError> {
    let started = Instant::now();
    let report = pool.install(|| compare(&question.problem, config, &mut |_| {}))?;
    Ok((report, started.elapsed().as_secs_f64()))
}

/// What the numbers mean.
fn explain(report: &Report, seconds: f64) {
    let cost = report
        .cost
        .filter(|cost| cost.is_finite())
        .map_or_else(String::new, |cost| format!("; expected loss {}", significant(cost, 6)));
    talk(format_args!("exact gradient: {}{cost}", report.exact_method));
    talk(format_args!("one estimate: {}; variance, snr, time and efficiency are of one estimate", draws(report)));
    talk(format_args!(
        "{} of each estimator in {}; a verdict 'biased' is a false alarm in one of {} tables",
        counted(report.draws as u64, "estimate"),
        duration(seconds),
        significant((1.0 / report.false_alarm_rate).round(), 3),
    ));
}

/// Draws behind an estimate, in words: `1 draw; 2 draws of rloo, disarm`.
fn draws(report: &Report) -> String {
    let mut counts: Vec<usize> = report.rows.iter().map(|row| row.draws_per_estimate).collect();
    counts.sort_unstable();
    counts.dedup();
    let words = counts.into_iter().map(|count| {
        let mut names: Vec<&str> =
            report.rows.iter().filter(|r| r.draws_per_estimate == count).map(|r| r.estimator.as_str()).collect();
        names.dedup();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        if count == 1 { "one draw".to_owned() } else { format!("{count} draws for {}", names.join(", ")) }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Notes and the recommendation, for people.
pub fn conclusion(report: &Report, sweep: Option<&Sweep>) -> String {
    let mut lines = Vec::new();
    lines.extend(report.notes.iter().map(|note| format!("note: {note}")));
    for (name, cost) in &report.relaxed_costs {
        lines.push(format!(
            "note: {name} met relaxed draws: their mean loss, {}, is not that of the law",
            significant(*cost, 5)
        ));
    }
    lines.extend(sweep.into_iter().flat_map(Sweep::findings));
    lines.push(match &report.recommended {
        Some(name) => format!("recommended: {name} ({})", report.reason),
        None => format!("recommended: none ({})", report.reason),
    });
    lines.join("\n")
}
