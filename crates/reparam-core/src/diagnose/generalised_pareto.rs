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

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of the law itself: the fit finds its shape and scale to the error of 2,000 numbers, `(1 + k)/√n` about 0.04 and less
    /// here, where nothing is random.
    #[test]
    fn the_law_of_its_own_quantiles_is_found() {
        for shape in [-0.3, 0.0, 0.4, 1.1] {
            let law = GeneralisedPareto { shape, scale: 2.5, count: 2000 };
            let x: Vec<f64> = (0..2000).map(|i| law.quantile((f64::from(i) + 0.5) / 2000.0)).collect();
            let found = GeneralisedPareto::fit(&x).unwrap();
            assert!((found.shape - shape).abs() < 0.02 && (found.scale / 2.5 - 1.0).abs() < 0.02, "{shape}: {found:?}");
            assert!((found.index() - (2000.0 * found.shape + 5.0) / 2010.0).abs() < 1e-15);
        }
    }

    #[test]
    fn what_is_no_excess_has_no_law() {
        for x in [&[][..], &[0.0; 40], &[-1.0, 2.0, 3.0], &[1.0, f64::NAN], &[1.0, 2.0, f64::INFINITY]] {
            assert!(GeneralisedPareto::fit(x).is_none(), "{x:?}");
        }
    }
}
