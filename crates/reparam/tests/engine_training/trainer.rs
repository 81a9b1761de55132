//! One step: threads, shards, and what is not finite.

use burn::tensor::{Device, Tensor};
use reparam::nn::{Activation, Linear};
use reparam::train::{AdamConfig, Counts, StepError, Surrogate, Trainer, TrainerConfig, read_parameters};
use reparam_core::noise::Key;

use crate::small::{Data, config, fit};
use crate::support::{normals, numbers, tensor};

#[test]
fn threads_do_not_change_a_bit() {
    let data = Data::new();
    let run = |threads: usize, shards: usize| {
        let mut config = config();
        config.epochs = 7;
        config.trainer.shards = shards;
        let mut fit = fit(&data, config, threads);
        for _ in 0..20 {
            fit.advance().expect("a finite step");
        }
        fit.checkpoint()
    };
    for shards in [1, 3, 5] {
        let one = run(1, shards);
        assert_eq!(one.counts.step, 20);
        for threads in [2, 4] {
            assert_eq!(run(threads, shards), one, "{threads} threads, {shards} shards");
        }
    }
}

/// The cut into shards changes the order of sums alone. Adam divides by the root of the second moment and would blow rounding up
/// where a gradient is nearly 0; with an epsilon of 0.1 a step is smooth in the gradient. Gradients below 2 are then off by some 30 u, a
/// weight by 20 steps · 1e-2 · 10 · 60 u = 7e-6.
#[test]
fn shards_change_the_result_by_rounding_alone() {
    let data = Data::new();
    let run = |shards: usize| {
        let mut config = config();
        config.epochs = 7;
        config.trainer.shards = shards;
        config.trainer.adam.epsilon = 0.1;
        let mut fit = fit(&data, config, 2);
        for _ in 0..20 {
            fit.advance().expect("a finite step");
        }
        fit.checkpoint().parameters
    };
    let one = run(1);
    for shards in [2, 3, 8, 100] {
        for (name, (_, values)) in run(shards) {
            for (a, b) in values.iter().zip(&one[&name].1) {
                assert!((a - b).abs() < 7e-6, "{shards} shards, {name}: {a}, {b}");
            }
        }
    }
}

type Layer = Linear;

fn trainer(max_skipped: u64) -> Trainer<Layer> {
    let device = Device::flex();
    let config = TrainerConfig { max_skipped, adam: AdamConfig::default(), ..TrainerConfig::default() };
    let layer = Linear::new(3, 2, Activation::Tanh, Key::new(0), &device);
    Trainer::new(layer, config, 2, &device).expect("threads")
}

/// How a step goes wrong.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Loss,
    /// The loss is finite, its gradient is not: the root of 0.
    Gradient,
}

fn objective(layer: &Layer, part: std::ops::Range<usize>, fault: Fault) -> Surrogate {
    let x = normals("rows", 8 * 3);
    let x = tensor(&x[part.start * 3..part.end * 3], [part.len(), 3]);
    let y = layer.forward(x).square().sum();
    // The second shard alone is at fault.
    let loss = match fault {
        Fault::Loss if part.start > 0 => y.clone() * f64::NAN,
        Fault::Gradient if part.start > 0 => y.clone() + (y.clone() * 0.0).sqrt(),
        _ => y.clone(),
    };
    Surrogate { loss, second: None, sums: y.inner() }
}

#[test]
fn steps_that_are_not_finite_are_skipped_and_counted() {
    for fault in [Fault::Loss, Fault::Gradient] {
        let (mut faulty, mut clean) = (trainer(3), trainer(3));
        for step in 0..12_u64 {
            // Two in a row are below the limit of three.
            let bad = [2, 3, 7].contains(&step);
            let before = (read_parameters(faulty.model()), faulty.adam().state());
            let this = if bad { fault } else { Fault::None };
            let report = faulty.step(4, 0.01, |m, part| objective(m, part, this)).expect("not too many in a row");
            assert_eq!(report.skipped, Some(bad));
            if bad {
                let after = (read_parameters(faulty.model()), faulty.adam().state());
                assert_eq!(after, before);
            } else {
                clean.step(4, 0.01, |m, part| objective(m, part, Fault::None)).expect("a finite step");
            }
        }
        assert_eq!(faulty.counts(), Counts { step: 12, applied: 9, skipped: 3, skipped_in_a_row: 0 });
        // As if the bad steps had never been.
        assert_eq!(read_parameters(faulty.model()), read_parameters(clean.model()));
        assert_eq!(faulty.adam().state(), clean.adam().state());
    }
}

#[test]
fn too_many_in_a_row_end_training_with_a_typed_error() {
    let mut trainer = trainer(3);
    let before = read_parameters(trainer.model());
    let mut bad = || trainer.step(4, 0.01, |m, part| objective(m, part, Fault::Loss));
    assert!(bad().is_ok() && bad().is_ok());
    let error = bad().expect_err("the third");
    assert_eq!(error, StepError::Diverged { skipped: 3, step: 3 });
    assert_eq!(error.to_string(), "training diverged: loss or gradient not finite in 3 steps in a row, up to step 3");
    // The model is still there, as it was.
    assert_eq!(read_parameters(trainer.model()), before);
}

#[test]
fn steps_on_tensors_count_what_they_skip_and_stop_when_asked() {
    for fault in [Fault::Loss, Fault::Gradient] {
        // On tensors there is one part: the fault must lie in it.
        let step = |trainer: &mut Trainer<Layer>, bad: bool| {
            let this = if bad { fault } else { Fault::None };
            trainer
                .step(4, 0.01, |m, part| objective(m, part.start + 4..part.end + 4, this))
                .expect("no step fails by itself")
        };
        let mut tensors = trainer(3).on_tensors();
        let mut clean = trainer(3).on_tensors();
        for at in 0..12 {
            let bad = [2, 3, 7].contains(&at);
            let before = (read_parameters(tensors.model()), tensors.adam().state());
            let report = step(&mut tensors, bad);
            assert_eq!((report.skipped, report.gradient_norm), (None, None));
            assert_eq!(numbers(report.keep.expect("on tensors")), [f32::from(u8::from(!bad))]);
            let sums = numbers(report.sums[0].clone());
            assert!(if bad { sums == [0.0] } else { sums[0] > 0.0 });
            let after = (read_parameters(tensors.model()), tensors.adam().state());
            assert_eq!(after == before, bad);
            // Whenever one looks, the counts are right.
            if [4, 5, 11].contains(&at) {
                assert_eq!(tensors.sync(), Ok(()));
                assert_eq!(tensors.skipped(), if at < 7 { 2 } else { 3 });
            }
            step(&mut clean, false);
        }
        assert_eq!(tensors.counts(), Counts { step: 12, applied: 12, skipped: 3, skipped_in_a_row: 0 });
        assert_eq!(clean.sync(), Ok(()));
        assert_eq!(clean.skipped(), 0);
        // Three in a row, across a look, and a good one after them: it is not forgotten.
        for bad in [true, true] {
            step(&mut tensors, bad);
        }
        assert_eq!(tensors.sync(), Ok(()));
        assert_eq!(tensors.counts().skipped_in_a_row, 2);
        for bad in [true, false] {
            step(&mut tensors, bad);
        }
        assert_eq!(tensors.sync(), Err(StepError::Diverged { skipped: 3, step: 16 }));
        assert_eq!(tensors.counts(), Counts { step: 16, applied: 16, skipped: 6, skipped_in_a_row: 0 });
    }
}

#[test]
fn clipping_scales_the_gradient_to_the_norm() {
    let device = Device::flex();
    let run = |clip_norm: f64| {
        // No memory, and a large epsilon: a step is `rate · g / (|g| + 1e6)`, all but linear in the gradient.
        let adam = AdamConfig { beta1: 0.0, beta2: 0.0, epsilon: 1e6, weight_decay: 0.0 };
        let config = TrainerConfig { clip_norm, adam, ..TrainerConfig::default() };
        let mut layer = Linear::new(3, 2, Activation::Tanh, Key::new(0), &device);
        let start = numbers(layer.weight.val());
        layer.bias = burn::module::Param::from_tensor(Tensor::zeros([2], &device));
        let mut trainer = Trainer::new(layer, config, 1, &device).expect("threads");
        let report = trainer.step(4, 1e6, |m, part| objective(m, part, Fault::None)).expect("a finite step");
        let moved: Vec<f64> = numbers(trainer.model().weight.val())
            .iter()
            .chain(&numbers(trainer.model().bias.val()))
            .zip(start.iter().chain(&[0.0; 2]))
            .map(|(a, b)| f64::from(a - b))
            .collect();
        let length = moved.iter().map(|v| v * v).sum::<f64>().sqrt();
        (report.gradient_norm.expect("on the CPU"), length)
    };
    let (norm, length) = run(0.0);
    // A step as long as the gradient, to the 1e-5 of |g| / epsilon and the roundings of weights of size 1.
    assert!(norm > 0.2 && (length - norm).abs() < 1e-5);
    let (reported, clipped) = run(0.1);
    assert!(reported == norm && (clipped - 0.1).abs() < 1e-5);
    assert_eq!(run(1e3), (norm, length));
}
