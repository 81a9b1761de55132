//! Colours: exact in every SVG file, and exchanged for lighter ones by a style sheet where the page is dark.
//!
//! Every colour is a pair. The SVG carries the first; [`dark_style`] is a sheet that replaces each first by its second, which works
//! because a style sheet is stronger than the presentation attributes of SVG.

use plotters::style::RGBColor;
use std::fmt::Write as _;

/// A colour on white paper and its twin on a dark page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Red, green, blue on white.
    pub light: u32,
    /// Red, green, blue on dark.
    pub dark: u32,
}

impl Colour {
    const fn new(light: u32, dark: u32) -> Self {
        Self { light, dark }
    }

    /// The colour on white as the drawing library wants it.
    pub(super) fn rgb(self) -> RGBColor {
        RGBColor((self.light >> 16) as u8, (self.light >> 8) as u8, self.light as u8)
    }

    /// The colour on white as SVG writes it.
    pub fn hex(self) -> String {
        format!("#{:06X}", self.light)
    }
}

/// Text.
pub const INK: Colour = Colour::new(0x1B242D, 0xE6EAEE);
/// Tick labels, notes, inactive things.
pub const MUTED: Colour = Colour::new(0x5B6875, 0xA3AFBA);
/// Axis lines.
pub const AXIS: Colour = Colour::new(0x8C98A4, 0x6C7883);
/// Grid lines.
pub const GRID: Colour = Colour::new(0xE3E7EB, 0x2E363E);
/// What the plot lies on.
pub const PAPER: Colour = Colour::new(0xFFFFFF, 0x171C21);

/// Ten colours that stay apart, for colour-blind readers too: seven of Okabe and Ito (2008) with a dark grey for their black, and
/// olive, indigo and wine after P. Tol (2021) in the places of their yellow, which white ground swallows, and beyond.
pub const CLASSES: [Colour; 10] = [
    Colour::new(0x0072B2, 0x4FA3DF),
    Colour::new(0xE69F00, 0xFFB733),
    Colour::new(0x009E73, 0x2FC79B),
    Colour::new(0xCC79A7, 0xE9A8CB),
    Colour::new(0x56B4E9, 0x9ADBFF),
    Colour::new(0xD55E00, 0xF47B33),
    Colour::new(0x3D3D3D, 0xD5D9DD),
    Colour::new(0x8F8A00, 0xD6CF4A),
    Colour::new(0x332288, 0xA08CF0),
    Colour::new(0x882255, 0xD8578F),
];

/// The shape of a class's mark: classes of one colour differ in it, and so do neighbours.
pub(super) fn shape(class: usize) -> usize {
    (class + class / CLASSES.len()) % 3
}

/// The order of the colours for lines and bars: the strongest contrasts first.
pub const LINES: [Colour; 5] = [CLASSES[0], CLASSES[5], CLASSES[2], CLASSES[9], CLASSES[6]];

/// Nine stops of a scale from dark blue to yellow, even in lightness and safe for colour-blind readers (the scale "viridis").
const SCALE: [u32; 9] = [0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725];

/// The colour of a place in `[0, 1]` on the continuous scale, in 32 steps so that equal values share one colour.
pub(super) fn scale(place: f64) -> RGBColor {
    let place = (place.clamp(0.0, 1.0) * 31.0).round() / 31.0 * (SCALE.len() - 1) as f64;
    let low = (place.floor() as usize).min(SCALE.len() - 2);
    let part = place - low as f64;
    let mix = |shift: u32| {
        let (a, b) = (SCALE[low] >> shift & 255, SCALE[low + 1] >> shift & 255);
        (a as f64 + part * (b as f64 - a as f64)).round() as u8
    };
    RGBColor(mix(16), mix(8), mix(0))
}

/// The rules that exchange every colour inside `selector` for its dark twin.
pub fn dark_style(selector: &str) -> String {
    let mut style = String::new();
    for colour in [INK, MUTED, AXIS, GRID, PAPER].into_iter().chain(CLASSES) {
        let (light, dark) = (colour.hex(), colour.dark);
        let _ = write!(
            style,
            "{selector} [fill=\"{light}\"]{{fill:#{dark:06X}}}{selector} [stroke=\"{light}\"]{{stroke:#{dark:06X}}}"
        );
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of WCAG 2 between two colours.
    fn contrast(a: u32, b: u32) -> f64 {
        let luminance = |colour: u32| {
            let part = |shift: u32| {
                let c = f64::from(colour >> shift & 255) / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
        };
        let (x, y) = (luminance(a) + 0.05, luminance(b) + 0.05);
        (x / y).max(y / x)
    }

    #[test]
    fn text_is_readable_on_both_grounds() {
        // 4.5 is the limit of WCAG 2 level AA for text of normal size.
        for colour in [INK, MUTED] {
            assert!(contrast(colour.light, PAPER.light) > 4.5 && contrast(colour.dark, PAPER.dark) > 4.5, "{colour:?}");
        }
    }

    #[test]
    fn marks_are_visible_on_dark_ground() {
        // 3 is the limit of WCAG 2 for graphics. On white the published colours stand as they are.
        for colour in CLASSES {
            assert!(contrast(colour.dark, PAPER.dark) > 3.0, "{colour:?}");
        }
    }

    #[test]
    fn colour_and_shape_tell_thirty_classes_apart() {
        let mut looks: Vec<(usize, usize)> = (0..30).map(|class| (class % CLASSES.len(), shape(class))).collect();
        looks.sort_unstable();
        looks.dedup();
        assert_eq!(looks.len(), 30);
    }

    #[test]
    fn every_colour_is_its_own_key() {
        let mut keys: Vec<u32> =
            [INK, MUTED, AXIS, GRID, PAPER].iter().chain(&CLASSES).map(|colour| colour.light).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn scale_runs_from_end_to_end() {
        assert_eq!(scale(-1.0), RGBColor(0x44, 0x01, 0x54));
        assert_eq!(scale(2.0), RGBColor(0xFD, 0xE7, 0x25));
    }
}
