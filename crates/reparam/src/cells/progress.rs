//! What a fit knows beside its trainer, and how a checkpoint keeps it to the bit.

use serde::{Deserialize, Serialize};

use super::CellEpoch;

/// The progress that a checkpoint keeps. Floats as their bits: JSON has no NaN, and a number may be read back one unit off.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Stored {
    sums: Vec<u64>,
    rows: u64,
    best: Option<u64>,
    since_best: u64,
    history: Vec<StoredEpoch>,
    flatness: Option<u64>,
}

/// Epoch, step, skipped; ELBO, reconstruction, KL, rate, weight; validation and its error; modalities.
type StoredEpoch = ([u64; 3], [u64; 5], [Option<u64>; 2], Vec<u64>);

/// Sums of the epoch under way, the best score, the rows of all epochs.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    pub sums: Vec<f64>,
    pub rows: u64,
    pub best: Option<f64>,
    pub since_best: u64,
    pub history: Vec<CellEpoch>,
    pub flatness: Option<f64>,
}

impl Progress {
    pub fn to_json(&self) -> serde_json::Value {
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let row = |r: &CellEpoch| -> StoredEpoch {
            (
                [r.epoch, r.step, r.skipped],
                [r.elbo, r.reconstruction, r.kl, r.learning_rate, r.kl_weight].map(f64::to_bits),
                [r.validation_elbo, r.validation_elbo_se].map(|v| v.map(f64::to_bits)),
                bits(&r.modalities),
            )
        };
        let stored = Stored {
            sums: bits(&self.sums),
            rows: self.rows,
            best: self.best.map(f64::to_bits),
            since_best: self.since_best,
            history: self.history.iter().map(row).collect(),
            flatness: self.flatness.map(f64::to_bits),
        };
        // Whole numbers and lists: there is nothing in it that JSON could refuse.
        serde_json::to_value(stored).unwrap_or_default()
    }

    pub fn from_json(value: serde_json::Value) -> Result<Self, serde_json::Error> {
        let stored: Stored = serde_json::from_value(value)?;
        let floats = |values: Vec<u64>| values.into_iter().map(f64::from_bits).collect::<Vec<_>>();
        let row = |([epoch, step, skipped], numbers, validation, modalities): StoredEpoch| {
            let [elbo, reconstruction, kl, learning_rate, kl_weight] = numbers.map(f64::from_bits);
            let [validation_elbo, validation_elbo_se] = validation.map(|v| v.map(f64::from_bits));
            CellEpoch {
                epoch,
                step,
                elbo,
                reconstruction,
                kl,
                modalities: floats(modalities),
                validation_elbo,
                validation_elbo_se,
                learning_rate,
                kl_weight,
                skipped,
            }
        };
        Ok(Self {
            sums: floats(stored.sums),
            rows: stored.rows,
            best: stored.best.map(f64::from_bits),
            since_best: stored.since_best,
            history: stored.history.into_iter().map(row).collect(),
            flatness: stored.flatness.map(f64::from_bits),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_survives_text_to_the_bit() {
        let row = CellEpoch {
            epoch: 3,
            elbo: -1.0 / 3.0,
            kl: f64::INFINITY,
            modalities: vec![0.1, -1e300, 5e-324],
            validation_elbo: Some(-0.0),
            ..CellEpoch::default()
        };
        let progress = Progress {
            sums: vec![0.1; 4],
            rows: 7,
            best: Some(-12.3),
            since_best: 2,
            history: vec![row],
            flatness: Some(1.2),
        };
        let text = progress.to_json().to_string();
        let back = Progress::from_json(serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{progress:?}"));
        // Where the plane was given there is no number, and JSON has none for it.
        let given = Progress { flatness: Some(f64::NAN), ..Progress::default() };
        assert!(Progress::from_json(given.to_json()).unwrap().flatness.is_some_and(f64::is_nan));
    }
}
