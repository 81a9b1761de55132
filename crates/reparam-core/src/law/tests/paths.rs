//! Derivatives of draws: at fixed noise, and through the moments.

use rayon::prelude::*;

use super::draws::{noise_at, stream_of};
use super::*;

#[test]
fn pathwise_derivative_is_that_of_the_draw_at_fixed_noise() {
    holds("pathwise", DIFFERENCE, |r| {
        let Some(path) = r.law.as_pathwise() else {
            return f64::from(!r.law.support().is_discrete());
        };
        let mut miss = 0.0_f64;
        for u in [1e-8, 0.01, 0.2, 0.45, 0.7, 0.93, 1.0 - 1e-8] {
            let noise = noise_at(r.law.family().noise, u);
            let z = r.law.draw(noise);
            for i in r.continuous() {
                let slope = path_of(path, z, i);
                // At fixed noise a draw lies above the same mass, of which some has come through the end of a circle.
                let density = r.law.log_prob(z).exp();
                let through = r.flux(i) / density;
                let explicit = r.difference(i, |law| law.draw(noise)) + through;
                // From the smaller side, whose differences keep their digits.
                let mass = if r.law.cdf(z) < 0.5 {
                    -r.difference(i, |law| law.cdf(z))
                } else {
                    r.difference(i, |law| law.survival(z))
                };
                let implicit = mass / density + through;
                // Some roundings of z over the step, and of the exponent in a tail, whose mass may be many times the density.
                let tail = r.law.cdf(z).min(r.law.survival(z));
                let rounded = z.abs() + (1.0 + tail.ln().abs()) * tail / density;
                let rounding = 8.0 * f64::EPSILON * rounded / STEP / DIFFERENCE;
                let unit = (r.spread() + rounding) / r.unit(i) + slope.abs() + through.abs();
                miss = miss.max(apart(slope, explicit, unit));
                // Beside an end that moves, the step would carry the end over z.
                let (low, high) = r.law.support().bounds();
                let beside = (z - low).min(high - z) < 1e-2 * r.spread();
                if !(beside && r.boundary(i, |_| 1.0) != 0.0) {
                    miss = miss.max(apart(slope, implicit, unit));
                }
            }
        }
        miss
    });
}

#[test]
fn every_family_says_how_its_paths_are_had() {
    for r in table() {
        let any = r.law.family().parameters.iter().any(|p| p.path != Path::None);
        assert!(any == r.law.as_pathwise().is_some() || r.law.family().parameters.is_empty(), "{:?}", r.law);
    }
}

/// Functions of the draw with their derivatives: the moments about the median in units of the spread, and a bounded function, for
/// laws without moments.
struct Probe {
    power: i32,
    middle: f64,
    spread: f64,
}

impl Probe {
    fn of(row: &Row) -> impl Iterator<Item = Self> {
        let (middle, spread) = (row.law.quantile(0.5), row.spread());
        (0..=4).map(move |power| Self { power, middle, spread })
    }

    /// Value and derivative. Power 0 stands for the arc tangent.
    fn at(&self, z: f64) -> [f64; 2] {
        let u = (z - self.middle) / self.spread;
        if self.power == 0 {
            return [u.atan(), 1.0 / ((1.0 + u * u) * self.spread)];
        }
        [u.powi(self.power), f64::from(self.power) * u.powi(self.power - 1) / self.spread]
    }
}

/// `∂ E[f] / ∂ parameter i` by the score, which knows nothing of paths.
fn exact_gradient(row: &Row, probe: &Probe, i: usize) -> Result<f64, f64> {
    let inside = row.integral(|x| probe.at(x)[0] * score_of(&*row.law, x, i))?;
    // A probe jumps between the ends of a circle, where paths pass.
    let (low, high) = row.law.support().bounds();
    let jump = if row.is_circle() { row.flux(i) * (probe.at(high)[0] - probe.at(low)[0]) } else { 0.0 };
    Ok(inside + row.boundary(i, |x| probe.at(x)[0]) + jump)
}

#[test]
fn mean_path_of_a_moment_is_the_derivative_of_the_moment() {
    // In natural units and relative to the size of the integrand. Exact but for ends of the support, which are differences.
    holds("moment gradients", DIFFERENCE, |r| {
        let Some(path) = r.law.as_pathwise() else {
            return 0.0;
        };
        let mut miss = 0.0_f64;
        for i in r.continuous() {
            let mut seen = 0;
            for probe in Probe::of(r) {
                let term = |x: f64| probe.at(x)[1] * path_of(path, x, i);
                let parts = (r.integral(term), r.integral(|x| term(x).abs()), exact_gradient(r, &probe, i));
                // Moments that do not exist, or that the panels do not reach, leave the bounded function.
                if let (Ok(mean), Ok(size), Ok(exact)) = parts
                    && size.is_finite()
                    && exact.is_finite()
                {
                    let tighter = if r.boundary(i, |_| 1.0) == 0.0 { DIFFERENCE / SUM * 0.1 } else { 1.0 };
                    miss = miss.max(apart(mean, exact, size + 1.0 / r.unit(i)) * tighter);
                    seen += 1;
                }
            }
            assert!(seen > 0, "{:?}: no moment of parameter {i}", r.law);
        }
        miss
    });
}

/// Largest |z| of the sample means of `∂f/∂z · dz/dθ`, their slopes scaled by `wrong`, against the exact gradients.
///
/// The standard error is exact too. A probe counts where its fourth moment is below a ten-thousandth of the number of draws times its
/// squared variance: the mean is then normal far enough out (its skewness is below 0.01).
fn sampled(row: &Row, draws: usize, wrong: f64) -> f64 {
    let Some(path) = row.law.as_pathwise() else {
        return 0.0;
    };
    let columns = row.law.parameters().len();
    let mut cases = Vec::new();
    for i in row.continuous() {
        for probe in Probe::of(row) {
            let term = |x: f64| probe.at(x)[1] * path_of(path, x, i);
            let Ok(exact) = row.integral(term) else { continue };
            let (Ok(square), Ok(fourth)) =
                (row.integral(|x| (term(x) - exact).powi(2)), row.integral(|x| (term(x) - exact).powi(4)))
            else {
                continue;
            };
            // A path that does not vary, as in a location, has no error to speak of: that it is right, the exact test says.
            if fourth < 1e-4 * draws as f64 * square * square && square > 1e-20 * exact * exact {
                cases.push((i, probe, exact, (square / draws as f64).sqrt(), 0.0));
            }
        }
    }
    let (mut z, mut slopes) = (vec![0.0; 4096], vec![0.0; 4096 * columns]);
    let mut done = 0;
    while done < draws {
        let count = (draws - done).min(4096);
        path.fill_pathwise(&stream_of(row), done as u64, &mut z[..count], &mut slopes[..count * columns]);
        for (i, probe, _, _, sum) in &mut cases {
            let terms = z[..count].iter().zip(slopes.chunks_exact(columns));
            *sum += terms.map(|(z, row)| probe.at(*z)[1] * row[*i] * wrong).sum::<f64>();
        }
        done += count;
    }
    cases.iter().map(|(_, _, exact, error, sum)| ((sum / draws as f64 - exact) / error).abs()).fold(0.0, f64::max)
}

#[test]
fn sampled_moment_gradients_are_the_exact_ones() {
    // |z| < 4.9 is a false alarm of 1e-6 each. 10^6 draws for the first row of a family, 10^5 for the others.
    let first = |k: usize| table()[..k].iter().all(|r| r.law.family().name != table()[k].law.family().name);
    let one = |k: usize| (sampled(&table()[k], if first(k) { 1_000_000 } else { 100_000 }, 1.0), k);
    for (z, k) in (0..table().len()).into_par_iter().map(one).collect::<Vec<_>>() {
        assert!(z < 4.9, "{:?}: z-score {z}", table()[k].law);
    }
}

#[test]
fn a_path_one_percent_off_is_seen() {
    // Negative control. d E[z²]/dscale = 2 of z dz/dscale with deviation √8: 1 % is seven standard errors of 10^6 draws.
    let r = row("normal", &[0.0, 1.0], around(0.0, 1.0, 12));
    assert!(sampled(&r, 1_000_000, 1.0) < 4.9);
    assert!(sampled(&r, 1_000_000, 1.01) > 4.9);
}
