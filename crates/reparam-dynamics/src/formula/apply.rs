//! Functions by name; those that an [`Expression`] lacks are made of those that it has.

use super::FormulaFault;
use crate::{Expression, Function};

/// How many arguments a function takes.
#[derive(Clone, Copy)]
enum Takes {
    One,
    OneOrTwo,
    Two,
    Some,
    Pieces,
}

impl Takes {
    fn allows(self, count: usize) -> bool {
        match self {
            Self::One => count == 1,
            Self::OneOrTwo => count == 1 || count == 2,
            Self::Two => count == 2,
            Self::Some => count > 0,
            Self::Pieces => count >= 3 && count % 2 == 1,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::One => "1 argument",
            Self::OneOrTwo => "1 or 2 arguments",
            Self::Two => "2 arguments",
            Self::Some => "1 argument or more",
            Self::Pieces => "value, condition, …, otherwise",
        }
    }
}

/// How a name becomes an expression.
#[derive(Clone, Copy)]
enum Meaning {
    /// It is a function of its own.
    Is(Function),
    /// It is an expression of its one argument, with so many levels.
    Of(usize, fn(Expression) -> Expression),
    /// `log`, to any base.
    Log,
}

use Meaning::{Is, Of};

const FUNCTIONS: [(&str, Takes, Meaning); 57] = [
    ("exp", Takes::One, Is(Function::Exp)),
    ("ln", Takes::One, Is(Function::Ln)),
    ("log", Takes::OneOrTwo, Meaning::Log),
    ("log10", Takes::One, Is(Function::Log10)),
    ("log2", Takes::One, Is(Function::Log2)),
    ("sqrt", Takes::One, Is(Function::Sqrt)),
    ("pow", Takes::Two, Is(Function::Power)),
    ("abs", Takes::One, Is(Function::Abs)),
    ("floor", Takes::One, Is(Function::Floor)),
    ("ceil", Takes::One, Is(Function::Ceiling)),
    ("ceiling", Takes::One, Is(Function::Ceiling)),
    ("min", Takes::Some, Is(Function::Min)),
    ("max", Takes::Some, Is(Function::Max)),
    ("piecewise", Takes::Pieces, Is(Function::Piecewise)),
    ("sign", Takes::One, Of(2, |x| step(x, [-1.0, 0.0, 1.0]))),
    ("heaviside", Takes::One, Of(2, |x| step(x, [0.0, 0.5, 1.0]))),
    ("sin", Takes::One, Is(Function::Sin)),
    ("cos", Takes::One, Is(Function::Cos)),
    ("tan", Takes::One, Is(Function::Tan)),
    ("asin", Takes::One, Is(Function::Asin)),
    ("acos", Takes::One, Is(Function::Acos)),
    ("atan", Takes::One, Is(Function::Atan)),
    ("arcsin", Takes::One, Is(Function::Asin)),
    ("arccos", Takes::One, Is(Function::Acos)),
    ("arctan", Takes::One, Is(Function::Atan)),
    ("sinh", Takes::One, Is(Function::Sinh)),
    ("cosh", Takes::One, Is(Function::Cosh)),
    ("tanh", Takes::One, Is(Function::Tanh)),
    ("sec", Takes::One, Of(2, |x| inverse(of(Function::Cos, x)))),
    ("csc", Takes::One, Of(2, |x| inverse(of(Function::Sin, x)))),
    ("cot", Takes::One, Of(2, |x| inverse(of(Function::Tan, x)))),
    ("sech", Takes::One, Of(2, |x| inverse(of(Function::Cosh, x)))),
    ("csch", Takes::One, Of(2, |x| inverse(of(Function::Sinh, x)))),
    ("coth", Takes::One, Of(2, |x| inverse(of(Function::Tanh, x)))),
    ("asec", Takes::One, Of(2, |x| of(Function::Acos, inverse(x)))),
    ("acsc", Takes::One, Of(2, |x| of(Function::Asin, inverse(x)))),
    ("acot", Takes::One, Of(2, |x| of(Function::Atan, inverse(x)))),
    ("arcsec", Takes::One, Of(2, |x| of(Function::Acos, inverse(x)))),
    ("arccsc", Takes::One, Of(2, |x| of(Function::Asin, inverse(x)))),
    ("arccot", Takes::One, Of(2, |x| of(Function::Atan, inverse(x)))),
    ("asinh", Takes::One, Of(5, asinh)),
    ("acosh", Takes::One, Of(5, acosh)),
    ("atanh", Takes::One, Of(4, atanh)),
    ("arcsinh", Takes::One, Of(5, asinh)),
    ("arccosh", Takes::One, Of(5, acosh)),
    ("arctanh", Takes::One, Of(4, atanh)),
    ("arsinh", Takes::One, Of(5, asinh)),
    ("arcosh", Takes::One, Of(5, acosh)),
    ("artanh", Takes::One, Of(4, atanh)),
    ("asech", Takes::One, Of(6, |x| acosh(inverse(x)))),
    ("acsch", Takes::One, Of(6, |x| asinh(inverse(x)))),
    ("acoth", Takes::One, Of(5, |x| atanh(inverse(x)))),
    ("arcsech", Takes::One, Of(6, |x| acosh(inverse(x)))),
    ("arccsch", Takes::One, Of(6, |x| asinh(inverse(x)))),
    ("arccoth", Takes::One, Of(5, |x| atanh(inverse(x)))),
    ("arsech", Takes::One, Of(6, |x| acosh(inverse(x)))),
    ("arcsch", Takes::One, Of(6, |x| asinh(inverse(x)))),
];

/// The expression that a call stands for, and the levels that it adds above its arguments.
pub(super) fn apply(name: &str, mut arguments: Vec<Expression>) -> Result<(Expression, usize), FormulaFault> {
    let Some((_, takes, meaning)) = FUNCTIONS.iter().find(|entry| entry.0 == name) else {
        let nearest = crate::nearest::nearest(name, FUNCTIONS.iter().map(|entry| entry.0));
        return Err(FormulaFault::Function { name: name.into(), nearest });
    };
    let found = arguments.len();
    if !takes.allows(found) {
        return Err(FormulaFault::Arguments { function: name.into(), takes: takes.describe(), found });
    }
    Ok(match meaning {
        Is(function) => (Expression::Apply(*function, arguments), 1),
        Of(..) if count(&arguments[0]) > LONG => return Err(FormulaFault::Long(name.into())),
        Of(levels, make) => (make(arguments.remove(0)), *levels),
        Meaning::Log if found == 1 => (of(Function::Ln, arguments.remove(0)), 1),
        Meaning::Log => {
            let logs = arguments.into_iter().map(|x| of(Function::Ln, x)).collect();
            (Expression::Apply(Function::Divide, logs), 2)
        }
    })
}

/// Parts of an argument that may be repeated: each of these functions within another would double them.
const LONG: usize = 1000;

fn count(expression: &Expression) -> usize {
    match expression {
        Expression::Apply(_, parts) => 1 + parts.iter().map(count).sum::<usize>(),
        _ => 1,
    }
}

fn of(function: Function, x: Expression) -> Expression {
    Expression::Apply(function, vec![x])
}

fn pair(function: Function, x: Expression, y: Expression) -> Expression {
    Expression::Apply(function, vec![x, y])
}

fn number(x: f64) -> Expression {
    Expression::Number(x)
}

fn inverse(x: Expression) -> Expression {
    pair(Function::Divide, number(1.0), x)
}

/// Below, at and above 0.
fn step(x: Expression, [below, at, above]: [f64; 3]) -> Expression {
    let negative = pair(Function::Less, x.clone(), number(0.0));
    let positive = pair(Function::Greater, x, number(0.0));
    Expression::Apply(Function::Piecewise, vec![number(below), negative, number(above), positive, number(at)])
}

/// `ln(x + sqrt(x² + c))`.
fn area(x: Expression, c: f64) -> Expression {
    let square = pair(Function::Power, x.clone(), number(2.0));
    let root = of(Function::Sqrt, pair(Function::Add, square, number(c)));
    of(Function::Ln, pair(Function::Add, x, root))
}

fn asinh(x: Expression) -> Expression {
    area(x, 1.0)
}

fn acosh(x: Expression) -> Expression {
    area(x, -1.0)
}

/// `½ ln((1 + x) / (1 - x))`.
fn atanh(x: Expression) -> Expression {
    let above = pair(Function::Add, number(1.0), x.clone());
    let below = pair(Function::Subtract, number(1.0), x);
    pair(Function::Multiply, number(0.5), of(Function::Ln, pair(Function::Divide, above, below)))
}
