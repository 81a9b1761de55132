//! Laws whose functions are no tensor expressions: value and slopes of the `f64` law, place by place, in one pass over the data.
//!
//! Each function takes the tensors as one array, the parameters in the order of the family and then the input, and `build`, which
//! makes the `f64` law of a place: `|p| law::Gamma::new(p[0], p[1])`. Where the numbers make no law the results are NaN. On a device
//! without a CPU kernel the tensors are read back (see [`attach`]).

mod edge;
mod keyed;
mod rows;

use std::marker::PhantomData;

use burn::tensor::Tensor;
use reparam_core::law::{Law, Pathwise};

use self::edge::Edge;
pub(in crate::dist) use self::keyed::{keyed, keyed_steps, step};
pub(in crate::dist) use self::rows::Rows;
use super::ValueError;
use crate::attach::{self, Kernel, Point};
use crate::noise::Noise;

/// The `f64` law of one place, if the numbers there make one.
pub(in crate::dist) type Built<L> = Result<L, ValueError>;

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
pub(in crate::dist) fn function<L, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
    value: impl Fn(&L, f64) -> f64 + Sync,
    slopes: impl Fn(&L, f64, f64, &mut [f64; N]) + Sync,
) -> Tensor<D> {
    attach::map(parents, &Twin { build, value, slopes, law: PhantomData })
}

/// `log p` at the last of `parents`; the slopes are the score and the slope of the log-density.
pub(in crate::dist) fn log_prob<L: Law, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    function(parents, build, Law::log_prob, |law, x, _, out| {
        law.score(x, out);
        out[N - 1] = law.log_prob_slope(x);
    })
}

/// `F` at the last of `parents`; the slopes are `-p dz/dparameter`, by the definition of the pathwise derivative, and `p`.
pub(in crate::dist) fn cdf<L: Pathwise, const D: usize, const N: usize>(
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
pub(in crate::dist) fn icdf<L: Pathwise, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    let edge = Edge::of(&parents[0]);
    function(
        parents,
        build,
        move |law: &L, p| edge.inside(law.support(), law.quantile(p)),
        move |law, _, z, out| {
            law.pathwise(z, out);
            out[N - 1] = (-law.log_prob(z)).exp();
            for slope in out {
                *slope = edge.slope(z, *slope);
            }
        },
    )
}

/// The draw that base noise, the last of `parents`, gives; the slopes are `dz/dparameter`, and the densities' ratio in the noise.
pub(in crate::dist) fn draw<L: Pathwise, const D: usize, const N: usize>(
    parents: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
) -> Tensor<D> {
    let edge = Edge::of(&parents[0]);
    function(
        parents,
        build,
        move |law: &L, noise| edge.inside(law.support(), law.draw(noise)),
        move |law, noise, z, out| {
            law.pathwise(z, out);
            out[N - 1] = (log_density(law.family().noise, noise) - law.log_prob(z)).exp();
            for slope in out {
                *slope = edge.slope(z, *slope);
            }
        },
    )
}

/// Value and slopes of [`log_prob`] at one place, for kernels that have a plain tensor expression too.
pub(in crate::dist) fn log_prob_at<L: Law, const N: usize>(
    at: [f64; N],
    build: impl Fn(&[f64]) -> Built<L>,
) -> Point<N> {
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
pub(in crate::dist) fn log_prob_value<L: Law>(at: &[f64], build: impl Fn(&[f64]) -> Built<L>) -> f64 {
    match at {
        [parameters @ .., x] => build(parameters).map_or(f64::NAN, |law| law.log_prob(*x)),
        [] => f64::NAN,
    }
}

/// `value(law)`, a number of the law alone, with the slopes in its parameters that `slopes(law, parameters)` gives.
pub(in crate::dist) fn summary<L, const D: usize, const N: usize>(
    parameters: [Tensor<D>; N],
    build: impl Fn(&[f64]) -> Built<L> + Sync,
    value: impl Fn(&L) -> f64 + Sync,
    slopes: impl Fn(&L, [f64; N]) -> [f64; N] + Sync,
) -> Tensor<D> {
    attach::map(parameters, &|at: [f64; N]| match build(&at) {
        Ok(law) => Point { value: value(&law), slopes: slopes(&law, at) },
        Err(_) => Point { value: f64::NAN, slopes: [f64::NAN; N] },
    })
}

/// The mode at every place; a constant.
pub(in crate::dist) fn mode<L: Law, const D: usize, const N: usize>(
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

/// `Rsample`, `LogProb`, `Cdf` and `Icdf` of a law, from its `f64` twin: `bridged!(Gamma by twin: concentration, rate)`. Keyed draws are
/// those of [`Law::fill`].
macro_rules! bridged {
    ($Law:ident by $twin:ident: $($parameter:ident),+) => {
        impl<const D: usize> $crate::dist::Rsample<D> for $Law<D> {
            fn rsample(&self, noise: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                $crate::dist::bridge::draw([$(self.$parameter(),)+ noise], $twin)
            }

            fn rsample_for_draws(&self, draws: usize, source: &impl $crate::noise::Source) -> burn::tensor::Tensor<D> {
                let dims = $crate::dist::capability::for_draws(self.dims, draws);
                $crate::dist::bridge::keyed([$(self.$parameter()),+], $twin, dims, source).unwrap_or_else(|| {
                    let noise = $crate::dist::Sample::noise_for_draws(self, draws, source);
                    $crate::dist::Rsample::rsample(self, noise)
                })
            }
        }

        impl<const D: usize> $crate::dist::LogProb<D> for $Law<D> {
            fn log_prob(&self, value: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                $crate::dist::bridge::log_prob([$(self.$parameter(),)+ value], $twin)
            }
        }

        impl<const D: usize> $crate::dist::Cdf<D> for $Law<D> {
            fn cdf(&self, value: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                $crate::dist::bridge::cdf([$(self.$parameter(),)+ value], $twin)
            }
        }

        impl<const D: usize> $crate::dist::Icdf<D> for $Law<D> {
            fn icdf(&self, probability: burn::tensor::Tensor<D>) -> burn::tensor::Tensor<D> {
                $crate::dist::bridge::icdf([$(self.$parameter(),)+ probability], $twin)
            }
        }
    };
}

pub(in crate::dist) use bridged;
