//! From elements to equations.

use std::collections::{HashMap, HashSet};

use roxmltree::{Document, Node, ParsingOptions};

use super::Sbml;
use super::error::{SbmlError, SbmlFault};
use super::math::{self, Functions};
use crate::{Constant, Event, Expression, Function};

/// A fault with its place in the text.
pub struct Fault {
    pub(super) at: usize,
    pub(super) fault: SbmlFault,
}

/// A fault at an element.
pub fn fault(node: Node<'_, '_>, fault: SbmlFault) -> Fault {
    Fault { at: node.range().start, fault }
}

/// Elements that a file may have at most: a model with more is no model but a mistake or an attack.
const NODES: u32 = 5_000_000;

pub fn parse(text: &str, file: &str) -> Result<Sbml, SbmlError> {
    let at = |line, fault| SbmlError { file: file.to_owned(), line, fault: Box::new(fault) };
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| at(error.pos().row, SbmlFault::Xml(error.to_string())))?;
    Reader::default().document(&document).map_err(|found| at(document.text_pos_at(found.at).row, found.fault))
}

/// How a species, compartment or parameter gets its value.
#[derive(Default)]
pub(super) struct Reader<'a> {
    functions: Functions,
    /// Compartments' ids, and whether their size stands still.
    compartments: HashMap<String, bool>,
    pub(super) species: Vec<Species<'a>>,
    /// Constants with a value in the file.
    pub(super) constants: Vec<Constant>,
    /// Ids without a value.
    without: HashMap<String, Node<'a, 'a>>,
    pub(super) initial: Vec<(String, Expression)>,
    pub(super) assigned: Vec<(String, Expression)>,
    pub(super) rates: Vec<(String, Expression)>,
    /// What reactions add to a species' amount.
    pub(super) gains: HashMap<String, Vec<Expression>>,
    ids: HashSet<String>,
    notes: Vec<String>,
}

pub(super) struct Species<'a> {
    pub(super) node: Node<'a, 'a>,
    pub(super) id: String,
    pub(super) compartment: String,
    /// Its symbol is an amount.
    pub(super) amount: bool,
    /// Reactions do not change it.
    fixed: bool,
    pub(super) initial: Option<Expression>,
    conversion: Option<String>,
}

fn name_of<'a>(node: Node<'a, 'a>) -> &'a str {
    node.tag_name().name()
}

fn elements<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(Node::is_element)
}

/// The members of a list that the parent may have.
fn members<'a>(parent: Node<'a, 'a>, list: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    let list = elements(parent).find(|child| name_of(*child) == list);
    list.into_iter().flat_map(elements).filter(|member| !matches!(name_of(*member), "notes" | "annotation"))
}

pub(super) fn unsupported(node: Node<'_, '_>, rule: impl Into<String>) -> Fault {
    let id = node.attribute("id").or_else(|| node.attribute("variable")).unwrap_or_default().to_owned();
    fault(node, SbmlFault::Unsupported { element: node.tag_name().name().into(), id, rule: rule.into() })
}

fn attribute_fault(node: Node<'_, '_>, attribute: &str, rule: &'static str) -> Fault {
    let id = node.attribute("id").unwrap_or_default().to_owned();
    let value = node.attribute(attribute).unwrap_or_default().to_owned();
    let element = node.tag_name().name().into();
    fault(node, SbmlFault::Attribute { element, id, attribute: attribute.into(), rule, value })
}

fn needed<'a>(node: Node<'a, 'a>, attribute: &str) -> Result<&'a str, Fault> {
    node.attribute(attribute).filter(|v| !v.is_empty()).ok_or_else(|| attribute_fault(node, attribute, "there"))
}

fn flag(node: Node<'_, '_>, attribute: &str, otherwise: bool) -> Result<bool, Fault> {
    match node.attribute(attribute) {
        None => Ok(otherwise),
        Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        Some(_) => Err(attribute_fault(node, attribute, "true or false")),
    }
}

fn number(node: Node<'_, '_>, attribute: &str) -> Result<Option<f64>, Fault> {
    let parse = |text: &str| match text.trim() {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => None,
        other => other.parse::<f64>().ok().filter(|x| x.is_finite()),
    };
    match node.attribute(attribute) {
        // SBML's way to say that there is no value.
        Some("NaN") | None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| attribute_fault(node, attribute, "a number")),
    }
}

pub(super) fn symbol(name: &str) -> Expression {
    Expression::Symbol(name.to_owned())
}

pub(super) fn apply(function: Function, arguments: Vec<Expression>) -> Expression {
    Expression::Apply(function, arguments)
}

impl<'a> Reader<'a> {
    fn document(mut self, document: &'a Document<'a>) -> Result<Sbml, Fault> {
        let root = document.root_element();
        if name_of(root) != "sbml" {
            return Err(fault(root, SbmlFault::Level(format!("<{}>", name_of(root)))));
        }
        if !matches!(root.attribute("level"), Some("2" | "3")) {
            let level = root.attribute("level").unwrap_or("no level").to_owned();
            return Err(fault(root, SbmlFault::Level(level)));
        }
        for attribute in root.attributes() {
            if attribute.name() == "required" && attribute.namespace().is_some() && attribute.value() == "true" {
                let namespace = attribute.namespace().unwrap_or_default().to_owned();
                return Err(fault(root, SbmlFault::Package(namespace)));
            }
        }
        let model = elements(root)
            .find(|child| name_of(*child) == "model")
            .ok_or_else(|| fault(root, SbmlFault::Level("a file without a model".into())))?;
        let name = model.attribute("name").or_else(|| model.attribute("id")).unwrap_or_default().to_owned();
        self.lists(model)?;
        self.functions(model)?;
        self.declarations(model)?;
        self.assignments(model)?;
        self.reactions(model)?;
        let events = self.events(model)?;
        let notes = std::mem::take(&mut self.notes);
        let system = self.system(model, events)?;
        Ok(Sbml { name, system, notes })
    }

    /// Lists that are known, and those whose members are not.
    fn lists(&mut self, model: Node<'a, 'a>) -> Result<(), Fault> {
        for child in elements(model) {
            match name_of(child) {
                "notes"
                | "annotation"
                | "listOfFunctionDefinitions"
                | "listOfUnitDefinitions"
                | "listOfCompartments"
                | "listOfSpecies"
                | "listOfParameters"
                | "listOfInitialAssignments"
                | "listOfRules"
                | "listOfReactions"
                | "listOfEvents"
                | "listOfCompartmentTypes"
                | "listOfSpeciesTypes" => {}
                "listOfConstraints" => self.notes.push("constraints are not checked: they change no solution".into()),
                _ if child.tag_name().namespace() != model.tag_name().namespace() => {
                    self.notes.push(format!("<{}> of a package that is not required is passed over", name_of(child)));
                }
                _ => return Err(unsupported(child, "not an element of SBML core")),
            }
        }
        Ok(())
    }

    fn functions(&mut self, model: Node<'a, 'a>) -> Result<(), Fault> {
        for definition in members(model, "listOfFunctionDefinitions") {
            let id = self.id(definition, "id")?;
            let math = math_of(definition)?;
            let function = math::lambda(math, &self.functions)?;
            self.functions.insert(id, function);
        }
        Ok(())
    }

    /// A new id.
    fn id(&mut self, node: Node<'a, 'a>, attribute: &str) -> Result<String, Fault> {
        let id = needed(node, attribute)?.to_owned();
        if id == "time" {
            return Err(attribute_fault(node, attribute, "another id than time, which is the model's time"));
        }
        if !self.ids.insert(id.clone()) {
            return Err(fault(node, SbmlFault::Twice(id)));
        }
        Ok(id)
    }

    fn declarations(&mut self, model: Node<'a, 'a>) -> Result<(), Fault> {
        for node in members(model, "listOfCompartments") {
            let id = self.id(node, "id")?;
            let size = match number(node, "size")? {
                // Level 2: 1 where nothing is said. A compartment without dimensions has no size, and divides nothing.
                None if node.attribute("spatialDimensions") == Some("0") => Some(1.0),
                None => Some(1.0),
                size => size,
            };
            self.compartments.insert(id.clone(), flag(node, "constant", true)?);
            self.declare(node, id, size);
        }
        for node in members(model, "listOfParameters") {
            let id = self.id(node, "id")?;
            let value = number(node, "value")?;
            self.declare(node, id, value);
        }
        for node in members(model, "listOfSpecies") {
            let id = self.id(node, "id")?;
            let compartment = needed(node, "compartment")?.to_owned();
            if !self.compartments.contains_key(&compartment) {
                return Err(fault(node, SbmlFault::Unknown { element: "species".into(), id: compartment }));
            }
            let amount = flag(node, "hasOnlySubstanceUnits", false)?;
            let size = || symbol(&compartment);
            let initial = match (number(node, "initialAmount")?, number(node, "initialConcentration")?) {
                (Some(value), _) if amount => Some(Expression::Number(value)),
                (Some(value), _) => Some(apply(Function::Divide, vec![Expression::Number(value), size()])),
                (None, Some(value)) if amount => {
                    Some(apply(Function::Multiply, vec![Expression::Number(value), size()]))
                }
                (None, Some(value)) => Some(Expression::Number(value)),
                (None, None) => None,
            };
            let fixed = flag(node, "boundaryCondition", false)? || flag(node, "constant", false)?;
            let conversion =
                node.attribute("conversionFactor").or_else(|| model.attribute("conversionFactor")).map(str::to_owned);
            self.species.push(Species { node, id, compartment, amount, fixed, initial, conversion });
        }
        Ok(())
    }

    fn declare(&mut self, node: Node<'a, 'a>, name: String, value: Option<f64>) {
        let unit = node.attribute("units").unwrap_or_default().to_owned();
        if value.is_none() {
            self.without.insert(name.clone(), node);
        }
        self.constants.push(Constant { name, value: value.unwrap_or(f64::NAN), unit });
    }

    fn assignments(&mut self, model: Node<'a, 'a>) -> Result<(), Fault> {
        for node in members(model, "listOfInitialAssignments") {
            let name = self.known(node, "symbol")?;
            let formula = math::expression(math_of(node)?, &self.functions)?;
            self.initial.push((name, formula));
        }
        for node in members(model, "listOfRules") {
            match name_of(node) {
                "assignmentRule" => {
                    let name = self.known(node, "variable")?;
                    self.assigned.push((name, math::expression(math_of(node)?, &self.functions)?));
                }
                "rateRule" => {
                    let name = self.known(node, "variable")?;
                    self.rates.push((name, math::expression(math_of(node)?, &self.functions)?));
                }
                "algebraicRule" => return Err(unsupported(node, "algebraic rules are not supported")),
                _ => return Err(unsupported(node, "not a rule of SBML core")),
            }
        }
        Ok(())
    }

    /// The id that an assignment is for.
    fn known(&self, node: Node<'a, 'a>, attribute: &str) -> Result<String, Fault> {
        let id = needed(node, attribute)?.to_owned();
        if self.ids.contains(&id) && !self.functions.contains_key(&id) {
            return Ok(id);
        }
        Err(fault(node, SbmlFault::Unknown { element: name_of(node).into(), id }))
    }

    fn reactions(&mut self, model: Node<'a, 'a>) -> Result<(), Fault> {
        for reaction in members(model, "listOfReactions") {
            let id = self.id(reaction, "id")?;
            if flag(reaction, "fast", false)? {
                return Err(unsupported(reaction, "fast reactions are not supported"));
            }
            let law = elements(reaction)
                .find(|child| name_of(*child) == "kineticLaw")
                .ok_or_else(|| unsupported(reaction, "a reaction needs a kinetic law to be simulated"))?;
            let mut rate = math::expression(math_of(law)?, &self.functions)?;
            let mut local = HashMap::new();
            for list in ["listOfParameters", "listOfLocalParameters"] {
                for parameter in members(law, list) {
                    let name = needed(parameter, "id")?.to_owned();
                    let value =
                        number(parameter, "value")?.ok_or_else(|| attribute_fault(parameter, "value", "there"))?;
                    local.insert(name, value);
                }
            }
            if !local.is_empty() {
                rate = rate.substitute(&|name| local.get(name).map(|value| Expression::Number(*value)));
            }
            self.assigned.push((id.clone(), rate));
            for (list, sign) in [("listOfReactants", -1.0), ("listOfProducts", 1.0)] {
                for reference in members(reaction, list) {
                    self.gain(reference, &id, sign)?;
                }
            }
        }
        Ok(())
    }

    /// What a reaction does to one species.
    fn gain(&mut self, reference: Node<'a, 'a>, reaction: &str, sign: f64) -> Result<(), Fault> {
        let species = needed(reference, "species")?.to_owned();
        let Some(found) = self.species.iter().find(|s| s.id == species) else {
            return Err(fault(reference, SbmlFault::Unknown { element: name_of(reference).into(), id: species }));
        };
        if found.fixed {
            return Ok(());
        }
        let formula = elements(reference).find(|child| name_of(*child) == "stoichiometryMath");
        let count = match formula {
            Some(formula) => math::expression(math_of(formula)?, &self.functions)?,
            None => Expression::Number(number(reference, "stoichiometry")?.unwrap_or(1.0)),
        };
        if let Some(id) = reference.attribute("id")
            && !flag(reference, "constant", true)?
        {
            let rule = "stoichiometries that vary are not supported".to_owned();
            return Err(fault(
                reference,
                SbmlFault::Unsupported { element: "speciesReference".into(), id: id.into(), rule },
            ));
        }
        let mut factors = vec![Expression::Number(sign), count, symbol(reaction)];
        factors.extend(found.conversion.as_deref().map(symbol));
        self.gains.entry(species).or_default().push(apply(Function::Multiply, factors));
        Ok(())
    }

    fn events(&mut self, model: Node<'a, 'a>) -> Result<Vec<Event>, Fault> {
        let mut events = Vec::new();
        for (number, node) in members(model, "listOfEvents").enumerate() {
            let name = node.attribute("id").map_or_else(|| format!("event {}", number + 1), str::to_owned);
            let mut trigger = None;
            for child in elements(node) {
                match name_of(child) {
                    "delay" | "priority" => return Err(unsupported(child, format!("of {name}: not supported"))),
                    "trigger" => {
                        if !flag(child, "initialValue", true)? || !flag(child, "persistent", true)? {
                            let rule = format!("of {name}: only persistent ones that begin as true are supported");
                            return Err(unsupported(child, rule));
                        }
                        trigger = Some(math::expression(math_of(child)?, &self.functions)?);
                    }
                    _ => {}
                }
            }
            let trigger = trigger.ok_or_else(|| unsupported(node, "an event needs a trigger"))?;
            let mut assignments = Vec::new();
            for assignment in members(node, "listOfEventAssignments") {
                let variable = self.known(assignment, "variable")?;
                if self.assigned.iter().any(|(name, _)| *name == variable) {
                    return Err(unsupported(assignment, format!("'{variable}' has a rule already")));
                }
                assignments.push((variable, math::expression(math_of(assignment)?, &self.functions)?));
            }
            events.push(Event { name, trigger, assignments });
        }
        Ok(events)
    }
}

fn math_of<'a>(node: Node<'a, 'a>) -> Result<Node<'a, 'a>, Fault> {
    elements(node).find(|child| name_of(*child) == "math").ok_or_else(|| {
        fault(node, SbmlFault::Math { element: name_of(node).into(), rule: "a formula is missing".into() })
    })
}
