//! Adam and `AdamW`: moments and weights in one pass.

use super::dispatch::multiversion;

/// The numbers of one step of Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019,
/// algorithm 2, line 12; 0 is plain Adam).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Learning rate of this step.
    pub learning_rate: f32,
    /// Decay of the first moment.
    pub beta1: f32,
    /// Decay of the second moment.
    pub beta2: f32,
    /// Added to the root of the second moment, after the bias correction.
    pub epsilon: f32,
    /// Decoupled weight decay, multiplied by the learning rate.
    pub weight_decay: f32,
    /// `1 - beta1^t`.
    pub correction1: f32,
    /// `1 - beta2^t`.
    pub correction2: f32,
    /// Factor on the gradient, for clipping by norm.
    pub gradient_scale: f32,
}

multiversion! {
    /// Updates weights and moments in place from a gradient; the four slices are equally long.
    pub fn adam_update(step: AdamStep, weights: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
        let keep = 1.0 - step.learning_rate * step.weight_decay;
        let rate = step.learning_rate / step.correction1;
        let root = 1.0 / step.correction2.sqrt();
        let (mix1, mix2) = (1.0 - step.beta1, 1.0 - step.beta2);
        for (((w, m), v), g) in weights.iter_mut().zip(first).zip(second).zip(gradient) {
            let g = g * step.gradient_scale;
            *m = step.beta1.mul_add(*m, mix1 * g);
            *v = step.beta2.mul_add(*v, mix2 * (g * g));
            let denominator = v.sqrt().mul_add(root, step.epsilon);
            *w = keep.mul_add(*w, -rate * (*m / denominator));
        }
    }
}
