//! A compiled system as diffsol sees it: states alone, states with diffsol's own sensitivity equations, or both in one vector.

use super::dynamics::Dynamics;
use diffsol::{
    ConstantOp, ConstantOpSens, Context, Matrix, NalgebraContext, NalgebraMat, NalgebraVec, NonLinearOp,
    NonLinearOpJacobian, NonLinearOpSens, OdeEquations, OdeEquationsRef, Op, UnitCallable, Vector,
};
use std::cell::RefCell;

pub(crate) type V = NalgebraVec<f64>;
pub(crate) type M = NalgebraMat<f64>;

/// In place of what is not finite: the step that led there is rejected, because its error is beyond every tolerance, and a
/// shorter one is tried. (A NaN would be taken for no error.) Its square is still finite.
const BEYOND: f64 = 1e100;

/// Arrays of the tapes, and what they were last run at.
struct Memory {
    rates: Vec<f64>,
    full: Vec<f64>,
    /// State and time of `full`.
    at: Vec<f64>,
}

/// Evaluates rates and their derivatives at given unknown numbers and switches.
pub(crate) struct Core<'d> {
    pub(crate) dynamics: &'d Dynamics,
    memory: RefCell<Memory>,
}

impl<'d> Core<'d> {
    pub(crate) fn new(dynamics: &'d Dynamics) -> Self {
        let memory = Memory {
            rates: dynamics.rates.memory(),
            full: dynamics.full.memory(),
            at: vec![f64::NAN; dynamics.states() + 1],
        };
        Self { dynamics, memory: RefCell::new(memory) }
    }

    /// Sets unknown numbers and switches.
    pub(crate) fn set(&self, unknown: &[f64], flags: &[f64]) {
        let (n, time) = (self.dynamics.states(), self.dynamics.time());
        let memory = &mut *self.memory.borrow_mut();
        for (tape, array) in [(&self.dynamics.rates, &mut memory.rates), (&self.dynamics.full, &mut memory.full)] {
            array[n..time].copy_from_slice(unknown);
            array[time + 1..=time + flags.len()].copy_from_slice(flags);
            tape.run_still(array);
        }
        memory.at.fill(f64::NAN);
    }

    /// Rates of change, as they are.
    pub(crate) fn rates(&self, y: &[f64], t: f64, rates: &mut [f64]) {
        let dynamics = self.dynamics;
        let array = &mut self.memory.borrow_mut().rates;
        array[..y.len()].copy_from_slice(y);
        array[dynamics.time()] = t;
        dynamics.rates.run_moving(array);
        for (rate, place) in rates.iter_mut().zip(dynamics.rates.outputs()) {
            *rate = array[*place as usize];
        }
    }

    /// Rates, and derivatives by way of `use_array`, from the array of the full tape; run only where state or time are new.
    fn full<R>(&self, y: &[f64], t: f64, use_array: impl FnOnce(&[f64]) -> R) -> R {
        let n = y.len();
        let memory = &mut *self.memory.borrow_mut();
        if memory.at[n] != t || memory.at[..n] != *y {
            memory.full[..n].copy_from_slice(y);
            memory.full[self.dynamics.time()] = t;
            self.dynamics.full.run_moving(&mut memory.full);
            memory.at[..n].copy_from_slice(y);
            memory.at[n] = t;
        }
        use_array(&memory.full)
    }

    /// `out = J v`.
    pub(crate) fn jacobian_times(&self, y: &[f64], t: f64, v: &[f64], out: &mut [f64]) {
        self.full(y, t, |array| multiply(self.dynamics, array, v, out));
    }

    /// States and sensitivities in one vector: all rates of change.
    fn augmented(&self, x: &[f64], t: f64, out: &mut [f64]) {
        let n = self.dynamics.states();
        let (y, s) = x.split_at(n);
        let (rates, slopes) = out.split_at_mut(n);
        self.full(y, t, |array| {
            for (rate, place) in rates.iter_mut().zip(self.dynamics.full.outputs()) {
                *rate = array[*place as usize];
            }
        });
        self.sensitivity_rates(y, t, s, slopes);
    }

    /// `J s + ∂f/∂θ`, for all active numbers.
    pub(crate) fn sensitivity_rates(&self, y: &[f64], t: f64, s: &[f64], slopes: &mut [f64]) {
        let n = y.len();
        self.full(y, t, |array| {
            for (s, slope) in s.chunks_exact(n).zip(slopes.chunks_exact_mut(n)) {
                multiply(self.dynamics, array, s, slope);
            }
            for (row, column, output) in &self.dynamics.by_unknown {
                slopes[column * n + row] += self.dynamics.full.output(array, *output);
            }
        });
    }

    /// Writes the Jacobian, column after column.
    pub(crate) fn jacobian(&self, y: &[f64], t: f64, mut put: impl FnMut(usize, usize, f64)) {
        self.full(y, t, |array| {
            for (row, column, output) in &self.dynamics.by_state {
                put(*row, *column, finite(self.dynamics.full.output(array, *output)));
            }
        });
    }

    /// Writes the derivatives of the rates by the active numbers.
    pub(crate) fn by_unknown(&self, y: &[f64], t: f64, mut put: impl FnMut(usize, usize, f64)) {
        self.full(y, t, |array| {
            for (row, column, output) in &self.dynamics.by_unknown {
                put(*row, *column, finite(self.dynamics.full.output(array, *output)));
            }
        });
    }
}

#[inline]
fn multiply(dynamics: &Dynamics, array: &[f64], v: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (row, column, output) in &dynamics.by_state {
        out[*row] += dynamics.full.output(array, *output) * v[*column];
    }
}

const fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { 0.0 }
}

fn bound(values: &mut [f64]) {
    for value in values {
        if !value.is_finite() {
            *value = BEYOND;
        }
    }
}

/// The equations, in one of their forms.
pub(crate) struct Equations<'c> {
    pub(crate) right: Right<'c>,
    pub(crate) start: Start,
}

/// The right-hand side.
pub(crate) struct Right<'c> {
    core: &'c Core<'c>,
    context: NalgebraContext,
    /// States with sensitivities in one vector.
    augmented: bool,
    /// Active numbers that diffsol's sensitivity equations see.
    parameters: usize,
}

/// Initial values, and their derivatives by the active numbers, one after the other.
pub(crate) struct Start {
    context: NalgebraContext,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

impl<'c> Equations<'c> {
    pub(crate) fn new(core: &'c Core<'c>, y: &[f64], s: &[f64], augmented: bool) -> Self {
        let context = NalgebraContext::default();
        let parameters = if augmented || s.is_empty() { 0 } else { core.dynamics.active.len() };
        let (values, slopes) = if augmented { ([y, s].concat(), vec![]) } else { (y.to_vec(), s.to_vec()) };
        Self { right: Right { core, context, augmented, parameters }, start: Start { context, values, slopes } }
    }
}

macro_rules! operator {
    ($type:ty, $self:ident, $states:expr, $parameters:expr, $context:expr) => {
        impl Op for $type {
            type T = f64;
            type V = V;
            type M = M;
            type C = NalgebraContext;
            fn context(&$self) -> &NalgebraContext {
                &$context
            }
            fn nstates(&$self) -> usize {
                $states
            }
            fn nout(&$self) -> usize {
                $states
            }
            fn nparams(&$self) -> usize {
                $parameters
            }
        }
    };
}

operator!(Right<'_>, self, self.states(), self.parameters, self.context);
operator!(Start, self, self.values.len(), self.slopes.len() / self.values.len().max(1), self.context);
operator!(Equations<'_>, self, self.right.states(), self.right.parameters, self.right.context);

impl Right<'_> {
    fn states(&self) -> usize {
        let dynamics = self.core.dynamics;
        dynamics.states() * if self.augmented { 1 + dynamics.active.len() } else { 1 }
    }
}

impl NonLinearOp for Right<'_> {
    fn call_inplace(&self, x: &V, t: f64, y: &mut V) {
        let (x, out) = (x.batch_as_slice(0), y.batch_as_mut_slice(0));
        if self.augmented {
            self.core.augmented(x, t, out);
        } else {
            self.core.rates(x, t, out);
        }
        bound(out);
    }
}

impl NonLinearOpJacobian for Right<'_> {
    /// The augmented form is for explicit methods, which do not ask for it.
    fn jac_mul_inplace(&self, x: &V, t: f64, v: &V, y: &mut V) {
        let lanes = y.context().nbatch();
        for lane in 0..lanes {
            let out = y.batch_as_mut_slice(lane);
            self.core.jacobian_times(x.batch_as_slice(0), t, v.batch_as_slice(lane), out);
            bound(out);
        }
    }

    fn jacobian_inplace(&self, x: &V, t: f64, y: &mut M) {
        y.inner_mut().fill(0.0);
        self.core.jacobian(x.batch_as_slice(0), t, |row, column, value| y.inner_mut()[(row, column)] = value);
    }
}

impl NonLinearOpSens for Right<'_> {
    fn sens_mul_inplace(&self, x: &V, t: f64, v: &V, y: &mut V) {
        let (v, out) = (v.batch_as_slice(0), y.batch_as_mut_slice(0));
        out.fill(0.0);
        self.core.by_unknown(x.batch_as_slice(0), t, |row, column, value| out[row] += value * v[column]);
    }

    fn sens_inplace(&self, x: &V, t: f64, y: &mut M) {
        y.inner_mut().fill(0.0);
        self.core.by_unknown(x.batch_as_slice(0), t, |row, column, value| y.inner_mut()[(row, column)] = value);
    }
}

impl ConstantOp for Start {
    fn call_inplace(&self, _t: f64, y: &mut V) {
        y.batch_as_mut_slice(0).copy_from_slice(&self.values);
    }
}

impl ConstantOpSens for Start {
    fn sens_mul_inplace(&self, _t: f64, v: &V, y: &mut V) {
        let out = y.batch_as_mut_slice(0);
        out.fill(0.0);
        for (column, v) in self.slopes.chunks_exact(self.values.len().max(1)).zip(v.batch_as_slice(0)) {
            out.iter_mut().zip(column).for_each(|(out, slope)| *out += slope * v);
        }
    }
}

impl<'a> OdeEquationsRef<'a> for Equations<'_> {
    type Mass = UnitCallable<M>;
    type Rhs = &'a Right<'a>;
    type Root = UnitCallable<M>;
    type Init = &'a Start;
    type Out = UnitCallable<M>;
    type Reset = UnitCallable<M>;
}

impl OdeEquations for Equations<'_> {
    fn rhs(&self) -> &Right<'_> {
        &self.right
    }

    fn mass(&self) -> Option<UnitCallable<M>> {
        None
    }

    fn init(&self) -> &Start {
        &self.start
    }

    fn set_params(&mut self, _parameters: &V) {}

    fn get_params(&self, parameters: &mut V) {
        parameters.fill(0.0);
    }
}
