//! Our side of `bench/compare.py`: times one training step, or 10⁷ normals, and prints a JSON line.
//!
//! `step_bench vae [steps] [threads] [shards]`: the bare step, as the peers run it · `step_bench fit [steps] [threads]`: the same with
//! shuffling, dynamic binarisation, keyed noise and metrics · `step_bench products [repeats]`: its matrix products alone, in two shards
//! on two threads · `step_bench normal [rounds] [threads]` · `step_bench gamma [rounds] [threads]`: 10⁷ draws of shape 0.5 with the
//! derivative of each in the shape

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use reparam::fused::product::{Matrix, product, product_by_transpose};
use reparam::nn::{Activation, Mlp};
use reparam::objective::{Objective, ShardBatch};
use reparam::train::{AdamConfig, Trainer, TrainerConfig};
use reparam::vae::{Event, Fit, FitConfig, Likelihood, Rows, Vae};
use reparam_core::law::{GammaKernel, GammaSpace};
use reparam_core::noise::{Key, Noise};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PIXELS: usize = 784;
const LATENTS: usize = 32;
const BATCH: usize = 128;
const ROWS: usize = 6400;

/// The made-up binary images that every engine is timed on.
fn images() -> Vec<f32> {
    let pixel = |at: usize| {
        let (i, j) = ((at / PIXELS) as i64, (at % PIXELS) as i64);
        let k = i % 10;
        let base = (k * 37 + j * (k + 1) * 13) % 97 < 30;
        let hash = (((i * 7919 + j * 104_729).wrapping_mul(2_654_435_761)) & 0xffff_ffff) >> 16;
        f32::from(u8::from(base ^ (hash % 20 == 0)))
    };
    (0..ROWS * PIXELS).map(pixel).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| arguments.get(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    match arguments.first().map(String::as_str) {
        Some("normal") => normal(number(1, 5), number(2, 2)),
        Some("gamma") => gamma(number(1, 3), number(2, 2)),
        Some("products") => products(number(1, 100)),
        Some("fit") => fit(number(1, 200), number(2, 2)),
        _ => vae(number(1, 200), number(2, 2), number(3, 2)),
    }
}

fn report(task: &str, microseconds: f64, loss: f64) {
    println!(
        "{{\"engine\": \"reparam\", \"task\": \"{task}\", \"us_per_step\": {microseconds:.3}, \"loss\": {loss:.4}}}"
    );
}

fn normal(rounds: usize, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    let mut out = vec![0.0_f32; 10_000_000];
    let mut seconds = f64::INFINITY;
    // The first round touches the buffer's pages; the later ones are timed.
    for step in 0..=rounds as u64 {
        let start = Instant::now();
        pool.install(|| {
            Key::new(0).site("bench").step(step).fill_parallel(Noise::StandardNormal, 0, &mut out);
        });
        if step > 0 {
            seconds = seconds.min(start.elapsed().as_secs_f64());
        }
    }
    let mean_square = out.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / out.len() as f64;
    report("normal", seconds * 1e6, mean_square);
}

/// The loss is the mean derivative, which is 1 in expectation.
fn gamma(rounds: usize, threads: usize) {
    let path = GammaKernel::new(0.5, 1.0).expect("positive").path();
    let (mut out, mut slopes) = (vec![0.0_f32; 10_000_000], vec![0.0_f32; 10_000_000]);
    let part = out.len().div_ceil(threads);
    let mut start = Instant::now();
    // The first round touches the buffers' pages; the later ones are timed.
    for step in 0..=rounds as u64 {
        if step == 1 {
            start = Instant::now();
        }
        let stream = Key::new(0).site("bench").step(step);
        std::thread::scope(|scope| {
            for (k, (out, slopes)) in out.chunks_mut(part).zip(slopes.chunks_mut(part)).enumerate() {
                let (path, stream) = (&path, &stream);
                scope.spawn(move || path.fill(GammaSpace::Value, stream, (k * part) as u64, out, slopes));
            }
        });
    }
    let seconds = start.elapsed().as_secs_f64() / rounds as f64;
    report("gamma", seconds * 1e6, slopes.iter().map(|x| f64::from(*x)).sum::<f64>() / slopes.len() as f64);
}

fn model(device: &Device, key: Key) -> Vae<Mlp, Mlp> {
    let encoder = Mlp::new(&[PIXELS, 512, 512, 2 * LATENTS], Activation::Relu, key.site("encoder"), device);
    let decoder = Mlp::new(&[LATENTS, 512, 512, PIXELS], Activation::Relu, key.site("decoder"), device);
    Vae::new(encoder, decoder, LATENTS, Likelihood::Bernoulli, device)
}

fn vae(steps: usize, threads: usize, shards: usize) {
    let (device, key) = (Device::flex(), Key::new(0));
    let config = TrainerConfig { shards, adam: AdamConfig::default(), ..TrainerConfig::default() };
    let mut trainer = Trainer::new(model(&device, key), config, threads, &device).expect("threads start");
    let pixels = images();
    let (mut start, mut loss) = (Instant::now(), 0.0);
    for step in 0..steps + 5 {
        if step == 5 {
            start = Instant::now();
        }
        let first = (step * BATCH) % ROWS;
        let made = trainer.step(BATCH, 1e-3, |vae, part| {
            let n = part.len();
            let rows = &pixels[(first + part.start) * PIXELS..(first + part.end) * PIXELS];
            let target = Tensor::<2>::from_data(TensorData::new(rows.to_vec(), [n, PIXELS]), &device);
            let mut noise = vec![0.0_f32; n * LATENTS];
            key.site("posterior").step(step as u64).fill(
                Noise::StandardNormal,
                (part.start * LATENTS) as u64,
                &mut noise,
            );
            let noise = Tensor::from_data(TensorData::new(noise, [1, n, LATENTS]), &device);
            Objective::default().surrogate(
                vae,
                ShardBatch { input: target.clone(), target, noise, batch_rows: BATCH },
                1.0,
                0.0,
            )
        });
        let sums = made.expect("a finite step").sums;
        loss = -sums.into_iter().map(|s| s.into_data().iter::<f64>().next().unwrap_or(0.0)).sum::<f64>() / BATCH as f64;
    }
    report("vae", start.elapsed().as_secs_f64() * 1e6 / steps as f64, loss);
}

fn fit(steps: usize, threads: usize) {
    let (device, pixels) = (Device::flex(), images());
    let rows = Rows::new(&pixels, PIXELS);
    let config = FitConfig { epochs: u64::MAX / ROWS as u64, batch: BATCH, ..FitConfig::default() };
    let mut fit = Fit::new(model(&device, Key::new(0)), rows, rows.first(0), config, threads, &device)
        .expect("a configuration that makes sense");
    let (mut start, mut loss) = (Instant::now(), 0.0);
    for step in 0..steps + 5 {
        if step == 5 {
            start = Instant::now();
        }
        if let Event::Epoch { row, .. } = fit.advance().expect("a finite step") {
            loss = -row.objective;
        }
    }
    report("fit", start.elapsed().as_secs_f64() * 1e6 / steps as f64, loss);
}

/// Every product of a step (value, gradient in the weights, gradient in the input), for two shards side by side.
fn products(repeats: usize) {
    let layers = [(PIXELS, 512), (512, 512), (512, 2 * LATENTS), (LATENTS, 512), (512, 512), (512, PIXELS)];
    let rows = BATCH / 2;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads start");
    let shard = || {
        let mut best = vec![[f64::INFINITY; 3]; layers.len()];
        for _ in 0..repeats {
            for (l, &(i, o)) in layers.iter().enumerate() {
                let (x, w, g) = (vec![0.5_f32; rows * i], vec![0.25_f32; i * o], vec![0.1_f32; rows * o]);
                let (x, w, g) = (Matrix::new(&x, rows, i), Matrix::new(&w, i, o), Matrix::new(&g, rows, o));
                let mut time = |which: usize, f: &dyn Fn() -> Vec<f32>| {
                    let start = Instant::now();
                    std::hint::black_box(f());
                    best[l][which] = best[l][which].min(start.elapsed().as_secs_f64());
                };
                time(0, &|| product(x, w));
                time(1, &|| product(x.t(), g));
                if l > 0 {
                    time(2, &|| product_by_transpose(g, w));
                }
            }
        }
        best
    };
    let (best, _) = pool.join(shard, shard);
    let mut total = 0.0;
    for (times, (i, o)) in best.iter().zip(layers) {
        let rate = |seconds: f64| 2e-9 * (rows * i * o) as f64 / seconds;
        total += times.iter().filter(|t| t.is_finite()).sum::<f64>();
        eprintln!(
            "{i:4} x {o:4}: value {:.0}, weights {:.0}, input {:.0} GFLOP/s",
            rate(times[0]),
            rate(times[1]),
            rate(times[2])
        );
    }
    report("products", total * 1e6, 0.0);
}
