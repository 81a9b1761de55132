//! Images in rows and columns, as PNG bytes or as an SVG fragment without raster data.

mod vector;

/// The colour of a pixel that is not a finite number: it must be seen.
const SIGNAL: [u8; 4] = [255, 0, 255, 255];

/// Sides beyond this are never useful, and a PNG has an upper limit: the scale is lowered to stay below.
const LONGEST_SIDE: usize = 32_768;

/// Why numbers are not images.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Neither grey nor red, green and blue.
    #[error("images: channels must be 1 (grey) or 3 (red, green, blue), got {0}")]
    Channels(usize),
    /// A side of zero pixels.
    #[error("images: height and width must be > 0, got {height} x {width}")]
    Side {
        /// Rows of pixels.
        height: usize,
        /// Columns of pixels.
        width: usize,
    },
    /// The number of values is not a whole number of images.
    #[error("images: {values} values are not a whole number of images of {image} values each")]
    Length {
        /// Values given.
        values: usize,
        /// Values in one image.
        image: usize,
    },
}

/// Images of one shape: values in `[0, 1]`, ordered `[image, channel, row, column]`.
///
/// Values outside of `[0, 1]` are drawn as the nearer end; values that are not finite are drawn in magenta.
///
/// ```
/// use reparam_cli::report::picture::{Grid, Images};
/// let images = Images::new(vec![0.0, 1.0, 0.5, 0.25], 1, 1, 2)?;
/// assert_eq!(images.len(), 2);
/// let png = Grid::new(&images, 2).scale(4).to_png();
/// assert_eq!(&png[1..4], b"PNG");
/// # Ok::<(), reparam_cli::report::picture::PictureError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    pixels: Vec<f32>,
    channels: usize,
    height: usize,
    width: usize,
}

impl Images {
    /// Images from their values, `[image, channel, row, column]`.
    ///
    /// # Errors
    /// Channels other than 1 or 3, a side of 0 pixels, or a number of values that is not a whole number of images.
    pub fn new(pixels: Vec<f32>, channels: usize, height: usize, width: usize) -> Result<Self, PictureError> {
        if channels != 1 && channels != 3 {
            return Err(PictureError::Channels(channels));
        }
        if height == 0 || width == 0 {
            return Err(PictureError::Side { height, width });
        }
        let image = channels.saturating_mul(height).saturating_mul(width);
        if !pixels.len().is_multiple_of(image) {
            return Err(PictureError::Length { values: pixels.len(), image });
        }
        Ok(Self { pixels, channels, height, width })
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.pixels.len() / (self.channels * self.height * self.width)
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// Channels, height and width of each image.
    pub fn shape(&self) -> (usize, usize, usize) {
        (self.channels, self.height, self.width)
    }

    /// Whether every value is a finite number.
    pub fn all_finite(&self) -> bool {
        self.pixels.iter().all(|value| value.is_finite())
    }

    /// The first `count` images, or all where there are fewer.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let values = self.channels * self.height * self.width * count.min(self.len());
        Self { pixels: self.pixels[..values].to_vec(), ..*self }
    }

    /// The images one after the other, each a slice `[channel, row, column]`.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.pixels.chunks_exact(self.channels * self.height * self.width)
    }
}

/// Images laid out in rows and columns.
#[derive(Debug, Clone)]
pub struct Grid<'a> {
    cells: Vec<Option<&'a [f32]>>,
    shape: (usize, usize, usize),
    columns: usize,
    gap: usize,
    scale: usize,
    /// After this many rows the gap is four times as wide.
    group: usize,
    background: Option<u8>,
}

impl<'a> Grid<'a> {
    /// The images row by row, `columns` in each (at least one).
    pub fn new(images: &'a Images, columns: usize) -> Self {
        Self::of_cells(images.iter().map(Some).collect(), images.shape(), columns)
    }

    /// Rows of `above`, each with the images of `below` that belong to them right beneath, and a wider gap between such pairs.
    ///
    /// Images beyond the shorter of the two sets are left out; so is everything in `below` when the shapes differ.
    pub fn pairs(above: &'a Images, below: &'a Images, columns: usize) -> Self {
        if above.shape() != below.shape() {
            return Self::new(above, columns);
        }
        let columns = columns.clamp(1, above.len().min(below.len()).max(1));
        let couples: Vec<_> = above.iter().zip(below.iter()).collect();
        let mut cells = Vec::with_capacity(2 * couples.len() + columns);
        for row in couples.chunks(columns) {
            for part in [0, 1] {
                cells.extend(row.iter().map(|couple| Some(if part == 0 { couple.0 } else { couple.1 })));
                cells.resize(cells.len().div_ceil(columns) * columns, None);
            }
        }
        let mut grid = Self::of_cells(cells, above.shape(), columns);
        grid.group = 2;
        grid
    }

    fn of_cells(cells: Vec<Option<&'a [f32]>>, shape: (usize, usize, usize), columns: usize) -> Self {
        let columns = columns.clamp(1, cells.len().max(1));
        Self { cells, shape, columns, gap: 2, scale: 1, group: 0, background: None }
    }

    /// Pixels of the picture for each pixel of an image, in both directions (nearest neighbour). Default: 1.
    #[must_use]
    pub fn scale(mut self, scale: usize) -> Self {
        self.scale = scale.max(1);
        self
    }

    /// Pixels of the picture between two images. Default: 2.
    #[must_use]
    pub fn gap(mut self, gap: usize) -> Self {
        self.gap = gap.min(LONGEST_SIDE);
        self
    }

    /// The grey level between images and in empty cells. Default: transparent.
    #[must_use]
    pub fn background(mut self, grey: u8) -> Self {
        self.background = Some(grey);
        self
    }

    /// Rows of images.
    pub fn rows(&self) -> usize {
        self.cells.len().div_ceil(self.columns)
    }

    /// Images in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Width and height of the picture in its own pixels; `(1, 1)` when there is no image.
    pub fn size(&self) -> (usize, usize) {
        if self.cells.is_empty() {
            return (1, 1);
        }
        let (x, y) = self.corner(self.rows() - 1, self.columns - 1);
        let scale = self.bounded_scale();
        (x + self.shape.2 * scale, y + self.shape.1 * scale)
    }

    /// The upper left corner of the image in this row and column, in pixels of the picture.
    pub fn corner(&self, row: usize, column: usize) -> (usize, usize) {
        let scale = self.bounded_scale();
        let extra = row.checked_div(self.group).unwrap_or(0) * 3 * self.gap;
        (column * (self.shape.2 * scale + self.gap), row * (self.shape.1 * scale + self.gap) + extra)
    }

    /// Width and height of one image, in pixels of the picture.
    pub fn cell(&self) -> (usize, usize) {
        (self.shape.2 * self.bounded_scale(), self.shape.1 * self.bounded_scale())
    }

    fn bounded_scale(&self) -> usize {
        let (_, height, width) = self.shape;
        let pixels = (self.columns * width).max(self.rows() * height).max(1);
        self.scale.min(LONGEST_SIDE / pixels).max(1)
    }

    /// The picture as red, green, blue, opacity.
    fn raster(&self) -> (usize, usize, Vec<[u8; 4]>) {
        let (width, height) = self.size();
        let background = self.background.map_or([0, 0, 0, 0], |grey| [grey, grey, grey, 255]);
        let mut raster = vec![background; width * height];
        let (channels, image_height, image_width) = self.shape;
        let (scale, plane) = (self.bounded_scale(), image_height * image_width);
        for (index, cell) in self.cells.iter().enumerate() {
            let Some(pixels) = cell else { continue };
            let (left, top) = self.corner(index / self.columns, index % self.columns);
            for y in 0..image_height * scale {
                let start = (top + y) * width + left;
                for (x, out) in raster[start..start + image_width * scale].iter_mut().enumerate() {
                    let at = (y / scale) * image_width + x / scale;
                    let last = channels - 1;
                    *out = colour([pixels[at], pixels[at + plane * last.min(1)], pixels[at + plane * last]]);
                }
            }
        }
        (width, height, raster)
    }

    /// The picture as the bytes of an 8-bit PNG: grey or RGB, with opacity where something is transparent.
    ///
    /// # Panics
    /// Never: the picture has at least one pixel, and no side beyond the limit of the format.
    pub fn to_png(&self) -> Vec<u8> {
        let (width, height, raster) = self.raster();
        let grey = raster.iter().all(|&[r, g, b, _]| r == g && g == b);
        let opaque = raster.iter().all(|pixel| pixel[3] == 255);
        let (kind, channels): (_, &[usize]) = match (grey, opaque) {
            (true, true) => (png::ColorType::Grayscale, &[0]),
            (true, false) => (png::ColorType::GrayscaleAlpha, &[0, 3]),
            (false, true) => (png::ColorType::Rgb, &[0, 1, 2]),
            (false, false) => (png::ColorType::Rgba, &[0, 1, 2, 3]),
        };
        let data: Vec<u8> = raster.iter().flat_map(|pixel| channels.iter().map(|&c| pixel[c])).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
        encoder.set_color(kind);
        encoder.set_depth(png::BitDepth::Eight);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&data))
            .expect("sides are in 1..2^31, the data has width x height pixels, and a Vec takes every write");
        bytes
    }
}

/// The colour of a pixel, from its red, green and blue values.
fn colour(values: [f32; 3]) -> [u8; 4] {
    if values.iter().any(|value| !value.is_finite()) {
        return SIGNAL;
    }
    let [r, g, b] = values.map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8);
    [r, g, b, 255]
}
