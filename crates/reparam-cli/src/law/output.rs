//! A file that appears when it is whole, or stdout.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::LawError;

/// Bytes that are collected before the system is asked to take them.
const BUFFER: usize = 1 << 18;

/// Where results go, piece by piece.
///
/// A file is written under another name beside its place, forced to the disk, and renamed by [`Output::finish`]: a run that fails or is
/// killed leaves what stood there before. Pipes and devices are written as they are.
pub struct Output {
    writer: BufWriter<Box<dyn Write + Send>>,
    /// What messages call it.
    name: PathBuf,
    /// The unfinished file, the handle to force it to the disk, and its final place.
    pending: Option<(PathBuf, File, PathBuf)>,
}

impl Output {
    /// To this file, or to stdout.
    pub fn new(path: Option<&Path>) -> Result<Self, LawError> {
        let Some(path) = path else {
            return Ok(Self::plain(Box::new(io::stdout()), "stdout".into()));
        };
        Self::file(path).map_err(LawError::io(path))
    }

    fn plain(writer: Box<dyn Write + Send>, name: PathBuf) -> Self {
        Self { writer: BufWriter::with_capacity(BUFFER, writer), name, pending: None }
    }

    fn file(path: &Path) -> io::Result<Self> {
        // A link stays a link: its target is replaced. What is no regular file (a pipe, /dev/null) must not be renamed over.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Ok(found) = fs::metadata(&place)
            && !found.is_file()
        {
            let writer = OpenOptions::new().write(true).open(&place)?;
            return Ok(Self::plain(Box::new(writer), path.to_owned()));
        }
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        for count in 0_u32.. {
            let unfinished = place.with_file_name(format!(".{name}.{}-{count}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&unfinished) {
                Ok(file) => {
                    let mut output = Self::plain(Box::new(file.try_clone()?), path.to_owned());
                    output.pending = Some((unfinished, file, place));
                    return Ok(output);
                }
                // Left behind by a killed process that had the same number: take the next name.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Takes more bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), LawError> {
        self.writer.write_all(bytes).map_err(LawError::io(&self.name))
    }

    /// Everything was written: the file takes its place.
    pub fn finish(mut self) -> Result<(), LawError> {
        self.writer.flush().map_err(LawError::io(&self.name))?;
        if let Some((unfinished, file, place)) = &self.pending {
            file.sync_all().and_then(|()| fs::rename(unfinished, place)).map_err(LawError::io(&self.name))?;
            self.pending = None;
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((unfinished, ..)) = &self.pending {
            // There is an error to tell already; one more about a temporary file would hide it.
            let _ = fs::remove_file(unfinished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        fs::write(&path, "old").unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let mut output = Output::new(Some(&path)).unwrap();
        output.write(b"half").unwrap();
        assert_eq!((fs::read(&path).unwrap(), names()), (b"old".to_vec(), 2));
        drop(output);
        assert_eq!((fs::read(&path).unwrap(), names()), (b"old".to_vec(), 1));
        let mut output = Output::new(Some(&path)).unwrap();
        output.write(b"whole").unwrap();
        output.finish().unwrap();
        assert_eq!((fs::read(&path).unwrap(), names()), (b"whole".to_vec(), 1));
        assert!(Output::new(Some(&folder.path().join("missing/x.csv"))).is_err());
        assert!(Output::new(Some(folder.path())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let mut output = Output::new(Some(&link)).unwrap();
        output.write(b"new").unwrap();
        output.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"new");
        let mut output = Output::new(Some("/dev/null".as_ref())).unwrap();
        output.write(b"gone").unwrap();
        output.finish().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
