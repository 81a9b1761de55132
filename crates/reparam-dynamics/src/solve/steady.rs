//! Steady states: a long way, then Newton's method.

use super::SolveError;
use super::equations::Core;
use super::integrate::{Point, Watch};
use super::run::Task;

/// The end of a stretch without end.
pub(super) const FAR: f64 = 1e60;
/// A state is at rest where its rate a unit of time is below this share of the tolerances.
const SHARE: f64 = 1e-2;
/// After that the simulation goes on to so many times the time passed: what is left dies down with the slowest rate.
const BEYOND: f64 = 10.0;
/// Pivots below this share of the largest are those of a singular matrix.
const SINGULAR: f64 = 1e-11;

/// Watches for a steady state.
pub(super) struct Steady<'a> {
    core: &'a Core<'a>,
    task: &'a Task<'a>,
    began: f64,
    /// When it came to rest, and the states there.
    at_rest: Option<(f64, Vec<f64>)>,
    worst: (f64, usize, f64),
    rates: Vec<f64>,
    slopes: Vec<f64>,
}

impl<'a> Steady<'a> {
    pub(super) fn new(core: &'a Core<'a>, task: &'a Task<'a>) -> Self {
        let (n, active) = (task.dynamics.states(), task.dynamics.active.len());
        Self {
            core,
            task,
            began: 0.0,
            at_rest: None,
            worst: (0.0, 0, 0.0),
            rates: vec![0.0; n],
            slopes: vec![0.0; if task.sensitivities { n * active } else { 0 }],
        }
    }

    /// The steps were spent on the way: which state still moves.
    pub(super) fn explain(&self, error: SolveError) -> SolveError {
        match error {
            SolveError::Steps { time, .. } => self.unsteady(time),
            error => error,
        }
    }

    fn unmoved(&self, before: &[f64], now: &[f64]) -> bool {
        let (relative, absolute) = (1e2 * self.task.options.relative, 1e2 * self.task.options.absolute);
        before.iter().zip(now).all(|(before, now)| (before - now).abs() <= relative * now.abs() + absolute)
    }

    /// It went on to the end of time.
    pub(super) fn unsteady(&self, time: f64) -> SolveError {
        let (_, state, rate) = self.worst;
        SolveError::Unsteady { time, name: self.task.dynamics.names[state].clone(), rate }
    }

    /// Whether states and sensitivities are at rest.
    fn rests(&mut self, time: f64, y: &[f64], s: &[f64]) -> bool {
        let (relative, absolute) = (SHARE * self.task.options.relative, SHARE * self.task.options.absolute);
        self.core.rates(y, time, &mut self.rates);
        self.worst = (0.0, 0, 0.0);
        for (at, (rate, y)) in self.rates.iter().zip(y).enumerate() {
            let size = rate.abs() / (relative * y.abs() + absolute);
            if size > self.worst.0 {
                self.worst = (size, at, *rate);
            }
        }
        let mut rests = self.worst.0 <= 1.0;
        let n = y.len();
        if rests && !s.is_empty() {
            self.core.sensitivity_rates(y, time, s, &mut self.slopes);
            for ((s, slope), number) in
                s.chunks_exact(n).zip(self.slopes.chunks_exact(n)).zip(&self.task.dynamics.active)
            {
                let scale = self.task.unknown[*number].abs();
                let scale = if scale > 0.0 { scale } else { 1.0 };
                rests &=
                    s.iter().zip(slope).zip(y).all(|((s, slope), y)| {
                        slope.abs() * scale <= relative * (s.abs() * scale + y.abs()) + absolute
                    });
            }
        }
        rests
    }
}

impl Watch for Steady<'_> {
    fn begin(&mut self, point: &Point) {
        self.began = point.time;
    }

    fn look(&mut self, time: f64, y: &[f64], s: &[f64], _at: &mut dyn FnMut(f64, &mut [f64])) -> Option<f64> {
        let rests = self.rests(time, y, s);
        let far = |since: f64| time - self.began >= BEYOND * (since - self.began);
        match &self.at_rest {
            Some((since, _)) if !far(*since) => return None,
            // What grows without end is slow for its size, but not at rest.
            Some((_, before)) if rests && self.unmoved(before, y) => return Some(time),
            _ => self.at_rest = rests.then(|| (time, y.to_vec())),
        }
        None
    }
}

/// Newton's method from where the simulation stopped, and sensitivities by the implicit function theorem. Where the Jacobian is singular
/// (conserved amounts) all stays as the simulation left it.
pub(super) fn polish(core: &Core<'_>, task: &Task<'_>, point: &mut Point) {
    let n = point.y.len();
    let mut matrix = vec![0.0; n * n];
    for _ in 0..3 {
        matrix.fill(0.0);
        core.jacobian(&point.y, point.time, |row, column, value| matrix[row * n + column] = value);
        let Some(order) = factorise(&mut matrix, n) else { return };
        let mut step = vec![0.0; n];
        core.rates(&point.y, point.time, &mut step);
        solve(&matrix, &order, &mut step);
        let small =
            |(step, y): (&f64, &f64)| step.abs() <= 1e3 * (task.options.relative * y.abs() + task.options.absolute);
        if !step.iter().zip(&point.y).all(small) {
            return;
        }
        point.y.iter_mut().zip(&step).for_each(|(y, step)| *y -= step);
    }
    if point.s.is_empty() {
        return;
    }
    matrix.fill(0.0);
    core.jacobian(&point.y, point.time, |row, column, value| matrix[row * n + column] = value);
    let Some(order) = factorise(&mut matrix, n) else { return };
    point.s.fill(0.0);
    let s = &mut point.s;
    core.by_unknown(&point.y, point.time, |row, column, value| s[column * n + row] = -value);
    point.s.chunks_exact_mut(n).for_each(|s| solve(&matrix, &order, s));
}

/// `P A = L U` in place, row after row, with the order of the rows; `None` where it is singular.
fn factorise(matrix: &mut [f64], n: usize) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..n).collect();
    // Rows are compared after scaling: rates of different states have different units.
    for row in matrix.chunks_exact_mut(n.max(1)) {
        if row.iter().all(|value| *value == 0.0) {
            return None;
        }
    }
    let scale: Vec<f64> = matrix
        .chunks_exact(n.max(1))
        .map(|row| row.iter().fold(0.0, |most: f64, value| most.max(value.abs())))
        .collect();
    for column in 0..n {
        let size = |row: usize| matrix[order[row] * n + column].abs() / scale[order[row]];
        let best = (column..n).max_by(|a, b| size(*a).total_cmp(&size(*b)))?;
        if size(best).is_nan() || size(best) <= SINGULAR {
            return None;
        }
        order.swap(column, best);
        let pivot = order[column] * n;
        for row in order[column + 1..].iter().map(|row| row * n) {
            let factor = matrix[row + column] / matrix[pivot + column];
            matrix[row + column] = factor;
            for at in column + 1..n {
                matrix[row + at] -= factor * matrix[pivot + at];
            }
        }
    }
    Some(order)
}

fn solve(matrix: &[f64], order: &[usize], b: &mut [f64]) {
    let n = order.len();
    let mut x: Vec<f64> = order.iter().map(|row| b[*row]).collect();
    for row in 0..n {
        let sum: f64 = (0..row).map(|at| matrix[order[row] * n + at] * x[at]).sum();
        x[row] -= sum;
    }
    for row in (0..n).rev() {
        let sum: f64 = (row + 1..n).map(|at| matrix[order[row] * n + at] * x[at]).sum();
        x[row] = (x[row] - sum) / matrix[order[row] * n + row];
    }
    b.copy_from_slice(&x);
}
