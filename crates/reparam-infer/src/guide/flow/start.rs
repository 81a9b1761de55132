//! What a flow is started from, and whether it can be.

/// Size and start of a [`Flow`](super::Flow).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowOptions {
    /// Couplings; each moves half of the coordinates.
    pub layers: usize,
    /// Hidden units of each coupling's conditioner.
    pub width: usize,
    /// Seed of the hidden weights and of the order of the coordinates.
    pub seed: u64,
}

impl Default for FlowOptions {
    /// 6 couplings with 16 hidden units: enough for a banana, few enough for a hundred draws a millisecond.
    fn default() -> Self {
        Self { layers: 6, width: 16, seed: 0 }
    }
}

/// What is no start of a flow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// An option out of its range.
    #[error("flow: {option} must be between 1 and {most}, got {found}")]
    Option {
        /// Which.
        option: &'static str,
        /// Its largest value.
        most: usize,
        /// What was given.
        found: usize,
    },
    /// A list of the wrong length.
    #[error("flow: {what} must have {expected} numbers, got {found}")]
    Length {
        /// Which list.
        what: &'static str,
        /// The right length.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// A number out of its range.
    #[error("flow: {what} must be {rule}, got {value} at index {index}")]
    Value {
        /// Which list.
        what: &'static str,
        /// Its range.
        rule: &'static str,
        /// The number.
        value: f64,
        /// Where.
        index: usize,
    },
}

/// Whether a flow can start there.
pub(super) fn check(location: &[f64], factor: &[f64], options: FlowOptions) -> Result<(), FlowError> {
    // Bounds that no use reaches, so that a slip is told from a wish.
    for (option, found, most) in
        [("layers", options.layers, 64), ("width", options.width, 1024), ("dimension", location.len(), 4096)]
    {
        if found == 0 || found > most {
            return Err(FlowError::Option { option, most, found });
        }
    }
    let n = location.len();
    if factor.len() != n * n {
        return Err(FlowError::Length { what: "factor", expected: n * n, found: factor.len() });
    }
    for (what, values) in [("location", location), ("factor", factor)] {
        if let Some(index) = values.iter().position(|v| !v.is_finite()) {
            return Err(FlowError::Value { what, rule: "finite", value: values[index], index });
        }
    }
    match (0..n).map(|i| i * n + i).find(|k| factor[*k] <= 0.0) {
        Some(index) => {
            Err(FlowError::Value { what: "factor", rule: "> 0 on its diagonal", value: factor[index], index })
        }
        None => Ok(()),
    }
}
