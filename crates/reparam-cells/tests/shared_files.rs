//! Files of the field against the numbers of the field's own readers.
//!
//! Read by anndata 0.12.19, scanpy 1.11.5, mudata 0.3.10, pandas 2.3.3 (numpy 2.4.6, scipy 1.17.1, h5py 3.16.0), sums in float64.
//! The files are not part of the project: `REPARAM_SHARED` names the folder that has them.

use std::path::PathBuf;

use reparam_cells::check::{Base, CheckError, CheckOptions, Looks, check_counts};
use reparam_cells::read::{Conversion, ReadError, ReadOptions, read};
use reparam_cells::{CellData, Column, Modality, SparseRows, StoreOptions};

fn file(name: &str) -> PathBuf {
    PathBuf::from(std::env::var_os("REPARAM_SHARED").expect("REPARAM_SHARED names a folder")).join("data").join(name)
}

/// What is compared of a matrix.
#[derive(Debug, PartialEq)]
struct Numbers {
    shape: (usize, usize),
    stored: usize,
    /// Of all, the first row, the last row, column 7.
    sums: [f64; 4],
    /// At half of the rows and a third of the columns.
    spot: f64,
}

fn numbers(modality: &Modality) -> Numbers {
    let (n, m) = (modality.counts.len(), modality.counts.width());
    let mut rows = SparseRows::new(m);
    modality.counts.read(&(0..n).collect::<Vec<_>>(), &mut rows).unwrap();
    let dense = rows.dense();
    let sum = |values: &mut dyn Iterator<Item = &f32>| values.map(|v| f64::from(*v)).sum::<f64>();
    let sums = [
        sum(&mut dense.iter()),
        sum(&mut dense[..m].iter()),
        sum(&mut dense[(n - 1) * m..].iter()),
        sum(&mut dense[7..].iter().step_by(m)),
    ];
    Numbers { shape: (n, m), stored: modality.counts.stored(), sums, spot: f64::from(dense[n / 2 * m + m / 3]) }
}

/// Sums of float32 values in float64 differ by their order: n ulp of the largest partial sum at most.
fn compare(modality: &Modality, shape: (usize, usize), stored: usize, sums: [f64; 4], spot: f64) {
    let found = numbers(modality);
    assert_eq!((found.shape, found.stored, found.spot), (shape, stored, spot));
    for (a, b) in found.sums.into_iter().zip(sums) {
        assert!((a - b).abs() <= 1e-10 * b.abs().max(1000.0), "{a} {b}");
    }
}

fn names(data: &CellData, modality: usize) -> [&str; 5] {
    let features = &data.modalities[modality].features.names;
    [&data.cells[0], &data.cells[1], &data.cells[data.len() - 1], &features[0], &features[features.len() - 1]]
        .map(String::as_str)
}

fn count(data: &CellData, column: &str, value: &str) -> usize {
    let column = data.annotations.get(column).unwrap();
    (0..column.len()).filter(|i| column.text(*i).as_deref() == Some(value)).count()
}

#[test]
#[ignore = "needs REPARAM_SHARED"]
fn h5ad_of_h5sparses_days() {
    let path = file("anndata/pbmc68k_reduced.h5ad");
    let data = read(std::slice::from_ref(&path), &ReadOptions::default()).unwrap();
    assert_eq!(names(&data, 0), ["AAAGCCTGGCTAAC-1", "AAATTCGATGCACA-1", "TTGAGGTGGAGAGC-8", "HES4", "MT-ND3"]);
    let sums = [-243.681057988666, 3.989999508485198, 6.104999095201492, -2.287999227643013];
    compare(&data.modalities[0], (700, 765), 535433, sums, -0.42899999022483826);
    assert_eq!(["G1", "S", "G2M"].map(|phase| count(&data, "phase", phase)), [501, 182, 17]);
    let Some(Column::Category { categories, .. }) = data.annotations.get("phase") else { panic!("a category") };
    assert_eq!(categories, &["G1", "G2M", "S"]);
    assert_eq!(data.annotations.get("bulk_labels").unwrap().text(0).as_deref(), Some("CD14+ Monocyte"));
    let Some(Column::Integer(genes)) = data.annotations.get("n_genes") else { panic!("integers") };
    assert_eq!(genes.iter().sum::<i64>(), 830061);
    let Some(Column::Boolean(variable)) = data.modalities[0].features.annotations.get("highly_variable") else {
        panic!("truth")
    };
    assert_eq!(variable.iter().filter(|v| **v).count(), 309);

    // A quarter of its memory, and the rest through files: the same.
    for memory in [512 << 20, 100_000] {
        let store = StoreOptions { memory, folder: None };
        let raw =
            read(std::slice::from_ref(&path), &ReadOptions { use_raw: true, store, ..ReadOptions::default() }).unwrap();
        let sums = [319044.23824107647, 456.8829951286316, 513.0229952335358, 258.2600003480911];
        compare(&raw.modalities[0], (700, 765), 174400, sums, 0.0);
    }
    let error = read(&[path], &ReadOptions { layer: Some("counts".into()), ..ReadOptions::default() }).unwrap_err();
    assert!(matches!(error, ReadError::NoLayer { .. }), "{error}");
}

#[test]
#[ignore = "needs REPARAM_SHARED"]
fn cellranger_3_as_a_file_and_as_a_folder() {
    for name in ["cellranger3_filtered_feature_bc_matrix.h5", "cellranger3_mtx", "cellranger3_mtx/matrix.mtx.gz"] {
        let data = read(&[file("anndata").join(name)], &ReadOptions::default()).unwrap();
        assert_eq!(
            names(&data, 0),
            ["AAACCCAAGGAGAGTA-1", "AAACGCTTCAGCCCAG-1", "TTTGGTTGTAGAATAC-1", "CH507-9B2.2", "PRMT2"]
        );
        compare(&data.modalities[0], (1107, 507), 23866, [41549.0, 36.0, 34.0, 0.0], 0.0);
        assert_eq!(
            (data.modalities[0].name.as_str(), data.modalities[0].features.ids[0].as_str()),
            ("rna", "ENSG00000279493")
        );
    }
}

#[test]
#[ignore = "needs REPARAM_SHARED"]
fn h5mu_with_nullable_names() {
    let path = [file("anndata/mdata_axis0.h5mu")];
    let data = read(&path, &ReadOptions::default()).unwrap();
    let modality = |name: &str| data.modality(name).unwrap();
    let sums = [199900.00349935144, 19.000000320374966, 3979.0000610351562, 9970.000054776669];
    compare(modality("mod1"), (100, 20), 1999, sums, 100.5999984741211);
    compare(modality("mod2"), (100, 30), 3000, [4801500.0, 3465.0, 92565.0, 159300.0], 1611.0);
    assert_eq!(names(&data, 0)[..3], ["obs_0", "obs_1", "obs_99"]);
    assert_eq!(data.annotations.get("arange"), Some(&Column::Integer((0..100).collect())));
    assert!(modality("mod1").row_of_cell.iter().enumerate().all(|(i, row)| *row == Some(i as u32)));
    let only = ReadOptions { use_raw: true, only: Some(vec!["mod1".into()]), ..ReadOptions::default() };
    let raw = read(&path, &only).unwrap();
    let sums = [99450.00174959749, 4.500000081956387, 1984.5000305175781, 9970.000054776669];
    compare(&raw.modalities[0], (100, 10), 999, sums, 100.30000305175781);
    assert!(matches!(
        read(&path, &ReadOptions { use_raw: true, ..ReadOptions::default() }),
        Err(ReadError::NoRaw { .. })
    ));
}

#[test]
#[ignore = "needs REPARAM_SHARED"]
fn a_table_of_phases_written_by_r() {
    let path = [file("buettner-mesc/Buettneretal.csv.gz")];
    let data = read(&path, &ReadOptions { from: Conversion::Log10p1, ..ReadOptions::default() }).unwrap();
    assert_eq!(names(&data, 0), ["cell_1", "cell_2", "cell_182", "Gnai3", "AC132389.1"]);
    compare(&data.modalities[0], (182, 6635), 659303, [145234996.0, 833371.0, 859628.0, 5313.0], 0.0);
    assert_eq!(["1", "2", "3"].map(|phase| count(&data, "row_name", phase)), [59, 58, 65]);
    // Six genes come twice in the header (pandas renames them too).
    assert!(data.notes.len() == 3 && data.notes[1].contains("6 names of features"), "{:?}", data.notes);
}

#[test]
#[ignore = "needs REPARAM_SHARED"]
fn what_is_no_counts_is_recognised() {
    let looks = |name: &str, options: &ReadOptions| {
        let data = read(&[file(name)], options).unwrap();
        match check_counts(&data, &CheckOptions::default()) {
            Err(CheckError::NoCounts(found)) => found.looks,
            other => panic!("{other:?}"),
        }
    };
    let raw = ReadOptions { use_raw: true, ..ReadOptions::default() };
    assert_eq!(looks("anndata/pbmc68k_reduced.h5ad", &raw), Looks::LogNormalised(Base::E));
    assert_eq!(looks("buettner-mesc/Buettneretal.csv.gz", &ReadOptions::default()), Looks::LogNormalised(Base::Ten));
    let scaled = read(&[file("anndata/pbmc68k_reduced.h5ad")], &ReadOptions::default()).unwrap();
    assert!(matches!(check_counts(&scaled, &CheckOptions::default()), Err(CheckError::Impossible { .. })));
    let counts = read(&[file("anndata/cellranger3_mtx")], &ReadOptions::default()).unwrap();
    assert!(check_counts(&counts, &CheckOptions::default()).is_ok());
}
