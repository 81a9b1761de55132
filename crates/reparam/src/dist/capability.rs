//! What a law can do, one trait a capability.

use burn::tensor::{Tensor, TensorCreationOptions};

use super::{Support, ValueError};
use crate::noise::{self, Noise, Source};

/// A family with its parameters: shapes, support, and the check of its values. `D` is the rank of its tensors.
pub trait Distribution<const D: usize>: Clone {
    /// A draw: a float tensor, or one of integers for categories.
    type Value: Clone;

    /// Sizes of the axes along which draws are independent.
    fn batch_shape(&self) -> Vec<usize>;

    /// Sizes of the axes, after those of the batch, that belong to one draw.
    fn event_shape(&self) -> Vec<usize>;

    /// The values that can be drawn, element by element; where parameters bound them, a set that holds them for all parameters.
    fn support(&self) -> Support;

    /// A value of highest density.
    fn mode(&self) -> Self::Value;

    /// Checks every parameter. Reads the parameters back from their device.
    ///
    /// # Errors
    ///
    /// The first parameter outside its range, with its value, the rule and its index.
    fn validate(&self) -> Result<(), ValueError>;

    /// Checks that every element of `value` lies in the support. Reads `value` back from its device.
    ///
    /// # Errors
    ///
    /// The first element outside, with its value, the rule and its index.
    fn validate_value(&self, value: &Self::Value) -> Result<(), ValueError>;

    /// The same law with constant parameters: the gradient of its `log_prob` flows to the value alone.
    ///
    /// Unlike `Tensor::detach`, which leaves a leaf a leaf that collects gradients, it takes the parameters out of the graph.
    #[must_use]
    fn detach(&self) -> Self;

    /// Device and float type of the parameters.
    fn options(&self) -> TensorCreationOptions;
}

/// Draws without a gradient.
pub trait Sample<const D: usize>: Distribution<D> {
    /// The base noise that a draw takes.
    fn noise(&self) -> Noise;

    /// Shape of the noise for one draw.
    fn noise_shape(&self) -> [usize; D];

    /// The draw that this noise gives; a constant.
    fn sample(&self, noise: Tensor<D>) -> Self::Value;

    /// Base noise for one draw, on the law's device and in its float type.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Normal, Rsample, Sample}, noise::Key};
    /// let device = Device::flex();
    /// let normal = Normal::new(Tensor::<2>::zeros([2, 3], &device), Tensor::ones([1, 1], &device)).unwrap();
    /// let z = normal.rsample(normal.noise_from(&Key::new(0).site("z").step(0)));
    /// assert_eq!(z.dims(), [2, 3]);
    /// ```
    fn noise_from(&self, source: &impl Source) -> Tensor<D> {
        noise::tensor(source, self.noise(), self.noise_shape(), self.options())
    }

    /// Base noise for several independent draws of a law whose first axis is the draws axis and has size 1.
    ///
    /// # Shapes      `[draws, …]`, the rest as [`noise_shape`](Self::noise_shape)
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Laplace, Rsample, Sample}, noise::Key};
    /// let one = Tensor::<1>::ones([3], &Device::flex());
    /// let law = Laplace::new(one.clone(), one).unwrap().unsqueeze::<2>();
    /// let z = law.rsample(law.noise_for_draws(10, &Key::new(0).site("z").step(0)));
    /// assert_eq!(z.dims(), [10, 3]);
    /// ```
    fn noise_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<D> {
        noise::tensor(source, self.noise(), for_draws(self.noise_shape(), draws), self.options())
    }

    /// One draw from a source, by the law's fastest method; a constant. See [`Rsample::rsample_from`].
    fn sample_from(&self, source: &impl Source) -> Self::Value {
        self.sample_for_draws(1, source)
    }

    /// Several independent draws from a source, of a law whose first axis is the draws axis and has size 1.
    ///
    /// # Shapes      `[draws, …]`, the rest as one draw
    fn sample_for_draws(&self, draws: usize, source: &impl Source) -> Self::Value {
        self.sample(self.noise_for_draws(draws, source))
    }
}

/// `shape` with `draws` times its first axis.
pub(super) fn for_draws<const D: usize>(mut shape: [usize; D], draws: usize) -> [usize; D] {
    if let Some(first) = shape.first_mut() {
        *first *= draws;
    }
    shape
}

/// Draws through which the gradient flows: the draw is a differentiable function of parameters and noise.
///
/// Laws of discrete values do not implement it. For them use an estimator.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no pathwise gradient: a discrete draw jumps where its parameters change, so `rsample` is refused",
    label = "no `rsample`: the gradient of this draw is zero almost everywhere",
    note = "unbiased instead: the score function `f(x) ∇ log_prob(x)` (REINFORCE; with several draws the leave-one-out baseline, RLOO), or enumeration, exact, for few values",
    note = "relaxed instead, biased: Gumbel-Softmax, straight-through",
    note = "for a draw without a gradient call `sample`"
)]
pub trait Rsample<const D: usize>: Sample<D> + Distribution<D, Value = Tensor<D>> {
    /// The draw that this noise gives, differentiable in the parameters.
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D>;

    /// One draw from a source, differentiable in the parameters: [`rsample`](Self::rsample) of [`noise_from`](Sample::noise_from), or for
    /// laws that say so a faster exact method, whose draws are other numbers of the same law.
    ///
    /// Element `i` depends on source and `i` alone, and is made on the host: the same draws on every device. A source with a
    /// plan that ties draws to each other (antithetic pairs) always takes base noise.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Laplace, Rsample, Sample}, noise::Key};
    /// let one = Tensor::<1>::ones([3], &Device::flex());
    /// let (law, stream) = (Laplace::new(one.clone(), one).unwrap(), Key::new(0).site("z").step(0));
    /// assert_eq!(law.rsample_from(&stream).into_data(), law.rsample(law.noise_from(&stream)).into_data());
    /// ```
    fn rsample_from(&self, source: &impl Source) -> Tensor<D> {
        self.rsample_for_draws(1, source)
    }

    /// Several independent draws from a source, of a law whose first axis is the draws axis and has size 1.
    ///
    /// # Shapes      `[draws, …]`, the rest as one draw
    fn rsample_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<D> {
        self.rsample(self.noise_for_draws(draws, source))
    }
}

/// Logarithm of the density or mass.
pub trait LogProb<const D: usize>: Distribution<D> {
    /// `log p(value)` in nats; the event axes are kept with size 1. Not checked: a value outside the support gives a meaningless number.
    fn log_prob(&self, value: Self::Value) -> Tensor<D>;

    /// `Σ weight · log p(value)` over the first axis, that of draws, up to a constant: only its gradient in the parameters is meant.
    ///
    /// `weight` and `value` count as constants. Laws whose score is simple leave the logarithms out.
    ///
    /// # Shapes      `value` and `weight` broadcast to `[S, …]`; the result, `[1, …]`, may be summed over any further axis
    fn score_term(&self, value: Self::Value, weight: Tensor<D>) -> Tensor<D> {
        // A constant: the path through the weight is no part of the score.
        (self.log_prob(value) * weight.inner()).sum_dim(0)
    }
}

/// Mean and variance of a draw, element by element.
pub trait Moments<const D: usize>: Distribution<D> {
    /// `E[X]`, of the shape of a draw.
    fn mean(&self) -> Tensor<D>;

    /// `E[(X - E[X])²]`, of the shape of a draw.
    fn variance(&self) -> Tensor<D>;
}

/// Entropy in closed form.
pub trait Entropy<const D: usize>: Distribution<D> {
    /// `-E[log p(X)]` in nats; the event axes are kept with size 1.
    fn entropy(&self) -> Tensor<D>;
}

/// Distribution function in closed form.
pub trait Cdf<const D: usize>: Distribution<D> {
    /// `P(X <= value)`.
    fn cdf(&self, value: Tensor<D>) -> Tensor<D>;
}

/// Inverse of the distribution function.
pub trait Icdf<const D: usize>: Cdf<D> {
    /// The value below which a draw falls with this probability, differentiable in parameters and probability.
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D>;
}

/// Kullback–Leibler divergence to laws of type `P` in closed form.
pub trait KlTo<P, const D: usize>: Distribution<D> {
    /// `KL(self ‖ p) = E_self[log self - log p]` in nats; the event axes are kept with size 1.
    fn kl(&self, p: &P) -> Tensor<D>;
}
