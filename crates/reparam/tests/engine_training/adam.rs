//! Adam and `AdamW` against their papers in f64, and the two forms of the optimiser against each other.

use burn::tensor::{Device, Tensor};
use reparam::nn::{Activation, Linear};
use reparam::train::{Adam, AdamConfig, GradientScale};
use reparam_core::noise::Key;

use crate::support::{UNIT, normals, numbers, tensor};

const SIZES: [usize; 2] = [5 * 7, 7];

fn layer() -> Linear {
    let key = Key::new(1);
    Linear::new(5, 7, Activation::Identity, key, &Device::flex()).with_bias(&normals("bias", 7))
}

fn flat(layer: &Linear) -> Vec<f32> {
    [numbers(layer.weight.val()), numbers(layer.bias.val())].concat()
}

fn gradients(step: usize) -> Vec<Option<Tensor<1>>> {
    let all = normals(&format!("gradient {step}"), SIZES[0] + SIZES[1]);
    let (weight, bias) = all.split_at(SIZES[0]);
    vec![Some(tensor(weight, [SIZES[0]])), Some(tensor(bias, [SIZES[1]]))]
}

/// Algorithm 1 of Kingma and Ba 2015, with line 12 of algorithm 2 of Loshchilov and Hutter 2019 (the decay times the learning rate).
fn paper(config: AdamConfig, start: &[f32], rate: f64, steps: usize) -> Vec<f64> {
    let mut weights: Vec<f64> = start.iter().map(|w| f64::from(*w)).collect();
    let (mut m, mut v) = (vec![0.0; weights.len()], vec![0.0; weights.len()]);
    for t in 1..=steps {
        let g = normals(&format!("gradient {}", t - 1), weights.len());
        for i in 0..weights.len() {
            let g = f64::from(g[i]);
            m[i] = config.beta1 * m[i] + (1.0 - config.beta1) * g;
            v[i] = config.beta2 * v[i] + (1.0 - config.beta2) * g * g;
            let m_hat = m[i] / (1.0 - config.beta1.powi(t as i32));
            let v_hat: f64 = v[i] / (1.0 - config.beta2.powi(t as i32));
            weights[i] -= rate * (m_hat / (v_hat.sqrt() + config.epsilon) + config.weight_decay * weights[i]);
        }
    }
    weights
}

/// In a step the second moment gathers 2 u of relative error, 200 u after 100 steps, its root 100 u; the first moment, with a memory of
/// ten steps, 20 u of the largest gradient. A step is at most 3 learning rates long here, and adds a rounding of the weight (below 4).
const fn tolerance(rate: f64, steps: f64) -> f64 {
    steps * (rate * 3.0 * 130.0 * UNIT + 4.0 * UNIT)
}

#[test]
fn a_hundred_steps_are_those_of_the_papers() {
    let (device, rate) = (Device::flex(), 0.01);
    for weight_decay in [0.0, 0.1] {
        let config = AdamConfig { weight_decay, ..AdamConfig::default() };
        let start = flat(&layer());
        let truth = paper(config, &start, rate, 100);
        for on_tensors in [false, true] {
            let mut adam = Adam::new(config, &SIZES, &device);
            if on_tensors {
                adam = adam.on_tensors(&device);
            }
            let mut model = layer();
            for step in 0..100 {
                model = adam.step(model, gradients(step), rate, GradientScale::Host(1.0));
            }
            assert_eq!(adam.applied(), 100);
            let worst = (flat(&model).iter().zip(&truth)).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
            println!("decay {weight_decay}, tensors {on_tensors}: off by {worst:e}");
            assert!(worst < tolerance(rate, 100.0), "{worst:e}");
            // Negative control: without the decay, or with it, the weights are elsewhere.
            let other = AdamConfig { weight_decay: 0.1 - weight_decay, ..config };
            let other = paper(other, &start, rate, 100);
            assert!((other[0] - truth[0]).abs() > 10.0 * tolerance(rate, 100.0));
        }
    }
}

/// The corrected moments of the first step are g and g², whatever the constants: the step is `rate · g / (|g| + epsilon)`. A constant
/// rounded to f32 in one place and not in another shows here.
#[test]
fn the_first_step_is_one_learning_rate_long() {
    let device = Device::flex();
    for (beta1, beta2) in [(0.9, 0.999), (0.95, 0.9999), (0.5, 0.9)] {
        for on_tensors in [false, true] {
            let config = AdamConfig { beta1, beta2, ..AdamConfig::default() };
            let mut adam = Adam::new(config, &SIZES, &device);
            if on_tensors {
                adam = adam.on_tensors(&device);
            }
            let mut model = layer();
            model.weight = burn::module::Param::from_tensor(Tensor::zeros([5, 7], &device));
            let model = adam.step(model, gradients(0), 0.01, GradientScale::Host(1.0));
            for (w, g) in numbers(model.weight.val()).iter().zip(&normals("gradient 0", 42)) {
                let step = -0.01 * f64::from(g.signum());
                // Ten roundings, and epsilon against gradients of at least 1e-3.
                let off = (f64::from(*w) / step - 1.0).abs();
                assert!(
                    off < 10.0 * UNIT + 1e-5 * f64::from(u8::from(g.abs() < 1e-3)) + 1e-8 / f64::from(g.abs()),
                    "{beta2}: {off:e}"
                );
            }
        }
    }
}

#[test]
fn slices_and_tensors_agree_step_by_step_also_with_a_scale() {
    let device = Device::flex();
    let config = AdamConfig { weight_decay: 0.05, ..AdamConfig::default() };
    let mut slices = Adam::new(config, &SIZES, &device);
    let mut tensors = slices.clone().on_tensors(&device);
    let (mut a, mut b) = (layer(), layer());
    for step in 0..20 {
        let scale = 1.0 / (1.0 + step as f32);
        a = slices.step(a, gradients(step), 0.01, GradientScale::Host(scale));
        let on_device = GradientScale::Device(tensor(&[scale], [1]), tensor(&[1.0], [1]));
        b = tensors.step(b, gradients(step), 0.01, on_device);
        for (a, b) in flat(&a).iter().zip(&flat(&b)) {
            assert!(f64::from((a - b).abs()) < tolerance(0.01, step as f64 + 1.0));
        }
    }
    for (a, b) in slices.state().iter().flatten().zip(tensors.state().iter().flatten()) {
        for (a, b) in a.iter().zip(b) {
            assert!(f64::from((a - b).abs()) < 40.0 * UNIT * 4.0);
        }
    }
}

#[test]
fn a_step_skipped_on_the_device_changes_nothing() {
    let device = Device::flex();
    let mut adam = Adam::new(AdamConfig::default(), &SIZES, &device).on_tensors(&device);
    let model = adam.step(layer(), gradients(0), 0.01, GradientScale::Host(1.0));
    let (weights, state) = (flat(&model), adam.state());
    for poison in [f32::NAN, f32::INFINITY] {
        let bad: Vec<Option<Tensor<1>>> = SIZES
            .iter()
            .map(|&n| {
                let mut g = normals("bad", n);
                g[n / 2] = poison;
                Some(tensor(&g, [n]))
            })
            .collect();
        for scale in [1.0, f32::NAN, 0.0] {
            let skip = GradientScale::Device(tensor(&[scale], [1]), tensor(&[0.0], [1]));
            let after = adam.step(model.clone(), bad.clone(), 0.01, skip);
            assert_eq!(flat(&after), weights);
            assert_eq!(adam.state(), state);
        }
        // Negative control: applied, it does harm.
        let apply = GradientScale::Device(tensor(&[1.0], [1]), tensor(&[1.0], [1]));
        let harmed = adam.clone().step(model.clone(), bad, 0.01, apply);
        assert!(flat(&harmed).iter().any(|w| w.is_nan()));
    }
}

#[test]
fn a_parameter_without_a_gradient_stays_and_a_stored_state_goes_on_exactly() {
    let device = Device::flex();
    for on_tensors in [false, true] {
        let mut adam = Adam::new(AdamConfig::default(), &SIZES, &device);
        if on_tensors {
            adam = adam.on_tensors(&device);
        }
        let bias = numbers(layer().bias.val());
        let mut only_weight = gradients(0);
        only_weight[1] = None;
        let model = adam.step(layer(), only_weight, 0.01, GradientScale::Host(1.0));
        assert_eq!(numbers(model.bias.val()), bias);
        assert!(adam.state()[1].iter().flatten().all(|m| *m == 0.0));
        let mut other = Adam::new(AdamConfig::default(), &SIZES, &device);
        if on_tensors {
            other = other.on_tensors(&device);
        }
        assert!(!other.restore(vec![], 1, &device) && other.applied() == 0);
        assert!(other.restore(adam.state(), adam.applied(), &device));
        let a = adam.step(model.clone(), gradients(1), 0.01, GradientScale::Host(1.0));
        let b = other.step(model, gradients(1), 0.01, GradientScale::Host(1.0));
        assert_eq!((flat(&a), adam.state()), (flat(&b), other.state()));
    }
}
