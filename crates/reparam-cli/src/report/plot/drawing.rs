//! A finished drawing and the SVG around it.

use super::palette::PAPER;

/// A finished plot: vector graphics, real text, no scripts.
///
/// The colours are those of [`super::palette`]; the ground is transparent in [`Drawing::inline`].
///
/// ```
/// use reparam_cli::report::plot::Drawing;
/// let drawing = Drawing::from_elements(20, 10, "a disc", "<circle cx=\"10\" cy=\"5\" r=\"4\"/>".into());
/// assert!(drawing.standalone().contains("viewBox=\"0 0 20 10\""));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Width in pixels at normal size.
    pub width: u32,
    /// Height in pixels at normal size.
    pub height: u32,
    pub(super) label: String,
    pub(super) body: String,
    /// Units of the body in a pixel.
    pub(super) fine: i32,
}

impl Drawing {
    /// A drawing from SVG elements in units of its own pixels; `label` says in words what it shows.
    pub fn from_elements(width: u32, height: u32, label: &str, elements: String) -> Self {
        Self { width, height, label: clean(label), body: elements, fine: 1 }
    }

    /// The element for a page, with the class `plot`, without a ground of its own.
    pub fn inline(&self) -> String {
        self.element("class=\"plot\" role=\"img\"", "")
    }

    /// A whole SVG file on white ground.
    pub fn standalone(&self) -> String {
        let ground = format!("<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>", PAPER.hex());
        let element = self.element("xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"", &ground);
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{element}\n")
    }

    /// The element for a place in a larger drawing.
    pub fn nested(&self, x: u32, y: u32) -> String {
        self.element(&format!("x=\"{x}\" y=\"{y}\""), "")
    }

    fn element(&self, attributes: &str, ground: &str) -> String {
        let (width, height, label) = (self.width, self.height, escape(&self.label));
        let (inner_width, inner_height) =
            (i64::from(width) * i64::from(self.fine), i64::from(height) * i64::from(self.fine));
        format!(
            "<svg {attributes} width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {inner_width} {inner_height}\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif\">\
             <title>{label}</title>{ground}\n{}</svg>",
            self.body
        )
    }
}

/// Text for an XML document.
pub(in crate::report) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The text without the characters that XML cannot hold, which become the replacement character.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' => c,
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            other => other,
        })
        .collect()
}
