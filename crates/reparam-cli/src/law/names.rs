//! From what people type to a law: kebab-case names, class names of other libraries, and what is near.

use super::LawError;
use super::subject::{AnyFamily, all};

/// Other names of laws, in small letters without separators. An entry whose law is not in the catalogue is never found.
const OTHER_NAMES: [(&str, &str); 40] = [
    // Textbooks.
    ("gaussian", "normal"),
    ("doubleexponential", "laplace"),
    ("lorentz", "cauchy"),
    ("wald", "inverse-gaussian"),
    ("f", "fisher-snedecor"),
    ("t", "student-t"),
    ("student", "student-t"),
    ("chisquare", "chi2"),
    ("chisquared", "chi2"),
    ("concrete", "gumbel-softmax"),
    ("relaxedonehotcategorical", "gumbel-softmax"),
    ("relaxedcategorical", "gumbel-softmax"),
    ("relaxedbernoulli", "binary-concrete"),
    ("mvn", "multivariate-normal"),
    ("mvt", "multivariate-student-t"),
    ("multivariatet", "multivariate-student-t"),
    ("lowrankmvn", "low-rank-multivariate-normal"),
    ("lkj", "lkj-cholesky"),
    ("gaussianmixture", "normal-mixture"),
    ("mixture", "normal-mixture"),
    ("histogram", "tabulated"),
    ("zip", "zero-inflated-poisson"),
    ("zinb", "zero-inflated-negative-binomial"),
    // SciPy and R.
    ("norm", "normal"),
    ("expon", "exponential"),
    ("exp", "exponential"),
    ("lognorm", "log-normal"),
    ("lnorm", "log-normal"),
    ("invgauss", "inverse-gaussian"),
    ("invgamma", "inverse-gamma"),
    ("weibullmin", "weibull"),
    ("gumbelr", "gumbel"),
    ("halfnorm", "half-normal"),
    ("truncnorm", "truncated-normal"),
    ("unif", "uniform"),
    ("binom", "binomial"),
    ("nbinom", "negative-binomial"),
    ("pois", "poisson"),
    ("geom", "geometric"),
    ("squashednormal", "tanh-normal"),
];

/// Small letters and digits alone: `StudentT`, `student_t` and `student-t` are one name.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The family that is meant.
///
/// # Errors
/// No law of that name; the names that are near.
pub fn find(name: &str) -> Result<AnyFamily, LawError> {
    let wanted = bare(name);
    let named = |wanted: &str| all().find(|family| bare(family.name()) == wanted);
    let other = || OTHER_NAMES.iter().find(|(other, _)| *other == wanted).and_then(|(_, law)| named(&bare(law)));
    named(&wanted)
        .or_else(other)
        .ok_or_else(|| LawError::UnknownLaw { name: name.to_owned(), nearest: nearest(&wanted) })
}

/// At most three names that are spelled almost so, the nearest first.
fn nearest(wanted: &str) -> Vec<&'static str> {
    let mut near: Vec<(f64, &'static str)> = all()
        .map(|family| {
            let name = bare(family.name());
            let alike = strsim::normalized_damerau_levenshtein(&name, wanted);
            // A part of a name is nearer than its length says: 'mises'.
            let part = wanted.len() >= 3 && (name.contains(wanted) || wanted.contains(&name));
            let through = OTHER_NAMES.iter().filter(|(_, law)| *law == family.name());
            let through = through.map(|(other, _)| strsim::normalized_damerau_levenshtein(other, wanted));
            (through.fold(alike, f64::max).max(if part { 0.7 } else { 0.0 }), family.name())
        })
        .filter(|(alike, _)| *alike >= 0.6)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Whether a law is meant by a filter of the catalogue: a part of its name, in any spelling.
pub fn matches(family: AnyFamily, filter: &str) -> bool {
    bare(family.name()).contains(&bare(filter)) || find(filter).is_ok_and(|found| found.name() == family.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_law() {
        for name in ["continuous-bernoulli", "ContinuousBernoulli", "continuous_bernoulli", "CONTINUOUS BERNOULLI"] {
            assert_eq!(find(name).unwrap().name(), "continuous-bernoulli");
        }
        for name in ["gaussian", "Normal", "norm"] {
            assert_eq!(find(name).unwrap().name(), "normal");
        }
    }

    #[test]
    fn other_names_hide_no_law() {
        for (other, _) in OTHER_NAMES {
            assert_eq!(bare(other), other);
            assert!(all().all(|family| bare(family.name()) != other), "{other}");
        }
    }

    #[test]
    fn near_names_are_offered() {
        for (typed, wanted) in
            [("norml", "normal"), ("lapalce", "laplace"), ("gausian", "normal"), ("bernouli", "bernoulli")]
        {
            match find(typed) {
                Err(LawError::UnknownLaw { nearest, .. }) => assert_eq!(nearest.first(), Some(&wanted), "{typed}"),
                other => panic!("{typed}: {other:?}"),
            }
        }
        assert!(matches!(find("zzz"), Err(LawError::UnknownLaw { nearest, .. }) if nearest.is_empty()));
        assert!(find("").is_err());
    }
}
