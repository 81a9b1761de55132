//! Guides: families of densities on ℝⁿ, written as maps of standard normal noise.

mod flow;
mod full_rank;
mod low_rank;
mod mean_field;
#[cfg(test)]
mod tests;

pub use flow::{Flow, FlowError, FlowOptions};
pub use full_rank::FullRank;
pub use low_rank::LowRank;
pub use mean_field::MeanField;

/// `½ ln 2π`.
pub(crate) const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// A family of densities `q` on ℝⁿ, of which one member is held, with draws `z = g(ε)`, `ε ~ N(0, I)`.
///
/// The parameters are one flat slice of unconstrained numbers, so that any optimiser can move them.
pub trait Guide: Send + Sync {
    /// Dimension of `z`.
    fn dimension(&self) -> usize;

    /// Numbers of noise that a draw takes.
    fn noise_dimension(&self) -> usize {
        self.dimension()
    }

    /// The family, as `--guide` calls it.
    fn name(&self) -> String;

    /// The parameters of this member, unconstrained.
    fn parameters(&self) -> &[f64];

    /// Another member.
    fn set_parameters(&mut self, parameters: &[f64]);

    /// The draw of noise `ε`, into `z`; its log density `ln q(z)` is returned.
    fn draw(&self, noise: &[f64], z: &mut [f64]) -> f64;

    /// Adds to `gradient` the gradient in the parameters of `slope · g(ε) - entropy_weight · ln q(g(ε))`, both through the draw
    /// and, for the second, through the density: the total derivative of the entropy term, `slope` held constant.
    ///
    /// With `slope = ∇ ln p(z)` and `entropy_weight = 1` this is the pathwise gradient of one draw's `ln p - ln q`.
    fn pull_back(&self, noise: &[f64], z: &[f64], slope: &[f64], entropy_weight: f64, gradient: &mut [f64]);

    /// `∂ ln q(z) / ∂z` at fixed parameters, into `slope`: what sticking the landing subtracts (Roeder et al. 2017).
    fn score(&self, noise: &[f64], z: &[f64], slope: &mut [f64]);

    /// `ln q(z)` of any point.
    fn log_density(&self, z: &[f64]) -> f64;

    /// The entropy, where it has a closed form; its gradient is added to `gradient`, if that is asked for.
    fn entropy(&self, _gradient: Option<&mut [f64]>) -> Option<f64> {
        None
    }

    /// Parameters of about the same member with half the spread, for a start where some draws have no value; the same ones, where a family
    /// does not know how.
    fn narrower(&self, parameters: &[f64]) -> Vec<f64> {
        parameters.to_vec()
    }

    /// A copy of this member.
    fn boxed(&self) -> Box<dyn Guide>;
}
