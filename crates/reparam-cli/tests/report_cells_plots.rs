//! Plots along the cell cycle: circles close, large data stay small, broken numbers are told.

#[path = "report_fixture/checks.rs"]
mod checks;

use checks::{Made, assert_self_contained, assert_well_formed};
use reparam_cli::report::plot::{
    Along, AlongCurve, Colouring, CurveGroup, CycleHistogram, Drawing, HeatMap, Phase, RowScale, Scatter, TraverseChart,
};
use std::f64::consts::TAU;
use std::path::Path;

/// The SVG file, checked for form, and left where it can be looked at.
fn checked(name: &str, drawing: &Drawing) -> String {
    let svg = drawing.standalone();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-cells-plots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.svg")), &svg).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), drawing.to_png(1.5)).unwrap();
    assert_well_formed(&svg);
    assert_self_contained(&svg);
    svg
}

fn phases() -> Vec<Phase> {
    let phase = |name: &str, from: f64, to: f64| Phase { name: name.into(), from, to };
    vec![phase("G1", 5.6, 2.4), phase("S", 2.4, 4.2), phase("G2/M", 4.2, 5.6)]
}

/// A gene that peaks at this angle.
fn gene(peak: f64, made: &mut Made) -> Vec<f64> {
    (0..60)
        .map(|bin| (1.5 * (TAU * (f64::from(bin) + 0.5) / 60.0 - peak).cos()).exp() + 0.05 * made.uniform())
        .collect()
}

#[test]
fn heat_maps_show_rows_phases_and_scale() {
    let mut made = Made(1);
    let names: Vec<String> = (0..24).map(|i| format!("GENE{i}")).collect();
    let rows: Vec<Vec<f64>> = (0..24).map(|i| gene(TAU * f64::from(i) / 24.0, &mut made)).collect();
    let asides = rows.iter().map(|row| format!("×{:.1}", row.iter().fold(0.0, |a: f64, b| a.max(*b)))).collect();
    let heading = "expression, each gene on its own scale".into();
    let map = HeatMap { heading, rows, names, asides, phases: phases(), ..HeatMap::default() };
    let svg = checked("heat-map", &map.draw());
    for text in ["GENE23", "G2/M", "least of the row", "180°", "angle on the cycle (degrees)"] {
        assert!(svg.contains(text), "{text}");
    }
    // G1 runs through the angle 0: its band has two pieces.
    assert_eq!(svg.matches("fill=\"#009E73\"").count(), 2);
    assert_eq!(map.draw(), map.draw());
}

#[test]
fn heat_maps_of_many_genes_stay_small() {
    let mut made = Made(2);
    let rows: Vec<Vec<f64>> = (0..2_000).map(|_| (0..500).map(|_| made.normal()).collect()).collect();
    let names = (0..2_000).map(|i| format!("gene {i}")).collect();
    let map = HeatMap { rows, names, scale: RowScale::Deviations, ..HeatMap::default() };
    let svg = checked("heat-map-many", &map.draw());
    assert!(svg.contains("one in 17 of 2,000 rows") && svg.contains("each column is the mean of 5 neighbours"));
    // Noise has hardly a run: 118 rows of 100 columns of at most 64 bytes.
    assert!(svg.len() < 800_000, "{}", svg.len());
}

#[test]
fn no_heat_map_breaks() {
    let odd = [
        vec![],
        vec![vec![]],
        vec![vec![f64::NAN]],
        vec![vec![1.0], vec![], vec![f64::INFINITY, 1e308, -1e308]],
        vec![vec![0.0; 3]; 2],
    ];
    for rows in odd {
        for scale in [RowScale::Range, RowScale::Deviations, RowScale::Shared] {
            for along in [Along::Circle, Along::Line { label: "z".into(), low: f64::NAN, high: f64::INFINITY }] {
                let map =
                    HeatMap { rows: rows.clone(), scale, along, phases: phases(), width: 0, ..HeatMap::default() };
                checked("heat-map-odd", &map.draw());
            }
        }
    }
    let map = HeatMap { rows: vec![vec![1.0, f64::NAN]], ..HeatMap::default() };
    assert!(checked("heat-map-hole", &map.draw()).contains("1 value is not finite and left blank"));
    assert!(checked("heat-map-empty", &HeatMap::default().draw()).contains("nothing finite to draw"));
}

fn curves(count: usize) -> Vec<AlongCurve> {
    let mut made = Made(3);
    let curve = |i: usize| {
        let peak = if i.is_multiple_of(2) { 3.3 } else { 5.0 } + 0.3 * made.normal();
        let points = gene(peak, &mut made).into_iter().enumerate();
        let points = points.map(|(bin, value)| (TAU * (bin as f64 + 0.5) / 60.0, value)).collect();
        AlongCurve { name: format!("GENE{i}"), points, group: i % 3 }
    };
    (0..count).map(curve).collect()
}

fn traverse(count: usize) -> TraverseChart {
    let group = |name: &str, colour| CurveGroup { name: name.into(), colour };
    TraverseChart {
        y_label: "expression, relative to the gene's mean".into(),
        curves: curves(count),
        groups: vec![group("S genes", Some(5)), group("G2/M genes", Some(0)), group("other genes", None)],
        phases: phases(),
        ..TraverseChart::default()
    }
}

#[test]
fn curves_reach_both_edges_of_the_circle() {
    let drawing = traverse(9).draw();
    let svg = checked("traverse", &drawing);
    for text in ["GENE8", "S genes", "other genes", "G2/M", "360°"] {
        assert!(svg.contains(text), "{text}");
    }
    let ends: Vec<(f64, f64)> = svg
        .split("points=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|list| {
            let xs: Vec<f64> =
                list.split_whitespace().filter_map(|pair| pair.split(',').next()?.parse().ok()).collect();
            (xs[0], xs[xs.len() - 1])
        })
        .filter(|(from, to)| to - from > 5_000.0)
        .collect();
    // All nine curves, and lines of the frame, run from the same left edge to the same right edge.
    assert!(ends.len() >= 9 && ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

#[test]
fn many_curves_are_named_in_part() {
    let svg = checked("traverse-many", &traverse(40).draw());
    assert!(svg.contains("the 14 curves that change most are named"));
    assert_eq!(svg.matches(">\nGENE").count(), 14);
}

#[test]
fn no_traverse_breaks() {
    for along in [Along::Circle, Along::Line { label: "axis".into(), low: 1.0, high: 1.0 }] {
        let empty = TraverseChart { along: along.clone(), ..TraverseChart::default() };
        assert!(checked("traverse-empty", &empty.draw()).contains("nothing finite to draw"));
        let points = vec![(f64::NAN, 1.0), (1.0, f64::NAN), (2.0, 1e308)];
        let odd = vec![AlongCurve { points, ..AlongCurve::default() }, AlongCurve::default()];
        let chart = TraverseChart { curves: odd, ..empty.clone() };
        assert!(checked("traverse-odd", &chart.draw()).contains("3 values are not finite"));
        let one = AlongCurve { name: "one".into(), points: vec![(0.5, 1.0)], group: 9 };
        checked("traverse-one", &TraverseChart { curves: vec![one], phases: phases(), size: (1, 1), ..empty }.draw());
    }
}

#[test]
fn histograms_stack_their_categories() {
    let mut made = Made(5);
    let angles: Vec<f64> = (0..3_000).map(|_| 1.2 * made.normal() + 1.0).collect();
    let class = angles.iter().map(|angle| (angle.rem_euclid(TAU) / TAU * 3.0) as usize).collect();
    let names = vec!["G1".into(), "S".into(), "G2M".into()];
    let chart = CycleHistogram { angles, class, names, phases: phases(), ..CycleHistogram::default() };
    let svg = checked("histogram", &chart.draw());
    assert!(svg.contains("G2M") && !svg.contains("others"));
    for bins in [0, 1, usize::MAX] {
        checked("histogram-bins", &CycleHistogram { bins, ..chart.clone() }.draw());
    }
    assert!(checked("histogram-empty", &CycleHistogram::default().draw()).contains("nothing finite to draw"));
}

#[test]
fn cells_are_coloured_by_category_number_and_angle() {
    let mut made = Made(6);
    let angles: Vec<f64> = (0..2_500).map(|_| TAU * made.uniform()).collect();
    let points: Vec<(f64, f64)> =
        angles.iter().map(|a| (a.cos() + 0.15 * made.normal(), a.sin() + 0.15 * made.normal())).collect();
    let names: Vec<String> = (0..20).map(|i| format!("type {i}")).collect();
    let class = angles.iter().map(|a| (a / TAU * 20.0) as usize).collect();
    let phase = angles.iter().map(|a| (a / TAU * 3.0) as usize).collect();
    let colourings = [
        ("scatter-types", Colouring::Categories { class, names }, "8 others"),
        (
            "scatter-phases",
            Colouring::Categories { class: phase, names: vec!["G1".into(), "S".into(), "G2M".into()] },
            "#D55E00",
        ),
        ("scatter-angles", Colouring::Angles { values: angles, label: "angle".into() }, "330°"),
    ];
    for (name, colouring, text) in colourings {
        let plot = Scatter { points: points.clone(), colouring, size: (480, 400), ..Scatter::default() };
        let svg = checked(name, &plot.draw());
        assert!(svg.contains(text) && !svg.contains("<polygon"), "{name}");
    }
}
