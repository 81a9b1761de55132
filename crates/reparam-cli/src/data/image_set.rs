//! Images in memory: shape, pixels, labels, and how the raw values became pixels.

use std::fmt;

/// Channels, height and width of one image.
///
/// ```
/// use reparam_cli::data::ImageShape;
/// let shape = ImageShape { channels: 3, height: 32, width: 32 };
/// assert_eq!(shape.pixels(), 3072);
/// assert_eq!(shape.to_string(), "3x32x32");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl ImageShape {
    /// Values of one image: the product of the three.
    pub fn pixels(self) -> usize {
        self.channels * self.height * self.width
    }

    /// The product, or `None` where it overflows.
    pub(super) fn checked_pixels(self) -> Option<usize> {
        self.channels.checked_mul(self.height)?.checked_mul(self.width)
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// How raw values became pixels.
///
/// Whole numbers `>= 0` are intensities and are divided by the value that stands for white:
/// - as the format says: 255 for PNG images of up to 8 bits, 65,535 for 16 bits;
/// - `max_value` where the user gives it; `n - 1` where the likelihood asks for [`Levels`](super::ValueRule::Levels)`(n)`;
/// - else by the largest value in training and test part together: 1 up to 1; 255 for 8-bit storage (idx, npy); for
///   other whole numbers the largest value itself up to 16, then 255, then 65,535.
///
/// Numbers with a fractional part, and arrays stored as floating point, are taken as they are, or divided by `max_value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelScale {
    /// Real numbers in `[0, 1]`.
    Unit,
    /// `n` grey levels, `k / (n - 1)` for the raw value `k`.
    Levels(u32),
    /// Real numbers that are no intensities: outside `[0, 1]`, not scaled.
    Raw,
}

/// Images of one shape, with labels where the data bring them.
///
/// ```
/// let digits = reparam_cli::data::embedded_digits().test;
/// assert_eq!((digits.count(), digits.image(0).len()), (300, 64));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ImageSet {
    /// The data's name: the file's or the folder's, without its ending.
    pub name: String,
    /// The shape of each image.
    pub shape: ImageShape,
    /// Row-major `[count, channels * height * width]`; in `[0, 1]` unless `scale` is [`PixelScale::Raw`].
    pub pixels: Vec<f32>,
    /// One class number an image.
    pub labels: Option<Vec<u32>>,
    /// The classes' names, where they have some; `labels` are indices into it.
    pub label_names: Option<Vec<String>>,
    /// How raw values became `pixels`.
    pub scale: PixelScale,
    /// What every raw value was divided by; 1 where values were taken as they are.
    pub white: f64,
}

impl ImageSet {
    /// Number of images.
    pub fn count(&self) -> usize {
        self.pixels.len() / self.shape.pixels()
    }

    /// The pixels of one image, `[channels * height * width]`.
    ///
    /// # Panics
    /// `index >= self.count()`.
    pub fn image(&self, index: usize) -> &[f32] {
        let pixels = self.shape.pixels();
        &self.pixels[index * pixels..(index + 1) * pixels]
    }
}

/// Where the test part comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TestOrigin {
    /// The data bring it.
    Given,
    /// Cut off here, by a permutation under this key.
    HeldOut {
        /// The part that was asked for.
        fraction: f64,
        /// The permutation's key.
        seed: u64,
    },
}

/// Images to learn from, and images to judge by.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// To learn from.
    pub train: ImageSet,
    /// To judge by; same shape, scale and label names.
    pub test: ImageSet,
    /// Whether the data brought the test part.
    pub test_origin: TestOrigin,
}
