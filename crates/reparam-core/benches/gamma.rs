//! Time of one call of the gamma family's functions, by shape, over random quantiles; and of a keyed draw of the gamma law, alone and with
//! its derivatives, on one thread.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use reparam_core::law::{Gamma, Law, LogGamma, Pathwise};
use reparam_core::noise::Key;
use reparam_core::special::{digamma, gamma_p, gamma_p_inverse, gamma_slope, log_gamma, log_gamma_slope};

const POINTS: usize = 4096;
const DRAWS: usize = 1 << 15;
const SHAPES: [f64; 16] = [1e-6, 0.01, 0.1, 0.5, 1.0, 1.5, 1.99, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1e3, 1e4, 1e6];

/// Quantiles of stratified probabilities, in a scrambled order.
fn draws(a: f64) -> Vec<(f64, f64)> {
    (0..POINTS)
        .map(|i| gamma_p_inverse(a, (((i * 1_597) % POINTS) as f64 + 0.5) / POINTS as f64))
        .map(|z| (a, z))
        .collect()
}

fn bench(bencher: Bencher<'_, '_>, a: f64, f: impl Fn(f64, f64) -> f64 + Sync) {
    let points = draws(a);
    let run = || black_box(&points).iter().map(|&(a, z)| f(a, z)).sum::<f64>();
    bencher.counter(ItemsCount::new(POINTS)).bench(run);
}

#[divan::bench(args = SHAPES)]
fn slope(bencher: Bencher<'_, '_>, a: f64) {
    bench(bencher, a, gamma_slope);
}

#[divan::bench(args = SHAPES)]
fn log_slope(bencher: Bencher<'_, '_>, a: f64) {
    bench(bencher, a, |a, z| log_gamma_slope(a, z.max(1e-300).ln()));
}

#[divan::bench(args = SHAPES)]
fn p(bencher: Bencher<'_, '_>, a: f64) {
    bench(bencher, a, gamma_p);
}

#[divan::bench(args = SHAPES)]
fn p_inverse(bencher: Bencher<'_, '_>, a: f64) {
    bench(bencher, a, |a, z| gamma_p_inverse(a, 0.01 + 0.98 * z / (1.0 + z)));
}

#[divan::bench(args = SHAPES)]
fn digamma_of_draws(bencher: Bencher<'_, '_>, a: f64) {
    bench(bencher, a, |_, z| digamma(z));
}

#[divan::bench(args = SHAPES)]
fn log_gamma_of_draws(bencher: Bencher<'_, '_>, a: f64) {
    bench(bencher, a, |_, z| log_gamma(z));
}

/// Shapes of keyed draws.
const DRAWN: [f64; 8] = [0.01, 0.1, 0.5, 1.0, 3.0, 30.0, 1e3, 1e6];

#[divan::bench(args = DRAWN, sample_count = 20, sample_size = 1)]
fn keyed_draws(bencher: Bencher<'_, '_>, a: f64) {
    let (law, mut out, mut step) = (Gamma::new(a, 2.0).expect("the shape is positive"), vec![0.0; DRAWS], 0);
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        step += 1;
        law.fill(&Key::new(1).step(step), 0, &mut out);
        black_box(out.as_mut_ptr());
    });
}

#[divan::bench(args = DRAWN, sample_count = 20, sample_size = 1)]
fn keyed_draws_with_derivatives(bencher: Bencher<'_, '_>, a: f64) {
    let (law, mut out, mut step) = (Gamma::new(a, 2.0).expect("the shape is positive"), vec![0.0; DRAWS], 0);
    let mut slopes = vec![0.0; 2 * DRAWS];
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        step += 1;
        law.fill_pathwise(&Key::new(1).step(step), 0, &mut out, &mut slopes);
        black_box((out.as_mut_ptr(), slopes.as_mut_ptr()));
    });
}

#[divan::bench(args = DRAWN, sample_count = 20, sample_size = 1)]
fn keyed_logarithms_with_derivatives(bencher: Bencher<'_, '_>, a: f64) {
    let (law, mut out, mut step) = (LogGamma::new(a, 2.0).expect("the shape is positive"), vec![0.0; DRAWS], 0);
    let mut slopes = vec![0.0; 2 * DRAWS];
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        step += 1;
        law.fill_pathwise(&Key::new(1).step(step), 0, &mut out, &mut slopes);
        black_box((out.as_mut_ptr(), slopes.as_mut_ptr()));
    });
}

fn main() {
    divan::main();
}
