//! gzip: members one after the other, and an error of its own for anything else behind them.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// What is behind the last member is not a further one.
#[derive(Debug, thiserror::Error)]
#[error("other data follow its end")]
pub(super) struct AfterEnd;

impl AfterEnd {
    /// Whether a read failed for this reason.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).is_some()
    }
}

/// Unpacks all members, as `gzip` itself does with joined files.
pub(super) struct Members<R> {
    /// Nothing only while one member is exchanged for the next.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub fn new(packed: R) -> Self {
        Self { member: Some(GzDecoder::new(packed)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let next = member.get_mut().fill_buf()?;
            match next {
                [] => return Ok(0),
                [0x1f] | [0x1f, 0x8b, ..] => self.member = self.member.take().map(|m| GzDecoder::new(m.into_inner())),
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, AfterEnd)),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Members::new(bytes).read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn joined_members_are_one_stream_and_rubbish_is_told() {
        let joined = [packed(b"ab"), packed(b""), packed(b"cd")].concat();
        assert_eq!(unpacked(&joined).unwrap(), b"abcd");
        for rubbish in [&b"x"[..], b"rubbish behind the end", b"\0\0\0\0", b"\x1fx"] {
            let error = unpacked(&[&joined[..], rubbish].concat()).unwrap_err();
            assert!(AfterEnd::is(&error), "{rubbish:?}: {error}");
        }
        assert!(!AfterEnd::is(&unpacked(&joined[..joined.len() - 1]).unwrap_err()));
    }
}
