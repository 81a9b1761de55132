//! Losses as formulas: `(x-3)^2`, `softplus(x0) * x1`, `if(x > 0, 1, exp(x))`.
//!
//! A formula is read by a parser library into a small tree, and the tree is evaluated on whole tensors, so that the derivative is that of
//! Burn's automatic differentiation.

mod error;
mod evaluate;
mod function;
mod parse;
#[cfg(test)]
mod tests;
mod value;
mod variables;

pub use error::ExpressionError;

pub use variables::Variables;

use burn::tensor::Tensor;

use function::{Binary, Unary};

/// Characters of a formula at most, and levels of its tree: what evaluates it calls itself once a level.
const MOST_CHARACTERS: usize = 4000;
const MOST_LEVELS: usize = 250;

/// A formula of draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    root: Node,
    variables: Variables,
}

/// A node of a formula.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Constant(f64),
    /// A number of the draw; the one after the last is the index of a category.
    Variable(usize),
    Unary(Unary, Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    /// The second where the first is not 0, the third elsewhere.
    Choice(Box<[Node; 3]>),
}

impl Expression {
    /// Reads a formula in these variables.
    ///
    /// # Errors
    /// What is wrong, and at which character.
    pub fn parse(text: &str, variables: Variables) -> Result<Self, ExpressionError> {
        Ok(Self { root: parse::parse(text, variables)?, variables })
    }

    /// Its value for draws `[S, N, K]` of K numbers each: `[S, N]`.
    pub fn evaluate(&self, draws: &Tensor<3>) -> Tensor<2> {
        evaluate::evaluate(&self.root, draws)
    }

    /// Whether draws occur in it at all.
    pub fn uses_draws(&self) -> bool {
        self.root.any(&|node| matches!(node, Node::Variable(_)))
    }

    /// Whether it is written with steps, whose derivative is 0 where it exists.
    pub fn has_steps(&self) -> bool {
        self.root.any(&|node| match node {
            Node::Unary(unary, _) => matches!(unary, Unary::Step | Unary::Sign),
            Node::Binary(binary, ..) => binary.compares(),
            Node::Choice(_) => true,
            Node::Constant(_) | Node::Variable(_) => false,
        })
    }
}

impl Node {
    /// Whether this holds of a node of the tree.
    fn any(&self, holds: &dyn Fn(&Self) -> bool) -> bool {
        holds(self)
            || match self {
                Self::Constant(_) | Self::Variable(_) => false,
                Self::Unary(_, inner) => inner.any(holds),
                Self::Binary(_, left, right) => left.any(holds) || right.any(holds),
                Self::Choice(parts) => parts.iter().any(|part| part.any(holds)),
            }
    }

    /// Levels of the tree.
    fn levels(&self) -> usize {
        1 + match self {
            Self::Constant(_) | Self::Variable(_) => 0,
            Self::Unary(_, inner) => inner.levels(),
            Self::Binary(_, left, right) => left.levels().max(right.levels()),
            Self::Choice(parts) => parts.iter().map(Self::levels).max().unwrap_or(0),
        }
    }
}
