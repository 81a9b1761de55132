//! One row a law; every row inherits every check. Exact: sums over the support, or Gauss–Legendre panels.

mod edges;
mod kl;
mod rows;

use super::*;
use crate::noise::Noise;

/// A smooth map of the line onto the support, so that the panels of the quadrature meet no singularity and reach into heavy tails.
#[derive(Clone, Copy, Debug)]
enum Chart {
    /// `x = t`.
    Line,
    /// `x = base + e^t`.
    Exp(f64),
    /// `x = low + (high - low) / (1 + e^-t)`.
    Sigmoid(f64, f64),
    /// `x = loc + scale · sinh(t)`.
    Sinh(f64, f64),
}

impl Chart {
    /// `x` and `dx/dt` at `t`.
    fn at(self, t: f64) -> (f64, f64) {
        match self {
            Self::Line => (t, 1.0),
            Self::Exp(base) => (base + t.exp(), t.exp()),
            Self::Sigmoid(low, high) => {
                let (up, down) = (1.0 / (1.0 + (-t).exp()), 1.0 / (1.0 + t.exp()));
                // From the nearer end, where x = low + small keeps its digits.
                let x = if t < 0.0 { low + (high - low) * up } else { high - (high - low) * down };
                (x, (high - low) * up * down)
            }
            Self::Sinh(loc, scale) => (loc + scale * t.sinh(), scale * t.cosh()),
        }
    }
}

/// Makes a law from its parameters.
type Make = Box<dyn Fn(&[f64]) -> Box<dyn Law>>;

/// A law and, when it has a density, panel edges (in the chart's `t`) between which the density is smooth.
struct Row {
    law: Box<dyn Law>,
    chart: Chart,
    edges: Vec<f64>,
    make: Make,
}

/// A row of a family; its edges are values.
fn row(name: &'static str, parameters: &[f64], edges: impl IntoIterator<Item = f64>) -> Row {
    charted(name, parameters, Chart::Line, edges)
}

/// A row of a family with a chart.
fn charted(name: &'static str, parameters: &[f64], chart: Chart, edges: impl IntoIterator<Item = f64>) -> Row {
    let make =
        move |p: &[f64]| family(name).expect("family is in the catalogue").build(p).expect("parameters are valid");
    made(make, parameters, chart, edges)
}

/// A row of a law that is no family: truncated, mixed, transformed.
fn made(
    make: impl Fn(&[f64]) -> Box<dyn Law> + 'static,
    parameters: &[f64],
    chart: Chart,
    edges: impl IntoIterator<Item = f64>,
) -> Row {
    Row { law: make(parameters), chart, edges: edges.into_iter().collect(), make: Box::new(make) }
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
    (0..=64).map(|k| f64::from(k) / 64.0)
}

fn table() -> Vec<Row> {
    [rows::explicit(), rows::implicit(), rows::combine(), rows::discrete(), rows::relaxed()]
        .into_iter()
        .flatten()
        .collect()
}

/// Nodes and weights of the 20-point Gauss–Legendre rule on `[-1, 1]`, by Newton steps on the Legendre recurrence.
fn gauss_legendre() -> Vec<(f64, f64)> {
    let n = 20;
    (0..n)
        .map(|i| {
            let mut x = (std::f64::consts::PI * (f64::from(i) + 0.75) / (f64::from(n) + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..8 {
                let (mut before, mut here) = (1.0, x);
                for k in 1..n {
                    let k = f64::from(k);
                    (before, here) = (here, ((2.0 * k + 1.0) * x * here - k * before) / (k + 1.0));
                }
                slope = f64::from(n) * (before - x * here) / (1.0 - x * x);
                x -= here / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

impl Row {
    /// `(x, p(x) dx)`: the support of a discrete law, quadrature nodes otherwise.
    fn atoms(&self) -> Vec<(f64, f64)> {
        let mass = |x: f64| self.law.log_prob(x).exp();
        match self.law.support() {
            Support::Boolean => [0.0, 1.0].map(|x| (x, mass(x))).to_vec(),
            Support::Index(count) => (0..count).map(|k| (k as f64, mass(k as f64))).collect(),
            Support::CountTo(last) => (0..=last).map(|k| (k as f64, mass(k as f64))).collect(),
            Support::Integers(low, high) if high.is_finite() => {
                (0..=(high - low) as u32).map(|k| low + f64::from(k)).map(|k| (k, mass(k))).collect()
            }
            // Until 1e-18 of the mass is left: beyond lies nothing that a sum in double precision sees.
            Support::Count => (0..1_000_000)
                .map(|k| f64::from(k))
                .take_while(|k| *k == 0.0 || self.law.survival(k - 1.0) > 1e-18)
                .map(|k| (k, mass(k)))
                .collect(),
            _ => {
                let rule = gauss_legendre();
                self.edges
                    .windows(2)
                    .flat_map(|e| {
                        let (middle, half) = (0.5 * (e[0] + e[1]), 0.5 * (e[1] - e[0]));
                        rule.iter().map(move |(t, w)| (middle + half * t, half * w))
                    })
                    .map(|(t, w)| (self.chart.at(t), w))
                    .map(|((x, dx), w)| (x, w * dx * mass(x)))
                    .collect()
            }
        }
    }

    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.atoms().iter().filter(|(_, w)| *w > 0.0).map(|(x, w)| w * f(*x)).sum()
    }

    fn rebuilt(&self, parameters: &[f64]) -> Box<dyn Law> {
        (self.make)(parameters)
    }

    /// `∂ f(law) / ∂ parameter i` by central differences with one Richardson step, error `O(h⁴)`.
    fn difference(&self, i: usize, f: impl Fn(&dyn Law) -> f64) -> f64 {
        let at = |h: f64| {
            let mut parameters = self.law.parameters();
            parameters[i] += h;
            f(&*self.rebuilt(&parameters))
        };
        let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
        let h = 1e-3 * self.law.parameters()[i].abs().clamp(0.1, 1.0);
        (4.0 * slope(0.5 * h) - slope(h)) / 3.0
    }

    /// Places inside the support, away from its ends and from the corners of a density.
    fn places(&self) -> Vec<f64> {
        match self.law.support() {
            s if s.is_discrete() => self.atoms().iter().map(|a| a.0).collect(),
            _ => [0.003, 0.2, 0.45, 0.62, 0.9, 0.999].map(|p| self.law.quantile(p)).to_vec(),
        }
    }

    fn spread(&self) -> f64 {
        self.law.variance().sqrt()
    }
}

/// Worst miss of `check` over the table, named by its law.
fn worst(check: impl Fn(&Row) -> f64) -> (f64, String) {
    let rows = table();
    rows.iter()
        .map(|r| (check(r), format!("{:?}", r.law)))
        .fold((0.0, String::new()), |worst, here| if here.0 > worst.0 || here.0.is_nan() { here } else { worst })
}

/// Sums of at most 1,800 terms of size at most 45 (log-densities) in double precision: 1800 ulp of the sum at worst,
/// about `sqrt(1800)` of them in practice; 1e-12 covers the worst.
const SUM: f64 = 1e-12;

/// Richardson differences: `h⁴ f⁽⁵⁾ / 480` with h = 1e-3 and fifth derivatives (in units of the scale) below 500 is 1e-12,
/// rounding `2⁻⁵² |f| / h` with |f| below 40 is 1e-11 / 0.1 for a parameter of size 0.1.
const DIFFERENCE: f64 = 1e-9;

fn holds(name: &str, tolerance: f64, check: impl Fn(&Row) -> f64) {
    let (miss, law) = worst(check);
    assert!(miss <= tolerance, "{name}: off by {miss:e} for {law}");
}

#[test]
fn every_family_has_a_row() {
    for f in families() {
        assert!(table().iter().any(|r| r.law.family().name == f.name), "{} has no row", f.name);
        assert_eq!(family(f.name).map(|g| g.name), Some(f.name));
    }
}

#[test]
fn masses_sum_to_one() {
    holds("total mass", SUM, |r| (r.expect(|_| 1.0) - 1.0).abs());
}

#[test]
fn mean_and_variance_are_those_of_the_density() {
    holds("mean", SUM, |r| (r.expect(|x| x) - r.law.mean()).abs() / r.spread().max(1e-3));
    holds("variance", SUM, |r| {
        let m = r.law.mean();
        (r.expect(|x| (x - m) * (x - m)) - r.law.variance()).abs() / r.law.variance().max(1e-6)
    });
}

#[test]
fn entropy_is_minus_the_mean_log_density() {
    holds("entropy", SUM, |r| (r.expect(|x| -r.law.log_prob(x)) - r.law.entropy()).abs());
}

fn score_of(law: &dyn Law, x: f64, i: usize) -> f64 {
    let mut out = vec![0.0; law.parameters().len()];
    law.score(x, &mut out);
    out[i]
}

#[test]
fn mean_score_is_zero() {
    holds("mean score", SUM, |r| {
        let count = r.law.parameters().len();
        (0..count).map(|i| r.expect(|x| score_of(&*r.law, x, i)).abs()).fold(0.0, f64::max)
    });
}

#[test]
fn score_is_the_derivative_of_the_log_density() {
    holds("score", DIFFERENCE, |r| {
        let mut miss = 0.0_f64;
        for x in r.places() {
            for i in 0..r.law.parameters().len() {
                let expected = r.difference(i, |law| law.log_prob(x));
                miss = miss.max((score_of(&*r.law, x, i) - expected).abs() / (1.0 + expected.abs()));
            }
        }
        miss
    });
}

#[test]
fn distribution_function_is_the_integral_of_the_density() {
    holds("cdf", SUM, |r| {
        let atoms = r.atoms();
        let ends: Vec<f64> = if r.edges.is_empty() {
            atoms.iter().map(|a| a.0).collect()
        } else {
            r.edges.iter().map(|t| r.chart.at(*t).0).collect()
        };
        ends.iter()
            .map(|&end| {
                let below: f64 = atoms.iter().filter(|a| a.0 <= end).map(|a| a.1).sum();
                (below - r.law.cdf(end)).abs().max((1.0 - below - r.law.survival(end)).abs())
            })
            .fold(0.0, f64::max)
    });
}

#[test]
fn quantile_inverts_the_distribution_function() {
    holds("quantile", SUM, |r| {
        let mut miss = 0.0_f64;
        for p in [1e-9, 1e-3, 0.1, 0.3, 0.5, 0.77, 0.99, 1.0 - 1e-9] {
            let x = r.law.quantile(p);
            if r.law.support().is_discrete() {
                // The smallest x with F(x) >= p, up to rounding of F.
                let enough = r.law.cdf(x) >= p - 1e-15 && (x == 0.0 || r.law.cdf(x - 1.0) < p);
                miss = miss.max(f64::from(!enough));
            } else {
                miss = miss.max((r.law.cdf(x) - p).abs() / p.min(1.0 - p).max(1e-3));
            }
        }
        if r.law.quantile(-0.1).is_nan() && r.law.quantile(1.1).is_nan() { miss } else { 1.0 }
    });
}

#[test]
fn draws_have_the_law() {
    holds("draw", 1e-3, |r| {
        let normal = Normal::new(0.0, 1.0).unwrap();
        let noise: Vec<f64> = (0..10_000).map(|k| (f64::from(k) + 0.5) / 1e4).collect();
        if r.law.support().is_discrete() {
            // An even grid of uniform noise meets each category in proportion, to one grid step (1e-4) each.
            let missed = |(x, mass): &(f64, f64)| {
                let share = noise.iter().filter(|u| r.law.draw(**u) == *x).count() as f64 / 1e4;
                (share - mass).abs()
            };
            return r.atoms().iter().map(missed).fold(0.0, f64::max);
        }
        let missed = |u: &f64| match r.law.family().noise {
            Noise::StandardNormal => (r.law.cdf(r.law.draw(normal.quantile(*u))) - u).abs(),
            _ => (r.law.cdf(r.law.draw(*u)) - u).abs(),
        };
        noise.iter().map(missed).fold(0.0, f64::max)
    });
}

#[test]
fn pathwise_derivative_is_that_of_the_draw_at_fixed_noise() {
    holds("pathwise", DIFFERENCE, |r| {
        let Some(path) = r.law.as_pathwise() else {
            return f64::from(!r.law.support().is_discrete());
        };
        let count = r.law.parameters().len();
        let mut miss = 0.0_f64;
        for noise in [0.01, 0.2, 0.45, 0.7, 0.93] {
            let z = r.law.draw(noise);
            let mut slopes = vec![0.0; count];
            path.pathwise(z, &mut slopes);
            for (i, slope) in slopes.iter().enumerate() {
                let explicit = r.difference(i, |law| law.draw(noise));
                let implicit = -r.difference(i, |law| law.cdf(z)) / r.law.log_prob(z).exp();
                miss = miss.max((slope - explicit).abs()).max((slope - implicit).abs());
            }
        }
        miss
    });
}

#[test]
fn mode_has_the_highest_density() {
    holds("mode", 0.0, |r| {
        let top = r.law.log_prob(r.law.mode());
        f64::from(r.atoms().iter().any(|a| r.law.log_prob(a.0) > top))
    });
}

#[test]
fn no_mass_outside_the_support() {
    holds("outside", 0.0, |r| {
        let outside = if r.law.support() == Support::Real { f64::INFINITY } else { -0.5 };
        f64::from(r.law.log_prob(outside) != f64::NEG_INFINITY)
    });
}

#[test]
fn the_checks_see_a_wrong_law() {
    // Negative control: the entropy and the mean score of one law against the density of a close one.
    let r = row("normal", &[0.0, 1.0], around(0.0, 1.0, 12));
    let other = Normal::new(1e-6, 1.000001).unwrap();
    assert!((r.expect(|x| -r.law.log_prob(x)) - other.entropy()).abs() > SUM);
    assert!(r.expect(|x| score_of(&other, x, 0)).abs() > SUM);
    assert!((r.law.draw(0.7) - other.draw(0.7)).abs() > DIFFERENCE);
}
