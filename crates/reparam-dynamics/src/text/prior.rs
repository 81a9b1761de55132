//! Priors as people write them: `log-normal(-1, 1)`.

use super::TextError;
use super::document::Item;
use crate::PriorLaw;
use crate::nearest::nearest;

/// A law and the interval outside of which it has no density.
pub(super) struct Written {
    pub law: PriorLaw,
    pub support: [f64; 2],
}

const EVERYWHERE: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
const POSITIVE: [f64; 2] = [0.0, f64::INFINITY];

/// Name, parameters, and which of them must be positive.
const LAWS: [(&str, &[&str], &[bool]); 11] = [
    ("flat", &[], &[]),
    ("uniform", &["low", "high"], &[false, false]),
    ("normal", &["mean", "sd"], &[false, true]),
    ("half-normal", &["sd"], &[true]),
    ("laplace", &["loc", "scale"], &[false, true]),
    ("cauchy", &["loc", "scale"], &[false, true]),
    ("half-cauchy", &["scale"], &[true]),
    ("log-normal", &["mean of ln", "sd of ln"], &[false, true]),
    ("log-laplace", &["loc of ln", "scale of ln"], &[false, true]),
    ("gamma", &["concentration", "rate"], &[true, true]),
    ("exponential", &["rate"], &[true]),
];

/// Reads a prior. Half laws may have their centre written out, as `half-cauchy(0, 5)`.
pub(super) fn prior(item: &Item<'_>) -> Result<Written, TextError> {
    let text = item.text()?.trim();
    let (name, inside) = match text.split_once('(') {
        None => (text, Some("")),
        Some((name, rest)) => (name.trim_end(), rest.strip_suffix(')')),
    };
    let numbers = inside
        .and_then(numbers)
        .ok_or_else(|| item.wrong("a prior must be a law with its numbers, such as 'log-normal(-1, 1)'"))?;
    let Some((_, parameters, positive)) = LAWS.into_iter().find(|(known, ..)| *known == name) else {
        let known = LAWS.map(|(name, ..)| name);
        let hint = nearest(name, known).map(|name| format!(" (did you mean '{name}'?)")).unwrap_or_default();
        return Err(item.wrong(format!("the law must be one of {}{hint}", known.join(", "))));
    };
    let numbers = match (name.starts_with("half-"), &numbers[..]) {
        (true, [0.0, rest @ ..]) if rest.len() == 1 => rest.to_vec(),
        _ => numbers,
    };
    if numbers.len() != parameters.len() {
        let form = if parameters.is_empty() { name.to_owned() } else { format!("{name}({})", parameters.join(", ")) };
        return Err(item.wrong(format!("must be {form}")));
    }
    for ((parameter, positive), number) in parameters.iter().zip(positive).zip(&numbers) {
        if *positive && *number <= 0.0 {
            return Err(item.wrong(format!("{name}: {parameter} must be > 0")));
        }
    }
    let at = |index: usize| numbers.get(index).copied().unwrap_or_default();
    let (a, b) = (at(0), at(1));
    let (law, support) = match name {
        "uniform" if a >= b => return Err(item.wrong("uniform: low must be less than high")),
        "uniform" => (PriorLaw::Uniform(a, b), [a, b]),
        "normal" => (PriorLaw::Normal(a, b), EVERYWHERE),
        "half-normal" => (PriorLaw::Normal(0.0, a), POSITIVE),
        "laplace" => (PriorLaw::Laplace(a, b), EVERYWHERE),
        "cauchy" => (PriorLaw::Cauchy(a, b), EVERYWHERE),
        "half-cauchy" => (PriorLaw::Cauchy(0.0, a), POSITIVE),
        "log-normal" => (PriorLaw::LogNormal(a, b), POSITIVE),
        "log-laplace" => (PriorLaw::LogLaplace(a, b), POSITIVE),
        "gamma" => (PriorLaw::Gamma(a, b), POSITIVE),
        "exponential" => (PriorLaw::Exponential(a), POSITIVE),
        _ => (PriorLaw::Flat, EVERYWHERE),
    };
    Ok(Written { law, support })
}

fn numbers(inside: &str) -> Option<Vec<f64>> {
    if inside.trim().is_empty() {
        return Some(Vec::new());
    }
    let number = |text: &str| text.trim().parse().ok().filter(|x: &f64| x.is_finite());
    inside.split(',').map(number).collect()
}
