//! What can be wrong with an SBML file.

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {fault}")]
pub struct SbmlError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What.
    pub fault: Box<SbmlFault>,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SbmlFault {
    /// Not XML.
    #[error("not well-formed XML: {0}")]
    Xml(String),
    /// Not SBML, or a level that is not read.
    #[error("expected SBML level 2 or 3, got {0}")]
    Level(String),
    /// A package that the model cannot be understood without.
    #[error("the package '{0}' is required by the file and not supported")]
    Package(String),
    /// An element that the model needs and that cannot be simulated here.
    #[error("<{element}>{}: {rule}", named(.id))]
    Unsupported {
        /// The element.
        element: String,
        /// Its id, or what it is about; empty where it has none.
        id: String,
        /// Why.
        rule: String,
    },
    /// An attribute that is missing or wrong.
    #[error("<{element}>{}: {attribute} must be {rule}, got {}", named(.id), found(.value))]
    Attribute {
        /// The element.
        element: String,
        /// Its id.
        id: String,
        /// The attribute.
        attribute: String,
        /// What it must be.
        rule: &'static str,
        /// What it is; empty where it is missing.
        value: String,
    },
    /// A formula that cannot be read.
    #[error("<{element}> in a formula: {rule}")]
    Math {
        /// The element.
        element: String,
        /// What is wrong.
        rule: String,
    },
    /// A name that nothing has.
    #[error("<{element}>: nothing has the id '{id}'")]
    Unknown {
        /// Where it was used.
        element: String,
        /// The id.
        id: String,
    },
    /// An id that two things have.
    #[error("the id '{0}' is there twice")]
    Twice(String),
    /// Rules that need each other.
    #[error("assignments need each other in a circle: {0}")]
    Circle(String),
}

fn named(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" '{id}'") }
}

fn found(value: &str) -> String {
    if value.is_empty() { "nothing".into() } else { format!("'{value}'") }
}
