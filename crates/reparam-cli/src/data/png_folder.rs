//! A folder of PNG images; its subfolders are classes, and `train` and `test` above them are the two parts.

use std::path::{Path, PathBuf};

use super::DataError;
use super::png_image::{Format, Pixels, read_png};
use super::raw::{Place, RawData, RawImages, Values};

/// What a folder holds, sorted by name, without hidden entries.
pub(super) struct Listing {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

impl Listing {
    pub fn of(folder: &Path) -> Result<Self, DataError> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(folder).map_err(|e| DataError::io(folder, e))? {
            let entry = entry.map_err(|e| DataError::io(folder, e))?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // Links are followed: data sets are often made of them.
            let is_folder = std::fs::metadata(entry.path()).map_err(|e| DataError::io(&entry.path(), e))?.is_dir();
            if is_folder {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
        files.sort();
        folders.sort();
        Ok(Self { files, folders })
    }

    fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }
}

/// The last part of a path, for labels.
fn name_of(path: &Path) -> String {
    path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// One part of the data: the files, and the class of each where subfolders name classes.
struct Part {
    paths: Vec<PathBuf>,
    classes: Option<Vec<String>>,
}

impl Part {
    fn find(folder: &Path) -> Result<Self, DataError> {
        let listing = Listing::of(folder)?;
        if listing.is_empty() {
            return Err(DataError::Empty { place: folder.display().to_string(), expected: "PNG images" });
        }
        if listing.folders.is_empty() {
            return Ok(Self { paths: only_png(listing.files)?, classes: None });
        }
        if let Some(path) = only_png(listing.files)?.into_iter().next() {
            return Err(DataError::Folder {
                path,
                expected: "either images or folders of images, not both",
                got: "an image beside folders".into(),
            });
        }
        let (mut paths, mut classes) = (Vec::new(), Vec::new());
        for class in listing.folders {
            let inside = Listing::of(&class)?;
            if let Some(path) = inside.folders.into_iter().next() {
                let (expected, got) = ("PNG images in the folder of a class", "a folder".into());
                return Err(DataError::Folder { path, expected, got });
            }
            let files = only_png(inside.files)?;
            if files.is_empty() {
                return Err(DataError::Empty { place: class.display().to_string(), expected: "PNG images" });
            }
            classes.extend(std::iter::repeat_n(name_of(&class), files.len()));
            paths.extend(files);
        }
        Ok(Self { paths, classes: Some(classes) })
    }

    fn into_images(self, format: &mut Option<Format>, names: &[String]) -> Result<RawImages, DataError> {
        let mut pixels = Pixels::default();
        for path in &self.paths {
            read_png(path, format, &mut pixels)?;
        }
        let format = format.as_ref().expect("a part has at least one image, and the first sets the format");
        let (shape, white) = (format.shape, if format.bits == 16 { u16::MAX } else { 255 });
        let values = if white == 255 { Values::Bytes(pixels.bytes) } else { Values::Whole(pixels.words) };
        let labels = self.classes.map(|classes| {
            let class_number = |class| names.binary_search(class).expect("the names are those of all classes, sorted");
            classes.iter().map(|class| class_number(class) as u32).collect()
        });
        Ok(RawImages { shape, values, white: Some(white), place: Place::Files(self.paths), labels })
    }
}

/// Refuses the first file that is not named as PNG.
fn only_png(files: Vec<PathBuf>) -> Result<Vec<PathBuf>, DataError> {
    match files.iter().find(|path| !path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"))) {
        None => Ok(files),
        Some(path) => Err(DataError::Folder {
            path: path.clone(),
            expected: "nothing but PNG images, in folders by class where there are classes",
            got: "another kind of file".into(),
        }),
    }
}

/// Reads the folder.
pub(super) fn read_folder(folder: &Path) -> Result<RawData, DataError> {
    let listing = Listing::of(folder)?;
    let parts = listing.folders.iter().map(|path| name_of(path)).collect::<Vec<_>>();
    let two_parts = listing.files.is_empty() && parts == ["test", "train"];
    let (train, test) = if two_parts {
        (Part::find(&folder.join("train"))?, Some(Part::find(&folder.join("test"))?))
    } else {
        (Part::find(folder)?, None)
    };
    let mut names: Vec<String> = [Some(&train), test.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|p| p.classes.as_ref())
        .flatten()
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    let mut format = None;
    let train = train.into_images(&mut format, &names)?;
    let test = test.map(|test| test.into_images(&mut format, &names)).transpose()?;
    Ok(RawData { train, test, label_names: Some(names).filter(|names| !names.is_empty()) })
}
