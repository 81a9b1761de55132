//! What a model without structure reaches: independent pixels at their training means.

use reparam::vae::{GaussianScale, Likelihood, Rows};

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
            let logits: Vec<f64> =
                mean.iter().map(|m| logit_of_mean(m.clamp(edge.max(1e-3), 1.0 - edge.max(1e-3)))).collect();
            let normalisers: Vec<f64> = logits.iter().map(|l| log_normaliser(*l)).collect();
            average(test, |pixel, x| -(x * logits[pixel] + normalisers[pixel]))
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

/// `ln(l / (e^l - 1))`: the density at logit l is `e^(l x)` times this factor (Loaiza-Ganem and Cunningham 2019, equation 6).
fn log_normaliser(l: f64) -> f64 {
    let magnitude = l.abs();
    if magnitude < 1e-3 {
        return -0.5 * l - l * l / 24.0;
    }
    let common = magnitude.ln() - (-(-magnitude).exp()).ln_1p();
    if l > 0.0 { common - l } else { common }
}

/// The logit at which a continuous Bernoulli has this mean, by bisection: the mean rises with the logit.
fn logit_of_mean(mean: f64) -> f64 {
    let mean_at = |l: f64| {
        if l.abs() < 1e-3 { 0.5 + l / 12.0 } else { -1.0 / (-l).exp_m1() - 1.0 / l }
    };
    let (mut low, mut high) = (-2e3, 2e3);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if mean_at(middle) < mean {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
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
    fn continuous_bernoulli_integrates_to_one_and_has_its_mean() {
        for mean in [0.01, 0.3, 0.5, 0.7, 0.999] {
            let l = logit_of_mean(mean);
            // The midpoint rule on 1e6 cells: its error is (1/24e12) of the slope's change, |l| at most 1e3.
            let cells = 1_000_000;
            let (mut mass, mut first) = (0.0, 0.0);
            for i in 0..cells {
                let x = (f64::from(i) + 0.5) / f64::from(cells);
                let p = (l * x + log_normaliser(l)).exp() / f64::from(cells);
                mass += p;
                first += p * x;
            }
            assert!((mass - 1.0).abs() < 1e-6, "{mean}: {mass}");
            assert!((first - mean).abs() < 1e-6, "{mean}: {first}");
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
