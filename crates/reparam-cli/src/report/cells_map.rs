//! The map of cells, with what its points are coloured by.

use super::cells::{CellMap, CellValues};
use super::cells_plots::heading;
use super::plot::palette::{CATEGORIES, phase_place};
use super::plot::{Colouring, Drawing, Scatter};
use std::collections::BTreeMap;

/// Cells of a map; more hide each other and make the page heavy.
pub(super) const MOST_CELLS: usize = 3_000;

/// Which cells are drawn, and in which order: evenly spread over the file, however it is sorted, and mixed, so that no batch lies
/// over all others.
///
/// Multiples of the golden ratio spread evenly modulo 1, for any number of cells, and need no generator.
pub(super) fn drawn_cells(count: usize) -> Vec<usize> {
    let place = |index: usize| (index as f64 * 0.618_033_988_749_894_9).fract();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| place(a).total_cmp(&place(b)));
    order.truncate(MOST_CELLS);
    // Sorted by place, neighbours in the file would still lie in steps of a Fibonacci number: a second shuffle of the same kind.
    order.sort_by(|&a, &b| (place(a) * 1e4).fract().total_cmp(&(place(b) * 1e4).fract()));
    order
}

/// The categories of names: phases in the order of the cycle; else by name, or the commonest first where not all have a colour.
pub(super) fn categories(labels: &[String]) -> (Vec<usize>, Vec<String>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels.iter().map(|label| label.trim()).filter(|label| !label.is_empty()) {
        *counts.entry(label).or_default() += 1;
    }
    let mut names: Vec<&str> = counts.keys().copied().collect();
    if names.iter().all(|name| phase_place(name).is_some()) {
        names.sort_by_key(|name| phase_place(name));
    } else if names.len() > CATEGORIES.len() {
        names.sort_by_key(|name| std::cmp::Reverse(counts[name]));
    }
    let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let class = labels.iter().map(|label| index.get(label.trim()).copied().unwrap_or(usize::MAX)).collect();
    (class, names.into_iter().map(str::to_owned).collect())
}

/// The map with one of its colourings; nothing where there is no such colouring.
pub(super) fn cell_map(map: &CellMap, colouring: usize, simulated: bool, size: (u32, u32)) -> Option<Drawing> {
    let CellColour { name, colours } = coloured(map, colouring)?;
    let scatter = Scatter {
        title: format!("cells by {name}"),
        y_label: heading(&format!("cells by {name}"), simulated),
        x_label: match [&map.axes[0], &map.axes[1]] {
            [x, y] if !x.is_empty() && !y.is_empty() => format!("{x}, upwards: {y}"),
            [x, _] => x.clone(),
        },
        points: drawn_cells(map.points.len()).iter().map(|&cell| map.points[cell]).collect(),
        colouring: colours,
        size,
        ..Scatter::default()
    };
    Some(scatter.draw())
}

struct CellColour<'a> {
    name: &'a str,
    colours: Colouring,
}

/// The colours of the drawn cells.
fn coloured(map: &CellMap, colouring: usize) -> Option<CellColour<'_>> {
    let colouring = map.colourings.get(colouring)?;
    let drawn = drawn_cells(map.points.len());
    let name = colouring.name.as_str();
    let pick = |values: &[f64]| drawn.iter().map(|&cell| values.get(cell).copied().unwrap_or(f64::NAN)).collect();
    // Categories are counted over all cells, so that their colours do not hang on which cells are drawn.
    let colours = match &colouring.values {
        CellValues::Categories(labels) => {
            let (class, names) = categories(labels);
            Colouring::Categories {
                class: drawn.iter().map(|&cell| class.get(cell).copied().unwrap_or(usize::MAX)).collect(),
                names,
            }
        }
        CellValues::Numbers(values) => Colouring::Values { values: pick(&clipped(values)), label: name.to_owned() },
        CellValues::Angles(values) => Colouring::Angles { values: pick(values), label: name.to_owned() },
    };
    Some(CellColour { name, colours })
}

/// The values, with those beyond the 2 % and the 98 % quantile moved there: a few deep cells would leave one colour to all others.
fn clipped(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let rank = sorted.len() / 50;
    match (sorted.get(rank), sorted.iter().rev().nth(rank)) {
        (Some(&low), Some(&high)) => {
            let clip = |value: &f64| if value.is_finite() { value.clamp(low, high) } else { f64::NAN };
            values.iter().map(clip).collect()
        }
        _ => values.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_cells_are_spread_over_the_file() {
        assert!(drawn_cells(0).is_empty());
        let mut few = drawn_cells(100);
        few.sort_unstable();
        assert_eq!(few, (0..100).collect::<Vec<_>>());
        let many = drawn_cells(100_000);
        assert_eq!(many.len(), MOST_CELLS);
        // A tenth of the file, and a class of every seventh cell, have their part within 2 %.
        let tenth = many.iter().filter(|&&cell| cell < 10_000).count();
        let seventh = many.iter().filter(|&&cell| cell % 7 == 3).count();
        assert!((294..=306).contains(&tenth) && (420..=437).contains(&seventh), "{tenth} {seventh}");
        // The first and the second half of what is drawn have as much of either end of the file.
        let early = many[..MOST_CELLS / 2].iter().filter(|&&cell| cell < 50_000).count();
        assert!((700..=800).contains(&early), "{early}");
    }

    #[test]
    fn categories_have_an_order_that_readers_expect() {
        let names = |words: &[&str]| {
            let labels: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            categories(&labels)
        };
        assert_eq!(
            names(&["S", "G2M", "", "G1"]),
            (vec![1, 2, usize::MAX, 0], vec!["G1".into(), "S".into(), "G2M".into()])
        );
        assert_eq!(names(&["b", "a", "b"]).1, ["a", "b"]);
        let mut many: Vec<String> = (10..30).map(|i| format!("type {i}")).collect();
        many.push("type 29".into());
        assert_eq!(categories(&many).1[0], "type 29");
    }

    #[test]
    fn the_ends_of_a_scale_are_quantiles() {
        let mut values: Vec<f64> = (0..101).map(f64::from).collect();
        values[7] = f64::NAN;
        let clipped = clipped(&values);
        // A hundred values without 7: two at either end are moved.
        assert_eq!((clipped[0], clipped[1], clipped[2], clipped[98], clipped[100]), (2.0, 2.0, 2.0, 98.0, 98.0));
        assert!(clipped[7].is_nan() && super::clipped(&[]).is_empty());
        assert_eq!(super::clipped(&[3.0]), [3.0]);
    }
}
