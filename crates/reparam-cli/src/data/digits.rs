//! The data inside the program: 1,797 handwritten digits, 8 x 8, from the UCI machine learning repository.
//!
//! Source, licence (CC BY 4.0) and what was changed: `data/DIGITS-LICENSE.md`; made by `scripts/make_digits.py`.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::hold_out::hold_out;
use super::{ImageSet, ImageShape, PixelScale, Split};

/// Deflated: 64 bytes an image in `[0, 16]`, then one label an image.
static PACKED: &[u8] = include_bytes!("../../data/digits.deflate");
const COUNT: usize = 1797;
const SHAPE: ImageShape = ImageShape { channels: 1, height: 8, width: 8 };
/// The key of the split: fixed, so that results of different runs are judged by the same images.
const SPLIT_SEED: u64 = 1998;
/// Images held out: a sixth, in round numbers.
const HELD_OUT: usize = 300;

/// The UCI Optical Recognition of Handwritten Digits: 1,497 images to learn from, 300 held out.
///
/// Real images of 8 x 8 pixels with 17 grey levels and labels 0 to 9 (E. Alpaydin, C. Kaynak 1998,
/// <https://doi.org/10.24432/C50P49>, CC BY 4.0; the repository's test part, as in scikit-learn). The split does not
/// depend on a run's seed.
///
/// ```
/// let split = reparam_cli::data::embedded_digits();
/// assert_eq!((split.train.count(), split.test.count()), (1497, 300));
/// assert_eq!(split.train.shape.to_string(), "1x8x8");
/// ```
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "its data are part of the program, and tests read them")]
pub fn embedded_digits() -> Split {
    hold_out(&all(), "digits", HELD_OUT as f64 / COUNT as f64, SPLIT_SEED).expect("1,797 images are more than two")
}

/// All images in the order of the source.
fn all() -> ImageSet {
    let mut bytes = Vec::with_capacity(COUNT * 65);
    DeflateDecoder::new(PACKED).read_to_end(&mut bytes).expect("a test unpacks these same bytes of the program");
    let (pixels, labels) = bytes.split_at(COUNT * SHAPE.pixels());
    ImageSet {
        name: "digits".into(),
        shape: SHAPE,
        pixels: pixels.iter().map(|&level| level as f32 / 16.0).collect(),
        labels: Some(labels.iter().map(|&label| label as u32).collect()),
        label_names: None,
        scale: PixelScale::Levels(17),
        white: 16.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_images_are_those_of_the_source() {
        let set = all();
        assert_eq!((set.count(), set.pixels.len()), (1797, 1797 * 64));
        // CRC-32 of the 64 columns of pixels and of the labels, printed by scripts/make_digits.py.
        let levels: Vec<u8> = set.pixels.iter().map(|&pixel| (pixel * 16.0) as u8).collect();
        let labels: Vec<u8> = set.labels.as_ref().unwrap().iter().map(|&label| label as u8).collect();
        let crc = |bytes: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(bytes);
            crc.sum()
        };
        assert_eq!(crc(&levels), 4087501628);
        assert_eq!(crc(&labels), 4168075561);
        assert_eq!(levels.iter().max(), Some(&16));
        // The first line of the source.
        let first = [
            0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8,
            0, //
            0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0,
        ];
        assert_eq!((&levels[..64], labels[0]), (&first[..], 0));
    }

    #[test]
    fn the_split_is_fixed_and_keeps_every_class() {
        let split = embedded_digits();
        assert_eq!((split.train.count(), split.test.count()), (1497, 300));
        let per_class = |set: &ImageSet| {
            let mut counts = [0; 10];
            set.labels.as_ref().unwrap().iter().for_each(|&label| counts[label as usize] += 1);
            counts
        };
        let (train, test) = (per_class(&split.train), per_class(&split.test));
        // scikit-learn's counts for the whole.
        let whole: Vec<usize> = train.iter().zip(test).map(|(a, b)| a + b).collect();
        assert_eq!(whole, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        // 300 of 1,797 leaves 30 a class, give or take 5: a class below 10 would be a fault of the permutation.
        assert!(test.iter().all(|&count| (10..=50).contains(&count)), "{test:?}");
        assert_eq!(split, embedded_digits());
    }
}
