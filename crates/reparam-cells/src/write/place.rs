//! A file that appears whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use hdf5_pure::{File, FileAccessProperties, FileBuilder, SyncPolicy};
use tempfile::{Builder, NamedTempFile};

use super::WriteError;
use super::sparse::{FillError, fill};
use crate::RowSource;

/// Writes beside the place, fills the sparse matrices, and renames.
pub(super) fn write(path: &Path, builder: FileBuilder, tails: &[(String, &dyn RowSource)]) -> Result<(), WriteError> {
    let io = |source| WriteError::Io { path: path.to_owned(), source };
    let hdf5 = |source| WriteError::Hdf5 { path: path.to_owned(), source };
    let temporary = beside(path).map_err(io)?;
    builder.write(temporary.path()).map_err(|error| hdf5(Box::new(error)))?;
    if !tails.is_empty() {
        // The file is no one's until it is renamed: one synchronisation at the end is enough.
        let access = FileAccessProperties::new().with_sync_policy(SyncPolicy::OnClose);
        let file = File::open_rw_with_options(temporary.path(), access).map_err(|error| hdf5(Box::new(error)))?;
        for (place, counts) in tails {
            fill(&file, place, *counts).map_err(|error| match error {
                FillError::Counts(source) => WriteError::Counts { place: place.clone(), source },
                FillError::Hdf5(source) => hdf5(source),
            })?;
        }
        file.close().map_err(|error| hdf5(Box::new(error)))?;
    }
    temporary.as_file().sync_all().map_err(io)?;
    temporary.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}

/// A new file in the folder of `path`, with the rights that a new file has, removed when dropped.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the process's mask takes away is taken away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".").suffix(".h5ad.tmp").tempfile_in(folder)
}
