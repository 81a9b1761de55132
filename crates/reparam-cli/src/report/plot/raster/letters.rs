//! Text in the one font that the program carries: fonts of the system differ, and may be missing.

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};

use super::canvas::Canvas;

/// The font `DejaVu Sans`, cut down to the letters of charts; its licence lies beside it.
const FONT: &[u8] = include_bytes!("../../../../data/DejaVuSans-subset.ttf");
/// The font is wider than those that the charts are laid out for.
const NARROW: f32 = 0.9;
/// Letters of a line at most, as those who call here cut them.
const MOST: usize = 200;

/// Writes a line that starts, or with `part` 0.5 is centred, or with 1 ends, at this place of its base line; `size` is the font size.
#[expect(clippy::too_many_arguments, reason = "what SVG says of a text")]
pub fn write(
    canvas: &mut Canvas,
    text: &str,
    (x, y): (f64, f64),
    size: f64,
    part: f64,
    bold: bool,
    colour: [u8; 3],
    opacity: f64,
) {
    let Ok(font) = FontRef::try_from_slice(FONT) else { return };
    if !(0.5..1000.0).contains(&size) || x.abs() > 1e6 || y.abs() > 1e6 {
        return;
    }
    // The library's scale is the height of a line, SVG's the em.
    let height = size as f32 * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0);
    let font = font.as_scaled(PxScale { x: height * NARROW, y: height });
    let glyphs = || text.chars().take(MOST).map(|c| font.glyph_id(c));
    let length: f32 = glyphs().map(|glyph| font.h_advance(glyph)).sum();
    let mut at = x as f32 - part as f32 * length;
    // A second print beside the first is as bold as a heading needs.
    let prints: &[f32] = if bold { &[0.0, 0.04] } else { &[0.0] };
    for glyph in glyphs() {
        for print in prints {
            let place = point(at + print * size as f32, y as f32);
            if let Some(outline) = font.outline_glyph(glyph.with_scale_and_position(font.scale(), place)) {
                let corner = outline.px_bounds().min;
                outline.draw(|dx, dy, covered| {
                    let (x, y) = (corner.x as i64 + i64::from(dx), corner.y as i64 + i64::from(dy));
                    canvas.blend(x, y, colour, f64::from(covered) * opacity);
                });
            }
        }
        at += font.h_advance(glyph);
    }
}
