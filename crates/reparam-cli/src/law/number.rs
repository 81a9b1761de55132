//! Numbers as text: all digits that a double has and no more, and back.

use std::fmt;

/// A double with the fewest digits that read back as the same double; `inf`, `-inf` and `NaN` as Python, R and Rust read them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub f64);

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Both forms of the standard library are shortest round-trip; `Display` has no exponent and `Debug` a `.0` after integers.
        if self.0.fract() == 0.0 && self.0.abs() < 1e16 { write!(f, "{}", self.0) } else { write!(f, "{:?}", self.0) }
    }
}

/// Several numbers with commas between them.
#[derive(Clone, Copy, Debug)]
pub struct List<'a>(pub &'a [f64]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, x) in self.0.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { "," }, Exact(*x))?;
        }
        Ok(())
    }
}

/// Reads one number, or several with commas, semicolons or spaces between them, into `out`; the piece that is no number otherwise.
pub fn read<'a>(text: &'a str, out: &mut Vec<f64>) -> Result<(), &'a str> {
    out.clear();
    // The usual case first: one number.
    if let Ok(x) = text.parse() {
        out.push(x);
        return Ok(());
    }
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).trim();
    for group in text.split([',', ';']) {
        // Spaces separate too, but two commas in a row leave a hole.
        let mut words = group.split_whitespace().peekable();
        if words.peek().is_none() {
            return Err(group);
        }
        for word in words {
            out.push(word.parse().map_err(|_| word)?);
        }
    }
    Ok(())
}

/// Text of a user or a file on a terminal: at most 60 characters, control characters shown and not obeyed.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == 60 {
            shown.push('…');
            break;
        }
        let turns = matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_double_reads_back_as_itself() {
        let table = [
            (0.1, "0.1"),
            (2.0, "2"),
            (-0.0, "-0"),
            (1e-300, "1e-300"),
            (1e300, "1e300"),
            (123456789.0, "123456789"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "NaN"),
            (1.0 / 3.0, "0.3333333333333333"),
        ];
        for (x, text) in table {
            assert_eq!(Exact(x).to_string(), text);
            assert!(text.parse::<f64>().unwrap().to_bits() == x.to_bits() || x.is_nan());
        }
        // Patterns of bits all over the doubles.
        let mut bits = 1_u64;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            let x = f64::from_bits(bits);
            assert!(x.is_nan() || Exact(x).to_string().parse::<f64>().unwrap().to_bits() == bits, "{x:e}");
        }
    }

    #[test]
    fn lists_are_read_with_any_of_their_separators() {
        let mut out = Vec::new();
        for (text, wanted) in [
            ("1", &[1.0][..]),
            (" 1.5 ", &[1.5]),
            ("1,2,3", &[1.0, 2.0, 3.0]),
            ("[1, 2e-3]", &[1.0, 2e-3]),
            ("1 2;3 4", &[1.0, 2.0, 3.0, 4.0]),
            ("-1,-inf", &[-1.0, f64::NEG_INFINITY]),
        ] {
            assert_eq!(read(text, &mut out), Ok(()), "{text}");
            assert_eq!(out, wanted, "{text}");
        }
        for (text, piece) in
            [("", ""), ("a", "a"), ("1,,2", ""), ("1,2,", ""), ("1,b", "b"), ("1;2x", "2x"), ("[]", "")]
        {
            assert_eq!(read(text, &mut out).map_err(str::trim), Err(piece), "{text}");
        }
    }

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(shown("a\u{1b}[2J\n"), "a\\u{1b}[2J\\n");
        assert_eq!(shown(&"x".repeat(70)).chars().count(), 61);
    }
}
