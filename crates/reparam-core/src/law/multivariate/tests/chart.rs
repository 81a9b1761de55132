//! Free coordinates of values: what quadrature and differences move in.

use super::richardson;
use crate::bijector::{Bijector, CorrelationCholesky, LowerCholesky, StickBreaking};
use crate::law::multivariate::linear::{cholesky, gram};

type Map = Box<dyn Fn(&[f64]) -> Vec<f64>>;

type LogVolume = Box<dyn Fn(&[f64]) -> f64>;

/// Which volume a density is with respect to.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    /// Lebesgue measure of these coordinates of a value.
    Coordinates(Vec<usize>),
    /// The surface that the values lie on.
    Surface,
}

/// A smooth map from free coordinates `t` to values.
pub(super) struct Chart {
    pub(super) map: Map,
    pub(super) back: Map,
    pub(super) measure: Measure,
    /// The logarithm of the volume that the map makes of a unit at `t`.
    pub(super) volume: LogVolume,
    /// Half-width and number of points of the trapezoidal rule in each `t`; 0 points for none.
    pub(super) grid: (f64, usize),
}

impl Chart {
    /// Isolated points: no coordinate to move in.
    pub(super) fn points() -> Self {
        Self {
            map: Box::new(|_| Vec::new()),
            back: Box::new(|_| Vec::new()),
            measure: Measure::Coordinates(Vec::new()),
            volume: Box::new(|_| 0.0),
            grid: (0.0, 0),
        }
    }

    /// Whether values are isolated points.
    pub(super) fn is_discrete(&self) -> bool {
        matches!(&self.measure, Measure::Coordinates(free) if free.is_empty())
    }

    /// `x = loc + scale t`.
    pub(super) fn line(loc: &[f64], scale: f64, grid: (f64, usize)) -> Self {
        let (there, back) = (loc.to_vec(), loc.to_vec());
        Self {
            map: Box::new(move |t| t.iter().zip(&there).map(|(t, l)| l + scale * t).collect()),
            back: Box::new(move |x| x.iter().zip(&back).map(|(x, l)| (x - l) / scale).collect()),
            measure: Measure::Coordinates((0..loc.len()).collect()),
            volume: Box::new(move |t| t.len() as f64 * scale.ln()),
            grid,
        }
    }

    /// `x = loc + sinh t`, for heavy tails.
    pub(super) fn sinh(loc: &[f64], grid: (f64, usize)) -> Self {
        let (there, back) = (loc.to_vec(), loc.to_vec());
        Self {
            map: Box::new(move |t| t.iter().zip(&there).map(|(t, l)| l + t.sinh()).collect()),
            back: Box::new(move |x| x.iter().zip(&back).map(|(x, l)| (x - l).asinh()).collect()),
            measure: Measure::Coordinates((0..loc.len()).collect()),
            volume: Box::new(|t| t.iter().map(|t| t.cosh().ln()).sum()),
            grid,
        }
    }

    /// The simplex, by stick breaking.
    pub(super) fn simplex(categories: usize, grid: (f64, usize)) -> Self {
        Self::bijector(StickBreaking::new(categories).unwrap(), (0..categories - 1).collect(), grid)
    }

    /// Cholesky factors of correlation matrices.
    pub(super) fn correlation(dim: usize, grid: (f64, usize)) -> Self {
        let free = (0..dim * dim).filter(|k| k % dim < k / dim).collect();
        Self::bijector(CorrelationCholesky::new(dim).unwrap(), free, grid)
    }

    /// The output of a map, of which these coordinates are free.
    pub(super) fn bijector(map: impl Bijector + Copy + 'static, free: Vec<usize>, grid: (f64, usize)) -> Self {
        let there = move |t: &[f64]| {
            let mut y = vec![0.0; map.output_len()];
            map.forward(t, &mut y);
            y
        };
        let back = move |y: &[f64]| {
            let mut t = vec![0.0; map.input_len()];
            map.inverse(y, &mut t);
            t
        };
        let volume = Box::new(move |t: &[f64]| map.log_det(t));
        Self { map: Box::new(there), back: Box::new(back), measure: Measure::Coordinates(free), volume, grid }
    }

    /// Symmetric positive definite matrices, `C Cᵀ`.
    pub(super) fn positive_definite(dim: usize, grid: (f64, usize)) -> Self {
        let map = LowerCholesky::new(dim).unwrap();
        let there = move |t: &[f64]| {
            let mut c = vec![0.0; dim * dim];
            map.forward(t, &mut c);
            gram(&c, dim)
        };
        let back = move |x: &[f64]| {
            let mut t = vec![0.0; map.input_len()];
            map.inverse(&cholesky(x, dim).unwrap(), &mut t);
            t
        };
        let free = (0..dim * dim).filter(|k| k % dim <= k / dim).collect();
        // The square's Jacobian determinant in the lower triangle is 2ⁿ ∏ C_ii^(n - i), i from 0, and t_ii = log C_ii.
        let volume = Box::new(move |t: &[f64]| {
            let ends: f64 = (0..dim).map(|i| (dim - i) as f64 * t[i * (i + 3) / 2]).sum();
            map.log_det(t) + dim as f64 * std::f64::consts::LN_2 + ends
        });
        Self { map: Box::new(there), back: Box::new(back), measure: Measure::Coordinates(free), volume, grid }
    }

    /// The circle by its angle, or the sphere by its latitude's `gd(t)` and its longitude; the grid is half a turn wide on each side.
    pub(super) fn sphere(dim: usize, points: usize) -> Self {
        let half = std::f64::consts::PI;
        // On the grid of half a turn the second coordinate is stretched, so that poles are out of reach.
        let map = move |t: &[f64]| {
            if dim == 2 {
                return vec![t[0].cos(), t[0].sin()];
            }
            let v = 5.0 * t[1];
            vec![t[0].cos() / v.cosh(), t[0].sin() / v.cosh(), v.tanh()]
        };
        let back = move |x: &[f64]| {
            let longitude = x[1].atan2(x[0]);
            if dim == 2 { vec![longitude] } else { vec![longitude, x[2].atanh() / 5.0] }
        };
        // dφ cos(latitude) d(latitude), both of the latter 1/cosh v dv.
        let volume = move |t: &[f64]| if dim == 2 { 0.0 } else { 5.0_f64.ln() - 2.0 * (5.0 * t[1]).cosh().ln() };
        let (measure, grid) = (Measure::Surface, (half, points));
        Self { map: Box::new(map), back: Box::new(back), measure, volume: Box::new(volume), grid }
    }

    /// The volume again, from differences.
    pub(super) fn measured_volume(&self, t: &[f64]) -> f64 {
        let jacobian = self.jacobian(t);
        match &self.measure {
            Measure::Coordinates(free) => determinant(free.iter().map(|&i| jacobian[i].clone()).collect()).abs().ln(),
            Measure::Surface => 0.5 * determinant(normal_equations(&jacobian)).ln(),
        }
    }

    /// The derivative of the map, one row a value's coordinate.
    pub(super) fn jacobian(&self, t: &[f64]) -> Vec<Vec<f64>> {
        let columns: Vec<Vec<f64>> = (0..t.len())
            .map(|j| {
                richardson(1e-3, |h| {
                    let mut t = t.to_vec();
                    t[j] += h;
                    (self.map)(&t)
                })
            })
            .collect();
        (0..columns[0].len()).map(|i| columns.iter().map(|c| c[i]).collect()).collect()
    }

    /// The velocity of `t` that moves the value with velocity `v`.
    pub(super) fn coordinates_of(&self, jacobian: &[Vec<f64>], v: &[f64]) -> Vec<f64> {
        match &self.measure {
            Measure::Coordinates(free) => {
                let square = free.iter().map(|&i| jacobian[i].clone()).collect();
                solve(square, free.iter().map(|&i| v[i]).collect())
            }
            Measure::Surface => {
                let right = (0..jacobian[0].len()).map(|j| jacobian.iter().zip(v).map(|(r, v)| r[j] * v).sum());
                solve(normal_equations(jacobian), right.collect())
            }
        }
    }
}

fn normal_equations(jacobian: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = jacobian[0].len();
    (0..n).map(|i| (0..n).map(|j| jacobian.iter().map(|r| r[i] * r[j]).sum()).collect()).collect()
}

/// Gaussian elimination with row exchanges: the determinant, and the right side turned into the solution.
fn eliminate(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> (f64, Vec<f64>) {
    let n = a.len();
    let mut determinant = 1.0;
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        if pivot != k {
            a.swap(k, pivot);
            b.swap(k, pivot);
            determinant = -determinant;
        }
        determinant *= a[k][k];
        for i in 0..n {
            if i != k {
                let factor = a[i][k] / a[k][k];
                let pivot = a[k].clone();
                a[i].iter_mut().zip(&pivot).skip(k).for_each(|(a, p)| *a -= factor * p);
                b[i] -= factor * b[k];
            }
        }
    }
    (determinant, (0..n).map(|i| b[i] / a[i][i]).collect())
}

fn determinant(a: Vec<Vec<f64>>) -> f64 {
    let b = vec![0.0; a.len()];
    eliminate(a, b).0
}

fn solve(a: Vec<Vec<f64>>, b: Vec<f64>) -> Vec<f64> {
    eliminate(a, b).1
}
