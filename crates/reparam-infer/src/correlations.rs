//! Correlations that independent normals cannot hold.

use crate::Draws;

/// The largest correlations of draws, in magnitude, with the names of both coordinates; at most `count` of them.
///
/// `log_weights` as from [`psis`](crate::psis::psis), one a draw, or none for draws that count alike; `names` one a coordinate. A
/// coordinate that does not vary, or with values that are not finite, has none.
///
/// ```
/// use reparam_infer::{Draws, correlations::worst_correlations};
/// let draws = Draws::new(2, vec![0.0, 0.0, 1.0, -2.0, 2.0, -4.0]);
/// let found = worst_correlations(&draws, None, &["rate".into(), "scale".into()], 5);
/// assert_eq!((found.len(), found[0].first.as_str(), found[0].second.as_str()), (1, "rate", "scale"));
/// assert!((found[0].correlation + 1.0).abs() < 1e-12);
/// ```
///
/// # Panics
/// Where there are not as many names as coordinates, or weights as draws: a program's mistake.
pub fn worst_correlations(
    draws: &Draws,
    log_weights: Option<&[f64]>,
    names: &[String],
    count: usize,
) -> Vec<Correlation> {
    worst_of_covariance(&covariance(draws, log_weights), names, count)
}

/// A pair of coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// Name of the one.
    pub first: String,
    /// Name of the other.
    pub second: String,
    /// Their correlation.
    pub correlation: f64,
}

/// The largest correlations of a covariance, row by row, as [`worst_correlations`].
///
/// # Panics
/// Where the covariance has not the square of as many numbers as there are names: a program's mistake.
pub fn worst_of_covariance(covariance: &[f64], names: &[String], count: usize) -> Vec<Correlation> {
    let n = names.len();
    assert_eq!(covariance.len(), n * n, "a covariance of {n} names");
    let mut found = Vec::new();
    for i in 0..n {
        for j in i + 1..n {
            let scale = (covariance[i * n + i] * covariance[j * n + j]).sqrt();
            let correlation = covariance[i * n + j] / scale;
            if correlation.is_finite() {
                found.push((i, j, correlation.clamp(-1.0, 1.0)));
            }
        }
    }
    found.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    found.truncate(count);
    let named = |(i, j, correlation): (usize, usize, f64)| {
        let [first, second] = [i, j].map(|i| names[i].clone());
        Correlation { first, second, correlation }
    };
    found.into_iter().map(named).collect()
}

/// Covariance of weighted draws, `[D, D]`, weights normalised and no correction for their number.
///
/// # Panics
/// Where there are not as many weights as draws: a program's mistake.
pub fn covariance(draws: &Draws, log_weights: Option<&[f64]>) -> Vec<f64> {
    let n = draws.dimension;
    let mut weights = vec![1.0; draws.len()];
    if let Some(logs) = log_weights {
        assert_eq!(logs.len(), draws.len(), "one weight a draw");
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        weights
            .iter_mut()
            .zip(logs)
            .for_each(|(w, l)| *w = if largest.is_finite() { (l - largest).exp() } else { 0.0 });
    }
    let total: f64 = weights.iter().sum();
    let mut mean = vec![0.0; n];
    // A draw of weight 0 may be no number, which times 0 would still be none.
    let weighted = || draws.rows().zip(&weights).map(|(row, w)| (row, w / total)).filter(|(_, w)| *w > 0.0);
    for (row, w) in weighted() {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += w * x);
    }
    let mut found = vec![0.0; n * n];
    let mut centred = vec![0.0; n];
    for (row, w) in weighted() {
        centred.iter_mut().zip(row.iter().zip(&mean)).for_each(|(c, (x, m))| *c = x - m);
        for (i, a) in centred.iter().enumerate() {
            found[i * n..][..n].iter_mut().zip(&centred).for_each(|(f, b)| *f += w * a * b);
        }
    }
    found
}
