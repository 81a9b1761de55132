//! Image data: idx, npy, npz, CSV and PNG files, and the digits inside the program.
//!
//! [`read`] takes a path and [`ReadOptions`] and gives a [`Split`] of scaled images, or exactly one [`DataError`] that
//! names file, place, value and rule. Every header is held against the file's own length before memory is reserved; what
//! the file really holds has to fit into memory, at 4 bytes a pixel.
//!
//! | path | read as |
//! |---|---|
//! | folder with `train-images…idx3-ubyte[.gz]` | MNIST's idx files, with labels and `t10k-…` or `test-…` where there |
//! | other folder | PNG images; subfolders are classes; `train` and `test` above them are the two parts |
//! | `….idx`, `…-ubyte`, either with `.gz` | one idx file, with the labels that lie beside it |
//! | `.npy` | images `[N, P]`, `[N, H, W]`, `[N, C, H, W]`, `[N, H, W, C]` |
//! | `.npz` | such arrays named `x`, `images`, `data`, `arr_0`, or `x_train` and `x_test`; labels `y`, `labels`, … |
//! | `.csv`, `.tsv`, `.txt` | one image a row |
//!
//! A file with another name is told by its first bytes. Labels lie beside their images packed alike, else packed the other way; a
//! folder that holds an idx file both plain and packed is refused, since nothing says which of the two is meant.

mod array;
mod digits;
mod error;
mod gzip;
mod header;
mod hold_out;
mod idx;
mod image_set;
mod npy;
mod npz;
mod options;
mod png_folder;
mod png_image;
mod raw;
mod scale;
mod stream;
mod table;
mod visible;

use std::path::Path;

pub use digits::embedded_digits;
pub use error::DataError;
pub use image_set::{ImageSet, ImageShape, PixelScale, Split, TestOrigin};
pub use options::{ReadOptions, ValueRule};

use png_folder::Listing;
use raw::{RawData, RawImages};

/// Reads the images at `path`.
///
/// Data without a test part give up `options.test_fraction` of their images to one.
///
/// # Errors
/// The first fault that is found, as a [`DataError`]; a faulty file never panics.
///
/// ```
/// # use reparam_cli::data::{ReadOptions, TestOrigin, read};
/// # let folder = std::env::temp_dir();
/// let path = folder.join(format!("reparam-read-example-{}.csv", std::process::id()));
/// std::fs::write(&path, "label,a,b,c,d\ncat,0,9,0,9\ndog,16,0,0,16\n")?;
/// let split = read(&path, &ReadOptions::default())?;
/// assert_eq!((split.train.count(), split.test.count()), (1, 1));
/// assert_eq!(split.train.label_names, Some(vec!["cat".into(), "dog".into()]));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(path: &Path, options: &ReadOptions) -> Result<Split, DataError> {
    let raw = read_raw(path, options)?;
    split(&name(path), raw, options)
}

/// Reads the images at `path` as one set in the order of the file: the training part, then the test part where there is one.
///
/// # Errors
/// As [`read`].
pub fn read_whole(path: &Path, options: &ReadOptions) -> Result<ImageSet, DataError> {
    let raw = read_raw(path, options)?;
    let place = raw.train.place.file();
    scaled(&name(path), raw, options)?
        .into_iter()
        .reduce(|mut whole, part| {
            whole.pixels.extend(part.pixels);
            // Labels of one part alone would be labels of the wrong images.
            whole.labels = whole.labels.zip(part.labels).map(|(mut labels, more)| {
                labels.extend(more);
                labels
            });
            whole
        })
        .ok_or(DataError::Empty { place, expected: "at least one image" })
}

fn read_raw(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    options.validate()?;
    let metadata = std::fs::metadata(path).map_err(|e| DataError::io(path, e))?;
    if metadata.is_dir() { read_folder(path, options) } else { read_file(path, options) }
}

fn read_folder(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    let listing = Listing::of(path)?;
    let names: Vec<String> =
        listing.files.iter().filter_map(|file| Some(file.file_name()?.to_str()?.to_owned())).collect();
    if names.iter().any(|name| idx::has_idx_name(name)) {
        return idx::read_folder(path, &names, options);
    }
    png_folder::read_folder(path)
}

fn read_file(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let unpacked = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = |wanted: &str| unpacked.ends_with(wanted);
    let is_table = [".csv", ".tsv", ".txt"].into_iter().any(ending);
    if idx::has_idx_name(&name) {
        return idx::read_file(path, options);
    }
    if ending(".npy") {
        return npy::read_file(path, options);
    }
    if ending(".npz") && unpacked == name {
        return npz::read_file(path, options);
    }
    if is_table && unpacked == name {
        return table::read_file(path, options);
    }
    let (mut file, _) = stream::open(path)?;
    let head = stream::first_bytes(path, &mut file)?;
    match &head[..] {
        // A packed table says nowhere how long it is; a packed array does.
        _ if is_table => Err(DataError::UnknownFormat { path: path.into(), got: "a packed table".into() }),
        [0x93, b'N', b'U', b'M', ..] => npy::read_file(path, options),
        [b'P', b'K', 3 | 5, ..] => npz::read_file(path, options),
        [0, 0, 8, 2..=4, ..] | [0x1f, 0x8b, ..] => idx::read_file(path, options),
        _ => {
            let got = format!("a file that starts with {}", stream::hex(&head));
            Err(DataError::UnknownFormat { path: path.into(), got })
        }
    }
}

/// The data's name: the last part of the path, without its ending.
fn name(path: &Path) -> String {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = full.file_name().map_or("data".into(), |name| name.to_string_lossy().into_owned());
    if full.is_dir() {
        return name;
    }
    let unpacked = name.strip_suffix(".gz").unwrap_or(&name);
    unpacked.rsplit_once('.').map_or(unpacked, |(stem, _)| stem).to_owned()
}

/// Scales the parts together: one set for each.
fn scaled(name: &str, raw: RawData, options: &ReadOptions) -> Result<Vec<ImageSet>, DataError> {
    let mut parts: Vec<RawImages> = std::iter::once(raw.train).chain(raw.test).collect();
    let (pixels, white, scale) = scale::to_pixels(&mut parts, options)?;
    let sets = parts.into_iter().zip(pixels).map(|(part, pixels)| ImageSet {
        name: name.to_owned(),
        shape: part.shape,
        pixels,
        labels: part.labels,
        label_names: raw.label_names.clone(),
        scale,
        white,
    });
    Ok(sets.collect())
}

/// Scales the parts and makes sure that there is a test part.
fn split(name: &str, raw: RawData, options: &ReadOptions) -> Result<Split, DataError> {
    let place = raw.train.place.file();
    let mut sets = scaled(name, raw, options)?.into_iter();
    match (sets.next(), sets.next()) {
        (Some(train), Some(test)) => Ok(Split { train, test, test_origin: TestOrigin::Given }),
        (Some(train), None) => hold_out::hold_out(&train, &place, options.test_fraction, options.seed),
        (None, _) => Err(DataError::Empty { place, expected: "at least one image" }),
    }
}
