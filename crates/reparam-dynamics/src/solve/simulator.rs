//! Simulations of a system by themselves, without measurements.

use super::dynamics::{Dynamics, Setup};
use super::names::SystemError;
use super::outputs::Outputs;
use super::run::{Begin, Task, run};
use super::{SolveError, SolveOptions};
use crate::system::System;

/// A system that can be simulated for any values of some of its constants.
///
/// ```
/// use reparam_dynamics::{Constant, Expression, Function, Simulator, SolveOptions, State, System};
///
/// let rate = Expression::apply(Function::Negate, vec![Expression::apply(Function::Multiply, vec!["k".into(), "x".into()])]);
/// let constants = vec![Constant { name: "k".into(), value: 1.0, unit: String::new() }];
/// let states = vec![State { name: "x".into(), initial: 1.0.into(), rate }];
/// let decay = Simulator::new(&System { states, constants, ..System::default() }, &["k".into()])?;
/// let result = decay.simulate(&[2.0], &[0.0, 1.0], &SolveOptions::default())?;
/// assert!((result.state(1, 0) - (-2.0_f64).exp()).abs() < 1e-6);
/// assert!((result.sensitivity(1, 0, 0) + (-2.0_f64).exp()).abs() < 1e-6); // d e^(-kt) / dk = -t e^(-kt)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Simulator {
    dynamics: Dynamics,
}

/// States and sensitivities at the times that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    states: usize,
    unknown: usize,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

impl Simulator {
    /// `unknown` names constants; a simulation begins at time 0.
    ///
    /// # Errors
    /// [`SystemError`]
    pub fn new(system: &System, unknown: &[String]) -> Result<Self, SystemError> {
        let also: Vec<usize> = (0..unknown.len()).collect();
        let setup = Setup { system, unknown, known: &[], settings: &[], start: 0.0, also: &also };
        Ok(Self { dynamics: Dynamics::new(&setup)? })
    }

    /// Names of the states; constants that events set come behind the system's own.
    pub fn states(&self) -> &[String] {
        &self.dynamics.names
    }

    /// States and sensitivities at `times`, ascending and not negative, for the values of the unknown constants. At the time of an event
    /// they are those after it.
    ///
    /// # Errors
    /// [`SolveError`]
    pub fn simulate(&self, unknown: &[f64], times: &[f64], options: &SolveOptions) -> Result<Trajectory, SolveError> {
        self.trajectory(unknown, times, options, true)
    }

    /// The same without sensitivities.
    ///
    /// # Errors
    /// [`SolveError`]
    pub fn states_at(&self, unknown: &[f64], times: &[f64], options: &SolveOptions) -> Result<Trajectory, SolveError> {
        self.trajectory(unknown, times, options, false)
    }

    /// States and sensitivities at the steady state that is reached from the initial values.
    ///
    /// # Errors
    /// [`SolveError`]
    pub fn steady_state(&self, unknown: &[f64], options: &SolveOptions) -> Result<Trajectory, SolveError> {
        let task = self.task(unknown, options, true, true)?;
        let point = run(&task, &Begin::Initial, &mut Outputs::new(&[]))?;
        Ok(Trajectory { states: point.y.len(), unknown: unknown.len(), values: point.y, slopes: point.s })
    }

    fn task<'a>(
        &'a self,
        unknown: &'a [f64],
        options: &'a SolveOptions,
        sensitivities: bool,
        steady: bool,
    ) -> Result<Task<'a>, SolveError> {
        if unknown.len() != self.dynamics.unknown {
            let (what, rule) = ("number of unknown constants".into(), "must be that of their names");
            return Err(SolveError::Input { what, rule, value: unknown.len() as f64 });
        }
        Ok(Task { dynamics: &self.dynamics, unknown, sensitivities, options, steady })
    }

    pub(super) fn trajectory(
        &self,
        unknown: &[f64],
        times: &[f64],
        options: &SolveOptions,
        sensitivities: bool,
    ) -> Result<Trajectory, SolveError> {
        let task = self.task(unknown, options, sensitivities, false)?;
        let mut last = 0.0;
        for time in times {
            if !(*time >= last && time.is_finite()) {
                let (what, rule) =
                    ("time".into(), "must be finite, not negative and not before the one that comes before it");
                return Err(SolveError::Input { what, rule, value: *time });
            }
            last = *time;
        }
        let mut outputs = Outputs::new(times);
        run(&task, &Begin::Initial, &mut outputs)?;
        let states = self.dynamics.states();
        Ok(Trajectory { states, unknown: unknown.len(), values: outputs.states, slopes: outputs.sensitivities })
    }
}

impl Trajectory {
    /// A state at a time, by their indices.
    pub fn state(&self, time: usize, state: usize) -> f64 {
        self.values[time * self.states + state]
    }

    /// The derivative of a state at a time by an unknown constant.
    pub fn sensitivity(&self, time: usize, state: usize, unknown: usize) -> f64 {
        self.slopes[(time * self.unknown + unknown) * self.states + state]
    }
}
