//! Checks without randomness but for the places where they look.

use super::*;

/// Places that are typical of a law.
const PLACES: usize = 6;

/// Richardson differences with h = 1e-3: truncation `h⁴ f⁽⁵⁾ / 480`, with fifth derivatives below 5e4, is 1e-10, and rounding
/// `2⁻⁵² |f| / h`, with |f| below 100 and h from 1e-4 on, 2e-10. Both relative to the slope where that is above 1.
const DIFFERENCE: f64 = 1e-9;

fn miss(got: f64, expected: f64) -> f64 {
    let miss = (got - expected).abs() / (1.0 + expected.abs());
    if miss.is_nan() { f64::INFINITY } else { miss }
}

#[test]
fn score_is_the_derivative_of_the_log_density() {
    holds("score", DIFFERENCE, |r| {
        let mut worst = 0.0_f64;
        for x in r.draws(PLACES) {
            for (direction, got) in r.directions().iter().zip(r.score(&x)) {
                worst = worst.max(miss(got, r.difference(direction, |law| vec![law.log_prob(&x)])[0]));
            }
        }
        worst
    });
}

#[test]
fn slope_is_the_derivative_along_the_support() {
    holds("slope", 10.0 * DIFFERENCE, |r| {
        if r.chart.is_discrete() {
            return 0.0;
        }
        let mut worst = 0.0_f64;
        for x in r.draws(PLACES) {
            let t = (r.chart.back)(&x);
            let jacobian = r.chart.jacobian(&t);
            let mut slope = vec![0.0; x.len()];
            r.law.log_prob_slope(&x, &mut slope);
            for j in 0..t.len() {
                let along: f64 = jacobian.iter().zip(&slope).map(|(row, s)| row[j] * s).sum();
                let expected = richardson(1e-3, |h| {
                    let mut t = t.clone();
                    t[j] += h;
                    vec![r.law.log_prob(&(r.chart.map)(&t))]
                });
                worst = worst.max(miss(along, expected[0]));
            }
        }
        worst
    });
}

/// `Σ_x f(x) p(x) dx` over the grid of the chart.
fn integrate(r: &Row, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let (half, points) = r.chart.grid;
    let dimensions = (r.chart.back)(&r.draws(1)[0]).len();
    let step = 2.0 * half / points as f64;
    let mut total = vec![0.0; f(&r.draws(1)[0]).len()];
    for cell in 0..points.pow(dimensions as u32) {
        let t: Vec<f64> = (0..dimensions)
            .scan(cell, |rest, _| {
                let place = *rest % points;
                *rest /= points;
                Some(-half + step * (place as f64 + 0.5))
            })
            .collect();
        let x = (r.chart.map)(&t);
        let density = r.law.log_prob(&x);
        if density > -60.0 {
            let weight = (density + (r.chart.volume)(&t)).exp() * step.powi(dimensions as i32);
            add(&mut total, &f(&x).iter().map(|f| weight * f).collect::<Vec<f64>>());
        }
    }
    total
}

#[test]
fn volumes_of_the_charts_are_those_of_differences() {
    holds("volume", 10.0 * DIFFERENCE, |r| {
        if r.chart.is_discrete() {
            return 0.0;
        }
        let at = |x: &Vec<f64>| (r.chart.back)(x);
        r.draws(PLACES)
            .iter()
            .map(|x| miss((r.chart.volume)(&at(x)), r.chart.measured_volume(&at(x))))
            .fold(0.0, f64::max)
    });
}

/// The trapezoidal rule converges exponentially for smooth integrands that vanish at the ends of the grid, or are periodic: rows
/// choose grids on which less than this is left out.
const GRID: f64 = 1e-10;

#[test]
fn mass_moments_and_entropy_are_those_of_the_density() {
    holds("integrals", GRID, |r| {
        if r.chart.grid.1 == 0 {
            return 0.0;
        }
        let n = r.law.len();
        let (mean, variance, entropy) = (r.law.mean(), r.law.variance(), r.law.entropy());
        let got = integrate(r, |x| {
            let off = x.iter().zip(&mean).map(|(x, m)| x - m);
            [1.0, -r.law.log_prob(x)].into_iter().chain(off.clone()).chain(off.map(|o| o * o)).collect()
        });
        let mut worst = miss(got[0], 1.0);
        if r.law.family().closed_entropy {
            worst = worst.max(miss(got[1], entropy));
        }
        if !mean[0].is_nan() {
            worst = (0..n).map(|i| miss(got[2 + i], 0.0).max(miss(got[2 + n + i], variance[i]))).fold(worst, f64::max);
        }
        worst
    });
}

#[test]
fn integrals_see_a_wrong_law() {
    // Negative control: every number of every parameter one in a million larger, in the density or in what is averaged.
    for r in table().iter().filter(|r| r.chart.grid.1 > 0 && r.law.family().closed_entropy) {
        let close: Vec<Vec<f64>> =
            r.law.parameters().iter().map(|p| p.iter().map(|v| 1.000001 * v).collect()).collect();
        if r.kinds.contains(&Kind::Fixed) {
            continue;
        }
        let other = (r.make)(&close);
        let got = integrate(r, |x| vec![-r.law.log_prob(x), (other.log_prob(x) - r.law.log_prob(x)).exp()]);
        assert!(miss(got[0], other.entropy()) > GRID || miss(other.mean()[0], r.law.mean()[0]) > GRID, "{:?}", r.law);
        assert!(miss(got[1], 1.0) < 10.0 * GRID, "{:?}", r.law);
    }
}

#[test]
fn divergences_are_integrals() {
    holds("divergence", GRID, |r| {
        let p = (r.make)(&r.larger());
        let Ok(exact) = kl(&*r.law, &*p) else { return 0.0 };
        if r.chart.grid.1 == 0 {
            return 0.0;
        }
        miss(integrate(r, |x| vec![r.law.log_prob(x) - p.log_prob(x)])[0], exact)
    });
}

/// `∂p/∂parameter + ∇·(p v) = 0` over `p`: `score + ∇·v + v·∇ log p = 0`, in the coordinates of the chart.
fn continuity(r: &Row, scale: f64) -> f64 {
    let mut worst = 0.0_f64;
    let velocity = |t: &[f64]| -> Vec<Vec<f64>> {
        let x = (r.chart.map)(t);
        let jacobian = r.chart.jacobian(t);
        let rows = r.velocity(&x);
        let count = r.directions().len();
        (0..count)
            .map(|d| {
                let v: Vec<f64> = rows.iter().map(|row| row[d] * scale).collect();
                r.chart.coordinates_of(&jacobian, &v)
            })
            .collect()
    };
    for x in r.draws(PLACES) {
        let t = (r.chart.back)(&x);
        let here = velocity(&t);
        let mut balance = r.score(&x);
        let size: Vec<f64> = balance.iter().map(|b| b.abs()).collect();
        for j in 0..t.len() {
            let at = |h: f64| {
                let mut t = t.clone();
                t[j] += h;
                t
            };
            let slope =
                richardson(1e-3, |h| vec![r.law.log_prob(&(r.chart.map)(&at(h))) + (r.chart.volume)(&at(h))])[0];
            let spread = richardson(1e-3, |h| velocity(&at(h)).iter().map(|v| v[j]).collect());
            for (d, balance) in balance.iter_mut().enumerate() {
                *balance += spread[d] + here[d][j] * slope;
            }
        }
        for (balance, size) in balance.iter().zip(size) {
            worst = worst.max(miss(*balance / (1.0 + size), 0.0));
        }
    }
    worst
}

/// Two differences, one inside the other: the inner one's 1e-11 over the outer one's h.
const NESTED: f64 = 1e-7;

#[test]
fn draws_move_as_their_law_does() {
    holds("continuity", NESTED, |r| if r.law.as_pathwise().is_some() { continuity(r, 1.0) } else { 0.0 });
}

#[test]
fn continuity_sees_a_wrong_velocity() {
    // Negative control: velocities that are 1e-5 too large.
    for r in table().iter().filter(|r| r.law.as_pathwise().is_some()) {
        assert!(continuity(r, 1.0 + 1e-5) > NESTED, "{:?}", r.law);
    }
}

#[test]
fn mode_has_the_highest_density() {
    holds("mode", 0.0, |r| {
        // Where the density is infinite at the edge, there is nothing to compare.
        if !r.law.contains(&r.law.mode()) {
            return 0.0;
        }
        let top = r.law.log_prob(&r.law.mode());
        r.draws(1000).iter().map(|x| r.law.log_prob(x) - top).fold(0.0, f64::max)
    });
}
