//! A model seen from a normal: coordinates in which the posterior is about standard normal.

use crate::guide::{FullRank, LowRank, MeanField};
use crate::{LogDensity, LogDensityError};

/// The density of `x` where `z = loc + lower x`: whoever moves a guide there needs no step sizes of the model's own.
pub(crate) struct Whitened<'a, D: ?Sized> {
    density: &'a D,
    loc: Vec<f64>,
    /// Lower triangle, row by row, as a square; or a diagonal.
    map: Map,
    ln_det: f64,
}

/// A linear map.
pub(crate) enum Map {
    /// By coordinate.
    Diagonal(Vec<f64>),
    /// Rows of a square, zeros above the diagonal.
    Lower(Vec<f64>),
}

impl<'a, D: LogDensity + ?Sized> Whitened<'a, D> {
    pub fn new(density: &'a D, loc: &[f64], map: Map) -> Self {
        let n = loc.len();
        let ln_det = match &map {
            Map::Diagonal(scale) => scale.iter().map(|s| s.ln()).sum(),
            Map::Lower(lower) => (0..n).map(|i| lower[i * n + i].ln()).sum(),
        };
        Self { density, loc: loc.to_vec(), map, ln_det }
    }

    fn place(&self, x: &[f64]) -> Vec<f64> {
        let mut place = vec![0.0; x.len()];
        self.place_into(x, &mut place);
        place
    }

    fn place_into(&self, x: &[f64], place: &mut [f64]) {
        let n = x.len();
        match &self.map {
            Map::Diagonal(scale) => (0..n).for_each(|i| place[i] = self.loc[i] + scale[i] * x[i]),
            Map::Lower(lower) => (0..n).for_each(|i| {
                let row = &lower[i * n..=i * n + i];
                place[i] = self.loc[i] + row.iter().zip(x).map(|(l, x)| l * x).sum::<f64>();
            }),
        }
    }

    /// The gradient by the new coordinates, from that by the model's.
    fn turn(&self, gradient: &mut [f64]) {
        let n = gradient.len();
        match &self.map {
            Map::Diagonal(scale) => gradient.iter_mut().zip(scale).for_each(|(g, s)| *g *= s),
            Map::Lower(lower) => {
                // lowerᵀ g; element j needs the elements from j on, so that it can be done in place.
                for j in 0..n {
                    gradient[j] = (j..n).map(|i| lower[i * n + j] * gradient[i]).sum();
                }
            }
        }
    }

    /// The guide in the model's coordinates.
    pub fn mean_field(&self, guide: &MeanField) -> MeanField {
        match &self.map {
            Map::Diagonal(scale) => {
                let scales: Vec<f64> = scale.iter().zip(guide.scale()).map(|(a, b)| positive(a * b)).collect();
                MeanField::new(&self.place(guide.loc()), &scales)
            }
            Map::Lower(_) => unreachable!("independent normals are whitened by coordinate"),
        }
    }

    /// The guide in the model's coordinates.
    pub fn low_rank(&self, guide: &LowRank) -> LowRank {
        match &self.map {
            Map::Diagonal(scale) => guide.scaled(&self.place(guide.loc()), scale),
            Map::Lower(_) => unreachable!("normals of low rank are whitened by coordinate"),
        }
    }

    /// The guide in the model's coordinates.
    pub fn full_rank(&self, guide: &FullRank) -> FullRank {
        let n = self.loc.len();
        let rows = guide.scale_tril();
        let at = |i: usize, j: usize| rows[i * (i + 1) / 2 + j];
        let mut triangle = Vec::with_capacity(rows.len());
        for i in 0..n {
            for j in 0..=i {
                let element = match &self.map {
                    Map::Diagonal(scale) => scale[i] * at(i, j),
                    Map::Lower(lower) => (j..=i).map(|k| lower[i * n + k] * at(k, j)).sum(),
                };
                triangle.push(if i == j { positive(element) } else { element });
            }
        }
        FullRank::new(&self.place(guide.loc()), &triangle)
    }
}

/// A scale that fell below the smallest number, or is none, as the smallest number: the guide's draws then have no value, and the verdict says so.
const fn positive(scale: f64) -> f64 {
    if scale > 0.0 { scale } else { f64::MIN_POSITIVE }
}

impl<D: LogDensity + ?Sized> LogDensity for Whitened<'_, D> {
    fn dimension(&self) -> usize {
        self.loc.len()
    }

    fn name(&self, index: usize) -> String {
        self.density.name(index)
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let value = self.density.value_and_gradient(&self.place(x), gradient)?;
        self.turn(gradient);
        Ok(value + self.ln_det)
    }

    fn together(&self) -> usize {
        self.density.together()
    }

    fn values_and_gradients(
        &self,
        draws: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), LogDensityError> {
        let n = self.loc.len();
        let mut places = vec![0.0; draws.len()];
        draws.chunks(n).zip(places.chunks_mut(n)).for_each(|(x, place)| self.place_into(x, place));
        self.density.values_and_gradients(&places, values, gradients)?;
        for value in values.iter_mut() {
            *value += self.ln_det;
        }
        gradients.chunks_mut(n).for_each(|gradient| self.turn(gradient));
        Ok(())
    }

    fn value(&self, x: &[f64]) -> Result<f64, LogDensityError> {
        Ok(self.density.value(&self.place(x))? + self.ln_det)
    }
}
