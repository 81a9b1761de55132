//! Runs the commands of a chapter of the book.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a line of code begins in the chapter.
const INDENT: &str = "    ";

/// A chapter of the book.
pub fn chapter(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src").join(name)
}

/// What a command of the chapter prints: stdout, and stderr after it where `talk`.
fn answer(command: &str, talk: bool) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_reparam")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::new("sh").args(["-c", command]).current_dir(folder.path()).env("PATH", path).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(talk || output.status.success(), "{command}: {stderr}");
    String::from_utf8(output.stdout).unwrap() + if talk { &stderr } else { "" }
}

/// The chapter with every answer made anew.
pub fn renewed(text: &str, talk: bool) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        let Some(command) = line.strip_prefix(INDENT).and_then(|code| code.strip_prefix("$ ")) else { continue };
        // The old answer: lines that are set in, and empty lines between them; those after it stay.
        let is_old = |line: &&str| line.is_empty() || line.starts_with(INDENT) && !line.starts_with("    $ ");
        let mut blank = 0;
        while let Some(old) = lines.next_if(is_old) {
            blank = if old.is_empty() { blank + 1 } else { 0 };
        }
        for answer in answer(command, talk).lines() {
            out += format!("{INDENT}{answer}").trim_end();
            out.push('\n');
        }
        out.extend(std::iter::repeat_n('\n', blank));
    }
    out
}
