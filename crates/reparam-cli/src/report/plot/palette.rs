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

/// Twelve colours for categories that differ in colour alone: those of [`CLASSES`], with pear and brown.
pub const CATEGORIES: [Colour; 12] = [
    CLASSES[0],
    CLASSES[1],
    CLASSES[2],
    CLASSES[3],
    CLASSES[4],
    CLASSES[5],
    CLASSES[6],
    CLASSES[7],
    CLASSES[8],
    CLASSES[9],
    Colour::new(0xB4C62F, 0xDDEB6B),
    Colour::new(0x8B5E3C, 0xC79A76),
];

/// Phases of the cell cycle by their usual names, in the order of the cycle, with indices into [`CLASSES`].
const PHASES: [(&str, usize); 10] = [
    ("G0", 6),
    ("EARLYG1", 2),
    ("MG1", 2),
    ("G1", 2),
    ("LATEG1", 7),
    ("G1S", 1),
    ("S", 5),
    ("G2", 0),
    ("G2M", 0),
    ("M", 8),
];

/// The place of a phase in the order of the cycle, where it goes by one of the usual names; case, blanks and slashes do not count.
pub(in crate::report) fn phase_place(name: &str) -> Option<usize> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    PHASES.iter().position(|phase| phase.0 == plain.trim_end_matches("PHASE"))
}

/// The colour of a phase of the cell cycle that goes by one of its usual names: the same in every picture.
pub fn phase(name: &str) -> Option<Colour> {
    phase_place(name).map(|place| CLASSES[PHASES[place].1])
}

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

/// The colour of an angle, in 48 steps: hue goes once around, and lightness once down and up, so that opposite angles differ in grey
/// too.
///
/// Lightness and chroma are those of `OKLab` (B. Ottosson 2020, "A perceptual color space for image processing").
pub(super) fn cycle(angle: f64) -> RGBColor {
    const STEPS: f64 = 48.0;
    if !angle.is_finite() {
        return MUTED.rgb();
    }
    let turn = (angle / std::f64::consts::TAU * STEPS).round().rem_euclid(STEPS) / STEPS * std::f64::consts::TAU;
    // Dark at 0, which is violet; light half-way around, which is green. With this chroma no colour is beyond what screens show.
    let (lightness, chroma, hue) = (0.66 - 0.14 * turn.cos(), 0.10, turn + 300.0_f64.to_radians());
    let (a, b) = (chroma * hue.cos(), chroma * hue.sin());
    let cube = |x: f64| x * x * x;
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    let byte = |linear: f64| {
        let linear = linear.clamp(0.0, 1.0);
        let part = if linear <= 0.0031308 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (part * 255.0).round() as u8
    };
    RGBColor(
        byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
    )
}

/// The rules that exchange every colour inside `selector` for its dark twin.
pub fn dark_style(selector: &str) -> String {
    let mut style = String::new();
    for colour in [INK, MUTED, AXIS, GRID, PAPER].into_iter().chain(CATEGORIES) {
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
        for colour in CATEGORIES {
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
            [INK, MUTED, AXIS, GRID, PAPER].iter().chain(&CATEGORIES).map(|colour| colour.light).collect();
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

    #[test]
    fn the_circle_of_colours_closes_and_opposites_differ_in_grey() {
        let grey = |colour: RGBColor| {
            0.2126 * f64::from(colour.0) + 0.7152 * f64::from(colour.1) + 0.0722 * f64::from(colour.2)
        };
        let tau = std::f64::consts::TAU;
        assert_eq!(cycle(0.0), cycle(tau));
        assert_eq!(cycle(-0.5 * tau), cycle(0.5 * tau));
        assert!(grey(cycle(0.5 * tau)) - grey(cycle(0.0)) > 60.0);
        let mut all: Vec<_> =
            (0..48).map(|step| cycle(f64::from(step) / 48.0 * tau)).map(|c| (c.0, c.1, c.2)).collect();
        // Neighbours are near, the last and the first too.
        for (a, b) in all.iter().zip(all.iter().cycle().skip(1)) {
            let far = a.0.abs_diff(b.0).max(a.1.abs_diff(b.1)).max(a.2.abs_diff(b.2));
            assert!(far <= 24, "{a:?} {b:?}");
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 48);
        assert_eq!(cycle(f64::NAN), MUTED.rgb());
    }

    #[test]
    fn phases_are_known_by_their_usual_names() {
        assert_eq!(phase("g2/m"), phase("G2M"));
        assert_eq!(phase("S phase"), phase("S"));
        assert_ne!(phase("G1"), phase("S"));
        assert_eq!(phase("monocyte"), None);
    }
}
