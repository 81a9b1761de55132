//! The posterior of a cell's latents, and how those of several modalities become one.

use burn::tensor::{Tensor, activation};
use reparam_core::noise::Stream;

use super::{Angle, CellConfig, Experts};
use crate::objective::DiagonalNormal;

/// Independent normals, and an angle where the model has one, a row a cell.
#[derive(Clone, Debug)]
pub struct CellPosterior {
    /// The normal latents, `[N, L]`.
    pub normal: DiagonalNormal,
    /// The angle.
    pub angle: Option<Angle>,
}

impl CellPosterior {
    /// From an encoder's output, `[N, 2 L]` or with an angle `[N, 2 L + 2]`.
    #[must_use]
    pub fn from_encoder(output: Tensor<2>, latents: usize, cycle: bool) -> Self {
        let [n, width] = output.dims();
        let normal = DiagonalNormal::from_encoder(output.clone().slice([0..n, 0..2 * latents]));
        let angle = cycle.then(|| Angle::new(output.slice([0..n, 2 * latents..width])));
        Self { normal, angle }
    }

    /// KL from the prior, a number a cell: of the normals `[N]`, and of the angle.
    #[must_use]
    pub fn kl(&self) -> (Tensor<1>, Option<Tensor<1>>) {
        let normal = self.normal.kl_per_latent().sum_dim(1).flatten(0, 1);
        (normal, self.angle.as_ref().map(Angle::kl))
    }

    /// Draws `[S, N, L]` and with an angle `[S, N, L + 2]`; `noise` is that of the normals, `[S, N, L]`.
    #[must_use]
    pub fn rsample(&self, noise: Tensor<3>, angle_noise: &dyn Fn(usize, usize) -> (Stream, u64)) -> Tensor<3> {
        let draws = noise.dims()[0];
        let normal = self.normal.rsample(noise);
        match &self.angle {
            None => normal,
            Some(angle) => Tensor::cat(vec![normal, angle.rsample(draws, angle_noise)], 2),
        }
    }

    /// `log p(z) - log q(z)` of draws `[S, N, W]`: `[S N]`.
    #[must_use]
    pub fn log_prior_minus_log_posterior(&self, z: Tensor<3>) -> Tensor<1> {
        let [s, n, width] = z.dims();
        let latents = self.normal.loc.dims()[1];
        let x = z.clone().slice([0..s, 0..n, 0..latents]);
        let scale = self.normal.log_scale.clone().exp().unsqueeze::<3>();
        let deviation = (x.clone() - self.normal.loc.clone().unsqueeze::<3>()) / scale;
        let difference = (deviation.square() - x.square()) * 0.5 + self.normal.log_scale.clone().unsqueeze::<3>();
        let normal = difference.sum_dim(2).reshape([s * n]);
        match &self.angle {
            None => normal,
            Some(angle) => normal + angle.log_prior_minus_log_posterior(z.slice([0..s, 0..n, latents..width])),
        }
    }

    /// Location of the normals, then cosine and sine of the mean direction, `[N, W]`.
    #[must_use]
    pub fn mode(&self) -> Tensor<2> {
        let loc = self.normal.loc.clone();
        match &self.angle {
            None => loc,
            Some(angle) => Tensor::cat(vec![loc, angle.mode()], 1),
        }
    }
}

/// What the modalities say of a cell.
pub(super) struct Opinions {
    /// An encoder's output each, `[N, W]`.
    pub outputs: Vec<Tensor<2>>,
    /// 1 where the cell has the modality, `[N, 1]`.
    pub masks: Vec<Tensor<2>>,
    /// Logits of the weights, `[M]`, of an average.
    pub weights: Option<Tensor<1>>,
}

impl Opinions {
    /// One posterior. `pick` says which expert speaks for a cell of a mixture, 1 in its row and 0 elsewhere, `[N, 1]` for each modality.
    pub fn combine(self, config: &CellConfig, pick: Option<Vec<Tensor<2>>>) -> CellPosterior {
        let split = |output: Tensor<2>| CellPosterior::from_encoder(output, config.latents, config.cycle);
        if self.outputs.len() == 1 {
            // Without data a cell is as the prior says: output 0 is the standard normal and the uniform angle.
            let output = self.outputs.into_iter().zip(self.masks).map(|(o, m)| o * m).next();
            return output.map_or_else(|| unreachable!("one output"), split);
        }
        match (config.experts, pick) {
            (Experts::Product, _) => product(self.outputs.into_iter().map(split).zip(self.masks).collect()),
            (Experts::Average, _) => {
                let total = self.masks.len();
                let logits = self.weights.unwrap_or_else(|| Tensor::zeros([total], &self.masks[0].device()));
                let shares = activation::softmax(logits, 0);
                let weighted: Vec<Tensor<2>> = (0..total)
                    .map(|m| self.masks[m].clone() * shares.clone().narrow(0, m, 1).unsqueeze::<2>())
                    .collect();
                // A cell with no modality at all keeps weight 0 everywhere, which `average` takes for the prior.
                average(self.outputs.into_iter().map(split).zip(weighted).collect())
            }
            (Experts::Mixture, pick) => {
                let parts = self.outputs.into_iter().zip(pick.unwrap_or(self.masks)).map(|(o, m)| o * m);
                parts.reduce(|a, b| a + b).map_or_else(|| unreachable!("at least one output"), split)
            }
        }
    }
}

/// The product of the experts and the standard normal; of angles the sum of their natural parameters.
fn product(experts: Vec<(CellPosterior, Tensor<2>)>) -> CellPosterior {
    let mut precision: Option<Tensor<2>> = None;
    let mut pull: Option<Tensor<2>> = None;
    let mut natural: Option<Tensor<2>> = None;
    for (expert, mask) in experts {
        // Masked before the exponential: of an expert that does not speak even an infinity is 0.
        let weight = (expert.normal.log_scale * -2.0 * mask.clone()).exp() * mask.clone();
        let towards = expert.normal.loc * weight.clone();
        precision = Some(precision.map_or_else(|| weight.clone() + 1.0, |p| p + weight.clone()));
        pull = Some(add(pull, towards));
        if let Some(angle) = expert.angle {
            natural = Some(add(natural, angle.natural() * mask));
        }
    }
    let (Some(precision), Some(pull)) = (precision, pull) else { unreachable!("at least one expert") };
    let normal = DiagonalNormal { loc: pull / precision.clone(), log_scale: precision.log() * -0.5 };
    CellPosterior { normal, angle: natural.map(Angle::new) }
}

/// Averages of locations and of variances (a cell without weight gets the prior); of angles that of the natural parameters.
fn average(experts: Vec<(CellPosterior, Tensor<2>)>) -> CellPosterior {
    let total = experts.iter().map(|(_, w)| w.clone()).reduce(|a, b| a + b);
    let Some(total) = total else { unreachable!("at least one expert") };
    let nobody = total.clone().equal_elem(0.0).float();
    let share = (total + nobody.clone()).recip();
    let (mut loc, mut variance, mut natural) = (None, None, None);
    for (expert, weight) in experts {
        let weight = weight * share.clone();
        loc = Some(add(loc, expert.normal.loc * weight.clone()));
        // Masked before the exponential: of an expert that does not speak even an infinity is 0.
        let speaks = weight.clone().greater_elem(0.0).float();
        variance = Some(add(variance, (expert.normal.log_scale * 2.0 * speaks).exp() * weight.clone()));
        if let Some(angle) = expert.angle {
            natural = Some(add(natural, angle.natural() * weight));
        }
    }
    let (Some(loc), Some(variance)) = (loc, variance) else { unreachable!("at least one expert") };
    let normal = DiagonalNormal { loc, log_scale: (variance + nobody).log() * 0.5 };
    CellPosterior { normal, angle: natural.map(Angle::new) }
}

fn add(sum: Option<Tensor<2>>, term: Tensor<2>) -> Tensor<2> {
    match sum {
        None => term,
        Some(sum) => sum + term,
    }
}
