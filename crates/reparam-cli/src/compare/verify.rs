//! `reparam verify`: every estimator on problems with exact answers.

use std::time::Instant;

use reparam::measure::verify::{Check, Quantity, Verification, verify};

use super::args::VerifyArgs;
use super::table::{aligned, short};
use super::{CompareError, Outcome, grid, print};
use crate::console::talk;
use crate::law::pool;
use crate::report::number::{counted, duration, significant};

/// Estimates on each problem unless said otherwise, and the fewest for which the limits are right.
const DRAWS: usize = 20_000;
const LEAST_DRAWS: usize = 1000;

/// Runs the command.
pub fn run(args: &VerifyArgs) -> Result<Outcome, CompareError> {
    let draws = grid::draws("--draws", args.draws.as_deref(), DRAWS)?;
    if draws < LEAST_DRAWS {
        return Err(CompareError::option("--draws", format!("at least {LEAST_DRAWS}"), draws)
            .with_hint("the limits take means of this many estimates for normal"));
    }
    let started = Instant::now();
    let found = pool(args.threads)?.install(|| verify(draws, args.seed, &mut |_| {}))?;
    let threads = if args.threads == 0 { String::new() } else { format!(" --threads {}", args.threads) };
    talk(format_args!("seed {}; again: reparam verify --draws {draws} --seed {}{threads}", args.seed, args.seed));
    talk(format_args!(
        "{} of each estimator in {}; z = (measured - exact) / standard error, within {}; a false alarm in one of {} tables",
        counted(draws as u64, "estimate"),
        duration(started.elapsed().as_secs_f64()),
        significant(found.limit, 3),
        significant((1.0 / found.false_alarm_rate).round(), 3),
    ));
    if args.json {
        // Every key is a string, and floats that JSON has no sign for become null.
        print(serde_json::to_string_pretty(&found).unwrap_or_default())?;
    } else {
        print(text(&found).trim_end())?;
    }
    Ok(if found.pass { Outcome::Done } else { Outcome::Negative })
}

/// For people.
fn text(found: &Verification) -> String {
    let mut lines =
        vec![["", "problem", "estimator", "parameter", "of", "exact", "measured", "z"].map(str::to_owned).to_vec()];
    lines.extend(found.checks.iter().map(cells));
    let table = aligned(&lines, &[false, false, false, false, false, true, true, true]);
    let failed = found.checks.iter().filter(|check| !check.pass).count();
    let all = counted(found.checks.len() as u64, "check");
    if failed == 0 { format!("{table}{all}, all passed\n") } else { format!("{table}{all}, {failed} failed\n") }
}

fn cells(check: &Check) -> Vec<String> {
    let of = match check.quantity {
        Quantity::Mean => "mean",
        Quantity::Variance => "variance",
    };
    vec![
        if check.pass { "ok" } else { "FAIL" }.to_owned(),
        check.problem.clone(),
        check.estimator.clone(),
        check.parameter.clone(),
        of.to_owned(),
        short(check.exact, 6),
        short(check.measured, 6),
        check.z.map_or_else(|| "-".to_owned(), |z| format!("{z:.2}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_is_counted_and_seen() {
        let check = |pass| Check {
            problem: "coin(0.5), b".into(),
            estimator: "rloo".into(),
            parameter: "logits".into(),
            quantity: Quantity::Mean,
            exact: 0.25,
            measured: 0.5,
            standard_error: 0.01,
            z: Some(25.0),
            pass,
        };
        let found =
            |checks| Verification { checks, pass: false, draws: 1000, seed: 0, limit: 6.0, false_alarm_rate: 1e-6 };
        let text = text(&found(vec![check(true), check(false)]));
        assert!(text.contains("FAIL  coin(0.5), b") && text.contains("2 checks, 1 failed"), "{text}");
    }
}
