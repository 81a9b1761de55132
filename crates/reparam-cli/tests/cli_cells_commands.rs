//! What a finished `reparam cells` run says of its own cells and of others.

mod cli_support;

use std::collections::HashMap;
use std::path::Path;

use cli_support::{bad, bytes, good};
use reparam_cells::read::{ReadOptions, read};
use reparam_cells::{CellData, Column, Features, Frame, H5ad, SimulationConfig, Simulator, simulate, write_h5ad};
use serde_json::Value;

/// A run `r` on 150 simulated cells.
fn small(folder: &Path, more: &[&str]) {
    let first = ["cells", "train", "--simulate-cells", "150", "--epochs", "3", "--hidden", "16", "--latent", "3"];
    good(folder, &[&first[..], &["--out", "r", "--json"], more].concat());
}

/// What a sub-command prints with `--json`.
fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(folder, &[&["cells"], arguments, &["--json"]].concat())).unwrap()
}

/// Columns of a CSV file by name.
fn csv(path: &Path) -> HashMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut columns: HashMap<String, Vec<String>> = header.iter().map(|name| (name.to_owned(), Vec::new())).collect();
    for record in reader.records() {
        let record = record.unwrap();
        for (name, field) in header.iter().zip(record.iter()) {
            columns.get_mut(name).unwrap().push(field.to_owned());
        }
    }
    columns
}

fn numbers(column: &[String]) -> Vec<f64> {
    column.iter().map(|x| x.parse().unwrap()).collect()
}

fn h5ad(path: &Path) -> CellData {
    read(&[path.to_owned()], &ReadOptions::default()).unwrap()
}

/// The values of a modality, `[cells, features]`.
fn dense(data: &CellData, modality: &str) -> (usize, Vec<f32>) {
    let counts = &data.modality(modality).unwrap().counts;
    let mut rows = reparam_cells::SparseRows::new(counts.width());
    counts.read(&(0..counts.len()).collect::<Vec<_>>(), &mut rows).unwrap();
    (counts.width(), rows.dense())
}

fn totals(data: &CellData, modality: &str) -> Vec<f64> {
    data.modality(modality).unwrap().counts.totals().unwrap()
}

/// Writes the genes of simulated cells, with a column of two random halves; cells are drawn independently, so that every other one is random.
fn write_genes(path: &Path, cells: usize) {
    let config = SimulationConfig { cells, ..SimulationConfig::default() };
    let data = simulate(&config).unwrap().data;
    let rna = data.modality("rna").unwrap();
    let mut obs = data.annotations.clone();
    obs.set("half", Column::Text((0..cells).map(|i| Some(["first", "second"][i % 2].to_owned())).collect()));
    let features = Features { annotations: Frame::new(), ..rna.features.clone() };
    let (layers, obsm, uns) = (Vec::new(), Vec::new(), Value::Null);
    let content = H5ad { cells: &data.cells, obs: &obs, features: &features, x: Some(&rna.counts), layers, obsm, uns };
    write_h5ad(path, &content).unwrap();
}

#[test]
fn embedding_a_run_s_own_cells_is_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for more in [&["--cycle"][..], &["--experts", "mixture"]] {
        let _ = std::fs::remove_dir_all(at.join("r"));
        small(at, more);
        let said = json(at, &["embed", "r", "--threads", "1"]);
        assert_eq!((&said["cells"], &said["latents"]), (&150.into(), &3.into()));
        let (table, found) = (csv(&at.join("r/cells.csv")), csv(&at.join("r/embedding.csv")));
        for (name, column) in &table {
            assert_eq!(column, &found[name], "{name}");
        }
        // The axis is that which `cycle` finds.
        good(at, &["cells", "cycle", "r"]);
        let cycle = csv(&at.join("r/cycle-cells.csv"));
        for (name, own) in [("angle", "reparam_cycle_angle"), ("angle_sd", "reparam_cycle_angle_sd")] {
            assert_eq!(cycle[name], found[own], "{name}");
        }
        assert_eq!(cycle["phase"], found["reparam_phase"]);
        // The other forms hold the same numbers, whatever the threads.
        json(at, &["embed", "r", "--out", "e.npy", "--threads", "2"]);
        // Simulated cells have an angle, asked for or not.
        let circle = 2;
        let file = bytes(at.join("e.npy"));
        let array = npyz::NpyFile::new(&file[..]).unwrap();
        assert_eq!(array.shape(), [150, 3 + circle]);
        let values: Vec<f32> = array.into_vec().unwrap();
        let second: Vec<f32> = values.chunks_exact(3 + circle as usize).map(|row| row[1]).collect();
        let wanted: Vec<f32> = table["reparam_latent_2"].iter().map(|x| x.parse().unwrap()).collect();
        assert_eq!(second, wanted);
        json(at, &["embed", "r", "--out", "e.h5ad"]);
        assert!(!bytes(at.join("e.h5ad")).is_empty());
    }
}

#[test]
fn the_held_out_cells_are_judged_as_at_the_end_of_training() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    small(at, &[]);
    let then: Value = serde_json::from_slice(&bytes(at.join("r/evaluation.json"))).unwrap();
    let now = json(at, &["evaluate", "r", "--out", "again.json"]);
    assert_eq!(now["judgement"]["evaluation"], then["evaluation"]);
    assert_eq!(now["cells"], 15);
    for (a, b) in now["judgement"]["beside"].as_array().unwrap().iter().zip(then["beside"].as_array().unwrap()) {
        assert_eq!(a["model"], b["model"]);
        let (a, b) = (a["null"].as_f64().unwrap(), b["null"].as_f64().unwrap());
        // What the null is made of has been text in between.
        assert!((a - b).abs() < 1e-9 * b.abs());
    }
    let written: Value = serde_json::from_slice(&bytes(at.join("again.json"))).unwrap();
    assert_eq!(written, now);
    // More draws tighten the importance-weighted bound and leave it below the evidence; another seed is another number.
    let more = json(at, &["evaluate", "r", "--draws", "400"]);
    let bound = |value: &Value| value["judgement"]["evaluation"]["iwae"][0].as_f64().unwrap();
    assert!(bound(&more) > bound(&now) - 0.05 && bound(&more) != bound(&now));
    assert_ne!(bound(&json(at, &["evaluate", "r", "--seed", "9"])), bound(&now));
}

#[test]
fn expectations_have_the_depth_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    small(at, &["--cycle"]);
    let info: Value = serde_json::from_slice(&bytes(at.join("r/run.json"))).unwrap();
    let typical = info["baseline"]["typical-total"][0].as_f64().unwrap();
    let own = numbers(&csv(&at.join("r/cells.csv"))["reparam_total_rna"]);
    let file = at.join("x.h5ad");
    let impute = |more: &[&str]| {
        json(at, &[&["impute", "r", "--out", "x.h5ad", "--draws", "5"], more].concat());
        h5ad(&file)
    };
    // Shares sum to 1: a cell's expected counts sum to the depth. Sums of 400 roundings to f32, relative.
    let near = |a: f64, b: f64| (a - b).abs() < 1e-4 * b;
    let usual = impute(&[]);
    assert!(totals(&usual, "rna").iter().zip(&own).all(|(a, b)| near(*a, *b)));
    let even = impute(&["--library", "typical", "--modality", "rna"]);
    assert!(totals(&even, "rna").iter().all(|t| near(*t, typical)));
    assert!(own.iter().any(|t| !near(*t, typical)));
    // Genes of cells whose accessibility alone is looked at have no depth of their own.
    let blind = impute(&["--from-modality", "atac", "--modality", "rna"]);
    assert!(totals(&blind, "rna").iter().all(|t| near(*t, typical)));
    assert_ne!(dense(&blind, "rna"), dense(&even, "rna"));
    assert!(dense(&usual, "atac").1.iter().all(|p| (0.0..1.0).contains(p)));
    // Another batch is another expectation.
    let [one, two] = ["batch1", "batch2"].map(|b| dense(&impute(&["--batch", b, "--modality", "rna"]), "rna"));
    let same = one.1.iter().zip(&two.1).filter(|(a, b)| a == b).count();
    assert!(same < one.1.len() / 10, "{same}");
    // The table has the same numbers, and threads change none.
    json(at, &["impute", "r", "--draws", "5", "--gene", "MKI67,TOP2A", "--out", "x.csv", "--threads", "1"]);
    let table = csv(&at.join("x.csv"));
    let (width, values) = dense(&usual, "rna");
    let names = &usual.modality("rna").unwrap().features.names;
    for gene in ["MKI67", "TOP2A"] {
        let place = names.iter().position(|name| name == gene).unwrap();
        let column: Vec<f32> = values.chunks_exact(width).map(|row| row[place]).collect();
        assert_eq!(table[gene].iter().map(|x| x.parse::<f32>().unwrap()).collect::<Vec<_>>(), column);
    }
}

#[test]
fn a_file_without_a_modality_is_as_if_it_were_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    small(at, &[]);
    write_genes(&at.join("rna.h5ad"), 150);
    json(at, &["impute", "r", "rna.h5ad", "--modality", "atac", "--out", "a.h5ad"]);
    json(at, &["impute", "r", "--from-modality", "rna", "--modality", "atac", "--out", "b.h5ad"]);
    json(at, &["impute", "r", "--modality", "atac", "--library", "typical", "--out", "c.h5ad"]);
    let [a, b, both] = ["a.h5ad", "b.h5ad", "c.h5ad"].map(|file| dense(&h5ad(&at.join(file)), "atac"));
    assert_eq!(a, b);
    assert_ne!(a, both);
}

#[test]
fn generated_cells_follow_the_model_and_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    small(at, &["--cycle"]);
    json(at, &["generate", "r", "--cells", "2000", "--threads", "2"]);
    let cells = h5ad(&at.join("r/generated.h5ad"));
    let (width, counts) = dense(&cells, "rna");
    assert_eq!((cells.len(), width, dense(&cells, "atac").0), (2000, 400, 600));
    // A total has the mean of the log-normal library sizes, since shares sum to 1.
    let info: Value = serde_json::from_slice(&bytes(at.join("r/run.json"))).unwrap();
    let moments = info["baseline"]["log-totals"][0].as_array().unwrap();
    let of_batch = |b: u32| {
        let [mean, sd] = [0, 1].map(|k| moments[b as usize][k].as_f64().unwrap());
        (mean + 0.5 * sd * sd).exp()
    };
    let (batches, _) = cells.annotations.get("batch").unwrap().categories();
    let found = totals(&cells, "rna");
    let differences: Vec<f64> = found.iter().zip(&batches).map(|(t, b)| t - of_batch(b.unwrap())).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let error = (differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>()).sqrt() / n;
    // False-alarm rate 1e-6 at 4.9 standard errors; a mean that is off by a tenth would be seen.
    assert!(mean.abs() < 4.9 * error && error < 0.02 * of_batch(0), "{mean} {error}");
    // After three epochs every gene still has about its share of the training cells.
    let shares = info["baseline"]["shares"][0].as_array().unwrap();
    let whole: f64 = found.iter().sum();
    for (g, share) in shares.iter().enumerate().filter(|(_, s)| s.as_f64().unwrap() > 0.005) {
        let ours: f64 = counts.iter().skip(g).step_by(width).map(|x| f64::from(*x)).sum::<f64>() / whole;
        let ratio = ours / share.as_f64().unwrap();
        assert!((0.6..1.6).contains(&ratio), "gene {g}: {ratio}");
    }
    // Cell n of a seed is the same whatever is drawn beside it; of another seed it is another.
    json(at, &["generate", "r", "--cells", "70", "--out", "few.h5ad", "--threads", "1"]);
    assert_eq!(dense(&h5ad(&at.join("few.h5ad")), "rna").1[..], counts[..70 * width]);
    json(at, &["generate", "r", "--cells", "70", "--out", "other.h5ad", "--seed", "1"]);
    assert_ne!(dense(&h5ad(&at.join("other.h5ad")), "rna").1[..], counts[..70 * width]);
    // A model can be trained on them, and they can be asked about.
    good(at, &["cells", "train", "few.h5ad", "--epochs", "1", "--hidden", "8", "--out", "again"]);
    let again: Value = serde_json::from_slice(&bytes(at.join("again/run.json"))).unwrap();
    let names: Vec<&str> =
        again["modalities"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["rna", "atac"]);
    assert_eq!(json(at, &["embed", "r", "few.h5ad", "--out", "few.csv"])["cells"], 70);
    assert!(!csv(&at.join("few.csv")).contains_key("reparam_held_out"));
    assert_eq!(json(at, &["evaluate", "r", "few.h5ad", "--draws", "2"])["cells"], 70);
}

#[test]
fn cells_are_generated_where_the_cycle_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // A latent angle, and a plane of the normal latents.
    for more in [&["--cycle"][..], &[]] {
        let _ = std::fs::remove_dir_all(at.join("r"));
        small(at, more);
        for phase in ["G1", "S", "G2M"] {
            json(at, &["generate", "r", "--cells", "40", "--angle", phase, "--out", "x.h5ad", "--batch", "batch2"]);
            let obs = h5ad(&at.join("x.h5ad")).annotations;
            let column = |name: &str| obs.get(name).unwrap();
            for i in 0..40 {
                assert_eq!(column("reparam_phase").text(i).unwrap(), phase);
                assert_eq!(column("batch").text(i).unwrap(), "batch2");
                assert_eq!(column("generated").text(i).unwrap(), "true");
            }
        }
        json(at, &["generate", "r", "--cells", "40", "--angle", "1.25", "--posterior", "--out", "x.h5ad"]);
        let obs = h5ad(&at.join("x.h5ad")).annotations;
        let Some(Column::Number(angles)) = obs.get("reparam_cycle_angle") else { panic!("numbers") };
        // Latents are f32, and a projection of them adds up a few.
        assert!(angles.iter().all(|a| (a - 1.25).abs() < 1e-4), "{angles:?}");
    }
}

#[test]
fn phases_differ_in_genes_of_the_cycle_and_random_halves_in_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write_genes(&at.join("cells.h5ad"), 600);
    let train = [
        "cells",
        "train",
        "cells.h5ad",
        "--epochs",
        "40",
        "--latent",
        "4",
        "--hidden",
        "32",
        "--hide",
        "0.1",
        "--out",
        "r",
    ];
    good(at, &[&train[..], &["--batch-key", "batch", "--batch-size", "64", "--learning-rate", "5e-3"]].concat());
    let small = ["--replicates", "200", "--draws", "5", "--most", "200"];
    let ask = |groups: &[&str]| json(at, &[&["differential", "r"], groups, &small].concat());
    let said = ask(&["--group", "phase=S", "--group", "phase=G1"]);
    let found = said["at_5_percent"].as_u64().unwrap() as usize;
    assert!(found >= 20, "{said}");
    let simulator = Simulator::new(&SimulationConfig { cells: 600, ..SimulationConfig::default() }).unwrap();
    let cycling: HashMap<&str, bool> =
        simulator.genes().zip(simulator.gene_cycles()).map(|(name, (_, amplitude))| (name, amplitude > 0.0)).collect();
    let table = csv(&at.join("r/differential.csv"));
    let true_ones = table["feature"][..20].iter().filter(|name| cycling[name.as_str()]).count();
    // One gene in four cycles: of 20 at random 15 or more do with probability 4e-6.
    assert!(true_ones >= 15, "{:?}", &table["feature"][..20]);
    // S before G2/M: genes of S are higher in S, and the sign turns with the groups.
    let effect = |name: &str, table: &HashMap<String, Vec<String>>| {
        let row = table["feature"].iter().position(|f| f == name).unwrap();
        numbers(&table["effect"])[row]
    };
    let turned = ask(&["--group", "phase=G1", "--group", "phase=S"]);
    assert_eq!(turned["features"], 400);
    let back = csv(&at.join("r/differential.csv"));
    for name in ["MCM4", "CDC6", "RRM2"] {
        assert!(effect(name, &table) > 0.3, "{name}");
        assert!((effect(name, &table) + effect(name, &back)).abs() < 0.02, "{name}");
    }
    let probability = numbers(&table["probability"]);
    assert!(probability.windows(2).all(|pair| pair[0] >= pair[1]));
    let rate = numbers(&table["expected_fdr"]);
    assert!((rate[1] - (2.0 - probability[0] - probability[1]) / 2.0).abs() < 1e-12);
    // The negative control.
    let halves = ask(&["--group", "half=first"]);
    assert_eq!(halves["at_5_percent"], 0, "{halves}");
    assert_eq!(halves["b"]["cells"], 300);
    // Phases that the model found, whatever the threads.
    let phases = ["--group", "reparam_phase=S", "--group", "reparam_phase=G2M"];
    let [one, two] = ["1", "2"].map(|threads| {
        ask(&[&phases[..], &["--threads", threads]].concat());
        bytes(at.join("r/differential.csv"))
    });
    assert!(one == two);
}

#[test]
fn mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    small(at, &["--held-out", "0"]);
    for (arguments, wanted, hint) in [
        ("embed nope", "not the folder of a run", Some("train")),
        ("embed r --out x.txt", "must end in .csv, .npy or .h5ad, got x.txt", None),
        ("embed r --raw", "FILE: must be given", None),
        ("embed r no.h5ad", "no.h5ad", None),
        ("evaluate r", "the run held out no cells", Some("name a file")),
        ("evaluate r --draws 0", "must be 1 to 1000000", None),
        ("impute r --modality rn", "modality 'rn' is not there; there are rna, atac", Some("'rna'")),
        ("impute r --from-modality rn", "modality 'rn' is not there", Some("'rna'")),
        ("impute r --gene MKI6", "feature 'MKI6' is not there", Some("'MKI67'")),
        ("impute r --batch batch3", "batch 'batch3' is not there; there are batch1, batch2", Some("batch")),
        ("impute r --out x.txt", "must end in .h5ad or .csv", None),
        ("impute r --out no/x.h5ad", "--out: its folder must be there, got no/x.h5ad", None),
        ("impute r --draws 0", "must be 1 to 10000", None),
        ("generate r --angle G3", "phase 'G3' is not there; there are G1, S, G2M", None),
        ("generate r --angle inf", "must be finite", None),
        ("generate r --batch b", "batch 'b' is not there", None),
        ("generate r --cells 0", "--cells: must be 1", None),
        ("generate r --out x.csv", "must end in .h5ad", None),
        ("differential r --group phas=S", "annotation 'phas' is not there", Some("'phase'")),
        ("differential r --group phase=X", "value of phase 'X' is not there; there are G1, S, G2M", None),
        ("differential r --group phase", "must be COLUMN=VALUE", None),
        ("differential r --group phase=S --group phase=S", "must share no cells", None),
        ("differential r --group phase=S --group phase=G1 --group phase=G2M", "once or twice, got 3", None),
        ("differential r --group phase=S --replicates 3", "--replicates: must be 20 to 100000", None),
        ("differential r --group phase=S --delta=-1", "--delta: must be finite and at least 0", None),
    ] {
        let words: Vec<&str> = std::iter::once("cells").chain(arguments.split(' ')).collect();
        let (error, said) = bad(at, &words);
        assert!(error.contains(wanted), "{arguments}: {error}");
        assert!(hint.is_none_or(|hint| said.as_ref().is_some_and(|said| said.contains(hint))), "{arguments}: {said:?}");
    }
    // The run's cells are no longer those that it began with.
    let config = std::fs::read_to_string(at.join("r/config.toml")).unwrap();
    std::fs::write(at.join("r/config.toml"), config.replace("simulate-cells = 150", "simulate-cells = 140")).unwrap();
    let (error, _) = bad(at, &["cells", "embed", "r"]);
    assert!(error.contains("its files hold other cells than when the run began: 140, not 150"), "{error}");
    // Nothing half-written is left.
    let left: Vec<_> = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["r"]);
}

#[test]
fn changed_counts_are_noticed_and_inputs_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let table = |changed: usize| {
        let header: Vec<String> = (0..12).map(|g| format!("GENE{g}")).collect();
        let count = |i: usize, g: usize| (i * 7 + g * 5) % 9 + usize::from(i == 3 && g == 2) * changed;
        let row = |i: usize| (0..12).map(|g| count(i, g).to_string()).collect::<Vec<_>>().join(",");
        let rows: Vec<String> = (0..40).map(|i| format!("barcode{i},{}", row(i))).collect();
        format!("cell,{}\n{}\n", header.join(","), rows.join("\n"))
    };
    std::fs::write(at.join("genes.csv"), table(0)).unwrap();
    let train = ["cells", "train", "genes.csv", "--orientation", "cells-in-rows", "--epochs", "2", "--latent", "2"];
    good(at, &[&train[..], &["--out", "r"]].concat());
    good(at, &["cells", "embed", "r"]);
    let over = ["cells", "embed", "r", "genes.csv", "--orientation", "cells-in-rows", "--out", "genes.csv"];
    let (error, _) = bad(at, &over);
    assert!(error.contains("must not be a file that is read or one of the run's own"), "{error}");
    let (error, _) = bad(at, &["cells", "embed", "r", "--out", "r/cells.csv"]);
    assert!(error.contains("one of the run's own"), "{error}");
    // One count of one cell is another.
    std::fs::write(at.join("genes.csv"), table(1)).unwrap();
    for words in [&["cells", "embed", "r"][..], &["cells", "train", "--resume", "r"]] {
        let (error, _) = bad(at, words);
        assert!(error.contains("other counts than when the run began"), "{error}");
    }
}
