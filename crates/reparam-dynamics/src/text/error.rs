//! What is wrong with a problem's files, and where.

use crate::FormulaError;

/// A problem that cannot be read: file, line, name, value, rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{file}{}: {fault}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct TextError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; none where the file as a whole is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: Box<TextFault>,
}

impl TextError {
    /// An error in a file, at a line or in the whole.
    pub(crate) fn new(file: &str, line: Option<usize>, fault: TextFault) -> Self {
        Self { file: file.into(), line, fault: Box::new(fault) }
    }
}

/// What can be wrong with a problem's files.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TextFault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is not TOML.
    #[error("not TOML: {0}")]
    Toml(String),
    /// A key that has no meaning there.
    #[error("{place}: unknown key '{key}'; {}", instead(nearest.as_deref(), known))]
    UnknownKey {
        /// The table.
        place: String,
        /// The key.
        key: String,
        /// The known key that is nearest, if any is near.
        nearest: Option<String>,
        /// All known keys.
        known: String,
    },
    /// Something that must be there and is not.
    #[error("{name}: missing; {rule}")]
    Missing {
        /// What.
        name: String,
        /// What must be there.
        rule: &'static str,
    },
    /// A value that breaks a rule.
    #[error("{name}: {rule}, got {value}")]
    Value {
        /// What has the value.
        name: String,
        /// The rule.
        rule: String,
        /// The value.
        value: String,
    },
    /// A formula that cannot be read.
    #[error("{name}: {error} in '{formula}'")]
    Formula {
        /// What it is the formula of.
        name: String,
        /// The formula.
        formula: String,
        /// What is wrong with it.
        error: FormulaError,
    },
    /// A name that means nothing, or nothing that may stand there.
    #[error("{name}: '{symbol}' {}", meaning(*found, allowed, nearest.as_deref()))]
    Symbol {
        /// Where it is named.
        name: String,
        /// The name.
        symbol: String,
        /// What it is, with its article, if it is anything.
        found: Option<&'static str>,
        /// What may be named there.
        allowed: String,
        /// The name of such that is nearest, if any is near.
        nearest: Option<String>,
    },
    /// A name given twice.
    #[error("{name}: named already, as {first}")]
    Twice {
        /// The name, with its table.
        name: String,
        /// What has it already.
        first: String,
    },
    /// Quantities that need each other.
    #[error("{0}: follows from itself")]
    Cycle(String),
    /// A row of data with another number of fields than the header.
    #[error("expected {expected} fields as in the header, got {found}")]
    Fields {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
}

fn instead(nearest: Option<&str>, known: &str) -> String {
    nearest.map_or_else(|| format!("known are {known}"), |name| format!("did you mean '{name}'?"))
}

fn meaning(found: Option<&str>, allowed: &str, nearest: Option<&str>) -> String {
    match (found, nearest) {
        (Some(found), _) => format!("is {found} and must be a {allowed}"),
        (None, Some(nearest)) => format!("is no {allowed}; did you mean '{nearest}'?"),
        (None, None) => format!("is no {allowed}"),
    }
}
