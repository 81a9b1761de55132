//! What names an expression uses, how deep it is, and other expressions in their place.

use super::{Expression, Function};
use std::collections::BTreeSet;

impl Expression {
    /// A constant.
    pub const fn number(value: f64) -> Self {
        Self::Number(value)
    }

    /// A name.
    pub fn symbol(name: impl Into<String>) -> Self {
        Self::Symbol(name.into())
    }

    /// A function of others.
    pub const fn apply(function: Function, arguments: Vec<Self>) -> Self {
        Self::Apply(function, arguments)
    }

    /// All names in it, in alphabetical order.
    pub fn symbols(&self) -> BTreeSet<&str> {
        let (mut found, mut open) = (BTreeSet::new(), vec![self]);
        while let Some(next) = open.pop() {
            match next {
                Self::Number(_) => {}
                Self::Symbol(name) => drop(found.insert(name.as_str())),
                Self::Apply(_, arguments) => open.extend(arguments),
            }
        }
        found
    }

    /// Functions within functions: 0 for a number or a name.
    pub fn depth(&self) -> usize {
        let (mut deepest, mut open) = (0, vec![(self, 0)]);
        while let Some((next, depth)) = open.pop() {
            deepest = deepest.max(depth);
            if let Self::Apply(_, arguments) = next {
                open.extend(arguments.iter().map(|argument| (argument, depth + 1)));
            }
        }
        deepest
    }

    /// The same with other expressions in place of names, where `replacement` has one. What comes in is not searched again.
    #[must_use]
    pub fn substitute(&self, replacement: &dyn Fn(&str) -> Option<Self>) -> Self {
        /// What is left to do: look at an expression, or gather the last results into one.
        enum Step<'a> {
            Visit(&'a Expression),
            Gather(Function, usize),
        }
        let (mut open, mut done) = (vec![Step::Visit(self)], Vec::new());
        while let Some(step) = open.pop() {
            match step {
                Step::Visit(Self::Number(value)) => done.push(Self::Number(*value)),
                Step::Visit(Self::Symbol(name)) => {
                    done.push(replacement(name).unwrap_or_else(|| Self::Symbol(name.clone())));
                }
                Step::Visit(Self::Apply(function, arguments)) => {
                    open.push(Step::Gather(*function, arguments.len()));
                    open.extend(arguments.iter().rev().map(Step::Visit));
                }
                Step::Gather(function, count) => {
                    let arguments = done.split_off(done.len() - count);
                    done.push(Self::Apply(function, arguments));
                }
            }
        }
        done.pop().unwrap_or(Self::Number(f64::NAN))
    }
}

impl From<f64> for Expression {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Expression {
    /// A name, not a formula to be parsed.
    fn from(name: &str) -> Self {
        Self::Symbol(name.into())
    }
}
