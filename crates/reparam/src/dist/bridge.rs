//! Laws whose functions are no tensor expressions: value and slopes of the `f64` law, place by place, in one pass over the data.
//!
//! Each function takes the tensors as one array, the parameters in the order of the family and then the input, and `build`, which
//! makes the `f64` law of a place: `|p| law::Gamma::new(p[0], p[1])`. Where the numbers make no law the results are NaN. On a device
//! without a CPU kernel the tensors are read back (see [`attach`]).

use std::marker::PhantomData;

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;
use reparam_core::law::{Law, Pathwise, Support};

use super::ValueError;
use crate::attach::{self, Kernel, Point, shape};
use crate::noise::{Noise, Source, Stream};

/// The `f64` law of one place, if the numbers there make one.
pub(super) type Built<L> = Result<L, ValueError>;

/// Elements a task takes; a draw with its derivatives costs 100 ns and more.
const CHUNK: usize = 1024;

/// A function of parameters and one input. `slopes` gets law, input and value, and writes the slope in each parent.
struct Twin<L, B, V, S> {
    build: B,
    value: V,
    slopes: S,
    law: PhantomData<fn() -> L>,
}

impl<L, B, V, S, const N: usize> Kernel<N> for Twin<L, B, V, S>
where
    B: Fn(&[f64]) -> Built<L> + Sync,
    V: Fn(&L, f64) -> f64 + Sync,
    S: Fn(&L, f64, f64, &mut [f64; N]) + Sync,
{
    fn point(&self, parents: [f64; N]) -> Point<N> {
        let (input, parameters) = (parents[N - 1], &parents[..N - 1]);
        let mut point = Point { value: f64::NAN, slopes: [f64::NAN; N] };
        if let Ok(law) = (self.build)(parameters) {
            point.value = (self.value)(&law, input);
            (self.slopes)(&law, input, point.value, &mut point.slopes);
        }
        point
    }

    fn value(&self, parents: [f64; N]) -> f64 {
        (self.build)(&parents[..N - 1]).map_or(f64::NAN, |law| (self.value)(&law, parents[N - 1]))
    }
}

/// `value(law, input)`, with the slopes that `slopes(law, input, value, out)` writes: one for each parameter, then that of the input.
pub(super) fn function<L, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
    value: impl Fn(&L, f64) -> f64 + Sync,
    slopes: impl Fn(&L, f64, f64, &mut [f64; N]) + Sync,
) -> Tensor<D> {
    attach::map(parents, &Twin { build, value, slopes, law: PhantomData })
}

/// `log p` at the last of `parents`; the slopes are the score and the slope of the log-density.
pub(super) fn log_prob<L: Law, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    function(parents, build, Law::log_prob, |law, x, _, out| {
        law.score(x, out);
        out[N - 1] = law.log_prob_slope(x);
    })
}

/// `F` at the last of `parents`; the slopes are `-p dz/dparameter`, by the definition of the pathwise derivative, and `p`.
pub(super) fn cdf<L: Pathwise, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    function(parents, build, Law::cdf, |law, x, _, out| {
        let density = law.log_prob(x).exp();
        law.pathwise(x, out);
        for slope in &mut out[..N - 1] {
            // Where the density is 0 so is every slope, also where `dz/dparameter` is infinite.
            *slope = if density == 0.0 { 0.0 } else { -density * *slope };
        }
        out[N - 1] = density;
    })
}

/// `F⁻¹` at the last of `parents`, a probability; the slopes are `dz/dparameter` and `1 / p`.
pub(super) fn icdf<L: Pathwise, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    let edge = Edge::of(&parents[0]);
    function(
        parents,
        build,
        move |law: &L, p| edge.inside(law.support(), law.quantile(p)),
        |law, _, z, out| {
            law.pathwise(z, out);
            out[N - 1] = (-law.log_prob(z)).exp();
        },
    )
}

/// The draw that base noise, the last of `parents`, gives; the slopes are `dz/dparameter`, and the densities' ratio in the noise.
pub(super) fn draw<L: Pathwise, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    let edge = Edge::of(&parents[0]);
    function(
        parents,
        build,
        move |law: &L, noise| edge.inside(law.support(), law.draw(noise)),
        |law, noise, z, out| {
            law.pathwise(z, out);
            out[N - 1] = (log_density(law.family().noise, noise) - law.log_prob(z)).exp();
        },
    )
}

/// Value and slopes of [`log_prob`] at one place, for kernels that have a plain tensor expression too.
pub(super) fn log_prob_at<L: Law, const N: usize>(at: [f64; N], build: impl Fn(&[f64]) -> Built<L>) -> Point<N> {
    let mut point = Point { value: f64::NAN, slopes: [f64::NAN; N] };
    if let Ok(law) = build(&at[..N - 1]) {
        let x = at[N - 1];
        point.value = law.log_prob(x);
        law.score(x, &mut point.slopes);
        point.slopes[N - 1] = law.log_prob_slope(x);
    }
    point
}

/// The value alone.
pub(super) fn log_prob_value<L: Law>(at: &[f64], build: impl Fn(&[f64]) -> Built<L>) -> f64 {
    match at {
        [parameters @ .., x] => build(parameters).map_or(f64::NAN, |law| law.log_prob(*x)),
        [] => f64::NAN,
    }
}

/// The mode at every place; a constant.
pub(super) fn mode<L: Law, const D: usize, const N: usize>(
    parameters: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    let edge = Edge::of(&parameters[0]);
    attach::map(parameters.map(Tensor::inner), &|at: [f64; N]| {
        let value = build(&at).map_or(f64::NAN, |law| edge.inside(law.support(), law.mode()));
        Point { value, slopes: [0.0; N] }
    })
}

/// `log` of the density of base noise.
fn log_density(noise: Noise, x: f64) -> f64 {
    match noise {
        Noise::Uniform => 0.0,
        Noise::StandardNormal => -0.5 * x * x - super::explicit::normal::HALF_LOG_TAU,
        Noise::Exponential => -x,
        Noise::Gumbel => -x - (-x).exp(),
        Noise::Logistic => -x.abs() - 2.0 * (-x.abs()).exp().ln_1p(),
    }
}

/// Draws 0, 1, … of the source's stream, one for each element of shape `dims`, with `dz/dparameter`; made on the host by the law's fastest
/// method ([`Law::fill`]), so that they are the same on every device. `None` where a plan ties the draws to each other: it needs noise.
#[allow(dead_code, reason = "for the implicit laws")]
pub(super) fn keyed<L: Pathwise, const D: usize, const N: usize>(
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
            law.fill_pathwise(&stream, first, value, rows)
        } else {
            law.fill(&stream, first, value)
        }
        value.iter_mut().for_each(|z| *z = edge.inside(law.support(), *z));
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
pub(super) fn keyed_steps<L: Law, const D: usize, const N: usize>(
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
        value.iter_mut().for_each(|z| *z = edge.inside(law.support(), *z));
    });
    Some(upload(value, dims, &parameters[0]))
}

/// The draws of a discrete law that this base noise gives: constants, made on the host.
pub(super) fn step<L: Law, const D: usize, const N: usize>(
    parameters: [Tensor<D>; N],
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

fn numbers<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    tensor.to_data_as::<f64>().iter::<f64>().collect()
}

/// A constant on the device, and in the type, of `like`.
fn upload<const D: usize>(values: Vec<f64>, dims: [usize; D], like: &Tensor<D>) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, dims), (&like.device().without_autodiff(), like.dtype()))
}

/// The numbers of a tensor's type next to 0, to 1 and to infinity: narrowing must not move a draw out of an open support.
#[derive(Clone, Copy)]
struct Edge {
    least: f64,
    below_one: f64,
    largest: f64,
}

impl Edge {
    fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let (least, epsilon, largest) = match tensor.dtype().finfo() {
            Some(info) => (info.min_positive, info.epsilon, info.max),
            None => (f64::MIN_POSITIVE, f64::EPSILON, f64::MAX),
        };
        Self { least, below_one: 1.0 - epsilon / 2.0, largest }
    }

    fn inside(self, support: Support, x: f64) -> f64 {
        match support {
            Support::Positive => x.clamp(self.least, self.largest),
            Support::OpenUnitInterval => x.clamp(self.least, self.below_one),
            // A count beyond the type's range is finite all the same.
            Support::Count => x.min(self.largest),
            _ => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};
    use reparam_core::law::{Law, Normal};

    use super::{keyed, keyed_steps, log_prob};
    use crate::noise::{Key, Noise, Plan};

    const COUNT: usize = 3 * super::CHUNK + 7;

    fn normal(p: &[f64]) -> super::Built<Normal> {
        Normal::new(p[0], p[1])
    }

    fn leaf(values: Vec<f32>) -> Tensor<1> {
        Tensor::<1>::from_floats(values.as_slice(), &Device::flex().autodiff()).require_grad()
    }

    fn read(tensor: &Tensor<1>) -> Vec<f32> {
        tensor.try_to_vec_as::<f32>().unwrap()
    }

    #[test]
    fn keyed_draws_are_those_of_the_stream_whatever_the_runs_of_equal_laws() {
        let stream = Key::new(1).site("bridge").step(2);
        let mut noise = vec![0.0_f64; COUNT];
        stream.fill(Noise::StandardNormal, 0, &mut noise);
        let one = |x| leaf(vec![x]);
        let many = |x: f32| leaf((0..COUNT).map(|i| if i % 5 == 0 { x } else { 2.0 * x }).collect());
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
        assert!(keyed([leaf(vec![0.0]), leaf(vec![1.0])], normal, [4], &source).is_none());
    }

    #[test]
    fn numbers_that_make_no_law_give_nan() {
        let value = log_prob([leaf(vec![0.0, 0.0]), leaf(vec![1.0, -1.0]), leaf(vec![0.0, 0.0])], normal);
        let value = read(&value);
        assert!(value[0].is_finite() && value[1].is_nan());
    }
}
