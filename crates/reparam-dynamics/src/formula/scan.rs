//! Text into tokens.

use super::{FormulaError, FormulaFault};

/// The smallest parts of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number.
    Number(f64),
    /// A name.
    Name(String),
    /// An operator, a parenthesis, a comma.
    Sign(&'static str),
    /// After the last one.
    End,
}

impl Token {
    /// For messages.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Number(x) => format!("'{x}'"),
            Self::Name(name) => format!("'{name}'"),
            Self::Sign(sign) => format!("'{sign}'"),
            Self::End => "the end".into(),
        }
    }
}

/// All signs, those of two characters first.
const SIGNS: [&str; 18] =
    ["**", "<=", ">=", "==", "!=", "&&", "||", "+", "-", "*", "/", "^", "(", ")", ",", "<", ">", "!"];

pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn goes_on(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a text is one name and nothing else.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(starts_name) && text.chars().all(goes_on)
}

/// Tokens with their columns; the last one is [`Token::End`].
pub(super) fn scan(text: &str) -> Result<Vec<(usize, Token)>, FormulaError> {
    let mut tokens = Vec::new();
    let (mut rest, mut column) = (text, 1);
    while let Some(c) = rest.chars().next() {
        let (token, bytes) = if c.is_whitespace() {
            (None, c.len_utf8())
        } else if starts_name(c) {
            let bytes = rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
            (Some(Token::Name(rest[..bytes].to_owned())), bytes)
        } else if c.is_ascii_digit() || c == '.' {
            let bytes = number(rest);
            let value = rest[..bytes].parse().ok().filter(|x: &f64| x.is_finite());
            let fault = || FormulaError { column, fault: FormulaFault::Number(rest[..bytes].to_owned()) };
            (Some(Token::Number(value.ok_or_else(fault)?)), bytes)
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| FormulaError { column, fault: stray(c) })?;
            (Some(Token::Sign(sign)), sign.len())
        };
        tokens.extend(token.map(|token| (column, token)));
        column += rest[..bytes].chars().count();
        rest = &rest[bytes..];
    }
    tokens.push((column, Token::End));
    Ok(tokens)
}

/// Bytes of the number at the start: digits, points, and an exponent where a digit follows.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let end = digits(0);
    if !matches!(bytes.get(end), Some(b'e' | b'E')) {
        return end;
    }
    let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
    if bytes.get(signed).is_some_and(u8::is_ascii_digit) { digits(signed) } else { end }
}

fn stray(c: char) -> FormulaFault {
    let instead = match c {
        '=' => "==",
        '&' => "&&",
        '|' => "||",
        '·' | '×' => "*",
        '−' | '–' => "-",
        _ => return FormulaFault::Character(c),
    };
    FormulaFault::Single { found: c, instead }
}
