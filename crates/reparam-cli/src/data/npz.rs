//! `NumPy`'s `.npz`: a zip archive of `.npy` arrays, found by their usual names.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::array::Array;
use super::raw::{RawData, RawImages};
use super::stream::{Stream, first_bytes, hex, open};
use super::{DataError, ReadOptions, npy};

/// The names of each array, compared without regard to case; the first that is there is taken.
const TRAIN_IMAGES: &[&str] = &["x_train", "train_images", "images_train", "x", "images", "data", "arr_0"];
const TRAIN_LABELS: &[&str] = &["y_train", "train_labels", "labels_train", "y", "labels", "target", "arr_1"];
const TEST_IMAGES: &[&str] = &["x_test", "test_images", "images_test"];
const TEST_LABELS: &[&str] = &["y_test", "test_labels", "labels_test"];

/// An open archive with its entries' names.
struct Archive {
    place: String,
    file_len: u64,
    zip: ZipArchive<BufReader<File>>,
    names: Vec<String>,
}

/// Reads images, and labels and a test part where the archive has them.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    let mut archive = Archive::open(path)?;
    let Some(train) = archive.images(TRAIN_IMAGES, TRAIN_LABELS, options)? else {
        return Err(DataError::Missing {
            place: archive.place.clone(),
            expected: format!("an array with one of the names {}", TRAIN_IMAGES.join(", ")),
            got: archive.list(),
        });
    };
    let test = archive.images(TEST_IMAGES, TEST_LABELS, options)?;
    if let Some(test) = &test
        && test.shape != train.shape
    {
        return Err(DataError::Shape {
            place: test.place.file(),
            expected: format!("images of {} as in {}", train.shape, train.place.file()),
            got: test.shape.to_string(),
            hint: None,
        });
    }
    Ok(RawData { train, test, label_names: None })
}

/// An entry's name without the ending that `numpy.savez` adds.
fn array_name(entry: &str) -> &str {
    entry.strip_suffix(".npy").unwrap_or(entry)
}

impl Archive {
    fn open(path: &Path) -> Result<Self, DataError> {
        let place = path.display().to_string();
        let (mut file, file_len) = open(path)?;
        let head = first_bytes(path, &mut file)?;
        // "PK" alone: an archive without entries starts with its closing record, 05 06.
        if !head.starts_with(b"PK") {
            return Err(DataError::Magic { place, expected: "zip's 50 4b, for an npz archive", got: hex(&head) });
        }
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(&place, &e))?;
        let names = zip.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Ok(Self { place, file_len, zip, names })
    }

    /// The names of the arrays, for a message.
    fn list(&self) -> String {
        let names: Vec<&str> = self.names.iter().take(20).map(|name| array_name(name)).collect();
        match self.names.len() {
            0 => "an archive without arrays".into(),
            1..=20 => names.join(", "),
            many => format!("{}, … ({many} arrays)", names.join(", ")),
        }
    }

    /// The array under the first of `candidates` that is there.
    fn array(&mut self, candidates: &[&str]) -> Result<Option<Array>, DataError> {
        let place = &self.place;
        let found = candidates
            .iter()
            .find_map(|wanted| self.names.iter().position(|name| array_name(name).eq_ignore_ascii_case(wanted)));
        let Some(index) = found else { return Ok(None) };
        let place = format!("{place}: {}", self.names[index]);
        let entry = self.zip.by_index(index).map_err(|e| damaged(&place, &e))?;
        let (size, packed_size) = (entry.size(), entry.compressed_size().min(self.file_len));
        npy::read_array(Stream::entry(place, Box::new(entry), size, packed_size)).map(Some)
    }

    fn images(
        &mut self,
        images: &[&str],
        labels: &[&str],
        options: &ReadOptions,
    ) -> Result<Option<RawImages>, DataError> {
        let Some(array) = self.array(images)? else {
            return Ok(None);
        };
        let mut images = array.into_images(options.image_shape)?;
        if let Some(array) = self.array(labels)? {
            let place = array.place.clone();
            let labels = array.into_labels()?;
            if labels.len() != images.count() {
                let (count, images_place) = (images.count(), images.place.file());
                return Err(DataError::LabelCount { place, images_place, images: count, labels: labels.len() });
            }
            images.labels = Some(labels);
        }
        Ok(Some(images))
    }
}

fn damaged(place: &str, error: &ZipError) -> DataError {
    let reason = match error {
        ZipError::Io(e) => super::error::io_words(e),
        other => other.to_string(),
    };
    DataError::Damaged { place: place.into(), expected: "a zip archive", reason }
}
