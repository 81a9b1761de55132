//! idx files, the format of MNIST: big-endian header, then bytes; plain or gzip.
//!
//! `00 00 TYPE RANK`, then RANK lengths of 32 bits, then the values, the last axis fastest
//! (Y. `LeCun`, "The MNIST database", section FILE FORMATS).

use std::path::{Path, PathBuf};

use super::array::Array;
use super::raw::{RawData, RawImages, Values};
use super::stream::{Stream, hex};
use super::{DataError, ReadOptions};

/// The only element type that MNIST and its relatives use.
const UNSIGNED_BYTE: u8 = 0x08;

/// Whether a file's name follows MNIST's habit: `…-images-idx3-ubyte`, `….idx3-ubyte.gz`, `….idx`.
pub(super) fn has_idx_name(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let ending = |wanted| name.ends_with(wanted);
    ending("-ubyte") && name.contains("idx") || ending(".idx")
}

/// Reads a folder with `train-images…`, and, where they are there, its labels and `t10k-images…` or `test-images…`.
pub(super) fn read_folder(folder: &Path, names: &[String], options: &ReadOptions) -> Result<RawData, DataError> {
    if let Some(twice) =
        names.iter().filter(|name| has_idx_name(name)).find(|name| names.contains(&format!("{name}.gz")))
    {
        return Err(DataError::Folder {
            path: folder.join(format!("{twice}.gz")),
            expected: "each idx file once, plain or packed",
            got: format!("the packed twin of {twice}"),
        });
    }
    let images: Vec<&String> = names.iter().filter(|n| has_idx_name(n) && n.contains("images")).collect();
    let is_test = |name: &str| name.contains("t10k") || name.contains("test");
    let test = one_of(folder, images.iter().copied().filter(|n| is_test(n)))?;
    let train = one_of(folder, images.iter().copied().filter(|n| !is_test(n)))?;
    let read = |path: PathBuf| images_with_labels(&path, options);
    match (train, test) {
        (Some(train), Some(test)) => {
            // The two parts are independent; unpacking them is most of the time.
            let (train, test) = rayon::join(|| read(train), || read(test));
            let (train, test) = (train?, test?);
            if train.shape != test.shape {
                return Err(DataError::Shape {
                    place: test.place.file(),
                    expected: format!("images of {} as in {}", train.shape, train.place.file()),
                    got: test.shape.to_string(),
                    hint: None,
                });
            }
            Ok(RawData { train, test: Some(test), label_names: None })
        }
        (Some(only), None) | (None, Some(only)) => Ok(RawData { train: read(only)?, test: None, label_names: None }),
        (None, None) => Err(DataError::Missing {
            place: folder.display().to_string(),
            expected: "an idx file with 'images' in its name".into(),
            got: names.join(", "),
        }),
    }
}

/// Reads one idx file, with the labels that lie beside it.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    Ok(RawData { train: images_with_labels(path, options)?, test: None, label_names: None })
}

/// The one file of this part.
fn one_of<'a>(folder: &Path, names: impl Iterator<Item = &'a String>) -> Result<Option<PathBuf>, DataError> {
    let mut names: Vec<&String> = names.collect();
    names.sort();
    match names[..] {
        [] => Ok(None),
        [name] => Ok(Some(folder.join(name))),
        [first, second, ..] => Err(DataError::Folder {
            path: folder.join(second),
            expected: "one file of images for each of training and test",
            got: format!("another beside {first}"),
        }),
    }
}

fn images_with_labels(path: &Path, options: &ReadOptions) -> Result<RawImages, DataError> {
    let array = read_array(Stream::file(path)?, &[2, 3, 4], "the idx magic number 00 00 08 03 of images")?;
    let mut images = array.into_images(options.image_shape)?;
    if let Some(label_path) = label_file(path) {
        let labels = read_array(Stream::file(&label_path)?, &[1], "the idx magic number 00 00 08 01 of labels")?;
        let labels = labels.into_labels()?;
        if labels.len() != images.count() {
            return Err(DataError::LabelCount {
                place: label_path.display().to_string(),
                images_place: path.display().to_string(),
                images: images.count(),
                labels: labels.len(),
            });
        }
        images.labels = Some(labels);
    }
    Ok(images)
}

/// The file with labels that belongs to a file of images, if there is one: `labels` for `images`, `idx1` for `idx3`; packed like
/// the images where there are both.
fn label_file(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    if !name.contains("images") {
        return None;
    }
    let labels =
        ["idx2", "idx3", "idx4"].iter().fold(name.replace("images", "labels"), |n, idx| n.replace(idx, "idx1"));
    let other = labels.strip_suffix(".gz").map_or_else(|| format!("{labels}.gz"), str::to_owned);
    [labels, other].iter().map(|name| images.with_file_name(name)).find(|path| path.exists())
}

fn read_array(mut stream: Stream<'_>, ranks: &[u8], magic: &'static str) -> Result<Array, DataError> {
    let head = stream.header(4)?;
    let place = stream.place.clone();
    if head[..2] != [0, 0] {
        return Err(DataError::Magic { place, expected: magic, got: hex(&head) });
    }
    if head[2] != UNSIGNED_BYTE {
        return Err(DataError::ElementType {
            place: format!("{place}: byte 2"),
            expected: "element type 08 (unsigned byte)",
            got: element_type(head[2]),
        });
    }
    if !ranks.contains(&head[3]) {
        return Err(DataError::Magic { place, expected: magic, got: hex(&head) });
    }
    let lengths = stream.header(4 * head[3] as usize)?;
    let (lengths, _) = lengths.as_chunks::<4>();
    let shape: Vec<usize> = lengths.iter().map(|&bytes| u32::from_be_bytes(bytes) as usize).collect();
    let announced = shape.iter().try_fold(1_u64, |product, &len| product.checked_mul(len as u64));
    let values = Values::Bytes(stream.body(announced)?);
    Ok(Array { place, shape, fortran: false, values })
}

/// The element types of the format.
fn element_type(code: u8) -> String {
    let name = match code {
        0x09 => "signed byte",
        0x0b => "16-bit integer",
        0x0c => "32-bit integer",
        0x0d => "32-bit float",
        0x0e => "64-bit float",
        _ => "not in the format",
    };
    format!("{code:02x} ({name})")
}
