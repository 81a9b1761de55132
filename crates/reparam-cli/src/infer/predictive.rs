//! What the posterior predicts.

use reparam_core::noise::{Key, Noise};
use reparam_infer::{Draws, Model};

/// Predictions at draws of the posterior: `[draw][observation]`.
pub struct Predictive {
    /// What the model expects.
    pub expected: Vec<Vec<f64>>,
    /// Data that it would give.
    pub replicates: Vec<Vec<f64>>,
}

/// Draws that are solved for predictions.
pub const DRAWS: usize = 400;

impl Predictive {
    /// At up to [`DRAWS`] draws, evenly from those that stand for the posterior; where the model cannot be solved at one it is left out.
    pub fn of(model: &dyn Model, draws: &Draws, seed: u64) -> Self {
        let count = model.observations().len();
        let mut found = Self { expected: Vec::new(), replicates: Vec::new() };
        if count == 0 || draws.is_empty() {
            return found;
        }
        let take = DRAWS.min(draws.len());
        let key = Key::new(seed).site("predictive");
        // Equal draws of a resampled set stand side by side: an even walk meets each as often as its weight says.
        let shift: f64 = key.step(0).draw(Noise::Uniform, 0);
        for number in 0..take {
            let at = ((number as f64 + shift) * draws.len() as f64 / take as f64) as usize;
            let (mut expected, mut replicate) = (vec![0.0; count], vec![0.0; count]);
            let noise = key.number(number as u64).step(1);
            if model.predict(draws.row(at.min(draws.len() - 1)), noise, &mut expected, &mut replicate).is_ok() {
                found.expected.push(expected);
                found.replicates.push(replicate);
            }
        }
        found
    }

    /// Quantiles of a column of predictions.
    pub fn quantiles<const N: usize>(rows: &[Vec<f64>], column: usize, shares: [f64; N]) -> [f64; N] {
        let values: Vec<f64> = rows.iter().map(|row| row[column]).filter(|x| x.is_finite()).collect();
        let column = reparam_infer::psis::WeightedColumn::new(&values, None);
        shares.map(|share| column.quantile(share))
    }
}
