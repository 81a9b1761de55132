//! Counts of a cell, drawn from the laws that a decoder gives.

use reparam_core::law::{Law, NegativeBinomial, Poisson};
use reparam_core::noise::{Key, Noise};

/// Below this mean a count is 0 but for once in a million million draws.
const LEAST: f64 = 1e-12;

/// The laws of all features of a modality of one cell.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    /// Shares of the features in the total; of accessibility probabilities.
    pub shares: &'a [f32],
    /// The total.
    pub total: f64,
    /// Inverse dispersions; Poisson where there are none.
    pub dispersion: Option<&'a [f32]>,
    /// Logits of extra zeros.
    pub dropout: Option<&'a [f32]>,
    /// Whether counts are 0 and 1.
    pub accessible: bool,
    /// Of a log-normal law: the typical total, and the scale of `log(1 + count · typical / total)`.
    pub log_normal: Option<[f64; 2]>,
}

/// Draws a count of each feature and gives those above 0 to `each`. What a feature draws depends on the key and its number alone.
pub fn draw_counts(parameters: &Parameters<'_>, key: Key, mut each: impl FnMut(u32, f32)) {
    let mut uniform = vec![0.0_f64; parameters.shares.len()];
    let zeros = parameters.dropout.is_some();
    if parameters.accessible || zeros {
        key.site("uniform").step(0).fill(Noise::Uniform, 0, &mut uniform);
    }
    let site = key.site("count");
    if let Some(law) = parameters.log_normal {
        return draw_log_normal(parameters, law, site, each);
    }
    for (feature, share) in parameters.shares.iter().enumerate() {
        let share = f64::from(*share);
        let number = feature as u32;
        if parameters.accessible {
            if uniform[feature] < share {
                each(number, 1.0);
            }
            continue;
        }
        let missing = parameters.dropout.is_some_and(|logits| uniform[feature] < sigmoid(f64::from(logits[feature])));
        let mean = parameters.total * share;
        if missing || mean.is_nan() || mean < LEAST {
            continue;
        }
        // A number of the site each: a law takes as many draws of its stream as it needs.
        let stream = site.number(u64::from(number)).step(0);
        let mut count = [0.0_f64];
        match parameters.dispersion.map(|d| NegativeBinomial::new(mean, f64::from(d[feature]))) {
            Some(Ok(law)) => law.fill(&stream, 0, &mut count),
            // An inverse dispersion beyond all numbers is that of a Poisson law.
            _ => {
                if let Ok(law) = Poisson::new(mean) {
                    law.fill(&stream, 0, &mut count);
                }
            }
        }
        if count[0] > 0.0 {
            each(number, count[0] as f32);
        }
    }
}

/// Logarithms from their normal law, as whole counts of a cell of this total.
fn draw_log_normal(parameters: &Parameters<'_>, [typical, scale]: [f64; 2], site: Key, mut each: impl FnMut(u32, f32)) {
    let mut noise = vec![0.0_f64; parameters.shares.len()];
    site.step(0).fill(Noise::StandardNormal, 0, &mut noise);
    for (feature, (share, noise)) in parameters.shares.iter().zip(noise).enumerate() {
        // The decoder's share is the mean of the count, which lies above that of its logarithm's mean.
        let loc = (f64::from(*share) * typical).ln_1p() - 0.5 * scale * scale;
        let count = ((loc + scale * noise).exp_m1() * parameters.total / typical).round();
        if count > 0.0 && count.is_finite() {
            each(feature as u32, count as f32);
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of one feature over many cells.
    fn moments(parameters: &Parameters<'_>, feature: u32, cells: u64) -> [f64; 2] {
        let (mut sum, mut squares) = (0.0, 0.0);
        for cell in 0..cells {
            draw_counts(parameters, Key::new(3).site("test").number(cell), |f, count| {
                if f == feature {
                    sum += f64::from(count);
                    squares += f64::from(count).powi(2);
                }
            });
        }
        let mean = sum / cells as f64;
        [mean, squares / cells as f64 - mean * mean]
    }

    #[test]
    fn counts_have_the_means_and_variances_of_their_laws() {
        let shares = [0.25, 0.05, 0.7, 0.0];
        let (dispersion, dropout) = ([2.0, 0.5, 1e9, 1.0], [-1.0, 0.0, 1.0, 0.0]);
        let poisson = Parameters {
            shares: &shares,
            total: 10.0,
            dispersion: None,
            dropout: None,
            accessible: false,
            log_normal: None,
        };
        let negative = Parameters { dispersion: Some(&dispersion), ..poisson };
        let inflated = Parameters { dropout: Some(&dropout), ..negative };
        let open = Parameters { accessible: true, ..poisson };
        let n = 20_000;
        for feature in 0..3_usize {
            let mean = 10.0 * f64::from(shares[feature]);
            let over = mean * mean / f64::from(dispersion[feature]);
            let keep = 1.0 - sigmoid(f64::from(dropout[feature]));
            let p = f64::from(shares[feature]);
            let second = keep * (mean + over + mean * mean);
            for (parameters, mean, variance) in [
                (&poisson, mean, mean),
                (&negative, mean, mean + over),
                (&inflated, keep * mean, second - (keep * mean).powi(2)),
                (&open, p, p * (1.0 - p)),
            ] {
                let [found, spread] = moments(parameters, feature as u32, n);
                // False alarms: 12 means at 5.5 standard errors, 12 · 4e-8 < 1e-6.
                let error = (variance / n as f64).sqrt();
                assert!((found - mean).abs() < 5.5 * error, "{parameters:?}: {found} against {mean}");
                // Fourth moments of the widest law here put the relative error of a variance below 0.05.
                assert!((spread / variance - 1.0).abs() < 0.25, "{parameters:?}: {spread} against {variance}");
                // The negative control: a mean that is off by a tenth is seen.
                assert!((found - 1.1 * mean).abs() > 5.5 * error || error > 0.018 * mean);
            }
        }
        assert_eq!(moments(&poisson, 3, 100), [0.0, 0.0]);
    }
}
