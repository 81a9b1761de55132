//! The table of a report, for people.

use reparam::measure::{Report, Row, Verdict};

use crate::report::number::{Measured, significant};

/// Headings of the columns, the same on the terminal and on the page.
pub const COLUMNS: [&str; 10] =
    ["estimator", "parameter", "mean", "exact", "verdict", "variance", "snr", "time", "efficiency", "tail"];
/// Columns whose cells end in one line rather than begin in one.
const NUMBERS: [bool; 10] = [false, false, true, true, false, true, true, true, true, true];

/// The cells of a row.
pub fn cells(row: &Row) -> [String; 10] {
    let or_dash = |number: Option<f64>, digits| number.map_or_else(|| "-".to_owned(), |x| short(x, digits));
    let none = is_zero(row);
    [
        row.estimator.clone(),
        row.parameter.clone(),
        mean(row),
        row.exact.map_or_else(|| "-".to_owned(), |x| exact(row, x)),
        verdict(row),
        if none { "0".into() } else { short(row.variance, 4) },
        or_dash(row.snr.filter(|_| !none), 3),
        time(row.seconds_per_draw),
        row.efficiency.filter(|_| !none).map_or_else(|| "-".to_owned(), |x| format!("{x:.2e}")),
        row.tail_index.map_or_else(|| "-".to_owned(), |index| format!("{index:.2}")),
    ]
}

/// A variance below this part of the squared mean is rounding.
const ROUNDING: f64 = 1e-24;

/// Whether all estimates are one number, but for rounding.
pub fn is_zero(row: &Row) -> bool {
    row.variance <= ROUNDING * row.mean * row.mean
}

/// The exact gradient; 0 where it is no more than the rounding of a quadrature.
fn exact(row: &Row, value: f64) -> String {
    if value.abs() < 1e-9 * row.standard_error { "0".into() } else { trimmed(&short(value, 6)) }
}

/// Without zeros at the end of a decimal fraction.
fn trimmed(number: &str) -> String {
    if !number.contains('.') || number.contains('e') {
        return number.to_owned();
    }
    number.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number in few characters.
pub fn short(number: f64, digits: usize) -> String {
    if number != 0.0 && !(1e-4..1e6).contains(&number.abs()) {
        format!("{:.*e}", digits - 1, number)
    } else {
        significant(number, digits).replace(',', "")
    }
}

fn mean(row: &Row) -> String {
    // Rounding alone is no error to speak of.
    if row.standard_error <= 1e-12 * row.mean.abs() {
        trimmed(&short(row.mean, 6))
    } else {
        Measured::with_error(row.mean, row.standard_error).to_string()
    }
}

/// The verdict, with the bias where there is one.
pub fn verdict(row: &Row) -> String {
    match (row.verdict, row.bias, row.bias_standard_error) {
        (Verdict::Biased, Some(bias), Some(error)) if error < 1e-9 * bias.abs() => {
            format!("biased by {}", short(bias, 4))
        }
        (Verdict::Biased, Some(bias), Some(error)) => format!("biased by {}", Measured::with_error(bias, error)),
        (Verdict::Unbiased, ..) if row.biased_by_design => "no bias seen (biased by design)".into(),
        (verdict, ..) => verdict.words().into(),
    }
}

/// A short time.
pub fn time(seconds: f64) -> String {
    let (number, unit) = match seconds {
        s if s < 1e-6 => (s * 1e9, "ns"),
        s if s < 1e-3 => (s * 1e6, "us"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    format!("{} {unit}", significant(number, 3))
}

/// All rows, those of one parameter together.
pub fn text(report: &Report) -> String {
    let mut parameters: Vec<&str> = report.rows.iter().map(|row| row.parameter.as_str()).collect();
    let mut seen = std::collections::BTreeSet::new();
    parameters.retain(|name| seen.insert(*name));
    let mut lines = vec![COLUMNS.map(str::to_owned).to_vec()];
    for (i, name) in parameters.iter().enumerate() {
        if i > 0 {
            lines.push(Vec::new());
        }
        lines.extend(report.rows.iter().filter(|row| row.parameter == *name).map(|row| cells(row).to_vec()));
    }
    aligned(&lines, &NUMBERS)
}

/// Lines of cells in columns; a line without cells is empty.
pub fn aligned(lines: &[Vec<String>], right: &[bool]) -> String {
    let width =
        |k: usize| lines.iter().filter_map(|line| line.get(k)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..right.len()).map(width).collect();
    let mut out = String::new();
    for line in lines {
        let mut text = String::new();
        for ((cell, width), right) in line.iter().zip(&widths).zip(right) {
            let room = " ".repeat(width.saturating_sub(cell.chars().count()));
            let (first, second) = if *right { (room.as_str(), cell.as_str()) } else { (cell.as_str(), room.as_str()) };
            text.extend([first, second, "  "]);
        }
        out += text.trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_in_one_line() {
        let line = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(
            aligned(&[line("a", "x"), Vec::new(), line("abc", "1.25")], &[false, true]),
            "a       x\n\nabc  1.25\n"
        );
    }

    #[test]
    fn small_and_large_numbers_have_exponents() {
        assert_eq!(short(0.25, 4), "0.2500");
        assert_eq!(short(1.5e-9, 3), "1.50e-9");
        assert_eq!(short(2.5e7, 3), "2.50e7");
        assert_eq!((time(3.25e-8), time(2.5e-3)), ("32.5 ns".into(), "2.50 ms".into()));
    }
}
