//! A smooth stretch of a simulation as a problem of diffsol.

use super::equations::{Core, Equations, M, V};
use super::integrate::Point;
use super::{SolveError, SolveOptions};
use diffsol::{Context, DiffsolError, NalgebraContext, OdeBuilder, OdeSolverProblem, Vector};

/// Sets up the equations from `point` on.
pub(super) fn problem<'c>(
    core: &'c Core<'c>,
    point: &Point,
    unknown: &[f64],
    span: f64,
    options: &SolveOptions,
    augmented: bool,
) -> Result<OdeSolverProblem<Equations<'c>>, SolveError> {
    let stuck = |error: DiffsolError| SolveError::Stuck { time: point.time, reason: error.to_string() };
    let equations = Equations::new(core, &point.y, &point.s, augmented);
    let tolerances = sensitivity_tolerances(core, point, unknown, options);
    let mut absolute = vec![options.absolute; point.y.len()];
    if augmented {
        absolute.extend(&tolerances);
    }
    let separate = !augmented && !point.s.is_empty();
    let mut problem = OdeBuilder::<M>::new()
        .t0(point.time)
        .rtol(options.relative)
        .atol(absolute)
        .p(vec![0.0; if separate { core.dynamics.active.len() } else { 0 }])
        .build_from_eqn(equations)
        .map_err(stuck)?;
    if separate {
        let n = point.y.len();
        let lanes = NalgebraContext::default().clone_with_nbatch(core.dynamics.active.len());
        let context = lanes.map_err(|error| stuck(error.into()))?;
        let mut atol = V::zeros(n, context);
        for (lane, values) in tolerances.chunks_exact(n).enumerate() {
            atol.batch_as_mut_slice(lane).copy_from_slice(values);
        }
        problem.sens_rtol = Some(options.relative);
        problem.sens_atol = Some(atol);
    }
    // The default, 1e-13, is for stretches of about 1.
    problem.ode_options.min_timestep = 1e-15 * span.min(1.0);
    Ok(problem)
}

/// `(absolute + relative |y| / 10) / |θ|`: the tolerance of a state, in units of the sensitivity, so that a sensitivity that passes
/// through 0 does not stop the steps.
fn sensitivity_tolerances(core: &Core<'_>, point: &Point, unknown: &[f64], options: &SolveOptions) -> Vec<f64> {
    if point.s.is_empty() {
        return Vec::new();
    }
    let mut tolerances = Vec::with_capacity(point.s.len());
    for at in &core.dynamics.active {
        let size = unknown[*at].abs();
        let size = if size > 0.0 { size } else { 1.0 };
        let of = |y: &f64| ((options.absolute + 0.1 * options.relative * y.abs()) / size).clamp(1e-200, 1e80);
        tolerances.extend(point.y.iter().map(of));
    }
    tolerances
}
