//! What is written against what a reader of HDF5 finds.

use hdf5_pure::File;
use reparam_core::noise::Key;
use serde_json::{Value, json};

use super::{Dense, H5ad, Layer, WriteError, write_h5ad};
use crate::cycle::cycle_scores;
use crate::{
    Column, CountStore, CycleGenes, Features, Frame, RowSource, SimulationConfig, SparseRows, highly_variable, simulate,
};

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

/// Three cells with a column of each kind.
fn annotations() -> Frame {
    let mut obs = Frame::new();
    obs.set("number", Column::Number(vec![1.5, f64::NAN, -2.0]));
    obs.set("integer", Column::Integer(vec![1, -2, i64::MAX]));
    obs.set("boolean", Column::Boolean(vec![true, false, true]));
    obs.set("text", Column::Text(vec![Some("ß é 細胞".to_owned()), Some(String::new()), Some("x".to_owned())]));
    obs.set("gaps", Column::Text(vec![Some("b".to_owned()), None, Some("a".to_owned())]));
    let codes = vec![Some(1), None, Some(0)];
    obs.set("category", Column::Category { codes, categories: strings(&["G1", "Größe"]) });
    obs
}

fn features() -> Features {
    let mut annotations = Frame::new();
    annotations.set("highly_variable", Column::Boolean(vec![true, false, true, false]));
    Features { names: strings(&["g1", "g2", "g3", "g4"]), ids: strings(&["E1", "E2", "E3", "E4"]), annotations }
}

fn counts() -> CountStore {
    let mut rows = SparseRows::new(4);
    rows.push(&[0, 3], &[1.0, 7.0]);
    rows.push(&[], &[]);
    rows.push(&[2], &[3.0]);
    CountStore::in_memory(rows)
}

fn uns() -> Value {
    json!({
        "seed": 7, "share": 0.25, "name": "zwölf", "yes": true, "nothing": null, "large": u64::MAX,
        "texts": ["a", "b"], "whole": [1, 2], "gaps": [1.5, null], "truths": [true, false], "empty": [],
        "grid": [[1.0, 2.0], [3.0, 4.0]], "inner": {"deep": {"x": 1}}, "maps": [{"k": 1}, {"k": 2}]
    })
}

fn write(obs: &Frame, features: &Features, uns: Value) -> Result<tempfile::TempDir, WriteError> {
    let folder = tempfile::tempdir().unwrap();
    let (cells, x) = (strings(&["c1", "c2", "c3"]), counts());
    let dense: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let content = H5ad {
        cells: &cells,
        obs,
        features,
        x: Some(&x),
        layers: vec![("same", Layer::Sparse(&x)), ("dense", Layer::Dense(&dense))],
        obsm: vec![("X_latent", Dense { width: 2, values: &dense[..6] })],
        uns,
    };
    write_h5ad(&folder.path().join("cells.h5ad"), &content)?;
    Ok(folder)
}

#[test]
fn what_is_written_is_found_again() {
    let folder = write(&annotations(), &features(), uns()).unwrap();
    let file = File::open(folder.path().join("cells.h5ad")).unwrap();
    let read = |name: &str| file.dataset(name).unwrap();
    assert_eq!(file.root().attrs().unwrap()["encoding-type"].as_str(), Some("anndata"));
    let number = read("obs/number").read_f64().unwrap();
    assert!(number[1].is_nan() && number[2] == -2.0);
    assert_eq!(read("obs/integer").read_i64().unwrap(), [1, -2, i64::MAX]);
    assert_eq!(read("obs/text").read_string().unwrap(), ["ß é 細胞", "", "x"]);
    assert_eq!(read("obs/gaps/codes").read_i8().unwrap(), [1, -1, 0]);
    assert_eq!(read("obs/category/codes").read_i8().unwrap(), [1, -1, 0]);
    assert_eq!(read("obs/category/categories").read_string().unwrap(), ["G1", "Größe"]);
    assert_eq!(read("var/gene_ids").read_string().unwrap(), ["E1", "E2", "E3", "E4"]);
    for place in ["X", "layers/same"] {
        assert_eq!(read(&format!("{place}/data")).read_f32().unwrap(), [1.0, 7.0, 3.0]);
        assert_eq!(read(&format!("{place}/indices")).read_i32().unwrap(), [0, 3, 2]);
        assert_eq!(read(&format!("{place}/indptr")).read_i32().unwrap(), [0, 2, 2, 3]);
    }
    assert_eq!(read("layers/dense").shape().unwrap(), [3, 4]);
    assert_eq!(read("obsm/X_latent").read_f32().unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(read("uns/seed").read_i64().unwrap(), [7]);
    assert_eq!(read("uns/seed").shape().unwrap(), [0_u64; 0]);
    assert_eq!(read("uns/large").read_u64().unwrap(), [u64::MAX]);
    assert_eq!(read("uns/name").read_string().unwrap(), ["zwölf"]);
    assert_eq!(read("uns/grid").shape().unwrap(), [2, 2]);
    assert_eq!(read("uns/inner/deep/x").read_i64().unwrap(), [1]);
    assert_eq!(read("uns/maps/1/k").read_i64().unwrap(), [2]);
    assert!(file.dataset("uns/nothing").is_err());
    assert_eq!(file.group("obs").unwrap().attrs().unwrap()["column-order"].as_strings().unwrap()[5], "category");
    // Nothing is left beside it.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn matrices_of_many_chunks_are_found_again() {
    let (mut rows, width) = (SparseRows::new(700), 700_usize);
    let value = |i: usize, j: usize| ((i * 31 + j * 17) % 5) as f32;
    for i in 0..600 {
        rows.push_dense(&(0..width).map(|j| value(i, j)).collect::<Vec<_>>());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.h5ad");
    let cells: Vec<String> = (0..600).map(|i| format!("c{i}")).collect();
    let features = Features { names: (0..width).map(|j| format!("g{j}")).collect(), ..Features::default() };
    let (obs, x) = (Frame::new(), CountStore::in_memory(rows));
    let content = H5ad {
        cells: &cells,
        obs: &obs,
        features: &features,
        x: Some(&x),
        layers: vec![],
        obsm: vec![],
        uns: Value::Null,
    };
    write_h5ad(&path, &content).unwrap();
    // Once more over the first: an existing file is replaced.
    write_h5ad(&path, &content).unwrap();
    let file = File::open(&path).unwrap();
    let want: Vec<f32> = (0..600 * width).map(|k| value(k / width, k % width)).filter(|v| *v != 0.0).collect();
    assert!(want.len() > 8 << 15, "more than eight chunks");
    assert!(file.dataset("X/data").unwrap().read_f32().unwrap() == want);
    assert_eq!(file.dataset("X/indptr").unwrap().read_i32().unwrap()[600], want.len() as i32);
}

#[test]
fn what_cannot_be_held_is_named() {
    let fails = |name: &str, column: Column| {
        let mut obs = annotations();
        obs.set(name, column);
        write(&obs, &features(), Value::Null).unwrap_err().to_string()
    };
    let numbers = || Column::Number(vec![0.0; 3]);
    assert_eq!(fails("a/b", numbers()), "obs: a name must not hold '/', which separates groups, got 'a/b'");
    assert_eq!(fails("", numbers()), "obs: a name must not be empty, got ''");
    assert_eq!(fails("_index", numbers()), "obs: a name must not be that of the index, got '_index'");
    assert_eq!(fails("short", Column::Integer(vec![1])), "obs/short: expected 3 rows, got 1");
    let code = Column::Category { codes: vec![Some(2), None, None], categories: strings(&["a", "b"]) };
    assert_eq!(fails("code", code), "obs/code: category of row 0 must be below 2, got 2");
    let twice = Column::Category { codes: vec![None; 3], categories: strings(&["a", "a"]) };
    assert_eq!(fails("twice", twice), "obs/twice: a name must not be that of two categories, got 'a'");
    let zero = Column::Text(vec![Some("a\0b".to_owned()); 3]);
    assert_eq!(fails("zero", zero), "obs/zero: text must not hold a zero byte, got \"a\\0b\"");
    let uns = |uns: Value| write(&annotations(), &features(), uns).unwrap_err().to_string();
    assert_eq!(uns(json!({"a": {"b/c": 1}})), "uns/a: a name must not hold '/', which separates groups, got 'b/c'");
    assert_eq!(uns(json!([1])), "uns: must be a map or null, got [1]");
    assert!(uns(json!({"a": [1, "x"]})).starts_with("uns/a: a list must hold only numbers"));
    let more = Features { names: strings(&["g1"]), ..Features::default() };
    let width = write(&annotations(), &more, Value::Null).unwrap_err().to_string();
    assert_eq!(width, "X: expected 1 columns, got 4");
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let (obs, features) = (Frame::new(), Features::default());
    let content =
        H5ad { cells: &[], obs: &obs, features: &features, x: None, layers: vec![], obsm: vec![], uns: Value::Null };
    let path = std::path::Path::new("no such folder/x.h5ad");
    assert_eq!(write_h5ad(path, &content).unwrap_err().to_string(), "cannot write 'no such folder/x.h5ad'");
}

/// Writes the files that `scripts/check_h5ad.py` reads: `H5AD_OUT=folder cargo test --release -p reparam-cells -- --ignored h5ad`.
#[test]
#[ignore = "writes files for a check by other software"]
fn h5ad_for_other_readers() {
    let out = std::path::PathBuf::from(std::env::var_os("H5AD_OUT").expect("H5AD_OUT names a folder"));
    let folder = write(&annotations(), &features(), uns()).unwrap();
    std::fs::copy(folder.path().join("cells.h5ad"), out.join("kinds.h5ad")).unwrap();
    let config = SimulationConfig { cells: 3000, genes: 2000, ..SimulationConfig::default() };
    let data = simulate(&config).unwrap().data;
    let rna = data.modality("rna").unwrap();
    let genes = CycleGenes::detect(&rna.features).unwrap();
    let (s, g2m) = cycle_scores(&rna.counts, &genes, Key::new(0)).unwrap();
    let (mut obs, mut features) = (data.annotations.clone(), rna.features.clone());
    obs.set("s_score", Column::Number(s));
    obs.set("g2m_score", Column::Number(g2m));
    let (batch, _) = obs.get("batch").unwrap().categories();
    let batch: Vec<u32> = batch.into_iter().flatten().collect();
    for (name, batch) in [("chosen", None), ("chosen_of_batches", Some(&batch[..]))] {
        let mut chosen = vec![false; 2000];
        for score in highly_variable(&rna.counts, batch, 500).unwrap() {
            chosen[score.column] = true;
        }
        features.annotations.set(name, Column::Boolean(chosen));
    }
    let x = Some(&rna.counts as &dyn RowSource);
    let (layers, obsm, uns) = (vec![], vec![], json!({"config": config}));
    let content = H5ad { cells: &data.cells, obs: &obs, features: &features, x, layers, obsm, uns };
    write_h5ad(&out.join("simulated.h5ad"), &content).unwrap();
}
