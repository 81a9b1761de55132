//! The one picture of a run on single cells, for a README.

use super::cells::{CellMap, CellValues, CellsReport, KnobMap, Traverse};
use super::cells_map::cell_map;
use super::cells_page::title;
use super::cells_plots::{knob, loss, traverse_of_size};
use super::plot::drawing::escape;
use super::plot::palette::{INK, MUTED};
use super::plot::{Along, Drawing};
use std::fmt::Write as _;

/// The width of a panel and the distance between two.
const PANEL: u32 = 500;
const GAP: u32 = 20;
/// Genes of the heat map.
const MOST_GENES: usize = 20;
/// Characters of a line of the verdict.
const LONGEST: usize = 130;

/// One picture for a README, as a PNG file on white ground with two pixels for each of the drawing's, 1,020 wide.
///
/// Up to four panels, two in a row: the map by its first categories and by its first angle, genes around the cycle, and what the knob
/// does to genes; the loss where there is room. What is missing is left out. Simulated cells are called so in the title and in each
/// panel.
pub fn cells_overview_picture(report: &CellsReport) -> Vec<u8> {
    overview(report).to_png(2.0)
}

/// The picture as a drawing.
pub(super) fn overview(report: &CellsReport) -> Drawing {
    let panels = panels(report);
    let mut svg = String::new();
    write_line(&mut svg, 26, 18.0, " font-weight=\"600\"", &INK.hex(), &title(report));
    let mut top = 40;
    for line in report.verdict.iter().take(2) {
        let cut: String = if line.chars().count() > LONGEST {
            line.chars().take(LONGEST - 1).chain(['…']).collect()
        } else {
            line.clone()
        };
        write_line(&mut svg, top + 8, 13.0, "", &MUTED.hex(), &cut);
        top += 20;
    }
    top += 8;
    for row in panels.chunks(2) {
        for (column, panel) in row.iter().enumerate() {
            svg.push_str(&panel.nested(10 + column as u32 * (PANEL + GAP), top));
        }
        top += row.iter().map(|panel| panel.height).max().unwrap_or(0) + 12;
    }
    if panels.is_empty() {
        write_line(&mut svg, top + 20, 13.0, "", &MUTED.hex(), "nothing to show yet");
        top += 40;
    }
    Drawing::from_elements(2 * PANEL + GAP + 20, top, &title(report), svg)
}

fn write_line(svg: &mut String, y: u32, size: f64, style: &str, colour: &str, text: &str) {
    let _ =
        write!(svg, "<text x=\"14\" y=\"{y}\" font-size=\"{size}\"{style} fill=\"{colour}\">{}</text>", escape(text));
}

fn panels(report: &CellsReport) -> Vec<Drawing> {
    let (simulated, size) = (report.simulated, (PANEL, 400));
    let mut panels = Vec::new();
    if let Some(map) = report.map.as_ref().filter(|map| !map.points.is_empty()) {
        panels.extend(colourings(map).into_iter().filter_map(|index| cell_map(map, index, simulated, size)));
    }
    if let Some(cycle) = &report.cycle {
        if !cycle.genes.is_empty() {
            let (phases, genes) = (cycle.phases.clone(), cycle.genes.clone());
            panels.push(traverse_of_size(&Traverse { simulated, along: Along::Circle, phases, genes }, size));
        }
        if let Some(map) = cycle.knob.as_ref().filter(|map| !map.rows.is_empty()) {
            panels.push(knob(&liveliest(map), &cycle.phases, simulated, PANEL));
        }
    }
    if report.epochs.len() > 1 && panels.len() < 4 {
        panels.push(loss(&report.epochs, simulated, (PANEL, 300)));
    }
    panels.truncate(4);
    panels
}

/// The two colourings that say most: categories, those of phases before others, and an angle; else the first two.
fn colourings(map: &CellMap) -> Vec<usize> {
    let first = |wanted: &dyn Fn(&str, &CellValues) -> bool| {
        map.colourings.iter().position(|colouring| wanted(&colouring.name.to_lowercase(), &colouring.values))
    };
    let categories = |_: &str, values: &CellValues| matches!(values, CellValues::Categories(_));
    let phases = |name: &str, values: &CellValues| name.contains("phase") && categories(name, values);
    let angle = |_: &str, values: &CellValues| matches!(values, CellValues::Angles(_));
    let mut chosen: Vec<usize> =
        [first(&phases).or_else(|| first(&categories)), first(&angle)].into_iter().flatten().collect();
    let others = (0..map.colourings.len()).filter(|index| !chosen.contains(index)).collect::<Vec<_>>();
    chosen.extend(others);
    chosen.truncate(2);
    chosen
}

/// The genes that change most relative to their mean, in their old order.
fn liveliest(map: &KnobMap) -> KnobMap {
    let change = |row: &[f64]| {
        let finite = || row.iter().copied().filter(|value| value.is_finite());
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let part = (high - low) / (finite().map(f64::abs).sum::<f64>() / finite().count() as f64);
        if part.is_finite() { part } else { 0.0 }
    };
    let mut order: Vec<usize> = (0..map.rows.len()).collect();
    order.sort_by(|&a, &b| change(&map.rows[b]).total_cmp(&change(&map.rows[a])));
    order.truncate(MOST_GENES);
    order.sort_unstable();
    KnobMap {
        genes: order.iter().map(|&row| map.genes.get(row).cloned().unwrap_or_default()).collect(),
        rows: order.iter().map(|&row| map.rows[row].clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cells::CellColouring;

    #[test]
    fn the_picture_shows_phases_and_angle_first() {
        let colouring = |name: &str, values| CellColouring { name: name.into(), about: String::new(), values };
        let map = CellMap {
            points: vec![(0.0, 0.0)],
            colourings: vec![
                colouring("depth", CellValues::Numbers(vec![1.0])),
                colouring("cell type", CellValues::Categories(vec!["B".into()])),
                colouring("angle", CellValues::Angles(vec![1.0])),
                colouring("Phase", CellValues::Categories(vec!["S".into()])),
            ],
            ..CellMap::default()
        };
        assert_eq!(colourings(&map), [3, 2]);
        assert_eq!(colourings(&CellMap { colourings: map.colourings[..1].to_vec(), ..map.clone() }), [0]);
        assert!(colourings(&CellMap::default()).is_empty());
    }

    #[test]
    fn genes_that_change_most_are_kept_in_their_order() {
        let rows: Vec<Vec<f64>> =
            (0..30).map(|i| vec![1.0, 1.0 + f64::from(i)]).chain([vec![f64::NAN], vec![]]).collect();
        let map = KnobMap { genes: (0..32).map(|i| format!("g{i}")).collect(), rows };
        assert_eq!(liveliest(&map).genes, (10..30).map(|i| format!("g{i}")).collect::<Vec<_>>());
    }
}
