//! Which side of a table the cells are on.

use std::collections::HashSet;

use super::Orientation;
use super::names::{are_barcodes, are_genes, is_region};

/// Whether cells are in rows, and whether that is only assumed.
pub(super) struct Choice {
    pub cells_in_rows: bool,
    pub assumed: bool,
}

/// Whether at most half of the names differ.
pub(super) fn repeat(names: &[String]) -> bool {
    let different: HashSet<&String> = names.iter().collect();
    names.len() > 1 && 2 * different.len() <= names.len()
}

/// Names of one side that look like features, or of the other that look like cells, decide; else the longer side has the genes.
pub(super) fn choose(orientation: Orientation, rows: &[String], columns: &[String]) -> Choice {
    let regions = |names: &[String]| 2 * names.iter().filter(|name| is_region(name)).count() > names.len();
    let features = |names: &[String]| are_genes(names) || regions(names);
    // Signs that a side has cells, against the same signs at the other side.
    let signs: [(bool, bool); 3] = [
        (features(columns), features(rows)),
        (are_barcodes(rows), are_barcodes(columns)),
        (repeat(rows), repeat(columns)),
    ];
    let decided = match orientation {
        Orientation::CellsInRows => Some(true),
        Orientation::GenesInRows => Some(false),
        Orientation::Auto => {
            signs.into_iter().find(|(in_rows, in_columns)| in_rows != in_columns).map(|(in_rows, _)| in_rows)
        }
    };
    Choice { cells_in_rows: decided.unwrap_or(rows.len() <= columns.len()), assumed: decided.is_none() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
        names.map(String::from).into()
    }

    #[test]
    fn names_decide_and_else_sizes_do() {
        let genes = names(["Foo", "Gapdh"]);
        let plain = names(["a", "b", "c"]);
        let barcodes = names(["AAACCCAAGG-1", "AAACCCAAGC-1", "AAACCCAAGT-1"]);
        let phases = names(["1", "1", "2", "2"]);
        let case = |rows: &[String], columns: &[String]| {
            let choice = choose(Orientation::Auto, rows, columns);
            (choice.cells_in_rows, choice.assumed)
        };
        assert_eq!(case(&plain, &genes), (true, false));
        assert_eq!(case(&genes, &plain), (false, false));
        assert_eq!(case(&barcodes, &names(["x", "y"])), (true, false));
        assert_eq!(case(&names(["x", "y"]), &barcodes), (false, false));
        assert_eq!(case(&phases, &plain), (true, false));
        assert_eq!(case(&plain, &names(["x", "y"])), (false, true));
        assert_eq!(case(&names(["x", "y"]), &plain), (true, true));
        assert!(!choose(Orientation::GenesInRows, &plain, &genes).cells_in_rows);
    }
}
