//! Laws whose draw is an elementary function of parameters and noise.

mod cauchy;
mod continuous_bernoulli;
mod exponential;
mod gumbel;
mod half_cauchy;
mod half_normal;
mod inverse_gaussian;
mod kumaraswamy;
mod laplace;
mod log_normal;
mod logistic;
mod logit_normal;
pub(crate) mod normal;
mod pareto;
mod tanh_normal;
mod uniform;
mod weibull;

pub use cauchy::Cauchy;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use exponential::Exponential;
pub use gumbel::Gumbel;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use inverse_gaussian::InverseGaussian;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use log_normal::LogNormal;
pub use logistic::Logistic;
pub use logit_normal::LogitNormal;
pub use normal::Normal;
pub use pareto::Pareto;
pub use tanh_normal::TanhNormal;
pub use uniform::Uniform;
pub use weibull::Weibull;
