//! The law of what exceeds a high threshold.

/// Generalised Pareto law on `x > 0`, fitted to excesses over a threshold.
///
/// `P(X > x) = (1 + k x / scale)^(-1/k)`, and `e^(-x / scale)` at `k = 0`.
///
/// ```
/// use reparam_core::diagnose::GeneralisedPareto;
/// let law = GeneralisedPareto { shape: 0.5, scale: 2.0, count: 100 };
/// let x = law.quantile(0.75);
/// assert!(((1.0 + 0.5 * x / 2.0).powf(-2.0) - 0.25).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneralisedPareto {
    /// Shape `k`, as the data alone give it.
    pub shape: f64,
    /// Scale.
    pub scale: f64,
    /// Excesses that it was fitted to.
    pub count: usize,
}

impl GeneralisedPareto {
    /// Posterior mean of Zhang and Stephens (2009), of excesses in rising order; nothing where there are none, where one is not finite
    /// or negative, or where so many are 0 that their quartile is.
    pub fn fit(x: &[f64]) -> Option<Self> {
        let n = x.len() as f64;
        let largest = *x.last()?;
        let grid = 30 + n.sqrt() as usize;
        let quarter = x[((n / 4.0 + 0.5) as usize).clamp(1, x.len()) - 1];
        if quarter <= 0.0 || x[0] < 0.0 || !x.iter().all(|x| x.is_finite()) {
            return None;
        }
        // Zhang and Stephens (2009), section 3: their theta, over a grid that follows the data.
        let at = |i: usize| 1.0 / largest + (1.0 - (grid as f64 / (i as f64 - 0.5)).sqrt()) / (3.0 * quarter);
        let shape = |theta: f64| x.iter().map(|x| (-theta * x).ln_1p()).sum::<f64>() / n;
        let profile: Vec<(f64, f64)> = (1..=grid)
            .map(|i| {
                let theta = at(i);
                let k = shape(theta);
                (theta, n * ((-theta / k).ln() - k - 1.0))
            })
            .filter(|(_, l)| l.is_finite())
            .collect();
        let top = profile.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = profile.iter().map(|p| (p.1 - top).exp()).collect();
        let theta = profile.iter().zip(&weights).map(|(p, w)| p.0 * w).sum::<f64>() / weights.iter().sum::<f64>();
        let k = shape(theta);
        let scale = -k / theta;
        (k.is_finite() && scale.is_finite()).then_some(Self { shape: k, scale, count: x.len() })
    }

    /// The shape drawn towards 1/2 with the weight of ten numbers (Vehtari et al. 2024, appendix).
    pub const fn index(&self) -> f64 {
        let n = self.count as f64;
        (n * self.shape + 5.0) / (n + 10.0)
    }

    /// The number below which a share `p` of the law lies.
    pub fn quantile(&self, p: f64) -> f64 {
        let log_survival = (-p).ln_1p();
        if self.shape == 0.0 {
            return -self.scale * log_survival;
        }
        self.scale * (-self.shape * log_survival).exp_m1() / self.shape
    }
}
