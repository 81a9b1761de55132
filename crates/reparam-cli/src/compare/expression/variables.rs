//! Names that a formula may use for the numbers of a draw.

use super::Node;

/// What a draw is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variables {
    /// A number, `x`.
    Number,
    /// So many numbers, `x0`, `x1`, ….
    Vector(usize),
    /// One-hot or relaxed categories: `x0`, `x1`, … are the weights of the categories, and `x` is the mean of their numbers 0, 1, …
    /// under these weights, which for a one-hot draw is the number of its category.
    Categories(usize),
}

impl Variables {
    /// What a name means.
    pub(super) fn find(self, name: &str) -> Option<Node> {
        match (self, name) {
            (Self::Number, "x") => Some(Node::Variable(0)),
            (Self::Categories(count), "x") => Some(Node::Variable(count)),
            (Self::Number, _) => None,
            (Self::Vector(count) | Self::Categories(count), _) => {
                let digits = name.strip_prefix('x')?;
                let plain = digits == "0" || !digits.starts_with('0');
                let index: usize = digits.parse().ok().filter(|_| plain)?;
                (index < count).then_some(Node::Variable(index))
            }
        }
    }

    /// The names in words.
    pub fn described(self) -> String {
        match self {
            Self::Number => "x".into(),
            Self::Vector(1) => "x0".into(),
            Self::Vector(count) => format!("x0 to x{}", count.saturating_sub(1)),
            Self::Categories(count) => {
                format!("x0 to x{} for the categories, and x for the number of the category", count.saturating_sub(1))
            }
        }
    }

    /// The first names, to be compared with a misspelled one.
    pub(super) fn names(self) -> Vec<String> {
        let numbered = |count: usize| (0..count.min(20)).map(|i| format!("x{i}"));
        match self {
            Self::Number => vec!["x".into()],
            Self::Vector(count) => numbered(count).collect(),
            Self::Categories(count) => std::iter::once("x".into()).chain(numbered(count)).collect(),
        }
    }
}
