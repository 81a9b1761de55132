//! Multivariate normal law whose covariance matrix is low-rank plus diagonal.

use burn::tensor::Tensor;
use reparam_core::law::{self, MultivariateLaw};

use super::{add, ends_in, flat};
use crate::dist::vector_face::vector_face;
use crate::dist::{Entropy, Moments, ShapeError, bridge::Rows};

vector_face! {
    /// Normal distribution with mean `loc` and covariance matrix `W Wᵀ + diag(cov_diag)`, `W = cov_factor` of few columns.
    ///
    /// Density and derivatives cost `n k²` for `k` columns.
    /// # Shapes      `loc` and `cov_diag` `[…, n]`, `cov_factor` `[…, n, k]`, one rank higher; the other axes broadcast. Draws `[…, n]`, noise `[…, n + k]`,
    ///   `log_prob` `[…, 1]`
    /// # Gradient    the mean given the draw of that at fixed noise, `z = loc + W · noise + √cov_diag · noise`, standard normal noise: less
    ///   variance. See [`reparam_core::law::LowRankMultivariateNormal`]
    /// # Errors      `loc` or `cov_factor` not finite, `cov_diag` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LowRankMultivariateNormal, Moments};
    /// let ones = Tensor::<1>::ones([3], &Device::flex());
    /// let law = LowRankMultivariateNormal::new(ones.clone(), ones.clone().unsqueeze_dim::<2>(1), ones).unwrap();
    /// assert_eq!(law.variance().try_to_vec_as::<f32>().unwrap(), [2.0; 3]);
    /// ```
    pub struct LowRankMultivariateNormal("low-rank-multivariate-normal") {
        /// Mean.
        loc: 0,
        /// Factor of few columns, its rows one after the other: `[…, n k]`.
        cov_factor: 1,
        /// What is added to the variances.
        cov_diag: 2,
    }
    length: 0;
    element: Real;
    path: StandardNormal, |law, n| n + law.rows.length(1) / n, |law, noise, out| draw(law, noise, out);
}

fn draw(law: &law::LowRankMultivariateNormal, noise: &[f64], out: &mut [f64]) {
    let [loc, factor, diag] = &law.parameters()[..] else { return };
    let k = noise.len() - loc.len();
    for (i, z) in out.iter_mut().enumerate() {
        let common: f64 = factor[i * k..(i + 1) * k].iter().zip(noise).map(|(w, e)| w * e).sum();
        *z = loc[i] + common + diag[i].sqrt() * noise[k + i];
    }
}

impl<const D: usize> LowRankMultivariateNormal<D> {
    /// The law with this mean, factor and diagonal. `E` is `D + 1`.
    ///
    /// # Errors
    ///
    /// Shapes that are not `[…, n]`, `[…, n, k]` and `[…, n]`, or do not broadcast.
    pub fn new<const E: usize>(loc: Tensor<D>, cov_factor: Tensor<E>, cov_diag: Tensor<D>) -> Result<Self, ShapeError> {
        let n = loc.dims()[D - 1];
        ends_in(NAME, "cov_diag", &cov_diag, n)?;
        let cov_factor = flat(NAME, "cov_factor", cov_factor, n, None)?;
        let build = |v: &[&[f64]]| law::LowRankMultivariateNormal::new(v[0], v[1], v[2]);
        let parameters = vec![("loc", loc), ("cov_factor", cov_factor), ("cov_diag", cov_diag)];
        Ok(Self { rows: Rows::new(NAME, parameters, build)? })
    }
}

impl<const D: usize> Moments<D> for LowRankMultivariateNormal<D> {
    fn mean(&self) -> Tensor<D> {
        self.loc()
    }

    /// `Σ_j W_ij² + cov_diag_i`.
    fn variance(&self) -> Tensor<D> {
        let (n, k) = (self.length(), self.rows.length(1) / self.length());
        self.rows.summary(n, MultivariateLaw::variance, move |law, c, out| {
            let factor = &law.parameters()[1];
            add(&mut out[n..], factor.iter().enumerate().map(|(i, w)| 2.0 * w * c[i / k]));
            add(&mut out[n + n * k..], c.iter().copied());
        })
    }
}

impl<const D: usize> Entropy<D> for LowRankMultivariateNormal<D> {
    fn entropy(&self) -> Tensor<D> {
        self.rows.summary(
            1,
            |law| vec![law.entropy()],
            |law, c, out| {
                // ½ log det has the slopes of -log p where no square is left, at the mean.
                let mut score = vec![0.0; out.len()];
                law.score(&law.mean(), &mut score);
                add(out, score.iter().map(|s| -c[0] * s));
            },
        )
    }
}
