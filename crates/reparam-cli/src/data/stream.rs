//! Reading no more than a header announces, and never trusting the header before the file's own length.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::DataError;
use super::error::io_words;
use super::gzip::{AfterEnd, Members};

/// Deflate packs at most 1,032 bytes into one (zlib's documentation, "Maximum expansion factor").
const MOST_BYTES_IN_ONE: u64 = 1032;

/// How the bytes are stored, which decides what a failed read means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    /// The words that name the kind of stream in messages.
    Packed(&'static str),
}

/// Bytes that are read from front to back, with an upper bound for how many there can be.
pub(super) struct Stream<'a> {
    /// What messages call it: the file's path, with the entry's name in an archive.
    pub place: String,
    reader: Box<dyn Read + 'a>,
    packing: Packing,
    limit: u64,
    position: u64,
}

/// Opens a regular file that has at least one byte; says how many it has.
pub(super) fn open(path: &Path) -> Result<(File, u64), DataError> {
    let metadata = std::fs::metadata(path).map_err(|e| DataError::io(path, e))?;
    // A pipe or a device has no length to hold a header against, and may never end.
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { "a folder" } else { "a pipe or a device" };
        return Err(DataError::Header {
            place: path.display().to_string(),
            expected: "a regular file",
            got: kind.into(),
        });
    }
    let file = File::open(path).map_err(|e| DataError::io(path, e))?;
    if metadata.len() == 0 {
        return Err(DataError::Empty { place: path.display().to_string(), expected: "at least one byte" });
    }
    Ok((file, metadata.len()))
}

/// The first bytes of a file, at most eight.
pub(super) fn first_bytes(path: &Path, file: &mut File) -> Result<Vec<u8>, DataError> {
    let mut head = Vec::with_capacity(8);
    file.by_ref().take(8).read_to_end(&mut head).map_err(|e| DataError::io(path, e))?;
    file.seek(SeekFrom::Start(0)).map_err(|e| DataError::io(path, e))?;
    Ok(head)
}

/// Bytes as messages show them: hexadecimal, at most eight.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(8).map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
}

impl<'a> Stream<'a> {
    /// A file, unpacked on the way if it starts like gzip.
    pub fn file(path: &Path) -> Result<Stream<'static>, DataError> {
        let (mut file, len) = open(path)?;
        let place = path.display().to_string();
        let head = first_bytes(path, &mut file)?;
        if head.starts_with(&[0x1f, 0x8b]) {
            let reader = Box::new(Members::new(BufReader::with_capacity(1 << 16, file)));
            return Ok(Stream::packed(place, reader, "a gzip stream", len.saturating_mul(MOST_BYTES_IN_ONE)));
        }
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz")) {
            return Err(DataError::Magic { place, expected: "gzip's 1f 8b, for a name in .gz", got: hex(&head) });
        }
        let reader = Box::new(BufReader::with_capacity(1 << 16, file));
        Ok(Stream { place, reader, packing: Packing::Plain, limit: len, position: 0 })
    }

    /// An entry of a zip archive that says to hold `size` bytes, packed into `packed_size`.
    pub fn entry(place: String, reader: Box<dyn Read + 'a>, size: u64, packed_size: u64) -> Self {
        let limit = size.min(packed_size.saturating_mul(MOST_BYTES_IN_ONE));
        Self::packed(place, reader, "a zip entry", limit)
    }

    fn packed(place: String, reader: Box<dyn Read + 'a>, kind: &'static str, limit: u64) -> Self {
        Self { place, reader, packing: Packing::Packed(kind), limit, position: 0 }
    }

    /// Exactly `len` bytes of a header; `len` is at most a few tens of thousands.
    pub fn header(&mut self, len: usize) -> Result<Vec<u8>, DataError> {
        self.exactly(len as u64)
    }

    /// Exactly the `len` bytes that the header announced (`None`: the product overflows), and then the end.
    pub fn body(mut self, len: Option<u64>) -> Result<Vec<u8>, DataError> {
        let total = len.and_then(|len| len.checked_add(self.position)).filter(|&total| total < 1 << 63);
        match (total, self.packing) {
            (Some(total), _) if total <= self.limit => {}
            (Some(total), Packing::Plain) => {
                return Err(DataError::Truncated { place: self.place, expected: total, got: self.limit });
            }
            _ => {
                let announced = total.map_or("2^63 or more".into(), |total| total.to_string());
                return Err(DataError::Announced { place: self.place, announced, limit: self.limit });
            }
        }
        let bytes = self.exactly(len.unwrap_or(0))?;
        // Reading on past the announced end also makes a packed stream compare its checksum.
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(bytes),
            Ok(_) => Err(DataError::Trailing { place: self.place, expected: self.position }),
            Err(e) if AfterEnd::is(&e) => Err(DataError::Trailing { place: self.place, expected: self.position }),
            // All data are there: what is cut off is the checksum behind them.
            Err(e) => Err(self.failed(e, self.position, self.position)),
        }
    }

    fn exactly(&mut self, len: u64) -> Result<Vec<u8>, DataError> {
        let expected = self.position + len;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len as usize).map_err(|_| DataError::Io {
            path: (&self.place).into(),
            source: std::io::ErrorKind::OutOfMemory.into(),
        })?;
        let result = self.reader.by_ref().take(len).read_to_end(&mut bytes);
        self.position += bytes.len() as u64;
        match result {
            Err(e) => Err(self.failed(e, expected, self.position)),
            Ok(_) if self.position < expected => {
                Err(DataError::Truncated { place: self.place.clone(), expected, got: self.position })
            }
            Ok(_) => Ok(bytes),
        }
    }

    /// What a read error means: a cut or damaged stream where it is packed, the system's refusal where it is not.
    fn failed(&self, source: std::io::Error, expected: u64, got: u64) -> DataError {
        let place = self.place.clone();
        match self.packing {
            Packing::Plain => DataError::Io { path: place.into(), source },
            Packing::Packed(_) if source.kind() == std::io::ErrorKind::UnexpectedEof && got < expected => {
                DataError::Truncated { place, expected, got }
            }
            Packing::Packed(kind) => {
                let is_cut = source.kind() == std::io::ErrorKind::UnexpectedEof;
                let reason = if is_cut { "its checksum is cut off".into() } else { io_words(&source) };
                DataError::Damaged { place, expected: kind, reason }
            }
        }
    }
}
