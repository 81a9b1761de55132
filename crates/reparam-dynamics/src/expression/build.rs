//! From trees to graphs.

use super::graph::{Binary, Graph, Node, Unary};
use super::text::sign;
use super::{Expression, Function};

/// What can be wrong with an expression by itself.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExpressionError {
    /// A function with a wrong number of arguments.
    #[error("{function}: must have {expected}, got {found}")]
    Arguments {
        /// Its name.
        function: &'static str,
        /// How many it takes.
        expected: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A name that nothing defines.
    #[error("unknown name '{0}'")]
    Unknown(String),
}

impl Graph {
    /// Puts an expression into the graph; `lookup` says what its names are.
    pub(crate) fn insert(
        &mut self,
        expression: &Expression,
        lookup: &mut dyn FnMut(&mut Self, &str) -> Option<Node>,
    ) -> Result<Node, ExpressionError> {
        /// What is left to do: look at an expression, or gather the last results into one.
        enum Step<'a> {
            Visit(&'a Expression),
            Gather(Function, usize),
        }
        let (mut open, mut done) = (vec![Step::Visit(expression)], Vec::new());
        while let Some(step) = open.pop() {
            match step {
                Step::Visit(Expression::Number(value)) => done.push(self.number(*value)),
                Step::Visit(Expression::Symbol(name)) => {
                    done.push(lookup(self, name).ok_or_else(|| ExpressionError::Unknown(name.clone()))?);
                }
                Step::Visit(Expression::Apply(function, arguments)) => {
                    open.push(Step::Gather(*function, arguments.len()));
                    open.extend(arguments.iter().rev().map(Step::Visit));
                }
                Step::Gather(function, count) => {
                    let arguments = done.split_off(done.len() - count);
                    done.push(self.apply(function, &arguments)?);
                }
            }
        }
        // One expression leaves one result.
        Ok(done.pop().unwrap_or_else(|| self.number(f64::NAN)))
    }

    fn apply(&mut self, function: Function, arguments: &[Node]) -> Result<Node, ExpressionError> {
        let wrong =
            |expected| ExpressionError::Arguments { function: sign(function).trim(), expected, found: arguments.len() };
        match (kind(function), arguments) {
            (Kind::One(unary), [x]) => Ok(self.unary(unary, *x)),
            (Kind::One(_), _) => Err(wrong("1 argument")),
            (Kind::Two(binary), [x, y]) => Ok(self.binary(binary, *x, *y)),
            (Kind::Two(_), _) => Err(wrong("2 arguments")),
            (Kind::Many(_, None), []) => Err(wrong("1 argument or more")),
            (Kind::Many(_, Some(empty)), []) => Ok(self.number(empty)),
            (Kind::Many(binary, _), [first, others @ ..]) => {
                let logical = matches!(binary, Binary::And | Binary::Or);
                // `and(x)` is whether x is true, not x.
                let mut result = if logical { self.truth(*first) } else { *first };
                for other in others {
                    result = self.binary(binary, result, *other);
                }
                Ok(result)
            }
            (Kind::Pieces, []) => Err(wrong("1 argument or more")),
            (Kind::Pieces, pieces) => Ok(self.piecewise(pieces)),
        }
    }

    fn truth(&mut self, x: Node) -> Node {
        let zero = self.number(0.0);
        self.binary(Binary::NotEqual, x, zero)
    }

    /// Without a last piece there is no value where no condition is true.
    fn piecewise(&mut self, pieces: &[Node]) -> Node {
        let (pairs, rest) = pieces.as_chunks::<2>();
        let mut result = rest.first().copied().unwrap_or_else(|| self.number(f64::NAN));
        for [value, condition] in pairs.iter().rev() {
            result = self.choose(*condition, *value, result);
        }
        result
    }
}

/// How a function takes its arguments.
enum Kind {
    One(Unary),
    Two(Binary),
    /// Any number, with the value of none.
    Many(Binary, Option<f64>),
    Pieces,
}

const fn kind(function: Function) -> Kind {
    use Function as F;
    match function {
        F::Add => Kind::Many(Binary::Add, Some(0.0)),
        F::Multiply => Kind::Many(Binary::Multiply, Some(1.0)),
        F::Min => Kind::Many(Binary::Min, None),
        F::Max => Kind::Many(Binary::Max, None),
        F::And => Kind::Many(Binary::And, Some(1.0)),
        F::Or => Kind::Many(Binary::Or, Some(0.0)),
        F::Subtract => Kind::Two(Binary::Subtract),
        F::Divide => Kind::Two(Binary::Divide),
        F::Power => Kind::Two(Binary::Power),
        F::Less => Kind::Two(Binary::Less),
        F::LessEqual => Kind::Two(Binary::LessEqual),
        F::Greater => Kind::Two(Binary::Greater),
        F::GreaterEqual => Kind::Two(Binary::GreaterEqual),
        F::Equal => Kind::Two(Binary::Equal),
        F::NotEqual => Kind::Two(Binary::NotEqual),
        F::Negate => Kind::One(Unary::Negate),
        F::Exp => Kind::One(Unary::Exp),
        F::Ln => Kind::One(Unary::Ln),
        F::Log10 => Kind::One(Unary::Log10),
        F::Log2 => Kind::One(Unary::Log2),
        F::Sqrt => Kind::One(Unary::Sqrt),
        F::Abs => Kind::One(Unary::Abs),
        F::Sin => Kind::One(Unary::Sin),
        F::Cos => Kind::One(Unary::Cos),
        F::Tan => Kind::One(Unary::Tan),
        F::Asin => Kind::One(Unary::Asin),
        F::Acos => Kind::One(Unary::Acos),
        F::Atan => Kind::One(Unary::Atan),
        F::Sinh => Kind::One(Unary::Sinh),
        F::Cosh => Kind::One(Unary::Cosh),
        F::Tanh => Kind::One(Unary::Tanh),
        F::Floor => Kind::One(Unary::Floor),
        F::Ceiling => Kind::One(Unary::Ceiling),
        F::Not => Kind::One(Unary::Not),
        F::Piecewise => Kind::Pieces,
    }
}
