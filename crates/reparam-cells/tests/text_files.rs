//! Folders of matrices and tables of text.

mod common;

use std::io::Write;
use std::path::{Path, PathBuf};

use common::{SHAPE, all, count, dense, open};
use reparam_cells::read::{Conversion, Orientation, ReadError, ReadOptions};
use reparam_cells::{Column, StoreOptions};
use tempfile::TempDir;

/// Writes a file, packed where its name says so.
fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    if path.extension().is_some_and(|end| end == "gz") {
        let file = std::fs::File::create(&path).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap();
    } else {
        std::fs::write(&path, text).unwrap();
    }
    path
}

/// Entries of the matrix of features × cells, cell after cell.
fn entries() -> Vec<String> {
    let place = (0..SHAPE.0).flat_map(|cell| (0..SHAPE.1).map(move |gene| (cell, gene)));
    let stored = place.filter(|(cell, gene)| count(*cell, *gene) != 0.0);
    stored.map(|(cell, gene)| format!("{} {} {}", gene + 1, cell + 1, count(cell, gene))).collect()
}

fn matrix(field: &str, entries: &[String]) -> String {
    let header = format!("%%MatrixMarket matrix coordinate {field} general\n%\n");
    format!("{header}{} {} {}\n{}\n", SHAPE.1, SHAPE.0, entries.len(), entries.join("\n"))
}

fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(|i| line(i) + "\n").collect()
}

fn folder(matrix: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), matrix, text);
    write(folder.path(), "barcodes.tsv.gz", &lines(SHAPE.0, |i| format!("cell{i}")));
    write(folder.path(), "features.tsv.gz", &lines(SHAPE.1, |i| format!("ENSG{i:011}\tgene{i}\tGene Expression")));
    folder
}

#[test]
fn folders_of_both_versions_in_any_order_of_entries() {
    let mut by_gene = entries();
    by_gene.sort_by_key(|e| e.split(' ').next().map(str::to_owned));
    for (name, text) in [
        ("matrix.mtx.gz", matrix("integer", &entries())),
        ("matrix.mtx", matrix("real", &entries())),
        ("matrix.mtx", matrix("integer", &by_gene)),
    ] {
        for memory in [1 << 20, 0] {
            let folder = folder(name, &text);
            let options = ReadOptions { store: StoreOptions { memory, folder: None }, ..ReadOptions::default() };
            let data = open(folder.path(), &options).unwrap();
            assert_eq!(dense(&data.modalities[0]), all(), "{name}");
            assert_eq!(data.modalities[0].features.ids[2], "ENSG00000000002");
            assert_eq!(data.cells[11], "cell11");
        }
    }
    // Version 2 has genes.tsv; archives put a prefix before each name.
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "s1_matrix.mtx", &matrix("integer", &entries()));
    write(folder.path(), "s1_barcodes.tsv", &lines(SHAPE.0, |i| format!("cell{i}")));
    write(folder.path(), "s1_genes.tsv", &lines(SHAPE.1, |i| format!("ENSG{i:011}\tgene{i}")));
    assert_eq!(dense(&open(folder.path(), &ReadOptions::default()).unwrap().modalities[0]), all());
}

#[test]
fn a_folder_without_one_of_its_files() {
    let folder = folder("matrix.mtx.gz", &matrix("integer", &entries()));
    std::fs::remove_file(folder.path().join("features.tsv.gz")).unwrap();
    let error = open(folder.path(), &ReadOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ReadError::MissingFile { .. }), "{text}");
    assert!(text.contains("no features.tsv.gz or features.tsv or genes.tsv.gz or genes.tsv in this folder"), "{text}");
    assert!(text.ends_with("it holds 'barcodes.tsv.gz', 'matrix.mtx.gz'"), "{text}");
    let empty = tempfile::tempdir().unwrap();
    assert!(open(empty.path(), &ReadOptions::default()).unwrap_err().to_string().ends_with("it holds nothing"));
}

#[test]
fn nothing_to_count_is_an_error() {
    let header = "%%MatrixMarket matrix coordinate integer general\n";
    for (size, wiped, expected) in
        [("8 0 0", "barcodes.tsv.gz", ": no cells"), ("0 12 0", "features.tsv.gz", ": no features in modality 'rna'")]
    {
        let folder = folder("matrix.mtx", &format!("{header}{size}\n"));
        write(folder.path(), wiped, "");
        let error = open(folder.path(), &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn truncated_archives_are_errors() {
    let folder = folder("matrix.mtx.gz", &matrix("integer", &entries()));
    let table = write(folder.path(), "t.csv.gz", &table(',', Some("x"), true));
    for path in [folder.path().join("matrix.mtx.gz"), table, folder.path().join("features.tsv.gz")] {
        let whole = std::fs::read(&path).unwrap();
        for cut in (3..whole.len()).step_by(7).chain([whole.len() - 1]) {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let read = if path.ends_with("t.csv.gz") { path.as_path() } else { folder.path() };
            assert!(open(read, &ReadOptions::default()).is_err(), "{} up to byte {cut}", path.display());
        }
        std::fs::write(&path, whole).unwrap();
        assert!(open(folder.path(), &ReadOptions::default()).is_ok());
    }
}

#[test]
fn every_fault_of_a_matrix_has_its_line() {
    let good = matrix("integer", &entries());
    let line = |n: usize, new: &str| {
        let mut lines: Vec<&str> = good.lines().collect();
        lines[n - 1] = new;
        lines.join("\n")
    };
    let n = entries().len();
    let cases = [
        (line(6, "1 2 NaN"), ":6: expected an integer, got 'NaN'".to_owned()),
        (line(6, "1 2"), ":6: expected an integer, got ''".to_owned()),
        (line(6, "0 2 1"), ":6: expected a feature from 1 to 8, got 0".to_owned()),
        (line(6, "1 13 1"), ":6: expected a cell from 1 to 12, got 13".to_owned()),
        (line(6, "1 1 1 1"), ":6: expected the end of the line, got '1'".to_owned()),
        (
            line(1, "%%MatrixMarket matrix array real general"),
            ":1: expected '%%MatrixMarket matrix coordinate".to_owned(),
        ),
        (line(3, "8 12 x"), ":3: expected three sizes".to_owned()),
        (line(3, "8 12 3"), ":7: expected the end after 3 entries".to_owned()),
        (line(3, "8 12 999"), format!(": expected 999 entries, got {n}")),
    ];
    for (text, expected) in cases {
        let folder = folder("matrix.mtx.gz", &text);
        let error = open(folder.path(), &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains("matrix.mtx.gz:") && error.contains(&expected), "{error}\n{expected}");
    }
    let folder = folder("matrix.mtx", &good);
    write(folder.path(), "barcodes.tsv.gz", &lines(11, |i| format!("cell{i}")));
    let error = open(folder.path(), &ReadOptions::default()).unwrap_err().to_string();
    assert!(
        error.ends_with("expected 12 cells, as many as the matrix has, got 11 in the table of barcodes"),
        "{error}"
    );
}

/// A table with a corner above the names of the rows.
fn table(sign: char, corner: Option<&str>, cells_in_rows: bool) -> String {
    let (rows, columns) = if cells_in_rows { SHAPE } else { (SHAPE.1, SHAPE.0) };
    let (row, column) = if cells_in_rows { ("cell", "\"Gapdh") } else { ("Gapdh", "\"cell") };
    let names: Vec<String> = (0..columns).map(|i| format!("{column}{i}\"")).collect();
    let header = corner.into_iter().map(str::to_owned).chain(names).collect::<Vec<_>>().join(&sign.to_string());
    let body = lines(rows, |i| {
        let value = |j: usize| if cells_in_rows { count(i, j) } else { count(j, i) };
        (0..columns).fold(format!("{row}{i}"), |line, j| format!("{line}{sign}{}", value(j)))
    });
    format!("{header}\n{body}")
}

#[test]
fn tables_either_way_round_with_every_sign() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sign) in [("a.csv", ','), ("a.csv.gz", ','), ("a.tsv", '\t'), ("a.txt.gz", ';')] {
        for corner in [Some(""), Some("id"), None] {
            for (cells_in_rows, orientation) in [(true, Orientation::CellsInRows), (false, Orientation::GenesInRows)] {
                for memory in [1 << 20, 0] {
                    let path = write(folder.path(), name, &table(sign, corner, cells_in_rows));
                    let store = StoreOptions { memory, folder: None };
                    let data = open(&path, &ReadOptions { orientation, store, ..ReadOptions::default() }).unwrap();
                    assert_eq!(dense(&data.modalities[0]), all(), "{name} {corner:?} {cells_in_rows}");
                    assert_eq!((data.cells[3].as_str(), data.notes.len()), ("cell3", 0));
                }
            }
        }
    }
}

#[test]
fn the_side_of_the_cells_is_seen_or_assumed_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let read = |text: &str| open(&write(folder.path(), "t.csv", text), &ReadOptions::default()).unwrap();
    let seen = read("x,cell0,cell1\nGapdh,1,2\nXyz,0,3\nAbc,0,0\n");
    assert_eq!((dense(&seen.modalities[0]), seen.notes.len()), (vec![1.0, 0.0, 0.0, 2.0, 3.0, 0.0], 0));
    let assumed = read("x,a,b,c\nd,1,2,3\ne,0,3,5\n");
    assert_eq!((assumed.cells.as_slice(), assumed.notes.len()), (&["d".to_owned(), "e".to_owned()][..], 1));
}

#[test]
fn labels_in_place_of_names_become_an_annotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "t.csv", "\"Gapdh\",\"Plk1\"\n\"2\",0,1\n\"1\",0.30103,0\n\"2\",0,0\n\"1\",1,2\n");
    let data = open(&path, &ReadOptions { from: Conversion::Log10p1, ..ReadOptions::default() }).unwrap();
    assert_eq!(data.cells, ["cell_1", "cell_2", "cell_3", "cell_4"]);
    let labels =
        Column::Category { codes: [1, 0, 1, 0].map(Some).to_vec(), categories: vec!["1".to_owned(), "2".to_owned()] };
    assert_eq!(data.annotations.get("row_name"), Some(&labels));
    assert_eq!(dense(&data.modalities[0]), [0.0, 9.0, 1.0, 0.0, 0.0, 0.0, 9.0, 99.0]);
    // One name that repeats is no label.
    let path = write(folder.path(), "t.csv", "x,Gapdh\na,1\nb,2\na,3\n");
    assert!(matches!(open(&path, &ReadOptions::default()), Err(ReadError::RepeatedCell { first: 1, second: 3, .. })));
}

#[test]
fn every_fault_of_a_table_has_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for (text, expected) in [
        ("x,Gapdh,Plk1\na,1,2\nb,1,high\n", "t.csv:3: expected a number, got 'high' in column 'Plk1'"),
        ("x,Gapdh,Plk1\na,1,2\nb,1\n", "t.csv:3: expected 3 fields, got 2"),
        ("x,Gapdh,Plk1\na,1,2,3,4\n", "t.csv:2: expected 3 fields as in the header (or one more), got 5"),
        ("x,Gapdh,Plk1\na,1,NaN\n", "t.csv:2: expected a number, got 'NaN' in column 'Plk1'"),
        ("x,Gapdh,Plk1\n", "t.csv:1: expected a header and lines"),
        ("nothing\n", "t.csv:1: expected names between tabs, commas or semicolons"),
        ("", "t.csv: an empty file"),
        ("\u{0}\u{1}\u{2}", "t.csv: neither HDF5"),
    ] {
        let error = open(&write(folder.path(), "t.csv", text), &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\n{expected}");
    }
}
