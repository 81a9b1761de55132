//! `reparam law NAME --plot FILE.svg`: density, distribution function and path, side by side.

use std::path::Path;

use reparam_core::law::{Law, Parameter, Path as Derivative};

use super::LawError;
use super::number::List;
use super::one::Known;
use super::output::Output;
use super::subject::AnyLaw;
use crate::report::plot::palette::INK;
use crate::report::plot::{Drawing, LineChart, Series};

/// Points of a curve; the chart shows all of them.
const POINTS: usize = 300;
/// Tails that are left out on either side, together a hundredth.
const TAIL: f64 = 0.005;
/// Width and height of a panel in pixels.
const PANEL: (u32, u32) = (440, 320);
/// Height of the line that names the law, and its letters at most.
const HEADING: u32 = 30;
const MOST_TITLE: usize = 110;
/// Steps that are still seen as such; each has two points of the 300 that a chart draws.
const MOST_STEPS: usize = 140;

/// Writes the picture.
pub fn write(known: &Known, path: &Path) -> Result<(), LawError> {
    let AnyLaw::Scalar(law) = &known.law else {
        let what = format!("{}: --plot is for laws of numbers", known.family.name());
        return Err(LawError::Together { what, hint: None });
    };
    if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("svg")) {
        return Err(LawError::option("--plot", "a file that ends in .svg", format!("'{}'", path.display())));
    }
    let mut output = Output::new(Some(path))?;
    output.write(draw(known, law.as_ref()).standalone().as_bytes())?;
    output.finish()
}

fn draw(known: &Known, law: &dyn Law) -> Drawing {
    let parameters = known.family.parameters();
    let values = parameters.iter().zip(known.law.parameters(known.family));
    let words: Vec<String> = values.map(|(p, values)| format!("{} = {}", p.name, List(&values))).collect();
    let title: String = format!("{}: {}", known.family.name(), words.join(", ")).chars().take(MOST_TITLE).collect();
    let discrete = law.support().is_discrete();
    let xs = places(law, discrete);
    let chart = |label: &str, x_label: &str, series: Vec<Series>| LineChart {
        title: format!("{label} of {title}"),
        y_label: label.to_owned(),
        x_label: x_label.into(),
        series,
        size: PANEL,
        whole_x: discrete,
        ..LineChart::default()
    };
    let name = if discrete { "mass" } else { "density" };
    let density: Vec<f64> = xs.iter().map(|&x| law.log_prob(x).exp()).collect();
    let cdf: Vec<f64> = xs.iter().map(|&x| law.cdf(x)).collect();
    let steps = discrete && xs.windows(2).all(|pair| pair[1] - pair[0] == 1.0) && xs.len() <= MOST_STEPS;
    let curve = |values: &[f64], shift: f64| {
        if steps { staircase(&xs, values, shift) } else { xs.iter().copied().zip(values.iter().copied()).collect() }
    };
    let mut charts = vec![
        chart(name, "x", vec![Series::new(name, curve(&density, -0.5))]),
        // Its last step leads on to 1.
        LineChart { clip: false, ..chart("distribution function", "x", vec![Series::new("cdf", curve(&cdf, 0.0))]) },
    ];
    charts.extend(paths(law, parameters, &xs).map(|(label, series)| chart(&label, "z", series)));
    let mut body = format!("<text x=\"4\" y=\"17\" font-size=\"15\" fill=\"{}\">{title}</text>\n", INK.hex());
    for (i, chart) in charts.iter().enumerate() {
        body += &chart.draw().nested(i as u32 * PANEL.0, HEADING);
    }
    Drawing::from_elements(PANEL.0 * charts.len() as u32, PANEL.1 + HEADING, &title, body)
}

/// A curve for each scalar parameter with a path; those of a vector's numbers would be many and alike.
fn paths(law: &dyn Law, parameters: &[Parameter], xs: &[f64]) -> Option<(String, Vec<Series>)> {
    let path = law.as_pathwise()?;
    let chosen = || parameters.iter().enumerate().filter(|(_, p)| p.path != Derivative::None);
    if parameters.iter().any(|p| p.vector) {
        return None;
    }
    let mut slopes = vec![0.0; parameters.len()];
    let mut rows = Vec::new();
    for &x in xs {
        path.pathwise(x, &mut slopes);
        rows.push(slopes.clone());
    }
    let curve = |k: usize| xs.iter().zip(&rows).map(|(&x, row)| (x, row[k])).collect();
    let series: Vec<Series> = chosen().map(|(k, p)| Series::new(p.name, curve(k))).collect();
    // A single curve has no legend: its axis names the parameter.
    let name = if series.len() == 1 { series[0].label.clone() } else { "parameter".into() };
    (!series.is_empty()).then(|| (format!("dz/d{name} of a draw z"), series))
}

/// The outline of steps of width 1, each from its place on, moved by `shift`; from 0, and back to 0 where it is a mass.
fn staircase(xs: &[f64], values: &[f64], shift: f64) -> Vec<(f64, f64)> {
    let mut points = vec![(xs[0] + shift, 0.0)];
    for (x, value) in xs.iter().zip(values) {
        points.extend([(x + shift, *value), (x + 1.0 + shift, *value)]);
    }
    if shift != 0.0 {
        points.extend(points.last().map(|end| (end.0, 0.0)));
    }
    points
}

/// Where the curves are drawn: between far quantiles, at whole numbers where the law is discrete.
fn places(law: &dyn Law, discrete: bool) -> Vec<f64> {
    let (low, high) = (law.quantile(TAIL), law.upper_quantile(TAIL));
    if discrete {
        let step = ((high - low) / POINTS as f64).ceil().max(1.0);
        let count = ((high - low) / step) as usize + 1;
        return (0..count.min(POINTS)).map(|i| low + step * i as f64).collect();
    }
    (0..POINTS).map(|i| low + (high - low) * i as f64 / (POINTS - 1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::staircase;

    #[test]
    fn a_staircase_is_flat_between_its_places() {
        assert_eq!(
            staircase(&[0.0, 1.0], &[0.25, 0.75], -0.5),
            [(-0.5, 0.0), (-0.5, 0.25), (0.5, 0.25), (0.5, 0.75), (1.5, 0.75), (1.5, 0.0)]
        );
        assert_eq!(staircase(&[3.0], &[1.0], 0.0), [(3.0, 0.0), (3.0, 1.0), (4.0, 1.0)]);
    }
}
