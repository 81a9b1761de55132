//! Tokens into an expression: one function a level of binding.

use super::apply::apply;
use super::scan::{Token, scan};
use super::{FormulaError, FormulaFault};
use crate::{Expression, Function};

/// How deep a formula's tree may be: what walks it does so on the stack.
const DEPTH: usize = 200;

/// Reads a formula.
///
/// Functions: `exp ln log log10 log2 sqrt abs sign pow min max floor ceil`, trigonometric and hyperbolic ones with their
/// inverses, `heaviside`, and `piecewise(value, condition, …, otherwise)`. `log(x)` is natural, `log(x, b)` to base `b`.
/// `pi`, `e`, `true` (1) and `false` (0) are numbers; every other name is a symbol.
///
/// # Errors
/// [`FormulaError`] with the column; a formula nested more than 200 deep is one too.
///
/// ```
/// use reparam_dynamics::{Expression, Function, parse_formula};
///
/// let symbol = |name: &str| Expression::Symbol(name.into());
/// let decay = Expression::Apply(Function::Multiply, vec![symbol("k1"), symbol("A")]);
/// assert_eq!(parse_formula("k1 * A"), Ok(decay));
/// assert_eq!(parse_formula("k1 * ").unwrap_err().to_string(), "column 6: expected a value, got the end");
/// ```
pub fn parse_formula(text: &str) -> Result<Expression, FormulaError> {
    let mut parser = Parser { tokens: scan(text)?, at: 0, open: 0 };
    let (expression, _) = parser.any()?;
    if *parser.token() != Token::End {
        return Err(parser.expected("an operator or the end"));
    }
    Ok(expression)
}

/// An expression and the height of its tree.
type Tall = (Expression, usize);

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    /// Calls of [`Parser::signed`] within each other.
    open: usize,
}

impl Parser {
    fn token(&self) -> &Token {
        &self.tokens[self.at].1
    }

    fn fault(&self, fault: FormulaFault) -> FormulaError {
        FormulaError { column: self.tokens[self.at].0, fault }
    }

    fn expected(&self, expected: &'static str) -> FormulaError {
        self.fault(FormulaFault::Expected { expected, found: self.token().describe() })
    }

    /// Steps over the sign that comes next if it is one of these.
    fn take(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let Token::Sign(sign) = *self.token() else { return None };
        signs.contains(&sign).then(|| {
            self.at += 1;
            sign
        })
    }

    fn join(&self, function: Function, parts: Vec<Tall>) -> Result<Tall, FormulaError> {
        let height = 1 + parts.iter().map(|part| part.1).max().unwrap_or(0);
        if height > DEPTH {
            return Err(self.fault(FormulaFault::Deep(DEPTH)));
        }
        Ok((Expression::Apply(function, parts.into_iter().map(|part| part.0).collect()), height))
    }

    /// One part, or several that a sign of `function` joins, as one node.
    fn row(
        &mut self,
        sign: &'static str,
        function: Function,
        part: fn(&mut Self) -> Result<Tall, FormulaError>,
    ) -> Result<Tall, FormulaError> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.take(&[sign]).is_some() {
            parts.push(part(self)?);
        }
        if parts.len() > 1 { self.join(function, parts) } else { Ok(parts.remove(0)) }
    }

    fn any(&mut self) -> Result<Tall, FormulaError> {
        self.row("||", Function::Or, Self::all)
    }

    fn all(&mut self) -> Result<Tall, FormulaError> {
        self.row("&&", Function::And, Self::comparison)
    }

    fn comparison(&mut self) -> Result<Tall, FormulaError> {
        const SIGNS: [&str; 6] = ["<=", ">=", "==", "!=", "<", ">"];
        let first = self.sum()?;
        let Some(sign) = self.take(&SIGNS) else { return Ok(first) };
        let second = self.sum()?;
        if matches!(self.token(), Token::Sign(sign) if SIGNS.contains(sign)) {
            return Err(self.fault(FormulaFault::Chained));
        }
        let function = match sign {
            "<" => Function::Less,
            "<=" => Function::LessEqual,
            ">" => Function::Greater,
            ">=" => Function::GreaterEqual,
            "==" => Function::Equal,
            _ => Function::NotEqual,
        };
        self.join(function, vec![first, second])
    }

    /// `a + b - c` is one sum with `-c`, so that a long one is no deep one.
    fn sum(&mut self) -> Result<Tall, FormulaError> {
        let mut terms = vec![self.product()?];
        let mut minus = vec![false];
        while let Some(sign) = self.take(&["+", "-"]) {
            terms.push(self.product()?);
            minus.push(sign == "-");
        }
        match minus[..] {
            [_] => return Ok(terms.remove(0)),
            [_, true] => return self.join(Function::Subtract, terms),
            _ => {}
        }
        let mut signed = Vec::with_capacity(terms.len());
        for (term, minus) in terms.into_iter().zip(minus) {
            signed.push(if minus { self.join(Function::Negate, vec![term])? } else { term });
        }
        self.join(Function::Add, signed)
    }

    /// From left to right: `a * b / c * d` is `((a b) / c) d`.
    fn product(&mut self) -> Result<Tall, FormulaError> {
        let mut factors = vec![self.signed()?];
        while let Some(sign) = self.take(&["*", "/"]) {
            let next = self.signed()?;
            if sign == "*" {
                factors.push(next);
            } else {
                let above = if factors.len() > 1 { self.join(Function::Multiply, factors)? } else { factors.remove(0) };
                factors = vec![self.join(Function::Divide, vec![above, next])?];
            }
        }
        if factors.len() > 1 { self.join(Function::Multiply, factors) } else { Ok(factors.remove(0)) }
    }

    fn signed(&mut self) -> Result<Tall, FormulaError> {
        if self.open >= DEPTH {
            return Err(self.fault(FormulaFault::Deep(DEPTH)));
        }
        self.open += 1;
        let found = match self.take(&["+", "-", "!"]) {
            None => self.power(),
            Some("+") => self.signed(),
            Some("!") => self.signed().and_then(|of| self.join(Function::Not, vec![of])),
            Some(_) => self.signed().and_then(|of| match of {
                (Expression::Number(x), height) => Ok((Expression::Number(-x), height)),
                of => self.join(Function::Negate, vec![of]),
            }),
        };
        self.open -= 1;
        found
    }

    fn power(&mut self) -> Result<Tall, FormulaError> {
        let base = self.value()?;
        if self.take(&["^", "**"]).is_none() {
            return Ok(base);
        }
        let exponent = self.signed()?;
        self.join(Function::Power, vec![base, exponent])
    }

    fn value(&mut self) -> Result<Tall, FormulaError> {
        if self.take(&["("]).is_some() {
            let inside = self.any()?;
            return if self.take(&[")"]).is_some() { Ok(inside) } else { Err(self.expected("')'")) };
        }
        let leaf = match self.token() {
            Token::Number(x) => Expression::Number(*x),
            Token::Name(name) if self.tokens[self.at + 1].1 == Token::Sign("(") => {
                let name = name.clone();
                return self.call(&name);
            }
            Token::Name(name) => match name.as_str() {
                "pi" => Expression::Number(std::f64::consts::PI),
                "e" => Expression::Number(std::f64::consts::E),
                "true" => Expression::Number(1.0),
                "false" => Expression::Number(0.0),
                _ => Expression::Symbol(name.clone()),
            },
            _ => return Err(self.expected("a value")),
        };
        self.at += 1;
        Ok((leaf, 1))
    }

    /// A function's name and what it is applied to.
    fn call(&mut self, name: &str) -> Result<Tall, FormulaError> {
        let column = self.tokens[self.at].0;
        self.at += 2;
        let (mut arguments, mut height) = (Vec::new(), 0);
        if self.take(&[")"]).is_none() {
            loop {
                let (argument, tall) = self.any()?;
                arguments.push(argument);
                height = height.max(tall);
                if self.take(&[","]).is_none() {
                    break;
                }
            }
            if self.take(&[")"]).is_none() {
                return Err(self.expected("',' or ')'"));
            }
        }
        let (expression, levels) = apply(name, arguments).map_err(|fault| FormulaError { column, fault })?;
        // The functions made of others add a few levels.
        if height + levels > DEPTH {
            return Err(FormulaError { column, fault: FormulaFault::Deep(DEPTH) });
        }
        Ok((expression, height + levels))
    }
}
