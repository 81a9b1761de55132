//! A value of a law: how likely it is, and how that and the value itself depend on the parameters.

use reparam_core::law::Path;

use super::one::Known;
use super::recipe::spelled;
use super::subject::AnyLaw;

/// What is known of a value of a law.
#[derive(Debug)]
pub struct Point {
    /// The probability whose quantile it is, where it was asked for so.
    pub probability: Option<f64>,
    /// Its numbers.
    pub x: Vec<f64>,
    /// `log p(x)`.
    pub log_prob: f64,
    /// Distribution function and survival; laws of vectors have none.
    pub tails: Option<[f64; 2]>,
    /// Whether it can be drawn.
    pub inside: bool,
    /// Derivatives in the law's parameters, then in those that were said instead.
    pub slopes: Vec<Slope>,
}

/// Derivatives in one parameter.
#[derive(Debug)]
pub struct Slope {
    /// The parameter.
    pub name: String,
    /// Whether it is a vector.
    pub vector: bool,
    /// How the path is had.
    pub method: Path,
    /// `∂ log p(x) / ∂ parameter`; nothing outside the support.
    pub score: Option<Vec<f64>>,
    /// `∂x_i / ∂ parameter`, a row for each number of the value; nothing outside the support, or where there is no path.
    pub pathwise: Option<Vec<Vec<f64>>>,
}

impl Point {
    /// Of this value, which is as long as the law's values are.
    pub fn new(known: &Known, x: Vec<f64>, probability: Option<f64>) -> Self {
        let Known { family, law, said, .. } = known;
        let log_prob = law.log_prob(&x);
        let tails = match law {
            AnyLaw::Scalar(law) => Some([law.cdf(x[0]), law.survival(x[0])]),
            AnyLaw::Vector(_) => None,
        };
        let widths = law.widths(*family);
        let total: usize = widths.iter().sum();
        let inside = law.holds(&x, log_prob);
        let score = inside.then(|| {
            let mut numbers = vec![0.0; total];
            law.score(&x, &mut numbers);
            cut(&numbers, &widths)
        });
        let rows = (inside && law.has_path()).then(|| {
            let mut numbers = vec![0.0; total * x.len()];
            law.pathwise(&x, &mut numbers);
            numbers.chunks(total.max(1)).map(|row| cut(row, &widths)).collect::<Vec<_>>()
        });
        let slope = |(k, p): (usize, &reparam_core::law::Parameter)| Slope {
            name: spelled(p.name),
            vector: p.vector,
            method: p.path,
            score: score.as_ref().map(|score| score[k].clone()),
            pathwise: rows
                .as_ref()
                .filter(|_| p.path != Path::None)
                .map(|rows| rows.iter().map(|row| row[k].clone()).collect()),
        };
        let mut slopes: Vec<Slope> = family.parameters().iter().enumerate().map(slope).collect();
        for (said, values) in said {
            let of = &slopes[said.parameter];
            let carried = |row: &Vec<f64>| {
                row.iter().zip(values).map(|(slope, value)| slope * (said.way.slope)(*value)).collect()
            };
            slopes.push(Slope {
                name: said.way.from.to_owned(),
                vector: of.vector,
                method: of.method,
                score: of.score.as_ref().map(carried),
                pathwise: of.pathwise.as_ref().map(|rows| rows.iter().map(carried).collect()),
            });
        }
        Self { probability, x, log_prob, tails, inside, slopes }
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
