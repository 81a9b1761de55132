//! Training with discrete latents: which estimator, what it remembers, and the surrogate of a shard.

use burn::tensor::Tensor;
use reparam_core::noise::Key;
use serde::{Deserialize, Serialize};

use super::latent_law::Posterior;
use crate::dist::{Bernoulli, OneHotCategorical};
use crate::estimator::{
    Arm, Baseline, Cost, DisArm, DisArmCategorical, Discrete, Draws, Estimate, Estimator, EstimatorError,
    GumbelSoftmaxGradient, MuProp, Rebar, RunningMean, ScoreFunction, StraightThrough, Temperature,
};
use crate::train::Surrogate;

/// An estimator of the encoder's gradient through discrete latents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatentEstimator {
    /// **Biased.** Relaxed latents (Maddison et al. 2017; Jang et al. 2017).
    GumbelSoftmax,
    /// **Biased.** Hard latents forward, the relaxed path backward (Jang et al. 2017).
    GumbelStraightThrough,
    /// **Biased.** Hard latents forward, the path of the probabilities backward (Bengio et al. 2013).
    StraightThrough,
    /// **Biased.** The second-order form of it (Liu et al. 2023).
    Reinmax,
    /// **Biased.** Straight-through with a gap (Fan et al. 2022).
    GappedStraightThrough,
    /// **Biased.** Gumbel straight-through, averaged over relaxed draws given the hard one (Paulus et al. 2021).
    GumbelRao,
    /// Score function without a baseline (Williams 1992).
    ScoreFunction,
    /// Score function, the mean of the steps before as baseline.
    ScoreFunctionRunningMean,
    /// Score function, the mean of the other draws as baseline (Kool et al. 2019).
    Rloo,
    /// First-order expansion as control variate (Gu et al. 2016).
    Muprop,
    /// Antithetic pairs of coins (Yin and Zhou 2019).
    Arm,
    /// The same, integrated given the pair (Dong et al. 2020, 2021).
    #[default]
    Disarm,
    /// Relaxed cost as control variate, temperature and scale learnt (Tucker et al. 2017).
    Rebar,
}

impl LatentEstimator {
    /// Draws of each row that it takes multiples of.
    #[must_use]
    pub const fn least_draws(self) -> usize {
        match self {
            Self::Rloo | Self::Arm | Self::Disarm => 2,
            _ => 1,
        }
    }

    /// Whether it needs pairs of draws, and not only two or more.
    #[must_use]
    pub const fn needs_pairs(self) -> bool {
        matches!(self, Self::Arm | Self::Disarm)
    }

    /// Whether it has a temperature.
    #[must_use]
    pub const fn has_temperature(self) -> bool {
        matches!(
            self,
            Self::GumbelSoftmax
                | Self::GumbelStraightThrough
                | Self::GappedStraightThrough
                | Self::GumbelRao
                | Self::Rebar
        )
    }

    /// Whether its gradient is biased.
    #[must_use]
    pub const fn is_biased(self) -> bool {
        matches!(
            self,
            Self::GumbelSoftmax
                | Self::GumbelStraightThrough
                | Self::StraightThrough
                | Self::Reinmax
                | Self::GappedStraightThrough
                | Self::GumbelRao
        )
    }
}

/// How the gradient goes through discrete latents.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct DiscreteConfig {
    /// The estimator.
    pub estimator: LatentEstimator,
    /// Draws of each row in a step.
    pub draws: usize,
    /// Temperature of relaxations by step; REBAR starts from its value at step 0 and learns.
    pub temperature: Temperature,
    /// Memory of the running-mean baseline.
    pub baseline_decay: f64,
}

impl Default for DiscreteConfig {
    fn default() -> Self {
        Self {
            estimator: LatentEstimator::default(),
            draws: 2,
            temperature: Temperature::Constant { value: 0.5 },
            baseline_decay: 0.99,
        }
    }
}

/// What estimators learn as training goes on; kept by checkpoints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Memory {
    pub mean: RunningMean,
    pub rebar: Rebar,
}

impl Memory {
    pub fn new(config: &DiscreteConfig) -> Self {
        Self { mean: RunningMean::new(config.baseline_decay), rebar: Rebar::new(config.temperature.at(0)) }
    }

    /// As numbers whose bits can be kept.
    pub fn state(&self) -> [f64; 7] {
        let ([decay, sum, weight], [temperature, scale, cross, square]) = (self.mean.state(), self.rebar.state());
        [decay, sum, weight, temperature, scale, cross, square]
    }

    pub fn from_state([decay, sum, weight, temperature, scale, cross, square]: [f64; 7]) -> Self {
        Self {
            mean: RunningMean::from_state([decay, sum, weight]),
            rebar: Rebar::from_state([temperature, scale, cross, square]),
        }
    }
}

/// Relaxed draws behind one hard one, of Gumbel-Rao.
const INNER_DRAWS: usize = 4;
/// Lead of a draw over the other categories, of the gapped estimator (Fan et al. 2022 use 1).
const GAP: f64 = 1.0;
/// Rows on which REBAR learns, and steps between two such looks.
pub(super) const REBAR_ROWS: usize = 32;
pub(super) const REBAR_EVERY: u64 = 10;

/// The estimators that every law of coins or categories has.
fn common<L: Discrete<D> + crate::estimator::ScoreNorm<D> + 'static, const D: usize>(
    config: &DiscreteConfig,
    memory: &Memory,
    step: u64,
) -> Option<Box<dyn Estimator<L, D>>> {
    let temperature = config.temperature.at(step);
    Some(match config.estimator {
        LatentEstimator::GumbelSoftmax => Box::new(GumbelSoftmaxGradient::new(temperature)),
        LatentEstimator::GumbelStraightThrough => Box::new(StraightThrough::gumbel(temperature)),
        LatentEstimator::StraightThrough => Box::new(StraightThrough::new()),
        LatentEstimator::Reinmax => Box::new(StraightThrough::reinmax()),
        LatentEstimator::GappedStraightThrough => Box::new(StraightThrough::gapped(temperature, GAP)),
        LatentEstimator::GumbelRao => Box::new(StraightThrough::rao_blackwell(temperature, INNER_DRAWS)),
        LatentEstimator::ScoreFunction => Box::new(ScoreFunction::new()),
        LatentEstimator::ScoreFunctionRunningMean => {
            Box::new(ScoreFunction::with_baseline(Baseline::RunningMean(memory.mean)))
        }
        LatentEstimator::Rloo => Box::new(ScoreFunction::leave_one_out()),
        LatentEstimator::Muprop => Box::new(MuProp),
        LatentEstimator::Rebar => Box::new(memory.rebar),
        LatentEstimator::Arm | LatentEstimator::Disarm => return None,
    })
}

fn of_coins(config: &DiscreteConfig, memory: &Memory, step: u64) -> Box<dyn Estimator<Bernoulli<3>, 3>> {
    common(config, memory, step).unwrap_or_else(|| match config.estimator {
        LatentEstimator::Arm => Box::new(Arm),
        _ => Box::new(DisArm),
    })
}

fn of_categories(config: &DiscreteConfig, memory: &Memory, step: u64) -> Box<dyn Estimator<OneHotCategorical<4>, 4>> {
    // ARM of categories is not here: the configuration is refused before.
    common(config, memory, step).unwrap_or_else(|| Box::new(DisArmCategorical))
}

/// Minus the log-likelihood of rows given draws `[S, N, W]`: `[S, N]`.
pub(super) type LatentCost<'a> = dyn Fn(Tensor<3>) -> Tensor<2> + 'a;

/// The noise of a step's latents.
pub(super) fn draws(config: &DiscreteConfig, key: Key, step: u64) -> Draws {
    Draws::new(config.draws, key.site("posterior"), step)
}

/// The estimate of the rows of a shard.
pub(super) fn estimate(
    config: &DiscreteConfig,
    memory: &Memory,
    step: u64,
    posterior: &Posterior,
    cost: &LatentCost<'_>,
    draws: &Draws,
) -> Result<Estimate, EstimatorError> {
    match posterior {
        Posterior::Coins(law) => of_coins(config, memory, step).estimate(law, cost, draws),
        Posterior::Categories(law) => {
            let flat: &Cost<'_, 4> = &|z: Tensor<4>| {
                let [s, n, l, k] = z.dims();
                cost(z.reshape([s, n, l * k]))
            };
            of_categories(config, memory, step).estimate(law, flat, draws)
        }
        Posterior::Normal(_) => {
            let rule = "the latent must be discrete".into();
            Err(EstimatorError::Unfit { estimator: "discrete latents", rule })
        }
    }
}

/// REBAR learns from draws of its own.
pub(super) fn adapt(
    memory: &mut Memory,
    posterior: &Posterior,
    cost: &LatentCost<'_>,
    draws: &Draws,
) -> Result<(), EstimatorError> {
    match posterior {
        Posterior::Coins(law) => memory.rebar.adapt(law, cost, draws),
        Posterior::Categories(law) => {
            let flat: &Cost<'_, 4> = &|z: Tensor<4>| {
                let [s, n, l, k] = z.dims();
                cost(z.reshape([s, n, l * k]))
            };
            memory.rebar.adapt(law, flat, draws)
        }
        Posterior::Normal(_) => Ok(()),
    }
}

/// The surrogate of a shard, and the sums that are logged, all of the **hard** model: a relaxed cost is never among them.
///
/// An estimator that met relaxed draws alone meets hard ones of the same noise once more, without a graph: `hard` draws them.
pub(super) fn surrogate(
    estimate: &Estimate,
    kl: Tensor<2>,
    cost: &LatentCost<'_>,
    hard: impl FnOnce() -> Tensor<3>,
    [weight, free_bits]: [f64; 2],
    batch_rows: usize,
) -> Surrogate {
    let rows = kl.dims()[0] as f64;
    // Constants: they are logged.
    let kl_sum = kl.clone().inner().sum();
    let divergence = if free_bits > 0.0 { kl.sum_dim(0).clamp_min(free_bits * rows).sum() } else { kl.sum() };
    let loss = (estimate.loss() + divergence * weight) / batch_rows as f64;
    let met = match &estimate.cost {
        Some(cost) => cost.clone(),
        // A constant: the hard model is looked at, not trained by it.
        None => cost(hard()).inner().mean_dim(0).squeeze_dim::<1>(0),
    };
    let reconstruction = met.inner().sum().neg();
    let objective = reconstruction.clone() - kl_sum.clone();
    Surrogate { loss, second: None, sums: Tensor::cat(vec![objective, reconstruction, kl_sum], 0) }
}
