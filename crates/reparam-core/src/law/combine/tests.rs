//! Truncations and mixtures against what they are known to be.

use super::*;
use crate::law::{Cauchy, Exponential, Normal, Pareto, Uniform, family};

fn slopes(law: &dyn Law, z: f64) -> Vec<f64> {
    let mut out = vec![f64::NAN; law.parameters().len()];
    law.as_pathwise().unwrap().pathwise(z, &mut out);
    out
}

#[test]
fn a_truncated_exponential_law_is_a_shifted_one() {
    let base = Exponential::new(2.0).unwrap();
    for low in [0.5, 30.0, 1e4] {
        let law = Truncated::new(base, low, f64::INFINITY).unwrap();
        // The logarithm of the mass, 2 low, is rounded, and so is the value.
        let tolerance = 8.0 * f64::EPSILON * (1.0 + 2.0 * low);
        for u in [1e-9, 0.2, 0.5, 0.9, 1.0 - 1e-9] {
            let z = law.quantile(u);
            assert!((z - low - base.quantile(u)).abs() < tolerance, "{low}, {u}: {z}");
            assert!((law.log_prob(z) - base.log_prob(z - low)).abs() < tolerance);
            // z = low - log(1 - u) / rate.
            let path = slopes(&law, z);
            let expected = [-(z - low) / 2.0, 1.0, 0.0];
            assert!(path.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance * (1.0 + low)), "{path:?}");
        }
        // Panels: 1e-12 as for all sums of the tests.
        assert!(
            (law.mean() - low - 0.5).abs() < tolerance + 1e-12
                && (law.variance() - 0.25).abs() < 1e-12 + tolerance * low
        );
    }
}

#[test]
fn bounds_outside_the_support_do_nothing() {
    let base = Pareto::new(1.0, 2.5).unwrap();
    let law = Truncated::new(base, 0.5, f64::INFINITY).unwrap();
    let z = law.quantile(0.3);
    assert!((z - base.quantile(0.3)).abs() < 4.0 * f64::EPSILON);
    assert_eq!(slopes(&law, z)[2..], [0.0, 0.0]);
    assert_eq!(law.support().bounds(), (1.0, f64::INFINITY));
}

#[test]
fn truncation_nests_and_takes_mixtures() {
    let side = |loc| Box::new(Normal::new(loc, 1.0).unwrap()) as Box<dyn Law>;
    let both = || Mixture::new(&[0.0, 0.0], vec![side(-2.0), side(2.0)]).unwrap();
    let twice = Truncated::new(Truncated::new(both(), -1.0, 5.0).unwrap(), 0.0, 3.0).unwrap();
    let once = Truncated::of(Box::new(both()), 0.0, 3.0).unwrap();
    for u in [1e-6, 0.3, 0.8] {
        let z = once.quantile(u);
        // Some roundings each.
        assert!((twice.quantile(u) - z).abs() < 1e-13);
        let (a, b) = (slopes(&once, z), slopes(&twice, z));
        assert!(a[..6].iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?} {b:?}");
        assert!((a[6] - b[8]).abs() < 1e-12 && (a[7] - b[9]).abs() < 1e-12 && b[6].abs() < 1e-12 && b[7].abs() < 1e-12);
    }
}

#[test]
fn a_narrow_window_is_all_but_uniform() {
    let law = Truncated::new(Normal::standard(), 0.3, 0.3 + 1e-9).unwrap();
    let width = (0.3 + 1e-9) - 0.3;
    for u in [1e-12, 0.1, 0.5, 0.99] {
        // The density changes by 3e-10 across, and 0.3 is known to 6e-17.
        let z = law.quantile(u);
        assert!((z - 0.3 - u * width).abs() < 1.5e-16 && (law.cdf(z) - u).abs() < 1e-6, "{u}: {z}");
    }
    assert!((law.entropy() - width.ln()).abs() < 1e-9);
}

#[test]
fn moments_that_the_base_lacks_are_had_where_the_bounds_give_them() {
    let cauchy = Cauchy::new(0.0, 1.0).unwrap();
    let both = Truncated::new(cauchy, -1.0, 1.0).unwrap();
    // Var = (2 / (π/2)) (1 - π/4).
    let expected = 4.0 / std::f64::consts::PI - 1.0;
    assert!(both.mean().abs() < 1e-15 && (both.variance() - expected).abs() < 1e-14);
    let half = Truncated::new(cauchy, 0.0, f64::INFINITY).unwrap();
    assert_eq!((half.mean(), half.variance()), (f64::INFINITY, f64::INFINITY));
}

#[test]
fn a_discrete_law_far_out_and_spread_wide_is_summed_in_bounded_time() {
    let poisson = |rate: f64| family("poisson").unwrap().build(&[rate]).unwrap();
    let wide = Truncated::of(poisson(1e14), 0.0, f64::INFINITY).unwrap();
    // Half of the spread of the base on either side: the law of large rates is normal to 1e-7.
    assert!((wide.mean() / 1e14 - 1.0).abs() < 1e-12 && (wide.variance() / 1e14 - 1.0).abs() < 1e-5);
    let tail = Truncated::of(poisson(2.0), 20.0, 40.0).unwrap();
    // Ratios of neighbours are 2/21, 2/22, …
    let (mut mass, mut total, mut first) = (1.0, 0.0, 0.0);
    for k in 20..=40 {
        total += mass;
        first += mass * f64::from(k);
        mass *= 2.0 / f64::from(k + 1);
    }
    assert!((tail.mean() - first / total).abs() < 1e-11, "{} {}", tail.mean(), first / total);
    assert_eq!([1e-9, 0.5, 0.95].map(|u| tail.quantile(u)), [20.0, 20.0, 21.0]);
}

#[test]
fn what_cannot_be_truncated_is_named() {
    let message = |low, high| Truncated::new(Exponential::new(1.0).unwrap(), low, high).unwrap_err().to_string();
    assert_eq!(message(2.0, 1.0), "truncated: low must be below high, got low 2 and high 1");
    assert_eq!(message(-2.0, -1.0), "truncated: exponential has no mass between low -2 and high -1");
    assert_eq!(message(f64::NAN, 1.0), "truncated: low must be a number or infinite, got NaN");
}

#[test]
fn a_mixture_of_one_is_its_component() {
    let base = Normal::new(1.0, 2.0).unwrap();
    let law = Mixture::new(&[3.0], vec![Box::new(base)]).unwrap();
    let (mut path, mut score) = ([f64::NAN; 3], [f64::NAN; 3]);
    law.pathwise(2.5, &mut path);
    law.score(2.5, &mut score);
    assert_eq!((path, score[0]), ([0.0, 1.0, 0.75], 0.0));
    for u in [1e-12, 0.3, 0.9] {
        assert_eq!(law.quantile(u), base.quantile(u));
    }
    // The entropy is panels, to rounding of their 1,000 terms.
    assert!((law.entropy() - base.entropy()).abs() < 1e-13 && (law.variance() - 4.0).abs() < 1e-15);
}

#[test]
fn the_path_is_that_of_the_quantile_at_fixed_noise() {
    let at = |v: &[f64], u: f64| {
        let parts: Vec<Box<dyn Law>> =
            vec![Box::new(Exponential::new(v[2]).unwrap()), family("log-normal").unwrap().build(&v[3..]).unwrap()];
        let law = Mixture::new(&v[..2], parts).unwrap();
        let z = law.quantile(u);
        let mut slopes = [0.0; 5];
        law.pathwise(z, &mut slopes);
        (z, slopes)
    };
    let v = [0.2, -0.4, 1.5, 1.0, 0.25];
    for u in [1e-3, 0.2, 0.5, 0.8, 0.999] {
        let (z, slopes) = at(&v, u);
        for (k, slope) in slopes.iter().enumerate() {
            let moved = |h: f64| {
                let mut v = v;
                v[k] += h;
                at(&v, u).0
            };
            // A sixth of h² times the third derivative, with h = 1e-4 and third derivatives below 100 z; rounding 4e-16 z / h.
            let difference = (moved(1e-4) - moved(-1e-4)) / 2e-4;
            assert!((slope - difference).abs() < 2e-7 * (z + slope.abs()), "{u}, {k}: {slope} {difference}");
        }
    }
}

#[test]
fn in_a_gap_the_quantile_is_its_lower_end() {
    let part = |low: f64| Box::new(Uniform::new(low, low + 1.0).unwrap()) as Box<dyn Law>;
    let law = Mixture::new(&[0.0, 0.0], vec![part(0.0), part(5.0)]).unwrap();
    for (u, expected) in [(0.25, 0.5), (0.5, 1.0), (0.75, 5.5)] {
        assert!((law.quantile(u) - expected).abs() <= 2.0 * f64::EPSILON, "{u}: {}", law.quantile(u));
    }
    assert_eq!((law.cdf(3.0), law.log_prob(3.0)), (0.5, f64::NEG_INFINITY));
}

#[test]
fn what_does_not_mix_is_named() {
    let message = |logits: &[f64], parts: Vec<Box<dyn Law>>| Mixture::new(logits, parts).unwrap_err().to_string();
    let (normal, poisson) = (|| Box::new(Normal::standard()), || family("poisson").unwrap().build(&[2.0]).unwrap());
    assert_eq!(message(&[0.0], vec![]), "mixture: 1 logits do not fit 0 components");
    assert_eq!(
        message(&[0.0, 1.0], vec![normal(), poisson()]),
        "mixture: continuous and discrete components do not mix"
    );
    assert!(Mixture::new(&[], vec![]).is_err());
}
