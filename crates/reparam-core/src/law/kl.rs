//! Kullback–Leibler divergences between laws that are known by name alone.
//!
//! Typed pairs implement [`KlTo`]; a row of `PAIRS` makes a pair known here. It is in the folder of the first law, or in that of
//! the second where that stands on the first.

use super::{KlTo, Law, discrete, explicit, implicit, relaxed};
use crate::noise::Stream;

/// Two families with a closed-form divergence from the first to the second.
///
/// ```
/// use reparam_core::law::kl_pairs;
/// assert!(kl_pairs().any(|pair| (pair.q, pair.p) == ("laplace", "laplace")));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Family of the law that draws.
    pub q: &'static str,
    /// Family of the law that is compared with.
    pub p: &'static str,
    kl: fn(&dyn Law, &dyn Law) -> Option<f64>,
}

impl Pair {
    /// The pair of the families with these names, whose laws have these types.
    pub(super) const fn of<Q: Law + KlTo<P> + 'static, P: Law + 'static>(q: &'static str, p: &'static str) -> Self {
        Self { q, p, kl: |q, p| Some(q.as_any().downcast_ref::<Q>()?.kl(p.as_any().downcast_ref::<P>()?)) }
    }
}

/// All pairs of one-dimensional families with a closed-form divergence.
pub fn kl_pairs() -> impl Iterator<Item = &'static Pair> {
    [explicit::PAIRS, implicit::PAIRS, discrete::PAIRS, relaxed::PAIRS].into_iter().flatten()
}

/// No closed form is known for this pair.
///
/// ```
/// use reparam_core::law::{Laplace, Normal, kl};
/// let error = kl(&Normal::standard(), &Laplace::standard().clone()).map(|_| ());
/// assert!(error.is_ok() || error.unwrap_err().to_string().contains("kl_monte_carlo"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("KL({q} ‖ {p}) has no closed form here; `kl_monte_carlo` estimates it from draws, with its standard error")]
pub struct NoClosedForm {
    /// Family of the law that draws.
    pub q: &'static str,
    /// Family of the law that is compared with.
    pub p: &'static str,
}

/// `KL(q ‖ p) = E_q[log q - log p]` in closed form, in nats; infinite where `p` lacks mass that `q` has.
///
/// # Errors
///
/// A pair without a formula.
///
/// ```
/// use reparam_core::law::{Normal, kl};
/// let (q, p) = (Normal::new(1.0, 1.0).unwrap(), Normal::standard());
/// assert_eq!(kl(&q, &p), Ok(0.5));
/// ```
pub fn kl(q: &dyn Law, p: &dyn Law) -> Result<f64, NoClosedForm> {
    let names = NoClosedForm { q: q.family().name, p: p.family().name };
    kl_pairs().filter(|pair| (pair.q, pair.p) == (names.q, names.p)).find_map(|pair| (pair.kl)(q, p)).ok_or(names)
}

/// A mean over draws, and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error: the standard deviation of one term over the root of their number; `NaN` for fewer than two.
    pub standard_error: f64,
}

/// `KL(q ‖ p)` as the mean of `log q - log p` over draws of `q`, for any pair.
///
/// Infinite, with standard error `NaN`, as soon as a draw of `q` has no density under `p`.
///
/// ```
/// use reparam_core::{law::{Normal, kl_monte_carlo}, noise::Key};
/// let (q, p) = (Normal::new(1.0, 1.0).unwrap(), Normal::standard());
/// let kl = kl_monte_carlo(&q, &p, 10_000, &Key::new(0).site("kl").step(0));
/// assert!((kl.mean - 0.5).abs() < 5.0 * kl.standard_error);
/// ```
pub fn kl_monte_carlo(q: &dyn Law, p: &dyn Law, draws: usize, stream: &Stream) -> Estimate {
    let mut draw = [0.0; 1024];
    // Welford's running moments: no cancellation for large divergences.
    let (mut count, mut mean, mut squares) = (0_usize, 0.0, 0.0);
    while count < draws {
        let here = &mut draw[..(draws - count).min(1024)];
        q.fill(stream, count as u64, here);
        for x in here.iter() {
            let ratio = q.log_prob(*x) - p.log_prob(*x);
            count += 1;
            let off = ratio - mean;
            mean += off / count as f64;
            squares += off * (ratio - mean);
        }
    }
    let n = count as f64;
    Estimate { mean, standard_error: (squares / (n - 1.0) / n).sqrt() }
}
