//! Pictures hold exactly the pixels that they were given.

use reparam_cli::report::picture::{Grid, Images, PictureError};

fn decode(bytes: &[u8]) -> (png::ColorType, usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    data.truncate(info.buffer_size());
    (info.color_type, info.width as usize, info.height as usize, data)
}

fn grey(n: usize, height: usize, width: usize) -> Images {
    let pixels = (0..n * height * width).map(|i| (i % 256) as f32 / 255.0).collect();
    Images::new(pixels, 1, height, width).unwrap()
}

#[test]
fn one_grey_image_decodes_to_its_own_pixels() {
    let images = grey(1, 4, 5);
    let (kind, width, height, data) = decode(&Grid::new(&images, 9).to_png());
    assert_eq!((kind, width, height), (png::ColorType::Grayscale, 5, 4));
    assert_eq!(data, (0..20).collect::<Vec<u8>>());
}

#[test]
fn grid_puts_every_image_in_its_place_at_every_scale() {
    let images = grey(5, 3, 2);
    for (scale, gap, columns) in [(1, 0, 3), (2, 1, 2), (3, 4, 5), (1, 2, 1)] {
        let grid = Grid::new(&images, columns).scale(scale).gap(gap).background(77);
        let (kind, width, height, data) = decode(&grid.to_png());
        assert_eq!((kind, (width, height)), (png::ColorType::Grayscale, grid.size()));
        let mut expected = vec![77_u8; width * height];
        for (i, image) in images.iter().enumerate() {
            let (left, top) = ((i % columns) * (2 * scale + gap), (i / columns) * (3 * scale + gap));
            for y in 0..3 * scale {
                for x in 0..2 * scale {
                    let value = image[(y / scale) * 2 + x / scale];
                    expected[(top + y) * width + left + x] = (value * 255.0).round() as u8;
                }
            }
        }
        assert_eq!(data, expected, "scale {scale}, gap {gap}, columns {columns}");
    }
}

#[test]
fn colour_images_are_planar_in_and_interleaved_out() {
    let images = Images::new(vec![0.0, 1.0, 0.2, 0.4, 0.6, 0.8], 3, 1, 2).unwrap();
    let (kind, _, _, data) = decode(&Grid::new(&images, 1).to_png());
    assert_eq!(kind, png::ColorType::Rgb);
    assert_eq!(data, [0, 51, 153, 255, 102, 204]);
}

#[test]
fn values_outside_of_the_range_are_clamped_and_not_finite_ones_are_magenta() {
    let images = Images::new(vec![-3.0, 7.0, f32::NAN, f32::INFINITY], 1, 1, 4).unwrap();
    let (kind, _, _, data) = decode(&Grid::new(&images, 1).to_png());
    assert_eq!(kind, png::ColorType::Rgb);
    assert_eq!(data, [0, 0, 0, 255, 255, 255, 255, 0, 255, 255, 0, 255]);
}

#[test]
fn gaps_and_empty_cells_are_transparent_unless_asked_otherwise() {
    let images = grey(3, 1, 1);
    let (kind, _, _, data) = decode(&Grid::new(&images, 2).gap(1).to_png());
    assert_eq!(kind, png::ColorType::GrayscaleAlpha);
    let opacity: Vec<u8> = data.chunks(2).map(|pixel| pixel[1]).collect();
    assert_eq!(opacity, [255, 0, 255, 0, 0, 0, 255, 0, 0]);
}

#[test]
fn pairs_stand_one_above_the_other_with_a_wider_gap_between_them() {
    let above = Images::new(vec![0.0, 0.2, 0.4], 1, 1, 1).unwrap();
    let below = Images::new(vec![1.0, 0.8, 0.6, 0.1], 1, 1, 1).unwrap();
    let grid = Grid::pairs(&above, &below, 2).gap(1).background(9);
    assert_eq!((grid.rows(), grid.columns(), grid.size()), (4, 2, (3, 10)));
    let (_, _, _, data) = decode(&grid.to_png());
    let row = |y: usize| &data[3 * y..3 * y + 3];
    assert_eq!(
        (row(0), row(2), row(7), row(9)),
        (&[0, 9, 51][..], &[255, 9, 204][..], &[102, 9, 9][..], &[153, 9, 9][..])
    );
    let other = Images::new(vec![0.0; 2], 1, 1, 2).unwrap();
    assert_eq!(Grid::pairs(&above, &other, 2).rows(), 2);
}

#[test]
fn nothing_and_too_much_still_give_a_picture() {
    let none = Images::new(Vec::new(), 1, 8, 8).unwrap();
    assert!(none.is_empty());
    let (_, width, height, _) = decode(&Grid::new(&none, 0).to_png());
    assert_eq!((width, height), (1, 1));
    assert_eq!(Grid::pairs(&none, &none, 4).size(), (1, 1));
    assert!(Grid::new(&none, 4).to_svg_paths(1_000).is_some());
    let image = grey(1, 1, 1);
    assert_eq!(Grid::new(&image, usize::MAX).scale(usize::MAX).size(), (32_768, 32_768));
}

#[test]
fn wrong_shapes_are_named() {
    let message = |result: Result<Images, PictureError>| result.unwrap_err().to_string();
    assert!(message(Images::new(vec![0.0; 4], 2, 1, 1)).contains("channels must be 1 (grey) or 3"));
    assert!(message(Images::new(vec![0.0; 5], 1, 2, 2)).contains("5 values are not a whole number"));
    assert!(message(Images::new(vec![], 1, 0, 2)).contains("height and width must be > 0, got 0 x 2"));
}
