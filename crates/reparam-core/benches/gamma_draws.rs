//! Time of gamma draws with their derivative in the shape, by shape, and of 10^7 draws of shape 0.5 on two threads.

use reparam_core::law::{GammaFloat, GammaKernel, GammaSpace::Value, fill_gammas_with_slopes};
use reparam_core::noise::Key;
use std::time::Instant;

const SHAPES: [f64; 8] = [0.01, 0.1, 0.5, 1.0, 3.0, 30.0, 1e3, 1e6];
const DRAWS: usize = 1 << 16;

/// The least of several runs, in seconds.
fn least(runs: u64, mut run: impl FnMut(u64)) -> f64 {
    (0..runs)
        .map(|step| {
            let start = Instant::now();
            run(step);
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// Nanoseconds a draw on one thread: draws alone, with derivatives for one shape, and for a shape of its own for each.
fn one_thread<T: GammaFloat>(a: f64) -> [f64; 3] {
    let (kernel, key) = (GammaKernel::new(a, 1.0).expect("positive"), Key::new(1));
    let (mut out, mut slopes) = (vec![T::default(); DRAWS], vec![T::default(); DRAWS]);
    let shapes = vec![T::rounded(a, Value); DRAWS];
    let draws = least(15, |step| kernel.fill(Value, &key.step(step), 0, &mut out));
    let one = least(15, |step| kernel.path().fill(Value, &key.step(step), 0, &mut out, &mut slopes));
    let each = least(15, |step| {
        fill_gammas_with_slopes(Value, &key.step(step), 0, &shapes, &mut out, &mut slopes).expect("positive");
    });
    [draws, one, each].map(|seconds| seconds * 1e9 / DRAWS as f64)
}

/// Milliseconds for 10^7 draws with derivatives on two threads, into fresh memory and into memory in use.
fn two_threads<T: GammaFloat>(a: f64) -> [f64; 2] {
    let (path, key) = (GammaKernel::new(a, 1.0).expect("positive").path(), Key::new(2));
    let fill = |step: u64, out: &mut [T], slopes: &mut [T]| {
        let (stream, half) = (key.step(step), out.len() / 2);
        let (path, (left, right), (left_slopes, right_slopes)) =
            (&path, out.split_at_mut(half), slopes.split_at_mut(half));
        std::thread::scope(|scope| {
            scope.spawn(move || path.fill(Value, &stream, 0, left, left_slopes));
            path.fill(Value, &stream, half as u64, right, right_slopes);
        });
    };
    let count = 10_000_000;
    let fresh = least(3, |step| fill(step, &mut vec![T::default(); count], &mut vec![T::default(); count]));
    let (mut out, mut slopes) = (vec![T::rounded(1.0, Value); count], vec![T::rounded(1.0, Value); count]);
    let kept = least(3, |step| fill(step, &mut out, &mut slopes));
    [fresh, kept].map(|seconds| seconds * 1e3)
}

fn main() {
    println!("one thread, ns a draw: alone | with derivative, one shape | with derivative, a shape each");
    for a in SHAPES {
        let ([f, g, h], [k, l, m]) = (one_thread::<f64>(a), one_thread::<f32>(a));
        println!("{a:>8}  f64 {f:5.1} {g:5.1} {h:5.1}   f32 {k:5.1} {l:5.1} {m:5.1}");
    }
    let build = least(20, |_| {
        std::hint::black_box(GammaKernel::new(0.5, 1.0).expect("positive").path());
    });
    println!("polynomials of a shape: {:.1} us", build * 1e6);
    let ([f, g], [k, l]) = (two_threads::<f64>(0.5), two_threads::<f32>(0.5));
    println!(
        "10^7 of shape 0.5 with derivatives, two threads, ms, fresh and kept memory: f64 {f:.0} {g:.0}   f32 {k:.0} {l:.0}"
    );
}
