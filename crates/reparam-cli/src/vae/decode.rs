//! What the commands on a finished run share: opening it, decoding, and writing images.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use rayon::ThreadPool;
use rayon::prelude::*;
use reparam::vae::{Rows, posterior_means, posterior_modes};

use super::args::RunArgs;
use super::dataset::{DataInfo, Dataset};
use super::device::device;
use super::model::Model;
use super::run_folder::{RunFolder, RunInfo, write_file};
use super::{RunConfig, VaeError};
use crate::console::{data, talk};
use crate::report::picture::{Grid, Images};

/// Rows that one task decodes.
const TASK_ROWS: usize = 256;
/// Pixels that the longer side of an image is enlarged to in a picture, about.
const SIDE: usize = 56;

/// A finished run.
#[derive(Debug)]
pub struct Opened {
    /// Its folder.
    pub folder: RunFolder,
    /// Its options.
    pub config: RunConfig,
    /// Its data.
    pub info: RunInfo,
    /// Where it computes.
    pub device: Device,
    /// Its model.
    pub model: Model,
    /// The threads.
    pub pool: ThreadPool,
}

/// A pool of that many threads; 0: all cores.
pub fn threads(count: usize) -> Result<ThreadPool, VaeError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .map_err(|error| VaeError::option("threads", "a number that the system grants", error))
}

/// The run's device where this build has it, else the CPU: a finished model is the same numbers anywhere.
fn own_device(name: &str) -> Result<Device, VaeError> {
    device(name).or_else(|error| match error {
        VaeError::NoDevice { .. } => {
            talk(format_args!("the run's device {name} is not part of this build: computing on the cpu"));
            device("cpu")
        }
        error => Err(error),
    })
}

impl Opened {
    /// Opens it.
    pub fn new(args: &RunArgs) -> Result<Self, VaeError> {
        let folder = RunFolder::open(&args.run)?;
        let config = folder.config()?;
        let info = folder.info()?;
        let device = match &args.device {
            Some(name) => device(name)?,
            None => own_device(&config.device)?,
        };
        let model = folder.model(&config, &info.data, &device)?;
        Ok(Self { pool: threads(args.threads)?, folder, config, info, device, model })
    }

    /// The images that it learned from and was judged by.
    pub fn dataset(&self) -> Result<Dataset, VaeError> {
        let dataset = Dataset::load(&self.config)?;
        same_data(&self.config, &self.info.data, &dataset.info)?;
        Ok(dataset)
    }

    /// Decodes rows of latents on all threads.
    pub fn decode(&self, z: &[f32]) -> Vec<f32> {
        self.pool.install(|| decode(&self.model, z, &self.device))
    }

    /// Posterior means of images, and their scales; of discrete latents probabilities, and no scales.
    pub fn encode(&self, pixels: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let rows = Rows::new(pixels, self.info.data.shape.iter().product());
        self.pool.install(|| posterior_means(&self.model, rows, &self.device))
    }

    /// The most probable latents of images, as the decoder takes them.
    pub fn codes(&self, pixels: &[f32]) -> Vec<f32> {
        let rows = Rows::new(pixels, self.info.data.shape.iter().product());
        self.pool.install(|| posterior_modes(&self.model, rows, &self.device))
    }

    /// Writes images to `out`, or to a picture of that name in the run's folder, and prints the path.
    pub fn write_images(
        &self,
        out: Option<&Path>,
        name: &str,
        pixels: Vec<f32>,
        columns: usize,
    ) -> Result<(), VaeError> {
        let path = out.map_or_else(|| self.folder.file(name), PathBuf::from);
        let bytes = match Ending::of(&path)? {
            Ending::Png => sheet(pixels, columns, &self.info.data)?,
            Ending::Npy => npy(&pixels, &image_dims(&pixels, &self.info.data)),
        };
        write_file(&path, &bytes)?;
        said(&path)
    }
}

/// The formats of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A picture.
    Png,
    /// The numbers.
    Npy,
}

impl Ending {
    /// As the file's name says.
    pub fn of(path: &Path) -> Result<Self, VaeError> {
        match ending(path).as_str() {
            "png" => Ok(Self::Png),
            "npy" => Ok(Self::Npy),
            _ => Err(VaeError::Ending { path: path.to_owned(), allowed: ".png and .npy" }),
        }
    }
}

/// What stands after the last dot, in small letters.
pub fn ending(path: &Path) -> String {
    path.extension().map_or(String::new(), |e| e.to_string_lossy().to_lowercase())
}

/// Prints the path of a file that was written.
pub fn said(path: &Path) -> Result<(), VaeError> {
    data(path.display()).map_err(VaeError::io("stdout".as_ref()))
}

/// Refuses data that are not those that the run remembers.
pub fn same_data(config: &RunConfig, run: &DataInfo, found: &DataInfo) -> Result<(), VaeError> {
    let counts = |info: &DataInfo| [info.train_images, info.validation_images, info.test_images];
    let what = if run.shape != found.shape {
        format!("images of {:?} then, of {:?} now", run.shape, found.shape)
    } else if counts(run) != counts(found) {
        let words = |info| counts(info).map(|count| count.to_string()).join(" + ");
        format!("{} images then, {} now (to learn from, to validate, to judge by)", words(run), words(found))
    } else if run.checksum != found.checksum {
        format!("checksum {:08x} then, {:08x} now", run.checksum, found.checksum)
    } else {
        // The name may differ: a file may move.
        return Ok(());
    };
    Err(VaeError::OtherData { place: super::dataset::source(config), what })
}

/// The mean image of each row of latents, on the current threads.
pub fn decode(model: &Model, z: &[f32], device: &Device) -> Vec<f32> {
    let latents = model.value_width();
    z.par_chunks(TASK_ROWS * latents)
        .flat_map_iter(|block| {
            let rows = block.len() / latents;
            let z = Tensor::from_data(TensorData::new(block.to_vec(), [rows, latents]), device);
            model.decode(z).into_data().try_to_vec::<f32>().unwrap_or_default()
        })
        .collect()
}

/// Images of the report: pixels outside [0, 1] are brought into it by the range of the training images.
pub fn images(mut pixels: Vec<f32>, info: &DataInfo) -> Result<Images, VaeError> {
    let [channels, height, width] = info.shape;
    let [low, high] = info.range;
    if low < 0.0 || high > 1.0 {
        let span = (high - low).max(f32::MIN_POSITIVE);
        for x in &mut pixels {
            *x = (*x - low) / span;
        }
    }
    Images::new(pixels, channels, height, width)
        .map_err(|error| VaeError::option("pictures", "of images with 1 or 3 channels", error))
}

/// A picture of images in rows.
pub fn sheet(pixels: Vec<f32>, columns: usize, info: &DataInfo) -> Result<Vec<u8>, VaeError> {
    let images = images(pixels, info)?;
    Ok(Grid::new(&images, columns).scale(scale(info)).to_png())
}

/// How much a picture enlarges small images.
pub fn scale(info: &DataInfo) -> usize {
    (SIDE / info.shape[1].max(info.shape[2]).max(1)).max(1)
}

/// `[N, C, H, W]`.
pub fn image_dims(pixels: &[f32], info: &DataInfo) -> [u64; 4] {
    let [channels, height, width] = info.shape.map(|side| side as u64);
    let image = (channels * height * width).max(1);
    [pixels.len() as u64 / image, channels, height, width]
}

/// The bytes of a `.npy` file, version 1.0, of 32-bit floats in C order.
pub fn npy(values: &[f32], shape: &[u64]) -> Vec<u8> {
    let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{comma}), }}", sides.join(", "));
    // Magic, version and length take 10 bytes; with header and line break the whole is a multiple of 64.
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.push_str(&" ".repeat(padded - 1 - header.len()));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(padded as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    for value in values {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ReadOptions, read_whole};

    #[test]
    fn arrays_are_read_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let values: Vec<f32> = (0..24).map(|x| x as f32 / 24.0).collect();
        std::fs::write(&path, npy(&values, &[3, 1, 2, 4])).unwrap();
        let set = read_whole(&path, &ReadOptions::default()).unwrap();
        assert_eq!((set.pixels, set.shape.to_string()), (values, "1x2x4".into()));
        assert_eq!(npy(&[], &[0]).len() % 64, 0);
    }

    #[test]
    fn data_are_the_same_by_shape_counts_and_checksum_alone() {
        let info = DataInfo {
            name: "digits".into(),
            shape: [1, 8, 8],
            train_images: 10,
            validation_images: 2,
            test_images: 3,
            checksum: 7,
            white: 16.0,
            range: [0.0, 1.0],
        };
        let config = RunConfig::default();
        let moved = DataInfo { name: "copy".into(), range: [0.0, 1.0 - f32::EPSILON], ..info.clone() };
        assert!(same_data(&config, &info, &moved).is_ok());
        for (other, wanted) in [
            (DataInfo { shape: [1, 4, 16], ..info.clone() }, "images of"),
            (DataInfo { train_images: 11, test_images: 2, ..info.clone() }, "10 + 2 + 3 images then, 11 + 2 + 2 now"),
            (DataInfo { checksum: 8, ..info.clone() }, "checksum 00000007 then, 00000008 now"),
        ] {
            let error = same_data(&config, &info, &other).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_run_of_a_device_that_is_not_built_in_opens_on_the_cpu() {
        assert!(own_device("cpu").is_ok());
        assert!(own_device("tpu").is_err());
        #[cfg(not(feature = "cuda"))]
        assert!(own_device("cuda:1").is_ok());
    }

    #[test]
    fn endings_decide() {
        assert_eq!(Ending::of(Path::new("a.b/x.PNG")).unwrap(), Ending::Png);
        for path in ["x", "x.jpg", ".png"] {
            assert!(Ending::of(Path::new(path)).is_err(), "{path}");
        }
    }
}
