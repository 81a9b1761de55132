//! A page in one file: no scripts, nothing fetched, readable on light and dark screens and on paper.

use super::plot::drawing::escape;
use super::plot::{Drawing, palette};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;

/// What a figure shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Media {
    /// Vector graphics.
    Drawing(Drawing),
    /// The bytes of a PNG file.
    Png {
        /// The file.
        bytes: Vec<u8>,
        /// What it shows, in words.
        alt: String,
        /// Width and height on the page, in pixels.
        size: (usize, usize),
    },
}

/// A figure with its caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it shows.
    pub media: Media,
    /// What one sees and how to read it.
    pub caption: String,
    /// Whether it takes the whole width; otherwise two stand side by side where there is room.
    pub wide: bool,
}

/// A row of a table of results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// The number or word.
    pub value: String,
    /// Its unit; empty for none.
    pub unit: String,
    /// What it means.
    pub about: String,
}

impl Row {
    /// A row from its four parts.
    pub fn new(
        label: impl Into<String>,
        value: impl Into<String>,
        unit: impl Into<String>,
        about: impl Into<String>,
    ) -> Self {
        Self { label: label.into(), value: value.into(), unit: unit.into(), about: about.into() }
    }
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Figures side by side.
    Figures(Vec<Figure>),
    /// Results with their units and meanings; nothing is drawn for no rows.
    Table(Vec<Row>),
    /// Any table: headings, and rows of as many cells; the first cell names the row.
    Grid {
        /// Headings of the columns.
        header: Vec<String>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
    /// Text in a fixed-width font, kept as it is.
    Code(String),
    /// Warnings; nothing is drawn for none.
    Notes(Vec<String>),
    /// Text followed by an address where there is one; the only links that leave the page.
    References(Vec<(String, Option<String>)>),
}

/// A part of the page with a heading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// The heading; also the link in the list at the top.
    pub heading: String,
    /// What follows the heading.
    pub blocks: Vec<Block>,
}

impl Section {
    /// An empty section.
    pub fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), blocks: Vec::new() }
    }

    /// The section with one more block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

/// A page.
///
/// ```
/// use reparam_cli::report::html::{Block, Page, Section};
/// let page = Page {
///     title: "Run <7>".into(),
///     sections: vec![Section::new("Result").with(Block::Text("all well".into()))],
///     ..Page::default()
/// };
/// assert!(page.render().contains("<h1>Run &lt;7&gt;</h1>"));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The heading and the name of the window.
    pub title: String,
    /// One line below the heading; empty for none.
    pub subtitle: String,
    /// The few numbers that most readers want, drawn large: the text in `about` is left out.
    pub tiles: Vec<Row>,
    /// Warnings, above everything else.
    pub notes: Vec<String>,
    /// The parts of the page; those without a block are left out.
    pub sections: Vec<Section>,
    /// The last line; empty for none.
    pub footer: String,
}

impl Page {
    /// The page as HTML that is also well-formed XML.
    pub fn render(&self) -> String {
        let title = escape(&self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{title}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n\
             <header>\n<h1>{title}</h1>\n",
            include_str!("style.css"),
            dark_plots(),
        );
        if !self.subtitle.is_empty() {
            let _ = writeln!(html, "<p class=\"subtitle\">{}</p>", escape(&self.subtitle));
        }
        let sections: Vec<&Section> = self.sections.iter().filter(|section| !section.blocks.is_empty()).collect();
        if sections.len() > 1 {
            html.push_str("<nav aria-label=\"Sections\">");
            for (index, section) in sections.iter().enumerate() {
                let _ = write!(html, "<a href=\"#s{}\">{}</a> ", index + 1, escape(&section.heading));
            }
            html.push_str("</nav>\n");
        }
        html.push_str("</header>\n<main>\n");
        write_notes(&mut html, &self.notes);
        if !self.tiles.is_empty() {
            html.push_str("<div class=\"tiles\">\n");
            for Row { label, value, unit, .. } in &self.tiles {
                let (label, value, unit) = (escape(label), escape(value), escape(unit));
                let _ = writeln!(
                    html,
                    "<div class=\"tile\"><div class=\"label\">{label}</div><div class=\"value\">{value}</div>\
                     <div class=\"unit\">{unit}</div></div>"
                );
            }
            html.push_str("</div>\n");
        }
        for (index, section) in sections.iter().enumerate() {
            let _ = writeln!(html, "<section id=\"s{}\">\n<h2>{}</h2>", index + 1, escape(&section.heading));
            for block in &section.blocks {
                write_block(&mut html, block);
            }
            html.push_str("</section>\n");
        }
        html.push_str("</main>\n");
        if !self.footer.is_empty() {
            let _ = writeln!(html, "<footer>{}</footer>", escape(&self.footer));
        }
        html.push_str("</body>\n</html>\n");
        html
    }
}

/// The colours of plots on dark screens. Paper is white.
fn dark_plots() -> String {
    format!("@media screen and (prefers-color-scheme: dark) {{ {} }}\n", palette::dark_style(".plot"))
}

fn write_notes(html: &mut String, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    html.push_str("<div class=\"notes\" role=\"note\"><ul>\n");
    for note in notes {
        let _ = writeln!(html, "<li>{}</li>", escape(note));
    }
    html.push_str("</ul></div>\n");
}

fn write_block(html: &mut String, block: &Block) {
    match block {
        Block::Text(text) => {
            let _ = writeln!(html, "<p>{}</p>", escape(text));
        }
        Block::Code(text) => {
            let _ = writeln!(html, "<pre><code>{}</code></pre>", escape(text.trim_end()));
        }
        Block::Notes(notes) => write_notes(html, notes),
        Block::Figures(figures) => {
            html.push_str("<div class=\"figures\">\n");
            for figure in figures {
                write_figure(html, figure);
            }
            html.push_str("</div>\n");
        }
        Block::Table(rows) => write_table(html, rows),
        Block::Grid { header, rows } => write_grid(html, header, rows),
        Block::References(references) => {
            html.push_str("<ul>\n");
            for (text, address) in references {
                let _ = match address {
                    // Nothing but the web: an address such as `javascript:` is shown, not linked.
                    Some(address) if address.starts_with("https://") || address.starts_with("http://") => {
                        writeln!(html, "<li>{} <a href=\"{1}\">{1}</a></li>", escape(text), escape(address))
                    }
                    Some(address) => {
                        writeln!(html, "<li>{} {}</li>", escape(text), escape(address))
                    }
                    None => writeln!(html, "<li>{}</li>", escape(text)),
                };
            }
            html.push_str("</ul>\n");
        }
    }
}

fn write_figure(html: &mut String, figure: &Figure) {
    let class = if figure.wide { " class=\"wide\"" } else { "" };
    let _ = writeln!(html, "<figure{class}>");
    match &figure.media {
        Media::Drawing(drawing) => {
            html.push_str(&drawing.inline());
            html.push('\n');
        }
        Media::Png { bytes, alt, size: (width, height) } => {
            let _ = writeln!(
                html,
                "<img src=\"{}\" alt=\"{}\" width=\"{width}\" height=\"{height}\"/>",
                data_address(bytes),
                escape(alt)
            );
        }
    }
    if !figure.caption.is_empty() {
        let _ = writeln!(html, "<figcaption>{}</figcaption>", escape(&figure.caption));
    }
    html.push_str("</figure>\n");
}

/// A PNG file as an address that holds the file itself.
pub(super) fn data_address(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", BASE64.encode(png))
}

fn write_grid(html: &mut String, header: &[String], rows: &[Vec<String>]) {
    html.push_str("<div class=\"scroll\"><table class=\"grid\">\n<thead><tr>");
    for name in header {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(name));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            let _ =
                if i == 0 { write!(html, "<th scope=\"row\">{cell}</th>") } else { write!(html, "<td>{cell}</td>") };
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
}

fn write_table(html: &mut String, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let explained = rows.iter().any(|row| !row.about.is_empty());
    html.push_str("<div class=\"scroll\"><table>\n");
    if explained {
        html.push_str("<thead><tr><th scope=\"col\">Quantity</th><th scope=\"col\">Value</th><th scope=\"col\">Unit</th><th scope=\"col\">What it is</th></tr></thead>\n");
    }
    html.push_str("<tbody>\n");
    for Row { label, value, unit, about } in rows {
        let _ = write!(html, "<tr><th scope=\"row\">{}</th>", escape(label));
        let _ = if explained {
            let (value, unit, about) = (escape(value), escape(unit), escape(about));
            writeln!(html, "<td class=\"number\">{value}</td><td>{unit}</td><td class=\"about\">{about}</td></tr>")
        } else {
            writeln!(html, "<td class=\"fact\">{} {}</td></tr>", escape(value), escape(unit))
        };
    }
    html.push_str("</tbody></table></div>\n");
}
