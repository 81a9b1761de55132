//! How data are to be read: the likelihood's rule for values, the split, and what a file cannot say itself.

use super::{DataError, ImageShape};

/// What the likelihood allows a pixel to be, after scaling.
///
/// ```
/// use reparam_cli::data::ValueRule;
/// assert!(ValueRule::Levels(17).allows(3.0 / 16.0));
/// assert!(!ValueRule::Binary.allows(0.5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueRule {
    /// Any number in `[0, 1]`: Bernoulli with binarisation, continuous Bernoulli.
    UnitInterval,
    /// 0 or 1: Bernoulli on data that are binary already.
    Binary,
    /// One of `n` equidistant grey levels `k / (n - 1)`: the categorical likelihood.
    Levels(u32),
    /// Any finite number: the Gaussian likelihood.
    AnyFinite,
}

impl ValueRule {
    /// Whether a scaled value obeys the rule.
    pub fn allows(self, value: f32) -> bool {
        match self {
            Self::UnitInterval => (0.0..=1.0).contains(&value),
            Self::Binary => value == 0.0 || value == 1.0,
            Self::Levels(n) => {
                let level = value as f64 * n.saturating_sub(1) as f64;
                // `value` is k / (n - 1) rounded to f32: off by at most 2^-25 of 1, so by 2^-9 of a level for the
                // finest scale, n = 65,536. Files with four decimals are off by 5e-5, 0.013 of a level for n = 256.
                (0.0..=1.0).contains(&value) && (level - level.round()).abs() < 0.02
            }
            Self::AnyFinite => value.is_finite(),
        }
    }
}

/// How [`read`](super::read) treats a file.
///
/// ```
/// use reparam_cli::data::{ReadOptions, ValueRule};
/// let options = ReadOptions { value_range: ValueRule::AnyFinite, ..ReadOptions::default() };
/// assert_eq!(options.test_fraction, 1.0 / 6.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    /// What the likelihood allows (default: [`ValueRule::UnitInterval`]).
    pub value_range: ValueRule,
    /// The part of the images that is held out where the data bring no test part (default: 1/6).
    pub test_fraction: f64,
    /// The key of the permutation that picks the images held out (default: 0).
    pub seed: u64,
    /// The shape of one image, for rows that are flat; a square with one channel where not given.
    pub image_shape: Option<ImageShape>,
    /// The CSV column with labels: a name in the header, or a number counted from 1. Where not given, a column named
    /// `label`, `labels`, `class` or `target`.
    pub label_column: Option<String>,
    /// The raw value that becomes 1, where the rule in [`PixelScale`](super::PixelScale) would choose another.
    pub max_value: Option<f64>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            value_range: ValueRule::UnitInterval,
            test_fraction: 1.0 / 6.0,
            seed: 0,
            image_shape: None,
            label_column: None,
            max_value: None,
        }
    }
}

impl ReadOptions {
    /// Refuses options that break their own rules, before any file is opened.
    pub(super) fn validate(&self) -> Result<(), DataError> {
        let refuse = |name, expected, got: String| Err(DataError::Option { name, expected, got });
        if !(self.test_fraction > 0.0 && self.test_fraction < 1.0) {
            return refuse("test fraction", "a number between 0 and 1", self.test_fraction.to_string());
        }
        if let ValueRule::Levels(n) = self.value_range
            && !(2..=65536).contains(&n)
        {
            return refuse("grey levels", "a number in [2, 65536]", n.to_string());
        }
        if let Some(max) = self.max_value
            && !(max.is_finite() && max > 0.0)
        {
            return refuse("maximum value", "a finite number > 0", max.to_string());
        }
        if let Some(shape) = self.image_shape
            && matches!(shape.checked_pixels(), None | Some(0))
        {
            return refuse("image shape", "channels, height and width >= 1", shape.to_string());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exact_grey_level_is_allowed_and_the_middle_between_two_is_not() {
        for n in [2u32, 16, 17, 256, 65536] {
            for k in 0..n {
                let level = (k as f64 / (n - 1) as f64) as f32;
                assert!(ValueRule::Levels(n).allows(level), "{k} of {n}");
            }
            let middle = (0.5 / (n - 1) as f64) as f32;
            assert!(!ValueRule::Levels(n).allows(middle), "{n}");
        }
    }

    #[test]
    fn options_outside_their_rules_are_named() {
        let shape = |channels, height, width| Some(ImageShape { channels, height, width });
        let base = ReadOptions::default();
        let cases = [
            (
                ReadOptions { test_fraction: 1.0, ..base.clone() },
                "test fraction: expected a number between 0 and 1, got 1",
            ),
            (ReadOptions { test_fraction: f64::NAN, ..base.clone() }, "got NaN"),
            (ReadOptions { value_range: ValueRule::Levels(1), ..base.clone() }, "grey levels: expected"),
            (
                ReadOptions { max_value: Some(0.0), ..base.clone() },
                "maximum value: expected a finite number > 0, got 0",
            ),
            (ReadOptions { image_shape: shape(1, 0, 8), ..base.clone() }, "image shape: expected"),
            (ReadOptions { image_shape: shape(usize::MAX, 2, 8), ..base.clone() }, "image shape: expected"),
        ];
        for (options, message) in cases {
            let error = options.validate().unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        assert!(base.validate().is_ok());
    }
}
