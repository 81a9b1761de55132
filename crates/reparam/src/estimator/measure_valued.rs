//! Measure-valued (weak) derivatives.

use burn::tensor::{Tensor, activation};

use super::estimate::over_draws;
use super::term::given_gradient;
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{Bernoulli, Distribution, Gamma, Normal, OneHotCategorical, Poisson, Sample};
use crate::noise::Noise;
use crate::special::log_beta;

/// The derivative of a law in one of its parameters as a difference of two laws: `∂p/∂θ = constant · (p₊ - p₋)`, entry by entry.
#[derive(Clone, Debug)]
pub struct WeakPair<const D: usize> {
    /// The parameter, `[1, N, …]`, in the graph.
    pub parameter: Tensor<D>,
    /// `[1, N, …]` or of one entry a draw; a constant.
    pub constant: Tensor<D>,
    /// Draws of the positive part, `[S, N, …]`; where one entry of the parameter moves several of the draw, those of the first category.
    pub plus: Tensor<D>,
    /// Draws of the negative part, coupled with them.
    pub minus: Tensor<D>,
}

/// Laws whose derivatives in some parameters are known as coupled pairs of draws.
///
/// Each entry of a draw has its own pair; the other entries of the row keep their common draw.
pub trait WeakDerivative<const D: usize>: Sample<D> + Distribution<D, Value = Tensor<D>> + Send + Sync {
    /// A pair for each parameter that has one, with the noise of `draws`.
    fn weak(&self, draws: &Draws) -> Vec<WeakPair<D>>;
}

/// Measure-valued gradient: the cost at a draw of the positive part of the law's derivative, less that at a coupled draw of its negative part.
///
/// `∂θ E[f] = constant (E₊[f] - E₋[f])` (Mohamed et al. 2020, section 6; Heidergott et al. 2008). Unbiased for every cost, discontinuous ones
/// included. The price is two costs for each entry of each parameter: a row has at most 1,024 of them.
///
/// A law's parameters without a pair get no gradient through the draw; the laws of [`WeakDerivative`] here have one for each.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Poisson;
/// use reparam::estimator::{Draws, Estimator, MeasureValued};
/// use reparam::noise::Key;
/// let rate = (Tensor::<3>::ones([1, 1, 1], &Device::flex()) * 4.0).autodiff().require_grad();
/// let count = |x: Tensor<3>| x.squeeze_dim::<2>(2);
/// let estimate = MeasureValued.estimate(&Poisson::new(rate.clone()), &count, &Draws::new(3, Key::new(0), 0)).unwrap();
/// assert_eq!(rate.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>(), 1.0); // f(x + 1) - f(x), exactly
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MeasureValued;

const NAME: &str = "measure-valued";
/// Most entries of a row that are moved one by one.
const MOST_ENTRIES: usize = 1024;

impl<L: WeakDerivative<D>, const D: usize> Estimator<L, D> for MeasureValued {
    fn name(&self) -> &'static str {
        NAME
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws(NAME, 1, draws.count())?;
        let drawn = draws.sample(law);
        let dims = drawn.dims();
        let (s, rows) = (dims[0], dims[1]);
        let width: usize = dims[2..].iter().product();
        if width > MOST_ENTRIES {
            return Err(EstimatorError::Outcomes { estimator: NAME, most: MOST_ENTRIES, got: width.to_string() });
        }
        let costs = cost(drawn.clone());
        EstimatorError::check_costs(NAME, &costs, [s, rows])?;
        let flat = |x: Tensor<D>| {
            let dims = x.dims();
            x.reshape([dims[0], dims[1], dims[2..].iter().product::<usize>()])
        };
        let drawn = flat(drawn);
        let mut surrogate = over_draws(costs.clone());
        for pair in law.weak(draws) {
            let (plus, minus) = (flat(pair.plus), flat(pair.minus));
            let mut gaps = Vec::with_capacity(width);
            for i in 0..width {
                let with = |value: &Tensor<3>| {
                    let parts = [
                        (i > 0).then(|| drawn.clone().narrow(2, 0, i)),
                        Some(value.clone().narrow(2, i, 1)),
                        (i + 1 < width).then(|| drawn.clone().narrow(2, i + 1, width - i - 1)),
                    ];
                    // A constant: it is the estimate.
                    cost(Tensor::cat(parts.into_iter().flatten().collect(), 2).reshape(dims)).inner()
                };
                gaps.push((with(&plus) - with(&minus)).unsqueeze_dim::<3>(2));
            }
            let gaps = Tensor::cat(gaps, 2).reshape(dims);
            // A constant of the law.
            surrogate = surrogate + given_gradient(pair.parameter, pair.constant.inner() * gaps);
        }
        Ok(Estimate::of_hard(surrogate, &costs))
    }
}

/// Noise of the shape of a draw.
fn noise<L: Distribution<D>, const D: usize>(law: &L, draws: &Draws, site: &str, kind: Noise) -> Tensor<D> {
    let mut shape = [1; D];
    for (size, known) in shape.iter_mut().zip(law.batch_shape().into_iter().chain(law.event_shape())) {
        *size = known;
    }
    shape[0] = draws.count();
    draws.site(site).noise(kind, shape, law.options())
}

/// Location and scale of a normal law.
///
/// Location: `loc ± scale W`, `W` of the Rayleigh law, the same on both sides; constant `1/(scale √(2π))`. Scale: `loc + scale M` with `M` of the
/// double-sided Maxwell law, less `loc + scale M U`, `U` uniform, which is normal; constant `1/scale`.
pub fn weak_normal<const D: usize>(
    [loc, scale]: [Tensor<D>; 2],
    rayleigh_square: Tensor<D>,
    maxwell: [Tensor<D>; 3],
    uniform: Tensor<D>,
) -> [WeakPair<D>; 2] {
    // Constants: the draws jump where they move.
    let (at, width) = (loc.clone().inner(), scale.clone().inner());
    let shift = width.clone() * (rayleigh_square * 2.0).sqrt();
    // A Maxwell number is the length of three normal ones; the sign of the first is independent of it.
    let [a, b, c] = maxwell;
    let length = (a.clone().square() + b.square() + c.square()).sqrt();
    let maxwell = width.clone() * length * a.sign();
    let root = (2.0 * std::f64::consts::PI).sqrt();
    [
        WeakPair {
            parameter: loc,
            constant: width.clone().recip() / root,
            plus: at.clone() + shift.clone(),
            minus: at.clone() - shift,
        },
        WeakPair {
            parameter: scale,
            constant: width.recip(),
            plus: at.clone() + maxwell.clone(),
            minus: at + maxwell * uniform,
        },
    ]
}

impl<const D: usize> WeakDerivative<D> for Normal<D> {
    fn weak(&self, draws: &Draws) -> Vec<WeakPair<D>> {
        let normal = |site: &str| noise(self, draws, site, Noise::StandardNormal);
        let maxwell = ["maxwell-0", "maxwell-1", "maxwell-2"].map(normal);
        let rayleigh = noise(self, draws, "rayleigh", Noise::Exponential);
        let uniform = noise(self, draws, "coupling", Noise::Uniform);
        weak_normal([self.loc(), self.scale()], rayleigh, maxwell, uniform).into()
    }
}

/// Concentration `a` and rate `b` of a gamma law, from two independent draws of it, an exponential number and a normal one.
///
/// Rate: `a/b (Gamma(a, b) - Gamma(a + 1, b))`, the second being the first plus an exponential number of that rate. Concentration:
/// `B(a, 1/2)/√(1 - V) (f(X) - f(V X))`, `V` of the law Beta(a, 1/2), a constant of one entry a draw. With
/// `ln x - ψ(a) = ∫ ((1 + t)^-a - e^(-x t)) dt/t` the derivative is `∫ (1 + t)^-a E[f(X) - f(X/(1 + t))] dt/t`, for `e^(-x t)` turns Gamma(a, 1) into
/// Gamma(a, 1 + t); `V = 1/(1 + t)` is then drawn such that the variance is finite for costs with jumps too.
pub fn weak_gamma<const D: usize>(
    [concentration, rate]: [Tensor<D>; 2],
    [drawn, other]: [Tensor<D>; 2],
    exponential: Tensor<D>,
    normal: Tensor<D>,
) -> [WeakPair<D>; 2] {
    // Constants: the draws do not move here.
    let (a, b) = (concentration.clone().inner(), rate.clone().inner());
    let more = drawn.clone() + exponential / b.clone();
    // Beta(a, 1/2) from gamma numbers of shapes a and 1/2, the latter half the square of a normal one; 1 - V keeps its digits. A normal number
    // below 1e-7 in size is one of ten million: the costs then differ by less than their rounding.
    let large = other * b.clone();
    let small = (normal.square() * 0.5).clamp_min(1e-14);
    let rest = (large.clone() / small.clone() + 1.0).recip();
    let less = drawn.clone() * (small / large + 1.0).recip();
    let total = log_beta(a.clone(), a.ones_like() * 0.5).exp();
    [
        WeakPair { parameter: concentration, constant: total * rest.sqrt().recip(), plus: drawn.clone(), minus: less },
        WeakPair { parameter: rate, constant: a / b, plus: drawn, minus: more },
    ]
}

/// Concentration and rate, as of [`weak_gamma`].
impl<const D: usize> WeakDerivative<D> for Gamma<D> {
    fn weak(&self, draws: &Draws) -> Vec<WeakPair<D>> {
        let drawn = ["gamma", "beta"].map(|site| draws.site(site).sample(&self.detach()));
        let exponential = noise(self, draws, "exponential", Noise::Exponential);
        let normal = noise(self, draws, "beta-normal", Noise::StandardNormal);
        weak_gamma([self.concentration(), self.rate()], drawn, exponential, normal).into()
    }
}

/// The rate: `x + 1` and `x`, constant 1.
impl<const D: usize> WeakDerivative<D> for Poisson<D> {
    fn weak(&self, draws: &Draws) -> Vec<WeakPair<D>> {
        let less = draws.sample(self);
        let constant = less.ones_like().narrow(0, 0, 1);
        vec![WeakPair { parameter: self.rate(), constant, plus: less.clone() + 1.0, minus: less }]
    }
}

/// The logits: 1 and 0, constant `p (1 - p)`.
impl<const D: usize> WeakDerivative<D> for Bernoulli<D> {
    fn weak(&self, draws: &Draws) -> Vec<WeakPair<D>> {
        // A constant of the law.
        let logits = self.logits().inner();
        let constant = activation::sigmoid(logits.clone()) * activation::sigmoid(logits.clone().neg());
        let minus = logits.zeros_like().repeat_dim(0, draws.count());
        vec![WeakPair { parameter: self.logits(), constant, plus: minus.ones_like(), minus }]
    }
}

/// Measure-valued gradient of categories: category `k` less the row's own draw, constant `p_k`, for each logit.
///
/// `∂p/∂l_k = p_k (δ_k - p)`: the positive part is the category itself, the negative one the law, whose draw serves all categories. Unbiased; the
/// variable's `K` categories are met once each.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::OneHotCategorical;
/// use reparam::estimator::{Draws, Estimator, MeasureValuedCategorical};
/// use reparam::noise::Key;
/// let die = OneHotCategorical::from_logits(Tensor::<3>::zeros([1, 2, 3], &Device::flex().autodiff())).unwrap();
/// let cost = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2);
/// assert!(MeasureValuedCategorical.estimate(&die, &cost, &Draws::new(1, Key::new(0), 0)).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MeasureValuedCategorical;

impl<const D: usize> Estimator<OneHotCategorical<D>, D> for MeasureValuedCategorical {
    fn name(&self) -> &'static str {
        NAME
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(
        &self,
        law: &OneHotCategorical<D>,
        cost: &Cost<'_, D>,
        draws: &Draws,
    ) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws(NAME, 1, draws.count())?;
        let drawn = draws.sample(law);
        let dims = drawn.dims();
        let (s, rows, k) = (dims[0], dims[1], dims[D - 1]);
        let width: usize = dims[2..].iter().product();
        if width > MOST_ENTRIES {
            return Err(EstimatorError::Outcomes { estimator: NAME, most: MOST_ENTRIES, got: width.to_string() });
        }
        let costs = cost(drawn.clone());
        EstimatorError::check_costs(NAME, &costs, [s, rows])?;
        let variables = width / k.max(1);
        let flat = drawn.reshape([s, rows, variables, k]);
        // A constant: what the estimate is made of.
        let own = costs.clone().inner();
        let eye = Tensor::<2>::eye(k, &own.device()).cast(own.dtype());
        let mut gaps = Vec::with_capacity(width);
        for v in 0..variables {
            for category in 0..k {
                let here = eye.clone().narrow(0, category, 1).reshape([1, 1, 1, k]).expand([s, rows, 1, k]);
                let parts = [
                    (v > 0).then(|| flat.clone().narrow(2, 0, v)),
                    Some(here),
                    (v + 1 < variables).then(|| flat.clone().narrow(2, v + 1, variables - v - 1)),
                ];
                // A constant, as above.
                let met = cost(Tensor::cat(parts.into_iter().flatten().collect(), 2).reshape(dims)).inner();
                gaps.push((met - own.clone()).unsqueeze_dim::<3>(2));
            }
        }
        // A constant of the law.
        let gradient = law.probs().inner() * Tensor::cat(gaps, 2).reshape(dims);
        Ok(Estimate::of_hard(over_draws(costs.clone()) + given_gradient(law.logits(), gradient), &costs))
    }
}
