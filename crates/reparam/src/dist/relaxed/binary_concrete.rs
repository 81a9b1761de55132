//! Binary Concrete law.

use burn::tensor::Tensor;
use reparam_core::law;

use crate::dist::discrete::Bernoulli;
use crate::dist::stable::log_sigmoid;
use crate::dist::{Rsample, Support, bridge, bridge::bridged, face::face};

face! {
    /// Binary Concrete distribution (Maddison et al. 2017): a Bernoulli law relaxed to the unit interval; biased as a stand-in for it at any
    /// temperature. Its moments have no closed form.
    ///
    /// Draw: `1 / (1 + e^-y)` with log-odds `y = (logits + noise) / temperature`, logistic noise. Draws stay off 0 and 1; losses that need
    /// more than the type holds beside 1 take [`rsample_logit`](Self::rsample_logit) and [`log_prob_of_logit`](Self::log_prob_of_logit).
    /// # Shapes      `temperature`, `logits`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit
    /// # Errors      `temperature` not finite and positive, `logits` not finite
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::BinaryConcrete;
    /// let half = Tensor::<1>::from_floats([0.5], &Device::flex().autodiff());
    /// let logits = half.clone().require_grad();
    /// let coin = BinaryConcrete::new(half.clone(), logits.clone()).unwrap().rsample_hard(half * -2.0);
    /// assert_eq!(coin.clone().into_scalar::<f32>(), 0.0);
    /// assert!(logits.grad(&coin.backward()).unwrap().into_scalar::<f32>() > 0.0);
    /// ```
    pub struct BinaryConcrete("binary-concrete") {
        /// Temperature, as given.
        temperature: Positive,
        /// Log-odds of the law that is relaxed, as given.
        logits: Real,
    }
    /// The law with this temperature and these log-odds.
    pub fn new;
    support: |_| Support::UnitInterval;
    mode: |law| bridge::mode([law.temperature(), law.logits()], twin);
    path: Logistic;
}

fn twin(p: &[f64]) -> bridge::Built<law::BinaryConcrete> {
    law::BinaryConcrete::new(p[0], p[1])
}

bridged!(BinaryConcrete by twin: temperature, logits);

impl<const D: usize> BinaryConcrete<D> {
    /// The Bernoulli law that is relaxed.
    pub fn bernoulli(&self) -> Bernoulli<D> {
        Bernoulli::from_logits(self.logits())
    }

    /// The straight-through value of a draw: 1 above ½, else 0. A constant, and a draw of [`bernoulli`](Self::bernoulli).
    pub fn hard(&self, draw: Tensor<D>) -> Tensor<D> {
        let dtype = draw.dtype();
        draw.inner().greater_scalar(0.5).float().cast(dtype)
    }

    /// The [`hard`](Self::hard) value of the draw that this noise gives, with the gradient of the draw itself (Bengio et al. 2013): biased.
    pub fn rsample_hard(&self, noise: Tensor<D>) -> Tensor<D> {
        let draw = self.rsample(noise);
        // Removes the value of the draw; its gradient stays.
        self.hard(draw.clone()) + (draw.clone() - draw.inner())
    }

    /// The log-odds of the draw that logistic noise gives.
    pub fn rsample_logit(&self, noise: Tensor<D>) -> Tensor<D> {
        (self.logits() + noise) / self.temperature()
    }

    /// The log density of the log-odds of a draw: logistic.
    pub fn log_prob_of_logit(&self, logit: Tensor<D>) -> Tensor<D> {
        let centred = self.temperature() * logit - self.logits();
        self.temperature().log() + log_sigmoid(centred.clone()) + log_sigmoid(centred.neg())
    }
}
