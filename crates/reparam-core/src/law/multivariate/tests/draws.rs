//! Checks by draws: 30,000 a row, or 4,000, |z| < 5.5. With some 3,000 statistics in all, each false with probability 4e-8, a false alarm
//! comes once in 10^4 changes of the draws; the seed is fixed.

use super::*;

const DRAWS: usize = 30_000;
const ALARM: f64 = 5.5;

/// Of checks of paths, which cost more and are exact in `exact::draws_move_as_their_law_does`.
const PATHS: usize = 4_000;

/// How many standard errors the means of `values` are off 0, at worst.
#[derive(Default)]
struct Means {
    count: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
    sizes: Vec<f64>,
}

impl Means {
    fn push(&mut self, values: &[f64]) {
        self.sums.resize(values.len(), 0.0);
        self.squares.resize(values.len(), 0.0);
        self.sizes.resize(values.len(), 0.0);
        self.count += 1.0;
        for (k, v) in values.iter().enumerate() {
            self.sums[k] += v;
            self.squares[k] += v * v;
            self.sizes[k] = self.sizes[k].max(v.abs());
        }
    }

    fn worst(&self) -> f64 {
        let mut worst = 0.0_f64;
        for k in 0..self.sums.len() {
            let mean = self.sums[k] / self.count;
            let error = ((self.squares[k] / self.count - mean * mean).max(0.0) / self.count).sqrt();
            // Differences of equal numbers leave rounding and no spread.
            let floor = 1e-9 * (1.0 + self.sizes[k]);
            let z = if mean.abs() < floor { 0.0 } else { mean.abs() / error };
            worst = worst.max(if z.is_nan() { f64::INFINITY } else { z });
        }
        worst
    }
}

fn z_score(r: &Row, draws: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    let mut means = Means::default();
    for x in r.draws(draws) {
        means.push(&f(&x));
    }
    means.worst()
}

/// Whose moments have no formula.
fn is_transformed(r: &Row) -> bool {
    r.law.as_any().is::<TransformedMultivariate>()
}

#[test]
fn moments_are_those_of_the_draws() {
    holds("moments", ALARM, |r| {
        let (mean, variance) = (r.law.mean(), r.law.variance());
        if is_transformed(r) {
            return 0.0;
        }
        z_score(r, DRAWS, |x| {
            let first = x.iter().zip(&mean).map(|(x, m)| x - m);
            let second =
                (0..x.len()).filter(|&i| variance[i].is_finite()).map(|i| (x[i] - mean[i]).powi(2) - variance[i]);
            first.chain(second).collect()
        })
    });
}

#[test]
fn draws_lie_in_the_support() {
    holds("support", 0.0, |r| r.draws(2000).iter().filter(|x| !r.law.contains(x)).count() as f64);
}

#[test]
fn entropy_is_minus_the_mean_log_density() {
    holds("entropy", ALARM, |r| {
        if !r.law.family().closed_entropy {
            return if r.law.entropy().is_nan() { 0.0 } else { f64::INFINITY };
        }
        let entropy = r.law.entropy();
        z_score(r, DRAWS, |x| vec![r.law.log_prob(x) + entropy])
    });
}

#[test]
fn mean_score_is_zero() {
    holds("mean score", ALARM, |r| z_score(r, DRAWS, |x| r.score(x)));
}

/// Test functions with bounded growth: `z_i`, `z_i z_{i+1}`, `z_i³`, and their gradients.
fn test_functions(x: &[f64]) -> Vec<(f64, Vec<f64>)> {
    let n = x.len();
    let gradient = |entries: &[(usize, f64)]| {
        let mut g = vec![0.0; n];
        for (i, v) in entries {
            g[*i] += v;
        }
        g
    };
    (0..n)
        .flat_map(|i| {
            let j = (i + 1) % n;
            [
                (x[i], gradient(&[(i, 1.0)])),
                (x[i] * x[j], gradient(&[(i, x[j]), (j, x[i])])),
                (x[i].powi(3), gradient(&[(i, 3.0 * x[i] * x[i])])),
            ]
        })
        .collect()
}

/// `Σ_i gradient[i] ∂z_i` along each direction.
fn combined(velocity: &[Vec<f64>], gradient: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; velocity[0].len()];
    for (row, g) in velocity.iter().zip(gradient) {
        add(&mut out, &row.iter().map(|v| g * v).collect::<Vec<f64>>());
    }
    out
}

/// Slopes of `E f` by the path against those by the score, from the same draws.
fn path_against_score(r: &Row, scale: f64) -> f64 {
    // The functions' values at the mean as a baseline: the score's variance falls, its mean stays.
    let middle = if is_transformed(r) { vec![0.0; r.law.len()] } else { r.law.mean() };
    let baseline: Vec<f64> = test_functions(&middle).iter().map(|f| f.0).collect();
    z_score(r, PATHS, |x| {
        let (score, velocity) = (r.score(x), r.velocity(x));
        let mut out = Vec::new();
        for ((f, gradient), b) in test_functions(x).iter().zip(&baseline) {
            let path = combined(&velocity, gradient);
            out.extend(path.iter().zip(&score).map(|(p, s)| scale * p - (f - b) * s));
        }
        out
    })
}

#[test]
fn path_and_score_agree_on_the_gradient_of_moments() {
    holds("path", ALARM, |r| if r.law.as_pathwise().is_some() { path_against_score(r, 1.0) } else { 0.0 });
}

#[test]
fn a_path_that_is_too_long_is_seen() {
    // Negative control.
    for r in table().iter().filter(|r| r.law.as_pathwise().is_some()) {
        assert!(path_against_score(r, 1.5) > ALARM, "{:?}", r.law);
    }
}

#[test]
fn path_gives_the_derivatives_of_the_exact_moments() {
    holds("moment slopes", ALARM, |r| {
        if r.law.as_pathwise().is_none() || r.law.variance().iter().any(|v| !v.is_finite()) {
            return 0.0;
        }
        // d E[z_i] and d E[z_i²] along each direction.
        let exact: Vec<Vec<f64>> = r
            .directions()
            .iter()
            .map(|d| {
                r.difference(d, |law| {
                    let (mean, variance) = (law.mean(), law.variance());
                    mean.iter().zip(&variance).flat_map(|(m, v)| [*m, v + m * m]).collect()
                })
            })
            .collect();
        z_score(r, PATHS, |x| {
            let velocity = r.velocity(x);
            let moved = (0..x.len()).flat_map(|i| [(i, 0, 1.0), (i, 1, 2.0 * x[i])]);
            moved
                .flat_map(|(i, power, f)| velocity[i].iter().zip(&exact).map(move |(v, e)| f * v - e[2 * i + power]))
                .collect()
        })
    });
}
