//! Laws whose draw is differentiated through the distribution function.

mod beta;
mod chi2;
mod fisher_snedecor;
mod gamma;
mod inverse_gamma;
mod log_gamma;
mod student_t;
mod von_mises;

pub use beta::Beta;
pub use chi2::Chi2;
pub use fisher_snedecor::FisherSnedecor;
pub use gamma::Gamma;
pub use inverse_gamma::InverseGamma;
pub use log_gamma::LogGamma;
pub use student_t::StudentT;
pub use von_mises::VonMises;
