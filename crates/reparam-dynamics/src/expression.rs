//! Expressions over named numbers.

/// A formula: of a rate, an observable, a noise level.
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
