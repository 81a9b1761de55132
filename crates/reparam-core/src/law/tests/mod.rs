//! One row a law; every row inherits every check. Exact first: sums over the support, or Gauss–Legendre panels.
//!
//! - `density`: mass, moments, entropy, score, slope, mode. `distribution`: cdf, survival, quantiles, their logarithms.
//! - `draws`: base noise, keyed streams. `paths`: derivatives of draws, at fixed noise and in the mean. `fuzz`: extremes.
//! - `gamma_family`: golden values of the gamma family. `counts`: laws of counts where counts are large.
//! - `kl`: every registered pair, over all rows of its two families. `edges`: golden values and limits of single laws.
//!
//! A row needs panel edges in its chart such that the density is smooth between them and dies away at both ends: a check
//! whose integrand does not, panics and asks for a wider row, unless the integral diverges, which is then its value.

mod counts;
mod density;
mod distribution;
mod draws;
mod edges;
mod fuzz;
mod gamma_family;
mod kl;
mod paths;
mod quadrature;
mod rows;

use std::sync::OnceLock;

use super::*;
use quadrature::{Chart, NODES};

/// Makes a law from its parameters.
type Make = Box<dyn Fn(&[f64]) -> Box<dyn Law> + Send + Sync>;

/// A law and, when it has a density, panel edges (in the chart's `t`) between which the density is smooth.
struct Row {
    law: Box<dyn Law>,
    chart: Chart,
    edges: Vec<f64>,
    make: Make,
    atoms: OnceLock<Vec<(f64, f64)>>,
    units: OnceLock<Vec<f64>>,
}

/// A row of a family; its edges are values.
fn row(name: &'static str, parameters: &[f64], edges: impl IntoIterator<Item = f64>) -> Row {
    charted(name, parameters, Chart::Line, edges)
}

/// A row of a family with a chart.
fn charted(name: &'static str, parameters: &[f64], chart: Chart, edges: impl IntoIterator<Item = f64>) -> Row {
    let make = move |p: &[f64]| {
        let law = family(name).expect("family is in the catalogue").build(p);
        law.unwrap_or_else(|error| panic!("row with {p:?}: {error}"))
    };
    made(make, parameters, chart, edges)
}

/// A row of a law that is no family: truncated, mixed, transformed.
fn made(
    make: impl Fn(&[f64]) -> Box<dyn Law> + Send + Sync + 'static,
    parameters: &[f64],
    chart: Chart,
    edges: impl IntoIterator<Item = f64>,
) -> Row {
    let (atoms, units) = (OnceLock::new(), OnceLock::new());
    Row { law: make(parameters), chart, edges: edges.into_iter().collect(), make: Box::new(make), atoms, units }
}

/// `count` panels of equal width from `low` to `high`.
fn panels(low: f64, high: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..=count).map(move |k| low + (high - low) * f64::from(k) / f64::from(count))
}

/// Panels of width `scale` around `loc`, `reach` on each side.
fn around(loc: f64, scale: f64, reach: i32) -> impl Iterator<Item = f64> {
    (-reach..=reach).map(move |k| loc + scale * f64::from(k))
}

fn unit() -> impl Iterator<Item = f64> {
    panels(0.0, 1.0, 64)
}

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        [rows::explicit(), rows::implicit(), rows::implicit_beta(), rows::discrete(), rows::relaxed(), rows::combine()]
            .into_iter()
            .flatten()
            .collect()
    })
}

impl Row {
    /// `(x, p(x) dx)`: the support of a discrete law, quadrature nodes otherwise.
    fn atoms(&self) -> &[(f64, f64)] {
        self.atoms.get_or_init(|| {
            let mass = |x: f64| self.law.log_prob(x).exp();
            match self.law.support() {
                Support::Boolean => [0.0, 1.0].map(|x| (x, mass(x))).to_vec(),
                Support::Index(count) => (0..count).map(|k| (k as f64, mass(k as f64))).collect(),
                Support::CountTo(last) => (0..=last).map(|k| (k as f64, mass(k as f64))).collect(),
                Support::Integers(low, high) if low.is_finite() && high.is_finite() => {
                    (0..=(high - low) as u32).map(|k| low + f64::from(k)).map(|x| (x, mass(x))).collect()
                }
                // Until 1e-18 of the mass is left: beyond lies nothing that a sum in double precision sees.
                Support::Count => (0..1_000_000)
                    .map(f64::from)
                    .take_while(|k| *k == 0.0 || self.law.survival(k - 1.0) > 1e-18)
                    .map(|k| (k, mass(k)))
                    .collect(),
                _ => self.nodes(&self.edges),
            }
        })
    }

    /// Quadrature atoms of a law with a density, for these panels.
    fn nodes(&self, edges: &[f64]) -> Vec<(f64, f64)> {
        let weighed = |(x, dx)| {
            let log_prob = self.law.log_prob(x);
            (x, if log_prob == f64::NEG_INFINITY { 0.0 } else { dx * log_prob.exp() })
        };
        self.chart.nodes(edges).into_iter().map(weighed).collect()
    }

    /// `E[f]`, infinite or `NaN` where the integral diverges; `Err` where the panels do not reach far enough to tell.
    fn integral_over(&self, atoms: &[(f64, f64)], f: impl Fn(f64) -> f64) -> Result<f64, f64> {
        let terms: Vec<f64> = atoms.iter().map(|&(x, w)| if w > 0.0 { w * f(x) } else { 0.0 }).collect();
        let total: f64 = terms.iter().sum();
        if self.law.support().is_discrete() || terms.len() < 2 * NODES {
            return Ok(total);
        }
        let size = |terms: &[f64]| terms.iter().map(|t| t.abs()).sum::<f64>();
        let count = terms.len();
        let (whole, bounds) = (size(&terms), self.law.support().bounds());
        let (first, last) = (self.chart.at(self.edges[0]).0, self.chart.at(self.edges[self.edges.len() - 1]).0);
        let ends = [
            (first <= bounds.0, &terms[..NODES], &terms[NODES..2 * NODES]),
            (last >= bounds.1, &terms[count - NODES..], &terms[count - 2 * NODES..count - NODES]),
        ];
        let (mut diverges, mut limit) = (false, 0.0);
        for (closed, end, before) in ends {
            // What lies beyond is of the size of the last panel, and below what sums are held to.
            if closed || size(end) <= 5e-13 * whole {
                continue;
            }
            // In a chart with exponential ends the panels of an integral that diverges do not shrink.
            if size(end) < 0.999 * size(before) {
                return Err(total);
            }
            (diverges, limit) = (true, limit + f64::INFINITY.copysign(end[NODES / 2]));
        }
        Ok(if diverges { limit } else { total })
    }

    fn integral(&self, f: impl Fn(f64) -> f64) -> Result<f64, f64> {
        self.integral_over(self.atoms(), f)
    }

    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.integral(f).unwrap_or_else(|_| panic!("{:?} needs panels that reach further", self.law))
    }

    fn rebuilt(&self, parameters: &[f64]) -> Box<dyn Law> {
        (self.make)(parameters)
    }

    /// The places of parameters that vary continuously (an infinite bound does not), in the order of [`Law::parameters`].
    fn continuous(&self) -> impl Iterator<Item = usize> {
        let parameters = self.law.family().parameters;
        let count = self.law.parameters().len();
        let vectors = parameters.iter().filter(|p| p.vector).count().max(1);
        let length = (count + vectors).saturating_sub(parameters.len()) / vectors;
        let rules = parameters.iter().flat_map(move |p| std::iter::repeat_n(p.rule, if p.vector { length } else { 1 }));
        let values = self.law.parameters();
        // The distribution function of a table begins at 0 and ends at 1, and does not vary there.
        let held = (self.law.family().name == "tabulated").then_some([length, 2 * length - 1]);
        let varies = move |(i, rule): &(usize, Support)| {
            !rule.is_discrete() && values[*i].is_finite() && !held.is_some_and(|held| held.contains(i))
        };
        rules.take(count).enumerate().filter(varies).map(|(i, _)| i)
    }

    /// The natural step of each parameter: 1 over the root of its Fisher information, at most its size (or 1) without information.
    fn unit(&self, i: usize) -> f64 {
        let units = self.units.get_or_init(|| {
            let parameters = self.law.parameters();
            let information = |i: usize| self.expect(|x| score_of(&*self.law, x, i).powi(2));
            let mut units = vec![f64::NAN; parameters.len()];
            for i in self.continuous() {
                units[i] = information(i).sqrt().recip().min(parameters[i].abs().max(1.0));
            }
            units
        });
        units[i]
    }

    /// `∂ f(law) / ∂ parameter i` by central differences with one Richardson step, error `O(h⁴)`.
    fn difference(&self, i: usize, f: impl Fn(&dyn Law) -> f64) -> f64 {
        let at = |h: f64| {
            let mut parameters = self.law.parameters();
            parameters[i] += h;
            // The step that was made is not quite the step that was meant.
            (parameters[i], f(&*self.rebuilt(&parameters)))
        };
        let slope = |h: f64| {
            let ((right, above), (left, below)) = (at(h), at(-h));
            (above - below) / (right - left)
        };
        let h = STEP * self.unit(i);
        (4.0 * slope(0.5 * h) - slope(h)) / 3.0
    }

    /// What moving ends of the support add to `∂ E[f] / ∂ parameter i = E[f · score] + …`.
    fn boundary(&self, i: usize, f: impl Fn(f64) -> f64) -> f64 {
        let (low, high) = self.law.support().bounds();
        let end = |at: f64, inside: f64, of: fn((f64, f64)) -> f64| {
            let slope = if at.is_finite() { self.difference(i, |law| of(law.support().bounds())) } else { 0.0 };
            if slope == 0.0 { 0.0 } else { slope * f(at) * self.law.log_prob(inside).exp() }
        };
        // Within a table the density jumps at a knot, which moves.
        if self.law.as_any().is::<Tabulated>() && self.law.parameters()[i] > low && self.law.parameters()[i] < high {
            let (x, density) = (self.law.parameters()[i], |x: f64| self.law.log_prob(x).exp());
            return f(x) * (density(x.next_down()) - density(x.next_up()));
        }
        let open = matches!(self.law.support(), Support::Open(..));
        end(high, if open { high.next_down() } else { high }, |b| b.1)
            - end(low, if open { low.next_up() } else { low }, |b| b.0)
    }

    /// Whether the ends of the support are one point of a circle, so that draws may pass through it and moments are those of the angle.
    fn is_circle(&self) -> bool {
        self.law.family().name == "von-mises"
    }

    /// The mass that paths carry through the ends of a circle as parameter `i` grows: out at the upper one, in at the lower one.
    /// A distribution function counted from the lower end sees it come in; elsewhere paths end with the support.
    fn flux(&self, i: usize) -> f64 {
        let end = self.law.support().bounds().1;
        match self.law.as_pathwise() {
            Some(path) if self.is_circle() => path_of(path, end, i) * self.law.log_prob(end).exp(),
            _ => 0.0,
        }
    }

    /// Places inside the support, away from its ends and from the corners of a density.
    fn places(&self) -> Vec<f64> {
        match self.law.support() {
            s if s.is_discrete() => self.atoms().iter().filter(|a| a.1 > 0.0).map(|a| a.0).collect(),
            _ => [0.003, 0.2, 0.45, 0.62, 0.9, 0.999].map(|p| self.law.quantile(p)).to_vec(),
        }
    }

    /// A width that exists also where the variance does not: half the distance between the quartiles.
    fn spread(&self) -> f64 {
        if self.law.support().is_discrete() {
            return self.law.variance().sqrt().max(1e-3);
        }
        0.5 * (self.law.quantile(0.75) - self.law.quantile(0.25))
    }
}

/// Sums of at most 4,000 terms of size at most 45 (log-densities) in double precision: 4000 ulp of the sum at worst,
/// about `sqrt(4000)` of them in practice; 1e-12 covers the worst.
const SUM: f64 = 1e-12;

/// Step of differences in natural units.
const STEP: f64 = 3e-4;

/// Richardson differences in natural units: `h⁴ f⁽⁵⁾ / 480` with h = 3e-4 and fifth derivatives below 10⁷ (fifth powers of
/// scores up to 25) is 2e-10; rounding `2⁻⁵² |f| / h` with |f| below 45 is 3e-11, and a few of them add up.
const DIFFERENCE: f64 = 1e-9;

/// Fails where `check` misses by more than `tolerance` for a row, and names the worst.
fn holds(name: &str, tolerance: f64, check: impl Fn(&Row) -> f64) {
    let worst = table()
        .iter()
        .map(|r| (check(r), r))
        .reduce(|worst, here| if here.0 > worst.0 || here.0.is_nan() { here } else { worst });
    let (miss, row) = worst.expect("the table has rows");
    println!("{name}: worst {miss:e} for {:?}", row.law);
    assert!(miss <= tolerance, "{name}: off by {miss:e} for {:?}", row.law);
}

/// Distance of two numbers in a unit; 0 where both are the same infinity or no number.
fn apart(a: f64, b: f64, unit: f64) -> f64 {
    if a == b || (a.is_nan() && b.is_nan()) { 0.0 } else { (a - b).abs() / unit }
}

fn score_of(law: &dyn Law, x: f64, i: usize) -> f64 {
    let mut out = vec![0.0; law.parameters().len()];
    law.score(x, &mut out);
    out[i]
}

fn path_of(law: &dyn Pathwise, z: f64, i: usize) -> f64 {
    let mut out = vec![0.0; law.parameters().len()];
    law.pathwise(z, &mut out);
    out[i]
}

#[test]
fn every_family_has_a_row() {
    for f in families() {
        assert!(table().iter().any(|r| r.law.family().name == f.name), "{} has no row", f.name);
        assert_eq!(family(f.name).map(|g| g.name), Some(f.name));
    }
}
