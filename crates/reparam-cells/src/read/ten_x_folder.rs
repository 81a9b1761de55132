//! Folders of `CellRanger`: a matrix of features × cells, and a table of each side's names.

use std::path::Path;

use super::error::quoted;
use super::lines::Lines;
use super::names::check_cells;
use super::{ReadError, Reading, modalities, mtx};
use crate::{CellData, Column, Features, Frame};

const MATRIX: [&str; 2] = ["matrix.mtx.gz", "matrix.mtx"];
const FEATURES: [&str; 4] = ["features.tsv.gz", "features.tsv", "genes.tsv.gz", "genes.tsv"];
const BARCODES: [&str; 2] = ["barcodes.tsv.gz", "barcodes.tsv"];

/// The folder of a matrix that is named itself.
pub(super) fn read_beside(path: &Path, reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let prefix = MATRIX.iter().find_map(|end| name.strip_suffix(end)).unwrap_or_default();
    read_files(folder, path, prefix, reading)
}

/// A folder. Its files may have a prefix, as archives of several samples give them.
pub(super) fn read(folder: &Path, reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let names = names(folder, reading)?;
    let mut matrices =
        names.iter().filter_map(|name| Some((name, MATRIX.iter().find_map(|end| name.strip_suffix(end))?)));
    let exact = MATRIX.iter().find(|m| names.iter().any(|name| name == *m));
    let (name, prefix) = match (exact, matrices.next(), matrices.next()) {
        (Some(name), ..) => ((*name).to_owned(), String::new()),
        (None, Some((name, prefix)), None) => (name.clone(), prefix.to_owned()),
        (None, Some((a, _)), Some((b, _))) => {
            let found = format!("expected one matrix, got {} and more", quoted(&[a, b]));
            return Err(ReadError::UnknownFormat { path: folder.to_path_buf(), found });
        }
        (None, None, _) => return Err(missing(folder, &MATRIX, "", &names)),
    };
    read_files(folder, &folder.join(name), &prefix, reading)
}

fn names(folder: &Path, reading: &Reading<'_>) -> Result<Vec<String>, ReadError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| reading.io(source))? {
        names.push(entry.map_err(|source| reading.io(source))?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}

fn missing(folder: &Path, wanted: &[&str], prefix: &str, names: &[String]) -> ReadError {
    let name = wanted.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>().join(" or ");
    let found = if names.is_empty() { "nothing".to_owned() } else { quoted(&names[..names.len().min(12)]) };
    ReadError::MissingFile { path: folder.to_path_buf(), name, found }
}

fn read_files(folder: &Path, matrix: &Path, prefix: &str, reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let names = names(folder, reading)?;
    let find = |wanted: &[&str]| {
        let found = wanted.iter().map(|w| format!("{prefix}{w}")).find(|w| names.contains(w));
        found.map(|name| folder.join(name)).ok_or_else(|| missing(folder, wanted, prefix, &names))
    };
    let (features, barcodes) = (find(&FEATURES)?, find(&BARCODES)?);
    let cells = table(&barcodes, 1)?.pop().unwrap_or_default();
    check_cells(&barcodes, &cells)?;
    let features = read_features(&features)?;
    let (counts, (rows, columns)) = mtx::read(matrix, reading)?;
    for (what, table, file, length) in
        [("features", features.names.len(), "features", rows), ("cells", cells.len(), "barcodes", columns)]
    {
        if table != length {
            let message =
                format!("expected {length} {what}, as many as the matrix has, got {table} in the table of {file}");
            return Err(ReadError::Mismatch { path: folder.to_path_buf(), message });
        }
    }
    let modalities = modalities::split(reading, features, counts)?;
    let source = reading.path.display().to_string();
    Ok(CellData { cells, annotations: Frame::new(), modalities, source, notes: Vec::new() })
}

/// The first `most` columns of a table, as many as its first line has.
fn table(path: &Path, most: usize) -> Result<Vec<Vec<String>>, ReadError> {
    let mut lines = Lines::open(path)?;
    let mut columns: Vec<Vec<String>> = Vec::new();
    while let Some(line) = lines.next()? {
        if line.is_empty() {
            continue;
        }
        let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if columns.is_empty() {
            columns = vec![Vec::new(); fields.len().min(most)];
        }
        if fields.len() < columns.len() {
            return Err(lines.error(format!("expected {} columns, got {}", columns.len(), fields.len())));
        }
        for (column, field) in columns.iter_mut().zip(fields) {
            column.push(field);
        }
    }
    Ok(columns)
}

/// Identifiers, names, kinds, and where a feature is in the genome; of `genes.tsv` the first two.
fn read_features(path: &Path) -> Result<Features, ReadError> {
    let mut columns = table(path, 6)?.into_iter();
    let ids = columns.next().unwrap_or_default();
    let names = columns.next();
    let mut annotations = Frame::new();
    if let Some(kinds) = columns.next() {
        annotations.set("feature_types", Column::Text(kinds.into_iter().map(Some).collect()));
    }
    for (name, column) in ["chromosome", "start", "end"].into_iter().zip(columns) {
        let numbers = column.iter().map(|text| text.parse().ok()).collect::<Option<Vec<i64>>>();
        let text = || Column::Text(column.iter().map(|text| Some(text.clone()).filter(|t| !t.is_empty())).collect());
        annotations.set(name, numbers.map_or_else(text, Column::Integer));
    }
    // A table of one column has names alone.
    Ok(match names {
        Some(names) => Features { names, ids, annotations },
        None => Features { names: ids, ids: Vec::new(), annotations },
    })
}
