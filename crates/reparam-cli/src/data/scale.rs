//! From raw values to pixels: which value is white, and whether each one obeys the likelihood's rule.

use super::raw::{RawImages, Values};
use super::{DataError, PixelScale, ReadOptions, ValueRule};

/// What all parts of the data hold.
struct Range {
    min: f32,
    max: f32,
    /// All stored as single bytes.
    bytes: bool,
    /// All stored as whole numbers.
    whole: bool,
    /// All equal to whole numbers, however stored.
    integral: bool,
}

/// Scales the parts together, so that training and test images share one scale; the pixels, the divisor, its name.
///
/// # Errors
/// The first value, in reading order, that is not finite or that breaks `options.value_range`.
pub(super) fn to_pixels(
    parts: &mut [RawImages],
    options: &ReadOptions,
) -> Result<(Vec<Vec<f32>>, f64, PixelScale), DataError> {
    let range = range_of(parts)?;
    let declared = parts.iter().find_map(|part| part.white);
    let white = white(&range, declared, options);
    let mut pixels = Vec::with_capacity(parts.len());
    for part in parts.iter_mut() {
        let values = std::mem::replace(&mut part.values, Values::Bytes(Vec::new()));
        pixels.push(scale(values, white, options.value_range).map_err(|(index, got)| DataError::Value {
            place: part.place.of(index, part.shape),
            expected: rule_in_words(options.value_range, white, range.whole),
            got: got.to_string(),
            hint: hint(&range, options),
        })?);
    }
    Ok((pixels, white, scale_name(&range, white, options)))
}

fn range_of(parts: &[RawImages]) -> Result<Range, DataError> {
    let mut range = Range { min: f32::INFINITY, max: f32::NEG_INFINITY, bytes: true, whole: true, integral: true };
    for part in parts {
        match &part.values {
            Values::Bytes(bytes) => {
                range.min = range.min.min(bytes.iter().copied().min().unwrap_or(0) as f32);
                range.max = range.max.max(bytes.iter().copied().max().unwrap_or(0) as f32);
            }
            Values::Whole(values) | Values::Real(values) => {
                range.bytes = false;
                range.whole &= matches!(part.values, Values::Whole(_));
                for (index, &value) in values.iter().enumerate() {
                    if !value.is_finite() {
                        return Err(DataError::Value {
                            place: part.place.of(index, part.shape),
                            expected: "a finite number".into(),
                            got: value.to_string(),
                            hint: None,
                        });
                    }
                    range.min = range.min.min(value);
                    range.max = range.max.max(value);
                    range.integral &= value.fract() == 0.0;
                }
            }
        }
    }
    Ok(range)
}

/// The raw value that becomes 1; the rule is in the documentation of [`PixelScale`].
fn white(range: &Range, declared: Option<u16>, options: &ReadOptions) -> f64 {
    if let Some(max) = options.max_value {
        return max;
    }
    if let Some(white) = declared {
        return white as f64;
    }
    if !range.whole {
        return 1.0;
    }
    // Features that are no intensities stay as they are; only the Gaussian likelihood takes them.
    if options.value_range == ValueRule::AnyFinite && (range.min < 0.0 || range.max > 65535.0) {
        return 1.0;
    }
    if let ValueRule::Levels(n) = options.value_range {
        return (n - 1) as f64;
    }
    match range.max {
        ..=1.0 => 1.0,
        _ if range.bytes => 255.0,
        max @ ..=16.0 => max as f64,
        ..=255.0 => 255.0,
        _ => 65535.0,
    }
}

/// Divides by `white` and checks the rule; on a breach, the index and the raw value.
fn scale(values: Values, white: f64, rule: ValueRule) -> Result<Vec<f32>, (usize, f32)> {
    let white = white as f32;
    match values {
        Values::Bytes(bytes) => {
            // 256 values are checked once each; the data are searched only if one of those does not pass.
            let allowed: [bool; 256] = std::array::from_fn(|b| rule.allows(b as f32 / white));
            if allowed.contains(&false)
                && let Some(index) = bytes.iter().position(|&b| !allowed[b as usize])
            {
                return Err((index, bytes[index] as f32));
            }
            Ok(bytes.iter().map(|&b| b as f32 / white).collect())
        }
        Values::Whole(mut values) | Values::Real(mut values) => {
            for (index, value) in values.iter_mut().enumerate() {
                let pixel = *value / white;
                if !rule.allows(pixel) {
                    return Err((index, *value));
                }
                *value = pixel;
            }
            Ok(values)
        }
    }
}

fn scale_name(range: &Range, white: f64, options: &ReadOptions) -> PixelScale {
    match options.value_range {
        ValueRule::Levels(n) => PixelScale::Levels(n),
        ValueRule::Binary => PixelScale::Levels(2),
        _ if range.min < 0.0 || range.max > white as f32 => PixelScale::Raw,
        _ if range.whole && white.fract() == 0.0 && white < u32::MAX as f64 => PixelScale::Levels(white as u32 + 1),
        _ => PixelScale::Unit,
    }
}

/// The rule in the units of the file.
fn rule_in_words(rule: ValueRule, white: f64, whole: bool) -> String {
    match rule {
        ValueRule::UnitInterval => format!("a number in [0, {white}]"),
        ValueRule::Binary => format!("0 or {white}"),
        ValueRule::Levels(n) if whole && white == (n - 1) as f64 => {
            format!("a whole number in [0, {white}]")
        }
        ValueRule::Levels(n) => format!("a multiple of {white}/{} in [0, {white}]", n - 1),
        ValueRule::AnyFinite => "a finite number".into(),
    }
}

fn hint(range: &Range, options: &ReadOptions) -> Option<String> {
    if range.min < 0.0 {
        return Some("only a Gaussian likelihood takes negative values".into());
    }
    match options.value_range {
        ValueRule::UnitInterval | ValueRule::Levels(_) if range.integral && options.max_value.is_none() => {
            Some(format!("the data are whole numbers up to {0}: if {0} is white, give --max-value {0}", range.max))
        }
        ValueRule::UnitInterval => {
            Some(format!("the largest value is {}: give it, or the value of white, as --max-value", range.max))
        }
        ValueRule::Binary => Some("a likelihood with binarisation takes grey values".into()),
        ValueRule::Levels(_) => Some("the number of grey levels has to fit the data".into()),
        ValueRule::AnyFinite => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ImageShape;
    use super::super::raw::Place;
    use super::*;

    fn part(values: Values) -> RawImages {
        let shape = ImageShape { channels: 1, height: 1, width: 2 };
        RawImages { shape, values, white: None, place: Place::Array("x".into()), labels: None }
    }

    fn scaled(values: Values, rule: ValueRule, max_value: Option<f64>) -> Result<(Vec<f32>, PixelScale), String> {
        let options = ReadOptions { value_range: rule, max_value, ..ReadOptions::default() };
        to_pixels(&mut [part(values)], &options).map(|(mut p, _, s)| (p.remove(0), s)).map_err(|e| e.to_string())
    }

    #[test]
    fn white_follows_the_documented_rule() {
        use PixelScale::{Levels, Raw, Unit};
        use ValueRule::{AnyFinite, Binary, UnitInterval};
        let bytes = |v: [u8; 2]| Values::Bytes(v.to_vec());
        let whole = |v: [f32; 2]| Values::Whole(v.to_vec());
        let real = |v: [f32; 2]| Values::Real(v.to_vec());
        let cases = [
            (bytes([0, 51]), UnitInterval, None, [0.0, 0.2], Levels(256)),
            (bytes([0, 1]), UnitInterval, None, [0.0, 1.0], Levels(2)),
            (bytes([0, 255]), Binary, None, [0.0, 1.0], Levels(2)),
            (bytes([4, 16]), ValueRule::Levels(17), None, [0.25, 1.0], Levels(17)),
            (bytes([4, 16]), UnitInterval, Some(16.0), [0.25, 1.0], Levels(17)),
            (whole([4.0, 16.0]), UnitInterval, None, [0.25, 1.0], Levels(17)),
            (whole([0.0, 51.0]), UnitInterval, None, [0.0, 0.2], Levels(256)),
            (whole([0.0, 13107.0]), AnyFinite, None, [0.0, 0.2], Levels(65536)),
            (whole([0.0, 70000.0]), AnyFinite, None, [0.0, 70000.0], Raw),
            (whole([-3.0, 7.0]), AnyFinite, None, [-3.0, 7.0], Raw),
            (real([0.25, 1.0]), AnyFinite, None, [0.25, 1.0], Unit),
            (real([0.25, 2.0]), AnyFinite, None, [0.25, 2.0], Raw),
            (real([0.5, 2.0]), UnitInterval, Some(2.0), [0.25, 1.0], Unit),
            (real([0.25, 1.0]), ValueRule::Levels(5), None, [0.25, 1.0], Levels(5)),
        ];
        for (values, rule, max, pixels, scale) in cases {
            assert_eq!(scaled(values, rule, max), Ok((pixels.to_vec(), scale)));
        }
    }

    #[test]
    fn the_divisor_scales_another_part_alike() {
        let bytes = |v: [u8; 2]| Values::Bytes(v.to_vec());
        let whole = |v: [f32; 2]| Values::Whole(v.to_vec());
        for (first, rule, divisor) in [
            (bytes([0, 255]), ValueRule::Binary, 255.0),
            (bytes([0, 16]), ValueRule::Levels(17), 16.0),
            (whole([-3.0, 7.0]), ValueRule::AnyFinite, 1.0),
        ] {
            let options = ReadOptions { value_range: rule, ..ReadOptions::default() };
            let found = to_pixels(&mut [part(first)], &options).unwrap().1;
            assert_eq!(found, divisor, "{rule:?}");
        }
        // Alone, the second part would be divided by 7: its own largest value.
        let again = |max_value| scaled(whole([0.0, 7.0]), ValueRule::AnyFinite, max_value).unwrap().0;
        assert_eq!(again(Some(1.0)), [0.0, 7.0]);
        assert_ne!(again(None), again(Some(1.0)));
    }

    #[test]
    fn a_breach_is_named_in_the_units_of_the_file() {
        let cases = [
            (Values::Real(vec![0.5, 1.5]), ValueRule::UnitInterval, "column 1: expected a number in [0, 1], got '1.5'"),
            (Values::Whole(vec![3.0, -1.0]), ValueRule::UnitInterval, "expected a number in [0, 3], got '-1'"),
            (Values::Bytes(vec![0, 17]), ValueRule::Levels(16), "expected a whole number in [0, 15], got '17'"),
            (Values::Real(vec![0.0, 0.3]), ValueRule::Levels(5), "expected a multiple of 1/4 in [0, 1], got '0.3'"),
            (Values::Bytes(vec![0, 7]), ValueRule::Binary, "expected 0 or 255, got '7'"),
            (Values::Real(vec![0.0, f32::NAN]), ValueRule::AnyFinite, "expected a finite number, got 'NaN'"),
            (
                Values::Whole(vec![0.0, 70000.0]),
                ValueRule::UnitInterval,
                "expected a number in [0, 65535], got '70000'",
            ),
        ];
        for (values, rule, message) in cases {
            let error = scaled(values, rule, None).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
