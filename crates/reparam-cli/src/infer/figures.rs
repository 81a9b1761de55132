//! Pictures of a run.

use reparam_infer::fit::Inference;
use reparam_infer::psis::WeightedColumn;
use reparam_infer::{Model, Observation};

use super::inference_data::by_series;
use super::posterior::Posterior;
use super::predictive::Predictive;
use crate::report::plot::{Drawing, LineChart, Scatter, Series};

/// A picture with its file name and caption.
pub struct Figure {
    /// Name without ending.
    pub name: String,
    /// What it shows and how to read it.
    pub caption: String,
    /// The picture.
    pub drawing: Drawing,
    /// Whether it takes the whole width.
    pub wide: bool,
}

/// Most series, parameters and pairs that are drawn: a page is to be read.
const SERIES: usize = 12;
const MARGINALS: usize = 24;
const PAIRS: usize = 6;

/// Data and predictive bands, one picture a series.
pub fn predictive(model: &dyn Model, observations: &[Observation], predictive: &Predictive) -> Vec<Figure> {
    let [at_label, value_label] = model.axes();
    let mut figures = Vec::new();
    for (number, (series, mut members)) in by_series(observations).into_iter().take(SERIES).enumerate() {
        members.sort_by(|a, b| observations[*a].at.total_cmp(&observations[*b].at));
        let place = |m: &usize| observations[*m].at;
        let measured = members.iter().map(|m| (place(m), observations[*m].value)).collect();
        let mut curves = vec![Series { dots: true, ..Series::new("measured", measured) }];
        if !predictive.expected.is_empty() {
            let of = |rows: &[Vec<f64>]| -> Vec<(f64, [f64; 3])> {
                members.iter().map(|m| (place(m), Predictive::quantiles(rows, *m, [0.05, 0.5, 0.95]))).collect()
            };
            let curve = |label: &str, rows: &[Vec<f64>], colour| {
                let found = of(rows);
                Series {
                    band: found.iter().map(|(_, q)| (q[0], q[2])).collect(),
                    colour: Some(colour),
                    ..Series::new(label, found.iter().map(|(at, q)| (*at, q[1])).collect())
                }
            };
            curves.push(curve("model, 90 %", &predictive.expected, 1));
            curves.push(Series { dashed: true, ..curve("new data, 90 %", &predictive.replicates, 2) });
        }
        let chart = LineChart {
            title: format!("{series}: data and predictions"),
            y_label: if matches!(value_label.as_str(), "" | "value") {
                series.clone()
            } else {
                format!("{series}, {value_label}")
            },
            x_label: at_label.clone(),
            series: curves,
            ..LineChart::default()
        };
        figures.push(Figure {
            name: format!("predictive-{}", number + 1),
            caption: format!(
                "{series}: measurements, the model's expectation (median and central 90 % of the posterior), and the band where new \
                 measurements would lie."
            ),
            drawing: chart.draw(),
            wide: false,
        });
    }
    figures
}

/// Density of each quantity, beside its prior.
pub fn marginals(model: &dyn Model, posterior: &Posterior) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (q, quantity) in posterior.quantities.iter().enumerate().take(MARGINALS) {
        let Some(density) = density(&posterior.column(q)) else { continue };
        let prior: Vec<(f64, f64)> = density
            .iter()
            .filter_map(|(x, _)| Some((*x, model.prior_log_density(q, *x)?.exp())))
            .filter(|(_, p)| p.is_finite())
            .collect();
        let mut series = vec![Series::new("posterior", density)];
        if !prior.is_empty() {
            series.push(Series { dashed: true, ..Series::new("prior", prior) });
        }
        let unit = if quantity.unit.is_empty() { String::new() } else { format!(" ({})", quantity.unit) };
        let chart = LineChart {
            title: format!("density of {}", quantity.name),
            y_label: "density".into(),
            x_label: format!("{}{unit}", quantity.name),
            series,
            clip: false,
            size: (480, 260),
            ..LineChart::default()
        };
        figures.push(Figure {
            name: format!("marginal-{}", q + 1),
            caption: format!("{}: posterior, and the prior where it has one of its own.", quantity.name),
            drawing: chart.draw(),
            wide: false,
        });
    }
    figures
}

/// A weighted kernel density over the draws' range, Silverman's width; none of draws that are all alike or not finite.
fn density(column: &WeightedColumn) -> Option<Vec<(f64, f64)>> {
    let [low, first, third, high] = [0.002, 0.25, 0.75, 0.998].map(|p| column.quantile(p));
    let sd = column.sd();
    let spread = if third > first { sd.min((third - first) / 1.34) } else { sd };
    let pairs = column.pairs();
    let worth = 1.0 / pairs.iter().map(|[_, w]| w * w).sum::<f64>();
    let width = 0.9 * spread * worth.powf(-0.2);
    if !(width > 0.0 && width.is_finite() && low.is_finite() && high.is_finite()) {
        return None;
    }
    let (from, to) = (low - 2.0 * width, high + 2.0 * width);
    let at = |i: usize| from + (to - from) * i as f64 / 119.0;
    let kernel = |x: f64| {
        let sum: f64 = pairs.iter().map(|[c, w]| w * (-0.5 * ((x - c) / width).powi(2)).exp()).sum();
        sum / (width * std::f64::consts::TAU.sqrt())
    };
    Some((0..120).map(|i| (at(i), kernel(at(i)))).collect())
}

/// Draws of each pair of the first quantities, as one picture.
pub fn pairs(posterior: &Posterior, rows: &[Vec<f64>]) -> Option<Figure> {
    let count = posterior.quantities.len().min(PAIRS);
    if count < 2 {
        return None;
    }
    let (width, height) = (230, 190);
    let mut cells = String::new();
    for i in 1..count {
        for j in 0..i {
            let plot = Scatter {
                title: format!("{} against {}", posterior.quantities[i].name, posterior.quantities[j].name),
                y_label: if j == 0 { posterior.quantities[i].name.clone() } else { String::new() },
                x_label: if i + 1 == count { posterior.quantities[j].name.clone() } else { String::new() },
                points: rows.iter().step_by(rows.len().div_ceil(300).max(1)).map(|row| (row[j], row[i])).collect(),
                size: (width, height),
                ..Scatter::default()
            };
            cells += &plot.draw().nested(j as u32 * width, (i as u32 - 1) * height);
        }
    }
    let side = count as u32 - 1;
    Some(Figure {
        name: "pairs".into(),
        caption: "Draws of pairs of parameters, at most 300 in each cell: slanted clouds are correlations, bent ones are shapes that no normal has."
            .into(),
        drawing: Drawing::from_elements(side * width, side * height, "draws of pairs of parameters", cells),
        wide: true,
    })
}

/// Ranks from 1 on, evenly spread on a logarithmic axis, each once.
fn ranks(count: usize) -> impl Iterator<Item = usize> {
    let steps = 240;
    let at = move |i: usize| (count as f64).powf(i as f64 / f64::from(steps)).round() as usize;
    (0..=steps as usize).map(at).filter({
        let mut last = 0;
        move |rank| {
            let new = *rank > last;
            last = last.max(*rank);
            new
        }
    })
}

/// The bound along the fit, and the tail of the weights.
pub fn diagnostics(inference: &Inference) -> Vec<Figure> {
    let trace = &inference.fit.trace;
    let mut figures = Vec::new();
    let points: Vec<(f64, f64)> = trace.iter().map(|p| (p.evaluations as f64, p.elbo)).collect();
    if points.len() > 1 {
        let band = trace.iter().map(|p| {
            let error = if p.elbo_se.is_finite() { p.elbo_se } else { 0.0 };
            (p.elbo - 2.0 * error, p.elbo + 2.0 * error)
        });
        let chart = LineChart {
            title: "ELBO along the fit".into(),
            y_label: "ELBO (nats)".into(),
            x_label: "evaluations of the model".into(),
            series: vec![Series { band: band.collect(), ..Series::new("ELBO", points) }],
            references: vec![("at fresh draws".into(), inference.fit.elbo)],
            ..LineChart::default()
        };
        figures.push(Figure {
            name: "elbo".into(),
            caption: "The evidence lower bound while guides were fitted, with twice its Monte Carlo error; with fixed noise each doubling of the draws \
                      begins a new climb."
                .into(),
            drawing: chart.draw(),
            wide: false,
        });
    }
    let most = inference.weighted.log_ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut raw: Vec<f64> = inference.weighted.log_ratios.iter().map(|r| (r - most).exp()).collect();
    let mut smooth: Vec<f64> = inference.weighted.log_weights.iter().map(|w| w.exp()).collect();
    let total: f64 = raw.iter().sum();
    if total > 0.0 && total.is_finite() {
        for weight in &mut raw {
            *weight /= total;
        }
        raw.sort_by(|a, b| b.total_cmp(a));
        smooth.sort_by(|a, b| b.total_cmp(a));
        let line = |weights: &[f64]| ranks(weights.len()).map(|rank| (rank as f64, weights[rank - 1])).collect();
        let mut smoothed = Series { dashed: true, ..Series::new("smoothed", line(&smooth)) };
        smoothed.colour = Some(2);
        let chart = LineChart {
            title: "importance weights by rank".into(),
            y_label: "weight".into(),
            x_label: "rank".into(),
            series: vec![Series::new("raw", line(&raw)), smoothed],
            references: vec![("equal weights".into(), 1.0 / raw.len() as f64)],
            log_x: true,
            log_y: true,
            ..LineChart::default()
        };
        figures.push(Figure {
            name: "weights".into(),
            caption: format!(
                "Importance weights of the draws, largest first. Their tail falls like rank to the power of -k; k-hat is {:.2}. Flat and near the dashed \
                 line is good; a steep start means that few draws carry the answer.",
                inference.weighted.k_hat
            ),
            drawing: chart.draw(),
            wide: false,
        });
    }
    figures
}
