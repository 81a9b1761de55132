//! Simulations of systems by diffsol, with forward sensitivities.

mod dynamics;
mod equations;
mod event;
mod integrate;
mod names;
mod options;
mod outputs;
mod problem;
mod run;
mod simulator;
mod steady;
mod stiffness;
mod switch;
#[cfg(test)]
mod tests;
mod transition;

pub(crate) use dynamics::{Dynamics, Entry, Setup, append_slopes};
pub(crate) use integrate::Point;
pub use names::SystemError;
pub use options::{Method, SolveError, SolveOptions};
pub(crate) use outputs::Outputs;
pub(crate) use run::{Begin, Task, run};
pub use simulator::{Simulator, Trajectory};
