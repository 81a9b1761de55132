//! Time of 10^7 draws of each law, `f32` and `f64`, on one and two threads: into a buffer that is already in use ("kept"), and into one
//! fresh from the system, whose pages it touches first ("fresh").

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use reparam_core::noise::{Key, Noise, NoiseFloat, Stream};

const DRAWS: usize = 10_000_000;
const THREADS: [usize; 2] = [1, 2];

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
}

fn stream(step: &mut u64) -> Stream {
    *step += 1;
    Key::new(1).site("bench").step(*step)
}

fn cases() -> impl Iterator<Item = String> {
    Noise::ALL.into_iter().flat_map(|noise| THREADS.map(|threads| format!("{noise:?} {threads}")))
}

fn parse(case: &str) -> (Noise, usize) {
    let noise = Noise::ALL.into_iter().find(|noise| case.starts_with(&format!("{noise:?} ")));
    let threads = case.rsplit(' ').next().and_then(|threads| threads.parse().ok());
    noise.zip(threads).expect("a case is written by `cases`")
}

#[divan::bench(types = [f32, f64], args = cases(), sample_count = 15, sample_size = 1)]
fn kept<T: NoiseFloat>(bencher: Bencher<'_, '_>, case: &str) {
    let (noise, threads) = parse(case);
    let (pool, mut step, mut out) = (pool(threads), 0, vec![T::default(); DRAWS]);
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        pool.install(|| stream(&mut step).fill_parallel(noise, 0, &mut out));
        black_box(out.as_mut_ptr());
    });
}

#[divan::bench(types = [f32, f64], args = cases(), sample_count = 15, sample_size = 1)]
fn fresh<T: NoiseFloat>(bencher: Bencher<'_, '_>, case: &str) {
    let (noise, threads) = parse(case);
    let (pool, mut step) = (pool(threads), 0);
    bencher.counter(ItemsCount::new(DRAWS)).bench_local(|| {
        let mut out = vec![T::default(); DRAWS];
        pool.install(|| stream(&mut step).fill_parallel(noise, 0, &mut out));
        out
    });
}

fn main() {
    divan::main();
}
