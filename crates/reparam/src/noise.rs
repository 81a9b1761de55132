//! Noise tensors from keyed streams: the same numbers on every device.
//!
//! Draws are made on the host by [`reparam_core::noise`], which depends on (seed, site, step, index) alone, and sent to the device. Burn's
//! own generator is one global, locked stream and is not used.
//!
//! ```
//! use burn::tensor::Device;
//! use reparam::noise::{self, Key, Noise};
//! let stream = Key::new(7).site("latent").step(0);
//! let plain = noise::tensor::<2>(&stream, Noise::StandardNormal, [3, 4], &Device::flex());
//! let tracked = noise::tensor::<2>(&stream, Noise::StandardNormal, [3, 4], &Device::flex().autodiff());
//! assert_eq!(plain.into_data(), tracked.into_data());
//! ```

use burn::tensor::{DType, Element, Shape, Tensor, TensorCreationOptions, TensorData};
pub use reparam_core::noise::{Key, Noise, NoiseFloat, Plan, PlannedStream, Stream};

/// Where noise comes from: a [`Stream`], or one with a [`Plan`] such as antithetic pairs.
///
/// ```
/// use reparam::noise::{Key, Noise, Source};
/// let mut draws = [0.0_f32; 3];
/// Key::new(0).site("x").step(0).fill_from(Noise::Uniform, 0, &mut draws);
/// assert!(draws.iter().all(|u| *u > 0.0 && *u < 1.0));
/// ```
pub trait Source {
    /// Writes the draws from index `first` on to `out`, on the threads of the current pool.
    fn fill_from<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]);

    /// The stream itself, for laws that draw from it by a method of their own, such as rejection.
    ///
    /// `None` where a [`Plan`] ties draws to each other: only base noise can be mirrored.
    fn stream(&self) -> Option<Stream>;
}

impl Source for Stream {
    fn fill_from<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]) {
        self.fill_parallel(noise, first, out);
    }

    fn stream(&self) -> Option<Stream> {
        Some(*self)
    }
}

impl Source for PlannedStream {
    fn fill_from<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]) {
        self.fill_parallel(noise, first, out);
    }

    fn stream(&self) -> Option<Stream> {
        matches!(self.plan(), Plan::Independent | Plan::Common).then(|| PlannedStream::stream(self))
    }
}

/// A tensor of the stream's first draws, in row-major order: element `i` is draw `i`.
///
/// `options` is a device, or `(device, dtype)`. A tensor of `f64` holds the stream's `f64` draws, any other float type its `f32` draws.
pub fn tensor<const D: usize>(
    source: &impl Source,
    noise: Noise,
    shape: impl Into<Shape>,
    options: impl Into<TensorCreationOptions>,
) -> Tensor<D> {
    let options = options.into();
    let dtype = options.dtype.unwrap_or_else(|| options.device.settings().float_dtype.into());
    let shape = shape.into();
    let data = match dtype {
        DType::F64 => fill::<f64>(source, noise, shape),
        _ => fill::<f32>(source, noise, shape),
    };
    Tensor::from_data(data, (&options.device, dtype))
}

fn fill<T: NoiseFloat + Element>(source: &impl Source, noise: Noise, shape: Shape) -> TensorData {
    let mut draws = vec![T::default(); shape.num_elements()];
    source.fill_from(noise, 0, &mut draws);
    TensorData::new(draws, shape)
}
