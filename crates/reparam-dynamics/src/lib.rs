//! Dynamical models as log densities: reactions and differential equations, SBML, PEtab.

mod expression;
mod model;
mod problem;
mod solve;
mod system;

pub use expression::{Expression, ExpressionError, Function};
pub use model::{DynamicModel, Evaluation, ProblemError};
pub use problem::{Experiment, Measurement, NoiseLaw, Parameter, Prior, PriorLaw, Problem, Scale};
pub use solve::{Method, Simulator, SolveError, SolveOptions, SystemError, Trajectory};
pub use system::{Constant, Event, State, System};
