//! One-dimensional laws on plain `f64`: density, distribution function, moments, and their derivatives.
//!
//! A law is one family with its parameters fixed ([`Normal`], [`Bernoulli`], …). What every law knows is the trait
//! [`Law`]; what only some know is a trait of its own: [`Pathwise`] for laws whose draw is differentiable in the
//! parameters, [`KlTo`] for pairs with a closed-form divergence. [`Law`] is object safe, so a program that learns the
//! family at run time looks it up in [`FAMILIES`] and builds a `Box<dyn Law>`.
//!
//! Parameters and their order are those of [`Family::parameters`]; `score` and `pathwise` write one number for each.
//!
//! ```
//! use reparam_core::law::{Law, Pathwise, family};
//! let normal = family("normal").unwrap().build(&[1.0, 0.5]).unwrap();
//! let z = normal.draw(2.0); // loc + scale * noise
//! let mut slope = [0.0; 2]; // dz/dloc, dz/dscale
//! normal.as_pathwise().unwrap().pathwise(z, &mut slope);
//! assert_eq!((z, slope), (2.0, [1.0, 2.0]));
//! ```

mod bernoulli;
mod categorical;
pub mod continuous_bernoulli;
mod laplace;
mod normal;
mod parameter;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use laplace::Laplace;
pub use normal::Normal;
pub use parameter::{Family, Parameter, ParameterError, Support};

/// The families of this crate, in alphabetical order.
pub const FAMILIES: [&Family; 5] =
    [&bernoulli::FAMILY, &categorical::FAMILY, &continuous_bernoulli::FAMILY, &laplace::FAMILY, &normal::FAMILY];

/// The family with this kebab-case name.
pub fn family(name: &str) -> Option<&'static Family> {
    FAMILIES.into_iter().find(|f| f.name == name)
}

/// What every one-dimensional law knows, in `f64`.
///
/// For a discrete law `log_prob` is the log of the probability mass, and values outside the support have mass 0.
/// Nothing here panics: a value outside the support has log-density `-inf`, a probability outside `[0, 1]` has the
/// quantile `NaN`.
pub trait Law: Debug + Send + Sync {
    /// Name, parameters with their rules, and base noise.
    fn family(&self) -> &'static Family;

    /// The parameters, in the order of the family; a vector parameter is written out.
    fn parameters(&self) -> Vec<f64>;

    /// The values that can be drawn.
    fn support(&self) -> Support;

    /// `log p(x)`, in nats.
    fn log_prob(&self, x: f64) -> f64;

    /// `F(x) = P(X <= x)`.
    fn cdf(&self, x: f64) -> f64;

    /// `P(X > x)`, right to rounding where `1 - cdf(x)` is not.
    fn survival(&self, x: f64) -> f64;

    /// The smallest `x` with `F(x) >= probability`.
    fn quantile(&self, probability: f64) -> f64;

    /// `E[X]`. For a categorical law, of the index.
    fn mean(&self) -> f64;

    /// `E[(X - E[X])²]`.
    fn variance(&self) -> f64;

    /// A value of highest density; where several are, the smallest unless the law says otherwise.
    fn mode(&self) -> f64;

    /// `-E[log p(X)]` in nats; differential entropy where the law has a density.
    fn entropy(&self) -> f64;

    /// `∂ log p(x) / ∂ parameter`, one number for each parameter, written to `out`; places beyond stay as they are.
    fn score(&self, x: f64, out: &mut [f64]);

    /// The draw that base noise of [`Family::noise`] gives.
    fn draw(&self, noise: f64) -> f64 {
        self.quantile(noise)
    }

    /// This law as [`Pathwise`], where it is.
    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        None
    }
}

/// A law whose draw is differentiable in its parameters.
pub trait Pathwise: Law {
    /// `∂z/∂parameter` at fixed noise, for the noise that draws `z`; written as in [`Law::score`].
    ///
    /// Every method of drawing by a monotone map of one noise gives the same number, `-(∂F/∂parameter) / p`.
    fn pathwise(&self, z: f64, out: &mut [f64]);
}

/// A law with a closed-form Kullback–Leibler divergence to laws of type `P`.
pub trait KlTo<P> {
    /// `KL(self ‖ p) = E_self[log self - log p]`, in nats; infinite where `p` lacks mass that `self` has.
    fn kl(&self, p: &P) -> f64;
}

/// Writes `values` to the first places of `out`.
fn write(out: &mut [f64], values: &[f64]) {
    for (place, value) in out.iter_mut().zip(values) {
        *place = *value;
    }
}
