//! `metrics.csv`, which any repetition of the run writes to the bit, and `timing.csv`, which none does.

use std::fmt::Write as _;

use reparam::vae::EpochRow;

use super::VaeError;
use super::run_folder::RunFolder;

/// Seconds at the end of each epoch, interruptions left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timing {
    /// `(epoch, seconds since the start of training)`, in order.
    pub rows: Vec<(u64, f64)>,
}

/// The text of `metrics.csv`. Numbers are written with the fewest digits that read back to the same bits.
pub fn metrics_csv(history: &[EpochRow]) -> String {
    let mut text = String::from(
        "epoch,step,objective,elbo,reconstruction,kl,validation_elbo,validation_elbo_se,learning_rate,kl_weight,gradient_norm,gradient_variance,gradient_snr,skipped\n",
    );
    let optional = |value: Option<f64>| value.map_or(String::new(), |x| x.to_string());
    for row in history {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            row.epoch,
            row.step,
            row.objective,
            row.elbo,
            row.reconstruction,
            row.kl,
            optional(row.validation_elbo),
            optional(row.validation_elbo_se),
            row.learning_rate,
            row.kl_weight,
            optional(row.gradient_norm),
            optional(row.gradient_variance),
            optional(row.gradient_snr),
            row.skipped
        );
    }
    text
}

impl Timing {
    /// What an interrupted run left, up to `epochs` epochs; a file that is not there or is damaged costs its rows alone.
    pub fn read(folder: &RunFolder, epochs: u64) -> Self {
        let text = std::fs::read_to_string(folder.file("timing.csv")).unwrap_or_default();
        let row = |line: &str| -> Option<(u64, f64)> {
            let mut fields = line.split(',');
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let rows = text.lines().skip(1).filter_map(row);
        Self { rows: rows.filter(|row| row.0 <= epochs).collect() }
    }

    /// Writes `timing.csv`.
    pub fn write(&self, folder: &RunFolder, images_per_epoch: usize) -> Result<(), VaeError> {
        let mut text = String::from("epoch,seconds,images_per_second\n");
        let mut before = (0, 0.0);
        for &(epoch, seconds) in &self.rows {
            let images = (epoch - before.0) as f64 * images_per_epoch as f64;
            let speed = images / (seconds - before.1).max(1e-9);
            let _ = writeln!(text, "{epoch},{seconds:.6},{speed:.1}");
            before = (epoch, seconds);
        }
        folder.write("timing.csv", text.as_bytes())
    }

    /// Seconds at the end of an epoch; between known epochs in a straight line.
    pub fn seconds_at(&self, epoch: u64) -> f64 {
        let after = self.rows.partition_point(|row| row.0 < epoch);
        let right = self.rows.get(after).copied();
        let left = after.checked_sub(1).and_then(|i| self.rows.get(i).copied()).unwrap_or((0, 0.0));
        match right {
            Some((e, s)) if e > left.0 => left.1 + (s - left.1) * (epoch - left.0) as f64 / (e - left.0) as f64,
            _ => left.1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_metrics_have_the_fields_of_the_header() {
        let rows = [EpochRow {
            epoch: 1,
            objective: -1.0 / 3.0,
            elbo: -1.75,
            reconstruction: -1.5,
            kl: 0.25,
            ..EpochRow::default()
        }];
        let text = metrics_csv(&rows);
        let fields: Vec<usize> = text.lines().map(|l| l.split(',').count()).collect();
        assert_eq!(fields, [14, 14]);
        assert!(text.contains("1,0,-0.3333333333333333,-1.75,-1.5,0.25,,,0,0,,,,0"));
    }

    #[test]
    fn missing_epochs_lie_on_a_line() {
        let timing = Timing { rows: vec![(2, 1.0), (4, 3.0)] };
        let seconds: Vec<f64> = (0..6).map(|e| timing.seconds_at(e)).collect();
        assert_eq!(seconds, [0.0, 0.5, 1.0, 2.0, 3.0, 3.0]);
    }
}
