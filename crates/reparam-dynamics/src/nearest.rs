//! The name that was meant, for messages.

/// Of the known names the one nearest to `wanted` by edits, where it is near enough to be a slip: at most 2 edits, and a third
/// of its letters, and never all of them.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let letters = wanted.chars().count();
    let limit = (letters.max(3) / 3).min(2);
    let wanted = wanted.to_lowercase();
    known
        .into_iter()
        .map(|name| (edits(&wanted, &name.to_lowercase()), name))
        .filter(|(edits, _)| *edits <= limit && *edits < letters)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name.to_owned())
}

/// Insertions, removals, exchanges of letters and of neighbours that turn one word into the other.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (rows[i - 1][j - 1] + same).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let known = ["reactions", "parameters", "initial", "sqrt", "y"];
        for (wanted, found) in [
            ("reaction", Some("reactions")),
            ("paramters", Some("parameters")),
            ("intial", Some("initial")),
            ("sqtr", Some("sqrt")),
            ("SQRT", Some("sqrt")),
            ("banana", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, known).as_deref(), found, "{wanted}");
        }
    }
}
