//! What happens between smooth stretches: switches, crossings, events, and how sensitivities pass them.

use super::SolveError;
use super::crossing::Crossing;
use super::dynamics::Entry;
use super::equations::Core;
use super::integrate::{Point, Watch};
use super::run::Task;
use crate::expression::Tape;

/// Rounds of events that set off one another at one time.
const ROUNDS: usize = 100;
/// Crossings in one simulation.
const CROSSINGS: usize = 10_000;

/// Inputs of tapes: states, unknown numbers, time, values of switches and crossings.
type Inputs = Vec<f64>;

/// Keeps the values of switches and crossings, and the truth of triggers.
pub(super) struct Transitions<'a> {
    task: &'a Task<'a>,
    core: &'a Core<'a>,
    inputs: Inputs,
    /// Times of switching between start and end, ascending, and which.
    breaks: Vec<(f64, usize)>,
    /// Derivatives of the times of switching: a row of active numbers a switch.
    moved: Vec<f64>,
    truths: Vec<bool>,
    /// Differences of the crossings at the last look, and the crossing that was seen, with its direction.
    watch: Crossing<'a>,
}

/// Runs a tape at the inputs.
fn run(tape: &Tape, inputs: &[f64]) -> Vec<f64> {
    let mut memory = tape.memory();
    memory[..inputs.len()].copy_from_slice(inputs);
    tape.run(&mut memory);
    memory
}

impl<'a> Transitions<'a> {
    pub(super) fn new(task: &'a Task<'a>, core: &'a Core<'a>, end: f64) -> Self {
        let dynamics = task.dynamics;
        let (switches, crossings) = (dynamics.switches.count(), dynamics.events.crossings());
        let mut inputs = vec![0.0; dynamics.time() + 1 + switches + crossings];
        inputs[dynamics.states()..dynamics.time()].copy_from_slice(task.unknown);
        let watch = Crossing::new(core);
        let (mut breaks, mut moved) = (Vec::new(), vec![0.0; switches * dynamics.active.len()]);
        if let Some(tape) = &dynamics.switches.moments {
            let memory = run(tape, &inputs);
            for at in 0..switches {
                let time = tape.output(&memory, at);
                if time.is_finite() && time >= dynamics.start && time <= end {
                    breaks.push((time, at));
                }
            }
            breaks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (row, column, output) in &dynamics.switches.slopes {
                moved[row * dynamics.active.len() + column] = tape.output(&memory, *output);
            }
        }
        Self { task, core, inputs, breaks, moved, truths: Vec::new(), watch }
    }

    /// The next time of switching after `time`.
    pub(super) fn next_break(&self, time: f64) -> Option<f64> {
        self.breaks.iter().map(|(at, _)| *at).find(|at| *at > time)
    }

    /// Truth at the very start, and then just after it.
    pub(super) fn begin(&mut self, point: &mut Point) -> Result<(), SolveError> {
        self.place(point);
        self.switch(point.time);
        self.recross(None);
        self.truths = self.truth();
        self.after(point.time);
        self.recross(None);
        let still = vec![0.0; self.task.dynamics.active.len()];
        self.events(point, &still)?;
        self.settle();
        Ok(())
    }

    /// What to watch for within a stretch.
    pub(super) fn watch(&mut self) -> Option<&mut dyn Watch> {
        if self.watch.count > 0 { Some(&mut self.watch) } else { None }
    }

    /// Crossings are not looked for on the way to a steady state.
    pub(super) fn check_steady(&self, time: f64) -> Result<(), SolveError> {
        if self.watch.count == 0 {
            return Ok(());
        }
        let name = self.task.dynamics.events.names.first().cloned().unwrap_or_default();
        Err(SolveError::Event { name, time, reason: "events that states trigger are not followed to a steady state" })
    }

    /// A time of switching has come.
    pub(super) fn pass(&mut self, point: &mut Point) -> Result<(), SolveError> {
        let active = self.task.dynamics.active.len();
        let mut moved = vec![0.0; active];
        for (_, at) in self.breaks.iter().filter(|(time, _)| *time == point.time) {
            let row = &self.moved[at * active..(at + 1) * active];
            if row.iter().any(|slope| *slope != 0.0) {
                moved.copy_from_slice(row);
            }
        }
        self.transit(point, &moved, None)
    }

    /// A crossing was seen.
    pub(super) fn cross(&mut self, point: &mut Point) -> Result<(), SolveError> {
        let Some(at) = self.watch.seen else { return Ok(()) };
        let events = &self.task.dynamics.events;
        self.watch.number += 1;
        if self.watch.number > CROSSINGS {
            let name = events.names.first().cloned().unwrap_or_default();
            return Err(SolveError::Event { name, time: point.time, reason: "crossings without end" });
        }
        self.place(point);
        let Some(tape) = &events.crossing else { return Ok(()) };
        let memory = run(tape, &self.inputs);
        let n = point.y.len();
        let mut rates = vec![0.0; n];
        self.core.rates(&point.y, point.time, &mut rates);
        let of = |entries: &[Entry]| -> Vec<(usize, f64)> {
            entries.iter().filter(|entry| entry.0 == at).map(|entry| (entry.1, tape.output(&memory, entry.2))).collect()
        };
        let by_state = of(&events.crossing_slopes.state);
        let speed = of(&events.crossing_slopes.time).iter().map(|(_, slope)| slope).sum::<f64>()
            + by_state.iter().map(|(state, slope)| slope * rates[*state]).sum::<f64>();
        let mut moved = vec![0.0; self.task.dynamics.active.len()];
        if self.task.sensitivities {
            for (column, slope) in of(&events.crossing_slopes.unknown) {
                moved[column] += slope;
            }
            for (column, moved) in moved.iter_mut().enumerate() {
                *moved += by_state.iter().map(|(state, slope)| slope * point.s[column * n + state]).sum::<f64>();
                *moved = if *moved == 0.0 { 0.0 } else { -*moved / speed };
            }
            if moved.iter().any(|moved| !moved.is_finite()) {
                let name = events.names.first().cloned().unwrap_or_default();
                let reason = "its trigger is touched, not crossed: sensitivities have no value there";
                return Err(SolveError::Event { name, time: point.time, reason });
            }
        }
        self.transit(point, &moved, Some((at, speed > 0.0)))
    }

    /// Passes a time that moves by `moved` with the active numbers.
    fn transit(&mut self, point: &mut Point, moved: &[f64], crossing: Option<(usize, bool)>) -> Result<(), SolveError> {
        self.drift(point, moved, 1.0);
        self.place(point);
        let first = self.crossing_place();
        if let Some((at, up)) = crossing {
            self.inputs[first + at] = f64::from(up == self.task.dynamics.events.rising[at]);
        }
        self.after(point.time);
        self.events(point, moved)?;
        self.settle();
        self.drift(point, moved, -1.0);
        Ok(())
    }

    /// `s + sign f moved`: along with the time of the event, or back from it.
    fn drift(&self, point: &mut Point, moved: &[f64], sign: f64) {
        if !self.task.sensitivities || moved.iter().all(|moved| *moved == 0.0) {
            return;
        }
        let n = point.y.len();
        let mut rates = vec![0.0; n];
        self.core.rates(&point.y, point.time, &mut rates);
        for (s, moved) in point.s.chunks_exact_mut(n).zip(moved) {
            s.iter_mut().zip(&rates).for_each(|(s, rate)| *s += sign * rate * moved);
        }
    }

    /// Sets off events whose triggers have become true, until no more do.
    fn events(&mut self, point: &mut Point, moved: &[f64]) -> Result<(), SolveError> {
        let events = &self.task.dynamics.events;
        for _ in 0..ROUNDS {
            let truths = self.truth();
            let fired: Vec<bool> = truths.iter().zip(&self.truths).map(|(now, before)| *now && !*before).collect();
            self.truths = truths;
            if !fired.contains(&true) {
                return Ok(());
            }
            let before = self.differences();
            self.assign(point, moved, &fired);
            self.place(point);
            self.recross(Some(&before));
        }
        let name = events.names.first().cloned().unwrap_or_default();
        Err(SolveError::Event { name, time: point.time, reason: "events set off one another without end" })
    }

    fn assign(&self, point: &mut Point, moved: &[f64], fired: &[bool]) {
        let events = &self.task.dynamics.events;
        let Some(tape) = &events.assign else { return };
        let memory = run(tape, &self.inputs);
        let (n, old) = (point.y.len(), point.s.clone());
        for (row, (event, state)) in events.targets.iter().enumerate() {
            if !fired[*event] {
                continue;
            }
            point.y[*state] = tape.output(&memory, row);
            let of = |entries: &'_ [Entry]| -> Vec<(usize, f64)> {
                let own = entries.iter().filter(|entry| entry.0 == row);
                own.map(|entry| (entry.1, tape.output(&memory, entry.2))).collect()
            };
            let (by_state, by_time) = (of(&events.assign_slopes.state), of(&events.assign_slopes.time));
            let by_time: f64 = by_time.iter().map(|(_, slope)| slope).sum();
            for column in 0..point.s.len().checked_div(n).unwrap_or(0) {
                point.s[column * n + state] = by_time * moved[column]
                    + by_state.iter().map(|(other, slope)| slope * old[column * n + other]).sum::<f64>();
            }
            if self.task.sensitivities {
                for (column, slope) in of(&events.assign_slopes.unknown) {
                    point.s[column * n + state] += slope;
                }
            }
        }
    }

    fn place(&mut self, point: &Point) {
        self.inputs[..point.y.len()].copy_from_slice(&point.y);
        self.inputs[self.task.dynamics.time()] = point.time;
    }

    fn crossing_place(&self) -> usize {
        self.task.dynamics.time() + 1 + self.task.dynamics.switches.count()
    }

    /// Values of the switches at a time.
    fn switch(&mut self, time: f64) {
        let (first, place) = (self.task.dynamics.time() + 1, self.task.dynamics.time());
        let Some(tape) = &self.task.dynamics.switches.values else { return };
        let now = std::mem::replace(&mut self.inputs[place], time);
        let memory = run(tape, &self.inputs);
        for at in 0..self.task.dynamics.switches.count() {
            self.inputs[first + at] = tape.output(&memory, at);
        }
        self.inputs[place] = now;
    }

    /// Values of the switches between a time and the next time of switching.
    fn after(&mut self, time: f64) {
        let next = self.next_break(time).unwrap_or(time + time.abs().max(1.0));
        self.switch(time + 0.5 * (next - time));
    }

    /// Values of the crossings, all of them or those whose differences are other than before.
    fn recross(&mut self, before: Option<&[f64]>) {
        let first = self.crossing_place();
        let Some(tape) = &self.task.dynamics.events.crossing else { return };
        let memory = run(tape, &self.inputs);
        for at in 0..self.watch.count {
            if before.is_none_or(|before| before[at] != tape.output(&memory, at)) {
                self.inputs[first + at] = tape.output(&memory, self.watch.count + at);
            }
        }
    }

    fn differences(&self) -> Vec<f64> {
        let Some(tape) = &self.task.dynamics.events.crossing else { return Vec::new() };
        let memory = run(tape, &self.inputs);
        (0..self.watch.count).map(|at| tape.output(&memory, at)).collect()
    }

    fn truth(&self) -> Vec<bool> {
        let Some(tape) = &self.task.dynamics.events.trigger else { return Vec::new() };
        let memory = run(tape, &self.inputs);
        (0..self.task.dynamics.events.names.len()).map(|at| tape.output(&memory, at) != 0.0).collect()
    }

    /// Tells the rates about the values of switches.
    fn settle(&mut self) {
        let time = self.task.dynamics.time();
        self.core.set(self.task.unknown, &self.inputs[time + 1..]);
        let used = self.inputs.len();
        if self.watch.count > 0 {
            self.watch.memory[..used].copy_from_slice(&self.inputs);
        }
    }
}
