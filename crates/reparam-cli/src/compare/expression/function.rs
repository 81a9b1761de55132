//! Functions and operators of formulas.

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Negate,
    Exp,
    Log,
    Sqrt,
    Sin,
    Cos,
    Tan,
    Tanh,
    Sigmoid,
    Softplus,
    Relu,
    Abs,
    Square,
    Sign,
    Step,
}

/// Functions of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Times,
    Over,
    Power,
    Least,
    Most,
    Above,
    Below,
    AtLeast,
    AtMost,
    Equal,
    Unequal,
}

impl Binary {
    /// Whether it is a comparison, 1 where it holds and 0 elsewhere.
    pub fn compares(self) -> bool {
        matches!(self, Self::Above | Self::Below | Self::AtLeast | Self::AtMost | Self::Equal | Self::Unequal)
    }
}

/// What a name with parentheses means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Unary(Unary),
    Binary(Binary),
    Choice,
}

impl Function {
    /// How many numbers it takes.
    pub fn arguments(self) -> usize {
        match self {
            Self::Unary(_) => 1,
            Self::Binary(_) => 2,
            Self::Choice => 3,
        }
    }
}

const TABLE: [(&str, Function); 19] = [
    ("exp", Function::Unary(Unary::Exp)),
    ("log", Function::Unary(Unary::Log)),
    ("ln", Function::Unary(Unary::Log)),
    ("sqrt", Function::Unary(Unary::Sqrt)),
    ("sin", Function::Unary(Unary::Sin)),
    ("cos", Function::Unary(Unary::Cos)),
    ("tan", Function::Unary(Unary::Tan)),
    ("tanh", Function::Unary(Unary::Tanh)),
    ("sigmoid", Function::Unary(Unary::Sigmoid)),
    ("softplus", Function::Unary(Unary::Softplus)),
    ("relu", Function::Unary(Unary::Relu)),
    ("abs", Function::Unary(Unary::Abs)),
    ("square", Function::Unary(Unary::Square)),
    ("sign", Function::Unary(Unary::Sign)),
    ("step", Function::Unary(Unary::Step)),
    ("min", Function::Binary(Binary::Least)),
    ("max", Function::Binary(Binary::Most)),
    ("pow", Function::Binary(Binary::Power)),
    ("if", Function::Choice),
];

/// The functions in words.
pub const FUNCTIONS: &str = "exp log ln sqrt sin cos tan tanh sigmoid softplus relu abs square sign step, min max pow (two numbers), \
                             if(condition, then, else)";
/// The operators in words.
pub const OPERATORS: &str = "+ - * / ^ and > < >= <= == != (1 or 0)";

/// The function of a name.
pub(super) fn find(name: &str) -> Option<Function> {
    TABLE.iter().find(|entry| entry.0 == name).map(|entry| entry.1)
}

/// The number of a name.
pub(super) fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" => Some(std::f64::consts::PI),
        "e" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// All names that stand for a function.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|entry| entry.0)
}
