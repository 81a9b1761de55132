//! Options of simulations, and what stops them.

/// How a system is solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Explicit first, implicit from where stability limits the steps.
    #[default]
    Auto,
    /// Explicit Runge–Kutta of order 5 (Tsitouras 2011), for systems that are not stiff.
    Explicit,
    /// Backward differentiation formulae of orders 1 to 5, for stiff ones.
    Implicit,
}

/// Options of a simulation.
///
/// A step's error in a state is kept within `relative |y| + absolute`, and in a sensitivity by a number θ within
/// `relative |s| + (absolute + relative |y(start)| / 10) / |θ|`: root mean square, with the explicit method over states and sensitivities
/// together (one system of equations: diffsol's own sensitivity equations take 2.3 times as long for a third of the error), with
/// the implicit one over each number's sensitivities by themselves (diffsol's, which share the states' factorised matrix).
///
/// Sensitivities are forward ones, so their cost grows with the number of unknown numbers; there is no adjoint.
///
/// What a relative tolerance buys: the largest error of any state, and of any sensitivity, each for its largest value. Absolute tolerances
/// are 1e-4 of the relative ones; `tests/simulate.rs` prints and bounds these.
///
/// | tolerance | method | chain of decays, 3 numbers, to t = 10 | Lotka–Volterra, 6 numbers, two cycles |
/// |---|---|---|---|
/// | 1e-4 | explicit | 4e-6, 2e-5 | 1e-5, 2e-4 |
/// | 1e-4 | implicit | 8e-6, 1e-5 | 1e-4, 7e-4 |
/// | 1e-6 | explicit | 5e-8, 1e-7 | 2e-7, 1e-6 |
/// | 1e-6 | implicit | 6e-8, 2e-7 | 2e-6, 8e-6 |
/// | 1e-8 | explicit | 6e-10, 2e-9 | 8e-10, 8e-9 |
/// | 1e-8 | implicit | 7e-9, 2e-8 | 8e-9, 9e-8 |
/// | 1e-10 | explicit | 6e-12, 2e-11 | 6e-12, 7e-11 |
/// | 1e-10 | implicit | 1e-10, 4e-10 | 8e-10, 5e-9 |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolveOptions {
    /// Relative tolerance of a step, between 1e-14 and 0.1.
    pub relative: f64,
    /// Absolute tolerance of a step, in the states' units; more than 0.
    pub absolute: f64,
    /// Most steps of one simulation.
    pub steps: usize,
    /// The method.
    pub method: Method,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self { relative: 1e-6, absolute: 1e-10, steps: 20_000, method: Method::Auto }
    }
}

impl SolveOptions {
    /// Tolerances for a simulation that is compared with another number: relative 1e-10, absolute 1e-14.
    pub fn tight() -> Self {
        Self { relative: 1e-10, absolute: 1e-14, steps: 200_000, ..Self::default() }
    }

    /// The same with other tolerances.
    #[must_use]
    pub const fn with_tolerances(mut self, relative: f64, absolute: f64) -> Self {
        (self.relative, self.absolute) = (relative, absolute);
        self
    }

    /// The same with another method.
    #[must_use]
    pub const fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn check(&self) -> Result<(), SolveError> {
        let wrong = |option, rule, value| Err(SolveError::Option { option, rule, value });
        if !(1e-14..=0.1).contains(&self.relative) {
            return wrong("relative tolerance", "must be between 1e-14 and 0.1", self.relative);
        }
        if !(self.absolute > 0.0 && self.absolute.is_finite()) {
            return wrong("absolute tolerance", "must be finite and > 0", self.absolute);
        }
        Ok(())
    }
}

/// Why a simulation has no result. Not a wrong system: with other numbers it may have one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// An option out of its range.
    #[error("{option}: {rule}, got {value}")]
    Option {
        /// Which.
        option: &'static str,
        /// Its range.
        rule: &'static str,
        /// What was given.
        value: f64,
    },
    /// A number of wrong size or without a value.
    #[error("{what}: {rule}, got {value}")]
    Input {
        /// Which.
        what: String,
        /// What it must be.
        rule: &'static str,
        /// What was given.
        value: f64,
    },
    /// A state or sensitivity that is no number, or too large for one.
    #[error("'{name}' is not finite at time {time}")]
    NotFinite {
        /// The state.
        name: String,
        /// When.
        time: f64,
    },
    /// More steps than allowed.
    #[error("{limit} steps did not suffice: at time {time} of {end}")]
    Steps {
        /// The limit.
        limit: usize,
        /// How far it came.
        time: f64,
        /// How far it had to go.
        end: f64,
    },
    /// No step however small was good enough.
    #[error("no step succeeds at time {time}: {reason}")]
    Stuck {
        /// When.
        time: f64,
        /// What the solver says.
        reason: String,
    },
    /// No steady state within the steps allowed.
    #[error("no steady state by time {time}: '{name}' still changes by {rate} a unit of time")]
    Unsteady {
        /// How far it came.
        time: f64,
        /// The state that changes most for its size.
        name: String,
        /// Its rate.
        rate: f64,
    },
    /// An event that the sensitivities cannot cross, or that does not end.
    #[error("event '{name}' at time {time}: {reason}")]
    Event {
        /// The event.
        name: String,
        /// When.
        time: f64,
        /// What is wrong.
        reason: &'static str,
    },
}
