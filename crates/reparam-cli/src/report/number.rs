//! Numbers as people read them: with their error and no more digits than they carry.

/// A value with the standard error of its estimate, where one is known.
///
/// ```
/// use reparam_cli::report::number::Measured;
/// assert_eq!(Measured::with_error(87.34561, 0.1234).to_string(), "87.35 ± 0.12");
/// assert_eq!(Measured::exact(205.8123).to_string(), "205.8");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The estimate.
    pub value: f64,
    /// Its standard error, in the same unit.
    pub standard_error: Option<f64>,
}

impl Measured {
    /// A value without an error.
    pub fn exact(value: f64) -> Self {
        Self { value, standard_error: None }
    }

    /// A value and its standard error.
    pub fn with_error(value: f64, standard_error: f64) -> Self {
        Self { value, standard_error: Some(standard_error) }
    }
}

impl std::fmt::Display for Measured {
    /// The error with two digits and the value to the same place; four digits where no error is known.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.standard_error {
            Some(error) if self.value.is_finite() && error.is_finite() && error > 0.0 => {
                let place = 1 - leading_place(error, 2);
                if (0..=9).contains(&place) && self.value.abs() < 1e9 {
                    write!(out, "{:.*} ± {:.*}", place as usize, self.value, place as usize, error)
                } else if place < 0 && self.value.abs() < 1e9 {
                    write!(out, "{:.0} ± {:.0}", self.value, error)
                } else {
                    write!(out, "{:.4e} ± {:.1e}", self.value, error)
                }
            }
            Some(error) if self.value.is_finite() && !error.is_finite() => {
                write!(out, "{} (no finite error)", significant(self.value, 4))
            }
            _ => out.write_str(&significant(self.value, 4)),
        }
    }
}

/// The power of ten of the first digit once the number is rounded to `digits` digits: 0.0996 with two digits is 0.10, so -1.
fn leading_place(value: f64, digits: usize) -> i32 {
    let text = format!("{:.*e}", digits.saturating_sub(1), value.abs());
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// A number with this many significant digits, without an exponent where it is readable; integers keep all their digits.
///
/// ```
/// use reparam_cli::report::number::significant;
/// assert_eq!(significant(0.00123456, 3), "0.00123");
/// assert_eq!(significant(1797.0, 3), "1,797");
/// assert_eq!(significant(f64::NAN, 3), "not a number");
/// ```
pub fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "not a number".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "infinite" } else { "-infinite" }.into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let place = leading_place(value, digits);
    if !(-4..9).contains(&place) {
        return format!("{:.*e}", digits.saturating_sub(1), value);
    }
    let decimals = if value.fract() == 0.0 { 0 } else { (digits as i32 - 1 - place).max(0) as usize };
    grouped(&format!("{value:.decimals$}"))
}

/// Commas between groups of three digits before the decimal point.
fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A number of things, with the noun in the form that it asks for: the noun's plural is made with an `s`.
///
/// ```
/// use reparam_cli::report::number::counted;
/// assert_eq!((counted(1, "epoch"), counted(1200, "image")), ("1 epoch".into(), "1,200 images".into()));
/// ```
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
}

/// A time in seconds, minutes or hours, whichever reads best.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return significant(seconds, 3);
    }
    // Rounded first, so that 59.96 s is 1 min and not 60.0 s.
    let whole = seconds.round() as u64;
    match whole {
        _ if (seconds * 10.0).round() < 600.0 => format!("{} s", significant(seconds, 3)),
        0..3_600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_decide_the_digits() {
        let table = [
            (87.34561, 0.1234, "87.35 ± 0.12"),
            (87.34561, 0.0996, "87.35 ± 0.10"),
            (-3.0, 0.5, "-3.00 ± 0.50"),
            (12345.678, 12.3, "12346 ± 12"),
            (12345.678, 1234.6, "12346 ± 1235"),
            (0.000001234, 0.0000000011, "1.2340e-6 ± 1.1e-9"),
            (0.0, 0.01, "0.000 ± 0.010"),
        ];
        for (value, error, text) in table {
            assert_eq!(Measured::with_error(value, error).to_string(), text);
        }
        assert_eq!(Measured::with_error(1.5, 0.0).to_string(), "1.500");
        assert_eq!(Measured::with_error(1.5, f64::NAN).to_string(), "1.500 (no finite error)");
        assert_eq!(Measured::with_error(f64::NAN, 0.1).to_string(), "not a number");
        assert_eq!(Measured::exact(f64::NEG_INFINITY).to_string(), "-infinite");
    }

    #[test]
    fn significant_digits_are_kept_and_no_more() {
        let table = [
            (205.8123, 4, "205.8"),
            (0.1, 3, "0.100"),
            (99.96, 3, "100"),
            (123456.7, 3, "123,457"),
            (1e12, 3, "1.00e12"),
            (-0.00002, 2, "-2.0e-5"),
            (50.0, 4, "50"),
        ];
        for (value, digits, text) in table {
            assert_eq!(significant(value, digits), text);
        }
    }

    #[test]
    fn durations_change_their_unit() {
        let table = [
            (0.034, "0.0340 s"),
            (59.94, "59.9 s"),
            (59.96, "1 min 0 s"),
            (754.2, "12 min 34 s"),
            (7325.0, "2 h 2 min"),
        ];
        for (seconds, text) in table {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(duration(f64::NAN), "not a number");
    }
}
