//! Continuous Bernoulli law.

use burn::tensor::Tensor;
use reparam_core::law::continuous_bernoulli::Normaliser;
use reparam_core::law::{self, KlTo as _, Law};

use crate::attach::{self, Kernel, Point};
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, bridge, face::face};

face! {
    /// Continuous Bernoulli distribution on `[0, 1]` with log-odds `logits`: for grey levels, which a Bernoulli likelihood does not fit.
    ///
    /// `p(x) = C(λ) λ^x (1-λ)^(1-x)`, `λ = 1 / (1 + e^-logits)`. Stable at `λ = ½`, where the formula for `C` is 0/0, and for logits to ±1e4.
    /// Source: Loaiza-Ganem and Cunningham (2019), eq. 5 to 9.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    `x = F⁻¹(noise)`, uniform noise; `dx/dlogits = (S(x) - x) / logits`, `S` the distribution function at `-logits`
    /// # Errors      `logits` not finite
    ///
    /// Computed in `f64`, value and derivatives in one pass. On a device without a CPU kernel `log_prob` is a tensor expression; the other
    /// functions read the parameters back.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{ContinuousBernoulli, Moments};
    /// let law = ContinuousBernoulli::from_logits(Tensor::<1>::from_floats([0.0, 1e4], &Device::flex()));
    /// assert_eq!(law.mean().try_to_vec_as::<f32>().unwrap(), [0.5, 0.9999]);
    /// ```
    pub struct ContinuousBernoulli("continuous-bernoulli") {
        /// Log-odds.
        logits: Real,
    }
    /// The law with these log-odds.
    pub fn from_logits;
    support: |_| Support::UnitInterval;
    // The likelier end.
    mode: |law| law.logits().inner().greater_scalar(0.0).float().cast(law.logits.dtype());
    path: Uniform;
}

impl<const D: usize> ContinuousBernoulli<D> {
    /// `log C(λ)`, the logarithm of the normalising constant.
    pub fn log_normaliser(&self) -> Tensor<D> {
        attach::map([self.logits()], &LogNormaliser)
    }
}

/// `f` of the law with log-odds `l`; NaN for log-odds that make none.
fn with<const N: usize>(l: f64, f: impl FnOnce(law::ContinuousBernoulli) -> Point<N>) -> Point<N> {
    law::ContinuousBernoulli::from_logits(l).map_or(Point { value: f64::NAN, slopes: [f64::NAN; N] }, f)
}

fn twin(p: &[f64]) -> bridge::Built<law::ContinuousBernoulli> {
    law::ContinuousBernoulli::from_logits(p[0])
}

/// `log p(x)` in logits and value.
struct LogDensity;

impl Kernel<2> for LogDensity {
    fn point(&self, [l, x]: [f64; 2]) -> Point<2> {
        with(l, |law| {
            let (value, slopes) = law.log_prob_and_slopes(x);
            Point { value, slopes }
        })
    }

    fn plain<const D: usize>(&self, [l, x]: [Tensor<D>; 2]) -> Tensor<D> {
        // log p = l (x - ½) - g(l), and -g(l) = rest(l) - |l|/2.
        let size = l.clone().abs();
        l.clone() * (x - 0.5) - size * 0.5 + normaliser_rest(l)
    }
}

/// `|l|/2 - g(l) = log|l| - log(1 - e^-|l|)`, even and >= 0; near 0 `|l|/2` less the Taylor series of `g`.
fn normaliser_rest<const D: usize>(l: Tensor<D>) -> Tensor<D> {
    // Each branch gets arguments at which it is finite, or the unused one would put 0 · ∞ into the gradient.
    let size = l.clone().abs();
    let near = size.clone().lower_scalar(1.0);
    let large = size.clone().mask_fill(near.clone(), 1.0);
    let square = l.square().mask_fill(near.clone().bool_not(), 0.0);
    let closed = large.clone().log() - large.neg().exp().neg().log1p();
    // B_2n / (2n (2n)!), n = 4…1; the next term is 2e-9 at |l| = 1.
    let series = [-1.0 / 9_676_800.0, 1.0 / 181_440.0, -1.0 / 2880.0, 1.0 / 24.0]
        .into_iter()
        .fold(square.zeros_like(), |sum, c| (sum + c) * square.clone());
    closed.mask_where(near, size * 0.5 - series)
}

/// `log C` in logits.
struct LogNormaliser;

impl Kernel<1> for LogNormaliser {
    fn point(&self, [l]: [f64; 1]) -> Point<1> {
        with(l, |law| {
            // log C = log(1 + e^l) - l/2 - g(l), so that the slope is λ - ½ - g' = λ - mean.
            let slope = law::Bernoulli::from_logits(l).map_or(f64::NAN, |b| b.mean()) - law.mean();
            Point { value: law.log_normaliser(), slopes: [slope] }
        })
    }

    fn plain<const D: usize>(&self, [l]: [Tensor<D>; 1]) -> Tensor<D> {
        // log(1 + e^l) - l/2 = |l|/2 + log1p(e^-|l|): the halves of |l| meet and go.
        l.clone().abs().neg().exp().log1p() + normaliser_rest(l)
    }
}

/// The mean in logits.
struct Mean;

impl Kernel<1> for Mean {
    fn point(&self, [l]: [f64; 1]) -> Point<1> {
        with(l, |law| Point { value: law.mean(), slopes: [law.variance()] })
    }

    fn plain<const D: usize>(&self, [l]: [Tensor<D>; 1]) -> Tensor<D> {
        // ½ + l/12 - l³/720 + l⁵/30240, the next term 8e-7 l⁷; else 1/(1 - e^-l) - 1/l, for l < 0 as e^l/(e^l - 1) - 1/l, which does
        // not overflow.
        let near = l.clone().abs().lower_scalar(0.5);
        let inside = l.clone().mask_fill(near.clone().bool_not(), 0.0);
        let square = inside.clone().square();
        let series = inside * ((square.clone() * (1.0 / 30240.0) - 1.0 / 720.0) * square + 1.0 / 12.0) + 0.5;
        let outside = l.mask_fill(near.clone(), 1.0);
        let below = outside.clone().lower_scalar(0.0);
        let small = outside.clone().abs().neg().exp();
        let complement = small.clone().neg() + 1.0;
        let negative = (small / complement.clone()).neg();
        let closed = complement.recip().mask_where(below, negative) - outside.recip();
        closed.mask_where(near, series)
    }
}

impl<const D: usize> Moments<D> for ContinuousBernoulli<D> {
    fn mean(&self) -> Tensor<D> {
        attach::map([self.logits()], &Mean)
    }

    fn variance(&self) -> Tensor<D> {
        attach::map([self.logits()], &|[l]: [f64; 1]| {
            let g = Normaliser::at(l);
            Point { value: g.second, slopes: [g.third] }
        })
    }
}

impl<const D: usize> Rsample<D> for ContinuousBernoulli<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.icdf(noise)
    }
}

impl<const D: usize> LogProb<D> for ContinuousBernoulli<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.logits(), value], &LogDensity)
    }
}

impl<const D: usize> Entropy<D> for ContinuousBernoulli<D> {
    fn entropy(&self) -> Tensor<D> {
        attach::map([self.logits()], &|[l]: [f64; 1]| {
            with(l, |law| Point { value: law.entropy(), slopes: [-l * law.variance()] })
        })
    }
}

impl<const D: usize> Cdf<D> for ContinuousBernoulli<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        bridge::cdf([self.logits(), value], twin)
    }
}

impl<const D: usize> Icdf<D> for ContinuousBernoulli<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        attach::map([self.logits(), probability], &|[l, p]: [f64; 2]| {
            with(l, |law| {
                let (value, slopes) = law.quantile_and_slopes(p);
                Point { value, slopes }
            })
        })
    }
}

impl<const D: usize> KlTo<ContinuousBernoulli<D>, D> for ContinuousBernoulli<D> {
    fn kl(&self, p: &ContinuousBernoulli<D>) -> Tensor<D> {
        attach::map([self.logits(), p.logits()], &|[q, p]: [f64; 2]| {
            with(q, |left| {
                with(p, |right| {
                    let slopes = [(q - p) * left.variance(), right.mean() - left.mean()];
                    Point { value: left.kl(&right), slopes }
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn tensor_expressions_of_normaliser_and_mean_agree_with_the_kernels() {
        fn run(logits: &[f32], kernel: &impl Kernel<1>, plain: bool) -> (Vec<f32>, Vec<f32>) {
            let read = |t: Tensor<1>| t.try_to_vec_as::<f32>().unwrap();
            let l = Tensor::<1>::from_floats(logits, &Device::flex().autodiff()).require_grad();
            let out = if plain { kernel.plain([l.clone()]) } else { attach::map([l.clone()], kernel) };
            let grads = out.backward();
            (read(out), read(l.grad(&grads).unwrap()))
        }
        fn compare(name: &str, logits: &[f32], kernel: &impl Kernel<1>, allowed: [f32; 2]) {
            let ((value, slope), (other, other_slope)) = (run(logits, kernel, false), run(logits, kernel, true));
            for (i, l) in logits.iter().enumerate() {
                let off = [(value[i] - other[i]).abs(), (slope[i] - other_slope[i]).abs()];
                assert!(off[0] <= allowed[0] && off[1] <= allowed[1], "{name} at {l}: {off:?}");
            }
        }
        let logits = [-1e4_f32, -30.0, -1.5, -0.99, -0.51, -0.49, -1e-3, 0.0, 1e-3, 0.49, 0.51, 0.99, 1.5, 30.0, 1e4];
        // Values up to log 1e4 of a few roundings; slopes of terms up to 1. The mean's terms reach 2 and cancel to less than 1, the
        // terms of its slope reach 4 each, with a few roundings of relative size 6e-8.
        compare("log C", &logits, &LogNormaliser, [1.5e-6, 6e-7]);
        compare("mean", &logits, &Mean, [6e-7, 4e-6]);
    }

    #[test]
    fn tensor_expression_of_log_prob_agrees_with_the_kernel() {
        let logits = [-1e4_f32, -30.0, -1.5, -0.9, -1e-3, 0.0, 1e-3, 0.9, 1.1, 30.0, 1e4];
        let read = |t: Tensor<1>| t.try_to_vec_as::<f32>().unwrap();
        for x in [0.0_f32, 0.3, 1.0] {
            let run = |plain: bool| {
                let l = Tensor::<1>::from_floats(logits, &Device::flex().autodiff()).require_grad();
                let parents = [l.clone(), l.full_like(x)];
                let out = if plain { LogDensity.plain(parents) } else { attach::map(parents, &LogDensity) };
                let grads = out.backward();
                (read(out), read(l.grad(&grads).unwrap()))
            };
            let ((kernel, kernel_slope), (plain, plain_slope)) = (run(false), run(true));
            for (i, l) in logits.iter().enumerate() {
                // The expression adds terms of the size of the logits; slopes are of size 1, made of up to four roundings.
                let value = (kernel[i] - plain[i]).abs() / (1.0 + l.abs());
                let slope = (kernel_slope[i] - plain_slope[i]).abs();
                assert!(value <= 3e-7 && slope <= 5e-7, "at {l} and {x}: off by {value:e}, slope by {slope:e}");
            }
        }
    }
}
