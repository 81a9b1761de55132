//! Rows of pixels, and how they become batches.

use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::{Key, Noise};
use serde::{Deserialize, Serialize};

/// Whether and when intensities become zeros and ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binarization {
    /// A fresh draw of each pixel with its intensity as probability, at every step: the usual protocol for MNIST
    /// (Salakhutdinov and Murray 2008; Burda et al. 2016).
    #[default]
    Dynamic,
    /// One such draw for the whole run, as in the fixed binarised MNIST (Larochelle and Murray 2011).
    Fixed,
    /// The intensities themselves.
    None,
}

/// A matrix of pixels, one image a row.
///
/// ```
/// use reparam::vae::Rows;
/// let rows = Rows::new(&[0.0, 1.0, 0.5, 0.5], 2);
/// assert_eq!((rows.len(), rows.row(1)), (2, &[0.5, 0.5][..]));
/// assert_eq!(rows.mean(), [0.25, 0.75]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pixels: &'a [f32],
    width: usize,
    numbers: Option<&'a [usize]>,
}

impl<'a> Rows<'a> {
    /// Rows of `width` pixels.
    ///
    /// # Panics
    /// When `width` is 0 or does not divide the number of pixels.
    #[must_use]
    pub fn new(pixels: &'a [f32], width: usize) -> Self {
        assert!(width > 0 && pixels.len().is_multiple_of(width), "{} pixels are no rows of {width}", pixels.len());
        Self { pixels, width, numbers: None }
    }

    /// The same rows with the numbers that they have elsewhere, in a file of which they are a part: evaluation keys the noise of a row by
    /// its number, so that the row has the same noise in every selection. Without them the first row has number 0.
    ///
    /// # Panics
    /// When there are not as many numbers as rows.
    #[must_use]
    pub fn with_numbers(self, numbers: &'a [usize]) -> Self {
        assert_eq!(numbers.len(), self.len(), "one number for each row");
        Self { numbers: Some(numbers), ..self }
    }

    /// The number of a row.
    #[must_use]
    pub fn number(&self, i: usize) -> u64 {
        self.numbers.map_or(i, |numbers| numbers[i]) as u64
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// Pixels in a row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// One row.
    #[must_use]
    pub fn row(&self, i: usize) -> &'a [f32] {
        &self.pixels[i * self.width..(i + 1) * self.width]
    }

    /// The first rows.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let count = count.min(self.len());
        let numbers = self.numbers.map(|numbers| &numbers[..count]);
        Self { pixels: &self.pixels[..count * self.width], width: self.width, numbers }
    }

    /// The mean of each pixel over all rows.
    #[must_use]
    pub fn mean(&self) -> Vec<f32> {
        let mut sum = vec![0.0_f64; self.width];
        for i in 0..self.len() {
            for (s, x) in sum.iter_mut().zip(self.row(i)) {
                *s += f64::from(*x);
            }
        }
        sum.iter().map(|s| (s / self.len().max(1) as f64) as f32).collect()
    }

    /// The rows of this range as [`super::evaluate`] judges them with this seed, row-major: binarised once where `binarization` says so,
    /// each row by draws that depend on the seed and the row's number alone.
    #[must_use]
    pub fn judged(&self, range: std::ops::Range<usize>, binarization: Binarization, seed: u64) -> Vec<f32> {
        let key = evaluation_key(seed).site("binarize");
        let mut values = Vec::with_capacity(range.len() * self.width);
        let mut uniform = vec![0.0_f32; self.width];
        for i in range {
            values.extend_from_slice(self.row(i));
            if binarization != Binarization::None {
                key.number(self.number(i)).step(0).fill(Noise::Uniform, 0, &mut uniform);
                let start = values.len() - self.width;
                threshold(&mut values[start..], &uniform);
            }
        }
        values
    }

    /// A batch of the rows with these indices; `places` are the places of the rows in the whole batch, which key the noise.
    ///
    /// The same row at the same place of the same step has the same pixels however the batch is cut into shards.
    #[must_use]
    pub fn batch(
        &self,
        indices: &[usize],
        first_place: usize,
        binarization: Binarization,
        key: Key,
        step: u64,
        device: &Device,
    ) -> Tensor<2> {
        let mut values = Vec::with_capacity(indices.len() * self.width);
        for &i in indices {
            values.extend_from_slice(self.row(i));
        }
        let width = self.width as u64;
        match binarization {
            Binarization::None => {}
            Binarization::Dynamic => {
                let mut uniform = vec![0.0_f32; values.len()];
                key.site("binarize").step(step).fill(Noise::Uniform, first_place as u64 * width, &mut uniform);
                threshold(&mut values, &uniform);
            }
            Binarization::Fixed => {
                let stream = key.site("binarize-once").step(0);
                let mut uniform = vec![0.0_f32; self.width];
                for (row, &i) in values.chunks_exact_mut(self.width).zip(indices) {
                    stream.fill(Noise::Uniform, i as u64 * width, &mut uniform);
                    threshold(row, &uniform);
                }
            }
        }
        Tensor::from_data(TensorData::new(values, [indices.len(), self.width]), device)
    }
}

/// Where the noise of evaluation comes from.
pub(super) const fn evaluation_key(seed: u64) -> Key {
    Key::new(seed).site("evaluate")
}

/// 1 where the draw falls below the intensity, which then is its probability.
fn threshold(values: &mut [f32], uniform: &[f32]) {
    for (v, u) in values.iter_mut().zip(uniform) {
        *v = if *u < *v { 1.0 } else { 0.0 };
    }
}
