//! Names of cells and features: unique, and what they look like.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::ReadError;

/// Makes names unique by `-1`, `-2`, … behind all but the first of each; how many were changed.
///
/// The rule is that of `anndata`: a number is left out where the name that it makes is there already.
pub(super) fn make_unique(names: &mut [String]) -> usize {
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    if taken.len() == names.len() {
        return 0;
    }
    let (mut seen, mut numbers, mut changed) = (HashSet::new(), HashMap::<String, usize>::new(), 0);
    for name in names {
        if seen.insert(name.clone()) {
            continue;
        }
        let number = numbers.entry(name.clone()).or_insert(0);
        let unique = loop {
            *number += 1;
            let unique = format!("{name}-{number}");
            if taken.insert(unique.clone()) {
                break unique;
            }
        };
        *name = unique;
        changed += 1;
    }
    changed
}

/// An error for the first two cells of one name.
pub(super) fn check_cells(path: &Path, cells: &[String]) -> Result<(), ReadError> {
    let mut first = HashMap::with_capacity(cells.len());
    for (i, name) in cells.iter().enumerate() {
        if let Some(before) = first.insert(name.as_str(), i) {
            let (first, second) = (before + 1, i + 1);
            return Err(ReadError::RepeatedCell { path: path.to_path_buf(), name: name.clone(), first, second });
        }
    }
    Ok(())
}

/// Lower case, with hyphens between words.
pub(super) fn kebab_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// Whether a name is a stable identifier of a gene: ENSG00000141510, ENSMUSG00000059552.7.
pub(super) fn is_ensembl(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("ENS") else { return false };
    let letters = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    let number = rest[letters..].split('.').next().unwrap_or_default();
    rest[..letters].ends_with('G') && number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a name is a region of the genome: chr1:100-2000, chrX-5-900.
pub(super) fn is_region(name: &str) -> bool {
    let mut parts = name.rsplit([':', '-', '_']);
    let mut number = || parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    number() && number() && parts.next().is_some() && (name.starts_with("chr") || name.contains(':'))
}

/// Whether a name is a barcode: eight or more bases, perhaps between a prefix and a suffix.
pub(super) fn is_barcode(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| part.len() >= 8 && part.bytes().all(|b| b"ACGTN".contains(&b)))
}

/// Genes that nearly every table of counts of man or mouse has: of the cell cycle, of the house, of mitochondria.
const KNOWN: [&str; 36] = [
    "ACTB", "GAPDH", "B2M", "MALAT1", "EEF1A1", "TUBB", "TUBA1B", "RPL3", "RPL13A", "RPLP0", "RPS6", "RPS18", "PCNA",
    "MCM2", "MCM5", "MCM6", "CDC6", "CDC20", "CDC45", "CDK1", "CDK2", "CCNA2", "CCNB1", "CCNB2", "CCND1", "CCNE1",
    "CCNE2", "TOP2A", "MKI67", "AURKA", "PLK1", "TP53", "TRP53", "MYC", "MT-CO1", "MT-ND1",
];

/// Whether names are those of genes: identifiers for the most part, or one of those that every table has.
pub(super) fn are_genes(names: &[String]) -> bool {
    let identifiers = names.iter().filter(|name| is_ensembl(name)).count();
    2 * identifiers > names.len() || names.iter().any(|name| KNOWN.contains(&name.to_uppercase().as_str()))
}

/// Whether most of the names are barcodes.
pub(super) fn are_barcodes(names: &[String]) -> bool {
    2 * names.iter().filter(|name| is_barcode(name)).count() > names.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_unique_by_anndatas_rule() {
        // anndata 0.12.19: Index(["a", "a", "b", "a-1", "a", "b"]) → ["a", "a-2", "b", "a-1", "a-3", "b-1"].
        let mut names: Vec<String> = ["a", "a", "b", "a-1", "a", "b"].map(String::from).into();
        assert_eq!(make_unique(&mut names), 3);
        assert_eq!(names, ["a", "a-2", "b", "a-1", "a-3", "b-1"]);
        assert_eq!(make_unique(&mut names), 0);
        // Index(["x", "x-1", "x", "x", "x-1"]) → ["x", "x-1", "x-2", "x-3", "x-1-1"].
        let mut names: Vec<String> = ["x", "x-1", "x", "x", "x-1"].map(String::from).into();
        assert_eq!(make_unique(&mut names), 3);
        assert_eq!(names, ["x", "x-1", "x-2", "x-3", "x-1-1"]);
    }

    #[test]
    fn what_names_look_like() {
        assert!(is_ensembl("ENSG00000141510") && is_ensembl("ENSMUSG00000059552.7"));
        assert!(!is_ensembl("ENSG0000014151") && !is_ensembl("ENST00000269305") && !is_ensembl("TP53"));
        assert!(
            is_region("chr1:100-2000")
                && is_region("chrX-5-900")
                && is_region("GL000194.1:55-90")
                && !is_region("HLA-A-2")
        );
        assert!(
            is_barcode("AAACCCAAGGAGAGTA-1")
                && is_barcode("sample2_AAACCCAAGGAG")
                && !is_barcode("CATG")
                && !is_barcode("cell_1")
        );
        assert_eq!(kebab_case("CRISPR Guide Capture"), "crispr-guide-capture");
    }

    #[test]
    fn the_second_cell_of_a_name_is_found() {
        let cells = ["x", "y", "x"].map(String::from);
        let error = check_cells(Path::new("f"), &cells).unwrap_err().to_string();
        assert_eq!(error, "f: cells 1 and 3 have the same name 'x' (cells are counted from 1)");
    }
}
