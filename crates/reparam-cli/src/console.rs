//! Where words and results go: talk to stderr, data to stdout; a closed pipe is no reason to panic.

use std::fmt::Display;
use std::io::{self, Write};

/// A line for the person who watches, on stderr.
pub fn talk(line: impl Display) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A line that is a result, on stdout.
///
/// # Errors
/// What the system says, a closed pipe left out: then the reader has had enough.
pub fn data(line: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
