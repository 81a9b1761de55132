//! The plots say what they leave out, and stay inside of their frame.

#[path = "report_fixture/checks.rs"]
mod checks;

use checks::{Made, assert_self_contained, assert_well_formed};
use reparam_cli::report::plot::{Bar, BarChart, Colouring, Drawing, LineChart, Scatter, Series};
use std::path::Path;

/// The SVG file, checked for form, and left where it can be looked at.
fn checked(name: &str, drawing: &Drawing) -> String {
    let svg = drawing.standalone();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-plots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.svg")), &svg).unwrap();
    assert_well_formed(&svg);
    assert_self_contained(&svg);
    svg
}

/// Every coordinate of every curve in the drawing, in fine units.
fn coordinates(svg: &str) -> Vec<(f64, f64)> {
    let lists = svg.split("points=\"").skip(1).filter_map(|rest| rest.split('"').next());
    lists
        .flat_map(str::split_whitespace)
        .filter_map(|pair| pair.split_once(','))
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect()
}

fn noisy(count: usize, of: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let mut made = Made(2);
    (1..=count).map(|i| (i as f64, of(i as f64) * (1.0 + 0.02 * made.normal()))).collect()
}

#[test]
fn curves_stay_inside_and_long_ones_are_thinned() {
    let chart = LineChart {
        y_label: "loss (nats per image)".into(),
        x_label: "step".into(),
        series: vec![
            Series::new("one", noisy(5_000, |t| 90.0 + 1e4 / (t * t))),
            Series::new("two", noisy(700, |t| 95.0 + 300.0 / t)),
        ],
        references: vec![("floor".into(), 205.8), ("exact".into(), 89.0)],
        ..LineChart::default()
    };
    let svg = checked("curves", &chart.draw());
    for (x, y) in coordinates(&svg) {
        assert!((0.0..=4_800.0).contains(&x) && (0.0..=3_200.0).contains(&y), "{x} {y}");
    }
    for text in
        ["mean of up to 17 neighbours", "cut off: values up to", "floor, 205.8, lies above the plot", "exact: 89"]
    {
        assert!(svg.contains(text), "{text}");
    }
    // Two curves of at most 300 points each, ten characters a point, and the rest of the drawing.
    assert!(svg.len() < 40_000, "{}", svg.len());
    let whole = LineChart { clip: false, ..chart }.draw().standalone();
    assert!(!whole.contains("cut off"));
}

#[test]
fn bands_lie_under_their_curves() {
    let points = noisy(40, |t| 3.0 / t);
    let band = points.iter().map(|point| (0.7 * point.1, 1.4 * point.1)).collect();
    let series = vec![Series { label: "variance".into(), points, band, ..Series::default() }];
    for log_y in [false, true] {
        let chart = LineChart {
            log_y,
            series: series.clone(),
            y_label: "variance".into(),
            x_label: "draws".into(),
            ..LineChart::default()
        };
        let svg = checked(if log_y { "band-log" } else { "band" }, &chart.draw());
        assert!(
            svg.find("<polygon").unwrap()
                < svg.find("<polyline opacity=\"1\" stroke=\"#0072B2\"").unwrap_or(usize::MAX)
        );
    }
}

#[test]
fn empty_and_broken_plots_say_so() {
    let lines = [vec![], vec![Series::default()], vec![Series::new("a", vec![(f64::NAN, 1.0), (1.0, f64::INFINITY)])]];
    for series in lines {
        for log_y in [false, true] {
            let chart = LineChart {
                log_y,
                series: series.clone(),
                references: vec![("floor".into(), 3.0)],
                ..LineChart::default()
            };
            assert!(checked("empty", &chart.draw()).contains("nothing finite to draw"));
        }
    }
    assert!(checked("empty", &BarChart::default().draw()).contains("nothing finite to draw"));
    assert!(checked("empty", &Scatter::default().draw()).contains("nothing finite to draw"));
    let tiny = Scatter { size: (1, 1), points: vec![(0.0, 0.0)], ..Scatter::default() };
    checked("tiny", &tiny.draw());
    checked("tiny", &LineChart { size: (0, 0), ..LineChart::default() }.draw());
}

#[test]
fn one_point_is_seen() {
    let chart = LineChart { series: vec![Series::new("a", vec![(1.0, 5.0)])], ..LineChart::default() };
    assert!(checked("one", &chart.draw()).contains("<circle"));
}

#[test]
fn values_have_a_scale() {
    let mut made = Made(4);
    let points: Vec<(f64, f64)> = (0..500).map(|_| (made.normal(), made.normal())).collect();
    let values = points.iter().map(|point| point.0 + 10.0 * point.1.exp()).collect();
    let plot = Scatter {
        x_label: "z 1".into(),
        y_label: "z 2".into(),
        points,
        colouring: Colouring::Values { values, label: "mean grey".into() },
        ..Scatter::default()
    };
    let svg = checked("values", &plot.draw());
    assert!(svg.contains("mean grey") && svg.contains("#440154"));
}

#[test]
fn bars_start_at_zero_whatever_their_sign() {
    let bars = [("a", 3.0), ("b", -1.0), ("c", f64::NAN), ("d", 0.5)];
    let bars = bars
        .iter()
        .enumerate()
        .map(|(i, (label, value))| Bar { label: (*label).into(), value: *value, group: i % 3 })
        .collect();
    let groups = vec!["first".into(), "second".into(), "third".into()];
    let chart =
        BarChart { y_label: "bias (%)".into(), x_label: "estimator".into(), bars, groups, ..BarChart::default() };
    let svg = checked("bars", &chart.draw());
    assert!(svg.contains("1 value is not finite and left out") && svg.contains("third"));
    assert_eq!(chart.largest().as_deref(), Some("a: 3"));
}

#[test]
fn labels_are_thinned_before_they_touch() {
    let bars = (0..150).map(|i| Bar { label: format!("dimension {i}"), value: f64::from(i), group: 0 }).collect();
    let svg = checked("many-bars", &BarChart { bars, ..BarChart::default() }.draw());
    // 400 pixels of room for labels of 13 characters of 7 pixels.
    assert!(svg.matches(">\ndimension").count() <= 5);
}
