//! Each fault by itself, and counts that have none.

use super::*;
use crate::{CountStore, Features, Frame, SparseRows};

/// Cells `c0`, `c1`, …, features `g0`, `g1`, …; a modality in which every cell has a row.
fn modality(name: &str, rows: &[Vec<f32>]) -> Modality {
    let width = rows[0].len();
    let mut counts = SparseRows::new(width);
    for row in rows {
        counts.push_dense(row);
    }
    let features = Features { names: (0..width).map(|j| format!("g{j}")).collect(), ..Features::default() };
    let row_of_cell = (0..rows.len() as u32).map(Some).collect();
    Modality { name: name.into(), features, counts: CountStore::in_memory(counts), row_of_cell }
}

fn data(modalities: Vec<Modality>) -> CellData {
    let cells = (0..modalities[0].row_of_cell.len()).map(|i| format!("c{i}")).collect();
    CellData { cells, annotations: Frame::new(), modalities, source: String::new(), notes: Vec::new() }
}

/// Counts with a 1 in every row, and zeros.
fn counts() -> Vec<Vec<f32>> {
    (0..30)
        .map(|i| (0..20).map(|j| if j == 0 { 1.0 } else { ((i * 13 + j * 7) % 17 / 3 * (j % 4)) as f32 }).collect())
        .collect()
}

fn mapped(map: impl Fn(usize, f64) -> f64) -> Vec<Vec<f32>> {
    let row = |(i, row): (usize, Vec<f32>)| row.into_iter().map(|x| map(i, f64::from(x)) as f32).collect();
    counts().into_iter().enumerate().map(row).collect()
}

fn looks(rows: &[Vec<f32>]) -> Looks {
    match check_counts(&data(vec![modality("rna", rows)]), &CheckOptions::default()) {
        Err(CheckError::NoCounts(found)) => found.looks,
        other => panic!("{other:?}"),
    }
}

#[test]
fn counts_pass() {
    let notes = check_counts(&data(vec![modality("rna", &counts())]), &CheckOptions::default()).unwrap();
    let empty = (0..20).step_by(4).skip(1).map(|j| format!("g{j}")).collect();
    assert_eq!(notes, [Note::EmptyFeatures { modality: "rna".into(), features: empty }]);
}

#[test]
fn what_counts_were_made_into_is_recognised() {
    let depth = |i: usize| 10_000.0 / (150.0 + 7.0 * i as f64);
    assert_eq!(looks(&mapped(|_, x| x.ln_1p())), Looks::Log1p(Base::E));
    assert_eq!(looks(&mapped(|_, x| (1.0 + x).log2())), Looks::Log1p(Base::Two));
    assert_eq!(looks(&mapped(|_, x| (1.0 + x).log10())), Looks::Log1p(Base::Ten));
    assert_eq!(looks(&mapped(|i, x| (depth(i) * x).ln_1p())), Looks::LogNormalised(Base::E));
    assert_eq!(looks(&mapped(|i, x| (1.0 + depth(i) * x).log2())), Looks::LogNormalised(Base::Two));
    assert_eq!(looks(&mapped(|i, x| depth(i) * x)), Looks::Normalised);
    assert!(matches!(looks(&mapped(|i, x| (x * (1.0 + i as f64 * 0.37 + x * 0.113)).sqrt())), Looks::SomeLogarithm(_)));
    assert!(matches!(
        looks(&mapped(|i, x| 41.7 * (x * (1.0 + i as f64 * 0.37 + x * 0.113)).sqrt())),
        Looks::Numbers(_)
    ));
}

#[test]
fn values_that_are_no_counts_are_named_with_a_hint() {
    let rows = mapped(|_, x| x.ln_1p());
    let whole = data(vec![modality("rna", &rows)]);
    let error = check_counts(&whole, &CheckOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("values of modality 'rna' are no counts: "), "{text}");
    assert!(text.ends_with("(e.g. 0.6931472 at cell 'c0', feature 'g0'); they look like log(1 + counts)"), "{text}");
    assert!(error.hint().unwrap().starts_with("--from log1p"));
    assert!(check_counts(&whole, &CheckOptions { allow_noninteger: true }).is_ok());
}

#[test]
fn negative_and_infinite_values_never_pass() {
    for value in [-1.0, f32::NAN, f32::INFINITY] {
        let mut rows = counts();
        rows[4][9] = value;
        let error =
            check_counts(&data(vec![modality("rna", &rows)]), &CheckOptions { allow_noninteger: true }).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("values of modality 'rna' are no counts: {value} at cell 'c4', feature 'g9'")
        );
        assert_eq!(error.hint().is_some(), value < 0.0);
    }
}

#[test]
fn empty_cells_repeated_names_and_overlap_are_notes() {
    let mut rna = modality("rna", &[vec![1.0, 2.0], vec![0.0, 0.0], vec![0.0, 3.0]]);
    rna.features.names = vec!["CDK1".into(), "CDK1".into()];
    let mut atac = modality("atac", &[vec![1.0], vec![1.0]]);
    atac.row_of_cell = vec![Some(1), None, Some(0)];
    let notes = check_counts(&data(vec![rna, atac]), &CheckOptions::default()).unwrap();
    let text: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "rna: 1 cell without counts (c1)",
            "rna: 1 name of several features (CDK1)",
            "of 3 cells, 3 have rna, 2 have atac, 2 have all"
        ]
    );
    let mut twice = data(vec![modality("rna", &[vec![1.0], vec![1.0]])]);
    twice.cells[1] = "c0".into();
    assert!(matches!(
        check_counts(&twice, &CheckOptions::default()),
        Err(CheckError::RepeatedCell { first: 1, second: 2, .. })
    ));
}
