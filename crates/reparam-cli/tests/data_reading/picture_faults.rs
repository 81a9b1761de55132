//! Faults of folders of PNG images: one error each.

use png::{BitDepth, ColorType};
use reparam_cli::data::ValueRule;

use super::files::{Folder, png, png_grey, rule};

fn folder_with(files: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::new();
    folder.write("1.png", png_grey(2, 2, &[0, 50, 100, 150]));
    for (name, bytes) in files {
        folder.write(name, bytes);
    }
    folder
}

#[test]
fn the_odd_one_of_unequal_images_is_named() {
    let expected = "2.png: expected 2 x 2 grey of 8 bits, as in 1.png, got";
    let cases = [
        (png_grey(2, 3, &[0; 6]), "2 x 3 grey of 8 bits"),
        (png(2, 2, ColorType::Rgb, BitDepth::Eight, &[0; 12]), "2 x 2 RGB of 8 bits"),
        (png(2, 2, ColorType::Grayscale, BitDepth::Sixteen, &[0; 8]), "2 x 2 grey of 16 bits"),
    ];
    for (image, got) in cases {
        assert_eq!(folder_with(&[("2.png", &image)]).fault(""), format!("{expected} {got}"));
    }
}

#[test]
fn other_files_are_named_unless_hidden() {
    let rule = "expected nothing but PNG images, in folders by class where there are classes";
    let folder = folder_with(&[("notes.txt", b"x")]);
    assert_eq!(folder.fault(""), format!("notes.txt: {rule}, got another kind of file"));
    assert!(folder.read("").unwrap_err().hint().unwrap().contains("dot"));
    let folder = folder_with(&[("class/2.png", &png_grey(2, 2, &[0; 4]))]);
    assert_eq!(
        folder.fault(""),
        "1.png: expected either images or folders of images, not both, got an image beside folders"
    );
    let folder = Folder::new();
    folder.write("class/deeper/2.png", png_grey(2, 2, &[0; 4]));
    assert_eq!(folder.fault(""), "class/deeper: expected PNG images in the folder of a class, got a folder");
    let folder = Folder::new();
    folder.write("a/2.png", png_grey(2, 2, &[0; 4]));
    std::fs::create_dir(folder.path().join("b")).unwrap();
    assert_eq!(folder.fault(""), "b: expected PNG images, got none");
}

#[test]
fn an_image_that_is_none_or_empty_or_cut_short() {
    let message = folder_with(&[("2.png", b"GIF89a..")]).fault("");
    assert_eq!(message, "2.png: byte 0: expected PNG's 89 50 4e 47 0d 0a 1a 0a, got 47 49 46 38 39 61 2e 2e");
    assert_eq!(folder_with(&[("2.png", b"")]).fault(""), "2.png: expected at least one byte, got none");
    let whole = png_grey(2, 2, &[9; 4]);
    for len in 8..whole.len() {
        let message = folder_with(&[("2.png", &whole[..len])]).fault("");
        assert!(message.starts_with("2.png: expected a PNG image, got damaged data ("), "{len}: {message}");
    }
}

#[test]
fn a_header_that_announces_more_than_the_file_can_hold() {
    let mut image = png_grey(2, 2, &[9; 4]);
    // The header's chunk: length, "IHDR", then width and height; its checksum follows at byte 29.
    image[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let mut crc = flate2::Crc::new();
    crc.update(&image[12..29]);
    image[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let message = folder_with(&[("0.png", &image)]).fault("");
    assert!(message.starts_with("0.png: expected at most "), "{message}");
    assert!(message.ends_with("got a header that announces 4611686014132420609"), "{message}");
}

#[test]
fn a_pixel_that_is_not_opaque() {
    let folder = Folder::new();
    let values = [1, 255, 2, 255, 3, 128, 4, 255];
    folder.write("1.png", png(2, 2, ColorType::GrayscaleAlpha, BitDepth::Eight, &values));
    assert_eq!(folder.fault(""), "1.png: row 1, column 0: expected an opaque pixel, got 'alpha 128'");
}

#[test]
fn values_outside_the_rule_of_the_likelihood() {
    let message = folder_with(&[]).fault_with("", &rule(ValueRule::Binary));
    assert_eq!(message, "1.png: row 0, column 1: expected 0 or 255, got '50'");
}
