//! Special functions of tensors, with their gradients.
//!
//! On the CPU value and slope come from the `f64` functions of [`reparam_core::special`], in one pass; on other devices the gamma functions
//! are tensor expressions, and the rest read their arguments back (see [`crate::attach`]).
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! let x = Tensor::<1>::from_floats([5.0], &Device::flex().autodiff()).require_grad();
//! let y = reparam::special::log_gamma(x.clone());
//! let slope = x.grad(&y.backward()).unwrap().into_scalar::<f32>();
//! assert_eq!(slope, reparam_core::special::digamma(5.0) as f32);
//! assert_eq!(y.into_scalar::<f32>(), 24_f32.ln());
//! ```

use burn::tensor::Tensor;
use reparam_core::special as scalar;

use crate::attach::{self, Kernel, Point};

/// `½ log 2π`.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// Terms of the shift by which small arguments reach those of the asymptotic series.
const SHIFT: usize = 7;

/// `log Γ(x)`, `x > 0`, with slope `ψ(x)`.
pub fn log_gamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    attach::map([x], &LogGamma)
}

/// `ψ(x) = d log Γ(x) / dx`, `x > 0`, with slope `ψ'(x)`.
pub fn digamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    attach::map([x], &Digamma)
}

/// `log B(a, b) = log Γ(a) + log Γ(b) - log Γ(a + b)`, without the cancellation; `a` and `b` broadcast.
pub fn log_beta<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    attach::map([a, b], &|[a, b]: [f64; 2]| {
        // ψ(a) - ψ(a + b) as one difference.
        let slopes = [-scalar::digamma_difference(a, b), -scalar::digamma_difference(b, a)];
        Point { value: scalar::log_beta(a, b), slopes }
    })
}

/// `Φ(x)`, the standard normal distribution function.
pub fn normal_cdf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    attach::map([x], &|[x]: [f64; 1]| Point {
        value: scalar::normal_cdf(x),
        slopes: [(-0.5 * x * x - HALF_LOG_TAU).exp()],
    })
}

/// `log Φ(x)`, right to rounding where `Φ(x)` underflows.
pub fn log_normal_cdf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    attach::map([x], &|[x]: [f64; 1]| {
        let value = scalar::log_normal_cdf(x);
        Point { value, slopes: [scalar::inverse_mills(x)] }
    })
}

/// `Φ⁻¹(p)`, the standard normal quantile.
pub fn normal_quantile<const D: usize>(p: Tensor<D>) -> Tensor<D> {
    attach::map([p], &|[p]: [f64; 1]| {
        let x = scalar::normal_quantile(p);
        Point { value: x, slopes: [(0.5 * x * x + HALF_LOG_TAU).exp()] }
    })
}

struct LogGamma;

impl Kernel<1> for LogGamma {
    fn point(&self, [x]: [f64; 1]) -> Point<1> {
        Point { value: scalar::log_gamma(x), slopes: [scalar::digamma(x)] }
    }

    fn value(&self, [x]: [f64; 1]) -> f64 {
        scalar::log_gamma(x)
    }

    /// Stirling's series at `x + 7` less `log x (x + 1) … (x + 6)` below 7.
    fn plain<const D: usize>(&self, [x]: [Tensor<D>; 1]) -> Tensor<D> {
        let Shifted { x, small, large } = Shifted::of(x);
        let product = (1..SHIFT).fold(small.clone(), |product, k| product * (small.clone() + k as f64));
        let square = x.clone().recip().square();
        let series = ((square.clone() * (1.0 / 1260.0) - 1.0 / 360.0) * square + 1.0 / 12.0) / x.clone();
        (x.clone() - 0.5) * x.clone().log() - x + series + HALF_LOG_TAU - product.log().mask_fill(large, 0.0)
    }
}

struct Digamma;

impl Kernel<1> for Digamma {
    fn point(&self, [x]: [f64; 1]) -> Point<1> {
        Point { value: scalar::digamma(x), slopes: [scalar::trigamma(x)] }
    }

    fn value(&self, [x]: [f64; 1]) -> f64 {
        scalar::digamma(x)
    }

    /// The asymptotic series at `x + 7` less `1/x + … + 1/(x + 6)` below 7.
    fn plain<const D: usize>(&self, [x]: [Tensor<D>; 1]) -> Tensor<D> {
        let Shifted { x, small, large } = Shifted::of(x);
        let sum = (1..SHIFT).fold(small.clone().recip(), |sum, k| sum + (small.clone() + k as f64).recip());
        let square = x.clone().recip().square();
        let series = ((square.clone() * (1.0 / 252.0) - 1.0 / 120.0) * square.clone() + 1.0 / 12.0) * square;
        x.clone().log() - x.recip() * 0.5 - series - sum.mask_fill(large, 0.0)
    }
}

/// An argument moved to at least [`SHIFT`], and what it was where it was moved; 1 elsewhere, so that no term there is infinite.
struct Shifted<const D: usize> {
    x: Tensor<D>,
    small: Tensor<D>,
    /// Where nothing was moved.
    large: Tensor<D, burn::tensor::Bool>,
}

impl<const D: usize> Shifted<D> {
    fn of(x: Tensor<D>) -> Self {
        let large = x.clone().greater_equal_scalar(SHIFT as f64);
        let small = x.clone().mask_fill(large.clone(), 1.0);
        let x = (x.clone() + SHIFT as f64).mask_where(large.clone(), x);
        Self { x, small, large }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, TensorData};

    use super::*;

    fn leaf(values: &[f64], dtype: DType) -> Tensor<1> {
        let data = TensorData::new(values.to_vec(), [values.len()]);
        Tensor::from_data(data, (&Device::flex().autodiff(), dtype)).require_grad()
    }

    fn run(x: &[f64], dtype: DType, f: impl Fn(Tensor<1>) -> Tensor<1>) -> [Vec<f64>; 2] {
        let x = leaf(x, dtype);
        let y = f(x.clone());
        let slope = x.grad(&y.backward()).unwrap();
        [y, slope].map(|t| t.try_to_vec_as::<f64>().unwrap())
    }

    type Row = (fn(Tensor<1>) -> Tensor<1>, [f64; 5], fn(f64) -> f64);

    #[test]
    fn slopes_are_those_of_the_values() {
        let x = [0.125, 0.75, 1.0, 2.5, 30.0];
        let (normal, unit) = ([-30.0, -3.0, 0.0, 0.5, 4.0], [1e-3, 0.25, 0.5, 0.875, 0.999]);
        let rows: [Row; 7] = [
            (log_gamma, x, scalar::log_gamma),
            (digamma, x, scalar::digamma),
            (|x| log_beta(x.clone(), x.zeros_like().inner() + 2.5), x, |x| scalar::log_beta(x, 2.5)),
            (|x| log_beta(x.zeros_like().inner() + 0.5, x), x, |x| scalar::log_beta(0.5, x)),
            (normal_cdf, normal, scalar::normal_cdf),
            (log_normal_cdf, normal, scalar::log_normal_cdf),
            (normal_quantile, unit, scalar::normal_quantile),
        ];
        for (which, (tensor, at, function)) in rows.into_iter().enumerate() {
            let [value, slope] = run(&at, DType::F64, tensor);
            for (i, x) in at.into_iter().enumerate() {
                assert_eq!(value[i], function(x), "{which}");
                let h = 1e-4 * x.abs().min(1.0 - x.min(0.9)).max(1e-2);
                let central = |h: f64| (function(x + h) - function(x - h)) / (2.0 * h);
                let expected = (4.0 * central(0.5 * h) - central(h)) / 3.0;
                // Rounding of values up to 460 over steps of 1e-6 and more: 2⁻⁵² · 460 / 1e-6 = 1e-7 at worst.
                let off = (slope[i] - expected).abs() / (1.0 + expected.abs());
                assert!(off < 2e-7, "{which} at {x}: {} and {expected}", slope[i]);
            }
        }
    }

    #[test]
    fn tensor_expressions_agree_with_the_kernels() {
        let x = [1e-3, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 6.5, 7.0, 8.0, 30.0, 1e4];
        // f64: the series stop at 1/1680 x⁷ and 1/240 x⁸ of x >= 7: 7e-10, slopes 7e-10 · 7/7. f32: roundings of terms up to 30 below 7
        // and of x log x above.
        for (dtype, tolerance) in [(DType::F64, 2e-9), (DType::F32, 4e-6)] {
            let pairs = [
                (run(&x, dtype, log_gamma), run(&x, dtype, |x| LogGamma.plain([x]))),
                (run(&x, dtype, digamma), run(&x, dtype, |x| Digamma.plain([x]))),
            ];
            for (kernel, plain) in pairs {
                for (k, p) in kernel.iter().flatten().zip(plain.iter().flatten()) {
                    assert!((k - p).abs() <= tolerance * (1.0 + k.abs()), "{k} and {p} in {dtype:?}");
                }
            }
        }
    }
}
