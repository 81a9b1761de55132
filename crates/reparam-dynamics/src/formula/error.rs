//! What is wrong with a formula, and where.

/// A formula that cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("column {column}: {fault}")]
pub struct FormulaError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What.
    pub fault: FormulaFault,
}

/// What can be wrong with a formula.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FormulaFault {
    /// A character that no formula has.
    #[error("'{0}' has no meaning in a formula")]
    Character(char),
    /// `=`, `&` or `|` alone.
    #[error("'{found}' has no meaning in a formula; write '{instead}'")]
    Single {
        /// What was found.
        found: char,
        /// What was meant, probably.
        instead: &'static str,
    },
    /// A number that is none, or too large for a double.
    #[error("a number must be finite and written like 2, 0.5 or 1e-3, got '{0}'")]
    Number(String),
    /// Something else than what must come here.
    #[error("expected {expected}, got {found}")]
    Expected {
        /// What must come here.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// `a < b < c`.
    #[error("comparisons do not chain: join them with &&")]
    Chained,
    /// A name before a parenthesis that is no function's.
    #[error("unknown function '{name}'{}", hint(.nearest.as_deref()))]
    Function {
        /// The name.
        name: String,
        /// The known one that is nearest, if any is near.
        nearest: Option<String>,
    },
    /// A function with a wrong number of arguments.
    #[error("{function} takes {takes}, got {found}")]
    Arguments {
        /// Its name.
        function: String,
        /// What it takes.
        takes: &'static str,
        /// How many it was given.
        found: usize,
    },
    /// What a function made of others would have to repeat too often.
    #[error("the argument of {0} is too long")]
    Long(String),
    /// Parentheses, signs or powers within each other beyond the limit.
    #[error("nested more than {0} deep")]
    Deep(usize),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean '{name}'?")).unwrap_or_default()
}
