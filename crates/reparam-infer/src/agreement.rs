//! Whether two sets of draws say the same, marginal by marginal.

use crate::{Draws, psis::WeightedColumn};

/// Draws of one side.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The draws.
    pub draws: &'a Draws,
    /// Logarithms of their weights; alike where there are none.
    pub log_weights: Option<&'a [f64]>,
    /// Effective sample size of each coordinate, where the draws are those of a chain; independent draws where there are none.
    pub ess: Option<&'a [f64]>,
}

/// How one marginal of the first side differs from that of the second, the reference; NaN or infinite where the reference does not vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marginal {
    /// Difference of the means, first less reference, in standard deviations of the reference.
    pub mean_difference: f64,
    /// Its Monte Carlo standard error, both sides counted.
    pub mean_difference_se: f64,
    /// Standard deviation of the first over that of the reference.
    pub sd_ratio: f64,
    /// Its Monte Carlo standard error, both sides counted.
    pub sd_ratio_se: f64,
    /// First Wasserstein distance, `∫ |F - G| dx`, in standard deviations of the reference: exact for the draws as they are.
    pub wasserstein: f64,
    /// What the distance of two such sets would be on average if both were drawn from one law, that of both sides together.
    pub wasserstein_by_chance: f64,
}

/// What cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgreementError {
    /// A size that does not fit.
    #[error("{side} draws: {what} must be {expected}, got {found}")]
    Size {
        /// `first` or `reference`.
        side: &'static str,
        /// What has it.
        what: &'static str,
        /// What it must be.
        expected: usize,
        /// What it is.
        found: usize,
    },
    /// A draw that is no number, or too few draws.
    #[error("{side} draws: coordinate {coordinate}: needs at least two draws of positive weight, all of them finite")]
    Values {
        /// `first` or `reference`.
        side: &'static str,
        /// Which coordinate.
        coordinate: usize,
    },
}

/// Sets two sides beside each other, coordinate by coordinate.
///
/// ```
/// use reparam_infer::{Draws, agreement::{Side, agreement}};
/// let draws = |shift: f64| Draws::new(1, (0..1000).map(|i| f64::from(i) + shift).collect());
/// let (a, b) = (draws(10.0), draws(0.0));
/// let side = |draws| Side { draws, log_weights: None, ess: None };
/// let found = agreement(side(&a), side(&b)).unwrap()[0];
/// // A shift moves every draw by as much as the mean.
/// assert!((found.wasserstein - found.mean_difference).abs() < 1e-12 && (found.sd_ratio - 1.0).abs() < 1e-12);
/// ```
///
/// # Errors
/// [`AgreementError`]: sides of different dimension, weights or effective sizes of another length, draws that are not finite.
pub fn agreement(first: Side<'_>, reference: Side<'_>) -> Result<Vec<Marginal>, AgreementError> {
    let dimension = reference.draws.dimension;
    for (side, name) in [(first, "first"), (reference, "reference")] {
        side.check(name, dimension)?;
    }
    (0..dimension)
        .map(|d| {
            let [a, b] = [Column::new(first, "first", d)?, Column::new(reference, "reference", d)?];
            Ok(marginal(&a, &b))
        })
        .collect()
}

impl Side<'_> {
    fn check(&self, side: &'static str, dimension: usize) -> Result<(), AgreementError> {
        let sizes = [
            ("dimension", dimension, self.draws.dimension),
            ("number of weights", self.draws.len(), self.log_weights.map_or(self.draws.len(), <[f64]>::len)),
            ("number of effective sizes", dimension, self.ess.map_or(dimension, <[f64]>::len)),
        ];
        match sizes.into_iter().find(|(_, expected, found)| expected != found) {
            Some((what, expected, found)) => Err(AgreementError::Size { side, what, expected, found }),
            None => Ok(()),
        }
    }
}

/// One marginal of one side.
struct Column {
    draws: WeightedColumn,
    mean: f64,
    sd: f64,
    /// Standard errors of both.
    errors: [f64; 2],
    /// Draws that it is worth.
    size: f64,
}

impl Column {
    fn new(side: Side<'_>, name: &'static str, d: usize) -> Result<Self, AgreementError> {
        let column = WeightedColumn::new(&side.draws.column(d), side.log_weights);
        if column.pairs().len() < 2 || !column.pairs().iter().flatten().all(|x| x.is_finite()) {
            return Err(AgreementError::Values { side: name, coordinate: d });
        }
        // Errors are those of independent draws: a chain's are larger by the root of how much fewer its draws are worth.
        let independent = 1.0 / column.pairs().iter().map(|[_, w]| w * w).sum::<f64>();
        let size = side.ess.map_or(independent, |ess| ess[d]);
        let errors = column.errors().map(|e| e * (independent / size).sqrt());
        Ok(Self { mean: column.mean(), sd: column.sd(), errors, size, draws: column })
    }
}

fn marginal(a: &Column, b: &Column) -> Marginal {
    let sd_ratio = a.sd / b.sd;
    let [distance, chance] = wasserstein(a, b);
    Marginal {
        mean_difference: (a.mean - b.mean) / b.sd,
        mean_difference_se: a.errors[0].hypot(b.errors[0]) / b.sd,
        sd_ratio,
        sd_ratio_se: sd_ratio * (a.errors[1] / a.sd).hypot(b.errors[1] / b.sd),
        wasserstein: distance / b.sd,
        wasserstein_by_chance: chance / b.sd,
    }
}

/// `∫ |F - G| dx`, and its mean if `F` and `G` were both drawn from `H`, the mean of the two weighted by what they are worth: at each `x`
/// the difference is then normal with variance `H (1 - H) (1/n + 1/m)`, whose mean absolute value is `√(2/π)` of its root.
fn wasserstein(a: &Column, b: &Column) -> [f64; 2] {
    let (x, y) = (a.draws.pairs(), b.draws.pairs());
    let (mut i, mut j) = (0, 0);
    let (mut f, mut g) = (0.0_f64, 0.0_f64);
    let (mut distance, mut chance) = (0.0, 0.0);
    let mut at = x[0][0].min(y[0][0]);
    let unit = std::f64::consts::FRAC_2_PI.sqrt() * (1.0 / a.size + 1.0 / b.size).sqrt();
    while i < x.len() || j < y.len() {
        let first = j >= y.len() || (i < x.len() && x[i][0] <= y[j][0]);
        let next = if first { x[i][0] } else { y[j][0] };
        let h = ((a.size * f + b.size * g) / (a.size + b.size)).clamp(0.0, 1.0);
        distance += (f - g).abs() * (next - at);
        chance += unit * (h * (1.0 - h)).sqrt() * (next - at);
        at = next;
        if first {
            f += x[i][1];
            i += 1;
        } else {
            g += y[j][1];
            j += 1;
        }
    }
    [distance, chance]
}
