//! Faults of CSV tables: one error each, with line and column.

use reparam_cli::data::{ReadOptions, ValueRule};

use super::files::{Folder, rule};

fn fault(text: &str) -> String {
    fault_with(text, &ReadOptions::default())
}

fn fault_with(text: &str, options: &ReadOptions) -> String {
    let folder = Folder::new();
    folder.write("counts.csv", text);
    folder.fault_with("counts.csv", options)
}

#[test]
fn a_table_without_rows() {
    assert_eq!(fault("label,a,b,c,d\n"), "counts.csv: expected at least one row after the header, got none");
    assert_eq!(fault("\n\n\n"), "counts.csv: expected at least one row, got none");
}

#[test]
fn rows_of_unequal_length() {
    let message = "counts.csv:3: expected 4 fields as in the first row, got";
    assert_eq!(fault("1,2,3,4\n1,2,3,4\n1,2,3\n"), format!("{message} 3"));
    assert_eq!(fault("1,2,3,4\n1,2,3,4\n1,2,3,4,5\n"), format!("{message} 5"));
}

#[test]
fn fields_that_are_no_number() {
    assert_eq!(fault("0,0,1,1\n0,1,x7,1\n"), "counts.csv:2: column 3: expected a number, got 'x7'");
    assert_eq!(fault("0,0,1,1\n0,1,,1\n"), "counts.csv:2: column 3: expected a number, got ''");
    assert_eq!(fault("0,0,x,1\n0,1,1,1\n"), "counts.csv:1: column 3: expected a number, got 'x'");
    // Empty lines count as lines.
    assert_eq!(fault("0,0,1,1\n\n\n0,1,x,1\n"), "counts.csv:4: column 3: expected a number, got 'x'");
}

#[test]
fn numbers_that_are_not_finite() {
    for text in ["NaN", "nan", "inf", "-Infinity", "1e999", "1e39"] {
        let message = fault(&format!("a,b,label,c,d\n0,1,7,0,1\n0,1,7,{text},1\n"));
        assert_eq!(message, format!("counts.csv:3: column 4: expected a finite number, got '{text}'"));
    }
}

#[test]
fn values_outside_the_rule_of_the_likelihood() {
    // The column is counted in the file, with the label's column.
    let text = "label,a,b,c,d\n7,0,0.5,0,1\n7,0,0.5,1.25,1\n";
    assert_eq!(fault(text), "counts.csv:3: column 4: expected a number in [0, 1], got '1.25'");
    let text = "a,b,c,d,label\n0,9,0,255,7\n0,-1,0,0,7\n";
    assert_eq!(fault(text), "counts.csv:3: column 2: expected a number in [0, 255], got '-1'");
    let message = fault_with("0,1,0,255\n0,9,0,0\n", &rule(ValueRule::Levels(17)));
    assert_eq!(message, "counts.csv:1: column 4: expected a whole number in [0, 16], got '255'");
    let message = fault_with("0,1,0,1\n0,2,0,0\n", &rule(ValueRule::Binary));
    assert_eq!(message, "counts.csv:1: column 2: expected 0 or 2, got '1'");
    let options = ReadOptions { max_value: Some(16.0), ..ReadOptions::default() };
    let message = fault_with("0,1,0,16\n0,17,0,0\n", &options);
    assert_eq!(message, "counts.csv:2: column 2: expected a number in [0, 16], got '17'");
}

#[test]
fn a_column_of_labels_that_is_not_there_or_not_filled() {
    let options = |column: &str| ReadOptions { label_column: Some(column.into()), ..ReadOptions::default() };
    let message = fault_with("a,b,c,d\n0,1,0,1\n", &options("kind"));
    assert_eq!(message, "counts.csv: expected a column named 'kind', or a column number in [1, 4], got a, b, c, d");
    let message = fault_with("0,1,0,1\n0,1,1,1\n", &options("5"));
    assert!(message.ends_with("a column number in [1, 4], got a table without a header"), "{message}");
    let message = fault("label,a,b,c,d\n7,0,1,0,1\n,0,1,0,1\n");
    assert_eq!(message, "counts.csv:3: column 1: expected a label, got an empty field");
}

#[test]
fn a_column_of_labels_that_nobody_named() {
    let folder = Folder::new();
    folder.write("x.csv", "7,0,1,0,1\n3,0,1,0,1\n");
    let error = folder.read("x.csv").unwrap_err();
    assert!(error.to_string().ends_with("or the image shape, got 5 values an image"), "{error}");
    assert!(error.hint().unwrap().contains("5 = 1 + 2 x 2: if one column holds labels, name it with --label-column"));
}

#[test]
fn other_bytes_than_text() {
    let folder = Folder::new();
    folder.write("x.csv", b"0,1,0,1\n0,\xff\xfe\0,1,1\n");
    assert!(folder.fault("x.csv").starts_with("x.csv:2: column 2: expected a number, got '"));
    // A quote that is never closed swallows the rest.
    folder.write("x.csv", "0,1,0,1\n0,\"1,0,1\n0,1,0,1\n");
    assert_eq!(folder.fault("x.csv"), "x.csv:2: expected 4 fields as in the first row, got 2");
}

#[test]
fn a_single_image_cannot_be_split() {
    assert!(fault("0,1,0,1\n").starts_with("counts.csv: expected at least 2 images"));
}

#[test]
fn a_table_of_labels_alone() {
    let folder = Folder::new();
    folder.write("x.csv", "label\n7\n3\n");
    let error = folder.read("x.csv").unwrap_err();
    assert!(error.to_string().ends_with("x.csv: expected at least one pixel an image, got none"), "{error}");
    assert_eq!(error.hint(), None);
}
