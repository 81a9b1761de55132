//! How well values and angles agree with labels and with other angles.

use std::f64::consts::{PI, TAU};

use super::{CycleError, check, signed, wrapped};

/// The share of the variance of points that lies between labels: η², between sum of squares over total, all coordinates together.
///
/// `points` is `[cells, width]`, row after row. Cells without a label are left out. 0 where nothing varies.
///
/// ```
/// use reparam_cells::cycle::eta_squared;
/// let labels = [Some(0), Some(0), Some(1), Some(1)];
/// assert_eq!(eta_squared(&[1.0, 1.0, 3.0, 3.0], 1, &labels).unwrap(), 1.0);
/// assert_eq!(eta_squared(&[1.0, 3.0, 1.0, 3.0], 1, &labels).unwrap(), 0.0);
/// ```
///
/// # Errors
/// Lengths that do not fit, points that are not finite, no cell with a label.
pub fn eta_squared(points: &[f64], width: usize, labels: &[Option<u32>]) -> Result<f64, CycleError> {
    check("points", points, labels.len() * width)?;
    let labelled: Vec<(usize, u32)> = labels.iter().enumerate().filter_map(|(i, l)| Some((i, (*l)?))).collect();
    if labelled.is_empty() {
        return Err(CycleError::Few { what: "a share of variance", least: 1, got: 0 });
    }
    let (mut between, mut total) = (0.0, 0.0);
    for d in 0..width {
        let value = |i: usize| points[i * width + d];
        let mean = labelled.iter().map(|(i, _)| value(*i)).sum::<f64>() / labelled.len() as f64;
        // A map ordered by label: the order of a hash would change the last digits from run to run.
        let mut groups = std::collections::BTreeMap::<u32, (f64, f64)>::new();
        for (i, label) in &labelled {
            let deviation = value(*i) - mean;
            let group = groups.entry(*label).or_default();
            *group = (group.0 + deviation, group.1 + 1.0);
            total += deviation * deviation;
        }
        between += groups.values().map(|(sum, count)| sum * sum / count).sum::<f64>();
    }
    Ok(if total > 0.0 { between / total } else { 0.0 })
}

/// [`eta_squared`] of angles, as points `(cos, sin)` of the unit circle.
///
/// # Errors
/// As there.
pub fn eta_squared_of_angles(angles: &[f64], labels: &[Option<u32>]) -> Result<f64, CycleError> {
    let points: Vec<f64> = angles.iter().flat_map(|a| [a.cos(), a.sin()]).collect();
    eta_squared(&points, 2, labels)
}

/// Sums of cosines and sines.
fn resultant(angles: impl Iterator<Item = f64>) -> (f64, f64) {
    angles.fold((0.0, 0.0), |(c, s), a| (c + a.cos(), s + a.sin()))
}

fn check_pair(a: &[f64], b: &[f64]) -> Result<(), CycleError> {
    check("angles", a, a.len())?;
    check("the other angles", b, a.len())?;
    if a.len() < 2 { Err(CycleError::Few { what: "agreement of angles", least: 2, got: a.len() }) } else { Ok(()) }
}

/// Angles about their mean direction, as sines.
fn centred(angles: &[f64]) -> Vec<f64> {
    let (c, s) = resultant(angles.iter().copied());
    let mean = s.atan2(c);
    angles.iter().map(|a| (a - mean).sin()).collect()
}

/// The circular correlation of Jammalamadaka and `SenGupta` (2001, equation 8.2.2): of the sines about the mean directions.
///
/// No rotation of either changes it, a reflection changes its sign. Where angles are spread evenly the mean direction is a matter of chance; see
/// [`rotation_free_correlation`]. 0 where nothing varies.
///
/// # Errors
/// Lengths that differ, angles that are not finite, fewer than two cells.
pub fn circular_correlation(a: &[f64], b: &[f64]) -> Result<f64, CycleError> {
    check_pair(a, b)?;
    let (a, b) = (centred(a), centred(b));
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let scale = (dot(&a, &a) * dot(&b, &b)).sqrt();
    Ok(if scale > 0.0 { dot(&a, &b) / scale } else { 0.0 })
}

/// The circular correlation that needs no mean direction (Jammalamadaka and `SenGupta` 2001, section 8.2, for even spread).
///
/// `(R(a - b) - R(a + b)) / (2 √(Σ sin²(a - μ) Σ sin²(b - ν)))`, with `R` the length of the sum of unit vectors, and `μ - ν` and `μ + ν` the directions of
/// those two sums. Angles that are rotations of each other have 1, reflections -1, so that its size is the best over both.
///
/// # Errors
/// As [`circular_correlation`].
pub fn rotation_free_correlation(a: &[f64], b: &[f64]) -> Result<f64, CycleError> {
    check_pair(a, b)?;
    let sum = |sign: f64| {
        let (c, s) = resultant(a.iter().zip(b).map(|(a, b)| a + sign * b));
        (c.hypot(s), s.atan2(c))
    };
    let ((apart, difference), (together, total)) = (sum(-1.0), sum(1.0));
    let spread = |x: &[f64], about: f64| x.iter().map(|x| (x - about).sin().powi(2)).sum::<f64>();
    let scale = 2.0 * (spread(a, 0.5 * (total + difference)) * spread(b, 0.5 * (total - difference))).sqrt();
    // Rounding leaves some 1e-16 of each term where nothing varies.
    Ok(if scale > 1e-12 * a.len() as f64 { (apart - together) / scale } else { 0.0 })
}

/// Mean absolute differences of angles, in radians, as they are and at their best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AngleError {
    /// Between the angles as they are, in `[0, π]`; π/2 for angles that have nothing to do with each other and are spread evenly.
    pub direct: f64,
    /// At the best rotation and direction of `a`.
    pub best: f64,
    /// Added to `a` (after the reflection) to reach the best.
    pub rotation: f64,
    /// Whether the best has `a` the other way round.
    pub reflected: bool,
}

/// Mean absolute difference of angles, over the shorter arcs; at best over all rotations and both directions, found exactly.
///
/// The mean arc from a point to others is piecewise linear in the point and least at one of them, so that all are tried, with partial sums.
///
/// ```
/// use reparam_cells::cycle::angle_error;
/// let error = angle_error(&[0.0, 1.0, 2.0], &[1.5, 0.5, -0.5]).unwrap();
/// assert!(error.best < 1e-15 && error.reflected && (error.rotation - 1.5).abs() < 1e-15);
/// ```
///
/// # Errors
/// Lengths that differ, angles that are not finite, fewer than two cells.
pub fn angle_error(a: &[f64], b: &[f64]) -> Result<AngleError, CycleError> {
    check_pair(a, b)?;
    let direct = a.iter().zip(b).map(|(a, b)| signed(a - b).abs()).sum::<f64>() / a.len() as f64;
    let (forward, at) = circular_median(a.iter().zip(b).map(|(a, b)| b - a));
    let (back, back_at) = circular_median(a.iter().zip(b).map(|(a, b)| b + a));
    Ok(if back < forward {
        AngleError { direct, best: back, rotation: back_at, reflected: true }
    } else {
        AngleError { direct, best: forward, rotation: at, reflected: false }
    })
}

/// The least mean arc to all angles, and the angle that has it.
fn circular_median(angles: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut sorted: Vec<f64> = angles.map(wrapped).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    // Once more round, so that the half circle ahead of each is a range.
    let round: Vec<f64> = sorted.iter().copied().chain(sorted.iter().map(|a| a + TAU)).collect();
    let mut sums = vec![0.0];
    for a in &round {
        sums.push(sums[sums.len() - 1] + a);
    }
    let mut end = 0;
    let mut best = (f64::INFINITY, 0.0);
    for (i, at) in sorted.iter().enumerate() {
        while end < round.len() && round[end] <= at + PI {
            end += 1;
        }
        let (ahead, behind) = ((end - i) as f64, (n + i - end) as f64);
        let forward = sums[end] - sums[i] - ahead * at;
        let back = behind * (at + TAU) - (sums[n + i] - sums[end]);
        let mean = ((forward + back) / n as f64).max(0.0);
        if mean < best.0 {
            best = (mean, *at);
        }
    }
    best
}
