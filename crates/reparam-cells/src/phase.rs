//! The phases of the cell cycle.

/// A phase of the cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Growth before the DNA is copied.
    G1,
    /// The DNA is copied.
    S,
    /// From the end of that to division.
    G2M,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::G1, Self::S, Self::G2M];

    /// `G1`, `S` or `G2M`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::G1 => "G1",
            Self::S => "S",
            Self::G2M => "G2M",
        }
    }
}
