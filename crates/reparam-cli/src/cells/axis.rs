//! The axis that is the cell cycle: every cell's angle, and the way from an angle to a point that a decoder takes.

use std::f64::consts::{PI, TAU};

use reparam::cells::CellLatents;
use reparam_cells::cycle::{Orientation, Phase, Plane, find_plane, orient};
use reparam_core::special::bessel_ratio;

use super::CellsError;
use super::table::CellTable;

/// Where cells stand in the cycle.
#[derive(Clone, Debug)]
pub struct CycleAxis {
    /// The angle of each cell, in `[0, 2π)`; where genes of the cycle are known, 0 is in G1 and S comes before G2/M.
    pub angles: Vec<f64>,
    /// Its standard deviation under the posterior, radians; at most that of no knowledge at all, π/√3.
    pub uncertainty: Vec<f64>,
    /// How it was turned; `None` where no genes of the cycle are known.
    pub orientation: Option<Orientation>,
    /// How it was found.
    pub how: String,
    place: Place,
}

/// What moves when the knob turns.
#[derive(Clone, Debug)]
enum Place {
    /// The latent angle of the model.
    Angle,
    /// A circle in a plane of the normal latents.
    Circle {
        plane: Plane,
        /// Of each latent, what it changes by for one unit of each projection.
        loadings: Vec<[f64; 2]>,
        radius: f64,
    },
}

impl CycleAxis {
    /// The axis of cells: their latent angle where the model has one, else the plane of the normal latents in which the scores of S and of G2/M vary.
    pub fn find(table: &CellTable) -> Result<Self, CellsError> {
        let latents = &table.latents;
        let (raw, uncertainty, how, place) = if latents.angle.is_empty() {
            let Some([s, g2m]) = &table.scores else {
                return Err(CellsError::option(
                    "--cycle",
                    "the model must have been trained with it, or its genes must include at least five known genes of S and of G2/M",
                    "neither",
                ));
            };
            let points: Vec<f64> = latents.loc.iter().map(|x| f64::from(*x)).collect();
            let plane = find_plane(&points, table.width, s, g2m)?;
            let rows: Vec<&[f64]> = points.chunks_exact(table.width.max(1)).collect();
            let (raw, uncertainty) = in_plane(&plane, &rows, &latents.scale);
            let place = circle(plane, &rows);
            (raw, uncertainty, "the plane of the normal latents in which the scores of S and G2/M vary most", place)
        } else {
            let uncertainty = latents.concentration.iter().map(|k| spread(*k)).collect();
            (latents.angle.clone(), uncertainty, "the model's latent angle, found without labels", Place::Angle)
        };
        let orientation = match &table.scores {
            Some([s, g2m]) => Some(orient(&raw, s, g2m)?),
            None => None,
        };
        let angles = raw.iter().map(|a| orientation.map_or_else(|| a.rem_euclid(TAU) % TAU, |o| o.angle(*a))).collect();
        Ok(Self { angles, uncertainty, orientation, how: how.into(), place })
    }

    /// The same axis with other cells on it.
    pub fn of(&self, latents: &CellLatents) -> Self {
        let (raw, uncertainty) = match &self.place {
            Place::Angle => (latents.angle.clone(), latents.concentration.iter().map(|k| spread(*k)).collect()),
            Place::Circle { plane, .. } => {
                let points: Vec<f64> = latents.loc.iter().map(|x| f64::from(*x)).collect();
                let rows: Vec<&[f64]> = points.chunks_exact(plane.mean.len().max(1)).collect();
                in_plane(plane, &rows, &latents.scale)
            }
        };
        let turn = |a: &f64| self.orientation.map_or_else(|| a.rem_euclid(TAU) % TAU, |o| o.angle(*a));
        Self { angles: raw.iter().map(turn).collect(), uncertainty, ..self.clone() }
    }

    /// The phase of an angle of the cycle; `None` where no genes of the cycle are known.
    pub fn phase(&self, angle: f64) -> Option<Phase> {
        self.orientation.map(|o| o.phase(o.raw(angle)))
    }

    /// The name of each cell's phase; empty where none is known.
    pub fn phases(&self) -> Vec<String> {
        self.angles.iter().map(|a| self.phase(*a).map_or_else(String::new, |p| p.name().to_owned())).collect()
    }

    /// Where the phases begin and end.
    pub fn arcs(&self) -> Vec<(Phase, f64, f64)> {
        let Some(orientation) = self.orientation else { return Vec::new() };
        let edge = 0.5 * orientation.peaks().0;
        vec![(Phase::G1, TAU - edge, edge), (Phase::S, edge, PI), (Phase::G2M, PI, TAU - edge)]
    }

    /// The point of the latent space at an angle of the cycle, the rest being that of `rest`: the normal latents, then cosine and sine where the model has an angle.
    pub fn point(&self, angle: f64, rest: &[f64]) -> Vec<f32> {
        let raw = self.orientation.map_or(angle, |o| o.raw(angle));
        match &self.place {
            Place::Angle => rest.iter().copied().chain([raw.cos(), raw.sin()]).map(|x| x as f32).collect(),
            Place::Circle { plane, loadings, radius } => {
                let here = plane.project(rest);
                let move_by = [radius * raw.cos() - here[0], radius * raw.sin() - here[1]];
                let shifted = rest.iter().zip(loadings).map(|(x, l)| x + l[0] * move_by[0] + l[1] * move_by[1]);
                shifted.map(|x| x as f32).collect()
            }
        }
    }
}

/// Angles in a plane, and their standard deviations to first order.
fn in_plane(plane: &Plane, rows: &[&[f64]], scales: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let width = plane.mean.len();
    let mut found = (Vec::new(), Vec::new());
    for (i, row) in rows.iter().enumerate() {
        let [x, y] = plane.project(row);
        let square = (x * x + y * y).max(1e-12);
        let variance: f64 = (0..width)
            .map(|l| {
                let slope = (x * plane.directions[1][l] - y * plane.directions[0][l]) / square;
                (slope * f64::from(scales[i * width + l])).powi(2)
            })
            .sum();
        found.0.push(y.atan2(x));
        found.1.push(variance.sqrt().min(PI / 3.0_f64.sqrt()));
    }
    found
}

/// The circle about the middle of a plane at the median distance of the cells.
fn circle(plane: Plane, rows: &[&[f64]]) -> Place {
    let width = plane.mean.len();
    let projections: Vec<[f64; 2]> = rows.iter().map(|row| plane.project(row)).collect();
    let mut radii: Vec<f64> = projections.iter().map(|[x, y]| x.hypot(*y)).collect();
    radii.sort_by(f64::total_cmp);
    let radius = radii.get(radii.len() / 2).copied().unwrap_or(1.0);
    let n = rows.len().max(1) as f64;
    // Projections have variance 1 and are uncorrelated: covariances are the regression.
    let covariance = |l: usize, k: usize| {
        rows.iter().zip(&projections).map(|(row, p)| (row[l] - plane.mean[l]) * p[k]).sum::<f64>() / n
    };
    let loadings = (0..width).map(|l| [covariance(l, 0), covariance(l, 1)]).collect();
    Place::Circle { plane, loadings, radius }
}

/// The circular standard deviation of a von Mises law, `√(-2 ln(I_1/I_0))`, at most that of a uniform angle on a line.
fn spread(concentration: f64) -> f64 {
    (-2.0 * bessel_ratio(1.0, concentration.max(1e-9)).ln()).max(0.0).sqrt().min(PI / 3.0_f64.sqrt())
}
