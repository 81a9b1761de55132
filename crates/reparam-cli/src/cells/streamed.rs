//! A file that is written piece by piece, and appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes beside the place; [`finish`](Self::finish) renames. Without it nothing is left.
#[derive(Debug)]
pub struct Streamed {
    to: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Streamed {
    /// A file that will be at `path`.
    pub fn create(path: &Path) -> io::Result<Self> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("not the path of a file: '{}'", path.display()))
        })?;
        let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let file = BufWriter::new(File::create(&temporary)?);
        Ok(Self { to: path.to_owned(), temporary, file: Some(file) })
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(mut file) = self.file.take() {
            let done = file.flush().and_then(|()| file.get_ref().sync_all());
            if let Err(error) = done.and_then(|()| fs::rename(&self.temporary, &self.to)) {
                let _ = fs::remove_file(&self.temporary);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Write for Streamed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nobody is left to tell.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = Streamed::create(&path).unwrap();
        file.write_all(b"cell\n").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut file = Streamed::create(&path).unwrap();
        file.write_all(b"cell\nx\n").unwrap();
        assert!(!path.exists());
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"cell\nx\n");
        assert!(Streamed::create(&folder.path().join("no/a.csv")).is_err());
    }
}
