//! All that is known of a law, and of a value of it: computed, then shown as text or as JSON.

use std::fmt::Write as _;

use reparam_core::law::Path;

use super::entropy::Estimated;
use super::json::Json;
use super::number::{Exact, List};
use super::one::Known;
use super::point::{Point, Slope};
use super::recipe::spelled;
use super::subject::AnyLaw;

/// What is known of a law without a value.
#[derive(Debug)]
pub struct Summary<'a> {
    known: &'a Known,
    parameters: Vec<Vec<f64>>,
    shape: Vec<usize>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    mode: Vec<f64>,
    /// Nothing where no closed form is known, and quadrature over vectors would be too much.
    entropy: Option<f64>,
    estimated: Option<Estimated>,
}

impl<'a> Summary<'a> {
    /// Of this law.
    pub fn new(known: &'a Known, estimated: Option<Estimated>) -> Self {
        let (mean, variance, mode, entropy) = match &known.law {
            AnyLaw::Scalar(law) => (vec![law.mean()], vec![law.variance()], vec![law.mode()], Some(law.entropy())),
            AnyLaw::Vector(law) => {
                let entropy = known.family.closed_entropy().then(|| law.entropy());
                (law.mean(), law.variance(), law.mode(), entropy)
            }
        };
        let (parameters, shape) = (known.law.parameters(known.family), known.law.shape());
        Self { known, parameters, shape, mean, variance, mode, entropy, estimated }
    }

    /// For people.
    pub fn text(&self, point: Option<&Point>) -> String {
        let mut out = String::new();
        let family = self.known.family;
        let parameters = family.parameters();
        let mut words: Vec<String> = parameters
            .iter()
            .zip(&self.parameters)
            .map(|(p, values)| {
                let default = if self.known.defaults.contains(&p.name) { " (default)" } else { "" };
                format!("{} = {}{default}", p.name, List(values))
            })
            .collect();
        words.extend(self.known.said.iter().map(|(said, values)| format!("{} = {}", said.way.from, List(values))));
        let mut line = |name: &str, value: String| {
            let _ = writeln!(out, "{name:<10}  {value}");
        };
        line("law", format!("{}: {}", family.name(), words.join(", ")));
        line("support", family.support().to_owned());
        if !self.shape.is_empty() {
            line("shape", format!("{:?}", self.shape));
        }
        line("mean", List(&self.mean).to_string());
        line("variance", List(&self.variance).to_string());
        line("mode", List(&self.mode).to_string());
        match (self.entropy, self.estimated) {
            (Some(entropy), _) => line("entropy", format!("{} nats", Exact(entropy))),
            (None, None) => line("entropy", "no formula; --monte-carlo N estimates it".to_owned()),
            (None, Some(_)) => {}
        }
        if let Some(estimated) = self.estimated {
            line("entropy", estimated.text());
        }
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
        let density = if self.known.law.is_discrete() { "mass" } else { "density" };
        line(density, Exact(point.log_prob.exp()).to_string());
        if let Some([cdf, survival]) = point.tails {
            line("cdf", Exact(cdf).to_string());
            line("survival", Exact(survival).to_string());
        }
        out.push('\n');
        if !point.inside {
            let support = self.known.family.support();
            let _ = writeln!(out, "x lies outside the support ({support}): no score, no path");
            return out;
        }
        if !self.shape.is_empty() {
            return out + &slopes_text(point, self.known);
        }
        let mut rows = vec![["parameter".to_owned(), "score".into(), "pathwise dz/dparameter".into(), "method".into()]];
        for slope in &point.slopes {
            let method = method(slope, self.known);
            let path = slope.pathwise.as_ref().map_or_else(|| "-".to_owned(), |rows| List(&rows.concat()).to_string());
            let score = slope.score.as_deref().unwrap_or_default();
            rows.push([slope.name.clone(), List(score).to_string(), path, method]);
        }
        out + &aligned(&rows)
    }

    /// For programs.
    pub fn json(&self, point: Option<&Point>) -> Json {
        let (known, flat) = (self.known, self.shape.is_empty());
        let parameters = known.family.parameters();
        let values = parameters.iter().zip(&self.parameters);
        let mut values: Vec<(String, Json)> =
            values.map(|(p, v)| (spelled(p.name), Json::numbers(v, !p.vector))).collect();
        let said = known.said.iter();
        values.extend(said.map(|(said, v)| (said.way.from.to_owned(), Json::numbers(v, !said.way.vector))));
        let mut entries = vec![
            ("law".to_owned(), Json::text(known.family.name())),
            ("parameters".into(), Json::Object(values)),
            ("defaults".into(), Json::List(known.defaults.iter().map(|name| Json::text(*name)).collect())),
            ("support".into(), Json::text(known.family.support())),
            ("shape".into(), Json::List(self.shape.iter().map(|n| Json::Count(*n as u64)).collect())),
            ("mean".into(), Json::numbers(&self.mean, flat)),
            ("variance".into(), Json::numbers(&self.variance, flat)),
            ("mode".into(), Json::numbers(&self.mode, flat)),
            ("entropy".into(), self.entropy.map_or(Json::Null, Json::Number)),
        ];
        if let Some(estimated) = self.estimated {
            entries.push(("entropy_monte_carlo".into(), estimated.json()));
        }
        if let Some(point) = point {
            entries.extend(point_json(point, flat));
        }
        Json::Object(entries)
    }
}

/// How a path is had, or why there is none.
fn method(slope: &Slope, known: &Known) -> String {
    match slope.method {
        Path::None if known.law.is_discrete() => "none: draws jump, the score remains".into(),
        path => path.to_string(),
    }
}

/// Score and path of a law of vectors: a line for each parameter, and for each number of the value.
fn slopes_text(point: &Point, known: &Known) -> String {
    let mut rows = Vec::new();
    for slope in &point.slopes {
        let score = slope.score.as_deref().unwrap_or_default();
        rows.push([format!("score {}", slope.name), List(score).to_string(), String::new()]);
    }
    for slope in &point.slopes {
        for (i, slopes) in slope.pathwise.iter().flatten().enumerate() {
            rows.push([format!("dz_{i}/d{}", slope.name), List(slopes).to_string(), slope.method.to_string()]);
        }
        if slope.pathwise.is_none() {
            rows.push([format!("dz/d{}", slope.name), "-".into(), method(slope, known)]);
        }
    }
    aligned(&rows)
}

fn point_json(point: &Point, flat: bool) -> Vec<(String, Json)> {
    let [cdf, survival] = point.tails.map_or([Json::Null, Json::Null], |tails| tails.map(Json::Number));
    let (mut score, mut pathwise, mut method) = (Vec::new(), Vec::new(), Vec::new());
    for slope in &point.slopes {
        let numbers = |values: &Vec<f64>| Json::numbers(values, !slope.vector);
        let path = slope.pathwise.as_ref().map_or(Json::Null, |rows| {
            if flat { numbers(&rows[0]) } else { Json::List(rows.iter().map(numbers).collect()) }
        });
        score.push((slope.name.clone(), slope.score.as_ref().map_or(Json::Null, numbers)));
        pathwise.push((slope.name.clone(), path));
        method.push((slope.name.clone(), Json::text(slope.method.to_string())));
    }
    let quantile = if point.probability.is_some() { Json::numbers(&point.x, flat) } else { Json::Null };
    vec![
        ("probability".into(), point.probability.map_or(Json::Null, Json::Number)),
        ("quantile".into(), quantile),
        ("x".into(), Json::numbers(&point.x, flat)),
        ("log_prob".into(), Json::Number(point.log_prob)),
        ("density".into(), Json::Number(point.log_prob.exp())),
        ("cdf".into(), cdf),
        ("survival".into(), survival),
        ("score".into(), Json::Object(score)),
        ("pathwise".into(), Json::Object(pathwise)),
        ("method".into(), Json::Object(method)),
    ]
}

/// Characters to which cells are filled up at most; a longer one, a vector of many numbers, stands out.
const WIDEST: usize = 100;

/// Columns side by side, each as wide as its widest cell; the last is not filled up.
pub fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |k: usize| rows.iter().map(|row| row[k].chars().count()).filter(|width| *width <= WIDEST).max();
    let widths: [usize; N] = std::array::from_fn(|k| width(k).unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line += cell;
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::aligned;

    #[test]
    fn columns_stand_in_line_and_long_cells_stand_out() {
        let long = "1,".repeat(70_000);
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        let text = aligned(&[row("name", "x"), row("é", "y"), row(&long, "z")]);
        assert_eq!(text, format!("name  x\né     y\n{long}  z\n"));
    }
}
