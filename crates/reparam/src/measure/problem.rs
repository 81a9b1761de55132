//! The question: the gradient of an expected cost of draws from a law.

use std::fmt;
use std::sync::Arc;

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam_core::law::{Law, MultivariateLaw};

use super::replicated::AnyLaw;

/// A cost on draws `[S, N, E]`, `E` numbers a draw (one-hot entries for categories), to `[S, N]`; 64-bit floats.
pub type ProblemCost = Arc<dyn Fn(Tensor<3>) -> Tensor<2> + Send + Sync>;

/// What is drawn.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Numbers or vectors from a law of [`reparam_core::law`].
    Law(AnyLaw),
    /// Independent coins with these log-odds.
    Coins(Vec<f64>),
    /// Independent categories, one-hot, with these unnormalised log-probabilities; all of one length.
    Categories(Vec<Vec<f64>>),
}

/// The gradient of an expected cost in the parameters of a law.
///
/// ```
/// use reparam::measure::{Problem, Subject};
/// use reparam_core::law::family;
/// let law = family("normal").unwrap().build(&[1.0, 0.5]).unwrap();
/// let problem = Problem::new(Subject::scalar(law), |z| (z - 3.0).square().squeeze_dim::<2>(2));
/// assert_eq!(problem.parameters(), [("loc".to_owned(), 1.0), ("scale".to_owned(), 0.5)]);
/// ```
#[derive(Clone)]
pub struct Problem {
    pub(super) subject: Subject,
    pub(super) cost: ProblemCost,
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl Subject {
    /// Of a law of numbers; Bernoulli and categorical laws become coins and categories.
    pub fn scalar(law: Box<dyn Law>) -> Self {
        match law.family().name {
            "bernoulli" => Self::Coins(law.parameters()),
            "categorical" => Self::Categories(vec![law.parameters()]),
            _ => Self::Law(AnyLaw::Scalar(Arc::from(law))),
        }
    }

    /// Of a law of vectors; the one-hot categorical law becomes categories.
    pub fn vector(law: Box<dyn MultivariateLaw>) -> Self {
        match law.family().name {
            "one-hot-categorical" => Self::Categories(law.parameters()),
            _ => Self::Law(AnyLaw::Vector(Arc::from(law))),
        }
    }

    /// Numbers of a draw.
    pub fn width(&self) -> usize {
        match self {
            Self::Law(law) => law.width(),
            Self::Coins(logits) => logits.len(),
            Self::Categories(logits) => logits.iter().map(Vec::len).sum(),
        }
    }
}

impl Problem {
    /// A law and a cost that is differentiable where it is continuous.
    pub fn new(subject: Subject, cost: impl Fn(Tensor<3>) -> Tensor<2> + Send + Sync + 'static) -> Self {
        Self { subject, cost: Arc::new(cost) }
    }

    /// What is drawn.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Names and values of all numbers of all parameters: `loc`, `logits[2]`.
    pub fn parameters(&self) -> Vec<(String, f64)> {
        let indexed = |name: &str, values: &[f64], first: usize| {
            values.iter().enumerate().map(|(i, v)| (format!("{name}[{}]", first + i), *v)).collect::<Vec<_>>()
        };
        match &self.subject {
            Subject::Law(AnyLaw::Scalar(law)) => law.parameter_names().into_iter().zip(law.parameters()).collect(),
            Subject::Law(AnyLaw::Vector(law)) => {
                let all = law.family().parameters.iter().zip(law.parameters());
                all.flat_map(|(p, v)| if p.vector { indexed(p.name, &v, 0) } else { vec![(p.name.into(), v[0])] })
                    .collect()
            }
            Subject::Coins(logits) if logits.len() == 1 => vec![("logits".to_owned(), logits[0])],
            Subject::Coins(logits) => indexed("logits", logits, 0),
            Subject::Categories(logits) => {
                let starts = logits.iter().scan(0, |at, l| {
                    *at += l.len();
                    Some(*at - l.len())
                });
                logits.iter().zip(starts).flat_map(|(l, start)| indexed("logits", l, start)).collect()
            }
        }
    }

    /// What keeps this from being a problem.
    pub(super) fn check(&self) -> Result<(), String> {
        let numbers: &[f64] = match &self.subject {
            Subject::Law(_) => return Ok(()),
            Subject::Coins(logits) if logits.is_empty() => return Err("there must be at least 1 coin, got 0".into()),
            Subject::Coins(logits) => logits,
            Subject::Categories(logits) => {
                let length = logits.first().map_or(0, Vec::len);
                if length == 0 {
                    return Err("there must be at least 1 category, got 0".into());
                }
                if let Some((i, odd)) = logits.iter().enumerate().find(|(_, l)| l.len() != length) {
                    let got = odd.len();
                    return Err(format!(
                        "all variables must have the {length} categories of the first, got {got} at {i}"
                    ));
                }
                &logits.concat()
            }
        };
        match numbers.iter().position(|l| !l.is_finite()) {
            Some(i) => Err(format!("logits must be finite, got {} at index {i}", numbers[i])),
            None => Ok(()),
        }
    }

    /// Whether the ends of the support move with a parameter: the score function does not see that.
    pub(super) fn support_moves(&self) -> bool {
        matches!(&self.subject, Subject::Law(AnyLaw::Scalar(law)) if reparam_core::diagnose::support_moves(law.as_ref()))
    }

    /// Costs and their derivatives at numbers, for laws of numbers.
    pub(super) fn slopes(&self, places: &[f64], costs: &mut [f64], slopes: &mut [f64]) {
        let data = TensorData::new(places.to_vec(), [1, places.len(), 1]);
        let at = Tensor::<3>::from_data(data, (&Device::flex(), DType::F64));
        let found = crate::estimator::slope_at(self.cost.as_ref(), at);
        let copy = |out: &mut [f64], values: Vec<f64>| out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
        copy(costs, super::replicated::numbers(found.cost));
        copy(slopes, super::replicated::numbers(found.slope));
    }
}
