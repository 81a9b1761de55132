//! One axis: its range, round ticks with labels of one precision, linear or logarithmic.

use super::ticks::{linear_ticks, log_ticks};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// How an axis is chosen from the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AxisStyle {
    /// Powers of ten at even distances; values that are not positive cannot be shown.
    pub log: bool,
    /// Ticks at whole numbers only.
    pub whole: bool,
    /// Room between the data and the ends.
    pub margin: bool,
    /// At most this many ticks.
    pub ticks: usize,
}

/// A range of values and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Where a tick is, and what is written there.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis that shows `low..=high`, both below 1e300 in size, in any order.
    pub fn new(low: f64, high: f64, style: AxisStyle) -> Self {
        let (mut low, mut high) = (low.min(high), low.max(high));
        let log = style.log && low > 0.0;
        if log {
            (low, high) = if high / low < 1.1 { (low / 2.0, high * 2.0) } else { (low, high) };
            let room = if style.margin { (high / low).powf(0.04) } else { 1.0 };
            (low, high) = ((low / room).max(f64::MIN_POSITIVE), (high * room).min(f64::MAX));
        } else {
            // A range below the precision of the numbers would give ticks with equal labels.
            let least = low.abs().max(high.abs()) * 1e-9;
            if high - low <= least {
                let half = if low == 0.0 && high == 0.0 { 1.0 } else { 0.05 * low.abs().max(high.abs()) };
                let half = if style.whole { half.max(1.0) } else { half };
                (low, high) = (low - half, high + half);
            } else if style.margin {
                let room = 0.05 * (high - low);
                (low, high) = (low - room, high + room);
            }
        }
        let ticks =
            if log { log_ticks(low, high, style.ticks) } else { linear_ticks(low, high, style.ticks, style.whole) };
        Self { low, high, log, ticks }
    }

    /// The axis of `low..=high` with these ticks.
    pub fn with_ticks(low: f64, high: f64, ticks: Vec<(f64, String)>) -> Self {
        Self { low, high, log: false, ticks }
    }

    /// Where a value lies: 0 at the low end, 1 at the high end; nothing where it cannot be shown at all.
    pub fn place(&self, value: f64) -> Option<f64> {
        let place = if self.log {
            (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        (value.is_finite() && place.is_finite()).then_some(place)
    }

    /// The value at a place; the inverse of [`Axis::place`].
    pub fn value(&self, place: f64) -> f64 {
        if self.log {
            (self.low.ln() + place * (self.high.ln() - self.low.ln())).exp()
        } else {
            self.low + place * (self.high - self.low)
        }
    }

    /// The longest tick label, in characters.
    pub fn label_length(&self) -> usize {
        self.ticks.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0)
    }

    /// The label of the tick at this value.
    pub fn label(&self, value: f64) -> String {
        self.ticks.iter().find(|tick| tick.0 == value).map_or_else(String::new, |tick| tick.1.clone())
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        // A little outside of the ends is kept, so that a mark on the edge is not moved; nothing overflows.
        let place = self.place(*value).unwrap_or(0.0).clamp(-1.0, 2.0);
        limit.0 + (place * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|tick| tick.0).collect()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_range_breaks_an_axis() {
        for log in [false, true] {
            for whole in [false, true] {
                let ends = [0.0, -1.0, 1.0, 1e-300, 9e299, -9e299, 123456789.0, 123456789.000001, f64::MIN_POSITIVE];
                for low in ends {
                    for high in ends {
                        let axis = Axis::new(low, high, AxisStyle { log, whole, margin: true, ticks: 6 });
                        assert!(axis.ticks.len() <= 12, "{low} {high}: {} ticks", axis.ticks.len());
                        assert!(
                            axis.place(low.min(high)).is_some_and(|place| (-1e-6..=1.000001).contains(&place)),
                            "{low} {high}"
                        );
                        let mut seen: Vec<&String> = axis.ticks.iter().map(|tick| &tick.1).collect();
                        seen.dedup();
                        assert_eq!(seen.len(), axis.ticks.len(), "{low} {high}: {seen:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn place_and_value_are_inverse() {
        for log in [false, true] {
            let axis = Axis::new(0.5, 80.0, AxisStyle { log, ticks: 5, ..AxisStyle::default() });
            for value in [0.5, 1.0, 33.0, 80.0] {
                // Three roundings of numbers of size ln 80 < 5, scaled by the value: 20 ulp are enough.
                let back = axis.value(axis.place(value).unwrap());
                assert!((back - value).abs() <= 20.0 * f64::EPSILON * value, "{value} {back}");
            }
        }
    }
}
