//! What a reader of a comparison should know beside the numbers.

use super::problem::{Problem, Subject};
use super::replicated::AnyLaw;
use super::report::{Row, Verdict};

/// Notes on a comparison.
pub(super) fn notes(problem: &Problem, rows: &[Row], level: f64) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(disagreement(rows, level, problem.support_moves()));
    notes.extend(log_normal(problem));
    notes.extend(heavy(rows));
    if rows.iter().any(|r| r.verdict == Verdict::NotFinite) {
        notes.push("estimates that were not finite are left out of the numbers: the loss or its derivative is not finite somewhere".into());
    }
    notes
}

/// Rows of path and score, parameter by parameter, where their means can be held against one another.
fn pairs(rows: &[Row]) -> Vec<(&Row, &Row)> {
    let of = |name: &str| rows.iter().filter(move |r| r.estimator == name).collect::<Vec<_>>();
    let (path, score) = (of("pathwise"), of("rloo"));
    let score = if score.is_empty() { of("score-function") } else { score };
    // Means of so heavy a tail have not settled: they may lie apart for that alone.
    let settled = |r: &Row| !matches!(r.verdict, Verdict::VarianceMayBeInfinite | Verdict::NotFinite);
    path.into_iter().zip(score).filter(|(p, s)| settled(p) && settled(s)).collect()
}

/// Whether two means differ by more than `level` standard errors.
fn apart(p: &Row, s: &Row, level: f64) -> bool {
    // The two share noise, so their errors may correlate either way: the sum of standard errors bounds that of the difference.
    (p.mean - s.mean).abs() > level * (p.standard_error + s.standard_error) + 1e-9 * s.mean.abs()
}

/// Whether the path disagrees with the score function though the support stands still: the loss has jumps.
pub(super) fn path_disagrees(problem: &Problem, rows: &[Row], level: f64) -> bool {
    let disagree = |(p, s): &(&Row, &Row)| apart(p, s, level) && s.verdict != Verdict::Biased;
    pairs(rows).iter().any(disagree) && !problem.support_moves()
}

/// Path and score do not agree: one of their conditions is broken.
fn disagreement(rows: &[Row], level: f64, moves: bool) -> Vec<String> {
    let mut notes = Vec::new();
    for (p, s) in pairs(rows) {
        let broken = |r: &Row| r.verdict == Verdict::Biased;
        if !apart(p, s, level) && !broken(p) && !broken(s) {
            continue;
        }
        let values = format!(
            "{}: the path gives {:.5} ± {:.2}, the score function {:.5} ± {:.2}",
            p.parameter,
            p.mean,
            Short(p.standard_error),
            s.mean,
            Short(s.standard_error)
        );
        notes.push(match (broken(p), broken(s)) {
            (true, true) => format!("{values}. Both disagree with the exact value: the loss has jumps and the support moves, or an integral diverges"),
            (broken, false) if broken || !moves => format!(
                "{values}. The path's condition is broken: the loss has jumps (it is not continuous), and a path does not see them. Use an estimator that \
                 does not differentiate the loss"
            ),
            _ => format!(
                "{values}. The score function's condition is broken: the support of the law depends on the parameter. Use the path"
            ),
        });
    }
    notes
}

/// A number in few characters.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1e}", self.0)
    }
}

/// The closed form of what goes wrong with a log-normal law, before the sample shows it.
fn log_normal(problem: &Problem) -> Option<String> {
    let Subject::Law(AnyLaw::Scalar(law)) = &problem.subject else { return None };
    let parameters = law.parameters();
    let (loc, scale) = (*parameters.first()?, *parameters.get(1)?);
    if law.family().name != "log-normal" || scale < 1.5 {
        return None;
    }
    let variance = (scale * scale).exp_m1() * (2.0 * loc + scale * scale).exp();
    // The second moment is made by noise near 2 s, which comes once in 1/Φ(-2 s) draws.
    let once = reparam_core::law::family("normal")?.build(&[0.0, 1.0]).ok()?.survival(2.0 * scale).recip();
    Some(format!(
        "the law is log-normal with scale {scale}: even for the loss x the path's variance is (e^(s²) - 1) e^(2m + s²) = {variance:.3e}, made by draws that come \
         once in {once:.1e}. A sample variance of fewer draws looks far too small: do not trust it"
    ))
}

fn heavy(rows: &[Row]) -> Option<String> {
    let heavy: Vec<String> = rows
        .iter()
        .filter_map(|r| {
            r.tail_index.filter(|k| *k > 0.5).map(|k| format!("{} in {} (index {k:.2})", r.estimator, r.parameter))
        })
        .collect();
    (!heavy.is_empty()).then(|| {
        format!(
            "the largest deviations fall off so slowly that the variance may be infinite, and the sample variance misleads: {}",
            heavy.join(", ")
        )
    })
}
