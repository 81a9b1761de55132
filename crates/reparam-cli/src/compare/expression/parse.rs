//! From text to a tree.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::error::ExpressionError;
use super::function::{Binary, FUNCTIONS, Function, OPERATORS, Unary, constant, find, names};
use super::{MOST_CHARACTERS, MOST_LEVELS, Node, Variables};

// The derive writes items without documentation.
#[allow(missing_docs)]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "compare/expression/grammar.pest"]
    pub struct Grammar;
}
use grammar::{Grammar, Rule};

/// Reads a formula.
pub fn parse(text: &str, variables: Variables) -> Result<Node, ExpressionError> {
    check_size(text)?;
    let reader = Reader { text, variables };
    let mut pairs = Grammar::parse(Rule::formula, text).map_err(|error| reader.refused(&error))?;
    let Some(expression) = pairs.next() else { return Err(reader.wrong(0, "expected a formula".into())) };
    let root = reader.tree(expression.into_inner())?;
    if root.levels() > MOST_LEVELS {
        return Err(too_deep(1));
    }
    Ok(root)
}

/// Refuses what would exhaust the stack: parser and evaluation call themselves once a level.
fn check_size(text: &str) -> Result<(), ExpressionError> {
    let (mut open, mut signs) = (0_usize, 0_usize);
    for (column, c) in text.chars().enumerate() {
        if column == MOST_CHARACTERS {
            let what = format!("a formula has at most {MOST_CHARACTERS} characters");
            let hint = "a loss of this size is a closure in Rust: see reparam::measure".to_owned();
            return Err(ExpressionError { column: column + 1, what, hint });
        }
        match c {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        signs = match c {
            '-' | '+' => signs + 1,
            ' ' | '\t' => signs,
            _ => 0,
        };
        if open + signs > MOST_LEVELS / 2 {
            return Err(too_deep(column + 1));
        }
    }
    Ok(())
}

fn too_deep(column: usize) -> ExpressionError {
    let what = "the formula is nested too deeply".to_owned();
    ExpressionError {
        column,
        what,
        hint: format!("at most {} parentheses and {MOST_LEVELS} operations lie in one another", MOST_LEVELS / 2),
    }
}

/// Weakest first: comparisons, sums, products, signs, powers. `-x^2` is `-(x^2)`, `2^-x` is `2^(-x)`, `a^b^c` is `a^(b^c)`.
fn precedence() -> PrattParser<Rule> {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::above)
            | left(Rule::below)
            | left(Rule::at_least)
            | left(Rule::at_most)
            | left(Rule::equal)
            | left(Rule::unequal))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::times) | left(Rule::over))
        .op(Op::prefix(Rule::minus) | Op::prefix(Rule::plus))
        .op(Op::infix(Rule::power, Assoc::Right))
}

struct Reader<'a> {
    text: &'a str,
    variables: Variables,
}

impl Reader<'_> {
    fn tree(&self, pairs: Pairs<'_, Rule>) -> Result<Node, ExpressionError> {
        precedence()
            .map_primary(|pair| self.primary(pair))
            .map_prefix(|sign, inner| {
                let inner = inner?;
                Ok(match sign.as_rule() {
                    Rule::minus => Node::Unary(Unary::Negate, Box::new(inner)),
                    _ => inner,
                })
            })
            .map_infix(|left, operator, right| {
                let binary = match operator.as_rule() {
                    Rule::power => Binary::Power,
                    Rule::times => Binary::Times,
                    Rule::over => Binary::Over,
                    Rule::subtract => Binary::Subtract,
                    Rule::above => Binary::Above,
                    Rule::below => Binary::Below,
                    Rule::at_least => Binary::AtLeast,
                    Rule::at_most => Binary::AtMost,
                    Rule::equal => Binary::Equal,
                    Rule::unequal => Binary::Unequal,
                    _ => Binary::Add,
                };
                Ok(Node::Binary(binary, Box::new(left?), Box::new(right?)))
            })
            .parse(pairs)
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Result<Node, ExpressionError> {
        let (at, text) = (pair.as_span().start(), pair.as_str());
        match pair.as_rule() {
            Rule::number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Node::Constant(number)),
                _ => Err(self.wrong(at, format!("expected a finite number, got '{text}'"))),
            },
            Rule::name => self.name(at, text),
            Rule::call => self.call(pair),
            _ => self.tree(pair.into_inner()),
        }
    }

    fn name(&self, at: usize, name: &str) -> Result<Node, ExpressionError> {
        if let Some(node) = self.variables.find(name).or_else(|| constant(name).map(Node::Constant)) {
            return Ok(node);
        }
        if let Some(function) = find(name) {
            let arguments = ["x"; 3][..function.arguments()].join(", ");
            return Err(self.wrong(at, format!("'{name}' is a function: expected {name}({arguments})")));
        }
        let what = format!("no variable is called '{name}'; a draw is {}", self.variables.described());
        let mut known = self.variables.names();
        known.extend(["pi", "e"].into_iter().chain(names()).map(str::to_owned));
        let near = nearest(name, &known);
        Err(self.wrong_with(at, what, near))
    }

    fn call(&self, pair: Pair<'_, Rule>) -> Result<Node, ExpressionError> {
        let at = pair.as_span().start();
        let mut parts = pair.into_inner();
        let name = parts.next().map_or("", |name| name.as_str());
        let mut arguments = Vec::new();
        for part in parts {
            arguments.push(self.tree(part.into_inner())?);
        }
        let Some(function) = find(name) else {
            if self.variables.find(name).is_some() || constant(name).is_some() {
                return Err(self.wrong(at, format!("'{name}' is no function: write {name}*(…) for a product")));
            }
            return Err(self.wrong_with(
                at,
                format!("no function is called '{name}'"),
                nearest(name, &names().map(str::to_owned).collect::<Vec<_>>()),
            ));
        };
        let (wanted, got) = (function.arguments(), arguments.len());
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next().filter(|_| wanted == got);
        let node = match function {
            Function::Unary(unary) => next().map(|inner| Node::Unary(unary, Box::new(inner))),
            Function::Binary(binary) => {
                next().zip(next()).map(|(left, right)| Node::Binary(binary, Box::new(left), Box::new(right)))
            }
            Function::Choice => next().zip(next()).zip(next()).map(|((c, a), b)| Node::Choice(Box::new([c, a, b]))),
        };
        node.ok_or_else(|| {
            let plural = if wanted == 1 { "" } else { "s" };
            self.wrong(at, format!("{name} takes {wanted} argument{plural}, got {got}"))
        })
    }

    /// What the parser did not expect.
    fn refused(&self, error: &pest::error::Error<Rule>) -> ExpressionError {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let operand = |rule: &Rule| matches!(rule, Rule::number | Rule::name | Rule::call | Rule::expression);
        let expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } if positives.iter().any(operand) => {
                "a number, a variable, a function or '('"
            }
            _ if self.text[..at].matches('(').count() > self.text[..at].matches(')').count() => "an operator or ')'",
            _ => "an operator or the end",
        };
        let found = match self.text[at..].chars().next() {
            Some(c) => format!("'{}'", c.escape_debug()),
            None => "the end".into(),
        };
        self.wrong(at, format!("expected {expected}, got {found}"))
    }

    fn wrong(&self, at: usize, what: String) -> ExpressionError {
        self.wrong_with(at, what, String::new())
    }

    fn wrong_with(&self, at: usize, what: String, near: String) -> ExpressionError {
        let column = self.text.get(..at).map_or(0, |before| before.chars().count()) + 1;
        let near = if near.is_empty() { near } else { format!("did you mean {near}? ") };
        let variables = self.variables.described();
        let hint =
            format!("{near}variables: {variables}; constants: pi e; operators: {OPERATORS}; functions: {FUNCTIONS}");
        ExpressionError { column, what, hint }
    }
}

/// At most three names that are spelled almost so.
fn nearest(wanted: &str, names: &[String]) -> String {
    let wanted = wanted.to_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(name, &wanted), name.as_str()))
        .filter(|(alike, _)| *alike >= 0.5)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}
