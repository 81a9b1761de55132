//! The commands of the book's chapter on inference print what the chapter shows.
//!
//! After a change that is meant, `REPARAM_WRITE_BOOK=1 cargo test --release --workspace --test book_infer` writes the new answers.

mod book_support;

use book_support::{chapter, renewed};

/// Words, and numbers to a few per cent: the last steps of a search depend on the system's exponential, and all draws on them.
fn alike(a: &str, b: &str) -> bool {
    // How far a fit went before it stopped is not what the chapter is about.
    let cut = |line: &str| line.split("; guide").next().unwrap_or_default().to_owned();
    let (a, b) = (cut(a), cut(b));
    let words = |line: &str| -> Vec<String> {
        line.split_whitespace().map(|word| word.trim_matches(|c| "();,:".contains(c)).to_owned()).collect()
    };
    let close = |a: &String, b: &String| {
        let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) else { return false };
        (a - b).abs() <= 0.1 * a.abs().max(b.abs())
    };
    let (a, b) = (words(&a), words(&b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || close(a, b))
}

#[test]
fn the_chapter_shows_what_its_commands_print() {
    let old = std::fs::read_to_string(chapter("infer.md")).unwrap();
    let new = renewed(&old, false);
    if std::env::var_os("REPARAM_WRITE_BOOK").is_some() {
        std::fs::write(chapter("infer.md"), new).unwrap();
        return;
    }
    assert_eq!(old.matches("$ reparam ").count(), 3);
    for (i, (old, new)) in old.lines().zip(new.lines()).enumerate() {
        assert!(alike(old, new), "infer.md:{}: the command prints\n{new}\nand the chapter shows\n{old}", i + 1);
    }
    assert_eq!(old.lines().count(), new.lines().count());
}

#[test]
fn an_answer_that_is_off_is_found() {
    let row = "    k1  5.927e-5  5.169e-7  5.842e-5  1/min  ln";
    assert!(alike(row, &row.replace("5.169e-7", "5.2e-7")));
    assert!(!alike(row, &row.replace("5.169e-7", "6.2e-7")));
    assert!(!alike(row, &row.replace("1/min", "1/s")));
}
