//! The log-likelihood of one row of counts, with its slopes.

use super::CountLaw;
use super::nonzero::{self, Row};
use super::zero;

/// One row: logits of the shares of G genes, a library, and the counts that are not 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountRow<'a> {
    /// Their softmax are the shares of the library; `[G]`.
    pub logits: &'a [f32],
    /// Logarithm of the sum of the means, in counts.
    pub log_library: f32,
    /// Logarithm of the inverse dispersion, `[G]`; empty for Poisson.
    pub log_dispersion: &'a [f32],
    /// Its exponential by [`CountScratch::exponential`]: rows share it. `[G]`; empty for Poisson.
    pub dispersion: &'a [f32],
    /// Log-odds of an extra 0, `[G]`; empty but for laws with more zeros.
    pub dropout_logits: &'a [f32],
    /// Genes whose count is not 0, in increasing order.
    pub columns: &'a [u32],
    /// Their counts: finite, at least 0, whole or not.
    pub values: &'a [f32],
}

/// Where the slopes of a row go, each as long as the row; all empty for none.
#[derive(Debug, Default)]
pub struct CountSlopes<'a> {
    /// In the logits, through the softmax.
    pub logits: &'a mut [f32],
    /// In the logarithm of the inverse dispersion; empty for Poisson.
    pub log_dispersion: &'a mut [f32],
    /// In the log-odds of an extra 0; empty but for laws with more zeros.
    pub dropout_logits: &'a mut [f32],
}

/// Sums over a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountSums {
    /// Log-likelihood in nats, with all constants.
    pub log_likelihood: f64,
    /// Its slope in `log_library`; 0 where slopes were not asked for.
    pub log_library: f64,
}

/// Room for the numbers between the loops over a row.
#[derive(Clone, Debug, Default)]
pub struct CountScratch {
    /// `e^(l - m)`.
    e: Vec<f32>,
    /// Log-probabilities of 0.
    zeros: Vec<f32>,
    /// The counts in full, 0 between rows.
    dense: Vec<f32>,
}

impl CountScratch {
    /// For rows of `width` genes.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { e: vec![0.0; width], zeros: vec![0.0; width], dense: vec![0.0; width] }
    }

    /// `e^x` of log-dispersions, x clamped to [-87, 88].
    #[must_use]
    pub fn exponential(x: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; x.len()];
        zero::exponential(x, &mut out);
        out
    }
}

/// Log-likelihood of one row of counts, `mean_g = e^(log_library) softmax(logits)_g`, with its slopes where there is room for them.
///
/// Elements and slopes are right to a few roundings of f32 in their terms, sums are in f64; counts above 16 or not whole are computed in
/// f64 altogether. Parameters of any finite size give finite results; a NaN gives NaN.
///
/// ```
/// use reparam_core::kernel::{CountLaw, CountRow, CountScratch, CountSlopes, count_row};
/// let row = CountRow { logits: &[0.0; 2], log_library: 4_f32.ln(), columns: &[1], values: &[3.0], ..CountRow::default() };
/// let sums = count_row(CountLaw::Poisson, &row, &mut CountScratch::new(2), CountSlopes::default());
/// // Both means are 2: e^(-2) and 2³ e^(-2) / 3!.
/// assert!((sums.log_likelihood - (8.0_f64 / 6.0).ln() + 4.0).abs() < 1e-6);
/// ```
///
/// # Panics
/// When the slices of `row` or `slopes` are not as long as the law needs, or a column is none of the row.
pub fn count_row(law: CountLaw, row: &CountRow<'_>, scratch: &mut CountScratch, slopes: CountSlopes<'_>) -> CountSums {
    let width = row.logits.len();
    check(law, row, &slopes, width);
    if width == 0 {
        return CountSums { log_likelihood: 0.0, log_library: 0.0 };
    }
    if scratch.e.len() != width {
        *scratch = CountScratch::new(width);
    }
    let CountSlopes { logits: of_mean, log_dispersion: of_dispersion, dropout_logits: of_dropout } = slopes;
    let (largest, sum) = zero::exponentials(row.logits, &mut scratch.e);
    // The library's exponential neither overflows nor vanishes in f32.
    let log_library = f64::from(row.log_library).clamp(-87.0, 88.0);
    let scale = (log_library.exp() / sum) as f32;
    let shift = log_library - f64::from(largest) - sum.ln();
    let read = Row {
        logits: row.logits,
        log_dispersion: row.log_dispersion,
        dispersion: row.dispersion,
        e: &scratch.e,
        scale,
        shift,
        columns: row.columns,
        values: row.values,
    };
    let log_likelihood = if law.has_dispersion() {
        let whole = (&*scratch.e, row.dispersion, row.logits, row.log_dispersion);
        let mut zeros = zero::zeros(whole, scale, shift as f32, (&mut scratch.zeros, of_mean, of_dispersion));
        if law.has_dropout() {
            let write = (&mut *of_mean, &mut *of_dispersion, of_dropout);
            zeros = with_dropout(row, &scratch.zeros, &mut scratch.dense, write);
        }
        zeros + nonzero::negative_binomial(&read, (of_mean, of_dispersion))
    } else {
        zero::scaled(&scratch.e, -scale, of_mean);
        nonzero::poisson(&read, of_mean) - f64::from(scale) * sum
    };
    let slope = zero::sum(of_mean);
    zero::through_softmax(of_mean, &scratch.e, (slope / sum) as f32);
    CountSums { log_likelihood, log_library: slope }
}

/// The sum with more zeros, where the counts are 0.
fn with_dropout(row: &CountRow<'_>, zeros: &[f32], dense: &mut [f32], slopes: zero::Write<'_>) -> f64 {
    for (g, x) in row.columns.iter().zip(row.values) {
        dense[*g as usize] = *x;
    }
    let sum = zero::inflate_zeros(zeros, row.dropout_logits, dense, slopes);
    for g in row.columns {
        dense[*g as usize] = 0.0;
    }
    sum
}

fn check(law: CountLaw, row: &CountRow<'_>, slopes: &CountSlopes<'_>, width: usize) {
    let dispersion = if law.has_dispersion() { width } else { 0 };
    let dropout = if law.has_dropout() { width } else { 0 };
    assert!(
        row.log_dispersion.len() == dispersion && row.dispersion.len() == dispersion,
        "count_row: {law:?} of {width} genes needs {dispersion} dispersions"
    );
    assert_eq!(row.dropout_logits.len(), dropout, "count_row: dropout logits of {law:?}");
    assert_eq!(row.columns.len(), row.values.len(), "count_row: a count for each column");
    assert!(row.columns.iter().all(|g| (*g as usize) < width), "count_row: a column beyond {width}");
    let lengths = [slopes.logits.len(), slopes.log_dispersion.len(), slopes.dropout_logits.len()];
    assert!(
        lengths == [0; 3] || lengths == [width, dispersion, dropout],
        "count_row: slopes of {lengths:?} for rows of {width}"
    );
}
