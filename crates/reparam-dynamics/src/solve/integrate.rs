//! One smooth stretch: from a point to a time, a crossing, or a steady state.

use super::equations::{Core, Equations, V};
use super::outputs::Outputs;
use super::problem::problem;
use super::stiffness::Stiffness;
use super::{Method, SolveError, SolveOptions};
use diffsol::{DiffsolError, NalgebraLU, OdeSolverMethod, Vector};

/// A state of a simulation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Point {
    pub(crate) time: f64,
    pub(crate) y: Vec<f64>,
    /// Sensitivities of all states by the first active number, then by the next; empty where none are wanted.
    pub(crate) s: Vec<f64>,
}

/// Whether a stretch ends before its time, asked after every step.
pub(crate) trait Watch {
    /// Starts a stretch.
    fn begin(&mut self, point: &Point);
    /// Whether something lies within the step that ends at `time`; its time, found with `at`, which gives states in between.
    fn look(&mut self, time: f64, y: &[f64], s: &[f64], at: &mut dyn FnMut(f64, &mut [f64])) -> Option<f64>;
}

/// How a stretch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Reached,
    /// What is watched for.
    Seen,
    /// Stability limits the steps.
    Stiff,
}

/// A stretch that is to be integrated.
pub(crate) struct Stretch<'a, 'd, 't> {
    pub(crate) core: &'a Core<'d>,
    pub(crate) unknown: &'a [f64],
    pub(crate) options: &'a SolveOptions,
    pub(crate) until: f64,
    pub(crate) outputs: &'a mut Outputs<'t>,
    /// Steps left.
    pub(crate) steps: &'a mut usize,
    pub(crate) watch: Option<&'a mut dyn Watch>,
}

impl Stretch<'_, '_, '_> {
    /// Moves `point` along; rows are written for output times before the end.
    pub(crate) fn integrate(&mut self, point: &mut Point, stiff: &mut bool) -> Result<End, SolveError> {
        if let Some(watch) = &mut self.watch {
            watch.begin(point);
        }
        if !*stiff {
            let end = self.explicit(point)?;
            if end != End::Stiff {
                return Ok(end);
            }
            *stiff = true;
        }
        self.implicit(point)
    }

    fn explicit(&mut self, point: &mut Point) -> Result<End, SolveError> {
        let span = self.until - point.time;
        let mut stiffness = Stiffness::new(self.core, self.options.method == Method::Auto);
        if stiffness.hopeless(point, span) {
            return Ok(End::Stiff);
        }
        let augmented = !point.s.is_empty();
        let problem = problem(self.core, point, self.unknown, span, self.options, augmented)?;
        let mut solver = problem.tsit45().map_err(|error| stuck(point.time, &error))?;
        let room = Room { y: V::zeros(problem_size(point, augmented), Default::default()), s: None };
        self.steps_of(&mut solver, point, room, &mut stiffness)
    }

    fn implicit(&mut self, point: &mut Point) -> Result<End, SolveError> {
        let span = self.until - point.time;
        let problem = problem(self.core, point, self.unknown, span, self.options, false)?;
        let mut stiffness = Stiffness::new(self.core, false);
        let failed = |error: DiffsolError| stuck(point.time, &error);
        let y = V::zeros(point.y.len(), Default::default());
        if point.s.is_empty() {
            let state = problem.bdf_state::<NalgebraLU<f64>>().map_err(failed)?;
            let mut solver = problem.bdf_solver::<NalgebraLU<f64>>(state).map_err(failed)?;
            self.steps_of(&mut solver, point, Room { y, s: None }, &mut stiffness)
        } else {
            let state = problem.bdf_state_sens::<NalgebraLU<f64>>().map_err(failed)?;
            let mut solver = problem.bdf_solver_sens::<NalgebraLU<f64>>(state).map_err(failed)?;
            let s = solver.state().s.clone();
            self.steps_of(&mut solver, point, Room { y, s: Some(s) }, &mut stiffness)
        }
    }

    fn steps_of<'p, 'c: 'p, S>(
        &mut self,
        solver: &mut S,
        point: &mut Point,
        mut room: Room,
        stiffness: &mut Stiffness<'_, '_>,
    ) -> Result<End, SolveError>
    where
        S: OdeSolverMethod<'p, Equations<'c>>,
    {
        let limit = self.options.steps;
        solver.set_stop_time(self.until).map_err(|error| stuck(point.time, &error))?;
        loop {
            if *self.steps == 0 {
                return Err(SolveError::Steps { limit, time: point.time, end: self.until });
            }
            *self.steps -= 1;
            let before = solver.state().t;
            let stop = solver.step().map_err(|error| stuck(before, &error))?;
            let now = solver.state().t;
            room.take_current(solver);
            room.check(self.core, now)?;
            if let Some(seen) = self.look(solver, &mut room, now)? {
                self.write(solver, &mut room, seen)?;
                room.interpolate(solver, seen)?;
                room.put(point, seen);
                return Ok(End::Seen);
            }
            let reached = matches!(stop, diffsol::OdeSolverStopReason::TstopReached) || now >= self.until;
            let end = if reached { self.until } else { now };
            self.write(solver, &mut room, end.min(now))?;
            if reached {
                room.take_current(solver);
                room.put(point, self.until);
                return Ok(End::Reached);
            }
            if stiffness.found(now - before, now, solver.state().y) {
                room.take_current(solver);
                room.put(point, now);
                return Ok(End::Stiff);
            }
        }
    }

    /// Rows for output times before `end`.
    fn write<'p, 'c: 'p, S>(&mut self, solver: &S, room: &mut Room, end: f64) -> Result<(), SolveError>
    where
        S: OdeSolverMethod<'p, Equations<'c>>,
    {
        while let Some(time) = self.outputs.next_time().filter(|time| *time < end) {
            room.interpolate(solver, time)?;
            let (y, s) = room.parts(self.core.dynamics.states());
            self.outputs.push(y, s);
        }
        Ok(())
    }

    fn look<'p, 'c: 'p, S>(&mut self, solver: &S, room: &mut Room, now: f64) -> Result<Option<f64>, SolveError>
    where
        S: OdeSolverMethod<'p, Equations<'c>>,
    {
        let Some(watch) = &mut self.watch else { return Ok(None) };
        let n = self.core.dynamics.states();
        let (y, s) = room.parts(n);
        let (y, s) = (y.to_vec(), s.to_vec());
        let mut failed = Ok(());
        let seen = watch.look(now, &y, &s, &mut |time, out| {
            if let Err(error) = room.interpolate(solver, time) {
                failed = Err(error);
            }
            out.copy_from_slice(room.parts(n).0);
        });
        failed.map(|()| seen)
    }
}

const fn problem_size(point: &Point, augmented: bool) -> usize {
    point.y.len() + if augmented { point.s.len() } else { 0 }
}

fn stuck(time: f64, error: &DiffsolError) -> SolveError {
    SolveError::Stuck { time, reason: error.to_string() }
}

/// Room for a state: sensitivities behind the states, or apart, in diffsol's lanes.
struct Room {
    y: V,
    s: Option<V>,
}

impl Room {
    fn take_current<'p, 'c: 'p, S: OdeSolverMethod<'p, Equations<'c>>>(&mut self, solver: &S) {
        let state = solver.state();
        self.y.copy_from(state.y);
        if let Some(s) = &mut self.s {
            s.copy_from(state.s);
        }
    }

    fn interpolate<'p, 'c: 'p, S>(&mut self, solver: &S, time: f64) -> Result<(), SolveError>
    where
        S: OdeSolverMethod<'p, Equations<'c>>,
    {
        solver.interpolate_inplace(time, &mut self.y).map_err(|error| stuck(time, &error))?;
        if let Some(s) = &mut self.s {
            solver.interpolate_sens_inplace(time, s).map_err(|error| stuck(time, &error))?;
        }
        Ok(())
    }

    /// States and sensitivities.
    fn parts(&self, n: usize) -> (&[f64], &[f64]) {
        match &self.s {
            Some(s) => (self.y.batch_as_slice(0), s.inner_slice()),
            None => self.y.batch_as_slice(0).split_at(n),
        }
    }

    fn put(&self, point: &mut Point, time: f64) {
        let (y, s) = self.parts(point.y.len());
        point.time = time;
        point.y.copy_from_slice(y);
        if !point.s.is_empty() {
            point.s.copy_from_slice(s);
        }
    }

    fn check(&self, core: &Core<'_>, time: f64) -> Result<(), SolveError> {
        let n = core.dynamics.states();
        let (y, s) = self.parts(n);
        // A tenth of what stands for a number that is not finite: see `equations`.
        let wrong = |x: &f64| !x.is_finite() || x.abs() > 1e90;
        match y.iter().chain(s).position(wrong) {
            None => Ok(()),
            Some(at) => Err(SolveError::NotFinite { name: core.dynamics.names[at % n].clone(), time }),
        }
    }
}

/// All lanes of a vector, one after the other.
trait Lanes {
    fn inner_slice(&self) -> &[f64];
}

impl Lanes for V {
    fn inner_slice(&self) -> &[f64] {
        diffsol::VectorCommon::inner(self).as_slice()
    }
}
