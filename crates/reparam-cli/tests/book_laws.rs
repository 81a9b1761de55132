//! The commands of the book's chapter on laws print what the chapter shows.
//!
//! After a change that is meant, `REPARAM_WRITE_BOOK=1 cargo test --release --workspace --test book_laws` writes the new answers.

mod book_support;

use book_support::{chapter, renewed};

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
    let old = std::fs::read_to_string(chapter("laws.md")).unwrap();
    let new = renewed(&old, true);
    if std::env::var_os("REPARAM_WRITE_BOOK").is_some() {
        std::fs::write(chapter("laws.md"), new).unwrap();
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
