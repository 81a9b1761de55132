//! How far apart two guides are.

use crate::guide::Guide;
use reparam_core::diagnose::Moments;
use reparam_core::noise::{Key, Noise};

/// About the Kullback–Leibler divergence between two members of a family that are near each other, in nats: half the variance of
/// `ln q₁ - ln q₂` under the first (its expansion to second order, which unlike the mean of the difference is never negative and has
/// no noise at 0).
///
/// A shift of all of one coordinate by `s` standard deviations is `s²/2`.
pub(crate) fn divergence(first: &dyn Guide, second: &dyn Guide, key: Key) -> f64 {
    let n = first.noise_dimension();
    let (mut noise, mut z) = (vec![0.0; n], vec![0.0; first.dimension()]);
    let stream = key.site("divergence").step(0);
    let differences: Vec<f64> = (0..DRAWS)
        .map(|s| {
            stream.fill(Noise::StandardNormal, (s * n) as u64, &mut noise);
            let own = first.draw(&noise, &mut z);
            own - second.log_density(&z)
        })
        .collect();
    let half = 0.5 * Moments::of(&differences).variance();
    if half.is_finite() { half } else { f64::INFINITY }
}

/// Draws: the standard error of the estimate is about a tenth of it.
const DRAWS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::MeanField;

    #[test]
    fn a_shift_of_a_tenth_is_five_thousandths() {
        let (a, b) = (MeanField::new(&[0.0, 5.0], &[1.0, 2.0]), MeanField::new(&[0.1, 5.0], &[1.0, 2.0]));
        let found = divergence(&a, &b, Key::new(0));
        // ½ 0.1², known to about 9 % from 256 draws; five standard errors.
        assert!((found - 0.005).abs() < 0.005 * 0.45, "{found}");
        // The same member differs from itself by the rounding of its log densities.
        assert!(divergence(&a, &a, Key::new(0)) < 1e-28);
    }
}
