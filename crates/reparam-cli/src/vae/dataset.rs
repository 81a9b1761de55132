//! The images of a run: what is learned from, what validates, what is judged at the end.

use std::path::{Path, PathBuf};

use reparam::vae::Rows;
use reparam_core::noise::Key;
use serde::{Deserialize, Serialize};

use super::{RunConfig, VaeError};
use crate::data::{self, ImageSet, ImageShape, PixelScale, ValueRule};

/// Validation images, at most: more cost time in every epoch and tell little.
const MOST_VALIDATION: usize = 1000;
/// The permutation that picks the test images that are judged. Not the run's seed: all runs are judged by the same ones.
const JUDGED_SEED: u64 = 0;

/// What a run remembers of its data, in `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataInfo {
    /// Name.
    pub name: String,
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// Images that are learned from.
    pub train_images: usize,
    /// Images that validate.
    pub validation_images: usize,
    /// Images that are judged at the end.
    pub test_images: usize,
    /// CRC-32 of all pixels.
    pub checksum: u32,
    /// What every raw value was divided by: another file is scaled alike.
    pub white: f64,
    /// Smallest and largest pixel of the training images: black and white of pictures.
    pub range: [f32; 2],
}

/// The images of a run, in memory.
#[derive(Debug)]
pub struct Dataset {
    /// Pixels that are learned from.
    pub train: Vec<f32>,
    /// Pixels that validate.
    pub validation: Vec<f32>,
    /// What is judged at the end, and only then.
    pub test: ImageSet,
    /// What the run remembers.
    pub info: DataInfo,
    /// How raw values became pixels.
    pub scale: PixelScale,
}

impl Dataset {
    /// Reads the data that the configuration names.
    pub fn load(config: &RunConfig) -> Result<Self, VaeError> {
        let split = if let Some(path) = &config.data {
            data::read(path, &config.read_options()?)?
        } else {
            let split = data::embedded_digits();
            check_embedded(config)?;
            split
        };
        let checksum = checksum([&split.train.pixels, &split.test.pixels]);
        let shape = split.train.shape;
        let pixels = split.train.pixels;
        let range = pixels.iter().fold([f32::MAX, f32::MIN], |[low, high], &x| [low.min(x), high.max(x)]);
        let (train, validation) = hold_back(pixels, shape.pixels(), config);
        let count = |pixels: &[f32]| pixels.len() / shape.pixels();
        let scale = split.train.scale;
        let info = DataInfo {
            name: split.train.name,
            shape: [shape.channels, shape.height, shape.width],
            train_images: count(&train),
            validation_images: count(&validation),
            test_images: split.test.count(),
            checksum,
            white: split.train.white,
            range,
        };
        Ok(Self { train, validation, test: split.test, info, scale })
    }

    /// What is learned from.
    pub fn train_rows(&self) -> Rows<'_> {
        Rows::new(&self.train, self.test.shape.pixels())
    }

    /// What validates.
    pub fn validation_rows(&self) -> Rows<'_> {
        Rows::new(&self.validation, self.test.shape.pixels())
    }
}

/// Pixels of some images are held back by a keyed permutation; both parts keep the order of the data.
fn hold_back(pixels: Vec<f32>, width: usize, config: &RunConfig) -> (Vec<f32>, Vec<f32>) {
    let count = pixels.len() / width;
    let share = (count as f64 * config.validation).round() as usize;
    if config.validation == 0.0 || count < 2 {
        return (pixels, Vec::new());
    }
    let share = share.clamp(1, MOST_VALIDATION).min(count - 1);
    let order = Key::new(config.seed).site("validation-images").step(0).permutation(count);
    let mut validates = vec![false; count];
    for &image in &order[..share] {
        validates[image] = true;
    }
    let (mut train, mut validation) = (Vec::with_capacity((count - share) * width), Vec::with_capacity(share * width));
    for (image, validates) in pixels.chunks_exact(width).zip(validates) {
        if validates {
            validation.extend_from_slice(image);
        } else {
            train.extend_from_slice(image);
        }
    }
    (train, validation)
}

/// The rules that the reader would hold files to.
fn check_embedded(config: &RunConfig) -> Result<(), VaeError> {
    let refuse = |name, rule: &str, got: String, hint: &str| {
        Err(VaeError::Option { name, rule: rule.into(), got, hint: Some(hint.into()) })
    };
    if config.value_rule() == ValueRule::Binary {
        return refuse(
            "binarize",
            "dynamic or fixed for the digits inside, which have 17 grey levels",
            "none".into(),
            "or choose another --likelihood",
        );
    }
    if let ValueRule::Levels(levels) = config.value_rule()
        && config.levels.is_some()
        && levels != 17
    {
        return refuse("levels", "17 for the digits inside", levels.to_string(), "leave --levels out");
    }
    for (name, given) in [
        // The digits bring their own test part; a share that is the default is none that was asked for.
        ("test-fraction", config.test_fraction != RunConfig::default().test_fraction),
        ("max-value", config.max_value.is_some()),
        ("image-shape", config.image_shape.is_some()),
        ("label-column", config.label_column.is_some()),
    ] {
        if given {
            return refuse(name, "left out with the digits inside", "a value".into(), "name your file with --data");
        }
    }
    Ok(())
}

/// Images for a finished model from another file, scaled as the run's data were.
pub fn read_like(path: &Path, config: &RunConfig, info: &DataInfo) -> Result<ImageSet, VaeError> {
    let [channels, height, width] = info.shape;
    let mut options = config.read_options()?;
    options.max_value = Some(info.white);
    // A file brings its own shape where it has one; flat rows take that of the run.
    options.image_shape = Some(ImageShape { channels, height, width });
    let set = data::read_whole(path, &options)?;
    let shape = [set.shape.channels, set.shape.height, set.shape.width];
    if shape != info.shape {
        return Err(VaeError::OtherData {
            place: path.display().to_string(),
            what: format!("images of {}, and the model takes {channels}x{height}x{width}", set.shape),
        });
    }
    Ok(set)
}

/// The indices of the test images that are judged: all, or `most` picked the same way each time; 0: all.
pub fn judged(count: usize, most: usize) -> Vec<usize> {
    if most == 0 || count <= most {
        return (0..count).collect();
    }
    let mut indices = Key::new(JUDGED_SEED).site("judged-images").step(0).permutation(count);
    indices.truncate(most);
    indices.sort_unstable();
    indices
}

/// The pixels of these images.
pub fn pick(set: &ImageSet, indices: &[usize]) -> Vec<f32> {
    indices.iter().flat_map(|&i| set.image(i).iter().copied()).collect()
}

/// The name of the class of an image, where classes are known.
pub fn label(set: &ImageSet, image: usize) -> Option<String> {
    let number = *set.labels.as_ref()?.get(image)?;
    let name = set.label_names.as_ref().and_then(|names| names.get(number as usize).cloned());
    Some(name.unwrap_or_else(|| number.to_string()))
}

/// Where the data come from, for people.
pub fn source(config: &RunConfig) -> String {
    config.data.as_ref().map_or_else(
        || "UCI Optical Recognition of Handwritten Digits (inside the program)".into(),
        |path: &PathBuf| path.display().to_string(),
    )
}

fn checksum(parts: [&Vec<f32>; 2]) -> u32 {
    let mut crc = flate2::Crc::new();
    let mut bytes = Vec::with_capacity(4 * 4096);
    for block in parts.into_iter().flat_map(|pixels| pixels.chunks(4096)) {
        bytes.clear();
        for value in block {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        crc.update(&bytes);
    }
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validation_takes_its_share_and_loses_no_image() {
        let config = |validation| RunConfig { validation, ..RunConfig::default() };
        let pixels: Vec<f32> = (0..200).map(|x| x as f32).collect();
        let (train, validation) = hold_back(pixels.clone(), 2, &config(0.05));
        assert_eq!((train.len(), validation.len()), (190, 10));
        let mut all: Vec<f32> = train.iter().chain(&validation).copied().collect();
        all.sort_by(f32::total_cmp);
        assert_eq!(all, pixels);
        assert_eq!(hold_back(pixels.clone(), 2, &config(0.0)).1.len(), 0);
        assert_eq!(hold_back(pixels.clone(), 2, &config(0.001)).1.len(), 2);
        assert_eq!(hold_back(vec![0.0; 4000], 1, &config(0.9)).1.len(), 1000);
        assert_eq!(hold_back(pixels, 200, &config(0.5)).1.len(), 0);
    }

    #[test]
    fn judged_images_are_the_same_each_time_and_in_order() {
        assert_eq!(judged(5, 10), [0, 1, 2, 3, 4]);
        assert_eq!(judged(3, 0), [0, 1, 2]);
        let some = judged(10_000, 1000);
        assert_eq!(some, judged(10_000, 1000));
        assert!(some.len() == 1000 && some.is_sorted_by(|a, b| a < b));
    }
}
