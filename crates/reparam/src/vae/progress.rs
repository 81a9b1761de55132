//! The part of a fit's progress that is not in its trainer, and how a checkpoint keeps it to the bit.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::EpochRow;

/// Sums of the epoch under way, the best score, the rows of all epochs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Progress {
    pub sums: [f64; 3],
    pub rows: u64,
    pub norm: f64,
    pub norms: u64,
    pub best: Option<f64>,
    pub epochs_since_best: u64,
    pub history: Vec<EpochRow>,
    /// What estimators of discrete latents have learnt.
    pub memory: Vec<f64>,
}

/// The same with every float as its bits: a JSON number may be read back one unit off, and JSON has no NaN.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    sums: [u64; 3],
    rows: u64,
    norm: u64,
    norms: u64,
    best: Option<u64>,
    epochs_since_best: u64,
    history: Vec<StoredRow>,
    #[serde(default)]
    memory: Vec<u64>,
}

/// Epoch, step, skipped; objective, ELBO, reconstruction, KL, rate, weight; validation ELBO, its error, the gradient's norm, variance, signal.
type StoredRow = ([u64; 3], [u64; 6], [Option<u64>; 5]);

fn optional(value: Option<f64>) -> Option<u64> {
    value.map(f64::to_bits)
}

impl Progress {
    /// Adds a step's three sums.
    pub fn add(&mut self, sums: &[f32]) {
        for (total, part) in self.sums.iter_mut().zip(sums) {
            *total += f64::from(*part);
        }
    }

    pub fn to_json(&self) -> Value {
        let row = |r: &EpochRow| -> StoredRow {
            (
                [r.epoch, r.step, r.skipped],
                [r.objective, r.elbo, r.reconstruction, r.kl, r.learning_rate, r.kl_weight].map(f64::to_bits),
                [r.validation_elbo, r.validation_elbo_se, r.gradient_norm, r.gradient_variance, r.gradient_snr]
                    .map(optional),
            )
        };
        let stored = Stored {
            sums: self.sums.map(f64::to_bits),
            rows: self.rows,
            norm: self.norm.to_bits(),
            norms: self.norms,
            best: optional(self.best),
            epochs_since_best: self.epochs_since_best,
            history: self.history.iter().map(row).collect(),
            memory: self.memory.iter().map(|x| x.to_bits()).collect(),
        };
        // Whole numbers, lists and a struct: there is nothing in it that JSON could refuse.
        serde_json::to_value(stored).unwrap_or_default()
    }

    pub fn from_json(value: Value) -> Result<Self, serde_json::Error> {
        let stored: Stored = serde_json::from_value(value)?;
        let row = |([epoch, step, skipped], numbers, more): StoredRow| {
            let [objective, elbo, reconstruction, kl, learning_rate, kl_weight] = numbers.map(f64::from_bits);
            let [validation_elbo, validation_elbo_se, gradient_norm, gradient_variance, gradient_snr] =
                more.map(|bits| bits.map(f64::from_bits));
            EpochRow {
                epoch,
                step,
                objective,
                elbo,
                reconstruction,
                kl,
                validation_elbo,
                validation_elbo_se,
                learning_rate,
                kl_weight,
                gradient_norm,
                gradient_variance,
                gradient_snr,
                skipped,
            }
        };
        Ok(Self {
            sums: stored.sums.map(f64::from_bits),
            rows: stored.rows,
            norm: f64::from_bits(stored.norm),
            norms: stored.norms,
            best: stored.best.map(f64::from_bits),
            epochs_since_best: stored.epochs_since_best,
            history: stored.history.into_iter().map(row).collect(),
            memory: stored.memory.into_iter().map(f64::from_bits).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_survives_text_to_the_bit() {
        // 1/3 apart by single units in the last place: a reader that is one unit off somewhere meets one of these.
        let numbers = (0..1000).map(|i| f64::from_bits((1.0_f64 / 3.0).to_bits() + i * 7_919));
        let history = numbers
            .map(|x| EpochRow {
                objective: -x * 1e2,
                kl: x,
                validation_elbo: Some(-x),
                gradient_norm: Some(f64::INFINITY),
                ..EpochRow::default()
            })
            .collect();
        let progress = Progress { sums: [0.1, -1e300, 5e-324], best: Some(-12.3), history, ..Progress::default() };
        let text = progress.to_json().to_string();
        let back = Progress::from_json(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(back, progress);
        let nan = Progress { norm: f64::NAN, ..Progress::default() };
        assert!(Progress::from_json(nan.to_json()).unwrap().norm.is_nan());
    }
}
