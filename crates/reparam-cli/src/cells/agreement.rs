//! How well an axis agrees with what is known of the cells.

use std::f64::consts::TAU;

use reparam_cells::Column;
use reparam_cells::cycle::{
    angle_error, circular_correlation, eta_squared, eta_squared_of_angles, knn_accuracy, rotation_free_correlation,
};
use reparam_core::noise::Key;
use serde::Serialize;

use super::CellsError;
use super::axis::CycleAxis;
use super::principal::components;
use super::source::number;
use super::table::CellTable;

/// Neighbours that vote.
const NEIGHBOURS: [usize; 3] = [5, 10, 15];

/// One measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its value where there is nothing to find, where that is known.
    pub chance: Option<f64>,
    /// What it says.
    pub about: String,
}

impl Measure {
    fn new(name: impl Into<String>, value: f64, chance: Option<f64>, about: &str) -> Self {
        Self { name: name.into(), value, chance, about: about.into() }
    }
}

/// Measures of agreement with an annotation of the cells: names of phases, or, where `is_angle`, angles.
pub fn agreement(table: &CellTable, axis: Option<&CycleAxis>, column: &str) -> Result<Vec<Measure>, CellsError> {
    let annotations = &table.annotations;
    let labels =
        annotations.get(column).ok_or_else(|| CellsError::unknown("annotation", column, annotations.names()))?;
    if let (Some(truth), Some(axis)) = (angles(labels, table.names.len()), axis) {
        return of_angles(&axis.angles, &truth);
    }
    let (codes, names) = labels.categories();
    if names.len() < 2 || names.len() > 50 {
        return Err(CellsError::option("--labels", "must have 2 to 50 different values", names.len()));
    }
    let mut found = Vec::new();
    let points: Vec<f64> = table.latents.loc.iter().map(|x| f64::from(*x)).collect();
    if let Some(axis) = axis {
        let share = eta_squared_of_angles(&axis.angles, &codes)?;
        found.push(Measure::new(
            "eta² of the angle",
            share,
            None,
            "share of the spread on the circle that lies between the labels",
        ));
        let circle: Vec<f64> = axis.angles.iter().flat_map(|a| [a.cos(), a.sin()]).collect();
        neighbours("the angle", &circle, 2, &codes, &mut found)?;
        let ordered = in_order(&codes, &names);
        if let Some((own, theirs)) = ordered.map(|order| pairs(&axis.angles, &order)) {
            let value = circular_correlation(&own, &theirs)?;
            let about = "of the angle with the phases' order on the circle (Jammalamadaka and SenGupta 2001)";
            found.push(Measure::new("circular correlation", value, Some(0.0), about));
        }
    }
    if table.width > 0 {
        let latent = |l: usize| -> Vec<f64> { points.iter().skip(l).step_by(table.width).copied().collect() };
        let shares: Vec<f64> =
            (0..table.width).map(|l| eta_squared(&latent(l), 1, &codes)).collect::<Result<_, _>>()?;
        if let Some((l, share)) = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) {
            let name = format!("eta² of latent {}", l + 1);
            found.push(Measure::new(
                name,
                *share,
                None,
                "the normal latent with the largest share of its variance between the labels",
            ));
        }
        if table.width > 1 {
            let first: Vec<f64> = components(&points, table.width).into_iter().map(|p| p.0).collect();
            let about = "the direction of the latent space in which cells differ most";
            found.push(Measure::new(
                "eta² of the latents' first component",
                eta_squared(&first, 1, &codes)?,
                None,
                about,
            ));
        }
        if table.width == 2 {
            neighbours("the two latents", &points, 2, &codes, &mut found)?;
        } else {
            neighbours("all latents", &points, table.width, &codes, &mut found)?;
        }
    }
    Ok(found)
}

fn neighbours(
    of: &str,
    points: &[f64],
    width: usize,
    codes: &[Option<u32>],
    found: &mut Vec<Measure>,
) -> Result<(), CellsError> {
    let labelled = codes.iter().flatten().count();
    let ks: Vec<usize> = NEIGHBOURS.into_iter().filter(|k| labelled > *k + 1).collect();
    if ks.is_empty() {
        return Ok(());
    }
    for vote in knn_accuracy(points, width, codes, &ks, Key::new(0).site("agreement"))? {
        let name = format!("kNN accuracy, {of}, k = {}", vote.k);
        let about = if vote.subset { "leave one out, on a subset of the cells" } else { "leave one out" };
        found.push(Measure::new(name, vote.accuracy, Some(vote.baseline), about));
    }
    Ok(())
}

fn of_angles(own: &[f64], truth: &[Option<f64>]) -> Result<Vec<Measure>, CellsError> {
    let (own, truth): (Vec<f64>, Vec<f64>) = own.iter().zip(truth).filter_map(|(a, t)| Some((*a, (*t)?))).unzip();
    let error = angle_error(&own, &truth)?;
    let correlation = rotation_free_correlation(&own, &truth)?;
    Ok(vec![
        Measure::new(
            "mean absolute error of the angle (rad)",
            error.best,
            Some(TAU / 4.0),
            "after the best rotation, and reflection where that is better",
        ),
        Measure::new(
            "the same, neither turned nor reflected (rad)",
            error.direct,
            Some(TAU / 4.0),
            "start and direction are those of the genes of the cycle",
        ),
        Measure::new("circular correlation", correlation, Some(0.0), "over the best rotation and reflection"),
    ])
}

/// Angles of cells, where an annotation has numbers that can be ones and many of them.
fn angles(column: &Column, cells: usize) -> Option<Vec<Option<f64>>> {
    if !matches!(column, Column::Number(_)) {
        return None;
    }
    let values: Vec<Option<f64>> = (0..cells).map(|cell| number(column, cell)).collect();
    let mut there: Vec<f64> = values.iter().flatten().copied().collect();
    let fits = there.iter().all(|a| (-TAU..=TAU).contains(a)) && there.iter().any(|a| a.fract() != 0.0);
    there.sort_by(f64::total_cmp);
    there.dedup();
    (fits && there.len() > 20).then_some(values)
}

/// Angles for labels whose names are phases: G1, S and G2/M a third of the circle apart.
fn in_order(codes: &[Option<u32>], names: &[String]) -> Option<Vec<Option<f64>>> {
    let place = |name: &String| match name.to_uppercase().replace(['/', ' ', '_', '.'], "").as_str() {
        "G1" | "G0" | "G0G1" => Some(0.0),
        "S" => Some(TAU / 3.0),
        "G2M" | "G2" | "M" => Some(2.0 * TAU / 3.0),
        _ => None,
    };
    // The numbers 1, 2, 3 are the phases in order, as cytometers number them.
    let numbered = || (names == ["1", "2", "3"]).then(|| vec![0.0, TAU / 3.0, 2.0 * TAU / 3.0]);
    let places: Option<Vec<f64>> = names.iter().map(place).collect();
    let places = places.or_else(numbered)?;
    Some(codes.iter().map(|code| code.map(|c| places[c as usize])).collect())
}

fn pairs(own: &[f64], theirs: &[Option<f64>]) -> (Vec<f64>, Vec<f64>) {
    own.iter().zip(theirs).filter_map(|(a, t)| Some((*a, (*t)?))).unzip()
}
