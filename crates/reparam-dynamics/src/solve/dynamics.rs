//! A system with its settings, as tapes: rates, their derivatives, the start.

use super::event::{Columns, Events};
use super::names::{Definition, Formula, Names, SystemError, check_names, insert, resolve};
use super::switch::Switches;
use crate::expression::{Expression, Graph, Node, Tape};
use crate::system::System;
use std::collections::{HashMap, HashSet};

/// What a system is compiled with.
pub(crate) struct Setup<'a> {
    pub(crate) system: &'a System,
    /// Names of the unknown numbers.
    pub(crate) unknown: &'a [String],
    /// Known numbers by name.
    pub(crate) known: &'a [(String, f64)],
    /// Constants and initial values, by name, as formulae of unknown and known numbers.
    pub(crate) settings: &'a [(String, Expression)],
    /// When the simulation starts.
    pub(crate) start: f64,
    /// Unknown numbers by which sensitivities are wanted even if nothing here depends on them.
    pub(crate) also: &'a [usize],
}

/// Values in a matrix: row, column, output of a tape.
pub(crate) type Entry = (usize, usize, usize);

/// A compiled system. Inputs of its tapes: states, unknown numbers, time, switches.
pub(crate) struct Dynamics {
    pub(crate) names: Vec<String>,
    pub(crate) unknown: usize,
    /// Unknown numbers by which there are sensitivities, ascending.
    pub(crate) active: Vec<usize>,
    pub(crate) start: f64,
    /// Initial values, and from `initial_slopes` on their derivatives: row a state, column an active number.
    pub(crate) initial: Tape,
    pub(crate) initial_slopes: Vec<Entry>,
    pub(crate) rates: Tape,
    /// Rates, then their derivatives by states and by active numbers.
    pub(crate) full: Tape,
    pub(crate) by_state: Vec<Entry>,
    pub(crate) by_unknown: Vec<Entry>,
    pub(crate) switches: Switches,
    pub(crate) events: Events,
    graph: Graph,
    table: Names,
    parameters: Names,
}

impl Dynamics {
    pub(crate) fn states(&self) -> usize {
        self.names.len()
    }

    /// Place of time among the inputs.
    pub(crate) fn time(&self) -> usize {
        self.names.len() + self.unknown
    }

    pub(crate) fn new(setup: &Setup<'_>) -> Result<Self, SystemError> {
        check_names(setup.system)?;
        let mut graph = Graph::default();
        let moved = moved_constants(setup.system);
        let n = setup.system.states.len() + moved.len();
        let parameters = parameters(&mut graph, setup, n);
        let first = initial_names(&mut graph, setup, &parameters)?;
        let table = running_names(&mut graph, setup, &moved, &first, &parameters)?;
        let time = n + setup.unknown.len();
        let state_names = setup.system.states.iter().map(|state| state.name.clone());
        let names: Vec<String> = state_names.chain(moved.iter().map(|name| (*name).to_owned())).collect();
        let initial: Vec<Node> = names.iter().map(|name| first[name]).collect();
        let mut rates = Vec::new();
        for state in &setup.system.states {
            let place = format!("rate of '{}'", state.name);
            rates.push(insert(&mut graph, &state.rate, &place, &[&table, &parameters])?);
        }
        rates.resize_with(n, || graph.number(0.0));
        let mut events = Events::read(&mut graph, setup.system, &names, &[&table, &parameters])?;
        let switches = Switches::take(&mut graph, &mut rates, &mut events, n, time)?;
        let mut roots = [initial.as_slice(), &rates].concat();
        roots.extend(switches.nodes().chain(events.nodes()));
        let unknown = n..time;
        let mut active: Vec<usize> =
            graph.inputs(&roots).into_iter().filter(|place| unknown.contains(place)).map(|place| place - n).collect();
        active.extend(setup.also);
        active.sort_unstable();
        active.dedup();
        Ok(Self::compile(setup, graph, Parts { names, active, initial, rates, switches, events, table, parameters }))
    }

    fn compile(setup: &Setup<'_>, mut graph: Graph, mut parts: Parts) -> Self {
        let n = parts.names.len();
        let (unknown, time) = (setup.unknown.len(), n + setup.unknown.len());
        let inputs = time + 1 + parts.switches.count() + parts.events.crossings();
        let moves = |place: usize| place < n || place == time;
        let columns: Vec<usize> = parts.active.iter().map(|at| n + at).collect();
        let mut starts = parts.initial.clone();
        let initial_slopes = append_slopes(&mut graph, &parts.initial, &columns, &mut starts);
        let mut full = parts.rates.clone();
        let states: Vec<usize> = (0..n).collect();
        let by_state = append_slopes(&mut graph, &parts.rates, &states, &mut full);
        let by_unknown = append_slopes(&mut graph, &parts.rates, &columns, &mut full);
        parts.switches.compile(&mut graph, &columns, inputs);
        parts.events.compile(&mut graph, &Columns { states: &states, unknown: &columns, time, all: inputs });
        Self {
            initial: Tape::new(&graph, &starts, inputs, &moves),
            rates: Tape::new(&graph, &parts.rates, inputs, &moves),
            full: Tape::new(&graph, &full, inputs, &moves),
            names: parts.names,
            unknown,
            active: parts.active,
            start: setup.start,
            initial_slopes,
            by_state,
            by_unknown,
            switches: parts.switches,
            events: parts.events,
            graph,
            table: parts.table,
            parameters: parts.parameters,
        }
    }

    /// Puts a formula of states, constants, assigned quantities, numbers and `time` into a copy of the graph.
    pub(crate) fn graph(&self) -> Graph {
        self.graph.clone()
    }

    pub(crate) fn insert(&self, graph: &mut Graph, formula: &Expression, place: &str) -> Result<Node, SystemError> {
        insert(graph, formula, place, &[&self.table, &self.parameters])
    }
}

struct Parts {
    names: Vec<String>,
    active: Vec<usize>,
    initial: Vec<Node>,
    rates: Vec<Node>,
    switches: Switches,
    events: Events,
    table: Names,
    parameters: Names,
}

/// Derivatives of `rows` by the inputs `columns`, those that are not 0 appended to `outputs`.
pub(crate) fn append_slopes(
    graph: &mut Graph,
    rows: &[Node],
    columns: &[usize],
    outputs: &mut Vec<Node>,
) -> Vec<Entry> {
    let zero = graph.number(0.0);
    let mut depends: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        for input in graph.inputs(&[*row]) {
            depends.entry(input).or_default().push(at);
        }
    }
    let mut entries = Vec::new();
    for (column, place) in columns.iter().enumerate() {
        let Some(dependent) = depends.get(place) else { continue };
        let roots: Vec<Node> = dependent.iter().map(|at| rows[*at]).collect();
        for (row, slope) in dependent.iter().zip(graph.slopes(&roots, *place)) {
            if slope != zero {
                entries.push((*row, column, outputs.len()));
                outputs.push(slope);
            }
        }
    }
    entries
}

/// Constants that events set: they are states that stand still in between.
fn moved_constants(system: &System) -> Vec<&str> {
    let constants: HashSet<&str> = system.constants.iter().map(|constant| constant.name.as_str()).collect();
    let mut moved: Vec<&str> = Vec::new();
    for (name, _) in system.events.iter().flat_map(|event| &event.assignments) {
        if constants.contains(name.as_str()) && !moved.contains(&name.as_str()) {
            moved.push(name);
        }
    }
    moved
}

fn parameters(graph: &mut Graph, setup: &Setup<'_>, states: usize) -> Names {
    let known = setup.known.iter().map(|(name, value)| (name.clone(), graph.number(*value))).collect::<Vec<_>>();
    let unknown = setup.unknown.iter().enumerate().map(|(at, name)| (name.clone(), graph.input(states + at)));
    known.into_iter().chain(unknown).collect()
}

/// Everything before the start: states at their initial values, time at the start.
fn initial_names(graph: &mut Graph, setup: &Setup<'_>, parameters: &Names) -> Result<Names, SystemError> {
    let mut settings: HashMap<&str, &Expression> = HashMap::new();
    for (name, formula) in setup.settings {
        if settings.insert(name, formula).is_some() {
            return Err(SystemError::Twice(name.clone()));
        }
    }
    let initial: HashMap<&str, &Expression> =
        setup.system.initial_constants.iter().map(|(name, formula)| (name.as_str(), formula)).collect();
    let mut definitions = Vec::new();
    for constant in &setup.system.constants {
        let name = constant.name.as_str();
        let formula = if let Some(formula) = settings.remove(name) {
            Formula::Outer(formula)
        } else if let Some(node) = parameters.get(name) {
            Formula::Node(*node)
        } else if let Some(formula) = initial.get(name) {
            Formula::Inner(formula)
        } else {
            Formula::Node(graph.number(constant.value))
        };
        definitions.push(Definition { name, formula });
    }
    for state in &setup.system.states {
        let name = state.name.as_str();
        let formula = settings.remove(name).map_or(Formula::Inner(&state.initial), Formula::Outer);
        definitions.push(Definition { name, formula });
    }
    for (name, formula) in &setup.system.assigned {
        definitions.push(Definition { name, formula: Formula::Inner(formula) });
    }
    // In the order of the settings, so that the same problem has the same error.
    if let Some((name, _)) = setup.settings.iter().find(|(name, _)| settings.contains_key(name.as_str())) {
        let assigned = setup.system.assigned.iter().any(|(other, _)| other == name);
        let reason = if assigned { "it follows from others at every time" } else { "the system has no such name" };
        return Err(SystemError::Setting { name: name.clone(), reason });
    }
    let time = graph.number(setup.start);
    resolve(graph, &definitions, HashMap::from([("time".to_owned(), time)]), parameters)
}

/// Everything during the simulation: states and time are inputs.
fn running_names(
    graph: &mut Graph,
    setup: &Setup<'_>,
    moved: &[&str],
    first: &Names,
    parameters: &Names,
) -> Result<Names, SystemError> {
    let mut known = Names::new();
    for constant in &setup.system.constants {
        known.insert(constant.name.clone(), first[&constant.name]);
    }
    let states = setup.system.states.iter().map(|state| state.name.as_str());
    for (at, name) in states.chain(moved.iter().copied()).enumerate() {
        known.insert(name.into(), graph.input(at));
    }
    let time = setup.system.states.len() + moved.len() + setup.unknown.len();
    known.insert("time".into(), graph.input(time));
    let definitions: Vec<Definition<'_>> = setup
        .system
        .assigned
        .iter()
        .map(|(name, formula)| Definition { name, formula: Formula::Inner(formula) })
        .collect();
    resolve(graph, &definitions, known, parameters)
}
