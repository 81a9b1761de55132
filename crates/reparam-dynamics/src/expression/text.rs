//! Expressions as text, with as few parentheses as they need.

use super::{Expression, Function};
use std::fmt;

/// How strongly an operator binds; a function call, a name and a positive number bind most.
fn strength(expression: &Expression) -> u8 {
    use Function as F;
    match expression {
        Expression::Number(value) if *value < 0.0 => 6,
        Expression::Number(_) | Expression::Symbol(_) => 9,
        Expression::Apply(function, arguments) if arguments.len() >= 2 => match function {
            F::Or => 1,
            F::And => 2,
            F::Less | F::LessEqual | F::Greater | F::GreaterEqual | F::Equal | F::NotEqual => 3,
            F::Add | F::Subtract => 4,
            F::Multiply | F::Divide => 5,
            F::Power => 7,
            _ => 9,
        },
        Expression::Apply(F::Negate | F::Not, arguments) if arguments.len() == 1 => 6,
        Expression::Apply(..) => 9,
    }
}

/// The name of a function, or the sign of an operator.
pub(super) const fn sign(function: Function) -> &'static str {
    use Function as F;
    match function {
        F::Add => " + ",
        F::Multiply => " * ",
        F::Subtract => " - ",
        F::Divide => " / ",
        F::Power => "^",
        F::Negate => "-",
        F::Exp => "exp",
        F::Ln => "ln",
        F::Log10 => "log10",
        F::Log2 => "log2",
        F::Sqrt => "sqrt",
        F::Abs => "abs",
        F::Sin => "sin",
        F::Cos => "cos",
        F::Tan => "tan",
        F::Asin => "asin",
        F::Acos => "acos",
        F::Atan => "atan",
        F::Sinh => "sinh",
        F::Cosh => "cosh",
        F::Tanh => "tanh",
        F::Floor => "floor",
        F::Ceiling => "ceil",
        F::Min => "min",
        F::Max => "max",
        F::Less => " < ",
        F::LessEqual => " <= ",
        F::Greater => " > ",
        F::GreaterEqual => " >= ",
        F::Equal => " == ",
        F::NotEqual => " != ",
        F::And => " && ",
        F::Or => " || ",
        F::Not => "!",
        F::Piecewise => "piecewise",
    }
}

/// What is left to write.
enum Piece<'a> {
    Text(&'static str),
    Part(&'a Expression, bool),
}

fn pieces<'a>(function: Function, arguments: &'a [Expression], own: u8) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    if own == 6 {
        pieces.push(Piece::Text(sign(function)));
        pieces.extend(arguments.iter().map(|part| Piece::Part(part, strength(part) <= 6)));
    } else if own < 9 {
        for (at, part) in arguments.iter().enumerate() {
            if at > 0 {
                pieces.push(Piece::Text(sign(function)));
            }
            // `a - (b - c)`, `a / (b * c)`, `(a^b)^c`, `(a < b) < c`: the side on which the operator does not group by itself.
            let loose = match function {
                Function::Add | Function::Multiply | Function::And | Function::Or => false,
                Function::Subtract | Function::Divide => at > 0,
                Function::Power => at == 0,
                _ => true,
            };
            let inner = strength(part);
            pieces.push(Piece::Part(part, inner < own || (inner == own && loose)));
        }
    } else {
        pieces.push(Piece::Text(sign(function).trim()));
        pieces.push(Piece::Text("("));
        for (at, part) in arguments.iter().enumerate() {
            if at > 0 {
                pieces.push(Piece::Text(", "));
            }
            pieces.push(Piece::Part(part, false));
        }
        pieces.push(Piece::Text(")"));
    }
    pieces
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open = vec![Piece::Part(self, false)];
        while let Some(piece) = open.pop() {
            match piece {
                Piece::Text(text) => formatter.write_str(text)?,
                Piece::Part(part, true) => {
                    open.extend([Piece::Text(")"), Piece::Part(part, false), Piece::Text("(")]);
                }
                Piece::Part(Self::Number(value), false) => write_number(*value, formatter)?,
                Piece::Part(Self::Symbol(name), false) => formatter.write_str(name)?,
                Piece::Part(part @ Self::Apply(function, arguments), false) => {
                    open.extend(pieces(*function, arguments, strength(part)).into_iter().rev());
                }
            }
        }
        Ok(())
    }
}

/// Shortest text that reads back as the same number; powers of ten where the zeros would fill the line.
fn write_number(value: f64, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value != 0.0 && value.is_finite() && !(1e-5..1e15).contains(&value.abs()) {
        write!(formatter, "{value:e}")
    } else {
        write!(formatter, "{value}")
    }
}
