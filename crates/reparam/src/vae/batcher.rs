//! The tensors of a shard: data and noise.

use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::{Key, Noise};

use super::{Binarization, Rows};
use crate::objective::ShardBatch;

/// Makes the tensors of a shard.
pub(super) struct Batcher<'a> {
    pub rows: Rows<'a>,
    pub binarization: Binarization,
    pub device: &'a Device,
    pub key: Key,
}

impl Batcher<'_> {
    /// The pixels of the rows `part` of a batch with these indices.
    pub fn pixels(&self, indices: &[usize], part: std::ops::Range<usize>, step: u64) -> Tensor<2> {
        self.rows.batch(&indices[part.clone()], part.start, self.binarization, self.key, step, self.device)
    }

    /// The rows `part` of a batch with these indices; `noise` is `[draws, latents]`.
    pub fn shard(
        &self,
        indices: &[usize],
        part: std::ops::Range<usize>,
        step: u64,
        [draws, latents]: [usize; 2],
    ) -> ShardBatch {
        let target = self.pixels(indices, part.clone(), step);
        let n = part.len();
        // Index: draw, place in the whole batch, latent. The cut into shards does not move a number.
        let mut noise = vec![0.0_f32; draws * n * latents];
        let stream = self.key.site("posterior").step(step);
        for (d, block) in noise.chunks_exact_mut((n * latents).max(1)).enumerate() {
            let first = (d * indices.len() + part.start) * latents;
            stream.fill(Noise::StandardNormal, first as u64, block);
        }
        let noise = Tensor::from_data(TensorData::new(noise, [draws, n, latents]), self.device);
        ShardBatch { input: target.clone(), target, noise, batch_rows: indices.len() }
    }
}
