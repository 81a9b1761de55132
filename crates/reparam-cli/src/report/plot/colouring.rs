//! What the colours of points mean, and the legend that says so.

use super::curve::shown_range;
use super::frame::{Entry, Mark};
use super::palette::{self, AXIS, CATEGORIES, CLASSES, MUTED, PAPER};
use crate::report::number::significant;
use plotters::prelude::*;

/// Ten colours times three shapes.
const MOST_CLASSES: usize = 30;

/// What the colour of a point means.
///
/// ```
/// use reparam_cli::report::plot::{Colouring, Scatter};
/// let colouring = Colouring::Angles { values: vec![0.0, 3.14], label: "angle".into() };
/// let plot = Scatter { points: vec![(1.0, 0.0), (-1.0, 0.0)], colouring, ..Scatter::default() };
/// assert!(plot.draw().standalone().contains("180°"));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Colouring {
    /// Nothing: all points are alike.
    #[default]
    None,
    /// The class of each point, named; colours and shapes differ.
    Classes {
        /// The index of each point's class in `names`.
        class: Vec<usize>,
        /// The names of the classes.
        names: Vec<String>,
    },
    /// The category of each point, named; discs whose colours differ.
    ///
    /// The first twelve have a colour of their own, all others are grey. Phases of the cell cycle have the colours of [`palette::phase`]
    /// where every name is that of one.
    Categories {
        /// The index of each point's category in `names`.
        class: Vec<usize>,
        /// The names of the categories.
        names: Vec<String>,
    },
    /// A number for each point, on a scale from dark to light.
    Values {
        /// The numbers, one for each point.
        values: Vec<f64>,
        /// Name and unit of the number.
        label: String,
    },
    /// An angle for each point, in radians, on a circle of colours.
    Angles {
        /// The angles, one for each point.
        values: Vec<f64>,
        /// Name of the angle.
        label: String,
    },
}

/// How a point looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub colour: RGBColor,
    pub shape: usize,
    pub class: usize,
}

impl Colouring {
    /// The names that may be written among the points.
    pub(super) fn names(&self) -> Option<&[String]> {
        match self {
            Self::Classes { names, .. } | Self::Categories { names, .. } => Some(names),
            _ => None,
        }
    }

    /// How many classes can be told apart.
    pub(super) fn most(&self) -> usize {
        if matches!(self, Self::Categories { .. }) { CATEGORIES.len() } else { MOST_CLASSES }
    }

    /// The range of the scale of numbers.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let Self::Values { values, .. } = self else {
            return None;
        };
        shown_range(values.iter().copied(), true).map(|range| (range.low, range.high))
    }

    /// How the point of this index looks; grey where nothing is known of it.
    pub(super) fn look(&self, index: usize, range: Option<(f64, f64)>) -> Look {
        let disc = |colour: RGBColor| Look { colour, shape: 0, class: 0 };
        let unknown = |colour: palette::Colour| Look { colour: colour.rgb(), shape: 0, class: usize::MAX };
        match self {
            Self::None => disc(CLASSES[0].rgb()),
            Self::Classes { class, names } => match class.get(index) {
                Some(&class) if class < names.len().min(MOST_CLASSES) => {
                    Look { colour: CLASSES[class % CLASSES.len()].rgb(), shape: palette::shape(class), class }
                }
                _ => unknown(MUTED),
            },
            Self::Categories { class, names } => match class.get(index) {
                Some(&class) if class < names.len().min(CATEGORIES.len()) => {
                    Look { colour: category(names, class).rgb(), shape: 0, class }
                }
                _ => unknown(AXIS),
            },
            Self::Values { values, .. } => match (values.get(index), range) {
                (Some(value), Some((low, high))) if value.is_finite() => {
                    let place = if high > low { (value - low) / (high - low) } else { 0.5 };
                    disc(palette::scale(place))
                }
                _ => disc(MUTED.rgb()),
            },
            Self::Angles { values, .. } => match values.get(index) {
                Some(angle) if angle.is_finite() => disc(palette::cycle(*angle)),
                _ => disc(AXIS.rgb()),
            },
        }
    }

    /// The entries of the legend.
    pub(super) fn legend(&self, range: Option<(f64, f64)>) -> Vec<Entry> {
        let entry = |label: String, mark, colour| Entry { label, mark, colour };
        let heading = |label: &String| entry(label.clone(), Mark::Box, PAPER.rgb());
        match self {
            Self::None => Vec::new(),
            Self::Classes { names, .. } | Self::Categories { names, .. } => {
                let most = self.most();
                let shapes = matches!(self, Self::Classes { .. });
                let mut legend: Vec<Entry> = names
                    .iter()
                    .take(most)
                    .enumerate()
                    .map(|(i, name)| {
                        let (shape, colour) = if shapes {
                            (palette::shape(i), CLASSES[i % CLASSES.len()])
                        } else {
                            (0, category(names, i))
                        };
                        entry(name.clone(), Mark::Shape(shape), colour.rgb())
                    })
                    .collect();
                if names.len() > most {
                    let colour = if shapes { MUTED } else { AXIS };
                    legend.push(entry(format!("{} others", names.len() - most), Mark::Shape(0), colour.rgb()));
                }
                legend
            }
            Self::Values { label, .. } => {
                let (low, high) = range.unwrap_or((0.0, 1.0));
                let step =
                    |place: f64| entry(significant(low + place * (high - low), 3), Mark::Box, palette::scale(place));
                let mut legend = vec![heading(label)];
                legend.extend((0..=8).rev().map(|place| step(f64::from(place) / 8.0)));
                legend
            }
            Self::Angles { label, .. } => {
                let step = |degrees: i32| {
                    entry(format!("{degrees}°"), Mark::Box, palette::cycle(f64::from(degrees).to_radians()))
                };
                let mut legend = vec![heading(label)];
                legend.extend((0..12).map(|step| 30 * step).map(step));
                legend
            }
        }
    }
}

/// The colour of a category: that of the phase, where all names are those of phases and no two phases share one.
pub(super) fn category(names: &[String], index: usize) -> palette::Colour {
    let phases: Option<Vec<palette::Colour>> = names.iter().map(|name| palette::phase(name)).collect();
    let apart = phases.filter(|phases| phases.iter().enumerate().all(|(i, colour)| !phases[..i].contains(colour)));
    apart.and_then(|phases| phases.get(index).copied()).unwrap_or(CATEGORIES[index % CATEGORIES.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thirteenth_category_is_grey() {
        let names: Vec<String> = (0..15).map(|i| format!("type {i}")).collect();
        let colouring = Colouring::Categories { class: (0..15).collect(), names };
        let looks: Vec<RGBColor> = (0..16).map(|i| colouring.look(i, None).colour).collect();
        assert_eq!((looks[0], looks[11]), (CATEGORIES[0].rgb(), CATEGORIES[11].rgb()));
        assert!(looks[12..].iter().all(|colour| *colour == AXIS.rgb()));
        let legend = colouring.legend(None);
        assert_eq!((legend.len(), legend[12].label.as_str()), (13, "3 others"));
    }

    #[test]
    fn phases_have_their_own_colours_unless_two_share_one() {
        let names = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(category(&names(&["G1", "S", "G2/M"]), 1), CLASSES[5]);
        assert_eq!(category(&names(&["G1", "S", "B cell"]), 1), CATEGORIES[1]);
        assert_eq!(category(&names(&["G2", "G2M"]), 0), CATEGORIES[0]);
    }

    #[test]
    fn colourings_shorter_than_the_points_and_broken_numbers_are_grey() {
        let values = Colouring::Values { values: vec![1.0, f64::NAN], label: String::new() };
        let angles = Colouring::Angles { values: vec![f64::INFINITY], label: String::new() };
        assert_eq!(values.look(1, values.range()).colour, MUTED.rgb());
        assert_eq!(values.look(7, values.range()).colour, MUTED.rgb());
        assert_eq!(angles.look(0, None).colour, AXIS.rgb());
        assert_eq!(angles.look(1, None).colour, AXIS.rgb());
    }
}
