//! Expressions over named numbers.

mod build;
mod graph;
mod inspect;
mod slope;
mod symbolic;
mod tape;
mod text;

pub use build::ExpressionError;
pub(crate) use graph::{Binary, Graph, Node, Operation};
pub(crate) use tape::Tape;

/// A formula: of a rate, an observable, a noise level.
///
/// ```
/// use reparam_dynamics::{Expression, Function};
///
/// let x = Expression::Symbol("x".into());
/// let cube = Expression::Apply(Function::Power, vec![x, Expression::Number(3.0)]);
/// assert_eq!(cube.derivative("x")?.to_string(), "3 * x^2");
/// assert_eq!(cube.derivative("x")?.value(&|name| (name == "x").then_some(-2.0)), Ok(12.0));
/// # Ok::<(), reparam_dynamics::ExpressionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A constant.
    Number(f64),
    /// A name: a state, a parameter, an assigned quantity, or `time`.
    Symbol(String),
    /// A function of others.
    Apply(Function, Vec<Expression>),
}

/// What [`Expression::Apply`] applies. Comparisons and logic give 1 or 0; what is not 0 is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// Sum of any number of terms.
    Add,
    /// Product of any number of factors.
    Multiply,
    /// First less second.
    Subtract,
    /// First by second.
    Divide,
    /// First to the power of the second.
    Power,
    /// Minus.
    Negate,
    /// Exponential.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Logarithm to base 10.
    Log10,
    /// Logarithm to base 2.
    Log2,
    /// Square root.
    Sqrt,
    /// Absolute value.
    Abs,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Tangent.
    Tan,
    /// Inverse sine.
    Asin,
    /// Inverse cosine.
    Acos,
    /// Inverse tangent.
    Atan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Largest whole number not above.
    Floor,
    /// Smallest whole number not below.
    Ceiling,
    /// Smallest of any number.
    Min,
    /// Largest of any number.
    Max,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// All are true.
    And,
    /// Any is true.
    Or,
    /// Is not true.
    Not,
    /// `value, condition, value, condition, …, otherwise`: the first value whose condition is true.
    Piecewise,
}
