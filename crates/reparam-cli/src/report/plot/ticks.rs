//! Round numbers along an axis, and how they are written.

/// Ticks at multiples of 1, 2 or 5 times a power of ten.
pub(super) fn linear_ticks(low: f64, high: f64, most: usize, whole: bool) -> Vec<(f64, String)> {
    let most = most.max(2) as f64;
    let raw = (high - low) / most;
    let mut power = raw.log10().floor() as i32;
    let mut factor = 1.0;
    while (high - low) / (factor * 10_f64.powi(power)) > most {
        (factor, power) = match factor {
            1.0 => (2.0, power),
            2.0 => (5.0, power),
            _ => (1.0, power + 1),
        };
    }
    if whole && power < 0 {
        (factor, power) = (1.0, 0);
    }
    // Multiples of an integer, then one multiplication or division by a power of ten: labels such as 0.30000000000000004 do not arise.
    let scale = 10_f64.powi(power.abs());
    let step = if power < 0 { factor / scale } else { factor * scale };
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    let values: Vec<f64> = (first..=last)
        .map(|multiple| {
            let base = multiple as f64 * factor;
            if power < 0 { base / scale } else { base * scale }
        })
        .collect();
    let largest = low.abs().max(high.abs());
    values.into_iter().map(|value| (value, linear_label(value, power, largest))).collect()
}

/// One precision for all the labels of an axis whose ticks are multiples of `10^power`.
fn linear_label(value: f64, power: i32, largest: f64) -> String {
    if largest >= 1e6 || power < -4 {
        let exponent = largest.log10().floor() as i32;
        if value == 0.0 {
            return "0".into();
        }
        let digits = (exponent - power).clamp(0, 9) as usize;
        let mantissa = value / 10_f64.powi(exponent);
        return format!("{}×10{}", minus(&format!("{mantissa:.digits$}")), superscript(exponent));
    }
    let digits = (-power).max(0) as usize;
    minus(&format!("{value:.digits$}"))
}

/// Powers of ten; in a short range also 2 and 5 times them, in a long one only some of them.
pub(super) fn log_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let all: &[f64] = if high / low < 100.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let within = |value: f64| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(&value);
    let count = (last - first).max(1) as usize;
    let stride = if all.len() == 1 { count.div_ceil(most.max(2)) } else { 1 };
    let ticks: Vec<(f64, String)> = (first..=last)
        .filter(|power| power.rem_euclid(stride as i32) == 0)
        .flat_map(|power| all.iter().map(move |&factor| (factor * 10_f64.powi(power), factor, power)))
        .filter(|&(value, ..)| within(value))
        .map(|(value, factor, power)| (value, log_label(factor, power)))
        .collect();
    // Less than a factor of about three holds too few round numbers of this kind: even steps serve better.
    if ticks.len() < 2 { linear_ticks(low, high, most, false) } else { ticks }
}

fn log_label(factor: f64, power: i32) -> String {
    match power {
        0..=4 => format!("{:.0}", factor * 10_f64.powi(power)),
        -3..=-1 => format!("{:.*}", (-power) as usize, factor * 10_f64.powi(power)),
        _ if factor == 1.0 => format!("10{}", superscript(power)),
        _ => format!("{factor:.0}×10{}", superscript(power)),
    }
}

/// A proper minus sign, and no minus sign before zero.
fn minus(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.into(),
        Some(rest) => format!("−{rest}"),
        None => number.into(),
    }
}

fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| {
            c.to_digit(10).map_or('⁻', |digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, AxisStyle};

    fn labels(low: f64, high: f64, style: AxisStyle) -> String {
        let axis = Axis::new(low, high, style);
        axis.ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn linear_ticks_are_round_and_of_one_precision() {
        let style = AxisStyle { ticks: 6, ..AxisStyle::default() };
        assert_eq!(labels(0.0, 1.0, style), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(84.2, 131.0, style), "90 100 110 120 130");
        assert_eq!(labels(-2.0, 2.0, style), "−2 −1 0 1 2");
        assert_eq!(labels(0.0, 3.0e7, style), "0 0.5×10⁷ 1.0×10⁷ 1.5×10⁷ 2.0×10⁷ 2.5×10⁷ 3.0×10⁷");
        assert_eq!(labels(0.0, 4e-7, style), "0 1×10⁻⁷ 2×10⁻⁷ 3×10⁻⁷ 4×10⁻⁷");
        assert_eq!(labels(1.0, 3.0, AxisStyle { whole: true, ..style }), "1 2 3");
    }

    #[test]
    fn log_ticks_suit_short_and_long_ranges() {
        let style = AxisStyle { log: true, ticks: 6, ..AxisStyle::default() };
        assert_eq!(labels(1e-3, 1.0, style), "0.001 0.01 0.1 1");
        assert_eq!(labels(1.0, 30.0, style), "1 2 5 10 20");
        assert_eq!(labels(1e-12, 1.0, style), "10⁻¹² 10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 0.01 1");
        assert_eq!(labels(2.1, 3.9, style), "2.5 3.0 3.5");
    }
}
