//! Dirichlet law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law, MultivariateLaw};
use reparam_core::special::{log_sum_exp, trigamma};

use super::add;
use crate::dist::vector_face::vector_face;
use crate::dist::{Entropy, Moments, ShapeError, bridge::Rows};

vector_face! {
    /// Dirichlet distribution on the simplex: `p(x) = Γ(α₀) ∏ x_i^(α_i - 1) / Γ(α_i)`, `α = concentration`, `α₀ = Σ α_i`.
    ///
    /// The density is with respect to all coordinates but the last. Draws stay above 0.
    /// # Shapes      `concentration`, draws and noise `[…, n]`, `n >= 2`; `log_prob` `[…, 1]`
    /// # Gradient    transport (Jankowiak and Obermeyer 2018), as of [`reparam_core::law::Dirichlet`]. `rsample` takes uniform noise, through the gamma
    ///   laws' inverse distribution functions; `rsample_from` draws by rejection: other numbers of the same law
    /// # Errors      `concentration` not finite and positive, or fewer than two
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Dirichlet, Rsample}, noise::Key};
    /// let concentration = Tensor::<2>::ones([4, 3], &Device::flex());
    /// let shares = Dirichlet::new(concentration).unwrap().rsample_from(&Key::new(0).site("shares").step(0));
    /// assert!((shares.sum().into_scalar::<f32>() - 4.0).abs() < 1e-6);
    /// ```
    pub struct Dirichlet("dirichlet") {
        /// Concentrations, as given.
        concentration: 0,
    }
    length: 0;
    element: Positive;
    path: Uniform, |_, n| n, |law, noise, out| draw(law, noise, out);
}

/// Gamma draws over their sum, in log space.
fn draw(law: &law::Dirichlet, noise: &[f64], out: &mut [f64]) {
    let log_gamma = |a: f64, u: f64| law::LogGamma::new(a, 1.0).map_or(f64::NAN, |law| law.draw(u));
    let logs: Vec<f64> = law.parameters()[0].iter().zip(noise).map(|(a, u)| log_gamma(*a, *u)).collect();
    let total = log_sum_exp(&logs);
    out.iter_mut().zip(&logs).for_each(|(z, log)| *z = (log - total).exp().max(f64::MIN_POSITIVE));
}

impl<const D: usize> Dirichlet<D> {
    /// The law with these concentrations.
    ///
    /// # Errors
    ///
    /// A last axis of size 0, or no axis.
    pub fn new(concentration: Tensor<D>) -> Result<Self, ShapeError> {
        let build = |v: &[&[f64]]| law::Dirichlet::new(v[0]);
        Ok(Self { rows: Rows::new(NAME, vec![("concentration", concentration)], build)? })
    }
}

impl<const D: usize> Moments<D> for Dirichlet<D> {
    /// `α_i / α₀`.
    fn mean(&self) -> Tensor<D> {
        self.concentration() / self.concentration().sum_dim(D - 1)
    }

    /// `m_i (1 - m_i) / (α₀ + 1)`, `m` the mean.
    fn variance(&self) -> Tensor<D> {
        let total = self.concentration().sum_dim(D - 1);
        let others = total.clone() - self.concentration();
        self.mean() * (others / total.clone()) / (total + 1.0)
    }
}

impl<const D: usize> Entropy<D> for Dirichlet<D> {
    /// `log ∏ Γ(α_i) / Γ(α₀) + (α₀ - n) ψ(α₀) - Σ (α_i - 1) ψ(α_i)`.
    fn entropy(&self) -> Tensor<D> {
        self.rows.summary(
            1,
            |law| vec![law.entropy()],
            |law, c, out| {
                let concentration = &law.parameters()[0];
                let (n, total) = (concentration.len() as f64, concentration.iter().sum::<f64>());
                let top = (total - n) * trigamma(total);
                add(out, concentration.iter().map(|a| c[0] * (top - (a - 1.0) * trigamma(*a))));
            },
        )
    }
}
