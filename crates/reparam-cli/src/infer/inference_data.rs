//! What goes into the `InferenceData` of a run.

use std::collections::BTreeMap;

use reparam_infer::Observation;

use super::predictive::Predictive;
use super::zarr::{Array, Group, Numbers};

/// Draws in chains: `[chain, draw]` of each quantity.
pub struct Drawn<'a> {
    /// Names of the quantities, `theta[0]` for an element of a vector.
    pub names: Vec<String>,
    /// Rows of quantities, chain after chain.
    pub rows: Vec<&'a [f64]>,
    /// Chains.
    pub chains: usize,
}

/// Quantities with one name become one array: `theta[0]`, `theta[1]` → `theta` with the dimension `theta_dim_0`.
pub fn posterior(drawn: &Drawn<'_>) -> Group {
    let mut variables: Vec<(String, Vec<usize>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (column, name) in drawn.names.iter().enumerate() {
        let base = element(name).map_or(name.as_str(), |(base, _)| base);
        let place = *places.entry(base.to_owned()).or_insert_with(|| {
            variables.push((base.to_owned(), Vec::new()));
            variables.len() - 1
        });
        variables[place].1.push(column);
    }
    let mut arrays = axes(drawn);
    let [chains, draws] = shape(drawn);
    for (name, columns) in variables {
        let vector = columns.len() > 1 || element(&drawn.names[columns[0]]).is_some();
        let numbers = drawn.rows.iter().flat_map(|row| columns.iter().map(|c| row[*c])).collect();
        let mut dimensions = vec![("chain".to_owned(), chains), ("draw".to_owned(), draws)];
        if vector {
            let axis = format!("{}_dim_0", clean(&name));
            arrays.push(axis_of(&axis, columns.len()));
            dimensions.push((axis, columns.len()));
        }
        arrays.push(Array { name: clean(&name), dimensions, numbers: Numbers::Real(numbers) });
    }
    Group { name: "posterior", arrays }
}

/// Statistics of each draw.
pub fn sample_stats(drawn: &Drawn<'_>, real: Vec<(&str, Vec<f64>)>, whole: Vec<(&str, Vec<i64>)>) -> Group {
    let mut arrays = axes(drawn);
    let [chains, draws] = shape(drawn);
    let dimensions = || vec![("chain".to_owned(), chains), ("draw".to_owned(), draws)];
    for (name, numbers) in real {
        arrays.push(Array { name: name.into(), dimensions: dimensions(), numbers: Numbers::Real(numbers) });
    }
    for (name, numbers) in whole {
        arrays.push(Array { name: name.into(), dimensions: dimensions(), numbers: Numbers::Whole(numbers) });
    }
    Group { name: "sample_stats", arrays }
}

/// Replicates of the data, by series.
pub fn posterior_predictive(observations: &[Observation], predictive: &Predictive) -> Group {
    let draws = predictive.replicates.len();
    let mut arrays = vec![axis_of("chain", 1), axis_of("draw", draws)];
    for (series, members) in by_series(observations) {
        let axis = format!("{}_at", clean(&series));
        let numbers = predictive.replicates.iter().flat_map(|row| members.iter().map(|m| row[*m])).collect();
        arrays.push(places(&axis, observations, &members));
        let dimensions = vec![("chain".to_owned(), 1), ("draw".to_owned(), draws), (axis, members.len())];
        arrays.push(Array { name: clean(&series), dimensions, numbers: Numbers::Real(numbers) });
    }
    Group { name: "posterior_predictive", arrays }
}

/// The data, by series.
pub fn observed(observations: &[Observation]) -> Group {
    let mut arrays = Vec::new();
    for (series, members) in by_series(observations) {
        let axis = format!("{}_at", clean(&series));
        let numbers = members.iter().map(|m| observations[*m].value).collect();
        arrays.push(places(&axis, observations, &members));
        arrays.push(Array {
            name: clean(&series),
            dimensions: vec![(axis, members.len())],
            numbers: Numbers::Real(numbers),
        });
    }
    Group { name: "observed_data", arrays }
}

/// Observations of each series, in order of appearance.
pub fn by_series(observations: &[Observation]) -> Vec<(String, Vec<usize>)> {
    let mut series: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, observation) in observations.iter().enumerate() {
        match series.iter_mut().find(|(name, _)| *name == observation.series) {
            Some((_, members)) => members.push(at),
            None => series.push((observation.series.clone(), vec![at])),
        }
    }
    series
}

fn element(name: &str) -> Option<(&str, usize)> {
    let (base, index) = name.strip_suffix(']')?.split_once('[')?;
    Some((base, index.parse().ok()?))
}

/// A name that is no path.
fn clean(name: &str) -> String {
    let cleaned: String =
        name.chars().map(|c| if c.is_alphanumeric() || "_-. ".contains(c) { c } else { '_' }).collect();
    if cleaned.trim_matches('.').is_empty() { "_".into() } else { cleaned }
}

fn shape(drawn: &Drawn<'_>) -> [usize; 2] {
    [drawn.chains, drawn.rows.len() / drawn.chains.max(1)]
}

fn axes(drawn: &Drawn<'_>) -> Vec<Array> {
    let [chains, draws] = shape(drawn);
    vec![axis_of("chain", chains), axis_of("draw", draws)]
}

fn axis_of(name: &str, length: usize) -> Array {
    Array {
        name: name.into(),
        dimensions: vec![(name.to_owned(), length)],
        numbers: Numbers::Whole((0..length as i64).collect()),
    }
}

/// Where a series was measured; places that repeat are a coordinate all the same.
fn places(axis: &str, observations: &[Observation], members: &[usize]) -> Array {
    Array {
        name: axis.into(),
        dimensions: vec![(axis.to_owned(), members.len())],
        numbers: Numbers::Real(members.iter().map(|m| observations[*m].at).collect()),
    }
}
