//! What a surrogate costs beside the loss that it wraps: forward and backward of both, interleaved; medians.
//!
//! `surrogate_bench [rounds]`. The loss is the reconstruction of 128 images of 784 pixels by a decoder 200-200-200-784 from 200 latents, two draws
//! each; backward goes to the decoder's weights and to the logits or locations of the latents. The bare loss meets the same number of
//! draws, fixed ones, with a gradient in the latents too.

use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use reparam::dist::{Bernoulli, Normal};
use reparam::estimator::{Draws, Estimator, Pathwise, ScoreFunction};
use reparam::fused::bernoulli_log_likelihood;
use reparam::nn::{Activation, Mlp, Network};
use reparam::noise::{Key, Noise, tensor};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS: usize = 128;
const LATENTS: usize = 200;
const PIXELS: usize = 784;
const DRAWS: usize = 2;

/// A scalar to be differentiated, of a cost and the law's parameter.
type Pass<'a> = &'a dyn Fn(&dyn Fn(Tensor<3>) -> Tensor<2>, Tensor<3>) -> Tensor<1>;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(101);
    let device = Device::flex();
    let decoder = Mlp::new(&[LATENTS, 200, 200, PIXELS], Activation::Gelu, Key::new(0).site("decoder"), &device);
    let images = tensor::<2>(&Key::new(1).step(0), Noise::Uniform, [ROWS, PIXELS], &device);
    let images = images.greater_scalar(0.5).float();
    let fixed = tensor::<3>(&Key::new(2).step(0), Noise::Uniform, [DRAWS, ROWS, LATENTS], &device);

    // One forward and backward pass of the loss, or of a surrogate around it.
    let pass = |estimate: Pass<'_>| {
        let decoder = decoder.clone().train();
        let cost = |z: Tensor<3>| {
            let [s, n, l] = z.dims();
            bernoulli_log_likelihood(decoder.forward(z.reshape([s * n, l])), images.clone()).neg().reshape([s, n])
        };
        let logits = Tensor::<3>::zeros([1, ROWS, LATENTS], &device).autodiff().require_grad();
        let start = Instant::now();
        drop(estimate(&cost, logits).backward());
        start.elapsed().as_secs_f64() * 1e6
    };
    let coins =
        |estimator: &dyn Estimator<Bernoulli<3>, 3>, cost: &dyn Fn(Tensor<3>) -> Tensor<2>, logits: Tensor<3>| {
            let draws = Draws::new(DRAWS, Key::new(3), 0);
            estimator.estimate(&Bernoulli::from_logits(logits), cost, &draws).expect("two draws suit all").loss()
        };
    let bare =
        |cost: &dyn Fn(Tensor<3>) -> Tensor<2>, logits: Tensor<3>| cost(fixed.clone() + logits).mean_dim(0).sum();
    let path = |cost: &dyn Fn(Tensor<3>) -> Tensor<2>, loc: Tensor<3>| {
        let normal = Normal::new(loc.clone(), loc.ones_like()).expect("shapes agree");
        Pathwise.estimate(&normal, cost, &Draws::new(DRAWS, Key::new(3), 0)).expect("draws suit").loss()
    };
    let (plain, rloo) = (ScoreFunction::new(), ScoreFunction::leave_one_out());
    let score = |cost: &dyn Fn(Tensor<3>) -> Tensor<2>, logits: Tensor<3>| coins(&plain, cost, logits);
    let rloo = |cost: &dyn Fn(Tensor<3>) -> Tensor<2>, logits: Tensor<3>| coins(&rloo, cost, logits);
    let tasks: [(&str, Pass<'_>); 4] =
        [("loss", &bare), ("pathwise", &path), ("score-function", &score), ("rloo", &rloo)];
    let mut times = vec![Vec::new(); tasks.len()];
    for round in 0..rounds + 5 {
        for (task, times) in tasks.iter().zip(&mut times) {
            let time = pass(task.1);
            if round >= 5 {
                times.push(time);
            }
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let medians: Vec<f64> = times.iter_mut().map(median).collect();
    for ((name, _), time) in tasks.iter().zip(&medians) {
        println!("{{\"task\": \"{name}\", \"us\": {time:.1}, \"ratio_to_loss\": {:.4}}}", time / medians[0]);
    }
}
