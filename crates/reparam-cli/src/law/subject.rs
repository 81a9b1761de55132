//! Laws of numbers and of vectors behind one face.

use reparam_core::law::{
    Family, Law, MultivariateFamily, MultivariateLaw, Parameter, ParameterError, Path, families, multivariate_families,
};

use super::recipe::plausible;
use super::truncation::Truncation;

/// A family of laws of numbers, or of vectors and matrices.
#[derive(Clone, Copy, Debug)]
pub enum AnyFamily {
    /// Of numbers.
    Scalar(&'static Family),
    /// Of numbers, between bounds.
    Truncated(&'static Truncation),
    /// Of vectors and matrices.
    Vector(&'static MultivariateFamily),
}

/// What a law draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Numbers with a density
    Continuous,
    /// Isolated points: counts, indices
    Discrete,
    /// Vectors and matrices
    Multivariate,
}

/// All families, in the order of the library.
pub fn all() -> impl Iterator<Item = AnyFamily> {
    families().map(AnyFamily::Scalar).chain(multivariate_families().map(AnyFamily::Vector))
}

impl AnyFamily {
    /// Its kebab-case name; that of the family that is truncated.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar(f) => f.name,
            Self::Truncated(t) => t.family.name,
            Self::Vector(f) => f.name,
        }
    }

    /// Its parameters, in order.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Scalar(f) => f.parameters,
            Self::Truncated(t) => &t.parameters,
            Self::Vector(f) => f.parameters,
        }
    }

    /// Its support in words.
    pub fn support(self) -> &'static str {
        match self {
            Self::Scalar(f) => f.support,
            Self::Truncated(t) => &t.support,
            Self::Vector(f) => f.support,
        }
    }

    /// How it draws.
    pub fn method(self) -> &'static str {
        match self {
            Self::Scalar(f) => f.method,
            Self::Truncated(_) => "inverse distribution function",
            Self::Vector(f) => f.method,
        }
    }

    /// Whether the entropy is a closed form.
    pub fn closed_entropy(self) -> bool {
        match self {
            Self::Scalar(f) => f.closed_entropy,
            Self::Truncated(_) => false,
            Self::Vector(f) => f.closed_entropy,
        }
    }

    /// What it draws. Laws of isolated points have no path, and say so of a member.
    pub fn kind(self) -> Kind {
        let discrete = |f: &Family| {
            let jumps = f.parameters.iter().all(|p| p.path == Path::None);
            jumps && self.build(&plausible(self)).is_ok_and(|law| law.is_discrete())
        };
        match self {
            Self::Vector(_) => Kind::Multivariate,
            Self::Truncated(t) => Self::Scalar(t.family).kind(),
            Self::Scalar(f) if discrete(f) => Kind::Discrete,
            Self::Scalar(_) => Kind::Continuous,
        }
    }

    /// The law with these parameters, in order.
    pub fn build(self, values: &[Vec<f64>]) -> Result<AnyLaw, ParameterError> {
        let law = self.name();
        for (parameter, values) in self.parameters().iter().zip(values) {
            if !parameter.vector && values.len() != 1 {
                let rule = format!("{} must be one number, got {}", parameter.name, values.len());
                return Err(ParameterError::Together { law, rule });
            }
        }
        match self {
            Self::Scalar(f) => Ok(AnyLaw::Scalar(f.build(&self.joined(values)?)?)),
            Self::Truncated(t) => Ok(AnyLaw::Scalar(t.build(&self.joined(values)?)?)),
            Self::Vector(f) => {
                let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
                Ok(AnyLaw::Vector(f.build(&values)?))
            }
        }
    }

    /// Parameters one after the other, as the library takes them; it would cut unequal vectors in the wrong places.
    fn joined(self, values: &[Vec<f64>]) -> Result<Vec<f64>, ParameterError> {
        let mut vectors = self.parameters().iter().zip(values).filter(|(p, _)| p.vector);
        if let Some((first, numbers)) = vectors.next()
            && let Some((other, others)) = vectors.find(|(_, v)| v.len() != numbers.len())
        {
            let (a, b) = (numbers.len(), others.len());
            let rule = format!("{} and {} must be of one length, got {a} and {b}", first.name, other.name);
            return Err(ParameterError::Together { law: self.name(), rule });
        }
        Ok(values.concat())
    }
}

/// A law of numbers, or of vectors and matrices.
#[derive(Debug)]
pub enum AnyLaw {
    /// Of numbers.
    Scalar(Box<dyn Law>),
    /// Of vectors and matrices.
    Vector(Box<dyn MultivariateLaw>),
}

impl AnyLaw {
    /// Whether values are isolated points, each with a mass.
    pub fn is_discrete(&self) -> bool {
        match self {
            Self::Scalar(law) => law.support().is_discrete(),
            // Their support is words: those that move with no parameter jump.
            Self::Vector(law) => law.as_pathwise().is_none(),
        }
    }

    /// How many numbers a value has.
    pub fn len(&self) -> usize {
        match self {
            Self::Scalar(_) => 1,
            Self::Vector(law) => law.len(),
        }
    }

    /// The shape of a value; none for a number.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Scalar(_) => Vec::new(),
            Self::Vector(law) => law.shape(),
        }
    }

    /// The numbers of each parameter of its family, as the law holds them.
    pub fn parameters(&self, family: AnyFamily) -> Vec<Vec<f64>> {
        match self {
            Self::Scalar(law) => split(family.parameters(), &law.parameters()),
            Self::Vector(law) => law.parameters(),
        }
    }

    /// How many numbers each parameter has.
    pub fn widths(&self, family: AnyFamily) -> Vec<usize> {
        self.parameters(family).iter().map(Vec::len).collect()
    }

    /// `log p(x)`.
    pub fn log_prob(&self, x: &[f64]) -> f64 {
        match self {
            Self::Scalar(law) => law.log_prob(x[0]),
            Self::Vector(law) => law.log_prob(x),
        }
    }

    /// `∂ log p(x) / ∂ parameter`, all numbers of all parameters; `out` is as long as they are many.
    pub fn score(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        match self {
            Self::Scalar(law) => law.score(x[0], out),
            Self::Vector(law) => law.score(x, out),
        }
    }

    /// Whether draws have a derivative.
    pub fn has_path(&self) -> bool {
        match self {
            Self::Scalar(law) => law.as_pathwise().is_some(),
            Self::Vector(law) => law.as_pathwise().is_some(),
        }
    }

    /// `∂x_i / ∂ parameter` at a draw `x`, a row for each number of `x`; nothing where there is no path.
    pub fn pathwise(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        match self {
            Self::Scalar(law) => {
                if let Some(law) = law.as_pathwise() {
                    law.pathwise(x[0], out);
                }
            }
            Self::Vector(law) => {
                let Some(law) = law.as_pathwise() else { return };
                let mut unit = vec![0.0; x.len()];
                let width = out.len() / x.len().max(1);
                for (i, row) in out.chunks_exact_mut(width.max(1)).enumerate().take(x.len()) {
                    unit[i] = 1.0;
                    law.pull_back(x, &unit, row);
                    unit[i] = 0.0;
                }
            }
        }
    }

    /// Whether `x` can be drawn: it lies in the support, or has a density all the same.
    pub fn holds(&self, x: &[f64], log_prob: f64) -> bool {
        match self {
            Self::Scalar(law) => log_prob > f64::NEG_INFINITY || law.support().contains(x[0]),
            Self::Vector(law) => log_prob > f64::NEG_INFINITY || law.contains(x),
        }
    }
}

/// Cuts numbers into those of each parameter: vectors share equally what the scalars leave.
fn split(parameters: &[Parameter], numbers: &[f64]) -> Vec<Vec<f64>> {
    let vectors = parameters.iter().filter(|p| p.vector).count();
    let each = (numbers.len() + vectors).saturating_sub(parameters.len()).checked_div(vectors).unwrap_or(1);
    let mut rest = numbers;
    parameters
        .iter()
        .map(|p| {
            let (here, after) = rest.split_at(if p.vector { each } else { 1 }.min(rest.len()));
            rest = after;
            here.to_vec()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reparam_core::law::Support;

    #[test]
    fn numbers_are_cut_where_the_parameters_are() {
        let scalar = Parameter { name: "a", rule: Support::Real, vector: false, path: Path::None };
        let vector = Parameter { vector: true, ..scalar };
        assert_eq!(split(&[scalar, scalar], &[1.0, 2.0]), [[1.0], [2.0]]);
        assert_eq!(split(&[scalar, vector], &[1.0, 2.0, 3.0]), [vec![1.0], vec![2.0, 3.0]]);
        assert_eq!(
            split(&[vector, vector, scalar], &[1.0, 2.0, 3.0, 4.0, 5.0]),
            [vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0]]
        );
        assert_eq!(split(&[vector], &[]), [Vec::<f64>::new()]);
    }

    #[test]
    fn every_name_is_kebab_case_and_there_once() {
        let mut seen = std::collections::BTreeSet::new();
        for family in all() {
            let name = family.name();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
            assert!(seen.insert(name), "{name}");
        }
    }
}
