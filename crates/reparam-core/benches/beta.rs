//! Time of the incomplete beta family, a call, at shapes over the whole range: points spread evenly over (0, 1).

use divan::{Bencher, black_box};
use reparam_core::special::{beta_i_inverse, beta_slopes, beta_tails, student_t_quantile, student_t_slope};

const SHAPES: [(f64, f64); 8] =
    [(2.0, 3.0), (0.5, 0.5), (0.5, 100.0), (30.0, 80.0), (1e-3, 1e-3), (1e-3, 1e4), (1e4, 1e4), (1e-8, 1e8)];
const DF: [f64; 5] = [1e-3, 1.0, 5.0, 100.0, 1e6];

/// Calls `f` at the next of 256 points, so that neither a cache nor the branch predictor knows the answer.
fn at_points(bencher: Bencher<'_, '_>, f: impl Fn(f64) -> f64 + Sync) {
    let mut k = 0_u32;
    bencher
        .with_inputs(move || {
            k = (k + 97) % 256;
            (f64::from(k) + 0.5) / 256.0
        })
        .bench_local_values(|x| f(black_box(x)));
}

#[divan::bench(args = SHAPES)]
fn slopes(bencher: Bencher<'_, '_>, (a, b): (f64, f64)) {
    at_points(bencher, |x| beta_slopes(a, b, x, 1.0 - x)[0]);
}

#[divan::bench(args = SHAPES)]
fn tails(bencher: Bencher<'_, '_>, (a, b): (f64, f64)) {
    at_points(bencher, |x| beta_tails(a, b, x, 1.0 - x).lower);
}

#[divan::bench(args = SHAPES)]
fn inverse(bencher: Bencher<'_, '_>, (a, b): (f64, f64)) {
    at_points(bencher, |p| beta_i_inverse(a, b, p).x);
}

#[divan::bench(args = DF)]
fn t_slope(bencher: Bencher<'_, '_>, df: f64) {
    at_points(bencher, |x| student_t_slope(df, 4.0 * x));
}

#[divan::bench(args = DF)]
fn t_quantile(bencher: Bencher<'_, '_>, df: f64) {
    at_points(bencher, |p| student_t_quantile(df, p));
}

fn main() {
    divan::main();
}
