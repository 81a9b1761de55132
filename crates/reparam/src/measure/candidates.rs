//! Which estimators fit a problem, ready to be measured.

use std::sync::Arc;
use std::time::Instant;

use burn::tensor::{DType, Device, Tensor, TensorData};

use super::per_draw::{PerDraw, per_draw_gradients};
use super::problem::{Problem, ProblemCost, Subject};
use super::replicated::{AnyLaw, Replicated, ReplicatedPath, WEAK};
use crate::dist::{Bernoulli, Distribution, OneHotCategorical};
use crate::estimator::{
    Arm, Bias, DisArm, DisArmCategorical, Discrete, Draws, Enumerate, Estimate, Estimator, EstimatorError,
    GumbelSoftmaxGradient, LocalExpectation, MeasureValued, MeasureValuedCategorical, MuProp, Nvil, OptimalBaseline,
    PartialEnumeration, Pathwise, Rebar, Relax, RunningMean, ScoreFunction, StraightThrough,
};
use crate::noise::Key;

/// One estimate for each of so many rows.
type Run = dyn Fn(usize, &Draws) -> Result<PerDraw, EstimatorError> + Send + Sync;

/// An estimator with the problem that it is measured on.
pub struct Candidate {
    name: &'static str,
    bias: Bias,
    draws: usize,
    /// Costs that one estimate meets at a time.
    costs: usize,
    run: Box<Run>,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("name", &self.name).field("draws", &self.draws).finish_non_exhaustive()
    }
}

impl Candidate {
    /// Kebab-case name of the estimator.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it claims to be unbiased.
    pub const fn bias(&self) -> Bias {
        self.bias
    }

    /// Draws of the law behind one estimate.
    pub const fn draws(&self) -> usize {
        self.draws
    }

    /// Costs that one estimate meets: as many as it takes draws, or more where outcomes are enumerated.
    pub const fn costs(&self) -> usize {
        self.costs
    }

    /// The same, meeting that many costs.
    fn with_costs(self, costs: usize) -> Self {
        Self { costs, ..self }
    }

    /// One estimate for each of `rows` rows.
    ///
    /// # Errors
    /// What the estimator refuses.
    pub fn run(&self, rows: usize, key: Key, step: u64) -> Result<PerDraw, EstimatorError> {
        (self.run)(rows, &Draws::new(self.draws, key, step))
    }
}

/// Options of estimators that have any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Temperature of relaxations, and the one that REBAR and RELAX start from.
    pub temperature: f64,
    /// Draws behind one estimate of the score function with its best constant.
    pub baseline_draws: usize,
    /// Relaxed draws behind one estimate of Gumbel-Rao.
    pub inner_draws: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { temperature: 0.5, baseline_draws: 8, inner_draws: 10 }
    }
}

/// Rows of one pilot step of estimators that learn.
const PILOT_ROWS: usize = 256;
/// Pilot steps.
const PILOT_STEPS: u64 = 60;

type Build<L, const D: usize> = Arc<dyn Fn(&[Tensor<D>]) -> L + Send + Sync>;

/// Laws of one problem, in rows.
struct Setting<L, const D: usize> {
    parameters: Tensor<D>,
    build: Build<L, D>,
    cost: Arc<dyn Fn(Tensor<D>) -> Tensor<2> + Send + Sync>,
}

impl<L, const D: usize> Clone for Setting<L, D> {
    fn clone(&self) -> Self {
        Self { parameters: self.parameters.clone(), build: self.build.clone(), cost: self.cost.clone() }
    }
}

impl<L: Distribution<D> + 'static, const D: usize> Setting<L, D> {
    fn candidate(&self, draws: usize, estimator: impl Estimator<L, D> + 'static) -> Candidate {
        let this = self.clone();
        let (name, bias) = (estimator.name(), estimator.bias());
        let run = move |rows: usize, draws: &Draws| {
            per_draw_gradients(
                &estimator,
                std::slice::from_ref(&this.parameters),
                this.build.as_ref(),
                this.cost.as_ref(),
                rows,
                draws,
            )
        };
        Candidate { name, bias, draws, costs: draws, run: Box::new(run) }
    }

    /// The law in rows, with constant parameters.
    fn law(&self, rows: usize) -> L {
        let mut shape = self.parameters.dims();
        shape[1] = rows;
        (self.build)(&[self.parameters.clone().expand(shape).autodiff()])
    }

    /// An estimator after one look at pilot draws of its own.
    fn after_pilot<E: Estimator<L, D>>(&self, mut estimator: E, key: Key) -> Result<E, EstimatorError> {
        let draws = Draws::new(estimator.least_draws(), key.site("pilot"), 0);
        let estimate: Estimate = estimator.estimate(&self.law(PILOT_ROWS * 16), self.cost.as_ref(), &draws)?;
        estimator.observe(&estimate);
        Ok(estimator)
    }
}

fn tensor<const D: usize>(values: Vec<f64>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), (&Device::flex(), DType::F64))
}

/// Names of all estimators that fit this problem, in the order in which they are reported.
pub fn applicable(problem: &Problem) -> Vec<&'static str> {
    match &problem.subject {
        Subject::Law(law) => {
            let weak = matches!(law, AnyLaw::Scalar(law) if WEAK.contains(&law.family().name));
            let path = law.has_path().then_some("pathwise");
            let score = ["score-function", "score-function-running-mean", "rloo", "score-function-optimal"];
            path.into_iter().chain(score).chain(weak.then_some("measure-valued")).collect()
        }
        Subject::Coins(_) => [UNBIASED_DISCRETE, &["arm"], RELAXED].concat(),
        Subject::Categories(_) => [UNBIASED_DISCRETE, RELAXED].concat(),
    }
}

const UNBIASED_DISCRETE: &[&str] = &[
    "enumerate",
    "score-function",
    "score-function-running-mean",
    "rloo",
    "score-function-optimal",
    "nvil",
    "muprop",
    "rebar",
    "relax",
    "disarm",
    "measure-valued",
    "local-expectation",
    "partial-enumeration",
];
const RELAXED: &[&str] = &[
    "gumbel-softmax",
    "gumbel-straight-through",
    "straight-through",
    "reinmax",
    "gapped-straight-through",
    "gumbel-rao",
];

/// The estimator of this name on this problem; those that learn have learnt from a pilot of their own. `None` where it does not fit.
///
/// # Errors
/// What the estimator refuses.
///
/// # Panics
/// Never: what is unwrapped was asked for before.
pub fn candidate(
    problem: &Problem,
    name: &str,
    options: &Options,
    key: Key,
) -> Result<Option<Candidate>, EstimatorError> {
    candidate_until(problem, name, options, key, None)
}

/// The same; one that learns stops at this time, and takes part with what it has learnt.
pub(super) fn candidate_until(
    problem: &Problem,
    name: &str,
    options: &Options,
    key: Key,
    end: Option<Instant>,
) -> Result<Option<Candidate>, EstimatorError> {
    match &problem.subject {
        Subject::Law(law) => of_law(problem, law, name, options, key),
        Subject::Coins(logits) => {
            let setting = Setting::<Bernoulli<3>, 3> {
                parameters: tensor(logits.clone(), [1, 1, logits.len()]),
                build: Arc::new(|p| Bernoulli::from_logits(p[0].clone())),
                cost: problem.cost.clone(),
            };
            match name {
                "arm" => Ok(Some(setting.candidate(2, Arm))),
                "disarm" => Ok(Some(setting.candidate(2, DisArm))),
                "measure-valued" => Ok(Some(setting.candidate(1, MeasureValued).with_costs(1 + logits.len()))),
                _ => of_discrete(&setting, [logits.len(), 2], name, options, key, end),
            }
        }
        Subject::Categories(logits) => {
            let (variables, categories) = (logits.len(), logits.first().map_or(0, Vec::len));
            let flat: ProblemCost = problem.cost.clone();
            let setting = Setting::<OneHotCategorical<4>, 4> {
                parameters: tensor(logits.concat(), [1, 1, variables, categories]),
                build: Arc::new(|p| {
                    // Refused only for no categories, which a problem has not.
                    OneHotCategorical::from_logits(p[0].clone()).expect("a category on the last axis")
                }),
                cost: Arc::new(move |x: Tensor<4>| {
                    let [s, n, v, k] = x.dims();
                    flat(x.reshape([s, n, v * k]))
                }),
            };
            match name {
                "disarm" => Ok(Some(setting.candidate(2, DisArmCategorical))),
                "measure-valued" => {
                    let costs = 1 + variables * categories;
                    Ok(Some(setting.candidate(1, MeasureValuedCategorical).with_costs(costs)))
                }
                _ => of_discrete(&setting, [variables, categories], name, options, key, end),
            }
        }
    }
}

fn of_law(
    problem: &Problem,
    law: &AnyLaw,
    name: &str,
    options: &Options,
    key: Key,
) -> Result<Option<Candidate>, EstimatorError> {
    if !applicable(problem).contains(&name) {
        return Ok(None);
    }
    let values = law.parameters();
    let parameters = tensor(values.clone(), [1, 1, values.len()]);
    let (own, cost) = (law.clone(), problem.cost.clone());
    if name == "pathwise" {
        let build: Build<ReplicatedPath, 3> = Arc::new(move |p| {
            let law = Replicated::new(own.clone(), p[0].clone());
            law.with_path().expect("a law with a path, as was asked before")
        });
        return Ok(Some(Setting { parameters, build, cost }.candidate(1, Pathwise)));
    }
    let setting: Setting<Replicated, 3> =
        Setting { parameters, build: Arc::new(move |p| Replicated::new(own.clone(), p[0].clone())), cost };
    Ok(match name {
        "score-function" => Some(setting.candidate(1, ScoreFunction::new())),
        "score-function-running-mean" => {
            let estimator = setting.after_pilot(ScoreFunction::running_mean(0.9), key)?;
            Some(setting.candidate(1, estimator))
        }
        "rloo" => Some(setting.candidate(2, ScoreFunction::leave_one_out())),
        "score-function-optimal" => Some(setting.candidate(options.baseline_draws, OptimalBaseline)),
        "measure-valued" => Some(setting.candidate(1, MeasureValued)),
        _ => None,
    })
}

fn of_discrete<L, const D: usize>(
    setting: &Setting<L, D>,
    [variables, values]: [usize; 2],
    name: &str,
    options: &Options,
    key: Key,
    end: Option<Instant>,
) -> Result<Option<Candidate>, EstimatorError>
where
    L: Discrete<D> + crate::estimator::ScoreNorm<D> + 'static,
{
    let temperature = options.temperature;
    let pilot = key.site("pilot");
    let steps = |most: u64| (0..most).take_while(|_| end.is_none_or(|end| Instant::now() < end));
    Ok(Some(match name {
        "enumerate" => {
            let outcomes = u32::try_from(variables).ok().and_then(|v| values.checked_pow(v));
            // More are refused before they are met.
            setting.candidate(1, Enumerate).with_costs(outcomes.unwrap_or(1))
        }
        "score-function" => setting.candidate(1, ScoreFunction::new()),
        "score-function-running-mean" => {
            setting.candidate(1, setting.after_pilot(ScoreFunction::running_mean(0.9), key)?)
        }
        "rloo" => setting.candidate(2, ScoreFunction::leave_one_out()),
        "score-function-optimal" => setting.candidate(options.baseline_draws, OptimalBaseline),
        "nvil" => {
            // Rows are alike here: the best input-dependent baseline is one number, the pilot's mean.
            let mut mean = RunningMean::new(0.0);
            let draws = Draws::new(1, pilot, 0);
            let seen = Nvil::new(0.0).estimate(&setting.law(PILOT_ROWS * 16), setting.cost.as_ref(), &draws)?;
            mean.add(seen.cost.map_or(0.0, |cost| cost.mean().into_scalar::<f64>()));
            setting.candidate(1, Nvil::new(0.9).with_means([mean, RunningMean::new(0.9)]))
        }
        "muprop" => setting.candidate(1, MuProp),
        "rebar" => {
            let mut rebar = Rebar::new(temperature);
            for step in steps(PILOT_STEPS) {
                rebar.adapt(&setting.law(PILOT_ROWS), setting.cost.as_ref(), &Draws::new(1, pilot, step))?;
            }
            setting.candidate(1, rebar)
        }
        "relax" => {
            let width: usize = setting.parameters.dims()[2..].iter().product();
            let mut relax = Relax::new(width, 16, temperature, key);
            for step in steps(4 * PILOT_STEPS) {
                relax.adapt(&setting.law(PILOT_ROWS), setting.cost.as_ref(), &Draws::new(1, pilot, step))?;
            }
            setting.candidate(1, relax)
        }
        "local-expectation" => setting.candidate(1, LocalExpectation).with_costs(1 + variables * values),
        "partial-enumeration" => setting.candidate(1, PartialEnumeration::new(1)).with_costs(values),
        "gumbel-softmax" => setting.candidate(1, GumbelSoftmaxGradient::new(temperature)),
        "gumbel-straight-through" => setting.candidate(1, StraightThrough::gumbel(temperature)),
        "straight-through" => setting.candidate(1, StraightThrough::new()),
        "reinmax" => setting.candidate(1, StraightThrough::reinmax()),
        "gapped-straight-through" => setting.candidate(1, StraightThrough::gapped(temperature, 1.0)),
        "gumbel-rao" => setting.candidate(1, StraightThrough::rao_blackwell(temperature, options.inner_draws)),
        _ => return Ok(None),
    }))
}
