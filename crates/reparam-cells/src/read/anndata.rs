//! `AnnData` files (`.h5ad`), of today and of `h5sparse`'s days.

use super::error::listed;
use super::hdf5::{H5, inside};
use super::names::check_cells;
use super::{ReadError, Reading, frame, matrix, modalities};
use crate::{CellData, CountStore, Features, Frame};

/// One `AnnData`, a file or a modality of one.
pub(super) struct Content {
    pub cells: Vec<String>,
    pub annotations: Frame,
    pub features: Features,
    pub counts: CountStore,
}

/// A whole file.
pub(super) fn read(h5: &H5, reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let Content { cells, annotations, features, counts } = content(h5, "", reading)?;
    let modalities = modalities::split(reading, features, counts)?;
    let source = reading.path.display().to_string();
    Ok(CellData { cells, annotations, modalities, source, notes: Vec::new() })
}

/// The `AnnData` at `prefix`.
pub(super) fn content(h5: &H5, prefix: &str, reading: &mut Reading<'_>) -> Result<Content, ReadError> {
    let uns = inside(prefix, "uns");
    let obs = frame::read(h5, &inside(prefix, "obs"), &uns)?;
    check_cells(h5.path(), &obs.names)?;
    let (object, var) = chosen(h5, prefix, reading)?;
    let var = frame::read(h5, &var, &uns)?;
    for skipped in
        [("obs", &obs.skipped), ("var", &var.skipped)].iter().flat_map(|(f, s)| s.iter().map(move |n| (f, n)))
    {
        let (frame, name) = skipped;
        reading.note(format!(
            "{}: {}/{name} is of a kind that is not read",
            h5.path().display(),
            inside(prefix, frame)
        ));
    }
    let counts = matrix::read(h5, &object, (obs.names.len(), var.names.len()), reading)?;
    let features = Features { names: var.names, ids: Vec::new(), annotations: var.frame };
    Ok(Content { cells: obs.names, annotations: obs.frame, features, counts })
}

/// The matrix that the options ask for, and the annotations of its features.
fn chosen(h5: &H5, prefix: &str, reading: &mut Reading<'_>) -> Result<(String, String), ReadError> {
    let children = h5.children(prefix)?;
    let has = |name: &str| children.iter().any(|c| c == name);
    let path = || h5.path().to_path_buf();
    if reading.options.use_raw {
        if h5.children(&inside(prefix, "raw"))?.iter().any(|c| c == "X") {
            return Ok((inside(prefix, "raw/X"), inside(prefix, "raw/var")));
        }
        // Files before 0.7 have it beside the other objects.
        if has("raw.X") {
            return Ok((inside(prefix, "raw.X"), inside(prefix, "raw.var")));
        }
        return Err(ReadError::NoRaw { path: path() });
    }
    let var = inside(prefix, "var");
    let Some(layer) = &reading.options.layer else {
        if has("X") {
            return Ok((inside(prefix, "X"), var));
        }
        let layers = listed(&h5.children(&inside(prefix, "layers"))?);
        return Err(h5.error(&inside(prefix, "X"), format!("no such matrix; its layers {layers}")));
    };
    let layers = h5.children(&inside(prefix, "layers"))?;
    if !layers.contains(layer) {
        return Err(ReadError::NoLayer { path: path(), layer: layer.clone(), there: listed(&layers) });
    }
    Ok((inside(&inside(prefix, "layers"), layer), var))
}
