//! Mass, moments, entropy, score, slope and mode against the density.

use super::*;

#[test]
fn masses_sum_to_one() {
    holds("total mass", SUM, |r| (r.expect(|_| 1.0) - 1.0).abs());
}

#[test]
fn mean_and_variance_are_those_of_the_density() {
    // A sum of terms of the size of the mean rounds by some hundred 2⁻⁵² of it, also where the law is narrow: by 0.02 SUM.
    holds("mean", SUM, |r| {
        let mean = r.law.mean();
        if r.is_circle() {
            // The circular mean, that angle about which the sine has none.
            return r.expect(|x| (x - mean).sin()).abs();
        }
        let size = if mean.is_finite() { mean.abs() } else { 0.0 };
        apart(r.expect(|x| x), mean, r.spread() + 0.02 * size)
    });
    holds("variance", SUM, |r| {
        let (m, variance) = (r.law.mean(), r.law.variance());
        if r.is_circle() {
            // The circular variance; `1 - cos` is positive there alone where the mean is not the opposite point.
            return apart(r.expect(|x| 1.0 - (x - m).cos()), variance, variance);
        }
        // Without a mean there is no deviation from it; about an infinite one every deviation is infinite.
        let expected = if m.is_finite() { r.expect(|x| (x - m) * (x - m)) } else { m.abs() };
        apart(expected, variance, variance.max(1e-6))
    });
}

#[test]
fn entropy_is_minus_the_mean_log_density() {
    holds("entropy", SUM, |r| {
        let expected = r.expect(|x| -r.law.log_prob(x));
        apart(expected, r.law.entropy(), 1.0 + expected.abs())
    });
}

#[test]
fn mean_score_is_zero() {
    // In natural units; where an end of the support moves, its flux of mass is added.
    holds("mean score", DIFFERENCE, |r| {
        let miss = |i| {
            let moving = r.boundary(i, |_| 1.0);
            let miss = (r.expect(|x| score_of(&*r.law, x, i)) + moving).abs() * r.unit(i);
            // Sums are exact, differences are not.
            if moving == 0.0 { miss * (DIFFERENCE / SUM) } else { miss }
        };
        r.continuous().map(miss).fold(0.0, f64::max)
    });
}

#[test]
fn score_is_the_derivative_of_the_log_density() {
    holds("score", DIFFERENCE, |r| {
        let mut miss = 0.0_f64;
        for x in r.places() {
            for i in r.continuous() {
                let expected = r.difference(i, |law| law.log_prob(x));
                let unit = 1.0 / r.unit(i) + expected.abs();
                miss = miss.max(apart(score_of(&*r.law, x, i), expected, unit));
            }
        }
        miss
    });
}

#[test]
fn slope_of_the_log_density_is_its_derivative() {
    holds("slope", DIFFERENCE, |r| {
        if r.law.support().is_discrete() {
            return f64::from(r.places().iter().any(|x| r.law.log_prob_slope(*x) != 0.0));
        }
        let (low, high) = r.law.support().bounds();
        let mut miss = 0.0_f64;
        for x in r.places() {
            // A tenth of the way to an end, where a power of the distance to it has its own scale.
            let scale = r.spread().min(0.1 * (x - low)).min(0.1 * (high - x));
            let slope = |h: f64| {
                let (right, left) = (x + h, x - h);
                (r.law.log_prob(right) - r.law.log_prob(left)) / (right - left)
            };
            let h = STEP * scale;
            let expected = (4.0 * slope(0.5 * h) - slope(h)) / 3.0;
            miss = miss.max(apart(r.law.log_prob_slope(x), expected, 1.0 / scale + expected.abs()));
        }
        miss
    });
}

#[test]
fn mode_has_the_highest_density() {
    // Beside a flat top, log-densities differ by their rounding.
    holds("mode", SUM, |r| {
        let top = r.law.log_prob(r.law.mode());
        r.atoms().iter().map(|a| (r.law.log_prob(a.0) - top) / (1.0 + top.abs())).fold(0.0, f64::max)
    });
}

#[test]
fn no_mass_outside_the_support() {
    holds("outside", 0.0, |r| {
        let (low, high) = r.law.support().bounds();
        let mut outside = vec![f64::NEG_INFINITY, f64::INFINITY, low.next_down(), high.next_up()];
        if r.law.support().is_discrete() {
            outside.push(0.5);
        }
        let mass = |x: &f64| !r.law.support().contains(*x) && r.law.log_prob(*x) != f64::NEG_INFINITY;
        f64::from(outside.iter().any(mass))
    });
}

#[test]
fn the_checks_see_a_wrong_law() {
    // Negative control: the entropy, mean score and slope of one law against the density of a close one.
    let r = row("normal", &[0.0, 1.0], around(0.0, 1.0, 12));
    let other = Normal::new(1e-6, 1.000001).unwrap();
    assert!((r.expect(|x| -r.law.log_prob(x)) - other.entropy()).abs() > SUM);
    assert!(r.expect(|x| score_of(&other, x, 0)).abs() > SUM);
    assert!((r.law.log_prob_slope(0.3) - other.log_prob_slope(0.3)).abs() > DIFFERENCE);
}

#[test]
fn the_integral_sees_a_moment_that_diverges() {
    // 1/π(1 + x²) has no mean, and x² has an infinite one; cosh(asinh(x) / 2), of the size of √|x|, has the mean 1/cos(π/4).
    let cauchy = |reach| {
        let make = |_: &[f64]| Box::new(Normal::standard()) as Box<dyn Law>;
        made(make, &[], Chart::Sinh(0.0, 1.0), around(0.0, 1.0, reach))
    };
    let r = cauchy(75);
    let ratio = |x: f64| 1.0 / (std::f64::consts::PI * (1.0 + x * x));
    let atoms: Vec<(f64, f64)> = r.chart.nodes(&r.edges).iter().map(|(x, dx)| (*x, dx * ratio(*x))).collect();
    assert!(r.integral_over(&atoms, |x| x).unwrap().is_nan());
    assert_eq!(r.integral_over(&atoms, |x| x * x), Ok(f64::INFINITY));
    assert!((r.integral_over(&atoms, |x| (0.5 * x.asinh()).cosh()).unwrap() - 2_f64.sqrt()).abs() < SUM);
    // Panels that stop too early are no answer.
    let near: Vec<(f64, f64)> =
        cauchy(20).chart.nodes(&cauchy(20).edges).iter().map(|(x, dx)| (*x, dx * ratio(*x))).collect();
    assert!(cauchy(20).integral_over(&near, |x| (0.5 * x.asinh()).cosh()).is_err());
}
