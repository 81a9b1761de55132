//! Every dialect of HDF5 that is read, on files of one matrix (`scripts/cells_fixtures.py`).

mod common;

use common::{all, dense, file, open, truth};
use reparam_cells::read::{Conversion, ReadError, ReadOptions, read};
use reparam_cells::{Column, StoreOptions};

fn layer(name: &str) -> ReadOptions {
    ReadOptions { layer: Some(name.to_owned()), ..ReadOptions::default() }
}

#[test]
fn counts_are_the_same_in_every_dialect() {
    let plain = ReadOptions::default();
    let log1p = ReadOptions { from: Conversion::Log1p, ..ReadOptions::default() };
    let log2 = ReadOptions { from: Conversion::Log2p1, ..layer("log2") };
    let raw = ReadOptions { use_raw: true, ..ReadOptions::default() };
    let cases = [
        ("layers.h5ad", &log1p),
        ("layers.h5ad", &layer("counts")),
        ("layers.h5ad", &layer("full")),
        ("layers.h5ad", &log2),
        ("layers.h5ad", &raw),
        ("codes.h5ad", &plain),
        ("records_csr.h5ad", &plain),
        ("records_csc.h5ad", &plain),
    ];
    for (name, options) in cases {
        for memory in [1 << 20, 0] {
            let options = ReadOptions { store: StoreOptions { memory, folder: None }, ..options.clone() };
            let data = open(&file(name), &options).unwrap();
            assert_eq!(dense(&data.modalities[0]), all(), "{name} {options:?}");
            assert_eq!((data.cells[11].as_str(), data.modalities[0].features.names[7].as_str()), ("cell11", "gene7"));
            assert_eq!(data.modalities[0].counts.is_on_disk(), memory == 0);
        }
    }
}

#[test]
fn stored_logarithms_are_no_counts_without_their_conversion() {
    let data = open(&file("layers.h5ad"), &ReadOptions::default()).unwrap();
    assert_ne!(dense(&data.modalities[0]), all());
}

fn texts(column: &Column) -> Vec<Option<String>> {
    (0..column.len()).map(|i| column.text(i)).collect()
}

#[test]
fn annotations_keep_their_kinds_and_what_is_missing() {
    let data = open(&file("layers.h5ad"), &layer("counts")).unwrap();
    let column = |name: &str| data.annotations.get(name).unwrap();
    let phases = ["G1", "S", "G2M"];
    let Column::Category { codes, categories } = column("phase") else { panic!("a category") };
    assert_eq!(categories, &phases);
    assert!(codes.iter().enumerate().all(|(i, code)| *code == (i as u32 % 4).checked_sub(1)));
    let totals = data.modalities[0].counts.totals().unwrap();
    assert_eq!(column("depth"), &Column::Integer(totals.iter().map(|t| *t as i64).collect()));
    assert_eq!(column("score"), &Column::Number((0..12).map(|i| f64::from(i) / 4.0).collect()));
    assert_eq!(column("good"), &Column::Boolean((0..12).map(|i| i % 2 == 0).collect()));
    let passage: Vec<_> = (0..12).map(|i| (i != 3).then(|| i.to_string())).collect();
    assert_eq!(texts(column("passage")), passage);
    let fresh: Vec<_> = (0..12).map(|i| (i != 5).then(|| (i < 6).to_string())).collect();
    assert_eq!(texts(column("fresh")), fresh);
    let donor: Vec<_> = (0..12).map(|i| (i != 7).then(|| format!("donor {i}"))).collect();
    assert_eq!(texts(column("donor")), donor);
    assert_eq!(data.modalities[0].features.ids[7], "ENSG00000000007");

    let codes = open(&file("codes.h5ad"), &ReadOptions::default()).unwrap();
    assert_eq!(codes.annotations.get("phase"), data.annotations.get("phase"));
    assert_eq!(codes.annotations.get("depth"), data.annotations.get("depth"));

    let records = open(&file("records_csc.h5ad"), &ReadOptions::default()).unwrap();
    let Some(Column::Category { codes, categories }) = records.annotations.get("phase") else { panic!("a category") };
    assert_eq!((categories.as_slice(), codes[4]), (&phases.map(String::from)[..], Some(1)));
    assert_eq!(records.annotations.get("score"), data.annotations.get("score"));
    assert_eq!(records.annotations.get("good"), data.annotations.get("good"));
    assert_eq!(records.notes.len(), 1, "a column of pairs is skipped and said so: {:?}", records.notes);
}

#[test]
fn kinds_of_features_become_modalities() {
    let data = open(&file("kinds.h5ad"), &ReadOptions::default()).unwrap();
    let names: Vec<&str> = data.modalities.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["rna", "atac", "protein"]);
    for (modality, genes) in data.modalities.iter().zip([0..3, 3..6, 6..8]) {
        assert_eq!(dense(modality), truth(0..12, genes));
    }
    assert_eq!(data.modalities[0].features.names, ["gene0", "gene0-1", "gene2"]);
    assert!(data.notes[0].contains("1 names of features of 'rna'"), "{:?}", data.notes);
    let only = |name: &str| ReadOptions { only: Some(vec![name.to_owned()]), ..ReadOptions::default() };
    let protein = open(&file("kinds.h5ad"), &only("protein")).unwrap();
    assert_eq!((protein.modalities.len(), dense(&protein.modalities[0])), (1, truth(0..12, 6..8)));
    let error = open(&file("kinds.h5ad"), &only("proteins")).unwrap_err().to_string();
    assert!(error.ends_with("no modality 'proteins'; there are 'rna', 'atac', 'protein'"), "{error}");
}

#[test]
fn cellranger_before_and_since_version_3() {
    let old = open(&file("cellranger2.h5"), &ReadOptions::default()).unwrap();
    let mut expected = all();
    for cell in 0..6 {
        expected[cell * 8 + 5..cell * 8 + 8].fill(0.0);
    }
    assert_eq!((dense(&old.modalities[0]), old.modalities.len()), (expected, 1));
    assert_eq!(old.modalities[0].features.annotations.get("genome").unwrap().text(6).as_deref(), Some("mm10"));
    let new = open(&file("cellranger3.h5"), &ReadOptions::default()).unwrap();
    assert_eq!(dense(new.modality("rna").unwrap()), truth(0..12, 0..5));
    assert_eq!(dense(new.modality("atac").unwrap()), truth(0..12, 5..8));
    assert_eq!(new.modalities[1].features.ids[0], "ENSG00000000005");
    assert_eq!(new.cells, old.cells);
}

#[test]
fn modalities_of_different_cells_are_joined_by_name() {
    let data = open(&file("partial.h5mu"), &ReadOptions::default()).unwrap();
    assert_eq!(data.len(), 12);
    let (rna, atac) = (data.modality("rna").unwrap(), data.modality("atac").unwrap());
    for (i, name) in data.cells.iter().enumerate() {
        let cell: usize = name.strip_prefix("cell").unwrap().parse().unwrap();
        assert_eq!(rna.row_of_cell[i], (cell < 9).then_some(cell as u32), "{name}");
        assert_eq!(atac.row_of_cell[i], (cell >= 4).then(|| 11 - cell as u32), "{name}");
    }
    assert_eq!(dense(rna), truth(0..9, 0..8));
    assert_eq!(dense(atac), truth((4..12).rev(), 0..5));
    let only = ReadOptions { only: Some(vec!["atac".into()]), ..ReadOptions::default() };
    let atac_alone = open(&file("partial.h5mu"), &only).unwrap();
    assert_eq!((atac_alone.len(), atac_alone.modalities.len(), atac_alone.notes.len()), (8, 1, 1));
    assert!(
        atac_alone
            .cells
            .iter()
            .zip(&atac_alone.modalities[0].row_of_cell)
            .all(|(name, row)| { *name == format!("cell{}", 11 - row.unwrap()) })
    );
    let column = |name: &str| data.annotations.get(name).unwrap();
    assert_eq!(column("batch").text(1).as_deref(), Some("batch1"));
    let own = |i: usize| rna.row_of_cell[i].map(|row| ((row * 4) as f64, row));
    for i in 0..12 {
        assert_eq!(column("rna:depth").text(i).is_some(), own(i).is_some());
        assert_eq!(column("atac:depth").text(i), atac.row_of_cell[i].map(|row| row.to_string()));
    }
}

#[test]
fn several_files_are_joined_by_their_cells() {
    let (kinds, log) = (file("kinds.h5ad"), file("layers.h5ad"));
    let options = ReadOptions { only: Some(vec!["rna".into(), "atac".into()]), ..ReadOptions::default() };
    let error = read(&[kinds.clone(), log.clone()], &options).unwrap_err();
    assert!(matches!(error, ReadError::RepeatedModality { .. }), "{error}");
    // Of the one file only what the other lacks.
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("peaks.csv");
    std::fs::write(&table, "cell,chr1:1-9,chr2:5-7\ncell5,1,0\ncell3,0,4\nother,2,2\n").unwrap();
    let data = read(&[log, table.clone()], &layer("counts")).unwrap();
    assert_eq!((data.len(), data.cells[12].as_str()), (13, "other"));
    let (rna, atac) = (data.modality("rna").unwrap(), data.modality("atac").unwrap());
    assert_eq!((rna.row_of_cell[12], rna.row_of_cell[3]), (None, Some(3)));
    assert_eq!((atac.row_of_cell[3], atac.row_of_cell[5], atac.row_of_cell[12]), (Some(1), Some(0), Some(2)));
    assert_eq!(data.annotations.get("score").unwrap().text(12), None);

    std::fs::write(&table, "cell,chr1:1-9\ncell5-1,1\ncell3-1,0\n").unwrap();
    let error = read(&[kinds, table], &ReadOptions { only: None, ..options }).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("'cell0', 'cell1'") && text.contains("'cell5-1', 'cell3-1'"), "{text}");
    assert!(error.hint().is_some_and(|hint| hint.contains("suffixes")));
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let text = |name: &str, options: &ReadOptions| open(&file(name), options).unwrap_err().to_string();
    let missing = text("layers.h5ad", &layer("spliced"));
    assert!(missing.ends_with("no layer 'spliced'; there are 'counts', 'full', 'log2'"), "{missing}");
    let raw = ReadOptions { use_raw: true, ..ReadOptions::default() };
    assert!(text("codes.h5ad", &raw).contains("no raw counts"));
    assert!(matches!(open(&file("cellranger3.h5"), &layer("counts")), Err(ReadError::NoLayer { .. })));
    assert!(matches!(open(&file("cellranger3.h5"), &raw), Err(ReadError::NoRaw { .. })));
    let both = ReadOptions { use_raw: true, ..layer("counts") };
    assert!(matches!(open(&file("layers.h5ad"), &both), Err(ReadError::LayerAndRaw { .. })));
    let repeated = text("repeated.h5ad", &ReadOptions::default());
    assert!(repeated.contains("cells 2 and 5 have the same name 'cell1'"), "{repeated}");
    assert!(text("none.h5ad", &ReadOptions::default()).contains("none.h5ad"));
    assert!(matches!(read(&[], &ReadOptions::default()), Err(ReadError::NoFiles)));
}
