//! Kullback–Leibler divergences between multivariate laws that are known by name alone, and estimates from draws.

use super::{
    Dirichlet, Estimate, KlTo, LowRankMultivariateNormal, MultivariateLaw, MultivariateNormal, NoClosedForm,
    OneHotCategorical, Wishart,
};
use crate::noise::Stream;

/// Two multivariate families with a closed-form divergence from the first to the second.
///
/// ```
/// use reparam_core::law::multivariate;
/// assert!(multivariate::kl_pairs().any(|pair| (pair.q, pair.p) == ("multivariate-normal", "low-rank-multivariate-normal")));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MultivariatePair {
    /// Family of the law that draws.
    pub q: &'static str,
    /// Family of the law that is compared with.
    pub p: &'static str,
    kl: fn(&dyn MultivariateLaw, &dyn MultivariateLaw) -> Option<f64>,
}

impl MultivariatePair {
    const fn of<Q: MultivariateLaw + KlTo<P>, P: MultivariateLaw>(q: &'static str, p: &'static str) -> Self {
        Self { q, p, kl: |q, p| Some(q.as_any().downcast_ref::<Q>()?.kl(p.as_any().downcast_ref::<P>()?)) }
    }
}

const NORMAL: [&str; 3] = ["multivariate-normal", "multivariate-normal-covariance", "multivariate-normal-precision"];
const LOW_RANK: &str = "low-rank-multivariate-normal";

const MULTIVARIATE_PAIRS: &[MultivariatePair] = &[
    MultivariatePair::of::<OneHotCategorical, OneHotCategorical>("one-hot-categorical", "one-hot-categorical"),
    MultivariatePair::of::<Dirichlet, Dirichlet>("dirichlet", "dirichlet"),
    MultivariatePair::of::<LowRankMultivariateNormal, LowRankMultivariateNormal>(LOW_RANK, LOW_RANK),
    MultivariatePair::of::<LowRankMultivariateNormal, MultivariateNormal>(LOW_RANK, NORMAL[0]),
    MultivariatePair::of::<LowRankMultivariateNormal, MultivariateNormal>(LOW_RANK, NORMAL[1]),
    MultivariatePair::of::<LowRankMultivariateNormal, MultivariateNormal>(LOW_RANK, NORMAL[2]),
    MultivariatePair::of::<MultivariateNormal, LowRankMultivariateNormal>(NORMAL[0], LOW_RANK),
    MultivariatePair::of::<MultivariateNormal, LowRankMultivariateNormal>(NORMAL[1], LOW_RANK),
    MultivariatePair::of::<MultivariateNormal, LowRankMultivariateNormal>(NORMAL[2], LOW_RANK),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[0], NORMAL[0]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[0], NORMAL[1]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[0], NORMAL[2]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[1], NORMAL[0]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[1], NORMAL[1]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[1], NORMAL[2]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[2], NORMAL[0]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[2], NORMAL[1]),
    MultivariatePair::of::<MultivariateNormal, MultivariateNormal>(NORMAL[2], NORMAL[2]),
    MultivariatePair::of::<Wishart, Wishart>("wishart", "wishart"),
];

/// All pairs of multivariate families with a closed-form divergence.
pub fn kl_pairs() -> impl Iterator<Item = &'static MultivariatePair> {
    MULTIVARIATE_PAIRS.iter()
}

/// `KL(q ‖ p) = E_q[log q - log p]` in closed form, in nats; `NaN` for laws of different lengths.
///
/// # Errors
///
/// A pair without a formula.
///
/// ```
/// use reparam_core::law::{MultivariateNormal, multivariate};
/// let q = MultivariateNormal::from_scale_tril(&[1.0, 0.0], &[1.0, 0.0, 0.0, 1.0]).unwrap();
/// let p = MultivariateNormal::from_scale_tril(&[0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]).unwrap();
/// assert_eq!(multivariate::kl(&q, &p), Ok(0.5));
/// ```
pub fn kl(q: &dyn MultivariateLaw, p: &dyn MultivariateLaw) -> Result<f64, NoClosedForm> {
    let names = NoClosedForm { q: q.family().name, p: p.family().name };
    kl_pairs().filter(|pair| (pair.q, pair.p) == (names.q, names.p)).find_map(|pair| (pair.kl)(q, p)).ok_or(names)
}

/// `KL(q ‖ p)` as the mean of `log q - log p` over draws of `q`, for any pair.
///
/// Infinite, with standard error `NaN`, as soon as a draw of `q` has no density under `p`.
///
/// ```
/// use reparam_core::{law::{MultivariateNormal, multivariate}, noise::Key};
/// let q = MultivariateNormal::from_scale_tril(&[1.0], &[1.0]).unwrap();
/// let p = MultivariateNormal::from_scale_tril(&[0.0], &[1.0]).unwrap();
/// let kl = multivariate::kl_monte_carlo(&q, &p, 10_000, &Key::new(0).site("kl").step(0));
/// assert!((kl.mean - 0.5).abs() < 5.0 * kl.standard_error);
/// ```
pub fn kl_monte_carlo(q: &dyn MultivariateLaw, p: &dyn MultivariateLaw, draws: usize, stream: &Stream) -> Estimate {
    average(q, draws, stream, |x| q.log_prob(x) - p.log_prob(x))
}

/// The entropy of a law as the mean of `-log p` over its draws, for laws without a closed form.
///
/// ```
/// use reparam_core::{law::{MultivariateLaw, MultivariateNormal, multivariate}, noise::Key};
/// let law = MultivariateNormal::from_scale_tril(&[1.0], &[1.0]).unwrap();
/// let entropy = multivariate::entropy_monte_carlo(&law, 10_000, &Key::new(0).site("entropy").step(0));
/// assert!((entropy.mean - law.entropy()).abs() < 5.0 * entropy.standard_error);
/// ```
pub fn entropy_monte_carlo(law: &dyn MultivariateLaw, draws: usize, stream: &Stream) -> Estimate {
    average(law, draws, stream, |x| -law.log_prob(x))
}

fn average(law: &dyn MultivariateLaw, draws: usize, stream: &Stream, f: impl Fn(&[f64]) -> f64) -> Estimate {
    let mut draw = vec![0.0; law.len()];
    // Welford's running moments.
    let (mut mean, mut squares) = (0.0, 0.0);
    for i in 0..draws {
        law.draw(stream, i as u64, &mut draw);
        let value = f(&draw);
        let off = value - mean;
        mean += off / (i + 1) as f64;
        squares += off * (value - mean);
    }
    let n = draws as f64;
    Estimate { mean, standard_error: (squares / (n - 1.0) / n).sqrt() }
}
