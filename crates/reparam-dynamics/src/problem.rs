//! An inference problem: a system, experiments on it, measurements, and parameters with priors. PEtab, TOML and built-ins become one.

use crate::{Expression, System};

/// What is to be inferred, from what. Checked as a whole when it is turned into a model; see `DynamicModel`.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// For messages and reports.
    pub name: String,
    /// The differential equations.
    pub system: System,
    /// Unknown numbers, and nominal values of those that are not estimated.
    pub parameters: Vec<Parameter>,
    /// How the system was set up.
    pub experiments: Vec<Experiment>,
    /// What was measured.
    pub measurements: Vec<Measurement>,
    /// Unit of time; empty where unknown.
    pub time_unit: String,
}

/// A row of the table of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name: that of a constant of the system, or one that only formulae of experiments and measurements use.
    pub name: String,
    /// Unit; empty where unknown.
    pub unit: String,
    /// The scale on which it is estimated.
    pub scale: Scale,
    /// Bounds on the linear scale; infinite where there are none.
    pub bounds: [f64; 2],
    /// Nominal value on the linear scale.
    pub nominal: Option<f64>,
    /// Whether it is unknown.
    pub estimated: bool,
    /// Its prior.
    pub prior: Prior,
}

/// A scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// The number itself.
    Lin,
    /// Its natural logarithm.
    Ln,
    /// Its logarithm to base 10.
    Log10,
}

/// A prior. For inference the law is truncated to the parameter's bounds, and normalised there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// The law.
    pub law: PriorLaw,
    /// Whether the law is of the number on the parameter's scale (`parameterScaleNormal` of PEtab), not on the linear one.
    pub on_scale: bool,
}

/// Laws of priors, with PEtab's parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PriorLaw {
    /// No information: density 1 on the parameter's scale (improper where bounds are infinite).
    Flat,
    /// Between two numbers.
    Uniform(f64, f64),
    /// Mean, standard deviation.
    Normal(f64, f64),
    /// Location, scale.
    Laplace(f64, f64),
    /// Mean and standard deviation of the natural logarithm.
    LogNormal(f64, f64),
    /// Location and scale of the natural logarithm.
    LogLaplace(f64, f64),
    /// Location, scale; half of it where the lower bound is 0.
    Cauchy(f64, f64),
    /// Shape, rate.
    Gamma(f64, f64),
    /// Rate.
    Exponential(f64),
}

/// How the system was set up for some measurements.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiment {
    /// For messages: the condition's id.
    pub name: String,
    /// Constants and states' initial values, by name, as formulae of parameters.
    pub settings: Vec<(String, Expression)>,
    /// Settings of the run to steady state that comes before, if there is one; states that `settings` names are set after it.
    pub preequilibration: Option<Vec<(String, Expression)>>,
    /// When the simulation starts.
    pub start: f64,
}

/// One measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// Index into the problem's experiments.
    pub experiment: usize,
    /// The observable's id.
    pub observable: String,
    /// When; infinite for the steady state.
    pub time: f64,
    /// What was measured, linear scale.
    pub value: f64,
    /// What the model says of it, of states, constants, parameters and time; placeholders filled in.
    pub formula: Expression,
    /// Scale parameter of the noise, on the scale of `scale`.
    pub noise: Expression,
    /// The scale on which noise is added.
    pub scale: Scale,
    /// The law of the noise.
    pub noise_law: NoiseLaw,
}

/// Laws of noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoiseLaw {
    /// Normal with a standard deviation.
    Normal,
    /// Laplace with a scale.
    Laplace,
}
