//! Runs a kernel over the memory of CPU tensors, in parallel.

use burn::backend::Flex;
use burn::tensor::{DType, Element, Tensor, TensorData};
use bytemuck::Pod;
use rayon::prelude::*;

use super::Kernel;

/// Elements a task takes: enough to outweigh the hand-over (about 5 us) at 5 ns and more an element.
const CHUNK: usize = 4096;

/// Value, and the slopes that were asked for.
pub(super) type Attached<const D: usize, const N: usize> = (Tensor<D>, [Option<Tensor<D>>; N]);

/// The kernel over `parents`, which have one shape, or `None` when they are not CPU tensors of `f32` or `f64`.
///
/// The results are constants. Slopes are kept for the parents in `wanted` alone.
pub(super) fn run<const D: usize, const N: usize>(
    parents: &[Tensor<D>; N],
    wanted: [bool; N],
    kernel: &impl Kernel<N>,
) -> Option<Attached<D, N>> {
    let first = parents.first()?;
    if parents.iter().any(|p| p.dtype() != first.dtype()) {
        return None;
    }
    match first.dtype() {
        DType::F32 => run_as::<f32, D, N>(parents, wanted, kernel),
        DType::F64 => run_as::<f64, D, N>(parents, wanted, kernel),
        _ => None,
    }
}

/// The two element types, with their conversions; kernels compute in `f64`.
trait Real: Element + Pod {
    fn wide(self) -> f64;
    fn narrow(x: f64) -> Self;
}

impl Real for f32 {
    fn wide(self) -> f64 {
        self.into()
    }
    fn narrow(x: f64) -> Self {
        x as f32
    }
}

impl Real for f64 {
    fn wide(self) -> f64 {
        self
    }
    fn narrow(x: f64) -> Self {
        x
    }
}

fn run_as<T: Real, const D: usize, const N: usize>(
    parents: &[Tensor<D>; N],
    wanted: [bool; N],
    kernel: &impl Kernel<N>,
) -> Option<Attached<D, N>> {
    let dims = parents[0].dims();
    let mut primitives = Vec::with_capacity(N);
    for parent in parents {
        primitives.push(parent.clone().inner().try_into_primitive::<Flex>().ok()?.to_contiguous());
    }
    let mut inputs: [&[T]; N] = [&[]; N];
    for (input, primitive) in inputs.iter_mut().zip(&primitives) {
        *input = primitive.as_slice::<T>()?;
    }
    let length = inputs[0].len();
    let mut value = vec![T::narrow(0.0); length];
    let mut slopes = wanted.map(|w| vec![T::narrow(0.0); if w { length } else { 0 }]);

    let with_slopes = wanted.contains(&true);
    let task = |(place, (value, mut slopes)): (usize, Pieces<'_, T, N>)| {
        for (i, value) in value.iter_mut().enumerate() {
            let at = inputs.map(|x| x[place * CHUNK + i].wide());
            if !with_slopes {
                *value = T::narrow(kernel.value(at));
                continue;
            }
            let point = kernel.point(at);
            *value = T::narrow(point.value);
            for (out, slope) in slopes.iter_mut().zip(point.slopes) {
                if let Some(out) = out.get_mut(i) {
                    *out = T::narrow(slope);
                }
            }
        }
    };
    let pieces: Vec<_> = cut(&mut value, &mut slopes).into_iter().enumerate().collect();
    if pieces.len() > 1 {
        pieces.into_par_iter().for_each(task);
    } else {
        pieces.into_iter().for_each(task);
    }

    let device = parents[0].device().without_autodiff();
    let tensor = |values| Tensor::from_data(TensorData::new(values, dims), (&device, T::dtype()));
    let mut kept = wanted.into_iter();
    let slopes = slopes.map(|s| kept.next().unwrap_or(false).then(|| tensor(s)));
    Some((tensor(value), slopes))
}

/// One task's part of the value and of each slope; a slope that nobody asked for is empty.
type Pieces<'a, T, const N: usize> = (&'a mut [T], [&'a mut [T]; N]);

fn cut<'a, T, const N: usize>(value: &'a mut [T], slopes: &'a mut [Vec<T>; N]) -> Vec<Pieces<'a, T, N>> {
    let mut rest = slopes.each_mut().map(|s| s.chunks_mut(CHUNK));
    value.chunks_mut(CHUNK).map(|v| (v, rest.each_mut().map(|r| r.next().unwrap_or_default()))).collect()
}
