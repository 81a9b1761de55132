//! What can be wrong with a PEtab problem.

/// One fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PetabFault {
    /// The file.
    pub file: String,
    /// The line, from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// The column's name; empty where none is meant.
    pub column: String,
    /// What is wrong, with the value and the rule.
    pub what: String,
}

impl std::fmt::Display for PetabFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.column.is_empty() {
            write!(f, ": column {}", self.column)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// All faults of a problem, one a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct PetabErrors(pub Vec<PetabFault>);

fn lines(faults: &[PetabFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
