//! Other ways to say a parameter: probabilities for log-odds, and the constructors that other libraries have.

use reparam_core::law::{Parameter, Support};
use reparam_core::special::{logit, sigmoid};

use super::subject::{AnyFamily, all};
use super::truncation::Truncation;

/// One parameter of a law, computed number by number from another that the user may know instead.
#[derive(Debug)]
pub struct Alternative {
    /// The parameter that it gives.
    pub gives: &'static str,
    /// What it is computed from.
    pub from: &'static str,
    /// Where each number of `from` must lie.
    pub rule: Support,
    /// Whether it is about a vector; a scalar otherwise.
    pub vector: bool,
    /// How.
    pub convert: fn(f64) -> f64,
    /// Its derivative, which carries score and path over.
    pub slope: fn(f64) -> f64,
}

/// All of them. Where several fit, the first is taken.
const ALTERNATIVES: [Alternative; 4] = [
    Alternative {
        gives: "logits",
        from: "probs",
        rule: Support::OpenUnitInterval,
        vector: false,
        convert: logit,
        slope: |p| 1.0 / (p * (1.0 - p)),
    },
    // Log-probabilities are logits; their common constant does not matter.
    Alternative {
        gives: "logits",
        from: "probs",
        rule: Support::Positive,
        vector: true,
        convert: f64::ln,
        slope: f64::recip,
    },
    Alternative {
        gives: "probs",
        from: "logits",
        rule: Support::Real,
        vector: false,
        convert: sigmoid,
        slope: |l| sigmoid(l) * sigmoid(-l),
    },
    Alternative {
        gives: "gate_logits",
        from: "gate",
        rule: Support::OpenUnitInterval,
        vector: false,
        convert: logit,
        slope: |p| 1.0 / (p * (1.0 - p)),
    },
];

/// Families that are one law to most people, told apart by the parameters that are given.
const SIBLINGS: [(&str, &[&str]); 2] = [
    ("negative-binomial", &["negative-binomial-classical"]),
    ("multivariate-normal", &["multivariate-normal-covariance", "multivariate-normal-precision"]),
];

/// A family, and those that its name may mean besides.
pub fn siblings(family: AnyFamily) -> impl Iterator<Item = AnyFamily> {
    let names = SIBLINGS.iter().find(|(name, _)| *name == family.name()).map_or(&[][..], |(_, others)| others);
    let like = move |other| match (family, other) {
        (AnyFamily::Truncated(_), AnyFamily::Scalar(other)) => AnyFamily::Truncated(Truncation::of(other)),
        (_, other) => other,
    };
    std::iter::once(family).chain(all().filter(move |other| names.contains(&other.name())).map(like))
}

/// The ways to say this parameter of a family otherwise. A way never uses a name that is a parameter itself.
pub fn alternatives(family: AnyFamily, parameter: &Parameter) -> impl Iterator<Item = &'static Alternative> {
    let (vector, name) = (parameter.vector, parameter.name);
    let own = move |name: &str| family.parameters().iter().any(|p| p.name == name);
    ALTERNATIVES.iter().filter(move |way| way.gives == name && way.vector == vector && !own(way.from))
}
