//! Where an estimator's noise comes from.

use std::num::NonZeroU64;

use burn::tensor::{DType, Element, Tensor, TensorCreationOptions, TensorData};

use super::{Discrete, EstimatorError};
use crate::dist::{Rsample, Sample};
use crate::noise::{Key, Noise, NoiseFloat, Plan, Source};

/// How the draws of one row depend on one another: a choice beside the estimator.
///
/// Estimators that judge a draw by the row's other draws (leave-one-out and optimal baselines, VIMCO) refuse plans that tie these together:
/// the baseline would know of the draw that it judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoisePlan {
    /// Not at all.
    #[default]
    Independent,
    /// In pairs of noise and its mirror image (Hammersley and Morton 1956); the number of draws is even.
    Antithetic,
    /// Independent, and the same at every step: common random numbers, to compare with. What is learnt at one step (a running mean, a scale) knows
    /// the draws of the next.
    Common,
    /// Randomised quasi-Monte Carlo: the draws of a row are scrambled Sobol' points ([`reparam_core::noise::SobolStream`]), rows are independent. A mean
    /// over draws stays unbiased; its variance falls faster than that of independent draws, best for a power of two of them.
    Sobol,
}

/// The noise of an estimate: how many draws of each row, from which place and step, by which plan.
///
/// The numbers of a row depend on key, step, site and the row's number in the whole batch alone, so that a batch may be cut into parts.
///
/// ```
/// use burn::tensor::Device;
/// use reparam::estimator::Draws;
/// use reparam::noise::{Key, Noise};
/// let draws = Draws::new(2, Key::new(7), 0);
/// let all = draws.noise(Noise::Uniform, [2, 4, 3], &Device::flex());
/// let part = draws.of_rows(1, 4).noise(Noise::Uniform, [2, 2, 3], &Device::flex());
/// assert_eq!(part.into_data(), all.slice([0..2, 1..3]).into_data());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    count: usize,
    key: Key,
    step: u64,
    plan: NoisePlan,
    /// First row of this part, and rows of the whole batch.
    window: Option<(usize, usize)>,
}

impl Draws {
    /// `count` independent draws of each row.
    #[must_use]
    pub const fn new(count: usize, key: Key, step: u64) -> Self {
        Self { count, key, step, plan: NoisePlan::Independent, window: None }
    }

    /// The same with another plan.
    #[must_use]
    pub const fn plan(self, plan: NoisePlan) -> Self {
        Self { plan, ..self }
    }

    /// The same for a part of a batch: the rows from `first` on, of `total`.
    #[must_use]
    pub const fn of_rows(self, first: usize, total: usize) -> Self {
        Self { window: Some((first, total)), ..self }
    }

    /// The same number of draws at a place of its own below this one: for a second noise, or a second variable.
    #[must_use]
    pub const fn site(self, name: &str) -> Self {
        Self { key: self.key.site(name), ..self }
    }

    /// Refuses a plan that ties the draws of a row to one another, for estimators that judge a draw by the others.
    pub(super) fn check_independent(&self, estimator: &'static str) -> Result<(), EstimatorError> {
        if self.are_independent() {
            return Ok(());
        }
        let rule = format!("a draw is judged by the others, so they must be independent, got the plan {:?}", self.plan);
        Err(EstimatorError::Unfit { estimator, rule })
    }

    /// Whether the draws of a row are independent of one another.
    pub(super) const fn are_independent(&self) -> bool {
        matches!(self.plan, NoisePlan::Independent | NoisePlan::Common)
    }

    /// Another number of draws from the same place.
    #[must_use]
    pub const fn with_count(self, count: usize) -> Self {
        Self { count, ..self }
    }

    /// Draws of each row.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Base noise of shape `[draws, rows, …]`, of this device and type.
    pub fn noise<const D: usize>(
        &self,
        noise: Noise,
        shape: [usize; D],
        options: impl Into<TensorCreationOptions>,
    ) -> Tensor<D> {
        let options = options.into();
        let dtype = options.dtype.unwrap_or_else(|| options.device.settings().float_dtype.into());
        let data = match dtype {
            DType::F64 => self.fill::<f64, D>(noise, shape),
            _ => self.fill::<f32, D>(noise, shape),
        };
        Tensor::from_data(data, (&options.device, dtype))
    }

    fn fill<T: NoiseFloat + Element, const D: usize>(&self, noise: Noise, shape: [usize; D]) -> TensorData {
        let mut out = vec![T::default(); shape.iter().product()];
        let rows = shape.get(1).copied().unwrap_or(1);
        let width: usize = shape.iter().skip(2).product();
        let (first, total) = self.window.unwrap_or((0, rows));
        if self.plan == NoisePlan::Sobol {
            let points = self.key.step(self.step).sobol();
            points.fill_parallel(noise, [shape[0], rows, width], first as u64, &mut out);
            return TensorData::new(out, shape);
        }
        let stream = self.key.step(self.step).plan(self.numbers_plan(total * width));
        if rows == total {
            stream.fill_parallel(noise, 0, &mut out);
        } else {
            for (draw, block) in out.chunks_exact_mut((rows * width).max(1)).enumerate() {
                stream.fill_parallel(noise, ((draw * total + first) * width) as u64, block);
            }
        }
        TensorData::new(out, shape)
    }

    /// The plan of single numbers, where one draw of all rows takes `block` of them.
    fn numbers_plan(&self, block: usize) -> Plan {
        match self.plan {
            // Sobol' points have a stream of their own and do not come this way.
            NoisePlan::Independent | NoisePlan::Sobol => Plan::Independent,
            NoisePlan::Antithetic => NonZeroU64::new(block as u64).map_or(Plan::Independent, Plan::AntitheticBlocks),
            NoisePlan::Common => Plan::Common,
        }
    }

    /// Draws `[S, N, …]` of a law `[1, N, …]`, with their path.
    pub fn rsample<L: Rsample<D>, const D: usize>(&self, law: &L) -> Tensor<D> {
        match self.source() {
            Some(source) => law.rsample_for_draws(self.count, &source),
            None => law.rsample(self.base(law)),
        }
    }

    /// Draws `[S, N, …]` of a law `[1, N, …]`, constants.
    pub fn sample<L: Sample<D>, const D: usize>(&self, law: &L) -> L::Value {
        match self.source() {
            Some(source) => law.sample_for_draws(self.count, &source),
            None => law.sample(self.base(law)),
        }
    }

    /// The numbers of this place and step, for draws of a law's own.
    pub(crate) const fn stream(&self) -> reparam_core::noise::Stream {
        self.key.step(self.step)
    }

    /// The whole stream, where every number is independent and no window cuts it: laws then draw by their fastest method.
    fn source(&self) -> Option<impl Source> {
        let whole = self.window.is_none() && matches!(self.plan, NoisePlan::Independent | NoisePlan::Common);
        whole.then(|| self.key.step(self.step).plan(self.numbers_plan(1)))
    }

    /// The noise `[S, N, …]` that perturbs the logits of a law of coins or categories.
    pub fn perturbation<L: Discrete<D>, const D: usize>(&self, law: &L) -> Tensor<D> {
        self.noise(law.perturbation(), self.shape_of(law), law.options())
    }

    /// Uniform noise `[S, N, …]`, a number for each logit.
    pub fn uniform<L: Discrete<D>, const D: usize>(&self, law: &L) -> Tensor<D> {
        self.noise(Noise::Uniform, self.shape_of(law), law.options())
    }

    fn shape_of<L: Discrete<D>, const D: usize>(&self, law: &L) -> [usize; D] {
        let mut shape = law.parameter().dims();
        shape[0] = self.count;
        shape
    }

    fn base<L: Sample<D>, const D: usize>(&self, law: &L) -> Tensor<D> {
        let mut shape = law.noise_shape();
        shape[0] *= self.count;
        self.noise(law.noise(), shape, law.options())
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::dist::Normal;
    use crate::estimator::{Estimator, Pathwise};

    /// Variance over 400 rows of the mean of 64 pathwise estimates of one row.
    fn variance(plan: NoisePlan) -> f64 {
        let options = (&Device::flex().autodiff(), DType::F64);
        let scale = Tensor::<3>::ones([1, 400, 1], options).require_grad();
        let normal = Normal::new(scale.clone().inner() * 0.3, scale.clone()).unwrap();
        let cost = |z: Tensor<3>| (z.clone() * z.tanh()).squeeze_dim::<2>(2);
        let draws = Draws::new(64, Key::new(3), 0).plan(plan);
        let estimate = Pathwise.estimate(&normal, &cost, &draws).unwrap();
        let rows: Vec<f64> = scale.grad(&estimate.loss().backward()).unwrap().into_data().iter::<f64>().collect();
        let mean = rows.iter().sum::<f64>() / 400.0;
        rows.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 399.0
    }

    #[test]
    fn plans_take_variance_away_from_a_smooth_cost() {
        let plain = variance(NoisePlan::Independent);
        // A ratio of variances of 400 rows each has a relative error of 10 %: five of them are far from a factor of three.
        assert!(variance(NoisePlan::Sobol) * 20.0 < plain, "{} {plain}", variance(NoisePlan::Sobol));
        // The negative control: the same plan under another name is no better.
        let control = variance(NoisePlan::Common);
        assert!(control * 2.0 > plain && control < plain * 2.0, "{control} {plain}");
    }

    #[test]
    fn a_part_of_a_batch_keeps_its_sobol_points() {
        let draws = Draws::new(4, Key::new(7), 0).plan(NoisePlan::Sobol);
        let all = draws.noise(Noise::StandardNormal, [4, 5, 3], &Device::flex());
        let part = draws.of_rows(2, 5).noise(Noise::StandardNormal, [4, 2, 3], &Device::flex());
        assert_eq!(part.into_data(), all.slice([0..4, 2..4]).into_data());
    }
}
