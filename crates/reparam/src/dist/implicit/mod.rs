//! Laws whose draw is differentiated through the distribution function.

mod chi2;
mod gamma;
mod inverse_gamma;
mod log_gamma;

pub use chi2::Chi2;
pub use gamma::Gamma;
pub use inverse_gamma::InverseGamma;
pub use log_gamma::LogGamma;
