//! Draws by Hamiltonian Monte Carlo.

use std::path::Path;

use super::args::FitArgs;
use super::error::CommandError;
use super::problem::Loaded;
use super::run::Found;

/// Statistics of chains, draw by draw, chain after chain.
pub struct Chains {
    /// Log densities.
    pub log_densities: Vec<f64>,
    /// Step sizes.
    pub step_sizes: Vec<f64>,
    /// 1 where the trajectory diverged.
    pub divergent: Vec<i64>,
    /// Depths of the trajectories' trees.
    pub tree_depths: Vec<i64>,
}

pub fn found(_loaded: &Loaded, _fit: &FitArgs, _command: &str, _run: Option<&Path>) -> Result<Found, CommandError> {
    Err(CommandError::Option { name: "--method", rule: "vi (nuts is not built yet)".into(), got: "nuts".into() })
}
