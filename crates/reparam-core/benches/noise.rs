//! Time of 10^7 draws of each law, `f32` and `f64`, on one and two threads: into a buffer that is already in use ("kept"), and into one
//! fresh from the system, whose pages it touches first ("fresh").

use criterion::{BenchmarkId, Criterion, Throughput};
use reparam_core::noise::{Key, Noise, NoiseFloat, Stream};
use std::hint::black_box;
use std::time::Duration;

const DRAWS: usize = 10_000_000;

fn fill<T: NoiseFloat>(criterion: &mut Criterion, name: &str) {
    let mut group = criterion.benchmark_group(name);
    group
        .throughput(Throughput::Elements(DRAWS as u64))
        .sample_size(20)
        .measurement_time(Duration::from_secs(1));
    group.warm_up_time(Duration::from_millis(200));
    let mut kept = vec![T::default(); DRAWS];
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads can be started");
        for noise in Noise::ALL {
            let mut step = 0;
            let mut next = || -> Stream {
                step += 1;
                Key::new(1).site("bench").step(step)
            };
            group.bench_function(BenchmarkId::new(format!("{noise:?}/kept"), threads), |b| {
                b.iter(|| {
                    pool.install(|| next().fill_parallel(noise, 0, &mut kept));
                    black_box(kept.as_mut_ptr());
                });
            });
            group.bench_function(BenchmarkId::new(format!("{noise:?}/fresh"), threads), |b| {
                b.iter(|| {
                    let mut fresh = vec![T::default(); DRAWS];
                    pool.install(|| next().fill_parallel(noise, 0, &mut fresh));
                    fresh
                });
            });
        }
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    fill::<f32>(&mut criterion, "noise/f32");
    fill::<f64>(&mut criterion, "noise/f64");
    criterion.final_summary();
}
