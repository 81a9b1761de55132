//! Batch axes read as event axes.

use burn::tensor::{Tensor, TensorCreationOptions};

use crate::dist::{Distribution, Entropy, KlTo, LogProb, Moments, Rsample, Sample, ShapeError, Support, ValueError};
use crate::noise::{Noise, Source};

/// The last batch axes of `base` read as one event: `log_prob`, `entropy` and `kl` are summed over them.
///
/// # Shapes      draws as those of `base`; `log_prob` keeps the summed axes with size 1
/// # Gradient    as `base`
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::{Bernoulli, Independent, LogProb};
/// let pixels = Bernoulli::from_logits(Tensor::<2>::zeros([5, 64], &Device::flex()));
/// let image = Independent::new(pixels, 1).unwrap();
/// let log_prob = image.log_prob(Tensor::ones([5, 64], &Device::flex()));
/// assert_eq!(log_prob.dims(), [5, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct Independent<L> {
    base: L,
    event_dims: usize,
}

impl<L> Independent<L> {
    /// The last `event_dims` batch axes of `base` become event axes.
    ///
    /// # Errors
    ///
    /// More axes than `base` has batch axes.
    pub fn new<const D: usize>(base: L, event_dims: usize) -> Result<Self, ShapeError>
    where
        L: Distribution<D>,
    {
        let batch_shape = base.batch_shape();
        if event_dims > batch_shape.len() {
            return Err(ShapeError::EventDims { event_dims, batch_shape });
        }
        Ok(Self { base, event_dims })
    }

    /// The law of the elements.
    pub fn base(&self) -> &L {
        &self.base
    }

    /// How many batch axes of the base are read as event axes.
    pub fn event_dims(&self) -> usize {
        self.event_dims
    }

    /// As that of the base; where the base has none, the compiler names the estimators that fit.
    ///
    /// ```compile_fail,E0277
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Bernoulli, Independent};
    /// let half = Tensor::<1>::from_floats([0.5], &Device::flex());
    /// let draw = Independent::new(Bernoulli::from_probs(half.clone()), 1).unwrap().rsample(half);
    /// ```
    pub fn rsample<const D: usize>(&self, noise: Tensor<D>) -> Tensor<D>
    where
        L: Rsample<D>,
    {
        self.base.rsample(noise)
    }

    /// Sums over the axes that this law reads as event.
    fn total<const D: usize>(&self, tensor: Tensor<D>) -> Tensor<D>
    where
        L: Distribution<D>,
    {
        let batch = self.base.batch_shape().len();
        let axes: Vec<usize> = (batch - self.event_dims..batch).collect();
        if axes.is_empty() { tensor } else { tensor.sum_dims(&axes) }
    }
}

impl<const D: usize, L: Distribution<D>> Distribution<D> for Independent<L> {
    type Value = L::Value;

    fn batch_shape(&self) -> Vec<usize> {
        let mut shape = self.base.batch_shape();
        shape.truncate(shape.len() - self.event_dims);
        shape
    }

    fn event_shape(&self) -> Vec<usize> {
        let mut shape = self.base.batch_shape();
        let mut event = shape.split_off(shape.len() - self.event_dims);
        event.extend(self.base.event_shape());
        event
    }

    fn support(&self) -> Support {
        self.base.support()
    }

    fn mode(&self) -> L::Value {
        self.base.mode()
    }

    fn validate(&self) -> Result<(), ValueError> {
        self.base.validate()
    }

    fn validate_value(&self, value: &L::Value) -> Result<(), ValueError> {
        self.base.validate_value(value)
    }

    fn detach(&self) -> Self {
        // Removes the score term.
        Self { base: self.base.detach(), event_dims: self.event_dims }
    }

    fn options(&self) -> TensorCreationOptions {
        self.base.options()
    }
}

impl<const D: usize, L: Moments<D>> Moments<D> for Independent<L> {
    fn mean(&self) -> Tensor<D> {
        self.base.mean()
    }

    fn variance(&self) -> Tensor<D> {
        self.base.variance()
    }
}

impl<const D: usize, L: Sample<D>> Sample<D> for Independent<L> {
    fn noise(&self) -> Noise {
        self.base.noise()
    }

    fn noise_shape(&self) -> [usize; D] {
        self.base.noise_shape()
    }

    fn sample(&self, noise: Tensor<D>) -> L::Value {
        self.base.sample(noise)
    }

    fn sample_for_draws(&self, draws: usize, source: &impl Source) -> L::Value {
        self.base.sample_for_draws(draws, source)
    }
}

impl<const D: usize, L: Rsample<D>> Rsample<D> for Independent<L> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.base.rsample(noise)
    }

    fn rsample_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<D> {
        self.base.rsample_for_draws(draws, source)
    }
}

impl<const D: usize, L: LogProb<D>> LogProb<D> for Independent<L> {
    fn log_prob(&self, value: L::Value) -> Tensor<D> {
        self.total(self.base.log_prob(value))
    }
}

impl<const D: usize, L: Entropy<D>> Entropy<D> for Independent<L> {
    fn entropy(&self) -> Tensor<D> {
        self.total(self.base.entropy())
    }
}

impl<const D: usize, L: KlTo<P, D>, P: Distribution<D>> KlTo<Independent<P>, D> for Independent<L> {
    /// # Panics
    ///
    /// When the two read different numbers of axes as one event: their divergence is then not a sum over the same axes.
    fn kl(&self, p: &Independent<P>) -> Tensor<D> {
        assert_eq!(
            self.event_dims, p.event_dims,
            "independent: KL between {} and {} event axes is not defined",
            self.event_dims, p.event_dims
        );
        self.total(self.base.kl(&p.base))
    }
}
