//! Files that are either the old ones or the new ones, whole, whatever happens while they are written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells apart the temporary files of threads of one process.
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Writes `bytes` to `path` so that a reader, or a run that is killed, never meets half a file.
///
/// The bytes go to a temporary file in the same folder, are forced to the disk, and the temporary file is renamed over `path`;
/// on Unix the folder is forced to the disk too, so that the rename survives a loss of power. A symbolic link at `path` is
/// replaced, not followed. After an error the old file is untouched and the temporary file is gone.
///
/// # Errors
/// Whatever the operating system says: the folder does not exist, is not writable, or the disk is full.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("metrics.csv");
/// reparam::train::write_atomically(&path, b"step,elbo\n")?;
/// reparam::train::write_atomically(&path, b"step,elbo\n1,-97.3\n")?;
/// assert_eq!(std::fs::read(&path)?, b"step,elbo\n1,-97.3\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("not the path of a file: '{}'", path.display()))
    })?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let (file, temporary) = create_beside(&folder, &name.to_string_lossy())?;
    let written = write_and_sync(file, bytes).and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        // The first error is the one to tell; a temporary file that cannot be removed changes nothing about it.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    sync_folder(&folder)
}

/// Creates a file that did not exist before, in `folder`, with a name that says what it is for.
fn create_beside(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    loop {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".{name}.{}-{count}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            // Left behind by a killed process that had the same number: take the next name.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn write_and_sync(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_the_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new and longer").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new and longer");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_state() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_atomically(&folder.path().join("missing/a.csv"), b"x").is_err());
        assert!(write_atomically(Path::new("/"), b"x").is_err());
        // A folder stands where the file should go: the rename fails after the temporary file was written.
        fs::create_dir(folder.path().join("taken")).unwrap();
        fs::write(folder.path().join("taken/inside"), b"kept").unwrap();
        assert!(write_atomically(&folder.path().join("taken"), b"x").is_err());
        assert_eq!(names(folder.path()), ["taken"]);
        assert_eq!(fs::read(folder.path().join("taken/inside")).unwrap(), b"kept");
    }

    #[test]
    fn a_reader_sees_one_of_the_two_files_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (one, two) = (vec![1_u8; 100_000], vec![2_u8; 70_000]);
        write_atomically(&path, &one).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..20 {
                    write_atomically(&path, &two).unwrap();
                    write_atomically(&path, &one).unwrap();
                }
            });
            for _ in 0..200 {
                let seen = fs::read(&path).unwrap();
                assert!(seen == one || seen == two, "a mixture of {} bytes", seen.len());
            }
        });
    }
}
