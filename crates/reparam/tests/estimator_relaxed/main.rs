//! Relaxations, measure-valued derivatives, stochastic graphs and noise plans: exact where a sum or an integral says what they must be.

mod measure_valued;
mod perturbed;
mod plans;
mod relaxed;
mod stochastic_graph;
mod straight_through;
mod support;
mod temperatures;
