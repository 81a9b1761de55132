//! The fused loops: equal bits to plain twins compiled for the bare target, for slices of any length.
//!
//! The twins are written out here with the same operations in the same order. Compiled without the vector features of the
//! loops, they are what the plain path of the dispatch is.

use reparam_core::kernel::{
    Activation, AdamStep, activation_backward, adam_update, add_assign, add_rows, bernoulli_rows, bias_activation,
    math, scale_rows, sum_of_squares,
};
use reparam_core::noise::{Key, Noise};

const LANES: usize = 16;
/// Around each multiple of the vector widths, and past a block of `sum_of_squares`.
const LENGTHS: [usize; 16] = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 4097, 12_345];

fn normals(site: &str, n: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; n];
    Key::new(4).site(site).step(0).fill(Noise::StandardNormal, 0, &mut out);
    out
}

/// Normal draws with what is special among f32 numbers mixed in.
fn mixed(site: &str, n: usize) -> Vec<f32> {
    let special = [0.0, -0.0, 1e4, -1e4, 1e-40, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, 88.5, -87.5];
    let mut values: Vec<f32> = normals(site, n).iter().map(|v| 3.0 * v).collect();
    for (i, v) in values.iter_mut().enumerate() {
        if i % 7 == 3 {
            *v = special[(i / 7) % special.len()];
        }
    }
    values
}

/// Bits, with all NaN alike: which NaN comes out is not defined.
fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| if v.is_nan() { u32::MAX } else { v.to_bits() }).collect()
}

fn value_twin(activation: Activation, x: f32) -> f32 {
    match activation {
        Activation::Relu if x < 0.0 => 0.0,
        Activation::Identity | Activation::Relu => x,
        Activation::Tanh => math::tanh(x),
        Activation::Gelu => 0.5 * x * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2)),
        Activation::Silu => x * math::sigmoid(x),
    }
}

fn slope_twin(activation: Activation, saved: f32) -> f32 {
    match activation {
        Activation::Identity => 1.0,
        Activation::Relu => f32::from(u8::from(saved > 0.0)),
        Activation::Tanh => 1.0 - saved * saved,
        Activation::Gelu => {
            let cdf = 0.5 * (1.0 + math::erf(saved * std::f32::consts::FRAC_1_SQRT_2));
            (saved * 0.398_942_28).mul_add(math::exp(-0.5 * saved * saved), cdf)
        }
        Activation::Silu => {
            let s = math::sigmoid(saved);
            s * saved.mul_add(1.0 - s, 1.0)
        }
    }
}

const ALL: [Activation; 5] =
    [Activation::Identity, Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Silu];

#[test]
fn activations_equal_their_twins_to_the_bit() {
    for activation in ALL {
        for width in LENGTHS {
            for rows in [0, 1, 3] {
                let y = mixed("y", rows * width);
                let bias = normals("bias", width);
                let (mut found, mut input) = (y.clone(), vec![0.0; y.len()]);
                bias_activation(activation, &mut found, &bias, &mut input);
                let shifted: Vec<f32> = y.iter().enumerate().map(|(i, y)| y + bias[i % width]).collect();
                let twin: Vec<f32> = shifted.iter().map(|x| value_twin(activation, *x)).collect();
                assert_eq!(bits(&found), bits(&twin), "{activation:?}, {width}");
                assert_eq!(bits(&input), bits(&shifted));
                let gradient = mixed("gradient", y.len());
                let saved = if activation.slope_needs_input() { &shifted } else { &twin };
                let mut found = gradient.clone();
                activation_backward(activation, &mut found, saved);
                let twin: Vec<f32> = gradient
                    .iter()
                    .zip(saved)
                    .map(|(g, s)| if activation == Activation::Identity { *g } else { g * slope_twin(activation, *s) })
                    .collect();
                assert_eq!(bits(&found), bits(&twin), "{activation:?}, {width}");
            }
        }
        // No bias: one row of any length; no input kept.
        let mut found = mixed("y", 37);
        let twin: Vec<f32> = found.iter().map(|x| value_twin(activation, *x)).collect();
        bias_activation(activation, &mut found, &[], &mut []);
        assert_eq!(bits(&found), bits(&twin));
    }
}

#[test]
fn a_nan_comes_out_of_every_activation() {
    for activation in ALL {
        let mut y = vec![f32::NAN; 19];
        bias_activation(activation, &mut y, &[], &mut []);
        assert!(y.iter().all(|y| y.is_nan()), "{activation:?}");
    }
}

fn element_twin(l: f32, x: f32) -> (f32, f32) {
    let u = math::exp(-l.abs());
    let positive = if l > 0.0 { l } else { 0.0 };
    let value = x.mul_add(l, -(positive + math::log1p_unit(u)));
    let numerator = if l >= 0.0 { 1.0 } else { u };
    (value, x - numerator / (1.0 + u))
}

#[test]
fn bernoulli_rows_equal_their_twin_to_the_bit() {
    for width in LENGTHS {
        let rows = 3;
        let (logits, x) = (mixed("logits", rows * width), mixed("x", rows * width));
        let (mut slope, mut sums) = (vec![7.0; rows * width], vec![7.0; rows]);
        bernoulli_rows(&logits, &x, width, &mut slope, &mut sums);
        let mut without = vec![7.0; rows];
        bernoulli_rows(&logits, &x, width, &mut [], &mut without);
        assert_eq!(bits(&sums), bits(&without));
        for row in 0..rows {
            let mut lanes = [0.0_f32; LANES];
            let mut rest = 0.0_f32;
            for j in 0..width {
                let at = row * width + j;
                let (value, derivative) = element_twin(logits[at], x[at]);
                assert_eq!(bits(&slope[at..=at]), bits(&[derivative]), "width {width}");
                if j < width / LANES * LANES {
                    lanes[j % LANES] += value;
                } else {
                    rest += value;
                }
            }
            let sum = lanes.iter().sum::<f32>() + rest;
            assert_eq!(bits(&sums[row..=row]), bits(&[sum]), "width {width}");
        }
    }
}

#[test]
fn sums_and_products_equal_their_twins_to_the_bit() {
    for n in LENGTHS {
        let rows = 5;
        let values = mixed("values", rows * n);
        let start = normals("start", n);
        let mut found = start.clone();
        add_rows(&values, &mut found);
        let mut twin = start.clone();
        for row in 0..rows {
            for j in 0..n {
                twin[j] += values[row * n + j];
            }
        }
        assert_eq!(bits(&found), bits(&twin));
        let mut found = start.clone();
        add_assign(&mut found, &values[..n]);
        let twin: Vec<f32> = start.iter().zip(&values).map(|(a, b)| a + b).collect();
        assert_eq!(bits(&found), bits(&twin));
        let factors = normals("factors", rows);
        let mut found = values.clone();
        scale_rows(&mut found, n, &factors);
        let twin: Vec<f32> = (0..values.len()).map(|i| values[i] * factors[i / n]).collect();
        assert_eq!(bits(&found), bits(&twin));
    }
}

#[test]
fn the_sum_of_squares_is_that_of_its_twin_and_right_to_its_lanes() {
    for n in LENGTHS {
        let a = normals("a", n);
        let mut twin = 0.0_f64;
        for block in a.chunks(4096) {
            let whole = block.len() / LANES * LANES;
            let mut lanes = [0.0_f32; LANES];
            for (j, v) in block[..whole].iter().enumerate() {
                lanes[j % LANES] = v.mul_add(*v, lanes[j % LANES]);
            }
            let mut sum: f64 = lanes.iter().map(|l| f64::from(*l)).sum();
            for v in &block[whole..] {
                sum += f64::from(*v) * f64::from(*v);
            }
            twin += sum;
        }
        let found = sum_of_squares(&a);
        assert_eq!(found.to_bits(), twin.to_bits());
        // 256 fused additions of positive terms in each lane: at most 256 u = 1.5e-5 relative.
        let truth: f64 = a.iter().map(|v| f64::from(*v).powi(2)).sum();
        assert!((found - truth).abs() <= 1.6e-5 * truth);
    }
    assert!(sum_of_squares(&[1.0, f32::NAN, 2.0]).is_nan());
    assert!(sum_of_squares(&mixed("a", 100)).is_nan());
}

#[test]
fn adam_equals_its_twin_to_the_bit() {
    let step = AdamStep {
        learning_rate: 2e-3,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.1,
        correction1: 0.19,
        correction2: 0.002,
        gradient_scale: 0.3,
    };
    for n in LENGTHS {
        let (w, g) = (normals("w", n), normals("g", n));
        let m = normals("m", n);
        let v: Vec<f32> = normals("v", n).iter().map(|v| v * v).collect();
        let (mut found_w, mut found_m, mut found_v) = (w.clone(), m.clone(), v.clone());
        adam_update(step, &mut found_w, &mut found_m, &mut found_v, &g);
        let keep = 1.0 - step.learning_rate * step.weight_decay;
        let rate = step.learning_rate / step.correction1;
        let root = 1.0 / step.correction2.sqrt();
        for i in 0..n {
            let g = g[i] * step.gradient_scale;
            let m = step.beta1.mul_add(m[i], (1.0 - step.beta1) * g);
            let v = step.beta2.mul_add(v[i], (1.0 - step.beta2) * (g * g));
            let denominator = v.sqrt().mul_add(root, step.epsilon);
            let w = keep.mul_add(w[i], -rate * (m / denominator));
            assert_eq!(bits(&[w, m, v]), bits(&[found_w[i], found_m[i], found_v[i]]), "{n}, {i}");
        }
    }
}

#[test]
#[should_panic(expected = "rows must be as long as the bias")]
fn a_bias_of_another_length_is_refused() {
    bias_activation(Activation::Relu, &mut [0.0; 5], &[0.0; 2], &mut []);
}
