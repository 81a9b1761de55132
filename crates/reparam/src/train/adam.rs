//! Adam and `AdamW` over a whole module.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use reparam_core::kernel::{self, AdamStep};
use serde::{Deserialize, Serialize};

use super::numbers;
use crate::fused::{is_flex, slices};

/// Elements that one task updates: large enough to hide the hand-over, small enough to share out evenly.
const CHUNK: usize = 1 << 16;

/// The constants of Adam (Kingma and Ba 2015) and, with weight decay, `AdamW` (Loshchilov and Hutter 2019).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct AdamConfig {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment. The paper's 1e-8, not Burn's 1e-5.
    pub epsilon: f64,
    /// Decoupled weight decay, per unit of learning rate; 0 is plain Adam.
    pub weight_decay: f64,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// Moments of every parameter, in the module's order.
#[derive(Clone, Debug)]
enum Moments {
    /// On the CPU: plain buffers, updated in one pass with the weights.
    Slices(Vec<[Vec<f32>; 2]>),
    /// Elsewhere: tensors, flattened.
    Tensors(Vec<[Tensor<1>; 2]>),
}

/// The state of Adam.
#[derive(Clone, Debug)]
pub struct Adam {
    config: AdamConfig,
    moments: Moments,
    applied: u64,
}

impl Adam {
    /// Adam at its start for a module whose parameters have these sizes.
    #[must_use]
    pub fn new(config: AdamConfig, sizes: &[usize], device: &Device) -> Self {
        let moments = if is_flex(device) {
            Moments::Slices(sizes.iter().map(|&n| [vec![0.0; n], vec![0.0; n]]).collect())
        } else {
            Moments::Tensors(sizes.iter().map(|&n| [Tensor::zeros([n], device), Tensor::zeros([n], device)]).collect())
        };
        Self { config, moments, applied: 0 }
    }

    /// The same optimiser with its moments as tensors: what runs on other devices, for tests and comparison.
    #[must_use]
    pub fn on_tensors(self, device: &Device) -> Self {
        let moments = match self.moments {
            Moments::Slices(all) => Moments::Tensors(
                all.into_iter().map(|pair| pair.map(|m| Tensor::from_data(TensorData::from(&m[..]), device))).collect(),
            ),
            tensors @ Moments::Tensors(_) => tensors,
        };
        Self { moments, ..self }
    }

    /// Number of steps that were applied, by which the moments are corrected. Skipped steps do not count on the CPU; on other devices they
    /// do, because only the device knows of them, and the correction forgets them as it approaches 1.
    #[must_use]
    pub const fn applied(&self) -> u64 {
        self.applied
    }

    /// First and second moment of each parameter, for a checkpoint.
    #[must_use]
    pub fn state(&self) -> Vec<[Vec<f32>; 2]> {
        match &self.moments {
            Moments::Slices(all) => all.clone(),
            Moments::Tensors(all) => all.iter().map(|pair| pair.clone().map(numbers)).collect(),
        }
    }

    /// Continues from a stored state; `false`, and no change, when the sizes differ.
    #[must_use]
    pub fn restore(&mut self, state: Vec<[Vec<f32>; 2]>, applied: u64, device: &Device) -> bool {
        let sizes = |all: &[[Vec<f32>; 2]]| all.iter().map(|pair| [pair[0].len(), pair[1].len()]).collect::<Vec<_>>();
        if sizes(&state) != sizes(&self.state()) {
            return false;
        }
        let on_tensors = matches!(self.moments, Moments::Tensors(_));
        *self = Self { moments: Moments::Slices(state), applied, ..*self };
        if on_tensors {
            *self = self.clone().on_tensors(device);
        }
        true
    }

    fn next(&self, learning_rate: f64, gradient_scale: f32) -> AdamStep {
        let t = self.applied as f64 + 1.0;
        let (beta1, beta2) = (self.config.beta1 as f32, self.config.beta2 as f32);
        AdamStep {
            learning_rate: learning_rate as f32,
            beta1,
            beta2,
            epsilon: self.config.epsilon as f32,
            weight_decay: self.config.weight_decay as f32,
            // Of the constants as the loop has them: 1 - 0.999 in f32 is 1.3e-5 off that of the f64, and the moments with it.
            correction1: (1.0 - f64::from(beta1).powf(t)) as f32,
            correction2: (1.0 - f64::from(beta2).powf(t)) as f32,
            gradient_scale,
        }
    }

    /// The module after one step along these gradients (one a parameter, flattened; `None` leaves a parameter alone).
    ///
    /// `gradient_scale` multiplies every gradient, for clipping by norm; `keep`, on tensors, is 1 to apply the step and 0 to
    /// leave everything as it is without a read-back from the device.
    #[must_use]
    pub fn step<M: Module>(
        &mut self,
        model: M,
        gradients: Vec<Option<Tensor<1>>>,
        learning_rate: f64,
        gradient_scale: GradientScale,
    ) -> M {
        let host_scale = if let GradientScale::Host(scale) = &gradient_scale { *scale } else { 1.0 };
        let numbers = self.next(learning_rate, host_scale);
        let model = match &mut self.moments {
            Moments::Slices(moments) => {
                model.map(&mut SliceStep { numbers, moments: moments.iter_mut(), gradients: gradients.into_iter() })
            }
            Moments::Tensors(moments) => model.map(&mut TensorStep {
                numbers,
                scale: gradient_scale,
                moments: moments.iter_mut(),
                gradients: gradients.into_iter(),
            }),
        };
        self.applied += 1;
        model
    }
}

/// What the gradients are multiplied by before the step.
#[derive(Clone, Debug)]
// One is made a step: a box would cost more than the bytes.
#[allow(clippy::large_enum_variant)]
pub enum GradientScale {
    /// A number on the host.
    Host(f32),
    /// A number on the device, and 1 where the step is to be applied, 0 where it is to be skipped.
    Device(Tensor<1>, Tensor<1>),
}

struct SliceStep<'a> {
    numbers: AdamStep,
    moments: std::slice::IterMut<'a, [Vec<f32>; 2]>,
    gradients: std::vec::IntoIter<Option<Tensor<1>>>,
}

impl ModuleMapper for SliceStep<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (Some([first, second]), Some(Some(gradient))) = (self.moments.next(), self.gradients.next()) else {
            return param;
        };
        let numbers = self.numbers;
        let (id, value, mapper) = param.consume();
        let (Ok(mut weights), Ok(gradient)) = (flex(value.clone()), flex(gradient)) else {
            return Param::from_mapped_value(id, value, mapper);
        };
        // Releases the second handle, so that the weights are updated in place and not copied.
        drop(value);
        weights = slices::packed(weights);
        slices::with_slice(&gradient, |gradient| {
            weights
                .storage_mut::<f32>()
                .par_chunks_mut(CHUNK)
                .zip(first.par_chunks_mut(CHUNK))
                .zip(second.par_chunks_mut(CHUNK))
                .zip(gradient.par_chunks(CHUNK))
                .for_each(|(((w, m), v), g)| kernel::adam_update(numbers, w, m, v, g));
        });
        Param::from_mapped_value(id, Tensor::from_primitive::<Flex>(weights), mapper)
    }
}

fn flex<const D: usize>(tensor: Tensor<D>) -> Result<FloatTensor<Flex>, burn::tensor::PrimitiveConversionError> {
    tensor.try_into_primitive::<Flex>()
}

struct TensorStep<'a> {
    numbers: AdamStep,
    scale: GradientScale,
    moments: std::slice::IterMut<'a, [Tensor<1>; 2]>,
    gradients: std::vec::IntoIter<Option<Tensor<1>>>,
}

impl ModuleMapper for TensorStep<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (Some([first, second]), Some(Some(gradient))) = (self.moments.next(), self.gradients.next()) else {
            return param;
        };
        let n = self.numbers;
        let gradient = match &self.scale {
            GradientScale::Host(_) => gradient * n.gradient_scale,
            // A skipped step has a gradient that is not finite: 0 times it would be NaN, so it is replaced, not multiplied.
            GradientScale::Device(scale, keep) => {
                let skipped = keep.clone().equal_elem(0.0).expand(gradient.dims());
                (gradient * scale.clone()).mask_fill(skipped, 0.0)
            }
        };
        let m = first.clone() * n.beta1 + gradient.clone() * (1.0 - n.beta1);
        let v = second.clone() * n.beta2 + gradient.clone() * gradient * (1.0 - n.beta2);
        let update =
            m.clone() / (v.clone().sqrt() / n.correction2.sqrt() + n.epsilon) * (n.learning_rate / n.correction1);
        let blend = |old: Tensor<1>, new: Tensor<1>| match &self.scale {
            GradientScale::Host(_) => new,
            GradientScale::Device(_, keep) => {
                let skipped = keep.clone().equal_elem(0.0).expand(old.dims());
                new.mask_where(skipped, old)
            }
        };
        let weights = param.map(|value| {
            let shape = value.dims();
            let old = value.flatten::<1>(0, D - 1);
            let new = old.clone() * (1.0 - n.learning_rate * n.weight_decay) - update;
            blend(old, new).reshape(shape)
        });
        *first = blend(first.clone(), m);
        *second = blend(second.clone(), v);
        weights
    }
}
