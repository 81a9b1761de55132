//! One-dimensional laws on plain `f64`: density, distribution function, moments, and their derivatives.
//!
//! A law is one family with its parameters fixed ([`Normal`], [`Bernoulli`], …). What every law knows is the trait
//! [`Law`]; what only some know is a trait of its own: [`Pathwise`] for laws whose draw is differentiable in the
//! parameters, [`WeakDerivative`] for laws that are differentiated by pairs of draws, [`KlTo`] for pairs with a closed-form divergence. [`Law`] is object safe, so a program that learns the
//! family at run time looks it up by [`family`] and builds a `Box<dyn Law>`.
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

mod combine;
mod discrete;
mod explicit;
mod family;
mod implicit;
mod kl;
pub mod multivariate;
mod parameter;
mod relaxed;
mod support;
#[cfg(test)]
mod tests;
mod weak;

use std::any::Any;
use std::fmt::Debug;

pub use combine::*;
pub use discrete::*;
pub use explicit::*;
pub use family::Family;
pub use implicit::*;
pub use kl::{Estimate, NoClosedForm, Pair, kl, kl_monte_carlo, kl_pairs};
pub use multivariate::{
    DiagonalNormalMixture, Dirichlet, GumbelSoftmax, LkjCholesky, LowRankMultivariateNormal, Multinomial,
    MultivariateFamily, MultivariateLaw, MultivariateNormal, MultivariateNormalMixture, MultivariatePathwise,
    MultivariateStudentT, OneHotCategorical, PowerSpherical, Relaxable, RelaxedBinomial, RelaxedCounts,
    RelaxedNegativeBinomial, RelaxedPoisson, TransformedMultivariate, Wishart, multivariate_families,
    multivariate_family,
};
pub use parameter::{Parameter, ParameterError, Path};
pub use relaxed::*;
pub use support::Support;
pub use weak::WeakDerivative;

use crate::noise::Stream;

/// The one-dimensional families of this crate, by kind and then by name.
pub fn families() -> impl Iterator<Item = &'static Family> {
    [explicit::FAMILIES, implicit::FAMILIES, discrete::FAMILIES, relaxed::FAMILIES, combine::FAMILIES]
        .into_iter()
        .flatten()
        .copied()
}

/// The family with this kebab-case name.
pub fn family(name: &str) -> Option<&'static Family> {
    families().find(|f| f.name == name)
}

/// What every one-dimensional law knows, in `f64`.
///
/// For a discrete law `log_prob` is the log of the probability mass, and values outside the support have mass 0.
/// Nothing here panics: a value outside the support has log-density `-inf`, a probability outside `[0, 1]` has the
/// quantile `NaN`.
pub trait Law: Debug + Send + Sync + Any {
    /// Name, parameters with their rules, and base noise.
    fn family(&self) -> &'static Family;

    /// The parameters, in the order of the family; a vector parameter is written out.
    fn parameters(&self) -> Vec<f64>;

    /// Names of the numbers of [`Law::parameters`]: those of the family, `logits[0]`, `logits[1]`, … for the numbers of a vector.
    fn parameter_names(&self) -> Vec<String> {
        let parameters = self.family().parameters;
        let vectors = parameters.iter().filter(|p| p.vector).count().max(1);
        let length = (self.parameters().len() + vectors).saturating_sub(parameters.len()) / vectors;
        let names = |p: &Parameter| {
            if p.vector { (0..length).map(|i| format!("{}[{i}]", p.name)).collect() } else { vec![p.name.to_owned()] }
        };
        parameters.iter().flat_map(names).collect()
    }

    /// The values that can be drawn.
    fn support(&self) -> Support;

    /// `log p(x)`, in nats.
    fn log_prob(&self, x: f64) -> f64;

    /// `F(x) = P(X <= x)`.
    fn cdf(&self, x: f64) -> f64;

    /// `P(X > x)`, right to rounding where `1 - cdf(x)` is not.
    fn survival(&self, x: f64) -> f64;

    /// `log F(x)`, right to rounding where `F(x)` underflows or is all but 1, as truncation needs it.
    fn log_cdf(&self, x: f64) -> f64 {
        let survival = self.survival(x);
        if survival < 0.5 { (-survival).ln_1p() } else { self.cdf(x).ln() }
    }

    /// `log P(X > x)`, right to rounding where `P(X > x)` underflows or is all but 1.
    fn log_survival(&self, x: f64) -> f64 {
        let cdf = self.cdf(x);
        if cdf < 0.5 { (-cdf).ln_1p() } else { self.survival(x).ln() }
    }

    /// The smallest `x` with `F(x) >= probability`.
    fn quantile(&self, probability: f64) -> f64;

    /// The smallest `x` with `P(X > x) <= probability`: the quantile of `1 - probability`, right to rounding in the upper tail.
    fn upper_quantile(&self, probability: f64) -> f64 {
        self.quantile(1.0 - probability)
    }

    /// `E[X]`; infinite where the integral diverges, `NaN` where it does not exist. For a categorical law, of the index.
    fn mean(&self) -> f64;

    /// `E[(X - E[X])²]`; infinite where the integral diverges, `NaN` where it does not exist.
    fn variance(&self) -> f64;

    /// A value of highest density; where several are, the smallest unless the law says otherwise.
    fn mode(&self) -> f64;

    /// `-E[log p(X)]` in nats; differential entropy where the law has a density.
    fn entropy(&self) -> f64;

    /// `∂ log p(x) / ∂ parameter`, one number for each parameter, written to `out`; places beyond stay as they are.
    fn score(&self, x: f64, out: &mut [f64]);

    /// `∂ log p(x) / ∂x`; 0 for a discrete law, `NaN` outside the support and where the density has a corner or a pole.
    fn log_prob_slope(&self, x: f64) -> f64;

    /// The draw that base noise of [`Family::noise`] gives: for monotone laws the inverse distribution function.
    fn draw(&self, noise: f64) -> f64 {
        self.quantile(noise)
    }

    /// Draws `first`, `first + 1`, … of a stream, by the fastest exact method. Draw `i` depends on stream and index alone.
    ///
    /// The default turns base noise into draws by [`Law::draw`]; laws with a faster method (rejection) make other numbers of the
    /// same law.
    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        stream.fill(self.family().noise, first, out);
        for x in out {
            *x = self.draw(*x);
        }
    }

    /// This law as [`Any`], to learn its type.
    fn as_any(&self) -> &dyn Any;

    /// This law as [`Pathwise`], where it is.
    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        None
    }

    /// This law as [`WeakDerivative`], where it is.
    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        None
    }
}

/// A law whose draw is differentiable in its parameters.
pub trait Pathwise: Law {
    /// `∂z/∂parameter` at fixed noise, for the noise that draws `z`; written as in [`Law::score`].
    ///
    /// Every method of drawing by a monotone map of one noise gives the same number, `-(∂F/∂parameter) / p`.
    fn pathwise(&self, z: f64, out: &mut [f64]);

    /// The draws of [`Law::fill`] with their derivatives: row `i` of `slopes` holds those of draw `i`, one for each parameter.
    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        self.fill(stream, first, out);
        let columns = self.parameters().len();
        for (z, row) in out.iter().zip(slopes.chunks_exact_mut(columns.max(1))) {
            self.pathwise(*z, row);
        }
    }
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
