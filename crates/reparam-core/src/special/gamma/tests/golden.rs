//! Relative errors against golden/*.csv, by region.

use crate::special::{
    digamma, digamma_difference, gamma_p, gamma_p_inverse, gamma_p_shape_derivative, gamma_q, gamma_q_inverse,
    gamma_slope, log_beta, log_gamma, log_gamma_correction, log_gamma_difference, log_gamma_p, log_gamma_p_inverse,
    log_gamma_q, log_gamma_q_inverse, log_gamma_slope, log1p_minus, tetragamma, trigamma,
};
use std::collections::BTreeMap;

fn rows<const N: usize>(csv: &str) -> Vec<[f64; N]> {
    let parse = |line: &str| {
        let mut cells = line.split(',').map(|cell| cell.parse::<f64>().unwrap());
        std::array::from_fn(|_| cells.next().unwrap())
    };
    csv.lines().skip(1).map(parse).collect()
}

/// The worst error of each name, with its place.
#[derive(Default)]
struct Worst(BTreeMap<String, (f64, [f64; 2], usize)>);

impl Worst {
    fn see(&mut self, name: &str, value: f64, golden: f64, scale: f64, at: [f64; 2]) {
        let error = if value == golden { 0.0 } else { (value - golden).abs() / scale };
        let error = if error.is_nan() { f64::INFINITY } else { error };
        let entry = self.0.entry(name.to_owned()).or_default();
        entry.2 += 1;
        if error > entry.0 {
            (entry.0, entry.1) = (error, at);
        }
    }

    /// Prints all, and fails for those above the limit of the longest name that they start with.
    fn below(&self, limits: &[(&str, f64)]) {
        let mut bad = Vec::new();
        for (name, (error, at, count)) in &self.0 {
            println!("{name:44} {error:9.2e} at {at:?}, {count} rows");
            let limit = limits.iter().filter(|(start, _)| name.starts_with(start)).max_by_key(|(start, _)| start.len());
            if limit.is_none_or(|(_, limit)| error > limit) {
                bad.push(name);
            }
        }
        assert!(bad.is_empty(), "above their limits: {bad:?}");
    }
}

#[test]
fn functions_of_one_argument() {
    let mut worst = Worst::default();
    for [x, log, first, second, third, rest] in rows(include_str!("../golden/scalar.csv")) {
        for (name, value, golden) in [
            ("log_gamma", log_gamma(x), log),
            ("digamma", digamma(x), first),
            ("trigamma", trigamma(x), second),
            ("tetragamma", tetragamma(x), third),
            ("log_gamma_correction", log_gamma_correction(x), rest),
        ] {
            worst.see(name, value, golden, golden.abs(), [x, 0.0]);
        }
    }
    for [x, golden] in rows(include_str!("../golden/log1p_minus.csv")) {
        worst.see("log1p_minus", log1p_minus(x), golden, golden.abs(), [x, 0.0]);
    }
    worst.below(&[
        ("log1p_minus", 2e-15),
        ("log_gamma", 5e-16),
        ("log_gamma_correction", 1e-15),
        ("digamma", 1e-15),
        ("trigamma", 1e-15),
        ("tetragamma", 2e-15),
    ]);
}

#[test]
fn differences_and_beta() {
    let mut worst = Worst::default();
    for [a, d, log, digamma, beta] in rows(include_str!("../golden/pair.csv")) {
        worst.see("log_gamma_difference", log_gamma_difference(a, d), log, log.abs() + d.abs(), [a, d]);
        worst.see("digamma_difference", digamma_difference(a, d), digamma, digamma.abs(), [a, d]);
        worst.see("log_beta", log_beta(a, d.abs()), beta, 1.0 + beta.abs(), [a, d]);
    }
    worst.below(&[("log_gamma_difference", 2e-15), ("digamma_difference", 2e-15), ("log_beta", 2e-15)]);
}

fn shape_class(a: f64) -> &'static str {
    match a {
        _ if a < 1e-3 => "shape below 1e-3",
        _ if a < 2.0 => "shape 1e-3 to 2",
        _ if a < 8.0 => "shape 2 to 8",
        _ if a < 150.0 => "shape 8 to 150",
        _ if a <= 1e4 => "shape 150 to 1e4",
        _ => "shape above 1e4",
    }
}

#[test]
fn slope_by_region() {
    let mut worst = Worst::default();
    for [a, z, golden, derivative] in rows(include_str!("../golden/slope.csv")) {
        let tail = gamma_p(a, z).min(gamma_q(a, z));
        let place = if tail < 0.9e-8 { "beyond 1e-8" } else { "quantiles" };
        worst.see(&format!("{place}, {}", shape_class(a)), gamma_slope(a, z), golden, golden.abs(), [a, z]);
        if derivative < -1e-290 {
            let scale = derivative.abs() * (1.0 + (golden / derivative).abs().ln().abs());
            worst.see("of P, at fixed x", gamma_p_shape_derivative(a, z), derivative, scale, [a, z]);
        }
        let log = log_gamma_slope(a, z.ln());
        // The argument's rounding moves z by half a unit of ln z.
        let limit = golden / z;
        worst.see(&format!("log, {place}, {}", shape_class(a)), log, limit, limit.abs() * (1.0 + z.ln().abs()), [a, z]);
    }
    for [a, log_z, golden] in rows(include_str!("../golden/log_slope.csv")) {
        worst.see(
            "log, own table",
            log_gamma_slope(a, log_z),
            golden,
            golden.abs() * (1.0 + (log_z * log_z.exp()).abs().min(20.0)),
            [a, log_z],
        );
    }
    // Below a shape of 2 Kummer's series cancels up to three digits, most at its upper end, z = 3.5.
    worst.below(&[
        ("quantiles", 2e-15),
        ("quantiles, shape below 1e-3", 5e-13),
        ("quantiles, shape 1e-3 to 2", 5e-13),
        ("beyond", 2e-15),
        ("beyond 1e-8, shape below 1e-3", 5e-13),
        ("log", 1e-15),
        ("log, quantiles, shape below 1e-3", 2e-13),
        ("log, quantiles, shape 1e-3 to 2", 2e-13),
        ("log, beyond 1e-8, shape below 1e-3", 2e-13),
        ("of P", 5e-14),
    ]);
}

#[test]
fn tails_and_their_inverses() {
    let mut worst = Worst::default();
    for [a, x, log_p, log_q] in rows(include_str!("../golden/tail.csv")) {
        let (p, q) = (log_p.exp(), log_q.exp());
        let class = shape_class(a);
        // A value e^-E has the error of E: units in the last place of it.
        for (name, value, log_value, golden, other) in [
            ("P", gamma_p(a, x), log_gamma_p(a, x), log_p, log_q),
            ("Q", gamma_q(a, x), log_gamma_q(a, x), log_q, log_p),
        ] {
            // Near one the logarithm is the other value, with its error.
            let log_scale = if golden > -0.7 { 1.0 + other.abs() } else { 1.0 };
            if golden > -690.0 {
                worst.see(
                    &format!("{name}, {class}"),
                    value,
                    golden.exp(),
                    golden.exp() * (1.0 + golden.abs()),
                    [a, x],
                );
            }
            worst.see(&format!("ln {name}, {class}"), log_value, golden, golden.abs() * log_scale, [a, x]);
        }
        // The rounding of the probability, and the error of P, move x by P/(x p(x)) each.
        let density = super::super::tail::log_kernel(a, x, x.ln());
        for (name, probability, log, inverse, log_inverse) in [
            ("inverse P", p, log_p, gamma_p_inverse as fn(f64, f64) -> f64, log_gamma_p_inverse as fn(f64, f64) -> f64),
            ("inverse Q", q, log_q, gamma_q_inverse, log_gamma_q_inverse),
        ] {
            if log < -690.0 || probability == 1.0 {
                continue;
            }
            let conditioning = 1.0 + (log - density).exp() * (1.0 + log.abs());
            worst.see(&format!("{name}, {class}"), inverse(a, probability), x, x * conditioning, [a, x]);
            let scale = conditioning + x.ln().abs();
            worst.see(&format!("{name}, log, {class}"), log_inverse(a, probability), x.ln(), scale, [a, x]);
        }
    }
    worst.below(&[("P", 4e-15), ("Q", 4e-15), ("ln", 8e-15), ("inverse", 4e-15)]);
}
