//! A system of differential equations with named parts; what SBML, reactions in text and built-in models all become.

use crate::Expression;

/// `dy/dt = f(y, constants, time)`, with names.
///
/// Expressions may name states, constants, assigned quantities and `time`. Species are in the unit of their symbol in formulae
/// (concentration, or amount where SBML says so): whoever builds the system has divided rates by compartments already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// What changes by a differential equation.
    pub states: Vec<State>,
    /// Numbers that stand still during a simulation; experiments and parameters set them by name.
    pub constants: Vec<Constant>,
    /// Quantities that follow from others at every time, each after those that it names.
    pub assigned: Vec<(String, Expression)>,
    /// Initial values of constants that are not numbers: evaluated once at the start, before the states' initial values.
    pub initial_constants: Vec<(String, Expression)>,
    /// Sudden changes.
    pub events: Vec<Event>,
}

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name in formulae.
    pub name: String,
    /// Its value at the start, of constants and assigned quantities.
    pub initial: Expression,
    /// Its rate of change.
    pub rate: Expression,
}

/// A constant with its value where nothing sets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Its name in formulae.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its unit; empty where unknown.
    pub unit: String,
}

/// Assignments that happen when a condition becomes true.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// For messages.
    pub name: String,
    /// Happens when this turns from false to true.
    pub trigger: Expression,
    /// States and constants, and their new values, all evaluated before any is set.
    pub assignments: Vec<(String, Expression)>,
}
