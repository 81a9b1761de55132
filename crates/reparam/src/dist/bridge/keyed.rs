//! Draws of a keyed source by the `f64` law's own method, made on the host.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;
use reparam_core::law::{Law, Pathwise};

use super::{Built, Edge};
use crate::attach::{self, shape};
use crate::noise::{Source, Stream};

/// Elements a task takes; a draw with its derivatives costs 100 ns and more.
const CHUNK: usize = 1024;

/// Draws 0, 1, … of the source's stream, one for each element of shape `dims`, with `dz/dparameter`; made on the host by the law's fastest
/// method ([`Law::fill`]), so that they are the same on every device. `None` where a plan ties the draws to each other: it needs noise.
pub(in crate::dist) fn keyed<L: Pathwise, const D: usize, const N: usize>(
    parameters: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
    dims: [usize; D],
    source: &impl Source,
) -> Option<Tensor<D>> {
    let stream = source.stream()?;
    let parameters = parameters.map(|p| shape::fill(p, dims));
    let tracked = parameters.iter().any(Tensor::is_tracked);
    let (edge, columns) = (Edge::of(&parameters[0]), parameters.each_ref().map(numbers));
    let count = columns[0].len();
    let (mut value, mut rows) = (vec![f64::NAN; count], vec![f64::NAN; if tracked { count * N } else { 0 }]);
    let fill = |law: &L, first: u64, value: &mut [f64], rows: &mut [f64]| {
        if tracked {
            law.fill_pathwise(&stream, first, value, rows);
        } else {
            law.fill(&stream, first, value);
        }
        for z in value.iter_mut() {
            *z = edge.inside(law.support(), *z);
        }
        for (z, row) in value.iter().zip(rows.chunks_exact_mut(N)) {
            for slope in row {
                *slope = edge.slope(*z, *slope);
            }
        }
    };
    in_runs(&columns, &build, &mut value, &mut rows, fill);
    let send = |values: Vec<f64>| upload(values, dims, &parameters[0]);
    let slopes = |k: usize| send(rows.iter().skip(k).step_by(N).copied().collect());
    Some(if tracked {
        let slopes = std::array::from_fn(slopes);
        attach::attach(send(value), parameters, slopes)
    } else {
        send(value)
    })
}

/// [`keyed`] for a discrete law: constants.
pub(in crate::dist) fn keyed_steps<L: Law, const D: usize, const N: usize>(
    parameters: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
    dims: [usize; D],
    source: &impl Source,
) -> Option<Tensor<D>> {
    let stream: Stream = source.stream()?;
    let parameters = parameters.map(|p| shape::fill(p.inner(), dims));
    let (edge, columns) = (Edge::of(&parameters[0]), parameters.each_ref().map(numbers));
    let mut value = vec![f64::NAN; columns[0].len()];
    in_runs(&columns, &build, &mut value, &mut [], |law: &L, first, value, _| {
        law.fill(&stream, first, value);
        for z in value {
            *z = edge.inside(law.support(), *z);
        }
    });
    Some(upload(value, dims, &parameters[0]))
}

/// The draws of a discrete law that this base noise gives: constants, made on the host.
pub(in crate::dist) fn step<L: Law, const D: usize, const N: usize>(
    parameters: &[Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
    noise: Tensor<D>,
) -> Tensor<D> {
    let dims = parameters.iter().fold(noise.dims(), |dims, p| shape::broadcast(&[dims, p.dims()]).unwrap_or(dims));
    let columns = parameters.each_ref().map(|p| numbers(&shape::fill(p.clone().inner(), dims)));
    let noise = numbers(&shape::fill(noise.inner(), dims));
    let (edge, mut value) = (Edge::of(&parameters[0]), vec![f64::NAN; noise.len()]);
    in_runs(&columns, &build, &mut value, &mut [], |law: &L, first, value, _| {
        for (z, u) in value.iter_mut().zip(&noise[first as usize..]) {
            *z = edge.inside(law.support(), law.draw(*u));
        }
    });
    upload(value, dims, &parameters[0])
}

/// Gives `fill` each run of places that have one law, on all threads: law, first place, values, and rows of slopes (or none).
fn in_runs<L, const N: usize>(
    columns: &[Vec<f64>; N],
    build: &(impl Fn(&[f64]) -> Built<L> + Sync),
    value: &mut [f64],
    rows: &mut [f64],
    fill: impl Fn(&L, u64, &mut [f64], &mut [f64]) + Sync,
) {
    let pieces: Vec<_> = if rows.is_empty() {
        value.chunks_mut(CHUNK).map(|v| (v, [].as_mut_slice())).collect()
    } else {
        value.chunks_mut(CHUNK).zip(rows.chunks_mut(CHUNK * N)).collect()
    };
    pieces.into_par_iter().enumerate().for_each(|(piece, (mut value, mut rows))| {
        let mut at = piece * CHUNK;
        while !value.is_empty() {
            let here: [f64; N] = std::array::from_fn(|k| columns[k][at]);
            let same = |i: &usize| columns.iter().zip(here).all(|(c, p)| c[at + i].to_bits() == p.to_bits());
            let run = (0..value.len()).take_while(same).count().max(1);
            let (head, rest) = value.split_at_mut(run);
            let (head_rows, rest_rows) = rows.split_at_mut(if rows.is_empty() { 0 } else { run * N });
            if let Ok(law) = build(&here) {
                fill(&law, at as u64, head, head_rows);
            }
            (at, value, rows) = (at + run, rest, rest_rows);
        }
    });
}

pub(super) fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    tensor.to_data_as::<f64>().iter::<f64>().collect()
}

/// A constant on the device, and in the type, of `like`.
pub(super) fn upload<const D: usize>(values: Vec<f64>, dims: [usize; D], like: &Tensor<D>) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, dims), (&like.device().without_autodiff(), like.dtype()))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};
    use reparam_core::law::{Law, Normal};

    use super::super::{Built, log_prob};
    use super::{keyed, keyed_steps};
    use crate::noise::{Key, Noise, Plan};

    const COUNT: usize = 3 * super::CHUNK + 7;

    fn normal(p: &[f64]) -> Built<Normal> {
        Normal::new(p[0], p[1])
    }

    fn leaf(values: &[f32]) -> Tensor<1> {
        Tensor::<1>::from_floats(values, &Device::flex().autodiff()).require_grad()
    }

    fn read(tensor: &Tensor<1>) -> Vec<f32> {
        tensor.try_to_vec_as::<f32>().unwrap()
    }

    #[test]
    fn keyed_draws_are_those_of_the_stream_whatever_the_runs_of_equal_laws() {
        let stream = Key::new(1).site("bridge").step(2);
        let mut noise = vec![0.0_f64; COUNT];
        stream.fill(Noise::StandardNormal, 0, &mut noise);
        let one = |x| leaf(&[x]);
        let many = |x: f32| leaf(&(0..COUNT).map(|i| if i % 5 == 0 { x } else { 2.0 * x }).collect::<Vec<_>>());
        for (loc, scale) in [(one(0.5), one(2.0)), (one(0.5), many(2.0)), (many(0.5), many(2.0))] {
            let z = keyed([loc.clone(), scale.clone()], normal, [COUNT], &stream).unwrap();
            let steps = keyed_steps([loc.clone(), scale.clone()], normal, [COUNT], &stream).unwrap();
            let grads = z.backward();
            let slope: f32 = read(&scale.grad(&grads).unwrap()).iter().sum();
            // 3,079 terms, each rounded to f32 and added in an order of the backend's.
            assert!((f64::from(slope) - noise.iter().sum::<f64>()).abs() < 1e-2);
            let (z, steps) = (read(&z), read(&steps));
            for (i, u) in noise.iter().enumerate() {
                let at = |t: &Tensor<1>| f64::from(read(&t.clone().expand([COUNT]))[i]);
                if i % 101 == 0 {
                    let expected = normal(&[at(&loc), at(&scale)]).unwrap().draw(*u) as f32;
                    assert_eq!((z[i], steps[i]), (expected, expected), "draw {i}");
                }
            }
        }
    }

    #[test]
    fn antithetic_sources_have_no_stream() {
        let source = Key::new(1).site("bridge").step(2).plan(Plan::Antithetic);
        assert!(keyed([leaf(&[0.0]), leaf(&[1.0])], normal, [4], &source).is_none());
    }

    #[test]
    fn numbers_that_make_no_law_give_nan() {
        let value = log_prob([leaf(&[0.0, 0.0]), leaf(&[1.0, -1.0]), leaf(&[0.0, 0.0])], normal);
        let value = read(&value);
        assert!(value[0].is_finite() && value[1].is_nan());
    }
}
