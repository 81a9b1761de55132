//! Curves along the circle.

use std::f64::consts::TAU;

use super::wrapped;

/// A local maximum of a curve on the circle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Its angle, in `[0, 2π)`.
    pub angle: f64,
    /// The value there.
    pub value: f64,
}

/// The local maxima of a curve, highest first.
///
/// `values` are those at `2π i / n`, `i` from 0 to `n - 1`. Between points a parabola through three places the maximum, to third order in the spacing. A
/// plateau counts once, at its first point. A curve that does not vary has no peak.
///
/// ```
/// use reparam_cells::cycle::peaks;
/// let values: Vec<f64> = (0..100).map(|i| (f64::from(i) * std::f64::consts::TAU / 100.0 - 2.0).cos()).collect();
/// assert!((peaks(&values)[0].angle - 2.0).abs() < 1e-4);
/// ```
#[must_use]
pub fn peaks(values: &[f64]) -> Vec<Peak> {
    let n = values.len();
    let mut found = Vec::new();
    for (i, here) in values.iter().enumerate() {
        let (before, after) = (values[(i + n - 1) % n], values[(i + 1) % n]);
        // The next value that differs decides whether a plateau is a maximum.
        let next = (1..n).map(|k| values[(i + k) % n]).find(|v| v != here);
        if before < *here && next.is_some_and(|v| v < *here) {
            let bend = before - 2.0 * here + after;
            let shift = if bend < 0.0 && after < *here { 0.5 * (before - after) / bend } else { 0.0 };
            found.push(Peak {
                angle: wrapped(TAU * (i as f64 + shift) / n as f64),
                value: here - 0.25 * (before - after) * shift,
            });
        }
    }
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    found
}

/// How far a curve is from closing: the difference of its ends over its range; 0 for one that does not vary.
///
/// `values` run from 0 to 2π with both ends. A periodic function has 0, a straight line 1.
///
/// ```
/// use reparam_cells::cycle::closure;
/// assert_eq!(closure(&[0.0, 1.0, 0.0]), 0.0);
/// assert_eq!(closure(&[0.0, 1.0, 2.0]), 1.0);
/// ```
#[must_use]
pub fn closure(values: &[f64]) -> f64 {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return 0.0 };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most > least { (last - first).abs() / (most - least) } else { 0.0 }
}
