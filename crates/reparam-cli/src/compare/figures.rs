//! Pictures of a report and of a sweep.

use reparam::measure::{Report, Row};

use super::expression::{Expression, Variables};
use super::loss::Loss;
use super::question::Question;
use super::sweep::Sweep;
use super::table::is_zero;
use crate::law::AnyLaw;
use crate::report::number::significant;
use crate::report::plot::{Drawing, LineChart, Series};

/// Width and height of a chart in pixels; one with many curves has a long legend and is higher.
const SIZE: (u32, u32) = (640, 420);
const ENTRIES_A_LINE: u32 = 4;
/// Colours that stay apart.
const COLOURS: usize = 10;
/// Dark grey, for what is not an estimator.
const GREY: usize = 6;

/// A chart with a name for its file and words for below it.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The file's name without its ending.
    pub name: String,
    /// The chart.
    pub drawing: Drawing,
    /// How to read it.
    pub caption: String,
}

/// Variance against time, a chart for each parameter.
pub fn of_report(report: &Report) -> Vec<Figure> {
    let names = unique(report.rows.iter().map(|row| row.estimator.as_str()));
    let parameters = unique(report.rows.iter().map(|row| row.parameter.as_str()));
    // Many parameters would be as many charts: the table has them all.
    parameters.iter().take(4).map(|parameter| one_report(report, &names, parameter)).collect()
}

fn one_report(report: &Report, names: &[&str], parameter: &str) -> Figure {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.parameter == parameter).collect();
    let floor = floor(rows.iter().copied());
    let series = rows.iter().map(|row| {
        let zero = is_zero(row);
        let note = if zero { ": 0" } else { "" };
        let variance = if zero { floor } else { row.variance };
        let index = names.iter().position(|name| *name == row.estimator).unwrap_or(0);
        Series {
            colour: Some(colour(index)),
            dashed: index >= COLOURS,
            ..Series::new(format!("{}{note}", row.estimator), vec![(row.seconds_per_draw * 1e9, variance)])
        }
    });
    let chart = LineChart {
        title: format!("variance against time, {parameter}"),
        y_label: format!("variance of one estimate of the gradient in {parameter}"),
        x_label: "time of one estimate on one thread (ns)".into(),
        series: series.collect(),
        log_x: true,
        log_y: true,
        clip: false,
        size: size(rows.len()),
        ..LineChart::default()
    };
    let zero = if rows.iter().any(|row| is_zero(row)) {
        " A variance of 0 is drawn at the floor, and its name says so."
    } else {
        ""
    };
    let caption = format!("Lower and further left is better: efficiency is 1 / (variance · time).{zero}");
    Figure { name: format!("variance-time-{}", file(parameter)), drawing: chart.draw(), caption }
}

/// Variance, and bias where there is one, along the grid; two charts for each parameter at most.
pub fn of_sweep(question: &Question, sweep: &Sweep) -> Vec<Figure> {
    let names = sweep.estimators();
    let mut figures = Vec::new();
    for parameter in sweep.parameters().into_iter().take(4) {
        figures.push(variance(question, sweep, &names, parameter));
        figures.extend(bias(sweep, &names, parameter));
    }
    figures
}

fn variance(question: &Question, sweep: &Sweep, names: &[&str], parameter: &str) -> Figure {
    let all = || names.iter().flat_map(|name| sweep.rows(name, parameter));
    let floor = floor(all().map(|(_, row)| row));
    let mut zeros = false;
    let mut series: Vec<Series> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let rows: Vec<(f64, &Row)> = sweep.rows(name, parameter).collect();
        let none = rows.iter().filter(|(_, row)| is_zero(row)).count();
        zeros |= none > 0;
        let label = match none {
            0 => (*name).to_owned(),
            all if all == rows.len() => format!("{name}: exactly 0"),
            some => format!("{name}: 0 at {some} points"),
        };
        let points =
            rows.iter().map(|(value, row)| (*value, if is_zero(row) { floor } else { row.variance })).collect();
        series.push(Series { colour: Some(colour(index)), dashed: index >= COLOURS, ..Series::new(label, points) });
    }
    let closed = log_normal(question, sweep, parameter);
    let known = closed.is_some();
    series.extend(closed);
    let zero = if zeros {
        " Variances of 0 have no place on a logarithmic axis: they are drawn at the floor, and the legend says so."
    } else {
        ""
    };
    let formula = if known {
        " Dashed: the path's variance in closed form, (e^(s²) - 1) e^(2m + s²). Where the measured one falls below it, the draws that make it did not come: it cannot be trusted there."
    } else {
        ""
    };
    let caption =
        format!("Variance of one estimate of the gradient in {parameter} along {}.{zero}{formula}", sweep.name);
    let chart = LineChart {
        title: format!("variance of the gradient in {parameter} against {}", sweep.name),
        y_label: format!("variance of one estimate of the gradient in {parameter}"),
        ..blank(sweep, series)
    };
    Figure { name: format!("variance-{}", file(parameter)), drawing: chart.draw(), caption }
}

fn bias(sweep: &Sweep, names: &[&str], parameter: &str) -> Option<Figure> {
    let mut series = Vec::new();
    let mut noise = vec![0.0_f64; sweep.points.len()];
    for (index, name) in names.iter().enumerate() {
        let rows: Vec<(f64, &Row)> = sweep.rows(name, parameter).filter(|(_, row)| row.bias.is_some()).collect();
        if !rows.iter().any(|(_, row)| row.biased_by_design) {
            continue;
        }
        for (here, (_, row)) in noise.iter_mut().zip(&rows) {
            *here = here.max(2.0 * row.standard_error);
        }
        let points = rows.iter().map(|(value, row)| (*value, row.bias.unwrap_or(f64::NAN).abs())).collect();
        series.push(Series { colour: Some(colour(index)), ..Series::new(*name, points) });
    }
    if series.is_empty() {
        return None;
    }
    let points = sweep.points.iter().map(|point| point.value).zip(noise).collect();
    series.push(Series { colour: Some(GREY), dashed: true, ..Series::new("2 standard errors (largest)", points) });
    let chart = LineChart {
        title: format!("bias of the gradient in {parameter} against {}", sweep.name),
        y_label: format!("size of the bias of the gradient in {parameter}"),
        ..blank(sweep, series)
    };
    let caption = format!(
        "Size of the difference between mean and exact gradient, with {} estimates at each point. Below the dashed line it is noise.",
        significant(sweep.draws as f64, 6)
    );
    Some(Figure { name: format!("bias-{}", file(parameter)), drawing: chart.draw(), caption })
}

fn blank(sweep: &Sweep, series: Vec<Series>) -> LineChart {
    LineChart {
        x_label: sweep.name.clone(),
        log_x: sweep.logarithmic,
        log_y: true,
        clip: false,
        size: size(series.len()),
        series,
        ..LineChart::default()
    }
}

/// The path's variance in the location of a log-normal law for the loss `x`, at 200 places of the grid.
fn log_normal(question: &Question, sweep: &Sweep, parameter: &str) -> Option<Series> {
    let AnyLaw::Scalar(law) = &question.known.law else { return None };
    let plain = matches!(&question.loss, Loss::Formula(_, formula) if Expression::parse("x", Variables::Number).is_ok_and(|x| x == *formula));
    if law.family().name != "log-normal" || parameter != "loc" || !plain || !sweep.estimators().contains(&"pathwise") {
        return None;
    }
    let values = law.parameters();
    let (first, last) = (sweep.points.first()?.value, sweep.points.last()?.value);
    let place = |i: u32| {
        let part = f64::from(i) / 199.0;
        if sweep.logarithmic { first * (last / first).powf(part) } else { first + (last - first) * part }
    };
    let points = (0..200).map(place).map(|value| {
        let (m, s) = if sweep.name == "scale" {
            (*values.first().unwrap_or(&0.0), value)
        } else {
            (value, *values.get(1).unwrap_or(&1.0))
        };
        (value, (s * s).exp_m1() * (2.0 * m + s * s).exp())
    });
    // What would squeeze all else is left out of the picture: the curve leaves it steeply.
    let most = sweep.rows("pathwise", parameter).map(|(_, row)| row.variance).fold(0.0, f64::max) * 1e12;
    let points = points.filter(|(_, variance)| *variance <= most).collect();
    Some(Series { colour: Some(GREY), dashed: true, ..Series::new("pathwise, closed form", points) })
}

/// Where a variance of 0 is drawn: a decade below the least that is none.
fn floor<'a>(rows: impl Iterator<Item = &'a Row>) -> f64 {
    let least = rows
        .filter(|row| !is_zero(row) && row.variance.is_finite())
        .map(|row| row.variance)
        .fold(f64::INFINITY, f64::min);
    if least.is_finite() { 10_f64.powf(least.log10().floor() - 1.0) } else { 1e-3 }
}

fn colour(index: usize) -> usize {
    // The strongest contrasts first, as in other line charts; grey is taken.
    [0, 5, 2, 9, 1, 3, 4, 7, 8, 6][index % COLOURS]
}

fn size(series: usize) -> (u32, u32) {
    (SIZE.0, SIZE.1 + 17 * (series as u32).div_ceil(ENTRIES_A_LINE))
}

/// A parameter's name in a file's name.
fn file(parameter: &str) -> String {
    parameter.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
