//! Guides: families of densities on ℝⁿ, written as maps of standard normal noise.

mod flow;

pub use flow::{Flow, FlowError, FlowOptions};

/// A family of densities `q` on ℝⁿ, of which one member is held, with draws `z = g(ε)`, `ε ~ N(0, I)`.
///
/// The parameters are one flat slice of unconstrained numbers, so that any optimiser can move them.
pub trait Guide: Send + Sync {
    /// Dimension of `z`, and of the noise.
    fn dimension(&self) -> usize;

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

    /// A copy of this member.
    fn boxed(&self) -> Box<dyn Guide>;
}
