//! One row a law; every row inherits every check.

mod chart;
mod draws;
mod edges;
mod exact;
mod pairs;
mod relaxed;
mod rows;

use super::*;
use chart::Chart;
use rows::table;

/// Which entries of a parameter are free.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Every one.
    Free,
    /// The lower triangle of a square matrix.
    Lower,
    /// The lower triangles of square matrices of this many rows, one after the other.
    Lowers(usize),
    /// Those of a square matrix, with the mirrored one.
    Symmetric,
    /// None: an integer.
    Fixed,
}

/// Makes a law from its parameters.
type Make = Box<dyn Fn(&[Vec<f64>]) -> Box<dyn MultivariateLaw>>;

/// A law, which of its parameters' entries are free, and free coordinates of its values.
struct Row {
    law: Box<dyn MultivariateLaw>,
    kinds: Vec<Kind>,
    chart: Chart,
    make: Make,
}

/// A row of a family.
fn row(name: &'static str, parameters: &[&[f64]], kinds: &[Kind], chart: Chart) -> Row {
    let make = move |p: &[Vec<f64>]| {
        let p: Vec<&[f64]> = p.iter().map(Vec::as_slice).collect();
        multivariate_family(name).expect("a family").build(&p).expect("valid parameters")
    };
    made(make, parameters, kinds, chart)
}

/// A row of a law that is no family.
fn made(
    make: impl Fn(&[Vec<f64>]) -> Box<dyn MultivariateLaw> + 'static,
    parameters: &[&[f64]],
    kinds: &[Kind],
    chart: Chart,
) -> Row {
    let parameters: Vec<Vec<f64>> = parameters.iter().map(|p| p.to_vec()).collect();
    Row { law: make(&parameters), kinds: kinds.to_vec(), chart, make: Box::new(make) }
}

/// Entries (parameter, place) that move together.
type Direction = Vec<(usize, usize)>;

impl Row {
    fn directions(&self) -> Vec<Direction> {
        let mut out = Vec::new();
        for (p, (values, kind)) in self.law.parameters().iter().zip(&self.kinds).enumerate() {
            let n = if let Kind::Lowers(n) = kind { *n } else { values.len().isqrt() };
            for k in 0..values.len() {
                let (i, j) = (k % (n * n) / n, k % n);
                match kind {
                    Kind::Free => out.push(vec![(p, k)]),
                    Kind::Lower | Kind::Lowers(_) if j <= i => out.push(vec![(p, k)]),
                    Kind::Symmetric if j == i => out.push(vec![(p, k)]),
                    Kind::Symmetric if j < i => out.push(vec![(p, k), (p, j * n + i)]),
                    _ => {}
                }
            }
        }
        out
    }

    /// Its parameters, a third larger where they are free.
    fn larger(&self) -> Vec<Vec<f64>> {
        let times = |kind: &Kind| if *kind == Kind::Fixed { 1.0 } else { 1.3 };
        let each = self.law.parameters().into_iter().zip(&self.kinds);
        each.map(|(p, kind)| p.iter().map(|v| times(kind) * v).collect()).collect()
    }

    /// How many numbers the parameters have.
    fn width(&self) -> usize {
        self.law.parameters().iter().map(Vec::len).sum()
    }

    /// The part of a row of slopes along each direction.
    fn along(&self, slopes: &[f64]) -> Vec<f64> {
        let lengths: Vec<usize> = self.law.parameters().iter().map(Vec::len).collect();
        let start = |p: usize| lengths[..p].iter().sum::<usize>();
        self.directions().iter().map(|d| d.iter().map(|&(p, k)| slopes[start(p) + k]).sum()).collect()
    }

    fn score(&self, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.width()];
        self.law.score(x, &mut out);
        self.along(&out)
    }

    fn pull_back(&self, z: &[f64], cotangent: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.width()];
        self.law.as_pathwise().expect("a pathwise law").pull_back(z, cotangent, &mut out);
        self.along(&out)
    }

    /// `∂z_i` along each direction, one row for each `i`.
    fn velocity(&self, z: &[f64]) -> Vec<Vec<f64>> {
        let unit = |i: usize| (0..z.len()).map(|k| f64::from(u8::from(k == i))).collect::<Vec<f64>>();
        (0..z.len()).map(|i| self.pull_back(z, &unit(i))).collect()
    }

    /// `∂ f(law)` along a direction, central differences with one Richardson step.
    fn difference(&self, direction: &Direction, f: impl Fn(&dyn MultivariateLaw) -> Vec<f64>) -> Vec<f64> {
        let parameters = self.law.parameters();
        let size = parameters[direction[0].0][direction[0].1].abs().clamp(0.1, 1.0);
        richardson(1e-3 * size, |h| {
            let mut moved = parameters.clone();
            for &(p, k) in direction {
                moved[p][k] += h;
            }
            f(&*(self.make)(&moved))
        })
    }

    fn draws(&self, count: usize) -> Vec<Vec<f64>> {
        let stream = crate::noise::Key::new(20).site("multivariate").step(1);
        let mut all = vec![0.0; count * self.law.len()];
        self.law.fill(&stream, 0, &mut all);
        all.chunks_exact(self.law.len()).map(<[f64]>::to_vec).collect()
    }
}

/// The derivative of `f` at 0, error `O(h⁴)`.
fn richardson(h: f64, f: impl Fn(f64) -> Vec<f64>) -> Vec<f64> {
    let slope = |h: f64| -> Vec<f64> { f(h).iter().zip(f(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect() };
    slope(0.5 * h).iter().zip(slope(h)).map(|(near, far)| (4.0 * near - far) / 3.0).collect()
}

fn holds(name: &str, tolerance: f64, check: impl Fn(&Row) -> f64) {
    for row in table() {
        let miss = check(&row);
        assert!(miss <= tolerance, "{name}: off by {miss:e} for {:?}", row.law);
    }
}

#[test]
fn every_family_has_a_row() {
    for f in multivariate_families() {
        assert!(table().iter().any(|r| r.law.family().name == f.name), "{} has no row", f.name);
        assert_eq!(multivariate_family(f.name).map(|g| g.name), Some(f.name));
    }
}

#[test]
fn parameters_come_back_and_fit_the_family() {
    for row in table() {
        let given = row.law.parameters();
        assert_eq!(given.len(), row.kinds.len());
        assert_eq!((row.make)(&given).parameters(), given);
        assert_eq!(row.law.shape().iter().product::<usize>(), row.law.mean().len());
    }
}
