//! The tables of golden.py.

use super::{Worst, region};
use crate::special::beta::side::{Point, Side};
use crate::special::beta::{
    beta_i_complement_inverse, beta_i_inverse, beta_i_shape_derivatives, beta_slopes, beta_tails, student_t_cdf,
    student_t_quantile, student_t_slope,
};

fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = (&'static str, [f64; N])> {
    table.lines().map(|line| {
        let mut row = [0.0; N];
        for (cell, text) in row.iter_mut().zip(line.split(',')) {
            *cell = text.parse().unwrap();
        }
        (line, row)
    })
}

/// `[a, b, smaller of x and y (negative: y), I, 1 - I, dz/da, dz/db]`.
fn beta_rows() -> impl Iterator<Item = (&'static str, [f64; 7])> {
    rows(include_str!("../golden_beta.csv"))
}

fn ends(small: f64) -> (f64, f64) {
    if small > 0.0 { (small, 1.0 - small) } else { (1.0 + small, -small) }
}

#[test]
fn beta_slopes_agree_with_the_table() {
    let mut worst = Worst::default();
    for (line, [a, b, small, _, _, to_a, to_b]) in beta_rows() {
        let (x, y) = ends(small);
        let region = region(a, b, Side::new(a, b, Point::new(x, y)).a);
        let [slope_a, slope_b] = beta_slopes(a, b, x, y);
        worst.see(&region, slope_a, to_a, line);
        worst.see(&region, slope_b, to_b, line);
        // Exchanging the shapes and the ends changes signs only, but where the point is on the line between the sides.
        let [swapped_b, swapped_a] = beta_slopes(b, a, y, x);
        worst.see("exchanged", -swapped_a, slope_a, line);
        worst.see("exchanged", -swapped_b, slope_b, line);
    }
    // 24 nodes leave 1.3e-13 at worst (a = 1.25, b = 0.04, half of the mass); at shapes of 1e8 the exponents of 1e4 round by 1e-12.
    worst.report("beta_slopes", |region| if region.starts_with("shapes 1e-3") { 3e-13 } else { 3e-12 });
}

#[test]
fn tails_agree_with_the_table() {
    let mut worst = Worst::default();
    for (line, [a, b, small, lower, upper, ..]) in beta_rows() {
        let (x, y) = ends(small);
        let region = region(a, b, Side::new(a, b, Point::new(x, y)).a);
        let tails = beta_tails(a, b, x, y);
        for (value, log, truth) in [(tails.lower, tails.log_lower, lower), (tails.upper, tails.log_upper, upper)] {
            if truth < 1e-300 {
                continue;
            }
            // The rounding of the exponent ln I, and of √(a + b) standard deviations, which is how a rounded x acts on I.
            let scale = 4.0 + truth.ln().abs() + (a + b).sqrt();
            worst.see_error(
                &format!("{region}, over 4 + |ln I| + √(a + b)"),
                (value / truth - 1.0).abs() / scale,
                line,
            );
            worst.see(&region, value, truth, line);
            worst.see_error("logarithms", (log - truth.ln()).abs() / truth.ln().abs().max(scale), line);
        }
    }
    worst.report("beta_tails", |region| {
        if region.contains("over") || region == "logarithms" { 4.0 * f64::EPSILON } else { 1e-12 }
    });
}

#[test]
fn inverse_returns_to_the_table() {
    let mut worst = Worst::default();
    for (line, [a, b, small, lower, upper, to_a, _]) in beta_rows() {
        let tail = lower.min(upper);
        if tail < 1e-300 {
            continue;
        }
        let (x, y) = ends(small);
        let region = region(a, b, Side::new(a, b, Point::new(x, y)).a);
        let at = if lower < upper { beta_i_inverse(a, b, lower) } else { beta_i_complement_inverse(a, b, upper) };
        // Relative change of the smaller of x and y for that of the tail: tail / (small p). The density from ∂I/∂a = -p dz/da.
        let [by_a, _] = beta_i_shape_derivatives(a, b, x);
        let conditioning = 1.0 + (tail * to_a / (small * by_a)).abs();
        let error = if x <= y { at.x / x - 1.0 } else { at.y / y - 1.0 };
        worst.see_error(&region, error.abs() / conditioning, line);
        assert!((at.x + at.y - 1.0).abs() <= f64::EPSILON, "{line}: {at:?}");
    }
    // The tail's own rounding, above, of 3e-14.
    worst.report("beta_i_inverse, over its conditioning", |_| 1e-13);
}

#[test]
fn student_t_agrees_with_the_table() {
    let mut worst = Worst::default();
    for (line, [df, t, below, slope]) in rows::<4>(include_str!("../golden_student_t.csv")) {
        let range = if (1e-3..=1e4).contains(&df) { "df 1e-3 to 1e4" } else { "df 1e-8 to 1e8" };
        let method = match (df < 2.0, t < 1.7) {
            (true, _) => "below 2, by the beta law",
            (false, true) => "the middle",
            (false, false) => "the tail",
        };
        worst.see(&format!("slope, {range}, {method}"), student_t_slope(df, t), slope, line);
        assert_eq!(student_t_slope(df, -t), -student_t_slope(df, t));
        worst.see(&format!("cdf, {range}, {method}"), student_t_cdf(df, -t), below, line);
        if below > 1e-300 && below < 0.49 {
            // d ln t for d ln(tail): beyond a df of 1 it is bounded by 1, below it is 1/df.
            let error =
                (student_t_quantile(df, below) / -t - 1.0).abs() / (1.0 + 1.0 / df) / (1.0 + 0.01 / (0.5 - below));
            worst.see_error(&format!("quantile over its conditioning, {range}, {method}"), error, line);
        }
    }
    worst.report("student_t", |_| 1e-13);
}
