//! What a model without structure reaches: independent pixels at their training means.

use reparam::vae::{GaussianScale, Likelihood, Rows};
use reparam_core::law::{ContinuousBernoulli, Law};

/// Negative log-likelihood of rows of data, nats per row, of pixels that are independent and have the law of the likelihood
/// at the training mean (for the categorical law: at the training frequencies).
///
/// Parameters that training data leave at an edge are kept off it, as one more image of each kind would do.
pub fn independent_pixels(train: Rows<'_>, test: Rows<'_>, likelihood: Likelihood) -> f64 {
    let n = train.len() as f64;
    let edge = 0.5 / (n + 1.0);
    let mean = means(train);
    match likelihood {
        Likelihood::Bernoulli => {
            let logs: Vec<[f64; 2]> =
                mean.iter().map(|m| m.clamp(edge, 1.0 - edge)).map(|m| [(1.0 - m).ln(), m.ln()]).collect();
            average(test, |pixel, x| -(x * logs[pixel][1] + (1.0 - x) * logs[pixel][0]))
        }
        Likelihood::ContinuousBernoulli => {
            let edge = edge.max(1e-3);
            let laws: Vec<ContinuousBernoulli> = mean.iter().map(|m| of_mean(m.clamp(edge, 1.0 - edge))).collect();
            average(test, |pixel, x| -laws[pixel].log_prob(x))
        }
        Likelihood::Gaussian { scale } => {
            let scale = match scale {
                GaussianScale::Fixed(scale) => scale,
                GaussianScale::Learned(_) => {
                    let square = average(train, |pixel, x| (x - mean[pixel]).powi(2));
                    (square / train.width() as f64).sqrt().max(1e-6)
                }
            };
            let constant = scale.ln() + 0.5 * (2.0 * std::f64::consts::PI).ln();
            average(test, |pixel, x| 0.5 * ((x - mean[pixel]) / scale).powi(2) + constant)
        }
        Likelihood::Categorical { levels } => {
            let level = |x: f64| (x * (levels - 1) as f64).round() as usize;
            let mut counts = vec![0.5_f64; train.width() * levels];
            for i in 0..train.len() {
                for (pixel, x) in train.row(i).iter().enumerate() {
                    counts[pixel * levels + level(f64::from(*x))] += 1.0;
                }
            }
            let total = n + 0.5 * levels as f64;
            average(test, |pixel, x| -(counts[pixel * levels + level(x)] / total).ln())
        }
    }
}

fn means(rows: Rows<'_>) -> Vec<f64> {
    let mut sum = vec![0.0_f64; rows.width()];
    for i in 0..rows.len() {
        for (s, x) in sum.iter_mut().zip(rows.row(i)) {
            *s += f64::from(*x);
        }
    }
    let n = rows.len().max(1) as f64;
    sum.into_iter().map(|s| s / n).collect()
}

/// The mean over rows of a sum over pixels.
fn average(rows: Rows<'_>, term: impl Fn(usize, f64) -> f64) -> f64 {
    let row = |i: usize| -> f64 { rows.row(i).iter().enumerate().map(|(pixel, x)| term(pixel, f64::from(*x))).sum() };
    (0..rows.len()).map(row).sum::<f64>() / rows.len().max(1) as f64
}

/// The continuous Bernoulli law with this mean, by bisection: the mean rises with the logit.
fn of_mean(mean: f64) -> ContinuousBernoulli {
    let at =
        |logits: f64| ContinuousBernoulli::from_logits(logits).expect("the middle of two finite numbers is finite");
    let (mut low, mut high) = (-2e3, 2e3);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if at(middle).mean() < mean {
            low = middle;
        } else {
            high = middle;
        }
    }
    at(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bernoulli_floor_is_the_cross_entropy_at_the_mean() {
        let train = [1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let floor = independent_pixels(Rows::new(&train, 2), Rows::new(&[1.0, 0.0], 2), Likelihood::Bernoulli);
        // Means 3/4 and 0, the second kept at 0.5 / 5.
        assert!((floor + 0.75_f64.ln() + 0.9_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn continuous_bernoulli_has_the_mean_that_was_asked_for() {
        for mean in [1e-3, 0.01, 0.3, 0.5, 0.7, 0.999] {
            // Bisection ends at neighbouring logits; the mean's slope is at most 1/12, so rounding of ½ + g' decides.
            let found = of_mean(mean).mean();
            assert!((found - mean).abs() < 1e-13, "{mean}: {found}");
        }
    }

    #[test]
    fn gaussian_and_categorical_floors_by_hand() {
        let train = [0.0, 1.0, 0.0, 1.0];
        let rows = Rows::new(&train, 1);
        let gaussian = independent_pixels(rows, rows, Likelihood::Gaussian { scale: GaussianScale::Learned(1.0) });
        // Mean 1/2, scale 1/2: 1/2 + ln(1/2) + ln(2 pi)/2.
        let expected = 0.5 + 0.5_f64.ln() + 0.5 * (2.0 * std::f64::consts::PI).ln();
        assert!((gaussian - expected).abs() < 1e-12);
        let categorical = independent_pixels(rows, rows, Likelihood::Categorical { levels: 2 });
        assert!((categorical - 2.0_f64.ln()).abs() < 1e-12);
    }
}
