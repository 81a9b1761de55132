//! Laws of isolated points: no path through the draw.

mod bernoulli;
mod binomial;
mod categorical;
mod geometric;
mod negative_binomial;
mod negative_binomial_classical;
mod poisson;
mod zero_inflated;
mod zero_inflated_negative_binomial;
mod zero_inflated_poisson;

pub use bernoulli::Bernoulli;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use geometric::Geometric;
pub use negative_binomial::NegativeBinomial;
pub use negative_binomial_classical::NegativeBinomialClassical;
pub use poisson::Poisson;
pub use zero_inflated_negative_binomial::ZeroInflatedNegativeBinomial;
pub use zero_inflated_poisson::ZeroInflatedPoisson;
