//! The commands of the book's chapter on comparing estimators print what the chapter shows, times left out.
//!
//! After a change that is meant, `REPARAM_WRITE_BOOK=1 cargo test --release --workspace --test book_compare` writes the new answers.

mod book_support;

use book_support::{chapter, renewed};

/// Cells of a row of the table: what stands between two spaces or more.
fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// Columns that depend on the machine: time and efficiency.
const MEASURED_TIMES: std::ops::Range<usize> = 7..9;

/// Whether two lines say the same, as far as it does not depend on times.
fn alike(a: &str, b: &str) -> bool {
    let by_time =
        |line: &str| line.trim_start().starts_with("recommended: ") || line.trim_start().starts_with("chosen: ");
    if by_time(a) && by_time(b) {
        return true;
    }
    let (a, b) = (cells(a), cells(b));
    let is_row = a.len() == 10;
    let same = |(i, (a, b)): (usize, (&&str, &&str))| is_row && MEASURED_TIMES.contains(&i) || close(a, b);
    a.len() == b.len() && a.iter().zip(&b).enumerate().all(same)
}

/// Words, and numbers to three digits: a mean of many draws ends in digits that depend on the system's exponential.
fn close(a: &str, b: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split_whitespace().collect(), b.split_whitespace().collect());
    let number = |a: &str, b: &str| {
        let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) else { return false };
        (a - b).abs() <= 1e-3 * a.abs().max(b.abs()).max(1e-2)
    };
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || number(a, b))
}

#[test]
fn the_chapter_shows_what_its_commands_print() {
    let old = std::fs::read_to_string(chapter("compare.md")).unwrap();
    let new = renewed(&old, false);
    if std::env::var_os("REPARAM_WRITE_BOOK").is_some() {
        std::fs::write(chapter("compare.md"), new).unwrap();
        return;
    }
    assert!(old.matches("$ reparam ").count() > 5);
    let mut in_pilot = false;
    for (i, (old, new)) in old.lines().zip(new.lines()).enumerate() {
        // How many estimates a pilot makes depends on the machine, and with it every number.
        in_pilot = if old.starts_with("    $ ") { old.contains("--auto") } else { in_pilot && old.starts_with("    ") };
        assert!(
            in_pilot || alike(old, new),
            "compare.md:{}: the command prints\n{new}\nand the chapter shows\n{old}",
            i + 1
        );
    }
    assert_eq!(old.lines().count(), new.lines().count());
}

#[test]
fn an_answer_that_is_off_is_found() {
    let row = "pathwise  loc  -4.0069 ± 0.0032  -4  unbiased  1.015  3.98  123 ns  7.99e6  -0.09";
    assert!(alike(row, &row.replace("123 ns", "99.1 ns").replace("7.99e6", "9.01e6")));
    assert!(!alike(row, &row.replace("1.015", "1.025")));
    assert!(!alike(row, &row.replace("unbiased", "biased")));
    assert!(!alike("note: a", "note: b"));
}
