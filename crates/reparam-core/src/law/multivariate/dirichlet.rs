//! Dirichlet law.

use std::any::Any;

use super::{
    KlTo, MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add, write,
};
use crate::law::implicit::log_gamma_draw;
use crate::noise::Stream;
use crate::special::{beta_slopes, digamma, log_gamma, log_sum_exp};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "dirichlet",
    parameters: &[Parameter::vector("concentration", Support::Positive).transport()],
    support: "each x > 0, sum 1",
    method: "gamma draws over their sum, in log space",
    closed_entropy: true,
    build: |v| Ok(Box::new(Dirichlet::new(v[0])?)),
};

/// Dirichlet law on the simplex: `p(x) = Γ(α₀) ∏ x_i^(α_i - 1) / Γ(α_i)`, `α = concentration`, `α₀ = Σ α_i`.
///
/// The density is with respect to all coordinates but the last. Draws are gamma draws over their sum, taken in log space;
/// coordinates below the smallest normal number, which tiny concentrations make, are set to it.
///
/// The path is the velocity `∂z_i/∂α_j = (δ_ij - z_i) / (1 - z_j) · ∂b/∂α_j`, where `∂b/∂α_j` is the slope at `z_j` of a draw from
/// its marginal `Beta(α_j, α₀ - α_j)` in the first shape (Jankowiak and Obermeyer 2018).
///
/// ```
/// use reparam_core::law::{Dirichlet, MultivariateLaw};
/// let law = Dirichlet::new(&[1.0, 2.0, 1.0]).unwrap();
/// assert_eq!(law.mean(), [0.25, 0.5, 0.25]);
/// assert!((law.log_prob(&[0.2, 0.5, 0.3]) - 3.0_f64.ln()).abs() < 1e-14); // 6 x_1
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dirichlet {
    concentration: Vec<f64>,
    total: f64,
}

impl Dirichlet {
    /// The law with these concentrations.
    ///
    /// # Errors
    ///
    /// Fewer than two concentrations, or one that is not finite and positive; a sum that is not finite.
    pub fn new(concentration: &[f64]) -> Result<Self, ParameterError> {
        let together = |rule: String| Err(ParameterError::Together { law: FAMILY.name, rule });
        if concentration.len() < 2 {
            return together(format!("concentration must have at least 2 numbers, got {}", concentration.len()));
        }
        FAMILY.check(&[concentration])?;
        let total: f64 = concentration.iter().sum();
        if !total.is_finite() {
            return together("concentration must have a finite sum".into());
        }
        Ok(Self { concentration: concentration.to_vec(), total })
    }

    /// `log ∏ Γ(α_i) / Γ(α₀)`.
    fn log_normaliser(&self) -> f64 {
        self.concentration.iter().map(|a| log_gamma(*a)).sum::<f64>() - log_gamma(self.total)
    }

    fn categories(&self) -> f64 {
        self.concentration.len() as f64
    }
}

impl MultivariateLaw for Dirichlet {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![self.concentration.clone()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.concentration.len()]
    }

    fn contains(&self, x: &[f64]) -> bool {
        // A sum of n numbers of size 1 at most is off by n roundings, those of f32 included.
        x.len() == self.concentration.len()
            && x.iter().all(|x| *x > 0.0)
            && (x.iter().sum::<f64>() - 1.0).abs() <= self.categories() * f64::from(f32::EPSILON)
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if !self.contains(x) {
            return f64::NEG_INFINITY;
        }
        x.iter().zip(&self.concentration).map(|(x, a)| (a - 1.0) * x.ln()).sum::<f64>() - self.log_normaliser()
    }

    fn mean(&self) -> Vec<f64> {
        self.concentration.iter().map(|a| a / self.total).collect()
    }

    fn variance(&self) -> Vec<f64> {
        let others = around(&self.concentration);
        let share = |(a, rest): (&f64, f64)| (a / self.total) * (rest / self.total) / (self.total + 1.0);
        self.concentration.iter().zip(others).map(share).collect()
    }

    /// Where concentrations below 1 make the density infinite at the edge, the point of the edge that the others favour, or a corner.
    fn mode(&self) -> Vec<f64> {
        let above: Vec<f64> = self.concentration.iter().map(|a| (a - 1.0).max(0.0)).collect();
        let total: f64 = above.iter().sum();
        if total > 0.0 {
            return above.iter().map(|a| a / total).collect();
        }
        let highest = self.concentration.iter().fold(0.0_f64, |m, a| m.max(*a));
        let flat = self.concentration.iter().all(|a| *a == 1.0);
        let corner = self.concentration.iter().position(|a| *a == highest);
        let at = |i: usize| if flat { 1.0 / self.categories() } else { f64::from(u8::from(Some(i) == corner)) };
        (0..above.len()).map(at).collect()
    }

    fn entropy(&self) -> f64 {
        let inner: f64 = self.concentration.iter().map(|a| (a - 1.0) * digamma(*a)).sum();
        self.log_normaliser() + (self.total - self.categories()) * digamma(self.total) - inner
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let top = digamma(self.total);
        let slope = |(x, a): (&f64, &f64)| x.ln() + top - digamma(*a);
        write(out, &x.iter().zip(&self.concentration).map(slope).collect::<Vec<f64>>());
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        write(out, &x.iter().zip(&self.concentration).map(|(x, a)| (a - 1.0) / x).collect::<Vec<f64>>());
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let log = |(i, a): (usize, &f64)| log_gamma_draw(&stream.branch(i as u64), index, *a);
        let logs: Vec<f64> = self.concentration.iter().enumerate().map(log).collect();
        let top = logs.iter().fold(f64::NEG_INFINITY, |m, l| m.max(*l));
        let logs: Vec<f64> = logs.iter().map(|l| l - top).collect();
        let total = log_sum_exp(&logs);
        write(out, &logs.iter().map(|l| (l - total).exp().max(f64::MIN_POSITIVE)).collect::<Vec<f64>>());
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// For each number the sum of the others, without subtraction.
fn around(x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    let (mut before, mut after) = (0.0, 0.0);
    for i in 0..x.len() {
        out[i] += before;
        before += x[i];
        let j = x.len() - 1 - i;
        out[j] += after;
        after += x[j];
    }
    out
}

impl MultivariatePathwise for Dirichlet {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        let weighted: Vec<f64> = z.iter().zip(cotangent).map(|(z, c)| z * c).collect();
        let (rest, pull, more) = (around(z), around(&weighted), around(&self.concentration));
        // Σ_i c_i (δ_ij - z_i) / (1 - z_j) = c_j - Σ_{i≠j} c_i z_i / Σ_{i≠j} z_i.
        let slopes = (0..z.len()).map(|j| {
            let [slope, _] = beta_slopes(self.concentration[j], more[j], z[j], rest[j].min(1.0));
            slope * (cotangent[j] - pull[j] / rest[j])
        });
        add(out, &slopes.collect::<Vec<f64>>());
    }
}

impl KlTo<Dirichlet> for Dirichlet {
    /// `NaN` for laws of different lengths.
    fn kl(&self, p: &Dirichlet) -> f64 {
        if p.concentration.len() != self.concentration.len() {
            return f64::NAN;
        }
        let top = digamma(self.total);
        let terms = self.concentration.iter().zip(&p.concentration).map(|(a, b)| (a - b) * (digamma(*a) - top));
        p.log_normaliser() - self.log_normaliser() + terms.sum::<f64>()
    }
}
