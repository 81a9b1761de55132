//! The elements of an SVG text that this program wrote.

/// An element: its name, what stands in its tag, and the text after it.
#[derive(Debug)]
pub struct Element<'a> {
    /// `line`, or `/svg` where an element ends.
    pub name: &'a str,
    attributes: &'a str,
    after: &'a str,
}

/// All tags, in order.
pub fn elements(svg: &str) -> impl Iterator<Item = Element<'_>> {
    svg.split('<').skip(1).map(|piece| {
        let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(|c: char| c.is_whitespace()).unwrap_or((tag, ""));
        Element { name, attributes, after }
    })
}

impl<'a> Element<'a> {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        loop {
            let (key, after) = rest.split_once("=\"")?;
            let (value, next) = after.split_once('"')?;
            if key.trim() == name {
                return Some(value);
            }
            rest = next;
        }
    }

    /// A finite number of moderate size.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name)?.parse().ok().filter(|number: &f64| number.abs() < 1e7)
    }

    /// A number, or this where there is none.
    pub fn or(&self, name: &str, otherwise: f64) -> f64 {
        self.number(name).unwrap_or(otherwise)
    }

    /// Numbers between commas and spaces; those that are none, or of no use, are 0.
    pub fn list(&self, name: &str) -> Vec<f64> {
        let text = self.attribute(name).unwrap_or_default();
        let number = |word: &str| word.parse().ok().filter(|number: &f64| number.abs() < 1e7).unwrap_or(0.0);
        text.split([' ', ',']).filter(|word| !word.is_empty()).map(number).collect()
    }

    /// A colour `#RRGGBB`; nothing for `none`.
    pub fn colour(&self, name: &str) -> Option<[u8; 3]> {
        let digits = self.attribute(name)?.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        Some([(number >> 16) as u8, (number >> 8) as u8, number as u8])
    }

    /// The text of a text element.
    pub fn text(&self) -> String {
        let text = self.after.trim();
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}
