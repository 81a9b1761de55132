//! Laws of isolated points: score and enumeration, no path.

mod bernoulli;
mod binomial;
mod categorical;
mod counts;
mod failures;
mod geometric;
mod negative_binomial;
mod negative_binomial_classical;
mod poisson;
mod rejection;
mod saddle;
mod tails;
mod zero_inflated;

pub use bernoulli::Bernoulli;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use geometric::Geometric;
pub use negative_binomial::NegativeBinomial;
pub use negative_binomial_classical::NegativeBinomialClassical;
pub use poisson::Poisson;
pub use zero_inflated::{Inflatable, ZeroInflated, ZeroInflatedNegativeBinomial, ZeroInflatedPoisson};

pub(super) use counts::gauss_legendre;

use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Support, WeakDerivative, write};

pub(super) const FAMILIES: &[&Family] = &[
    &bernoulli::FAMILY,
    &binomial::FAMILY,
    &categorical::FAMILY,
    &geometric::FAMILY,
    &negative_binomial::FAMILY,
    &negative_binomial_classical::FAMILY,
    &poisson::FAMILY,
    &zero_inflated::NEGATIVE_BINOMIAL,
    &zero_inflated::POISSON,
];

pub(super) const PAIRS: &[Pair] = &[
    Pair::of::<Bernoulli, Bernoulli>("bernoulli", "bernoulli"),
    Pair::of::<Bernoulli, Poisson>("bernoulli", "poisson"),
    Pair::of::<Binomial, Binomial>("binomial", "binomial"),
    Pair::of::<Categorical, Categorical>("categorical", "categorical"),
    Pair::of::<Geometric, Geometric>("geometric", "geometric"),
    Pair::of::<NegativeBinomial, NegativeBinomial>("negative-binomial", "negative-binomial"),
    Pair::of::<NegativeBinomialClassical, NegativeBinomialClassical>(
        "negative-binomial-classical",
        "negative-binomial-classical",
    ),
    Pair::of::<Poisson, Bernoulli>("poisson", "bernoulli"),
    Pair::of::<Poisson, Binomial>("poisson", "binomial"),
    Pair::of::<Poisson, Poisson>("poisson", "poisson"),
];
