//! A whole simulation: smooth stretches, and what happens between them.

use super::dynamics::Dynamics;
use super::equations::Core;
use super::integrate::{End, Point, Stretch, Watch};
use super::outputs::Outputs;
use super::steady::{FAR, Steady, polish};
use super::transition::Transitions;
use super::{Method, SolveError, SolveOptions};

/// Where a simulation begins.
pub(crate) enum Begin<'a> {
    /// At the initial values.
    Initial,
    /// At another simulation's end, apart from the states that are marked: they begin at their initial values.
    After(&'a Point, &'a [bool]),
}

/// What is to be simulated.
pub(crate) struct Task<'a> {
    pub(crate) dynamics: &'a Dynamics,
    pub(crate) unknown: &'a [f64],
    pub(crate) sensitivities: bool,
    pub(crate) options: &'a SolveOptions,
    /// Whether to go on to the steady state.
    pub(crate) steady: bool,
}

/// Switches later than this are beyond what is the end of time for a steady state.
const LATEST: f64 = 1e-3 * FAR;

/// Simulates: rows go to `outputs`, whose times are finite, ascending and not before the start. The end is the last time, or the steady
/// state.
pub(crate) fn run(task: &Task<'_>, begin: &Begin<'_>, outputs: &mut Outputs<'_>) -> Result<Point, SolveError> {
    task.options.check()?;
    let dynamics = task.dynamics;
    let mut point = start(task, begin)?;
    let last = outputs.times.last().copied().unwrap_or(dynamics.start).max(point.time);
    let core = Core::new(dynamics);
    let mut transitions = Transitions::new(task, &core, if task.steady { LATEST } else { last });
    let mut left = Left { steps: task.options.steps, stiff: task.options.method == Method::Implicit };
    transitions.begin(&mut point)?;
    loop {
        let next = transitions.next_break(point.time);
        while outputs.next_time().is_some_and(|time| time <= point.time) {
            outputs.push(&point.y, &point.s);
        }
        if !task.steady && outputs.next_time().is_none() && next.is_none_or(|next| next > last) {
            return Ok(point);
        }
        if task.steady && next.is_none() && point.time >= last {
            to_steady_state(task, &core, &mut transitions, outputs, &mut point, &mut left)?;
            return Ok(point);
        }
        // Not past the last time, as long as that lies ahead.
        let until = next.unwrap_or(last).min(if point.time < last { last } else { FAR });
        let end = stretch(task, &core, &mut transitions, outputs, &mut point, until, &mut left)?;
        if end == End::Seen {
            transitions.cross(&mut point)?;
        } else if next == Some(until) {
            transitions.pass(&mut point)?;
        }
    }
}

/// Steps that are left, and whether an implicit method has been found to be the right one.
struct Left {
    steps: usize,
    stiff: bool,
}

/// One smooth stretch, or what there is of it.
fn stretch<'a>(
    task: &'a Task<'a>,
    core: &'a Core<'a>,
    transitions: &mut Transitions<'a>,
    outputs: &mut Outputs<'_>,
    point: &mut Point,
    until: f64,
    left: &mut Left,
) -> Result<End, SolveError> {
    if task.dynamics.states() == 0 {
        outputs_without_states(outputs, until);
        point.time = until;
        return Ok(End::Reached);
    }
    // diffsol takes such times for the same.
    if until - point.time <= 256.0 * f64::EPSILON * until.abs().max(point.time.abs()) {
        point.time = until;
        return Ok(End::Reached);
    }
    let (unknown, options, watch) = (task.unknown, task.options, transitions.watch());
    Stretch { core, unknown, options, until, outputs, steps: &mut left.steps, watch }.integrate(point, &mut left.stiff)
}

/// From the last time of switching on.
fn to_steady_state<'a>(
    task: &'a Task<'a>,
    core: &'a Core<'a>,
    transitions: &mut Transitions<'a>,
    outputs: &mut Outputs<'_>,
    point: &mut Point,
    left: &mut Left,
) -> Result<(), SolveError> {
    transitions.check_steady(point.time)?;
    if task.dynamics.states() == 0 {
        return Ok(());
    }
    // The way is long and has fast parts that have died down.
    let mut implicit = left.stiff || task.options.method == Method::Auto;
    let mut steady = Steady::new(core, task);
    let (unknown, options, watch) = (task.unknown, task.options, Some(&mut steady as &mut dyn Watch));
    let end = Stretch { core, unknown, options, until: FAR, outputs, steps: &mut left.steps, watch }
        .integrate(point, &mut implicit)
        .map_err(|error| steady.explain(error))?;
    if end == End::Reached {
        return Err(steady.unsteady(point.time));
    }
    polish(core, task, point);
    Ok(())
}

fn outputs_without_states(outputs: &mut Outputs<'_>, until: f64) {
    while outputs.next_time().is_some_and(|time| time <= until) {
        outputs.push(&[], &[]);
    }
}

/// The first point, its sensitivities included.
fn start(task: &Task<'_>, begin: &Begin<'_>) -> Result<Point, SolveError> {
    let dynamics = task.dynamics;
    let (n, active) = (dynamics.states(), dynamics.active.len());
    for (at, value) in task.unknown.iter().enumerate() {
        if !value.is_finite() {
            let what = format!("unknown number {at}");
            return Err(SolveError::Input { what, rule: "must be finite", value: *value });
        }
    }
    let mut memory = dynamics.initial.memory();
    memory[n..n + task.unknown.len()].copy_from_slice(task.unknown);
    memory[dynamics.time()] = dynamics.start;
    dynamics.initial.run(&mut memory);
    let y: Vec<f64> = (0..n).map(|at| dynamics.initial.output(&memory, at)).collect();
    let mut s = vec![0.0; if task.sensitivities { n * active } else { 0 }];
    if task.sensitivities {
        for (row, column, output) in &dynamics.initial_slopes {
            s[column * n + row] = dynamics.initial.output(&memory, *output);
        }
    }
    let mut point = Point { time: dynamics.start, y, s };
    if let Begin::After(before, set) = begin {
        for at in (0..n).filter(|at| !set[*at]) {
            point.y[at] = before.y[at];
            for column in 0..point.s.len().checked_div(n).unwrap_or(0) {
                point.s[column * n + at] = before.s[column * n + at];
            }
        }
    }
    match point.y.iter().chain(&point.s).position(|x| !x.is_finite()) {
        None => Ok(point),
        Some(at) => Err(SolveError::NotFinite { name: dynamics.names[at % n].clone(), time: point.time }),
    }
}
