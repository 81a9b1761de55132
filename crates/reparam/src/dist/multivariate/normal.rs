//! Multivariate normal law.

use burn::tensor::Tensor;
use reparam_core::law::{self, MultivariateLaw};

use super::{add, affine, flat};
use crate::dist::vector_face::vector_face;
use crate::dist::{Entropy, Moments, ShapeError, bridge::Rows};

vector_face! {
    /// Multivariate normal distribution with mean `loc` and covariance matrix `L Lᵀ`, `L = scale_tril` lower triangular.
    ///
    /// `log p(x) = -½ |L⁻¹ (x - loc)|² - log det L - ½ n log 2π`.
    /// # Shapes      `loc` `[…, n]`, `scale_tril` `[…, n, n]`, one rank higher; the other axes broadcast. Draws and noise `[…, n]`, `log_prob` `[…, 1]`
    /// # Gradient    explicit: `z = loc + L · noise`, standard normal noise; above the diagonal of `scale_tril` it is 0
    /// # Errors      `loc` not finite; `scale_tril` not finite, not 0 above the diagonal or not positive on it
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{MultivariateNormal, Rsample};
    /// let device = Device::flex();
    /// let tril = Tensor::<2>::from_floats([[2.0, 0.0], [1.0, 3.0]], &device);
    /// let law = MultivariateNormal::from_scale_tril(Tensor::<1>::zeros([2], &device), tril).unwrap();
    /// let z = law.rsample(Tensor::ones([2], &device));
    /// assert_eq!(z.try_to_vec_as::<f32>().unwrap(), [2.0, 4.0]);
    /// ```
    pub struct MultivariateNormal("multivariate-normal") {
        /// Mean.
        loc: 0,
        /// Factor of the covariance matrix, its rows one after the other: `[…, n²]`.
        scale_tril: 1,
    }
    length: 0;
    element: Real;
    path: StandardNormal, |_, n| n, |law, noise, out| affine(law.loc(), law.scale_tril(), noise, out);
}

impl<const D: usize> MultivariateNormal<D> {
    /// The law with this mean and this factor of the covariance matrix. `E` is `D + 1`.
    ///
    /// # Errors
    ///
    /// Shapes that are not `[…, n]` and `[…, n, n]`, or do not broadcast.
    pub fn from_scale_tril<const E: usize>(loc: Tensor<D>, scale_tril: Tensor<E>) -> Result<Self, ShapeError> {
        let n = loc.dims()[D - 1];
        let scale_tril = flat(NAME, "scale_tril", scale_tril, n, Some(n))?;
        let build = |v: &[&[f64]]| law::MultivariateNormal::from_scale_tril(v[0], v[1]);
        Ok(Self { rows: Rows::new(NAME, vec![("loc", loc), ("scale_tril", scale_tril)], build)? })
    }
}

impl<const D: usize> Moments<D> for MultivariateNormal<D> {
    fn mean(&self) -> Tensor<D> {
        self.loc()
    }

    /// `Σ_j L_ij²`.
    fn variance(&self) -> Tensor<D> {
        let n = self.length();
        self.rows.summary(n, MultivariateLaw::variance, move |law, c, out| {
            add(&mut out[n..], law.scale_tril().iter().enumerate().map(|(k, l)| 2.0 * l * c[k / n]));
        })
    }
}

impl<const D: usize> Entropy<D> for MultivariateNormal<D> {
    /// `½ n log 2πe + Σ log L_ii`.
    fn entropy(&self) -> Tensor<D> {
        let n = self.length();
        self.rows.summary(
            1,
            |law| vec![law.entropy()],
            move |law, c, out| {
                for i in 0..n {
                    out[n + i * (n + 1)] += c[0] / law.scale_tril()[i * (n + 1)];
                }
            },
        )
    }
}
