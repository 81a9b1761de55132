//! The fused operations, the likelihoods and the networks against exact formulae.

#[path = "../engine_support/mod.rs"]
mod support;

mod bernoulli;
mod likelihood;
mod linear;
mod networks;
