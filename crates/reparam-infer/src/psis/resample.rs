//! Draws that stand for weighted ones.

use reparam_core::noise::{Noise, Stream};

/// Indices of `count` draws taken by weight, systematically: draw `i` is taken `count w_i` times, rounded up or down by one uniform number.
///
/// The indices rise, so that copies of a draw lie side by side and an effective sample size of the sequence counts them as one.
/// Weights need not be normalised; none that is NaN or negative infinity is taken. Empty where there is nothing to take.
///
/// ```
/// use reparam_core::noise::Key;
/// let weights = [0.5_f64.ln(), f64::NEG_INFINITY, 0.25_f64.ln(), 0.25_f64.ln()];
/// let taken = reparam_infer::psis::resample(&weights, 4, Key::new(1).site("resample").step(0));
/// assert_eq!(taken, [0, 0, 2, 3]);
/// ```
pub fn resample(log_weights: &[f64], count: usize, noise: Stream) -> Vec<usize> {
    let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return Vec::new();
    }
    let weight = |w: f64| if w.is_nan() { 0.0 } else { (w - largest).exp() };
    let total: f64 = log_weights.iter().map(|w| weight(*w)).sum();
    let shift: f64 = noise.draw(Noise::Uniform, 0);
    let mut taken = Vec::with_capacity(count);
    let (mut at, mut last) = (0.0, 0);
    for (i, w) in log_weights.iter().enumerate() {
        let w = weight(*w);
        at += w;
        if w > 0.0 {
            last = i;
        }
        while taken.len() < count && (taken.len() as f64 + shift) / count as f64 * total < at {
            taken.push(i);
        }
    }
    // Rounding of the sum may leave the last one out.
    taken.resize(count, last);
    taken
}
