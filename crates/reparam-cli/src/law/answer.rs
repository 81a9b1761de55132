//! All that is known of a law, and of a value of it: computed, then shown as text or as JSON.

use std::fmt::Write as _;

use reparam_core::law::Path;

use super::json::Json;
use super::number::{Exact, List};
use super::recipe::spelled;
use super::subject::{AnyFamily, AnyLaw, Kind};

/// What is known of a law without a value.
#[derive(Debug)]
pub struct Summary {
    family: AnyFamily,
    parameters: Vec<Vec<f64>>,
    defaults: Vec<&'static str>,
    shape: Vec<usize>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    mode: Vec<f64>,
    entropy: f64,
}

/// What is known of a value of a law.
#[derive(Debug)]
pub struct Point {
    /// The probability whose quantile it is, where it was asked for so.
    probability: Option<f64>,
    x: Vec<f64>,
    log_prob: f64,
    /// Distribution function and survival; laws of vectors have none.
    tails: Option<[f64; 2]>,
    /// For each parameter; nothing outside the support.
    score: Option<Vec<Vec<f64>>>,
    /// For each parameter the derivatives of each number of the value; nothing outside the support, or where there is no path.
    pathwise: Vec<Option<Vec<Vec<f64>>>>,
}

impl Summary {
    /// Of this law.
    pub fn new(family: AnyFamily, law: &AnyLaw, defaults: Vec<&'static str>) -> Self {
        let (mean, variance, mode, entropy) = match law {
            AnyLaw::Scalar(law) => (vec![law.mean()], vec![law.variance()], vec![law.mode()], law.entropy()),
            AnyLaw::Vector(law) => (law.mean(), law.variance(), law.mode(), law.entropy()),
        };
        let (parameters, shape) = (law.parameters(), law.shape());
        Self { family, parameters, defaults, shape, mean, variance, mode, entropy }
    }

    fn density_name(&self) -> &'static str {
        if self.family.kind() == Kind::Discrete { "mass" } else { "density" }
    }

    /// For people.
    pub fn text(&self, point: Option<&Point>) -> String {
        let mut out = String::new();
        let parameters = self.family.parameters().iter().zip(&self.parameters);
        let words: Vec<String> = parameters
            .map(|(p, values)| {
                let default = if self.defaults.contains(&p.name) { " (default)" } else { "" };
                format!("{} = {}{default}", p.name, List(values))
            })
            .collect();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<10}  {value}");
        };
        line("law", format!("{}: {}", self.family.name(), words.join(", ")));
        line("support", self.family.support().to_owned());
        if !self.shape.is_empty() {
            line("shape", format!("{:?}", self.shape));
        }
        line("mean", List(&self.mean).to_string());
        line("variance", List(&self.variance).to_string());
        line("mode", List(&self.mode).to_string());
        line("entropy", format!("{} nats", Exact(self.entropy)));
        if let Some(point) = point {
            out.push('\n');
            out += &self.point_text(point);
        }
        out
    }

    fn point_text(&self, point: &Point) -> String {
        let mut out = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<10}  {value}");
        };
        let quantile = point.probability.map_or(String::new(), |p| format!("  (quantile of {})", Exact(p)));
        line("x", format!("{}{quantile}", List(&point.x)));
        line("log_prob", Exact(point.log_prob).to_string());
        line(self.density_name(), Exact(point.log_prob.exp()).to_string());
        if let Some([cdf, survival]) = point.tails {
            line("cdf", Exact(cdf).to_string());
            line("survival", Exact(survival).to_string());
        }
        out.push('\n');
        let Some(score) = &point.score else {
            let _ = writeln!(out, "x lies outside the support ({}): no score, no path", self.family.support());
            return out;
        };
        if !self.shape.is_empty() {
            return out + &self.slopes_text(score, &point.pathwise);
        }
        let mut rows = vec![["parameter".to_owned(), "score".into(), "pathwise dz/dparameter".into(), "method".into()]];
        for ((parameter, score), pathwise) in self.family.parameters().iter().zip(score).zip(&point.pathwise) {
            let method = match parameter.path {
                Path::None => "none: the score remains".to_owned(),
                path => path.to_string(),
            };
            let values = pathwise.as_ref().map_or_else(|| "-".to_owned(), |rows| List(&rows.concat()).to_string());
            rows.push([parameter.name.to_owned(), List(score).to_string(), values, method]);
        }
        out + &aligned(&rows)
    }

    /// Score and path of a law of vectors: a line for each parameter, and for each number of the value.
    fn slopes_text(&self, score: &[Vec<f64>], pathwise: &[Option<Vec<Vec<f64>>>]) -> String {
        let parameters = self.family.parameters();
        let mut rows = Vec::new();
        for (parameter, score) in parameters.iter().zip(score) {
            rows.push([format!("score {}", parameter.name), List(score).to_string(), String::new()]);
        }
        for (parameter, pathwise) in parameters.iter().zip(pathwise) {
            for (i, slopes) in pathwise.iter().flatten().enumerate() {
                let name = format!("dz_{i}/d{}", parameter.name);
                rows.push([name, List(slopes).to_string(), parameter.path.to_string()]);
            }
        }
        aligned(&rows)
    }

    /// For programs.
    pub fn json(&self, point: Option<&Point>) -> Json {
        let flat = self.shape.is_empty();
        let parameters = self.family.parameters();
        let values = parameters.iter().zip(&self.parameters);
        let mut entries = vec![
            ("law".to_owned(), Json::text(self.family.name())),
            (
                "parameters".into(),
                Json::Object(values.map(|(p, v)| (spelled(p.name), Json::numbers(v, !p.vector))).collect()),
            ),
            ("defaults".into(), Json::List(self.defaults.iter().map(|name| Json::text(*name)).collect())),
            ("support".into(), Json::text(self.family.support())),
            ("shape".into(), Json::List(self.shape.iter().map(|n| Json::Count(*n as u64)).collect())),
            ("mean".into(), Json::numbers(&self.mean, flat)),
            ("variance".into(), Json::numbers(&self.variance, flat)),
            ("mode".into(), Json::numbers(&self.mode, flat)),
            ("entropy".into(), Json::Number(self.entropy)),
        ];
        if let Some(point) = point {
            entries.extend(self.point_json(point));
        }
        Json::Object(entries)
    }

    fn point_json(&self, point: &Point) -> Vec<(String, Json)> {
        let flat = self.shape.is_empty();
        let parameters = self.family.parameters();
        let [cdf, survival] = point.tails.map_or([Json::Null, Json::Null], |tails| tails.map(Json::Number));
        let score = point.score.as_ref().map_or(Json::Null, |score| {
            Json::Object(
                parameters.iter().zip(score).map(|(p, s)| (spelled(p.name), Json::numbers(s, !p.vector))).collect(),
            )
        });
        let pathwise = parameters.iter().zip(&point.pathwise).map(|(p, rows)| {
            let derivative = rows.as_ref().map_or(Json::Null, |rows| {
                if flat {
                    Json::numbers(&rows[0], !p.vector)
                } else {
                    Json::List(rows.iter().map(|row| Json::numbers(row, !p.vector)).collect())
                }
            });
            let entry = Json::object([("derivative", derivative), ("method", Json::text(p.path.to_string()))]);
            (spelled(p.name), entry)
        });
        vec![
            ("x".into(), Json::numbers(&point.x, flat)),
            ("probability".into(), point.probability.map_or(Json::Null, Json::Number)),
            ("log_prob".into(), Json::Number(point.log_prob)),
            ("density".into(), Json::Number(point.log_prob.exp())),
            ("cdf".into(), cdf),
            ("survival".into(), survival),
            ("score".into(), score),
            ("pathwise".into(), Json::Object(pathwise.collect())),
        ]
    }
}

impl Point {
    /// Of this value, which is as long as the law's values are.
    pub fn new(family: AnyFamily, law: &AnyLaw, x: Vec<f64>, probability: Option<f64>) -> Self {
        let log_prob = law.log_prob(&x);
        let tails = match law {
            AnyLaw::Scalar(law) => Some([law.cdf(x[0]), law.survival(x[0])]),
            AnyLaw::Vector(_) => None,
        };
        let widths = law.widths();
        let total: usize = widths.iter().sum();
        let inside = law.holds(&x, log_prob);
        let score = inside.then(|| {
            let mut numbers = vec![0.0; total];
            law.score(&x, &mut numbers);
            cut(&numbers, &widths)
        });
        let mut pathwise = vec![None; widths.len()];
        if inside && law.has_path() {
            let mut numbers = vec![0.0; total * x.len()];
            law.pathwise(&x, &mut numbers);
            let rows: Vec<Vec<Vec<f64>>> = numbers.chunks(total.max(1)).map(|row| cut(row, &widths)).collect();
            for (k, (slot, parameter)) in pathwise.iter_mut().zip(family.parameters()).enumerate() {
                if parameter.path != Path::None {
                    *slot = Some(rows.iter().map(|row| row[k].clone()).collect());
                }
            }
        }
        Self { probability, x, log_prob, tails, score, pathwise }
    }
}

/// Cuts numbers into pieces of these widths.
fn cut(numbers: &[f64], widths: &[usize]) -> Vec<Vec<f64>> {
    let mut rest = numbers;
    let piece = |width: &usize| {
        let (here, after) = rest.split_at((*width).min(rest.len()));
        rest = after;
        here.to_vec()
    };
    widths.iter().map(piece).collect()
}

/// Columns side by side, each as wide as its widest cell; the last is not filled up.
pub fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|k| rows.iter().map(|row| row[k].chars().count()).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}
