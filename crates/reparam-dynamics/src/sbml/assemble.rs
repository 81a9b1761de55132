//! From what a model declares to equations.

use std::collections::{HashMap, HashSet};

use roxmltree::Node;

use super::error::SbmlFault;
use super::order::ordered;
use super::read::{Fault, Reader, Species, apply, symbol, unsupported};
use crate::{Event, Expression, Function, State, System};

impl<'a> Reader<'a> {
    /// All together.
    pub(super) fn system(mut self, model: Node<'a, 'a>, events: Vec<Event>) -> Result<System, Fault> {
        let assigned: HashSet<String> = self.assigned.iter().map(|(name, _)| name.clone()).collect();
        let initial: HashMap<String, Expression> = self.initial.iter().cloned().collect();
        let mut rates: HashMap<String, Expression> = self.rates.drain(..).collect();
        let moved: HashSet<&String> = events.iter().flat_map(|e| e.assignments.iter().map(|(name, _)| name)).collect();
        let mut states = Vec::new();
        for species in &self.species {
            let gains = self.gains.remove(&species.id).unwrap_or_default();
            if assigned.contains(&species.id) {
                continue;
            }
            let start = initial.get(&species.id).cloned().or_else(|| species.initial.clone());
            let Some(start) = start else {
                return Err(unsupported(species.node, "the species has no initial value"));
            };
            let rate = match rates.remove(&species.id) {
                Some(rule) => rule,
                None if gains.is_empty() => Expression::Number(0.0),
                None => rate(species, gains, &assigned, &rates)?,
            };
            states.push(State { name: species.id.clone(), initial: start, rate });
        }
        let mut constants = Vec::new();
        let mut initial_constants = Vec::new();
        for constant in std::mem::take(&mut self.constants) {
            if assigned.contains(&constant.name) {
                continue;
            }
            let start = initial.get(&constant.name);
            let begin = || start.cloned().unwrap_or(Expression::Number(constant.value));
            if let Some(rate) = rates.remove(&constant.name) {
                states.push(State { name: constant.name.clone(), initial: begin(), rate });
            } else if moved.contains(&constant.name) {
                // An event sets it: it stands still between.
                states.push(State { name: constant.name.clone(), initial: begin(), rate: Expression::Number(0.0) });
            } else {
                if let Some(formula) = start {
                    initial_constants.push((constant.name.clone(), formula.clone()));
                }
                constants.push(constant);
            }
        }
        let whole = fault_at(model);
        let assigned = ordered(self.assigned).map_err(|names| whole(SbmlFault::Circle(names)))?;
        let initial_constants = ordered(initial_constants).map_err(|names| whole(SbmlFault::Circle(names)))?;
        Ok(System { states, constants, assigned, initial_constants, events })
    }
}

/// `Σ stoichiometry · rate`, by the size of the compartment where the symbol is a concentration, less the dilution where that grows.
fn rate(
    species: &Species<'_>,
    mut gains: Vec<Expression>,
    assigned: &HashSet<String>,
    rates: &HashMap<String, Expression>,
) -> Result<Expression, Fault> {
    let sum = if gains.len() == 1 { gains.remove(0) } else { apply(Function::Add, gains) };
    if species.amount {
        return Ok(sum);
    }
    if assigned.contains(&species.compartment) {
        let rule = format!("its compartment '{}' follows an assignment rule: not supported", species.compartment);
        return Err(unsupported(species.node, rule));
    }
    let size = symbol(&species.compartment);
    let gain = apply(Function::Divide, vec![sum, size.clone()]);
    Ok(match rates.get(&species.compartment) {
        None => gain,
        Some(growth) => {
            let dilution = apply(
                Function::Divide,
                vec![apply(Function::Multiply, vec![symbol(&species.id), growth.clone()]), size],
            );
            apply(Function::Subtract, vec![gain, dilution])
        }
    })
}

fn fault_at(node: Node<'_, '_>) -> impl Fn(SbmlFault) -> Fault {
    let at = node.range().start;
    move |fault| Fault { at, fault }
}
