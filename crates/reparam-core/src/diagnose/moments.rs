//! Mean and variance of a sample, with their standard errors.

/// The first four central moments of a sample, without the cancellation of sums of powers.
///
/// Samples are merged exactly (Pébay 2008, equations 2.1 to 2.9), so that a fixed order of merging gives the same bits whatever the threads.
///
/// ```
/// use reparam_core::diagnose::Moments;
/// let sample = Moments::of(&[1.0, 2.0, 3.0, 4.0]);
/// assert_eq!((sample.mean(), sample.variance()), (2.5, 5.0 / 3.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: f64,
    mean: f64,
    /// Sums of second, third and fourth powers of deviations.
    sums: [f64; 3],
}

impl Moments {
    /// Of these numbers.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        if values.is_empty() {
            return Self::default();
        }
        // Around a first mean, then corrected: the mean of equal numbers is exactly that number.
        let start = values[0];
        let mean = start + values.iter().map(|x| x - start).sum::<f64>() / count;
        let mut sums = [0.0; 3];
        for x in values {
            let d = x - mean;
            let square = d * d;
            sums[0] += square;
            sums[1] += square * d;
            sums[2] += square * square;
        }
        Self { count, mean, sums }
    }

    /// Of both samples together.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        if self.count == 0.0 || other.count == 0.0 {
            return if self.count == 0.0 { other } else { self };
        }
        let (a, b, n) = (self.count, other.count, self.count + other.count);
        let d = other.mean - self.mean;
        let [a2, a3, a4] = self.sums;
        let [b2, b3, b4] = other.sums;
        let second = a2 + b2 + d * d * a * b / n;
        let third = a3 + b3 + d.powi(3) * a * b * (a - b) / (n * n) + 3.0 * d * (a * b2 - b * a2) / n;
        let fourth = a4
            + b4
            + d.powi(4) * a * b * (a * a - a * b + b * b) / n.powi(3)
            + 6.0 * d * d * (a * a * b2 + b * b * a2) / (n * n)
            + 4.0 * d * (a * b3 - b * a3) / n;
        Self { count: n, mean: self.mean + d * b / n, sums: [second, third, fourth] }
    }

    /// How many numbers.
    pub const fn count(&self) -> f64 {
        self.count
    }

    /// Their mean; 0 of none.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The unbiased variance; 0 of fewer than two.
    pub fn variance(&self) -> f64 {
        if self.count > 1.0 { self.sums[0] / (self.count - 1.0) } else { 0.0 }
    }

    /// Standard error of the mean.
    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.count.max(1.0)).sqrt()
    }

    /// Standard error of the variance: `√((m4 - m2² (n - 3)/(n - 1)) / n)` with the sample's central moments.
    pub fn variance_error(&self) -> f64 {
        let n = self.count;
        if n < 4.0 {
            return f64::INFINITY;
        }
        let (second, fourth) = (self.sums[0] / n, self.sums[2] / n);
        ((fourth - second * second * (n - 3.0) / (n - 1.0)).max(0.0) / n).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_is_the_same_as_taking_all_at_once() {
        let values: Vec<f64> = (0..1000).map(|i| (f64::from(i) * 0.7).sin() * 3.0 + f64::from(i % 7)).collect();
        let all = Moments::of(&values);
        let parts = values.chunks(123).map(Moments::of).fold(Moments::default(), Moments::merged);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(1.0);
        assert!(close(all.mean, parts.mean) && all.count == parts.count);
        for (a, b) in all.sums.iter().zip(parts.sums) {
            // Sums of 1,000 terms of either sign: a few hundred roundings of the largest.
            assert!((a - b).abs() <= 1e-10 * all.sums[2], "{a} {b}");
        }
    }

    #[test]
    fn equal_numbers_have_no_variance_and_far_ones_keep_theirs() {
        let same = Moments::of(&[0.1; 77]);
        assert_eq!((same.mean(), same.variance()), (0.1, 0.0));
        let far = Moments::of(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
        assert_eq!(far.variance(), 1.0);
        assert_eq!(Moments::of(&[]).variance(), 0.0);
    }

    #[test]
    fn the_error_of_the_variance_is_that_of_a_known_sample() {
        // Of ±1 in equal parts the fourth moment is the square of the second: the variance has next to no error.
        let signs: Vec<f64> = (0..1000).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert!(Moments::of(&signs).variance_error() < 0.003);
    }
}
