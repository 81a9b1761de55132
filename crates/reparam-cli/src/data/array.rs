//! Arrays from idx and npy files: which axis is which, and the copy into `[count, channels, height, width]`.

use super::raw::{Place, RawImages, Values};
use super::{DataError, ImageShape};

/// An array as stored.
#[derive(Debug)]
pub(super) struct Array {
    /// What messages call it.
    pub place: String,
    pub shape: Vec<usize>,
    /// The first axis runs fastest.
    pub fortran: bool,
    pub values: Values,
}

/// Where the values of image `n`, channel `c`, row `h`, column `w` stand in the storage.
struct Layout {
    count: usize,
    image: ImageShape,
    strides: [usize; 4],
}

impl Array {
    /// Takes the array as images: `[N, P]`, `[N, H, W]`, `[N, C, H, W]` or `[N, H, W, C]` with C 1 or 3.
    ///
    /// An array that could be both of the last two is read with channels first, unless `wanted` says otherwise.
    pub fn into_images(self, wanted: Option<ImageShape>) -> Result<RawImages, DataError> {
        let layout = self.layout(wanted)?;
        let image = layout.image;
        let values = match self.values {
            Values::Bytes(values) => Values::Bytes(gather(values, &layout)),
            Values::Whole(values) => Values::Whole(gather(values, &layout)),
            Values::Real(values) => Values::Real(gather(values, &layout)),
        };
        Ok(RawImages { shape: image, values, white: None, place: Place::Array(self.place), labels: None })
    }

    /// Takes the array as class numbers: `[N]` or `[N, 1]`.
    pub fn into_labels(self) -> Result<Vec<u32>, DataError> {
        if !matches!(self.shape[..], [_] | [_, 1]) {
            return Err(self.misfit("labels [N] or [N, 1]".into(), None));
        }
        let label = |(index, value): (usize, f32)| {
            if value >= 0.0 && value.fract() == 0.0 && value < 16_777_216.0 {
                return Ok(value as u32);
            }
            Err(DataError::Label {
                place: format!("{}: entry {index}", self.place),
                expected: "a class number, whole and in [0, 16777215]",
                got: value.to_string(),
            })
        };
        (0..self.values.len()).map(|index| label((index, self.values.at(index)))).collect()
    }

    fn misfit(&self, expected: String, hint: Option<String>) -> DataError {
        let shape: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        DataError::Shape { place: self.place.clone(), expected, got: format!("[{}]", shape.join(", ")), hint }
    }

    fn layout(&self, wanted: Option<ImageShape>) -> Result<Layout, DataError> {
        let forms = "images [N, P], [N, H, W], [N, C, H, W] or [N, H, W, C] with C 1 or 3, and no axis of length 0";
        if self.shape.first() == Some(&0) {
            return Err(DataError::Empty { place: self.place.clone(), expected: "at least one image" });
        }
        if self.shape.contains(&0) {
            return Err(self.misfit(forms.into(), None));
        }
        let s = self.axis_strides();
        let form = |[channels, height, width]: [usize; 3], strides| Layout {
            count: self.shape[0],
            image: ImageShape { channels, height, width },
            strides,
        };
        let fits = |layout: &Layout| wanted.is_none_or(|wanted| wanted == layout.image);
        let mut forms_found = Vec::new();
        match self.shape[..] {
            [_, pixels] => {
                let image = flat_shape(pixels, wanted, &self.place)?;
                let (row, plane) = (image.width * s[1], image.height * image.width * s[1]);
                forms_found.push(form([image.channels, image.height, image.width], [s[0], plane, row, s[1]]));
            }
            [_, h, w] => forms_found.push(form([1, h, w], [s[0], 0, s[1], s[2]])),
            [_, a, b, c] => {
                if a == 1 || a == 3 {
                    forms_found.push(form([a, b, c], [s[0], s[1], s[2], s[3]]));
                }
                if c == 1 || c == 3 {
                    forms_found.push(form([c, a, b], [s[0], s[3], s[1], s[2]]));
                }
            }
            _ => {}
        }
        if forms_found.is_empty() {
            return Err(self.misfit(forms.into(), None));
        }
        let expected = wanted.map_or(String::new(), |wanted| format!("images of {wanted}, as the image shape asks"));
        forms_found.into_iter().find(fits).ok_or_else(|| self.misfit(expected, None))
    }

    /// The step in the storage along each axis. The caller has checked the product against the file's length.
    fn axis_strides(&self) -> Vec<usize> {
        let mut strides = vec![1; self.shape.len()];
        let axes: Vec<usize> =
            if self.fortran { (0..self.shape.len()).collect() } else { (0..self.shape.len()).rev().collect() };
        for pair in axes.windows(2) {
            strides[pair[1]] = strides[pair[0]] * self.shape[pair[0]];
        }
        strides
    }
}

/// The shape of an image that is a flat row: as wanted, or a square with one channel.
pub(super) fn flat_shape(pixels: usize, wanted: Option<ImageShape>, place: &str) -> Result<ImageShape, DataError> {
    let misfit = |expected: String, hint| {
        Err(DataError::Shape { place: place.into(), expected, got: format!("{pixels} values an image"), hint })
    };
    if pixels == 0 {
        return Err(DataError::Empty { place: place.into(), expected: "at least one pixel an image" });
    }
    if let Some(wanted) = wanted {
        if wanted.pixels() == pixels {
            return Ok(wanted);
        }
        return misfit(format!("{} values an image ({wanted})", wanted.pixels()), None);
    }
    let side = pixels.isqrt();
    if side * side == pixels {
        return Ok(ImageShape { channels: 1, height: side, width: side });
    }
    let label = pixels.checked_sub(1).filter(|&rest| rest > 1 && rest.isqrt().pow(2) == rest);
    let hint = match label {
        Some(rest) => {
            let side = rest.isqrt();
            format!("{pixels} = 1 + {side} x {side}: if one column holds labels, name it with --label-column")
        }
        None => format!("give the shape, for example --image-shape 1x1x{pixels}"),
    };
    misfit("a square number of values an image, or the image shape".into(), Some(hint))
}

/// Copies into `[count, channels, height, width]`; hands back the storage itself where it has that order.
fn gather<T: Copy>(values: Vec<T>, layout: &Layout) -> Vec<T> {
    let ImageShape { channels, height, width } = layout.image;
    let [sn, sc, sh, sw] = layout.strides;
    let plane = height * width;
    // An axis of length 1 may have any stride.
    let in_order = [(layout.count, sn, channels * plane), (channels, sc, plane), (height, sh, width), (width, sw, 1)]
        .iter()
        .all(|&(len, stride, wanted)| len == 1 || stride == wanted);
    if in_order {
        return values;
    }
    let mut out = Vec::with_capacity(values.len());
    for n in 0..layout.count {
        for c in 0..channels {
            for h in 0..height {
                let start = n * sn + c * sc + h * sh;
                out.extend((0..width).map(|w| values[start + w * sw]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `shape` in C order counts up; the same array in Fortran order holds the same values at the same indices.
    fn counting(shape: &[usize], fortran: bool) -> Array {
        let len: usize = shape.iter().product();
        let mut array = Array { place: "a".into(), shape: shape.to_vec(), fortran, values: Values::Bytes(Vec::new()) };
        let (mut c_order, strides) = (Vec::new(), array.axis_strides());
        let mut storage = vec![0.0; len];
        for flat in 0..len {
            let (mut rest, mut at) = (flat, 0);
            for axis in (0..shape.len()).rev() {
                at += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }
            storage[at] = flat as f32;
            c_order.push(flat);
        }
        array.values = Values::Real(storage);
        array
    }

    fn pixels(array: Array, wanted: Option<ImageShape>) -> (ImageShape, Vec<f32>) {
        let images = array.into_images(wanted).unwrap();
        (images.shape, (0..images.values.len()).map(|i| images.values.at(i)).collect())
    }

    #[test]
    fn both_storage_orders_give_the_same_images() {
        for shape in [&[3, 4][..], &[2, 3, 5], &[2, 3, 4, 5], &[2, 4, 5, 3], &[2, 1, 4, 5]] {
            assert_eq!(pixels(counting(shape, false), None), pixels(counting(shape, true), None), "{shape:?}");
        }
    }

    #[test]
    fn channels_last_are_moved_to_the_front() {
        let (shape, values) = pixels(counting(&[2, 2, 2, 3], false), None);
        assert_eq!(shape, ImageShape { channels: 3, height: 2, width: 2 });
        assert_eq!(values[..12], [0., 3., 6., 9., 1., 4., 7., 10., 2., 5., 8., 11.]);
    }

    #[test]
    fn the_wanted_shape_decides_where_both_orders_of_channels_fit() {
        let wanted = |channels, height, width| Some(ImageShape { channels, height, width });
        assert_eq!(pixels(counting(&[1, 3, 4, 1], false), None).0.to_string(), "3x4x1");
        assert_eq!(pixels(counting(&[1, 3, 4, 1], false), wanted(1, 3, 4)).0.to_string(), "1x3x4");
        let error = counting(&[2, 4, 5], false).into_images(wanted(1, 5, 4)).unwrap_err().to_string();
        assert_eq!(error, "a: expected images of 1x5x4, as the image shape asks, got [2, 4, 5]");
    }

    #[test]
    fn a_flat_row_is_a_square_or_the_wanted_shape() {
        assert_eq!(flat_shape(784, None, "x").unwrap().to_string(), "1x28x28");
        let wanted = ImageShape { channels: 3, height: 2, width: 1 };
        assert_eq!(flat_shape(6, Some(wanted), "x").unwrap(), wanted);
        let error = flat_shape(785, None, "x").unwrap_err();
        assert!(error.to_string().ends_with("got 785 values an image"), "{error}");
        assert!(error.hint().unwrap().contains("1 + 28 x 28"));
        assert!(flat_shape(0, None, "x").is_err());
    }
}
