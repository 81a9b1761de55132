//! Small files of each format, made in a temporary folder.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use png::{BitDepth, ColorType, Encoder};
use reparam_cli::data::{DataError, ReadOptions, Split, ValueRule, read};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A folder that is removed with the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    pub fn read(&self, name: &str) -> Result<Split, DataError> {
        read(&self.0.path().join(name), &ReadOptions::default())
    }

    pub fn read_with(&self, name: &str, options: &ReadOptions) -> Result<Split, DataError> {
        read(&self.0.path().join(name), options)
    }

    /// The message of the error, without the temporary folder.
    pub fn fault(&self, name: &str) -> String {
        self.fault_with(name, &ReadOptions::default())
    }

    pub fn fault_with(&self, name: &str, options: &ReadOptions) -> String {
        let error = self.read_with(name, options).expect_err("an error");
        let folder = format!("{}/", self.0.path().display());
        error.to_string().replace(&folder, "").replace(folder.trim_end_matches('/'), ".")
    }
}

pub fn rule(value_range: ValueRule) -> ReadOptions {
    ReadOptions { value_range, ..ReadOptions::default() }
}

/// Training and test images put together again in the order of their first pixel.
pub fn all_images(split: &Split) -> Vec<Vec<f32>> {
    let mut images: Vec<Vec<f32>> =
        [&split.train, &split.test].iter().flat_map(|set| (0..set.count()).map(|i| set.image(i).to_vec())).collect();
    images.sort_by(|a, b| a[0].total_cmp(&b[0]));
    images
}

/// An idx file; the last lengths run fastest.
pub fn idx(lengths: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, lengths.len() as u8];
    for len in lengths {
        bytes.extend(len.to_be_bytes());
    }
    bytes.extend(values);
    bytes
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// An npy file of version 1 with the header that `NumPy` would write.
pub fn npy(descr: &str, fortran: bool, shape: &[u64], values: &[u8]) -> Vec<u8> {
    let shape = shape.iter().fold(String::new(), |text, len| text + &len.to_string() + ", ");
    let order = if fortran { "True" } else { "False" };
    npy_header(&format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({shape}), }}\n"), values)
}

pub fn npy_header(header: &str, values: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values);
    bytes
}

pub fn npz(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(*name, options).expect("an entry");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

pub fn png(width: u32, height: u32, color: ColorType, depth: BitDepth, values: &[u8]) -> Vec<u8> {
    png_palette(width, height, color, depth, &[], values)
}

/// A PNG image; the palette holds red, green, blue of each entry, and is empty for images without.
pub fn png_palette(
    width: u32,
    height: u32,
    color: ColorType,
    depth: BitDepth,
    palette: &[u8],
    values: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if !palette.is_empty() {
        encoder.set_palette(palette.to_vec());
    }
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(values).expect("as many values as pixels");
    writer.finish().expect("memory");
    bytes
}

/// A grey image of 8 bits.
pub fn png_grey(width: u32, height: u32, values: &[u8]) -> Vec<u8> {
    png(width, height, ColorType::Grayscale, BitDepth::Eight, values)
}
