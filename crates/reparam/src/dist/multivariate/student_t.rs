//! Multivariate Student t law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law, MultivariateLaw};
use reparam_core::special::{normal_cdf, trigamma};

use super::{add, affine, ends_in, flat};
use crate::dist::vector_face::vector_face;
use crate::dist::{Entropy, Moments, ShapeError, bridge::Rows};

vector_face! {
    /// Multivariate t distribution with `df` degrees of freedom, location `loc` and scale matrix `L Lᵀ`, `L = scale_tril` lower triangular.
    ///
    /// `p(x) ∝ (1 + q / df)^-((df + n)/2)`, `q = |L⁻¹ (x - loc)|²`. The mean is NaN for `df <= 1`, the variance infinite for `df <= 2` and NaN for
    /// `df <= 1`; no gradient flows there.
    /// # Shapes      `df` `[…, 1]`, `loc` `[…, n]`, `scale_tril` `[…, n, n]`, one rank higher; the other axes broadcast. Draws `[…, n]`, noise `[…, n + 1]`,
    ///   `log_prob` `[…, 1]`
    /// # Gradient    as of [`reparam_core::law::MultivariateStudentT`]: in `df` at fixed distribution function of the radius
    /// # Errors      `df` not finite and positive, `loc` not finite; `scale_tril` not finite, not 0 above the diagonal or not positive on it
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogProb, MultivariateStudentT};
    /// let device = Device::flex();
    /// let one = Tensor::<1>::ones([1], &device);
    /// let cauchy = MultivariateStudentT::new(one.clone(), one.clone(), Tensor::<2>::ones([1, 1], &device)).unwrap();
    /// let log_prob = cauchy.log_prob(one * 2.0).into_scalar::<f32>(); // 1 / 2π, at one scale from loc
    /// assert!((log_prob + std::f32::consts::TAU.ln()).abs() < 1e-6);
    /// ```
    pub struct MultivariateStudentT("multivariate-student-t") {
        /// Degrees of freedom.
        df: 0,
        /// Location.
        loc: 1,
        /// Factor of the scale matrix, its rows one after the other: `[…, n²]`.
        scale_tril: 2,
    }
    length: 1;
    element: Real;
    path: StandardNormal, |_, n| n + 1, |law, noise, out| draw(law, noise, out);
}

/// `loc + L · noise · √(df / C)`: the last number of noise makes the chi-square draw `C`.
fn draw(law: &law::MultivariateStudentT, noise: &[f64], out: &mut [f64]) {
    let ([df, loc, scale_tril], Some((last, noise))) = (&law.parameters()[..], noise.split_last()) else { return };
    let spread = law::Chi2::new(df[0]).map_or(f64::NAN, |chi2| (df[0] / chi2.draw(normal_cdf(*last))).sqrt());
    // As far as the law's own draws go.
    let noise: Vec<f64> = noise.iter().map(|e| e * spread.min(1e150)).collect();
    affine(loc, scale_tril, &noise, out);
}

impl<const D: usize> MultivariateStudentT<D> {
    /// The law with these degrees of freedom, location and factor of the scale matrix. `E` is `D + 1`.
    ///
    /// # Errors
    ///
    /// Shapes that are not `[…, 1]`, `[…, n]` and `[…, n, n]`, or do not broadcast.
    pub fn new<const E: usize>(df: Tensor<D>, loc: Tensor<D>, scale_tril: Tensor<E>) -> Result<Self, ShapeError> {
        let n = loc.dims()[D - 1];
        ends_in(NAME, "df", &df, 1)?;
        let scale_tril = flat(NAME, "scale_tril", scale_tril, n, Some(n))?;
        let build = |v: &[&[f64]]| law::MultivariateStudentT::new(v[0][0], v[1], v[2]);
        Ok(Self { rows: Rows::new(NAME, vec![("df", df), ("loc", loc), ("scale_tril", scale_tril)], build)? })
    }
}

impl<const D: usize> Moments<D> for MultivariateStudentT<D> {
    fn mean(&self) -> Tensor<D> {
        self.rows.summary(self.length(), MultivariateLaw::mean, |law, c, out| {
            let there = law.mean().iter().all(|m| m.is_finite());
            add(&mut out[1..], c.iter().map(|c| if there { *c } else { 0.0 }));
        })
    }

    /// `df / (df - 2) Σ_j L_ij²`.
    fn variance(&self) -> Tensor<D> {
        let n = self.length();
        self.rows.summary(n, MultivariateLaw::variance, move |law, c, out| {
            let [df, _, scale_tril] = &law.parameters()[..] else { return };
            let (df, rest) = (df[0], df[0] - 2.0);
            if rest > 0.0 {
                let sum: f64 = c.iter().zip(law.variance()).map(|(c, v)| c * v).sum();
                out[0] += sum * (1.0 / df - 1.0 / rest);
                add(&mut out[1 + n..], scale_tril.iter().enumerate().map(|(k, l)| 2.0 * l * c[k / n] * (df / rest)));
            }
        })
    }
}

impl<const D: usize> Entropy<D> for MultivariateStudentT<D> {
    fn entropy(&self) -> Tensor<D> {
        self.rows.summary(
            1,
            |law| vec![law.entropy()],
            |law, c, out| {
                let [df, loc, scale_tril] = &law.parameters()[..] else { return };
                let (df, n) = (df[0], loc.len());
                let sum = df + n as f64;
                out[0] += c[0] * (0.5 * n as f64 / df + 0.25 * sum * (trigamma(0.5 * sum) - trigamma(0.5 * df)));
                for i in 0..n {
                    out[1 + n + i * (n + 1)] += c[0] / scale_tril[i * (n + 1)];
                }
            },
        )
    }
}
