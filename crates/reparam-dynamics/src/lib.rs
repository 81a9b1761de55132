//! Dynamical models as log densities: reactions and differential equations, SBML, PEtab.

pub mod builtin;
mod expression;
mod formula;
mod model;
mod nearest;
pub mod petab;
mod problem;
pub mod sbml;
mod solve;
mod system;
pub mod text;

pub use expression::{Expression, ExpressionError, Function};
pub use formula::{FormulaError, FormulaFault, parse_formula};
pub use model::{DynamicModel, Evaluation, ProblemError};
pub use problem::{Experiment, Measurement, NoiseLaw, Parameter, Prior, PriorLaw, Problem, Scale};
pub use solve::{Method, Simulator, SolveError, SolveOptions, SystemError, Trajectory};
pub use system::{Constant, Event, State, System};
