//! Draws as an `InferenceData` that `ArviZ` opens: a Zarr store of version 2, which is JSON beside plain little-endian numbers.
//!
//! Of the two formats that `ArviZ` reads, NetCDF-4 needs HDF5 with dimension scales; this one needs nothing.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::error::CommandError;
use super::folder::Folder;
use crate::law::Output;

/// Numbers of an array.
pub enum Numbers {
    /// Reals.
    Real(Vec<f64>),
    /// Whole numbers: coordinates, flags.
    Whole(Vec<i64>),
}

/// An array with named dimensions.
pub struct Array {
    /// Its name.
    pub name: String,
    /// Its dimensions, each with its length.
    pub dimensions: Vec<(String, usize)>,
    /// Its numbers, the last dimension running fastest.
    pub numbers: Numbers,
}

/// A group of arrays: `posterior`, `observed_data`, …
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Its arrays, coordinates included.
    pub arrays: Vec<Array>,
}

/// Writes the store `name` below the folder.
pub fn write(folder: &Folder, name: &str, groups: &[Group]) -> Result<(), CommandError> {
    let root = folder.path().join(name);
    let about = json!({
        "inference_library": "reparam",
        "inference_library_version": env!("CARGO_PKG_VERSION"),
    });
    let mut all = serde_json::Map::new();
    group(&root, "", &about, &mut all)?;
    for one in groups {
        group(&root, one.name, &about, &mut all)?;
        for array in &one.arrays {
            write_array(&root, one.name, array, &mut all)?;
        }
    }
    let consolidated = json!({"zarr_consolidated_format": 1, "metadata": all});
    put(&root.join(".zmetadata"), consolidated.to_string().as_bytes())
}

fn group(root: &Path, name: &str, about: &Value, all: &mut serde_json::Map<String, Value>) -> Result<(), CommandError> {
    let place = root.join(name);
    fs::create_dir_all(&place).map_err(CommandError::io(&place))?;
    let format = json!({"zarr_format": 2});
    for (file, content) in [(".zgroup", &format), (".zattrs", about)] {
        put(&place.join(file), content.to_string().as_bytes())?;
        let key = if name.is_empty() { file.to_owned() } else { format!("{name}/{file}") };
        all.insert(key, content.clone());
    }
    Ok(())
}

fn write_array(
    root: &Path,
    group: &str,
    array: &Array,
    all: &mut serde_json::Map<String, Value>,
) -> Result<(), CommandError> {
    let place = root.join(group).join(&array.name);
    fs::create_dir_all(&place).map_err(CommandError::io(&place))?;
    let shape: Vec<usize> = array.dimensions.iter().map(|(_, length)| *length).collect();
    let (kind, fill, bytes) = match &array.numbers {
        Numbers::Real(numbers) => {
            ("<f8".to_owned(), json!("NaN"), numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())
        }
        Numbers::Whole(numbers) => {
            ("<i8".to_owned(), Value::Null, numbers.iter().flat_map(|x| x.to_le_bytes()).collect())
        }
    };
    let meta = json!({
        "zarr_format": 2, "shape": shape, "chunks": shape, "dtype": kind, "order": "C",
        "compressor": null, "filters": null, "fill_value": fill,
    });
    let names: Vec<&str> = array.dimensions.iter().map(|(name, _)| name.as_str()).collect();
    let attributes = json!({"_ARRAY_DIMENSIONS": names});
    for (file, content) in [(".zarray", &meta), (".zattrs", &attributes)] {
        put(&place.join(file), content.to_string().as_bytes())?;
        all.insert(format!("{group}/{}/{file}", array.name), content.clone());
    }
    let chunk = vec!["0"; shape.len()].join(".");
    put(&place.join(chunk), &bytes)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let mut output = Output::new(Some(path))?;
    output.write(bytes)?;
    Ok(output.finish()?)
}
