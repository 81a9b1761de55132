//! `MathML` as expressions: the part of it that SBML levels 2 and 3 allow.

use std::collections::HashMap;

use roxmltree::Node;

use super::error::SbmlFault;
use super::read::{Fault, fault};
use crate::{Expression, Function};

/// Formulae nested deeper than this are refused.
const DEPTH: usize = 200;

/// Avogadro's constant as SBML level 3 has it (CODATA 2006; the exact one of 2019 differs in the eighth digit).
const AVOGADRO: f64 = 6.022_141_79e23;

/// User's functions: names of arguments, and the body.
pub type Functions = HashMap<String, (Vec<String>, Expression)>;

/// The expression of a `<math>` element.
pub fn expression(math: Node<'_, '_>, functions: &Functions) -> Result<Expression, Fault> {
    let mut elements = math.children().filter(Node::is_element);
    match (elements.next(), elements.next()) {
        (Some(only), None) => node(only, functions, 0),
        (Some(_), Some(second)) => Err(wrong(second, "a formula has one root")),
        (None, _) => Err(wrong(math, "the formula is empty")),
    }
}

/// A function definition's arguments and body.
pub fn lambda(math: Node<'_, '_>, functions: &Functions) -> Result<(Vec<String>, Expression), Fault> {
    let lambda = math
        .children()
        .find(|child| child.has_tag_name_of("lambda"))
        .ok_or_else(|| wrong(math, "a function definition holds a lambda"))?;
    let mut arguments = Vec::new();
    let mut body = None;
    for child in lambda.children().filter(Node::is_element) {
        if child.has_tag_name_of("bvar") {
            let name = child.children().find(|c| c.has_tag_name_of("ci")).map(text);
            arguments.push(name.ok_or_else(|| wrong(child, "a bound variable holds a ci"))?);
        } else if body.is_none() {
            body = Some(node(child, functions, 0)?);
        } else {
            return Err(wrong(child, "a function has one body"));
        }
    }
    let body = body.ok_or_else(|| wrong(lambda, "a function has a body"))?;
    Ok((arguments, body))
}

/// Names without their namespace.
trait Named {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn text(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().trim().to_owned()
}

fn wrong(node: Node<'_, '_>, rule: impl Into<String>) -> Fault {
    fault(node, SbmlFault::Math { element: node.tag_name().name().to_owned(), rule: rule.into() })
}

fn node(node_: Node<'_, '_>, functions: &Functions, depth: usize) -> Result<Expression, Fault> {
    if depth > DEPTH {
        return Err(wrong(node_, format!("nested more than {DEPTH} deep")));
    }
    match node_.tag_name().name() {
        "cn" => number(node_),
        "ci" => {
            let name = text(node_);
            if name.is_empty() { Err(wrong(node_, "a name is missing")) } else { Ok(Expression::Symbol(name)) }
        }
        "csymbol" => symbol(node_),
        "pi" => Ok(Expression::Number(std::f64::consts::PI)),
        "exponentiale" => Ok(Expression::Number(std::f64::consts::E)),
        "true" => Ok(Expression::Number(1.0)),
        "false" => Ok(Expression::Number(0.0)),
        "infinity" => Ok(Expression::Number(f64::INFINITY)),
        "apply" => apply(node_, functions, depth),
        "piecewise" => piecewise(node_, functions, depth),
        // Comments on a formula: the first child is the formula.
        "semantics" => match node_.children().find(Node::is_element) {
            Some(first) => node(first, functions, depth + 1),
            None => Err(wrong(node_, "the formula is empty")),
        },
        _ => Err(wrong(node_, "not supported")),
    }
}

fn number(cn: Node<'_, '_>) -> Result<Expression, Fault> {
    let parts: Vec<String> =
        cn.children().filter(Node::is_text).filter_map(|t| t.text()).map(|t| t.trim().to_owned()).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let whole = |text: &str| text.parse::<f64>().ok().filter(|x| !x.is_nan());
    let bad = || wrong(cn, format!("expected a number, got '{}'", parts.join(" ")));
    let value = match (cn.attribute("type").unwrap_or("real"), parts.as_slice()) {
        ("real" | "integer", [one]) => whole(one),
        ("e-notation", [base, exponent]) => whole(&format!("{base}e{}", exponent.trim_start_matches('+')))
            .or_else(|| Some(whole(base)? * 10_f64.powf(whole(exponent)?))),
        ("rational", [over, under]) => Some(whole(over).ok_or_else(bad)? / whole(under).ok_or_else(bad)?),
        _ => None,
    };
    value.filter(|x| !x.is_nan()).map(Expression::Number).ok_or_else(bad)
}

fn symbol(csymbol: Node<'_, '_>) -> Result<Expression, Fault> {
    let url = csymbol.attribute("definitionURL").unwrap_or_default();
    match url.rsplit('/').next().unwrap_or_default() {
        "time" => Ok(Expression::Symbol("time".into())),
        "avogadro" => Ok(Expression::Number(AVOGADRO)),
        "delay" => Err(wrong(csymbol, "delays are not supported")),
        other => Err(wrong(csymbol, format!("'{other}' is not supported"))),
    }
}

fn piecewise(piecewise: Node<'_, '_>, functions: &Functions, depth: usize) -> Result<Expression, Fault> {
    let (mut arguments, mut otherwise) = (Vec::new(), None);
    for piece in piecewise.children().filter(Node::is_element) {
        let parts: Vec<Node<'_, '_>> = piece.children().filter(Node::is_element).collect();
        match (piece.tag_name().name(), parts.as_slice()) {
            ("piece", [value, condition]) => {
                arguments.push(node(*value, functions, depth + 1)?);
                arguments.push(node(*condition, functions, depth + 1)?);
            }
            ("otherwise", [value]) if otherwise.is_none() => otherwise = Some(node(*value, functions, depth + 1)?),
            _ => return Err(wrong(piece, "a piece holds a value and a condition, otherwise one value")),
        }
    }
    // Where no condition is true and there is no otherwise SBML leaves the value undefined.
    arguments.push(otherwise.unwrap_or(Expression::Number(f64::NAN)));
    Ok(if arguments.len() == 1 { arguments.remove(0) } else { Expression::Apply(Function::Piecewise, arguments) })
}

fn apply(apply: Node<'_, '_>, functions: &Functions, depth: usize) -> Result<Expression, Fault> {
    let mut children = apply.children().filter(Node::is_element);
    let Some(head) = children.next() else { return Err(wrong(apply, "nothing is applied")) };
    let (mut arguments, mut qualifier) = (Vec::new(), None);
    for child in children {
        if matches!(child.tag_name().name(), "degree" | "logbase") {
            let inner = child.children().find(Node::is_element).ok_or_else(|| wrong(child, "empty"))?;
            qualifier = Some(node(inner, functions, depth + 1)?);
        } else {
            arguments.push(node(child, functions, depth + 1)?);
        }
    }
    let name = head.tag_name().name();
    if name == "ci" {
        return call(head, &arguments, functions);
    }
    if name == "csymbol" {
        return symbol(head).and(Err(wrong(head, "is not a function")));
    }
    known(head, name, arguments, qualifier)
}

/// A user's function with its arguments put in.
fn call(head: Node<'_, '_>, arguments: &[Expression], functions: &Functions) -> Result<Expression, Fault> {
    let name = text(head);
    let Some((names, body)) = functions.get(&name) else {
        return Err(wrong(head, format!("no function '{name}' is defined before this place")));
    };
    if names.len() != arguments.len() {
        return Err(wrong(head, format!("'{name}' takes {} arguments, got {}", names.len(), arguments.len())));
    }
    let whole = body.substitute(&|symbol| names.iter().position(|n| n == symbol).map(|at| arguments[at].clone()));
    if whole.depth() > 4 * DEPTH {
        return Err(wrong(head, format!("'{name}' nests too deep")));
    }
    Ok(whole)
}

fn known(
    head: Node<'_, '_>,
    name: &str,
    mut arguments: Vec<Expression>,
    qualifier: Option<Expression>,
) -> Result<Expression, Fault> {
    let one = |inner: Expression| Expression::Apply(Function::Divide, vec![Expression::Number(1.0), inner]);
    let is = |function, arguments| Ok(Expression::Apply(function, arguments));
    let count = arguments.len();
    let takes = |wanted: &str| Err(wrong(head, format!("takes {wanted}, got {count} arguments")));
    if let Some(function) = unary(name) {
        return if count == 1 { is(function, arguments) } else { takes("one argument") };
    }
    if let Some(function) = reciprocal(name) {
        // 1 / cos x and its like.
        return if count == 1 { Ok(one(Expression::Apply(function, arguments))) } else { takes("one argument") };
    }
    match name {
        "plus" | "or" if count == 0 => Ok(Expression::Number(0.0)),
        "times" | "and" if count == 0 => Ok(Expression::Number(1.0)),
        "plus" => is(Function::Add, arguments),
        "times" => is(Function::Multiply, arguments),
        "minus" if count == 1 => is(Function::Negate, arguments),
        "minus" if count == 2 => is(Function::Subtract, arguments),
        "divide" if count == 2 => is(Function::Divide, arguments),
        "power" if count == 2 => is(Function::Power, arguments),
        "root" if count == 1 => match qualifier {
            None => is(Function::Sqrt, arguments),
            Some(degree) => {
                arguments.push(one(degree));
                is(Function::Power, arguments)
            }
        },
        "log" if count == 1 => match qualifier {
            None | Some(Expression::Number(10.0)) => is(Function::Log10, arguments),
            Some(base) => {
                let over = Expression::Apply(Function::Ln, arguments);
                is(Function::Divide, vec![over, Expression::Apply(Function::Ln, vec![base])])
            }
        },
        "min" if count > 0 => is(Function::Min, arguments),
        "max" if count > 0 => is(Function::Max, arguments),
        "and" => is(Function::And, arguments),
        "or" => is(Function::Or, arguments),
        "xor" if count == 2 => is(Function::NotEqual, truths(arguments)),
        "neq" if count == 2 => is(Function::NotEqual, arguments),
        "eq" | "lt" | "leq" | "gt" | "geq" if count >= 2 => Ok(chain(name, &arguments)),
        "minus" | "divide" | "power" | "root" | "log" | "xor" | "neq" | "eq" | "lt" | "leq" | "gt" | "geq" | "min"
        | "max" => takes("another number of arguments"),
        _ => Err(wrong(head, "not supported")),
    }
}

/// `a < b < c` as SBML means it: each with its neighbour.
fn chain(name: &str, arguments: &[Expression]) -> Expression {
    let function = match name {
        "eq" => Function::Equal,
        "lt" => Function::Less,
        "leq" => Function::LessEqual,
        "gt" => Function::Greater,
        _ => Function::GreaterEqual,
    };
    let mut pairs: Vec<Expression> =
        arguments.windows(2).map(|pair| Expression::Apply(function, pair.to_vec())).collect();
    if pairs.len() == 1 { pairs.remove(0) } else { Expression::Apply(Function::And, pairs) }
}

fn truths(arguments: Vec<Expression>) -> Vec<Expression> {
    let not = |x| Expression::Apply(Function::Not, vec![x]);
    arguments.into_iter().map(not).collect()
}

fn unary(name: &str) -> Option<Function> {
    Some(match name {
        "exp" => Function::Exp,
        "ln" => Function::Ln,
        "abs" => Function::Abs,
        "floor" => Function::Floor,
        "ceiling" => Function::Ceiling,
        "sin" => Function::Sin,
        "cos" => Function::Cos,
        "tan" => Function::Tan,
        "sinh" => Function::Sinh,
        "cosh" => Function::Cosh,
        "tanh" => Function::Tanh,
        "arcsin" => Function::Asin,
        "arccos" => Function::Acos,
        "arctan" => Function::Atan,
        "not" => Function::Not,
        _ => return None,
    })
}

fn reciprocal(name: &str) -> Option<Function> {
    Some(match name {
        "sec" => Function::Cos,
        "csc" => Function::Sin,
        "cot" => Function::Tan,
        "sech" => Function::Cosh,
        "csch" => Function::Sinh,
        "coth" => Function::Tanh,
        _ => return None,
    })
}
