//! Estimators for coins and categories: means and variances by enumeration of the draws and by quadrature over the noise.

mod control_variates;
mod draws;
mod extremes;
mod learning;
mod pairs;
mod refusals;
mod support;
mod windows;
