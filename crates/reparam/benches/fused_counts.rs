//! Time of likelihoods of counts and of the first layer of sparse rows, forward and backward, on one thread.
//!
//! 64 rows of 2,000 genes (20,000 regions), a layer of 128. `cargo bench --bench fused_counts`

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use divan::{Bencher, black_box};
use reparam::fused::{
    Activation, CountLaw, CountRows, accessibility_log_likelihood, count_log_likelihood, count_log_likelihood_plain,
    linear, sparse_linear,
};
use reparam_core::noise::{Key, Noise};

// The allocator of the command line: that of the system gives large buffers back after each step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS: usize = 64;
const GENES: usize = 2000;
const HIDDEN: usize = 128;

fn draws(site: &str, noise: Noise, n: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; n];
    Key::new(6).site(site).step(0).fill(noise, 0, &mut out);
    out
}

/// A leaf of normal draws.
fn leaf<const D: usize>(site: &str, scale: f32, shape: [usize; D]) -> Tensor<D> {
    let values: Vec<f32> =
        draws(site, Noise::StandardNormal, shape.iter().product()).iter().map(|v| scale * v).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex().autodiff()).require_grad()
}

/// Rows of which `percent` of 100 entries are counts, geometric with mean 1.5.
fn counts(percent: u32, width: usize) -> CountRows {
    let gates = draws("gates", Noise::Uniform, ROWS * width);
    let sizes = draws("sizes", Noise::Uniform, ROWS * width);
    let value = |(gate, size): (&f32, &f32)| {
        if *gate < percent as f32 / 100.0 { 1.0 + (size.ln() / (1.0_f32 / 3.0).ln()).floor() } else { 0.0 }
    };
    let dense: Vec<f32> = gates.iter().zip(&sizes).map(value).collect();
    CountRows::from_dense(&dense, width).expect("counts")
}

const CASES: [(CountLaw, u32); 6] = [
    (CountLaw::Poisson, 45),
    (CountLaw::NegativeBinomial, 45),
    (CountLaw::ZeroInflatedNegativeBinomial, 45),
    (CountLaw::Poisson, 8),
    (CountLaw::NegativeBinomial, 8),
    (CountLaw::ZeroInflatedNegativeBinomial, 8),
];

type Likelihood =
    fn(CountLaw, Tensor<2>, Tensor<1>, Option<Tensor<2>>, &Arc<[u32]>, Option<Tensor<2>>, &CountRows) -> Tensor<1>;

fn likelihood(bencher: Bencher<'_, '_>, (law, percent): (CountLaw, u32), f: Likelihood) {
    let rows = counts(percent, GENES);
    let (logits, library) = (leaf("logits", 1.0, [ROWS, GENES]), leaf("library", 0.1, [ROWS]));
    let dispersion = law.has_dispersion().then(|| leaf("dispersion", 1.0, [1, GENES]));
    let dropout = law.has_dropout().then(|| leaf("dropout", 1.0, [ROWS, GENES]));
    let first = Arc::from([]);
    bencher.counter(ROWS * GENES).bench_local(|| {
        let (logits, library) = (logits.clone(), library.clone() + 7.0);
        let y = f(law, logits, library, dispersion.clone(), &first, dropout.clone(), black_box(&rows));
        y.sum().backward()
    });
}

#[divan::bench(args = CASES)]
fn count_rows(bencher: Bencher<'_, '_>, case: (CountLaw, u32)) {
    likelihood(bencher, case, count_log_likelihood);
}

#[divan::bench(args = CASES, sample_count = 20)]
fn count_rows_plain(bencher: Bencher<'_, '_>, case: (CountLaw, u32)) {
    likelihood(bencher, case, count_log_likelihood_plain);
}

#[divan::bench(sample_count = 20)]
fn accessibility(bencher: Bencher<'_, '_>) {
    const REGIONS: usize = 20_000;
    let rows = counts(5, REGIONS);
    let (logits, depth) = (leaf("logits", 2.0, [ROWS, REGIONS]), leaf("depth", 1.0, [ROWS]));
    let region = leaf("region", 1.0, [REGIONS]);
    bencher.counter(ROWS * REGIONS).bench_local(|| {
        accessibility_log_likelihood(logits.clone(), depth.clone(), region.clone(), black_box(&rows)).sum().backward()
    });
}

#[divan::bench(args = [2, 5, 10, 20, 30, 45, 60, 80])]
fn sparse_layer(bencher: Bencher<'_, '_>, percent: u32) {
    let rows = counts(percent, GENES);
    let (weight, bias) = (leaf("weight", 0.1, [GENES, HIDDEN]), leaf("bias", 0.1, [HIDDEN]));
    bencher.bench_local(|| {
        sparse_linear(black_box(&rows), None, weight.clone(), bias.clone(), Activation::Relu).sum().backward()
    });
}

/// The same layer on rows that are written out.
#[divan::bench]
fn dense_layer(bencher: Bencher<'_, '_>) {
    let rows = counts(45, GENES);
    let (weight, bias) = (leaf("weight", 0.1, [GENES, HIDDEN]), leaf("bias", 0.1, [HIDDEN]));
    bencher.bench_local(|| {
        let data = TensorData::new(black_box(&rows).dense(), [ROWS, GENES]);
        let x = Tensor::from_data(data, &weight.device());
        linear(x, weight.clone(), bias.clone(), Activation::Relu).sum().backward()
    });
}

fn main() {
    divan::main();
}
