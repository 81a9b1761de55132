//! The gradient itself, where it can be had without draws.

use reparam_core::diagnose::{Method, expectation};

use super::candidates::{Options, candidate};
use super::problem::{Problem, Subject};
use super::replicated::AnyLaw;
use crate::noise::Key;

/// The gradient, and how it was had.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    /// The expected cost.
    pub cost: f64,
    /// In the order of [`Problem::parameters`].
    pub gradient: Vec<f64>,
    /// Estimated errors of the arithmetic.
    pub errors: Vec<f64>,
    /// In words.
    pub method: &'static str,
}

/// The gradient of a problem: enumeration of coins and categories, a sum or quadrature for laws of numbers, nothing for laws of vectors.
///
/// The reason is returned where there is none.
///
/// # Errors
/// Why it cannot be had.
///
/// ```
/// use reparam::measure::{Problem, Subject, exact};
/// let coin = Problem::new(Subject::Coins(vec![0.0]), |b| (b - 0.45).square().squeeze_dim::<2>(2));
/// assert!((exact(&coin).unwrap().gradient[0] - 0.025).abs() < 1e-15);
/// ```
pub fn exact(problem: &Problem) -> Result<Exact, String> {
    problem.check()?;
    match &problem.subject {
        Subject::Law(AnyLaw::Scalar(law)) => {
            let found = expectation(law.as_ref(), &mut |x, f, slope| problem.slopes(x, f, slope));
            let found = found.map_err(|e| e.to_string())?;
            let method = match found.method {
                Method::Enumeration => "sum over the support",
                Method::Score => "quadrature",
                Method::Path => "quadrature along the path, for the support moves",
                Method::Difference => "differences of quadratures, for the support moves and the loss has jumps",
            };
            Ok(Exact { cost: found.value, gradient: found.gradient, errors: found.errors, method })
        }
        Subject::Law(AnyLaw::Vector(_)) => Err("laws of vectors have no quadrature here".into()),
        Subject::Coins(_) | Subject::Categories(_) => {
            let all = candidate(problem, "enumerate", &Options::default(), Key::new(0)).map_err(|e| e.to_string())?;
            let all = all.ok_or("no enumeration")?;
            let found = all.run(1, Key::new(0), 0).map_err(|e| e.to_string())?;
            let cost = found.costs.and_then(|c| c.first().copied()).unwrap_or(f64::NAN);
            let errors = found.gradients.iter().map(|g| 1e-14 * g.abs().max(cost.abs())).collect();
            if found.gradients.iter().any(|g| !g.is_finite()) {
                return Err("the expectation is not finite".into());
            }
            Ok(Exact { cost, gradient: found.gradients, errors, method: "enumeration" })
        }
    }
}
