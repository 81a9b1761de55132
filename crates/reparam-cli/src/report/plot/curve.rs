//! What is done to the numbers of a curve before it is drawn: thinned, its range chosen, cut at the frame.

use super::axis::Axis;

/// More points than this are averaged: about two for each pixel column of a half-page plot would not be seen.
pub(super) const MOST_POINTS: usize = 300;

/// Whether a value can be drawn: differences and sums of values beyond 1e300 are not finite, so those count as infinite.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() < 1e300
}

/// Means of equal groups of neighbours, so that at most [`MOST_POINTS`] are left, and the size of a group.
///
/// A group's mean takes its finite values; a group without any stays as a hole in the curve.
pub(super) fn thin(points: &[(f64, f64)]) -> (Vec<(f64, f64)>, usize) {
    let group = points.len().div_ceil(MOST_POINTS).max(1);
    if group == 1 {
        return (points.to_vec(), 1);
    }
    let mean = |chunk: &[(f64, f64)]| {
        let finite: Vec<_> = chunk.iter().filter(|(x, y)| drawable(*x) && drawable(*y)).collect();
        let count = finite.len() as f64;
        let mean = |pick: fn(&(f64, f64)) -> f64| finite.iter().map(|point| pick(point)).sum::<f64>() / count;
        if finite.is_empty() { (f64::NAN, f64::NAN) } else { (mean(|point| point.0), mean(|point| point.1)) }
    };
    (points.chunks(group).map(mean).collect(), group)
}

/// The range worth showing, and the values that lie beyond it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub low: f64,
    pub high: f64,
    /// The largest value above `high`.
    pub above: Option<f64>,
    /// The smallest value below `low`.
    pub below: Option<f64>,
}

/// The range of `values` without the few that would flatten all others, or nothing when no value is finite.
///
/// The bulk lies between the 5 % and the 95 % quantile. Values further out than 1.5 times its width are left out, if that at
/// least halves the range: a first epoch far above the rest is cut, a tail that costs little room stays.
pub(super) fn shown_range(values: impl Iterator<Item = f64>, clip: bool) -> Option<Shown> {
    let mut sorted: Vec<f64> = values.filter(|&value| drawable(value)).collect();
    sorted.sort_by(f64::total_cmp);
    let (&least, &most) = (sorted.first()?, sorted.last()?);
    let mut shown = Shown { low: least, high: most, above: None, below: None };
    // Ranks round towards the middle, so that with few values one of them can still be an outlier. From four values on.
    if clip && sorted.len() >= 4 {
        let rank = (0.05 * (sorted.len() - 1) as f64).ceil() as usize;
        let (q_low, q_high) = (sorted[rank], sorted[sorted.len() - 1 - rank]);
        let reach = 1.5 * (q_high - q_low);
        let (low, high) = (least.max(q_low - reach), most.min(q_high + reach));
        if high > low && most - least > 2.0 * (high - low) {
            shown = Shown { low, high, above: (most > high).then_some(most), below: (least < low).then_some(least) };
        }
    }
    Some(shown)
}

/// The parts of a curve inside the frame, cut exactly where it leaves; holes in the data separate parts too.
pub(super) fn parts_inside(points: &[(f64, f64)], x: &Axis, y: &Axis) -> Vec<Vec<(f64, f64)>> {
    let mut parts = Vec::new();
    let mut part: Vec<(f64, f64)> = Vec::new();
    let mut last: Option<(f64, f64)> = None;
    for &(px, py) in points {
        let here = x.place(px).zip(y.place(py));
        match (last, here) {
            (Some(a), Some(b)) => match inside(a, b) {
                Some((from, to)) => {
                    if part.last() != Some(&from) {
                        finish(&mut part, &mut parts);
                        part.push(from);
                    }
                    part.push(to);
                }
                None => finish(&mut part, &mut parts),
            },
            (None, Some(b)) if is_inside(b) => part.push(b),
            _ => finish(&mut part, &mut parts),
        }
        last = here;
    }
    finish(&mut part, &mut parts);
    for part in &mut parts {
        for point in part.iter_mut() {
            *point = (x.value(point.0), y.value(point.1));
        }
    }
    parts
}

fn finish(part: &mut Vec<(f64, f64)>, parts: &mut Vec<Vec<(f64, f64)>>) {
    if !part.is_empty() {
        parts.push(std::mem::take(part));
    }
}

/// Places a hair outside of the frame count as inside: the ends of the axis are often data.
const HAIR: f64 = 1e-9;

fn is_inside(point: (f64, f64)) -> bool {
    let range = -HAIR..=1.0 + HAIR;
    range.contains(&point.0) && range.contains(&point.1)
}

/// The piece of the straight line from `a` to `b` inside the unit square (Liang and Barsky's parameters).
fn inside(a: (f64, f64), b: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (from, to) in [(a.0, b.0), (a.1, b.1)] {
        let step = to - from;
        for (end, sign) in [(-HAIR, -1.0), (1.0 + HAIR, 1.0)] {
            let (speed, distance) = (sign * step, sign * (end - from));
            if speed == 0.0 {
                if distance < 0.0 {
                    return None;
                }
            } else if speed < 0.0 {
                enter = enter.max(distance / speed);
            } else {
                leave = leave.min(distance / speed);
            }
        }
    }
    let at = |t: f64| {
        if t == 0.0 {
            a
        } else if t == 1.0 {
            b
        } else {
            (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
        }
    };
    (enter <= leave).then(|| (at(enter), at(leave)))
}

#[cfg(test)]
mod tests {
    use super::super::axis::AxisStyle;
    use super::*;

    #[test]
    fn thinning_keeps_means_and_holes() {
        let points: Vec<(f64, f64)> =
            (0..900).map(|i| (i as f64, if i < 3 { f64::NAN } else { 2.0 * i as f64 })).collect();
        let (thinned, group) = thin(&points);
        assert_eq!((thinned.len(), group), (300, 3));
        assert!(thinned[0].1.is_nan());
        assert_eq!(thinned[1], (4.0, 8.0));
        assert_eq!(thin(&points[..300]).1, 1);
        assert_eq!(thin(&[]), (vec![], 1));
    }

    #[test]
    fn a_huge_first_epoch_is_left_out_and_told() {
        let curve = (0..50).map(|i| if i == 0 { 1e6 } else { 90.0 + 40.0 / i as f64 });
        let shown = shown_range(curve, true).unwrap();
        assert!(shown.high < 150.0 && shown.above == Some(1e6) && shown.below.is_none(), "{shown:?}");
        let four = shown_range([1e6, 120.0, 110.0, 100.0].into_iter(), true).unwrap();
        assert_eq!(four.above, Some(1e6));
    }

    #[test]
    fn ordinary_curves_are_shown_whole() {
        for curve in [vec![3.0, 2.0, 1.5, 1.4, 1.35], vec![1.0; 20], vec![5.0], vec![180.0, 130.0, 110.0, 100.0]] {
            let shown = shown_range(curve.iter().copied(), true).unwrap();
            assert_eq!((shown.above, shown.below), (None, None), "{curve:?}");
        }
        assert_eq!(shown_range([f64::NAN, f64::INFINITY].into_iter(), true), None);
        assert_eq!(shown_range([-f64::MAX, 1e299, f64::MAX].into_iter(), true).unwrap().low, 1e299);
    }

    #[test]
    fn curves_are_cut_at_the_frame() {
        let axis = Axis::new(0.0, 1.0, AxisStyle { ticks: 2, ..AxisStyle::default() });
        let points = [(0.0, 2.0), (0.5, 0.0), (1.0, 2.0)];
        let parts = parts_inside(&points, &axis, &axis);
        assert_eq!(parts.len(), 1);
        // The line crosses 1 half-way down and half-way up; the hair widens it by 1e-9.
        for (point, expected) in parts[0].iter().zip([(0.25, 1.0), (0.5, 0.0), (0.75, 1.0)]) {
            assert!((point.0 - expected.0).abs() < 1e-8 && (point.1 - expected.1).abs() < 1e-8, "{parts:?}");
        }
        let hole = [(0.0, 0.1), (0.2, 0.1), (0.4, f64::NAN), (0.6, 0.2), (0.8, 0.2), (0.9, 5.0)];
        assert_eq!(parts_inside(&hole, &axis, &axis).iter().map(Vec::len).collect::<Vec<_>>(), [2, 3]);
        let over = [(0.0, 3.0), (0.5, 4.0), (0.7, 3.0)];
        assert!(parts_inside(&over, &axis, &axis).is_empty());
    }
}
