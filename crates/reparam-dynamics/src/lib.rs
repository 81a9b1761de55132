//! Dynamical models as log densities: reactions and differential equations, SBML, PEtab.

pub mod builtin;
mod expression;
mod model;
mod formula;
mod nearest;
mod problem;
mod solve;
mod system;
pub mod text;

pub use expression::{Expression, ExpressionError, Function};
pub use model::{DynamicModel, Evaluation, ProblemError};
pub use formula::{FormulaError, FormulaFault, parse_formula};
pub use problem::{Experiment, Measurement, NoiseLaw, Parameter, Prior, PriorLaw, Problem, Scale};
pub use solve::{Method, Simulator, SolveError, SolveOptions, SystemError, Trajectory};
pub use system::{Constant, Event, State, System};
