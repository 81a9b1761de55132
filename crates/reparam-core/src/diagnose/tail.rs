//! How heavy the tail of a sample is.

use super::GeneralisedPareto;

/// The tail of a sample: a generalised Pareto law fitted to its largest deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// Shape `k` of the generalised Pareto law: moments of order `1/k` and above do not exist.
    pub index: f64,
    /// Its standard error, `(1 + k)/√m` for `m` deviations, where that holds (`k > -1/2`).
    pub standard_error: f64,
    /// Deviations that it was fitted to.
    pub count: usize,
}

/// What a tail says of the variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The fitted shape is at most 1/2: nothing speaks against a finite variance.
    Finite,
    /// The fitted shape is above 1/2.
    MayBeInfinite,
    /// It is above 1/2 by more than three standard errors, which chance gives once in 700 times where the variance is barely infinite.
    Infinite,
}

impl Tail {
    /// Whether the variance is finite: `k < 1/2`.
    ///
    /// The estimate is drawn towards 1/2 and never across it, so the side on which it lies is that of the data alone. At a true shape of 1/2
    /// either side is as likely, and a sample of a finite variance with a shape near it may be flagged: that is wanted, since its variance
    /// is then measured with an error whose own variance is infinite (from `k = 1/4` on).
    ///
    /// ```
    /// use reparam_core::diagnose::{Verdict, tail};
    /// let with_shape = |k: f64| (1..10_000).map(|i| (f64::from(i) / 1e4).powf(-k)).collect::<Vec<f64>>();
    /// assert_eq!(tail(&with_shape(0.2), 1.0).unwrap().verdict(), Verdict::Finite);
    /// assert_eq!(tail(&with_shape(1.2), 1.0).unwrap().verdict(), Verdict::Infinite);
    /// ```
    pub fn verdict(&self) -> Verdict {
        if self.index - 3.0 * self.standard_error > 0.5 {
            Verdict::Infinite
        } else if self.variance_may_be_infinite() {
            Verdict::MayBeInfinite
        } else {
            Verdict::Finite
        }
    }

    /// Whether the variance may be infinite: the fitted shape is above one half, at which second moments end.
    pub fn variance_may_be_infinite(&self) -> bool {
        self.index > 0.5
    }
}

/// Fewest deviations that a tail is fitted to.
const LEAST: usize = 20;

/// The tail of the deviations `|x - mean|`; nothing of fewer than 100 numbers, or where the largest deviations are (nearly) all alike.
///
/// The largest `min(n/5, 3 √n)` deviations (Vehtari et al. 2024, section 3), less the next one, are fitted by the posterior mean of Zhang and
/// Stephens (2009), drawn towards 1/2 with the weight of ten numbers (Vehtari et al. 2024, appendix).
///
/// ```
/// use reparam_core::diagnose::tail;
/// // Quantiles of the Pareto law of shape 2, whose variance is infinite: k = 1/2.
/// let heavy: Vec<f64> = (1..100_000).map(|i| (f64::from(i) / 1e5).powf(-0.5)).collect();
/// let found = tail(&heavy, 2.0).unwrap();
/// assert!((found.index - 0.5).abs() < 0.1);
/// assert!(tail(&[1.0; 1000], 1.0).is_none());
/// ```
pub fn tail(values: &[f64], mean: f64) -> Option<Tail> {
    if values.len() < 5 * LEAST || values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let n = values.len() as f64;
    let m = (n / 5.0).min(3.0 * n.sqrt()) as usize;
    let mut deviations: Vec<f64> = values.iter().map(|x| (x - mean).abs()).collect();
    let (_, threshold, above) = deviations.select_nth_unstable_by(values.len() - m - 1, f64::total_cmp);
    let mut excess: Vec<f64> = above.iter().map(|d| d - *threshold).collect();
    excess.sort_by(f64::total_cmp);
    // Points of a lattice have no tail law: a handful of distinct values, or ties at the threshold.
    let mut distinct = excess.clone();
    distinct.dedup();
    if distinct.len() < LEAST || excess[m / 4] <= 0.0 {
        return None;
    }
    let index = GeneralisedPareto::fit(&excess)?.index();
    Some(Tail { index, standard_error: (1.0 + index).max(0.5) / (m as f64).sqrt(), count: m })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::family;
    use crate::noise::Key;

    fn sample(name: &str, parameters: &[f64], n: usize) -> Vec<f64> {
        let law = family(name).unwrap().build(parameters).unwrap();
        let mut out = vec![0.0; n];
        law.fill(&Key::new(5).site(name).step(0), 0, &mut out);
        out
    }

    #[test]
    fn pareto_tails_have_their_index() {
        for shape in [1.0, 2.0, 4.0] {
            let x = sample("pareto", &[1.0, shape], 200_000);
            let found = tail(&x, 0.0).unwrap();
            // Five standard errors (1e-6), and the pull of ten in 1,341 numbers towards one half.
            let slack = 5.0 * found.standard_error + 0.01;
            assert!((found.index - 1.0 / shape).abs() < slack, "{shape}: {found:?}");
        }
    }

    #[test]
    fn light_tails_are_not_flagged_and_heavy_ones_are() {
        for (name, parameters) in [("normal", vec![0.0, 1.0]), ("uniform", vec![0.0, 1.0]), ("exponential", vec![1.0])]
        {
            let found = tail(&sample(name, &parameters, 100_000), 0.0).unwrap();
            assert!(!found.variance_may_be_infinite(), "{name}: {found:?}");
        }
        for (name, parameters) in [("cauchy", vec![0.0, 1.0]), ("log-normal", vec![0.0, 3.0])] {
            let found = tail(&sample(name, &parameters, 100_000), 0.0).unwrap();
            assert!(found.variance_may_be_infinite(), "{name}: {found:?}");
        }
    }

    #[test]
    fn what_has_no_tail_gets_none() {
        assert!(tail(&[], 0.0).is_none());
        assert!(tail(&[f64::NAN; 1000], 0.0).is_none());
        let coins: Vec<f64> = (0..1000).map(|i| f64::from(i % 2)).collect();
        assert!(tail(&coins, 0.5).is_none());
    }
}
