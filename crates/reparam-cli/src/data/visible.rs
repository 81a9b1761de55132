//! Text from files and file names on a terminal: control characters are shown, not obeyed.

use std::fmt::{self, Write};

/// Passes text on with its control characters escaped: `\n`, `\t`, `\r`, `\0`, and `\x1b` or `\u{202e}` for the rest.
pub(super) struct Visible<W>(pub W);

impl<W: Write> Write for Visible<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut start = 0;
        for (at, c) in text.char_indices().filter(|&(_, c)| is_active(c)) {
            self.0.write_str(&text[start..at])?;
            start = at + c.len_utf8();
            match c {
                '\n' => self.0.write_str("\\n")?,
                '\t' => self.0.write_str("\\t")?,
                '\r' => self.0.write_str("\\r")?,
                '\0' => self.0.write_str("\\0")?,
                _ if (c as u32) < 0x100 => write!(self.0, "\\x{:02x}", c as u32)?,
                _ => write!(self.0, "\\u{{{:x}}}", c as u32)?,
            }
        }
        self.0.write_str(&text[start..])
    }
}

/// Control characters, and those that turn the direction of the text around them.
fn is_active(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with its control characters escaped.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = Visible(&mut shown).write_str(text);
    shown
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn control_characters_are_shown_and_all_others_kept() {
        let table = [
            ("", ""),
            ("a/b ü 日 'c' \\n", "a/b ü 日 'c' \\n"),
            ("a\u{1b}[31mred", "a\\x1b[31mred"),
            ("two\nlines\r\ttab\0", "two\\nlines\\r\\ttab\\0"),
            ("\u{9b}x\u{7f}", "\\x9bx\\x7f"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
        ];
        for (text, shown) in table {
            assert_eq!(visible(text), shown);
        }
    }
}
