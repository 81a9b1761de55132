//! Decoding along an axis: what the model says of every feature as the knob turns.

use std::f64::consts::TAU;

use burn::tensor::{Tensor, TensorData};

use super::CellsError;
use super::axis::CycleAxis;
use super::run::Run;
use super::table::CellTable;

/// What moves, and where the rest is held.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// The cell cycle.
    Cycle,
    /// A normal latent, by number from 0.
    Latent(usize),
}

/// Features along an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knob {
    /// Places: angles of the cycle in radians, or values of the latent.
    pub places: Vec<f64>,
    /// For each modality `[steps, features]`: expected counts at the typical depth, or probabilities of accessible regions.
    pub values: Vec<Vec<f32>>,
}

/// Decodes along an axis, `steps` places of it. The rest of the latent is that of the cell of a number, or the mean of all; conditions are their mean over all
/// cells, or those of the cell.
pub fn turn(
    run: &Run,
    table: &CellTable,
    cycle: Option<&CycleAxis>,
    axis: &Axis,
    steps: usize,
    at: Option<usize>,
    conditions: &[f32],
) -> Result<Knob, CellsError> {
    let rest = match at {
        Some(cell) => table.loc(cell).iter().map(|x| f64::from(*x)).collect(),
        None => mean(table),
    };
    let angle = run.info.config.cycle.then(|| match at {
        Some(cell) => table.latents.angle[cell],
        None => mean_angle(&table.latents.angle),
    });
    let (places, points): (Vec<f64>, Vec<Vec<f32>>) = match axis {
        Axis::Cycle => {
            let cycle = cycle.ok_or_else(|| CellsError::option("--axis", "must be a latent's number", "cycle"))?;
            let places: Vec<f64> = (0..steps).map(|i| TAU * i as f64 / steps as f64).collect();
            let points = places.iter().map(|a| cycle.point(*a, &rest)).collect();
            (places, points)
        }
        Axis::Latent(l) => {
            let (low, high) = range(table, *l);
            let place = |i: usize| low + (high - low) * i as f64 / (steps.max(2) - 1) as f64;
            let places: Vec<f64> = (0..steps).map(place).collect();
            let point = |value: f64| {
                let mut point: Vec<f32> = rest.iter().map(|x| *x as f32).collect();
                point[*l] = value as f32;
                point.extend(angle.iter().flat_map(|a| [a.cos() as f32, a.sin() as f32]));
                point
            };
            let points = places.iter().map(|v| point(*v)).collect();
            (places, points)
        }
    };
    Ok(Knob { places, values: decode(run, &points, conditions) })
}

/// Expected counts at the typical depth of each modality, or probabilities, `[points, features]`.
pub fn decode(run: &Run, points: &[Vec<f32>], conditions: &[f32]) -> Vec<Vec<f32>> {
    let (n, width) = (points.len(), run.info.config.value_width());
    let z = Tensor::<2>::from_data(TensorData::new(points.concat(), [n, width]), &run.device);
    let covariates = (!conditions.is_empty())
        .then(|| Tensor::<2>::from_data(TensorData::new(conditions.repeat(n), [n, conditions.len()]), &run.device));
    (0..run.info.modalities.len())
        .map(|m| {
            let typical = run.info.baseline.typical_total[m];
            let depth = Tensor::<1>::from_data(TensorData::new(vec![typical.ln() as f32; n], [n]), &run.device);
            let shares = run.vae.decode(m, z.clone(), covariates.clone(), depth);
            let accessible = run.info.config.modalities[m].model == reparam::cells::CountModel::Accessibility;
            let scale = if accessible { 1.0 } else { typical as f32 };
            shares.into_data().iter::<f32>().map(|x| x * scale).collect()
        })
        .collect()
}

/// Means of the normal latents over all cells.
fn mean(table: &CellTable) -> Vec<f64> {
    let mut sum = vec![0.0; table.width];
    for row in table.latents.loc.chunks_exact(table.width.max(1)) {
        for (s, x) in sum.iter_mut().zip(row) {
            *s += f64::from(*x);
        }
    }
    sum.iter().map(|s| s / table.names.len().max(1) as f64).collect()
}

fn mean_angle(angles: &[f64]) -> f64 {
    let (c, s) = angles.iter().fold((0.0, 0.0), |(c, s), a| (c + a.cos(), s + a.sin()));
    f64::atan2(s, c)
}

/// From the 1st to the 99th percentile of the cells.
fn range(table: &CellTable, l: usize) -> (f64, f64) {
    let mut values: Vec<f64> = (0..table.names.len()).map(|cell| f64::from(table.loc(cell)[l])).collect();
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get(((values.len().max(1) - 1) as f64 * share).round() as usize).copied();
    (at(0.01).unwrap_or(-2.0), at(0.99).unwrap_or(2.0))
}

impl Knob {
    /// One feature along the axis.
    pub fn curve(&self, m: usize, feature: usize, features: usize) -> Vec<f64> {
        (0..self.places.len()).map(|step| f64::from(self.values[m][step * features + feature])).collect()
    }
}
