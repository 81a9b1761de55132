//! The exact gradient, by enumeration of all outcomes or of those of some variables.

use burn::tensor::{Tensor, TensorData};

use super::term::per_row;
use super::{Baseline, Bias, Cost, Discrete, Draws, Estimate, Estimator, EstimatorError};

/// Most outcomes of a row that are enumerated.
pub const MOST_OUTCOMES: usize = 1 << 16;

/// The exact gradient of coins or categories: the sum over all outcomes of a row of probability times cost.
///
/// It takes no noise and has no variance. A row has `2^L` outcomes for L coins, `K^V` for V variables of K categories: at most 65,536.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Enumerate, Estimator};
/// use reparam::noise::Key;
/// let logits = Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()).require_grad();
/// let cost = |b: Tensor<3>| (b - 0.45).square().squeeze_dim::<2>(2);
/// let exact = Enumerate.estimate(&Bernoulli::from_logits(logits.clone()), &cost, &Draws::new(1, Key::new(0), 0)).unwrap();
/// let slope = logits.grad(&exact.loss().backward()).unwrap().into_scalar::<f32>();
/// assert!((slope - 0.025).abs() < 1e-7);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Enumerate;

/// Values of one variable, and variables of a row.
fn variables<L: Discrete<D>, const D: usize>(law: &L) -> (usize, usize) {
    let width: usize = law.parameter().dims()[2..].iter().product();
    match law.categories() {
        1 => (2, width),
        k => (k, width / k.max(1)),
    }
}

/// All outcomes of the first `count` variables, each a row of that variable's entries.
fn outcomes(name: &'static str, values: usize, coins: bool, count: usize) -> Result<Vec<Vec<f64>>, EstimatorError> {
    let total = u32::try_from(count).ok().and_then(|count| values.checked_pow(count)).filter(|n| *n <= MOST_OUTCOMES);
    let Some(total) = total else {
        let got = format!("{values}^{count}");
        return Err(EstimatorError::Outcomes { estimator: name, most: MOST_OUTCOMES, got });
    };
    Ok((0..total)
        .map(|mut number| {
            let mut entries = Vec::with_capacity(count * if coins { 1 } else { values });
            for _ in 0..count {
                let value = number % values;
                number /= values;
                if coins {
                    entries.push(value as f64);
                } else {
                    entries.extend((0..values).map(|k| f64::from(u8::from(k == value))));
                }
            }
            entries
        })
        .collect())
}

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for Enumerate {
    fn name(&self) -> &'static str {
        "enumerate"
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, _draws: &Draws) -> Result<Estimate, EstimatorError> {
        let (values, count) = variables(law);
        let outcomes = outcomes("enumerate", values, law.categories() == 1, count)?;
        let mut shape = law.parameter().dims();
        let rows = shape[1];
        (shape[0], shape[1]) = (outcomes.len(), 1);
        let table = Tensor::<D>::from_data(TensorData::new(outcomes.concat(), shape), law.options());
        shape[1] = rows;
        let all = table.expand(shape);
        let probs = per_row(law.log_prob(all.clone())).exp();
        let costs = cost(all);
        EstimatorError::check_costs("enumerate", &costs, [outcomes.len(), rows])?;
        let surrogate = (probs * costs).sum_dim(0).squeeze_dim::<1>(0);
        // A constant: it is reported.
        let cost = Some(surrogate.clone().inner());
        Ok(Estimate { surrogate, cost, relaxed_cost: None, costs: None, bound: None })
    }
}

/// Rao-Blackwellised score function: the first variables of a row are enumerated, the others drawn.
///
/// `E[f] = E_rest[Σ_first p(first) f(first, rest)]`: the sum is differentiated as it stands, the rest by its score, with the mean of the other
/// draws as baseline where there are several, independent ones. Unbiased; a draw meets the cost once for each outcome of the first variables.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, PartialEnumeration};
/// use reparam::noise::Key;
/// let coins = Bernoulli::from_logits(Tensor::<3>::zeros([1, 3, 20], &Device::flex().autodiff()));
/// let cost = |b: Tensor<3>| b.sum_dim(2).squeeze_dim::<2>(2);
/// let draws = Draws::new(2, Key::new(0), 0);
/// assert_eq!(PartialEnumeration::new(4).estimate(&coins, &cost, &draws).unwrap().surrogate.dims(), [3]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PartialEnumeration {
    variables: usize,
}

impl PartialEnumeration {
    /// Enumerates that many variables of each row, or all where there are fewer.
    #[must_use]
    pub const fn new(variables: usize) -> Self {
        Self { variables }
    }
}

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for PartialEnumeration {
    fn name(&self) -> &'static str {
        "partial-enumeration"
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        const NAME: &str = "partial-enumeration";
        EstimatorError::check_draws(NAME, 1, draws.count())?;
        let (values, count) = variables(law);
        let first = self.variables.min(count);
        let outcomes = outcomes(NAME, values, law.categories() == 1, first)?;
        let (total, s) = (outcomes.len(), draws.count());
        let drawn = draws.sample(law);
        let dims = drawn.dims();
        let rows = dims[1];
        let width: usize = dims[2..].iter().product();
        let width_first = outcomes[0].len();
        // On one axis: the entries of the first variables, then those of the rest.
        let flat = drawn.reshape([1, s, rows, width]);
        let mut shape = dims;
        shape[0] = total * s;
        let mut parts = Vec::with_capacity(2);
        if width_first > 0 {
            let table = TensorData::new(outcomes.concat(), [total, 1, 1, width_first]);
            parts.push(Tensor::<4>::from_data(table, law.options()).expand([total, s, rows, width_first]));
        }
        if width > width_first {
            let left = width - width_first;
            parts.push(flat.narrow(3, width_first, left).expand([total, s, rows, left]));
        }
        let all = Tensor::cat(parts, 3);
        let all = all.reshape(shape);
        // Log-probabilities of the entries, cut in two.
        let entries = law.log_prob(all.clone());
        let events: usize = entries.dims()[2..].iter().product();
        let events_first = events * width_first / width.max(1);
        let entries = entries.reshape([total, s, rows, events]);
        let part =
            |from: usize, length: usize| entries.clone().narrow(3, from, length).sum_dim(3).reshape([total, s, rows]);
        let costs = cost(all);
        EstimatorError::check_costs(NAME, &costs, [total * s, rows])?;
        let costs = costs.reshape([total, s, rows]);
        let weighed = if events_first > 0 { part(0, events_first).exp() * costs } else { costs };
        let summed = weighed.sum_dim(0).reshape([s, rows]);
        let mut surrogate = summed.clone().mean_dim(0).squeeze_dim::<1>(0);
        if events > events_first {
            // The score of the rest, which is the same for every outcome of the first. Removes the path through the advantage.
            let baseline = if s > 1 && draws.are_independent() { Baseline::LeaveOneOut } else { Baseline::None };
            let advantage = baseline.advantage(NAME, summed.clone().inner())?;
            let log_rest = part(events_first, events - events_first).narrow(0, 0, 1).reshape([s, rows]);
            surrogate = surrogate + (advantage * log_rest).mean_dim(0).squeeze_dim::<1>(0);
        }
        Ok(Estimate::of_hard(surrogate, &summed))
    }
}

/// Local expectation gradients: every variable of a row in turn takes all its values, while the others keep their draw.
///
/// `∂/∂l_i = E[Σ_v ∂p_i(v)/∂l_i f(v, z_{-i})]` (Titsias and Lázaro-Gredilla 2015). Unbiased; a draw meets the cost once for each value of each
/// variable: at most 4,096 times.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, LocalExpectation};
/// use reparam::noise::Key;
/// let logits = Tensor::<3>::zeros([1, 1, 3], &Device::flex().autodiff()).require_grad();
/// let cost = |b: Tensor<3>| b.sum_dim(2).squeeze_dim::<2>(2);
/// let estimate = LocalExpectation.estimate(&Bernoulli::from_logits(logits.clone()), &cost, &Draws::new(1, Key::new(0), 0)).unwrap();
/// let slopes = logits.grad(&estimate.loss().backward()).unwrap();
/// assert_eq!(slopes.try_to_vec_as::<f32>().unwrap(), [0.25; 3]); // exact: the variables do not meet in the cost
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalExpectation;

/// Most times that one draw meets the cost.
const MOST_COSTS: usize = 4096;

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for LocalExpectation {
    fn name(&self) -> &'static str {
        "local-expectation"
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        const NAME: &str = "local-expectation";
        EstimatorError::check_draws(NAME, 1, draws.count())?;
        let (values, count) = variables(law);
        if values.saturating_mul(count) > MOST_COSTS {
            let got = format!("{count} variables of {values}");
            return Err(EstimatorError::Outcomes { estimator: NAME, most: MOST_COSTS, got });
        }
        let drawn = draws.sample(law);
        let costs = cost(drawn.clone());
        let (s, rows) = (draws.count(), drawn.dims()[1]);
        EstimatorError::check_costs(NAME, &costs, [s, rows])?;
        let dims = drawn.dims();
        let width: usize = dims[2..].iter().product();
        let each = width / count.max(1);
        let flat = drawn.reshape([s, rows, width]);
        let probs = law.probabilities().reshape([1, rows, width]);
        let mut local = Vec::with_capacity(count);
        for i in 0..count {
            let at = i * each;
            let choice = |v: usize| {
                let mut here = vec![0.0; each];
                if law.categories() == 1 {
                    here[0] = v as f64;
                } else {
                    here[v] = 1.0;
                }
                let here = Tensor::<3>::from_data(TensorData::new(here, [1, 1, each]), law.options());
                let parts = [
                    (at > 0).then(|| flat.clone().narrow(2, 0, at)),
                    Some(here.expand([s, rows, each])),
                    (at + each < width).then(|| flat.clone().narrow(2, at + each, width - at - each)),
                ];
                // A constant: it weighs the derivative of a probability.
                cost(Tensor::cat(parts.into_iter().flatten().collect(), 2).reshape(dims)).inner()
            };
            let here = probs.clone().narrow(2, at, each);
            local.push(if law.categories() == 1 {
                here * (choice(1) - choice(0)).unsqueeze_dim::<3>(2)
            } else {
                let all: Vec<Tensor<3>> = (0..each).map(|v| choice(v).unsqueeze_dim::<3>(2)).collect();
                (here * Tensor::cat(all, 2)).sum_dim(2)
            });
        }
        let local = Tensor::cat(local, 2).sum_dim(2).mean_dim(0).reshape([rows]);
        // The cost's own gradient, of what is not the law, comes from the draw.
        Ok(Estimate::of_hard(costs.clone().mean_dim(0).squeeze_dim::<1>(0) + local, &costs))
    }
}
