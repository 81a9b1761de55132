//! Time of the incomplete beta family, a call, at shapes over the whole range: points spread evenly over (0, 1). And of 2^14 keyed draws
//! with their derivatives of the laws that stand on it, and of the von Mises law, on one thread.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use reparam_core::law::family;
use reparam_core::noise::Key;
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

const DRAWS: usize = 1 << 14;

fn draws(bencher: Bencher<'_, '_>, name: &str, parameters: &[f64]) {
    let law = family(name).and_then(|f| f.build(parameters).ok()).expect("the bench names laws of the catalogue");
    let (mut out, mut slopes, mut step) = (vec![0.0; DRAWS], vec![0.0; DRAWS * parameters.len()], 0);
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        step += 1;
        let path = law.as_pathwise().expect("implicit laws have paths");
        path.fill_pathwise(&Key::new(1).step(step), 0, &mut out, &mut slopes);
        black_box((out.as_mut_ptr(), slopes.as_mut_ptr()));
    });
}

#[divan::bench(args = SHAPES, sample_count = 10, sample_size = 1)]
fn beta_draws(bencher: Bencher<'_, '_>, (a, b): (f64, f64)) {
    draws(bencher, "beta", &[a, b]);
}

#[divan::bench(args = [(2.0, 6.0), (0.5, 100.0), (1e4, 1e4)], sample_count = 10, sample_size = 1)]
fn fisher_snedecor_draws(bencher: Bencher<'_, '_>, (df1, df2): (f64, f64)) {
    draws(bencher, "fisher-snedecor", &[df1, df2]);
}

#[divan::bench(args = DF, sample_count = 10, sample_size = 1)]
fn student_t_draws(bencher: Bencher<'_, '_>, df: f64) {
    draws(bencher, "student-t", &[df, 0.0, 1.0]);
}

#[divan::bench(args = [0.01, 1.0, 30.0, 1e6], sample_count = 10, sample_size = 1)]
fn von_mises_draws(bencher: Bencher<'_, '_>, concentration: f64) {
    draws(bencher, "von-mises", &[0.3, concentration]);
}

fn main() {
    divan::main();
}
