//! A chart as PNG, drawn from its own SVG.
//!
//! Only what the charts here are made of is known: lines, polylines, polygons, rectangles, circles, text, charts within charts. One source
//! for both formats keeps them alike; a second drawing back end would measure text otherwise and move the picture about.

mod canvas;
mod elements;
mod letters;

use canvas::Canvas;
use elements::{Element, elements};

use super::Drawing;

impl Drawing {
    /// The bytes of a PNG file on white ground, with this many of its pixels for each of the drawing's.
    pub fn to_png(&self, scale: f64) -> Vec<u8> {
        let side = |pixels: u32| ((f64::from(pixels) * scale).round() as usize).clamp(1, 1 << 14);
        let mut canvas = Canvas::new(side(self.width), side(self.height));
        let whole = format!(
            "<svg width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\">{}</svg>",
            self.width,
            self.height,
            u64::from(self.width) * self.fine as u64,
            u64::from(self.height) * self.fine as u64,
            self.body
        );
        // Where a chart within a chart lies: its corner, and pixels for each of its units.
        let mut places = vec![(0.0, 0.0, scale)];
        for element in elements(&whole) {
            if element.name == "svg" {
                let (x, y, unit) = places.last().copied().unwrap_or((0.0, 0.0, scale));
                let inner = element.list("viewBox").get(2).copied().filter(|width| *width > 0.0);
                let part = element.number("width").zip(inner).map_or(1.0, |(outer, inner)| outer / inner);
                places.push((x + element.or("x", 0.0) * unit, y + element.or("y", 0.0) * unit, unit * part));
            } else if element.name == "/svg" {
                places.pop();
            } else if let Some(&place) = places.last() {
                draw(&mut canvas, &element, place);
            }
        }
        canvas.to_png()
    }
}

fn draw(canvas: &mut Canvas, element: &Element<'_>, (left, top, unit): (f64, f64, f64)) {
    let at = |x: f64, y: f64| (left + x * unit, top + y * unit);
    let of = |x: &str, y: &str| at(element.or(x, 0.0), element.or(y, 0.0));
    let opacity = element.or("opacity", 1.0);
    let stroke = element.colour("stroke").map(|colour| (colour, element.or("stroke-width", 1.0) * unit));
    let fill = element.colour("fill");
    let line = |canvas: &mut Canvas, points: &[(f64, f64)]| {
        if let Some((colour, width)) = stroke {
            canvas.stroke(points, width, colour, opacity);
        }
    };
    match element.name {
        "line" => line(canvas, &[of("x1", "y1"), of("x2", "y2")]),
        "polyline" | "polygon" => {
            let points: Vec<_> = element.list("points").as_chunks().0.iter().map(|&[x, y]| at(x, y)).collect();
            if let Some(colour) = fill {
                canvas.fill(&points, colour, opacity);
            }
            line(canvas, &points);
        }
        "rect" => {
            // The ground, of 100 %, is there already.
            let (Some(width), Some(height)) = (element.number("width"), element.number("height")) else { return };
            let (x, y) = (element.or("x", 0.0), element.or("y", 0.0));
            let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)];
            let corners = corners.map(|(x, y)| at(x, y));
            if let Some(colour) = fill {
                canvas.fill(&corners, colour, opacity);
            }
            line(canvas, &corners);
        }
        "circle" => {
            let centre = of("cx", "cy");
            if let Some(colour) = fill {
                // A line without length whose ends are round.
                canvas.stroke(&[centre, centre], 2.0 * element.or("r", 0.0) * unit, colour, opacity);
            }
        }
        "text" => {
            let size = element.or("font-size", 12.0) * unit;
            let (x, y) = of("x", "y");
            // Units of the font: an ex is about half an em.
            let down = match element.attribute("dy").unwrap_or("0") {
                dy if dy.ends_with("ex") => dy.trim_end_matches("ex").parse().unwrap_or(0.0) * 0.54 * size,
                dy if dy.ends_with("em") => dy.trim_end_matches("em").parse().unwrap_or(0.0) * size,
                dy => dy.parse().unwrap_or(0.0) * unit,
            };
            let part = match element.attribute("text-anchor") {
                Some("middle") => 0.5,
                Some("end") => 1.0,
                _ => 0.0,
            };
            let bold = element.attribute("font-weight").is_some();
            letters::write(
                canvas,
                &element.text(),
                (x, y + down),
                size,
                part,
                bold,
                fill.unwrap_or([0, 0, 0]),
                opacity,
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Drawing;

    fn pixels(drawing: &Drawing) -> (Vec<u8>, usize) {
        let bytes = drawing.to_png(1.0);
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut out = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut out).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        (out, info.width as usize)
    }

    fn drawing(body: &str) -> Drawing {
        Drawing::from_elements(40, 20, "test", body.into())
    }

    #[test]
    fn shapes_lie_where_the_svg_says() {
        let (out, width) = pixels(&drawing(
            "<rect x=\"2\" y=\"3\" width=\"4\" height=\"5\" fill=\"#FF0000\"/><circle cx=\"20\" cy=\"10\" r=\"4\" fill=\"#0000FF\"/>\
             <svg x=\"30\" y=\"0\" width=\"10\" height=\"10\" viewBox=\"0 0 100 100\"><line x1=\"0\" y1=\"50\" x2=\"100\" y2=\"50\" stroke=\"#000000\" stroke-width=\"20\"/></svg>",
        ));
        let at = |x: usize, y: usize| &out[3 * (y * width + x)..][..3];
        assert_eq!((at(2, 3), at(5, 7)), (&[255, 0, 0][..], &[255, 0, 0][..]));
        assert_eq!((at(1, 3), at(6, 3), at(2, 8)), (&[255; 3][..], &[255; 3][..], &[255; 3][..]));
        assert_eq!((at(20, 10), at(17, 10)), (&[0, 0, 255][..], &[0, 0, 255][..]));
        assert_eq!((at(25, 10), at(20, 15)), (&[255; 3][..], &[255; 3][..]));
        assert_eq!((at(35, 4), at(35, 5), at(35, 7)), (&[0; 3][..], &[0; 3][..], &[255; 3][..]));
    }

    #[test]
    fn letters_are_drawn_and_anchored() {
        let dark = |body: &str| -> Vec<usize> {
            let (out, width) = pixels(&drawing(body));
            (0..out.len() / 3).filter(|i| out[3 * i] < 128).map(|i| i % width).collect()
        };
        let start = dark("<text x=\"20\" y=\"15\" font-size=\"12\" fill=\"#000000\">H&lt;</text>");
        let end =
            dark("<text x=\"20\" y=\"15\" text-anchor=\"end\" font-size=\"12\" fill=\"#000000\">\nH&lt;\n</text>");
        assert!(!start.is_empty() && start.iter().all(|x| *x >= 20));
        assert!(end.len() == start.len() && end.iter().all(|x| *x <= 20));
        assert_eq!(dark("<text x=\"20\" y=\"15\" font-size=\"12\" fill=\"#000000\"></text>"), Vec::<usize>::new());
    }

    #[test]
    fn no_body_breaks_it() {
        for body in [
            "<",
            "<line",
            "<line x1=\"",
            "<text x=\"1e300\" y=\"NaN\">a",
            "</svg></svg></svg>",
            "<polygon points=\"1,2 3\" fill=\"#12\"/>",
            "<polyline points=\"-1e12,0 1e12,5\" stroke=\"#000000\" stroke-width=\"3\"/>",
            "<circle cx=\"inf\" cy=\"0\" r=\"1e9\" fill=\"#00000é\"/>",
        ] {
            assert!(drawing(body).to_png(1.0).starts_with(b"\x89PNG"), "{body}");
        }
    }
}
