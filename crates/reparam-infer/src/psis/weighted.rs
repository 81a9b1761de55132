//! Moments and quantiles of weighted draws, with their Monte Carlo errors.

/// One quantity at weighted draws, in rising order.
///
/// Draws of weight 0 are left out. Not for draws with NaN: their moments are NaN, and their quantiles lie among the others.
///
/// ```
/// use reparam_infer::psis::WeightedColumn;
/// let column = WeightedColumn::new(&[3.0, 1.0, 2.0], None);
/// assert_eq!((column.mean(), column.quantile(0.5), column.quantile(0.25)), (2.0, 2.0, 1.5));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedColumn {
    /// Values and normalised weights, by rising value.
    sorted: Vec<[f64; 2]>,
}

/// What a table shows of a quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedSummary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Quantiles at 5 %, 50 % and 95 %.
    pub quantiles: [f64; 3],
    /// Monte Carlo standard error of the mean.
    pub mcse_mean: f64,
    /// Monte Carlo standard error of the standard deviation.
    pub mcse_sd: f64,
}

impl WeightedColumn {
    /// Values with the logarithms of their weights, which need not be normalised; weights alike where there are none.
    ///
    /// # Panics
    /// Where there are not as many weights as values: a program's mistake.
    pub fn new(values: &[f64], log_weights: Option<&[f64]>) -> Self {
        let mut sorted: Vec<[f64; 2]> = match log_weights {
            None => values.iter().map(|x| [*x, 1.0]).collect(),
            Some(logs) => {
                assert_eq!(values.len(), logs.len(), "one weight a value");
                let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let weight = |w: &f64| if largest.is_finite() { (w - largest).exp() } else { 0.0 };
                values.iter().zip(logs).map(|(x, w)| [*x, weight(w)]).filter(|[_, w]| *w > 0.0).collect()
            }
        };
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let total: f64 = sorted.iter().map(|[_, w]| w).sum();
        for pair in &mut sorted {
            pair[1] /= total;
        }
        Self { sorted }
    }

    /// Values and normalised weights, by rising value.
    pub fn pairs(&self) -> &[[f64; 2]] {
        &self.sorted
    }

    /// `Σ w f(x)`, and the standard error of that self-normalised estimate: `√(Σ w² (f(x) - Σ w f)²)`.
    pub fn expectation(&self, f: impl Fn(f64) -> f64) -> [f64; 2] {
        let mean: f64 = self.sorted.iter().map(|[x, w]| w * f(*x)).sum();
        let square: f64 = self.sorted.iter().map(|[x, w]| (w * (f(*x) - mean)).powi(2)).sum();
        [mean, square.sqrt()]
    }

    /// Mean; NaN where there are no draws.
    pub fn mean(&self) -> f64 {
        if self.sorted.is_empty() { f64::NAN } else { self.expectation(|x| x)[0] }
    }

    /// Standard deviation, of weights alike with `n - 1` below the line: the sum of squares is divided by `1 - Σ w²`.
    pub fn sd(&self) -> f64 {
        let mean = self.mean();
        let share: f64 = self.sorted.iter().map(|[_, w]| w * w).sum();
        (self.expectation(|x| (x - mean).powi(2))[0] / (1.0 - share)).sqrt()
    }

    /// Monte Carlo standard errors of mean and standard deviation, of independent draws.
    pub fn errors(&self) -> [f64; 2] {
        let [mean, error] = self.expectation(|x| x);
        let [variance, of_variance] = self.expectation(|x| (x - mean).powi(2));
        // Delta method: d sd = d variance / (2 sd).
        let of_sd = if variance > 0.0 { of_variance / (2.0 * variance.sqrt()) } else { 0.0 };
        [error, of_sd]
    }

    /// The quantile at `p` in [0, 1], by straight lines between the draws; NaN where there are no draws or `p` is out of range.
    ///
    /// A draw stands where half its own weight and all below it lies to its left, on an axis that is 0 at the first and 1 at the last draw:
    /// with weights alike that is `(i - 1) / (n - 1)`, the usual rule (type 7 of Hyndman and Fan 1996).
    pub fn quantile(&self, p: f64) -> f64 {
        let x = &self.sorted;
        let (Some(first), Some(last)) = (x.first(), x.last()) else { return f64::NAN };
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        let span = 1.0 - 0.5 * (first[1] + last[1]);
        let (mut at, mut i) = (0.0, 0);
        while i + 1 < x.len() {
            let next = at + 0.5 * (x[i][1] + x[i + 1][1]);
            if next >= p * span {
                // Within rounding of a draw, the draw.
                let share = ((p * span - at) / (next - at)).clamp(0.0, 1.0);
                return if share == 0.0 { x[i][0] } else { x[i][0] + share * (x[i + 1][0] - x[i][0]) };
            }
            (at, i) = (next, i + 1);
        }
        last[0]
    }

    /// Monte Carlo standard error of a quantile: half the way between the quantiles one standard error of the probability to either side.
    pub fn quantile_error(&self, p: f64) -> f64 {
        let at = self.quantile(p);
        let [_, error] = self.expectation(|x| f64::from(u8::from(x <= at)));
        0.5 * (self.quantile((p + error).min(1.0)) - self.quantile((p - error).max(0.0)))
    }

    /// All that a table shows.
    pub fn summary(&self) -> WeightedSummary {
        let [mcse_mean, mcse_sd] = self.errors();
        let quantiles = [0.05, 0.5, 0.95].map(|p| self.quantile(p));
        WeightedSummary { mean: self.mean(), sd: self.sd(), quantiles, mcse_mean, mcse_sd }
    }
}
