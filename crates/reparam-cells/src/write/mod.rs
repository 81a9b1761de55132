//! Writing `AnnData` files.

mod encode;
mod place;
mod sparse;
#[cfg(test)]
mod tests;
mod uns;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use hdf5_pure::{FileBuilder, GroupBuilder};
use thiserror::Error;

use crate::{Features, Frame, RowSource};
use encode::{check_name, frame, mark_group, numbers};

/// What a `.h5ad` file is to hold.
#[derive(Clone, Debug)]
pub struct H5ad<'a> {
    /// Names of the cells.
    pub cells: &'a [String],
    /// Their annotations.
    pub obs: &'a Frame,
    /// The features; identifiers become the column `gene_ids`.
    pub features: &'a Features,
    /// Counts, one row for each cell: a [`crate::CountStore`], or rows that are made on the way.
    pub x: Option<&'a dyn RowSource>,
    /// Further matrices of the shape of the counts.
    pub layers: Vec<(&'a str, Layer<'a>)>,
    /// Coordinates of the cells: latents, embeddings.
    pub obsm: Vec<(&'a str, Dense<'a>)>,
    /// Anything else: a map, or null for nothing.
    pub uns: serde_json::Value,
}

/// A matrix in full, row after row.
#[derive(Clone, Copy, Debug)]
pub struct Dense<'a> {
    /// Number of columns.
    pub width: usize,
    /// Its values, `[rows, width]`.
    pub values: &'a [f32],
}

/// A matrix of the shape of the counts.
#[derive(Clone, Copy, Debug)]
pub enum Layer<'a> {
    /// Mostly zeros.
    Sparse(&'a dyn RowSource),
    /// In full, `[cells, features]`, row after row.
    Dense(&'a [f32]),
}

/// Why a file was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// A name that the format, or a reader of it, cannot hold.
    #[error("{place}: a name must not {rule}, got '{name}'")]
    Name {
        /// Where in the file.
        place: String,
        /// The rule that it breaks.
        rule: &'static str,
        /// The name.
        name: String,
    },
    /// Something of another length than the cells or features.
    #[error("{place}: expected {expected} {what}, got {got}")]
    Length {
        /// Where in the file.
        place: String,
        /// What is counted.
        what: &'static str,
        /// As many as there should be.
        expected: usize,
        /// As many as there are.
        got: usize,
    },
    /// A category code beyond the names.
    #[error("{place}: category of row {row} must be below {categories}, got {code}")]
    Code {
        /// The column.
        place: String,
        /// The row.
        row: usize,
        /// Number of categories.
        categories: usize,
        /// The code.
        code: u32,
    },
    /// A text with a zero byte, at which readers stop.
    #[error("{place}: text must not hold a zero byte, got {text:?}")]
    Zero {
        /// Where in the file.
        place: String,
        /// The text.
        text: String,
    },
    /// Something in `uns` that has no form in the file.
    #[error(
        "{place}: a list must hold only numbers, only texts, only truth values, only maps, or lists of numbers as long as each other"
    )]
    List {
        /// Where in the file.
        place: String,
    },
    /// `uns` that is neither a map nor null.
    #[error("uns: must be a map or null, got {0}")]
    Uns(String),
    /// The counts could not be read.
    #[error("{place}: cannot read the counts")]
    Counts {
        /// The matrix.
        place: String,
        /// What the file system says.
        source: io::Error,
    },
    /// The file system refuses.
    #[error("cannot write '{}'", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
    /// The format refuses.
    #[error("cannot write '{}' as HDF5", path.display())]
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// What the format says.
        source: Box<hdf5_pure::Error>,
    },
}

/// Writes an `AnnData` file (`.h5ad`, on-disk format 0.1.0: dataframes, categories and strings 0.2.0, sparse matrices 0.1.0).
///
/// Everything is checked before a byte is written; the file appears whole, in place of one of that name, or not at all. Sparse matrices are copied piece
/// by piece. Numbers keep their type: `f64`, `i64`; matrices are `f32`. Missing text makes a column of categories, since all readers know those; in `uns` nulls
/// are left out, and a list of maps becomes a map with the keys `0`, `1`, ….
///
/// ```
/// use reparam_cells::{Features, Frame, H5ad, write_h5ad};
/// let folder = tempfile::tempdir().unwrap();
/// let (cells, features) = (["a".to_owned(), "b".to_owned()], Features::default());
/// let (obs, uns) = (Frame::new(), serde_json::json!({"seed": 3}));
/// let content = H5ad { cells: &cells, obs: &obs, features: &features, x: None, layers: vec![], obsm: vec![], uns };
/// write_h5ad(&folder.path().join("two.h5ad"), &content).unwrap();
/// ```
///
/// # Errors
/// Names with `/`, lengths that differ, categories that do not exist or are there twice, what the file system and the format say.
pub fn write_h5ad(path: &Path, content: &H5ad<'_>) -> Result<(), WriteError> {
    let mut builder = FileBuilder::new();
    builder.set_attr("encoding-type", encode::text("anndata"));
    builder.set_attr("encoding-version", encode::text("0.1.0"));
    let (cells, width) = (content.cells.len(), content.features.names.len());
    let obs = frame(builder.create_group("obs"), "obs", content.cells, content.obs)?;
    builder.add_group(obs.finish());
    let var = frame(builder.create_group("var"), "var", &content.features.names, &var_columns(content.features))?;
    builder.add_group(var.finish());
    let mut tails = Vec::new();
    if let Some(x) = content.x {
        let group = sparse::head(builder.create_group("X"), "X", x, cells, width)?;
        builder.add_group(group.finish());
        tails.push(("X".to_owned(), x));
    }
    let layers = layers(builder.create_group("layers"), content, &mut tails)?;
    builder.add_group(layers.finish());
    let obsm = obsm(builder.create_group("obsm"), content)?;
    builder.add_group(obsm.finish());
    for name in ["obsp", "varm", "varp"] {
        let mut group = builder.create_group(name);
        mark_group(&mut group, "dict", "0.1.0");
        builder.add_group(group.finish());
    }
    let uns = uns::map(builder.create_group("uns"), "uns", &content.uns)?;
    builder.add_group(uns.finish());
    place::write(path, builder, &tails)
}

/// The features' columns, with their identifiers.
fn var_columns(features: &Features) -> Frame {
    let mut var = Frame::new();
    if !features.ids.is_empty() && features.annotations.get("gene_ids").is_none() {
        var.set("gene_ids", crate::Column::Text(features.ids.iter().cloned().map(Some).collect()));
    }
    for (name, column) in features.annotations.iter() {
        var.set(name, column.clone());
    }
    var
}

/// Names of a group's members: each allowed, each once.
fn check_names<'a>(place: &str, names: impl Iterator<Item = &'a str>) -> Result<(), WriteError> {
    let mut seen = HashSet::new();
    for name in names {
        check_name(place, name)?;
        if !seen.insert(name) {
            let name = name.to_owned();
            return Err(WriteError::Name { place: place.to_owned(), rule: "be there twice", name });
        }
    }
    Ok(())
}

fn layers<'a>(
    mut group: GroupBuilder,
    content: &H5ad<'a>,
    tails: &mut Vec<(String, &'a dyn RowSource)>,
) -> Result<GroupBuilder, WriteError> {
    mark_group(&mut group, "dict", "0.1.0");
    check_names("layers", content.layers.iter().map(|(name, _)| *name))?;
    let (cells, width) = (content.cells.len(), content.features.names.len());
    for (name, layer) in &content.layers {
        let place = format!("layers/{name}");
        match layer {
            Layer::Sparse(counts) => {
                let member = sparse::head(group.create_group(name), &place, *counts, cells, width)?;
                group.add_group(member.finish());
                tails.push((place, *counts));
            }
            Layer::Dense(values) => dense(&mut group, name, &place, cells, Dense { width, values })?,
        }
    }
    Ok(group)
}

fn obsm(mut group: GroupBuilder, content: &H5ad<'_>) -> Result<GroupBuilder, WriteError> {
    mark_group(&mut group, "dict", "0.1.0");
    check_names("obsm", content.obsm.iter().map(|(name, _)| *name))?;
    for (name, matrix) in &content.obsm {
        dense(&mut group, name, &format!("obsm/{name}"), content.cells.len(), *matrix)?;
    }
    Ok(group)
}

fn dense(group: &mut GroupBuilder, name: &str, place: &str, rows: usize, matrix: Dense<'_>) -> Result<(), WriteError> {
    let (expected, got) = (rows * matrix.width, matrix.values.len());
    if expected != got {
        return Err(WriteError::Length { place: place.to_owned(), what: "values", expected, got });
    }
    let shape = [rows as u64, matrix.width as u64];
    numbers(group.create_dataset(name).with_f32_data(matrix.values).with_shape(&shape));
    Ok(())
}
