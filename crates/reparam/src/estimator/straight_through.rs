//! Straight-through estimators: the cost meets hard draws, and its derivative there is sent on along a smooth path.

use std::fmt::Debug;

use burn::tensor::Tensor;

use super::estimate::{check_temperature, over_draws};
use super::{Bias, Cost, Discrete, Draws, Estimate, Estimator, EstimatorError};

/// **Biased.** A straight-through gradient: the hard draw forward, a path of its choice backward.
///
/// The cost is that of hard draws. Its derivative there says what the cost would do between the categories, which it never does; so every
/// path but that of a special cost is biased.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, StraightThrough};
/// use reparam::noise::Key;
/// let logits = Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()).require_grad();
/// let linear = |b: Tensor<3>| b.squeeze_dim::<2>(2) * 3.0;
/// let coin = Bernoulli::from_logits(logits.clone());
/// let estimate = StraightThrough::new().estimate(&coin, &linear, &Draws::new(1, Key::new(0), 0)).unwrap();
/// let slope = logits.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>();
/// assert_eq!(slope, 0.75); // 3 p (1 - p): exact, for the cost is linear
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StraightThrough {
    path: Path,
}

/// The path that the derivative takes.
#[derive(Clone, Copy, Debug)]
enum Path {
    Probabilities,
    ReinMax,
    Gumbel { temperature: f64 },
    Gapped { temperature: f64, gap: f64 },
    Rao { temperature: f64, inner: usize },
}

impl StraightThrough {
    /// **Biased**, exact for linear costs. The path of the probabilities (Bengio et al. 2013).
    #[must_use]
    pub const fn new() -> Self {
        Self { path: Path::Probabilities }
    }

    /// **Biased**, exact for quadratic costs. `ReinMax` (Liu et al. 2023): twice the path of the probabilities halfway to the draw, less half of that of
    /// the probabilities. It is the trapezoidal rule where [`new`](Self::new) is Euler's.
    #[must_use]
    pub const fn reinmax() -> Self {
        Self { path: Path::ReinMax }
    }

    /// **Biased.** The path of the relaxed draw of the same noise (Jang et al. 2017).
    #[must_use]
    pub const fn gumbel(temperature: f64) -> Self {
        Self { path: Path::Gumbel { temperature } }
    }

    /// **Biased.** The path of logits that are moved so that the draw leads by `gap` at least, without noise (Fan et al. 2022).
    #[must_use]
    pub const fn gapped(temperature: f64, gap: f64) -> Self {
        Self { path: Path::Gapped { temperature, gap } }
    }

    /// **Biased**, in mean as [`gumbel`](Self::gumbel), with less variance. The mean path of `inner` relaxed draws given the hard one (Gumbel-Rao, Paulus
    /// et al. 2021).
    #[must_use]
    pub const fn rao_blackwell(temperature: f64, inner: usize) -> Self {
        Self { path: Path::Rao { temperature, inner } }
    }

    const fn label(&self) -> &'static str {
        match self.path {
            Path::Probabilities => "straight-through",
            Path::ReinMax => "reinmax",
            Path::Gumbel { .. } => "gumbel-straight-through",
            Path::Gapped { .. } => "gapped-straight-through",
            Path::Rao { .. } => "gumbel-rao",
        }
    }

    fn check(&self) -> Result<(), EstimatorError> {
        let name = self.label();
        match self.path {
            Path::Probabilities | Path::ReinMax => Ok(()),
            Path::Gumbel { temperature } => check_temperature(name, temperature),
            Path::Gapped { temperature, gap } => {
                check_temperature(name, temperature)?;
                if gap >= 0.0 && gap.is_finite() {
                    return Ok(());
                }
                Err(EstimatorError::Unfit {
                    estimator: name,
                    rule: format!("the gap must be finite and >= 0, got {gap}"),
                })
            }
            Path::Rao { temperature, inner } => {
                check_temperature(name, temperature)?;
                if inner > 0 {
                    return Ok(());
                }
                Err(EstimatorError::Unfit { estimator: name, rule: "at least 1 inner draw is needed, got 0".into() })
            }
        }
    }

    /// The hard draw, and a tensor of value 0 whose gradient is the path.
    fn draw<L: Discrete<D>, const D: usize>(&self, law: &L, draws: &Draws) -> (Tensor<D>, Tensor<D>) {
        let perturbed = law.perturb(draws.perturbation(law));
        let hard = law.hard(perturbed.clone());
        let path = match self.path {
            Path::Probabilities => law.path_at(law.probabilities()),
            Path::ReinMax => {
                let halfway = (law.probabilities() + hard.clone()) * 0.5;
                law.path_at(halfway) * 2.0 - law.path_at(law.probabilities()) * 0.5
            }
            Path::Gumbel { temperature } => zeroed(law.soft(perturbed, temperature)),
            Path::Gapped { temperature, gap } => {
                let offset = law.gap(hard.clone(), gap);
                zeroed(law.soft(law.parameter() + offset, temperature))
            }
            Path::Rao { temperature, inner } => {
                // The path is that of logits plus noise; given the draw the noise has another law, and no path of its own.
                let step = zeroed(law.parameter());
                let soft = (0..inner).map(|i| {
                    let uniform = draws.site("inner").site(&i.to_string()).uniform(law);
                    // A constant, as said.
                    let given = law.perturb_given(hard.clone(), uniform).inner();
                    law.soft(given + step.clone(), temperature)
                });
                let sum = soft.reduce(|a, b| a + b).unwrap_or_else(|| law.probabilities());
                // A product, whose slope Burn 0.22 keeps in f64.
                zeroed(sum * (inner as f64).recip())
            }
        };
        (hard, path)
    }
}

impl Default for StraightThrough {
    fn default() -> Self {
        Self::new()
    }
}

/// The same gradient at value 0.
fn zeroed<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // Removes the value; the gradient stays.
    x.clone() - x.inner()
}

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for StraightThrough {
    fn name(&self) -> &'static str {
        self.label()
    }

    fn bias(&self) -> Bias {
        Bias::Biased(match self.path {
            Path::Probabilities => "Euler's rule for the difference of costs; exact for linear costs",
            Path::ReinMax => "the trapezoidal rule for the difference of costs; exact for quadratic costs",
            Path::Gumbel { .. } | Path::Rao { .. } => "the slope of the cost at hard draws along the relaxed path",
            Path::Gapped { .. } => "the slope of the cost at hard draws along a path with a gap",
        })
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        let name = self.label();
        EstimatorError::check_draws(name, 1, draws.count())?;
        self.check()?;
        let (hard, path) = self.draw(law, draws);
        let rows = hard.dims()[1];
        let costs = cost(hard + path);
        EstimatorError::check_costs(name, &costs, [draws.count(), rows])?;
        Ok(Estimate::of_hard(over_draws(costs.clone()), &costs))
    }
}
