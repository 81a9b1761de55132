//! The loss: a formula, or a number for each category.

use burn::tensor::{Tensor, TensorData};
use reparam::measure::{Problem, Subject};

use super::CompareError;
use super::args::CompareArgs;
use super::expression::{Expression, Variables};
use crate::law::{List, read, shown};

/// A loss of draws.
#[derive(Clone, Debug)]
pub enum Loss {
    /// As it was typed, and read.
    Formula(String, Expression),
    /// Of each category, or of 0 and 1.
    Table(Vec<f64>),
}

impl Loss {
    /// The loss that is asked for, of draws of this kind.
    pub fn new(args: &CompareArgs, subject: &Subject) -> Result<Self, CompareError> {
        let variables = variables(subject);
        if let Some(text) = &args.loss_table {
            return table(text, subject);
        }
        let text = args.loss.clone().unwrap_or_else(|| match variables {
            Variables::Vector(count) => (0..count).map(|i| format!("x{i}^2")).collect::<Vec<_>>().join(" + "),
            Variables::Number | Variables::Categories(_) => "(x-3)^2".into(),
        });
        let expression = Expression::parse(&text, variables)?;
        Ok(Self::Formula(text, expression))
    }

    /// As people write it.
    pub fn described(&self) -> String {
        match self {
            Self::Formula(text, _) => shown(text),
            Self::Table(numbers) => format!("table {}", List(numbers)),
        }
    }

    /// What is to be said about it.
    pub fn notes(&self) -> Vec<String> {
        let Self::Formula(_, expression) = self else { return Vec::new() };
        let mut notes = Vec::new();
        if !expression.uses_draws() {
            notes.push("the loss does not depend on the draw: all gradients are 0".to_owned());
        } else if expression.has_steps() {
            notes.push("the loss is written with steps, and its derivative does not see them".to_owned());
        }
        notes
    }

    /// The problem of this loss.
    pub fn problem(&self, subject: Subject) -> Problem {
        match self.clone() {
            Self::Formula(_, expression) => Problem::new(subject, move |draws| expression.evaluate(&draws)),
            Self::Table(numbers) => Problem::new(subject, move |draws| linear(&draws, &numbers)),
        }
    }
}

/// Names of the numbers of a draw.
fn variables(subject: &Subject) -> Variables {
    match subject {
        Subject::Categories(_) => Variables::Categories(subject.width()),
        Subject::Law(reparam::measure::AnyLaw::Vector(_)) => Variables::Vector(subject.width()),
        Subject::Coins(logits) if logits.len() > 1 => Variables::Vector(logits.len()),
        Subject::Law(_) | Subject::Coins(_) => Variables::Number,
    }
}

fn table(text: &str, subject: &Subject) -> Result<Loss, CompareError> {
    let mut numbers = Vec::new();
    let wanted = match subject {
        Subject::Coins(_) => 2,
        Subject::Categories(_) => subject.width(),
        Subject::Law(_) => {
            return Err(CompareError::option(
                "--loss-table",
                "for coins and categories (bernoulli, categorical)",
                "another law",
            )
            .with_hint("say --loss with a formula of the draw"));
        }
    };
    let rule = format!("{wanted} finite numbers with commas, one for each outcome");
    let read = read(text, &mut numbers);
    if let Err(piece) = read {
        return Err(CompareError::option("--loss-table", rule, format!("'{}'", shown(piece))));
    }
    if numbers.len() != wanted || numbers.iter().any(|number| !number.is_finite()) {
        return Err(CompareError::option("--loss-table", rule, List(&numbers)));
    }
    Ok(Loss::Table(numbers))
}

/// `Σ x_k f_k` for categories, `f_0 + (f_1 - f_0) x` for coins: `[S, N, K]` to `[S, N]`.
fn linear(draws: &Tensor<3>, numbers: &[f64]) -> Tensor<2> {
    let [count, rows, width] = draws.dims();
    if width == 1 {
        let (zero, one) = (numbers.first().copied().unwrap_or(0.0), numbers.get(1).copied().unwrap_or(0.0));
        return draws.clone().reshape([count, rows]) * (one - zero) + zero;
    }
    let data = TensorData::new(numbers.to_vec(), [1, 1, width]);
    let numbers = Tensor::<3>::from_data(data, (&draws.device(), draws.dtype()));
    (draws.clone() * numbers).sum_dim(2).reshape([count, rows])
}
