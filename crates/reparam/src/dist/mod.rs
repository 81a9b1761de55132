//! Distributions on tensors. What a law can do is a trait, implemented only where it is true.
//!
//! Every law has [`Sample`] and [`LogProb`].
//!
//! | law | [`Rsample`] | [`Entropy`] | [`Cdf`], [`Icdf`] | [`Moments`] | [`KlTo`] itself | base noise |
//! |---|---|---|---|---|---|---|
//! | [`Normal`], [`LogNormal`] | yes | yes | yes | yes | yes | standard normal |
//! | [`LogitNormal`], [`TanhNormal`] | yes | – | yes | – | yes | standard normal |
//! | [`ContinuousBernoulli`], [`HalfNormal`], [`Laplace`], [`Uniform`] | yes | yes | yes | yes | yes | uniform |
//! | [`Cauchy`], [`HalfCauchy`] | yes | yes | yes | – | yes | uniform |
//! | [`Exponential`], [`Pareto`] | yes | yes | yes | yes | yes | exponential |
//! | [`Kumaraswamy`], [`Weibull`] | yes | yes | yes | yes | – | exponential |
//! | [`Gumbel`] | yes | yes | yes | yes | – | Gumbel |
//! | [`Logistic`] | yes | yes | yes | yes | – | logistic |
//! | [`InverseGaussian`], [`Gamma`], [`LogGamma`], [`InverseGamma`], [`Chi2`], [`Beta`], [`StudentT`], [`VonMises`], [`FisherSnedecor`] | yes, keyed | yes | yes | yes | – | uniform |
//! | [`BinaryConcrete`] | yes, keyed | – | yes | – | – | logistic |
//! | [`Bernoulli`] | – | yes | – | yes | yes | uniform |
//! | [`Geometric`] | –, keyed | yes | – | yes | yes | uniform |
//! | [`Binomial`], [`Poisson`] | –, keyed | – | – | yes | yes | uniform |
//! | [`NegativeBinomial`], [`NegativeBinomialClassical`], [`ZeroInflatedPoisson`], [`ZeroInflatedNegativeBinomial`] | –, keyed | – | – | yes | – | uniform |
//! | [`Categorical`] | – | yes | – | – | yes | Gumbel |
//! | [`OneHotCategorical`] | –, keyed | yes | – | yes | – | Gumbel |
//! | [`Multinomial`] | –, keyed | – | – | yes | – | uniform |
//! | [`GumbelSoftmax`] | yes, keyed | – | – | – | – | Gumbel |
//! | [`Dirichlet`] | yes, keyed | yes | – | yes | – | uniform |
//! | [`MultivariateNormal`], [`LowRankMultivariateNormal`], [`MultivariateStudentT`] | yes, keyed | yes | – | yes | – | standard normal |
//! | [`TruncatedNormal`] | yes, keyed | – | yes | – | – | uniform |
//! | [`Independent`] | as its base | as its base | – | as its base | as its base | as its base |
//!
//! Keyed laws take draws from a source ([`Sample::sample_from`], [`Rsample::rsample_from`]) by the method of their `f64` twin in [`reparam_core::law`],
//! to its last bit before they are narrowed; from noise they draw by another method, other numbers of the same law.
//!
//! # Shapes
//! The rank `D` of a law's tensors is fixed, as everywhere in Burn, and nothing changes it: results keep the axes over which they are
//! summed, with size 1. A law's shape is its batch axes (independent draws with parameters of their own) and then its event axes.
//! Parameters, noise and values broadcast together, so several draws are a leading axis: `law.unsqueeze::<3>()` and noise `[S, N, K]`.
//!
//! # Noise
//! A draw is a function of noise that the caller gives: see [`crate::noise`]. Each law names its base noise.
//!
//! # Errors
//! Constructors check shapes. Values are checked by `validate`, on request, because it reads tensors back from their device. A value or
//! noise tensor that does not broadcast with the law panics, as in every operation of Burn.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use reparam::{dist::{Normal, Rsample, Sample}, noise::Key};
//! let device = Device::flex().autodiff();
//! let loc = Tensor::<1>::from_floats([0.5], &device).require_grad();
//! let q = Normal::new(loc.clone(), Tensor::from_floats([2.0], &device)).unwrap();
//! let z = q.rsample(q.noise_from(&Key::new(0).site("z").step(0)));
//! let slope = loc.grad(&z.backward()).unwrap().into_scalar::<f32>();
//! assert_eq!(slope, 1.0);
//! ```

mod bridge;
mod capability;
mod combine;
mod discrete;
mod error;
pub(crate) mod explicit;
mod face;
mod implicit;
mod multivariate;
mod relaxed;
mod stable;
mod vector_face;

pub use capability::{Cdf, Distribution, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Sample};
pub use combine::*;
pub use discrete::*;
pub use error::{ShapeError, ValueError};
pub use explicit::*;
pub use implicit::*;
pub(crate) use multivariate::one_hot_of_largest;
pub use multivariate::*;
pub use relaxed::*;
pub use reparam_core::law::Support;
