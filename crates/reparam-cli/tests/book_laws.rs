//! The commands of the book's chapter on laws print what the chapter shows.
//!
//! After a change that is meant, `REPARAM_WRITE_BOOK=1 cargo test --release --workspace --test book_laws` writes the new answers.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a line of code begins in the chapter.
const INDENT: &str = "    ";

fn chapter() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/laws.md")
}

/// What a command of the chapter prints, stdout before stderr.
fn answer(command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_reparam")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::new("sh").args(["-c", command]).current_dir(folder.path()).env("PATH", path).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// The chapter with every answer made anew.
fn renewed(text: &str) -> String {
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
        for answer in answer(command).lines() {
            out += format!("{INDENT}{answer}").trim_end();
            out.push('\n');
        }
        out.extend(std::iter::repeat_n('\n', blank));
    }
    out
}

/// Words and numbers; numbers are compared to 9 digits, because the last ones depend on the system's exponential.
fn alike(a: &str, b: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (a, b) = (words(a), words(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
            _ => a == b,
        })
}

#[test]
fn the_chapter_shows_what_its_commands_print() {
    let old = std::fs::read_to_string(chapter()).unwrap();
    let new = renewed(&old);
    if std::env::var_os("REPARAM_WRITE_BOOK").is_some() {
        std::fs::write(chapter(), new).unwrap();
        return;
    }
    assert!(old.matches("$ reparam law").count() > 8);
    for (i, (old, new)) in old.lines().zip(new.lines()).enumerate() {
        assert!(alike(old, new), "laws.md:{}: the command prints\n{new}\nand the chapter shows\n{old}", i + 1);
    }
    assert_eq!(old.lines().count(), new.lines().count());
}

#[test]
fn an_answer_that_is_off_is_found() {
    assert!(alike("mean  1.0000000000000001,2", "mean 1,2"));
    assert!(!alike("mean 1.00001", "mean 1"));
    assert!(!alike("mean 1", "mode 1"));
}
