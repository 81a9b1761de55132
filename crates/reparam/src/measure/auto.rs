//! The choice of an estimator by measurement.

use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use reparam_core::diagnose::Moments;
use reparam_core::law::family;

use super::candidates::{Candidate, Options, applicable, candidate_until};
use super::compare::{MeasureError, threshold};
use super::problem::Problem;
use super::run::{Measured, measure};
use crate::dist::Distribution;
use crate::estimator::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::noise::Key;

/// What a pilot found of one estimator.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Evidence {
    /// Name.
    pub estimator: String,
    /// Variance of one estimate, summed over all parameters.
    pub variance: f64,
    /// Seconds of one estimate.
    pub seconds: f64,
    /// Estimates made.
    pub estimates: usize,
    /// Why it is out of the running.
    pub objection: Option<String>,
}

impl Evidence {
    /// Variance times seconds: what a given accuracy costs.
    pub fn price(&self) -> f64 {
        self.variance * self.seconds
    }
}

/// The estimator of least variance times seconds, with the evidence.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Choice {
    /// Its name; none where every estimator met an objection.
    pub chosen: Option<String>,
    /// What was found, in the order of measurement.
    pub evidence: Vec<Evidence>,
    /// Seconds that the pilot took.
    pub seconds: f64,
}

/// Estimates in a first look.
const FIRST: usize = 128;
/// Numbers of draws that a first look meets, where two estimates do not meet more.
const FIRST_NUMBERS: usize = 1 << 17;
/// Fewest estimates that a variance is believed of.
const FEWEST: usize = 16;
/// Estimates that are enough.
const ENOUGH: usize = 20_000;
/// Share of the time that is kept for the look that overruns.
const SLACK: f64 = 0.6;
/// Shortest pilot in which estimators are tried that must learn first.
const TIME_TO_LEARN: f64 = 1.0;
/// Share of the time in which each of them learns.
const SHARE_TO_LEARN: f64 = 0.15;
/// Chance that a sound path is called broken by its difference from the score function.
const FALSE_ALARM: f64 = 1e-6;

/// Ranks the unbiased estimators that fit a problem in a pilot of at most `budget`, and chooses. Biased ones run only where `allowed` names them.
///
/// All see the same noise. A path that disagrees with the score function is out: the cost has jumps. Estimators that learn first (REBAR,
/// RELAX) take part in pilots from one second on, with what they learn in a part of it. One that would take longer than the time that is left is not
/// tried, and the evidence says so.
///
/// # Errors
/// Coins or categories that there are not. What an estimator refuses is among the evidence.
///
/// ```
/// use std::time::Duration;
/// use reparam::measure::{Problem, Subject, choose};
/// use reparam_core::law::family;
/// let law = family("normal").unwrap().build(&[0.3, 1.0]).unwrap();
/// let linear = Problem::new(Subject::scalar(law), |z| z.squeeze_dim::<2>(2) * 2.0);
/// let choice = choose(&linear, Duration::from_millis(200), 0, &[]).unwrap();
/// assert!(choice.chosen.is_some() && choice.evidence.iter().any(|e| e.estimator == "pathwise"));
/// ```
pub fn choose(problem: &Problem, budget: Duration, seed: u64, allowed: &[String]) -> Result<Choice, MeasureError> {
    problem.check().map_err(|rule| MeasureError::Subject { rule })?;
    let started = Instant::now();
    let end = started + budget.mul_f64(SLACK);
    let width = problem.parameters().len();
    let key = Key::new(seed).site("pilot");
    let options = Options::default();
    let learns = |name: &str| name == "rebar" || name == "relax";
    let names: Vec<&str> = applicable(problem)
        .into_iter()
        .filter(|name| !learns(name) || budget.as_secs_f64() >= TIME_TO_LEARN || allowed.iter().any(|a| a == name))
        .collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for name in names {
        let learnt = Instant::now() + budget.mul_f64(SHARE_TO_LEARN);
        let Ok(Some(candidate)) = candidate_until(problem, name, &options, key, Some(learnt)) else { continue };
        if candidate.bias() == Bias::Unbiased || allowed.iter().any(|a| a == name) {
            candidates.push(candidate);
        }
    }
    // The quick ones first: they show what the slow ones will take.
    candidates.sort_by_key(Candidate::costs);
    let mut found: Vec<(Evidence, Option<Measured>)> = Vec::new();
    let mut per_cost = 0.0_f64;
    for (i, candidate) in candidates.iter().enumerate() {
        let left = end.saturating_duration_since(Instant::now());
        if i > 0 && per_cost * (candidate.costs() * first_look(candidate, width)) as f64 > left.as_secs_f64() {
            found.push((blank(candidate, "it would take longer than the time that is left".to_owned()), None));
            continue;
        }
        found.push(look(candidate, width, key, left / (candidates.len() - i) as u32));
        let seconds = found.last().map_or(f64::NAN, |(e, _)| e.seconds);
        // The least: what a cost takes where it is met many at a time.
        let this = seconds / candidate.costs() as f64;
        per_cost = if per_cost > 0.0 { per_cost.min(this) } else { this };
    }
    screen(&mut found, problem.support_moves());
    let evidence: Vec<Evidence> = found.into_iter().map(|(e, _)| e).collect();
    let sound = evidence.iter().filter(|e| e.objection.is_none());
    let best = sound.min_by(|a, b| a.price().total_cmp(&b.price()).then(a.seconds.total_cmp(&b.seconds)));
    Ok(Choice { chosen: best.map(|e| e.estimator.clone()), evidence, seconds: started.elapsed().as_secs_f64() })
}

/// What is known of a candidate that made no estimates.
fn blank(candidate: &Candidate, objection: String) -> Evidence {
    Evidence {
        estimator: candidate.name().to_owned(),
        variance: f64::NAN,
        seconds: f64::NAN,
        estimates: 0,
        objection: Some(objection),
    }
}

/// Estimates of a first look.
fn first_look(candidate: &Candidate, width: usize) -> usize {
    (FIRST_NUMBERS / candidate.costs().saturating_mul(width).max(1)).clamp(2, FIRST)
}

/// A first look, and as many estimates as the time allows.
fn look(candidate: &Candidate, width: usize, key: Key, time: Duration) -> (Evidence, Option<Measured>) {
    let started = Instant::now();
    let count = first_look(candidate, width);
    let first = match measure(candidate, width, count, key) {
        Ok(first) => first,
        Err(error) => return (blank(candidate, error.to_string()), None),
    };
    let wall = started.elapsed().as_secs_f64().max(1e-9);
    let room = (time.as_secs_f64() - wall) / wall * count as f64;
    let more = (room.max(0.0) as usize).min(ENOUGH);
    // The first look paid for cold memory: where there is time it is made again.
    let (measured, estimates) = match (more > 2 * count).then(|| measure(candidate, width, more, key)) {
        Some(Ok(measured)) => (measured, more),
        _ => (first, count),
    };
    let variance: f64 = measured.moments.iter().map(Moments::variance).sum();
    let objection = if measured.not_finite > 0 {
        Some("estimates that are not finite".to_owned())
    } else {
        // What has no variance shows it at once.
        (estimates < FEWEST && variance > 0.0)
            .then(|| format!("too slow to be judged in this time: {estimates} estimates"))
    };
    let evidence =
        Evidence { estimator: candidate.name().to_owned(), variance, seconds: measured.seconds, estimates, objection };
    (evidence, Some(measured))
}

/// Objects to a path that disagrees with the score function, or to all scores where the support moves.
fn screen(found: &mut [(Evidence, Option<Measured>)], moves: bool) {
    if moves {
        for (evidence, _) in found.iter_mut().filter(|(e, _)| e.estimator != "pathwise") {
            evidence.objection = Some("the support of the law depends on a parameter".to_owned());
        }
        return;
    }
    let of = |name: &str| {
        found.iter().find(|(e, _)| e.estimator == name).and_then(|(_, m)| m.as_ref().map(|m| m.moments.clone()))
    };
    let score = of("rloo").or_else(|| of("score-function"));
    let (Some(path), Some(score)) = (of("pathwise"), score) else { return };
    if apart(&path, &score) {
        for (evidence, _) in found.iter_mut().filter(|(e, _)| e.estimator == "pathwise") {
            evidence.objection = Some(JUMPS.to_owned());
        }
    }
}

const JUMPS: &str = "disagrees with the score function: the loss has jumps";

/// Whether the means of two samples of estimates differ, in any parameter, by more than chance allows.
fn apart(path: &[Moments], score: &[Moments]) -> bool {
    let chance = FALSE_ALARM / path.len().max(1) as f64;
    let least = path.iter().chain(score).map(Moments::count).fold(f64::INFINITY, f64::min);
    // Of few estimates the standard error is itself rough: Student's law allows for that.
    let level = family("student-t")
        .and_then(|f| f.build(&[(least - 1.0).max(1.0), 0.0, 1.0]).ok())
        .map_or_else(|| threshold(chance), |law| law.upper_quantile(chance / 2.0));
    // They share noise and may correlate: the sum of standard errors bounds that of the difference.
    path.iter().zip(score).any(|(p, s)| {
        (p.mean() - s.mean()).abs() > level * (p.standard_error() + s.standard_error()) + 1e-9 * s.mean().abs()
    })
}

/// An estimator that is one of several, chosen by a pilot on the law and cost at hand, and chosen anew on a schedule.
///
/// Candidates that are biased are refused unless they are added by [`allow`](Self::allow). Between pilots it is the chosen candidate.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Arm, DisArm, Estimator};
/// use reparam::{measure::Auto, noise::Key};
/// let mut auto = Auto::<Bernoulli<3>, 3>::new(100).with(2, Arm).with(2, DisArm);
/// let law = || {
///     let logits = Tensor::<3>::zeros([1, 50, 4], &Device::flex().autodiff()).require_grad();
///     (Bernoulli::from_logits(logits.clone()), vec![logits])
/// };
/// auto.pilot(0, &law, &|b: Tensor<3>| (b.sum_dim(2) - 1.3).square().squeeze_dim::<2>(2), 20, Key::new(0)).unwrap();
/// assert!(["arm", "disarm"].contains(&auto.name())); // DisARM has never more variance; time decides with it
/// assert!(!auto.is_due(50) && auto.is_due(100));
/// ```
#[derive(Debug)]
pub struct Auto<L: Distribution<D>, const D: usize> {
    candidates: Vec<(usize, Box<dyn Estimator<L, D>>)>,
    chosen: usize,
    evidence: Vec<Evidence>,
    every: u64,
    next: u64,
}

/// A law whose parameters are leaves of their own, and these.
pub type LawWithLeaves<L, const D: usize> = (L, Vec<Tensor<D>>);

impl<L: Distribution<D>, const D: usize> Auto<L, D> {
    /// With a pilot every that many steps; 0: only the first.
    #[must_use]
    pub const fn new(every: u64) -> Self {
        Self { candidates: Vec::new(), chosen: 0, evidence: Vec::new(), every, next: 0 }
    }

    /// Adds a candidate that takes that many draws for one estimate. One that is biased is left out.
    #[must_use]
    pub fn with(self, draws: usize, estimator: impl Estimator<L, D> + 'static) -> Self {
        if matches!(estimator.bias(), Bias::Biased(_)) { self } else { self.allow(draws, estimator) }
    }

    /// Adds a candidate, biased or not.
    #[must_use]
    pub fn allow(mut self, draws: usize, estimator: impl Estimator<L, D> + 'static) -> Self {
        self.candidates.push((draws, Box::new(estimator)));
        self
    }

    /// Whether a pilot is due at this step.
    #[must_use]
    pub const fn is_due(&self, step: u64) -> bool {
        step >= self.next
    }

    /// What the last pilot found.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// Draws of each row that the chosen candidate takes.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.candidates.get(self.chosen).map_or(1, |c| c.0)
    }

    /// Measures every candidate by `repeats` estimates with common random numbers, and chooses the one of least variance, summed over all
    /// entries of all parameters, times seconds. A path whose mean disagrees with that of `rloo` or of `score-function`, where one of these is a
    /// candidate, is out: the cost has jumps.
    ///
    /// # Errors
    /// No candidate, or none that this law and cost suit.
    pub fn pilot(
        &mut self,
        step: u64,
        law: &dyn Fn() -> LawWithLeaves<L, D>,
        cost: &Cost<'_, D>,
        repeats: usize,
        key: Key,
    ) -> Result<(), EstimatorError> {
        let trials: Vec<Trial> =
            self.candidates.iter().map(|(draws, e)| trial(e.as_ref(), *draws, law, cost, repeats, key)).collect();
        let (gradients, sums) = (|i: usize| &trials[i].entries, |i: usize| &trials[i].sums);
        let mut evidence: Vec<Evidence> = trials.iter().map(|t| t.evidence.clone()).collect();
        let score = ["rloo", "score-function"].into_iter().find_map(|n| evidence.iter().position(|e| e.estimator == n));
        let path = evidence.iter().position(|e| e.estimator == "pathwise");
        if let (Some(path), Some(score)) = (path, score)
            && (apart(gradients(path), gradients(score)) || apart(sums(path), sums(score)))
        {
            evidence[path].objection.get_or_insert(JUMPS.to_owned());
        }
        let sound = evidence.iter().enumerate().filter(|(_, e)| e.objection.is_none() && e.price().is_finite());
        let best = sound.min_by(|a, b| a.1.price().total_cmp(&b.1.price()).then(a.1.seconds.total_cmp(&b.1.seconds)));
        let Some((best, _)) = best else {
            let rule = "no candidate suits this law and cost".into();
            return Err(EstimatorError::Unfit { estimator: "auto", rule });
        };
        self.chosen = best;
        self.evidence = evidence;
        self.next = if self.every == 0 { u64::MAX } else { step.saturating_add(self.every) };
        Ok(())
    }
}

/// Some estimates of one candidate: what they say, and their moments in every entry and summed over every parameter's entries.
struct Trial {
    evidence: Evidence,
    entries: Vec<Moments>,
    sums: Vec<Moments>,
}

/// Some estimates of one candidate.
fn trial<L: Distribution<D>, const D: usize>(
    estimator: &dyn Estimator<L, D>,
    draws: usize,
    law: &dyn Fn() -> LawWithLeaves<L, D>,
    cost: &Cost<'_, D>,
    repeats: usize,
    key: Key,
) -> Trial {
    let (mut gradients, mut seconds, mut objection) = (Vec::<Vec<f64>>::new(), 0.0, None);
    let mut totals = Vec::<Vec<f64>>::new();
    // The first one pays for cold memory and is not timed.
    for repeat in 0..=repeats.max(2) {
        let (law, leaves) = law();
        let started = Instant::now();
        match estimator.estimate(&law, cost, &Draws::new(draws, key, repeat as u64)) {
            Err(error) => {
                objection = Some(error.to_string());
                break;
            }
            Ok(estimate) => {
                // A cost with no derivative anywhere has no graph: its path is 0.
                let found = estimate.surrogate.is_tracked().then(|| estimate.loss().backward());
                let of = |leaf: &Tensor<D>| {
                    let gradient = found.as_ref().and_then(|found| leaf.grad(found));
                    gradient.map_or_else(|| vec![0.0; leaf.shape().num_elements()], super::replicated::numbers)
                };
                let each: Vec<Vec<f64>> = leaves.iter().map(of).collect();
                totals.push(each.iter().map(|g| g.iter().sum()).collect());
                gradients.push(each.concat());
                if repeat > 0 {
                    seconds += started.elapsed().as_secs_f64() / repeats.max(2) as f64;
                }
            }
        }
    }
    let entries = columns(&gradients);
    let variance: f64 = entries.iter().map(Moments::variance).sum();
    if objection.is_none() && !variance.is_finite() {
        objection = Some("estimates that are not finite".into());
    }
    let estimates = gradients.len();
    let evidence = Evidence { estimator: estimator.name().to_owned(), variance, seconds, estimates, objection };
    Trial { evidence, entries, sums: columns(&totals) }
}

/// Moments of every column.
fn columns(rows: &[Vec<f64>]) -> Vec<Moments> {
    let width = rows.iter().map(Vec::len).min().unwrap_or(0);
    (0..width).map(|k| Moments::of(&rows.iter().map(|row| row[k]).collect::<Vec<_>>())).collect()
}

impl<L: Distribution<D> + std::fmt::Debug, const D: usize> Estimator<L, D> for Auto<L, D>
where
    Self: Send + Sync,
{
    fn name(&self) -> &'static str {
        self.candidates.get(self.chosen).map_or("auto", |c| c.1.name())
    }

    fn bias(&self) -> Bias {
        self.candidates.get(self.chosen).map_or(Bias::Unbiased, |c| c.1.bias())
    }

    fn least_draws(&self) -> usize {
        self.candidates.get(self.chosen).map_or(1, |c| c.1.least_draws())
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        match self.candidates.get(self.chosen) {
            Some((_, estimator)) => estimator.estimate(law, cost, draws),
            None => {
                Err(EstimatorError::Unfit { estimator: "auto", rule: "at least 1 candidate is needed, got 0".into() })
            }
        }
    }

    fn observe(&mut self, estimate: &Estimate) {
        if let Some((_, estimator)) = self.candidates.get_mut(self.chosen) {
            estimator.observe(estimate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Subject;

    fn choice(law: (&str, &[f64]), cost: impl Fn(Tensor<3>) -> Tensor<3> + Send + Sync + 'static) -> Choice {
        let law = family(law.0).unwrap().build(law.1).unwrap();
        let problem = Problem::new(Subject::scalar(law), move |z| cost(z).squeeze_dim::<2>(2));
        choose(&problem, Duration::from_millis(600), 0, &[]).unwrap()
    }

    fn out(choice: &Choice, name: &str) -> bool {
        choice.evidence.iter().any(|e| e.estimator == name && e.objection.is_some())
    }

    #[test]
    fn a_path_across_a_jump_is_out_and_a_smooth_one_is_not() {
        let jump = choice(("normal", &[0.2, 1.0]), |z| z.greater_scalar(0.0).float().cast(burn::tensor::DType::F64));
        assert!(out(&jump, "pathwise"), "{jump:?}");
        let smooth = choice(("normal", &[0.2, 1.0]), Tensor::tanh);
        assert!(!out(&smooth, "pathwise") && smooth.chosen.is_some(), "{smooth:?}");
    }

    #[test]
    fn rugged_costs_are_left_to_the_score_function() {
        // The path's variance is k²/2 = 800, the score function's about 1/(2 s²) = 0.5.
        let found = choice(("normal", &[0.0, 1.0]), |z| (z * 40.0).cos());
        let chosen = found.chosen.clone().unwrap();
        assert!(chosen != "pathwise", "{found:?}");
        let variance = |name: &str| found.evidence.iter().find(|e| e.estimator == name).unwrap().variance;
        assert!(variance("pathwise") > 100.0 * variance("score-function"), "{found:?}");
    }

    #[test]
    fn biased_estimators_are_not_tried_unless_named() {
        let coin = Problem::new(Subject::Coins(vec![0.3, -0.2]), |b| b.sum_dim(2).squeeze_dim::<2>(2).square());
        let found = choose(&coin, Duration::from_millis(300), 0, &[]).unwrap();
        assert!(found.evidence.iter().all(|e| e.estimator != "straight-through"), "{found:?}");
        let named = choose(&coin, Duration::from_millis(300), 0, &["straight-through".to_owned()]).unwrap();
        assert!(named.evidence.iter().any(|e| e.estimator == "straight-through"), "{named:?}");
    }
}
