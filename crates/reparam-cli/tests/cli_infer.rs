//! `reparam infer` and `reparam petab` as they are used.

mod cli_support;

use cli_support::{bad, good, reparam, run};
use serde_json::Value;
use std::path::Path;

fn json(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A line through the origin with normal noise: a problem whose posterior is known.
fn line(folder: &Path) {
    let model = r#"
name = "a slope"
data = "line.csv"
[rates]
y = "slope"
[initial]
y = 0
[parameters]
slope = { prior = "normal(0, 10)" }
[[observable]]
name = "y"
noise = 0.5
"#;
    std::fs::write(folder.join("line.toml"), model).unwrap();
    std::fs::write(folder.join("line.csv"), "time,y\n1,2.1\n2,3.9\n3,6.2\n4,7.7\n").unwrap();
}

#[test]
fn alone_it_infers_alpha_pinene() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(folder.path(), &["infer", "--json"], 0);
    for key in
        ["parameters", "elbo", "elbo_se", "k_hat", "verdict", "guide", "steps", "seconds", "stopped_because", "run"]
    {
        assert!(found.get(key).is_some(), "{key}");
    }
    let names: Vec<&str> =
        found["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["k1", "k2", "k3", "k4", "k5", "sigma"]);
    for key in ["mean", "sd", "q05", "q50", "q95", "mcse"] {
        assert!(found["parameters"][0][key].as_f64().unwrap() > 0.0, "{key}");
    }
    let table = good(folder.path(), &["infer"]);
    let first = table.lines().next().unwrap();
    assert_eq!(
        first.split_whitespace().collect::<Vec<_>>().join(" "),
        "parameter mean sd 5 % 50 % 95 % mcse unit scale"
    );
    assert!(table.contains("verdict: "));
}

#[test]
fn a_posterior_of_known_form_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    line(folder.path());
    let found = json(folder.path(), &["infer", "line.toml", "--json"], 0);
    // Precision: Σ t² / 0.25 + 1/100; mean: Σ t y / 0.25 over it.
    let precision = 30.0 / 0.25 + 0.01;
    let mean = (2.1 + 7.8 + 18.6 + 30.8) / 0.25 / precision;
    let slope = &found["parameters"][0];
    let sd = 1.0 / f64::sqrt(precision);
    // Four thousand draws know a mean to 0.016 standard deviations and a deviation to 1.1 %; five of these.
    assert!((slope["mean"].as_f64().unwrap() - mean).abs() < 5.0 * 0.016 * sd, "{slope}");
    assert!((slope["sd"].as_f64().unwrap() / sd - 1.0).abs() < 0.056, "{slope}");
    assert_eq!(found["verdict"], "good");
    let judge = json(folder.path(), &["infer", "line.toml", "--method", "nuts", "--json"], 0);
    assert!((judge["parameters"][0]["mean"].as_f64().unwrap() - mean).abs() < 0.2 * sd, "{judge}");
    assert_eq!((judge["guide"].as_str(), judge["k_hat"].as_f64()), (Some("nuts"), None));
}

#[test]
fn what_is_not_to_be_trusted_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(folder.path(), &["infer", "lotka-volterra", "--guide", "mean-field", "--json"], 1);
    assert_eq!(found["verdict"], "not to be trusted");
    assert!(found["reason"].as_str().unwrap().contains("independent normals cannot hold the correlations of theta1"));
}

#[test]
fn a_run_leaves_a_folder_that_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    line(folder.path());
    good(folder.path(), &["infer", "line.toml", "--out", "run"]);
    let run = folder.path().join("run");
    for file in [
        "summary.json",
        "config.toml",
        "draws.csv",
        "report.html",
        "predictive-1.svg",
        "marginal-1.png",
        "elbo.svg",
        "weights.svg",
    ] {
        assert!(std::fs::metadata(run.join(file)).unwrap().len() > 100, "{file}");
    }
    let draws = std::fs::read_to_string(run.join("draws.csv")).unwrap();
    assert_eq!((draws.lines().next(), draws.lines().count()), (Some("slope"), 4001));
    let page = std::fs::read_to_string(run.join("report.html")).unwrap();
    assert!(page.contains("Posterior of a slope") && page.contains("reparam infer line.toml"));
    let (error, hint) = bad(folder.path(), &["infer", "line.toml", "--out", "run"]);
    assert!(error.contains("the folder is there already and not empty"), "{error}");
    assert!(hint.unwrap().contains("another --out"));
    // The same seed, the same draws, on any number of threads.
    for threads in ["1", "3"] {
        good(folder.path(), &["infer", "line.toml", "--threads", threads, "--out", threads]);
        assert_eq!(std::fs::read_to_string(folder.path().join(threads).join("draws.csv")).unwrap(), draws);
    }
}

#[test]
fn the_store_for_arviz_has_its_groups_and_shapes() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path(), &["infer", "eight-schools", "--guide", "full-rank", "--out", "run"]);
    let store = folder.path().join("run/inference.zarr");
    let all: Value = serde_json::from_slice(&std::fs::read(store.join(".zmetadata")).unwrap()).unwrap();
    let meta = &all["metadata"];
    for group in ["posterior", "sample_stats", "posterior_predictive", "observed_data"] {
        assert_eq!(meta[format!("{group}/.zgroup")]["zarr_format"], 2, "{group}");
    }
    assert_eq!(meta["posterior/theta/.zarray"]["shape"], serde_json::json!([1, 4000, 8]));
    assert_eq!(
        meta["posterior/theta/.zattrs"]["_ARRAY_DIMENSIONS"],
        serde_json::json!(["chain", "draw", "theta_dim_0"])
    );
    let bytes = std::fs::read(store.join("posterior/mu/0.0")).unwrap();
    assert_eq!(bytes.len(), 4000 * 8);
    let csv = std::fs::read_to_string(folder.path().join("run/draws.csv")).unwrap();
    let column = csv.lines().next().unwrap().split(',').position(|name| name == "mu").unwrap();
    let first: f64 = csv.lines().nth(1).unwrap().split(',').nth(column).unwrap().parse().unwrap();
    assert_eq!(f64::from_le_bytes(bytes[..8].try_into().unwrap()), first);
}

#[test]
fn two_runs_stand_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    line(folder.path());
    good(folder.path(), &["infer", "line.toml", "--out", "a"]);
    good(folder.path(), &["infer", "line.toml", "--method", "nuts", "--out", "b"]);
    let rows = json(folder.path(), &["infer", "compare", "a", "b", "--json"], 0);
    let row = &rows[0];
    assert_eq!(row["parameter"], "slope");
    assert!(
        row["mean_difference"].as_f64().unwrap().abs() < 0.2 && (row["sd_ratio"].as_f64().unwrap() - 1.0).abs() < 0.15
    );
    assert!(good(folder.path(), &["infer", "compare", "a", "b"]).contains("Wasserstein"));
    good(folder.path(), &["infer", "eight-schools", "--guide", "full-rank", "--out", "c"]);
    assert!(bad(folder.path(), &["infer", "compare", "a", "c"]).0.contains("the runs share no parameter"));
    std::fs::write(folder.path().join("b/draws.csv"), "slope\n1\nmuch\n").unwrap();
    assert!(bad(folder.path(), &["infer", "compare", "a", "b"]).0.contains("line 3: expected a number, got 'much'"));
    assert!(bad(folder.path(), &["infer", "compare", "a", "nowhere"]).0.contains("summary.json: No such file"));
}

/// `y = a² t`: the data cannot tell a from -a.
fn two_modes(folder: &Path) {
    let model = r#"
name = "two modes"
data = "two.csv"
[rates]
y = "a^2"
[initial]
y = 0
[parameters]
a = { prior = "normal(0, 10)" }
[[observable]]
name = "y"
noise = 0.5
"#;
    std::fs::write(folder.join("two.toml"), model).unwrap();
    std::fs::write(folder.join("two.csv"), "time,y\n1,9.1\n2,18.2\n").unwrap();
}

#[test]
fn two_modes_are_trusted_by_neither_method() {
    let folder = tempfile::tempdir().unwrap();
    two_modes(folder.path());
    for method in ["vi", "nuts"] {
        let found = json(folder.path(), &["infer", "two.toml", "--method", method, "--json"], 1);
        assert!(found["reason"].as_str().unwrap().contains("with about 1.00 times"), "{method}: {}", found["reason"]);
    }
}

#[test]
fn calibration_counts_ranks() {
    let folder = tempfile::tempdir().unwrap();
    line(folder.path());
    let arguments = ["infer", "calibrate", "line.toml", "--replicates", "40", "--json", "--out", "ranks"];
    let found = json(folder.path(), &arguments, 0);
    assert_eq!((found["replicates"].as_u64(), found["failures"].as_u64()), (Some(40), Some(0)));
    let counts = found["parameters"][0]["histogram"].as_array().unwrap();
    assert_eq!(counts.iter().map(|c| c.as_u64().unwrap()).sum::<u64>(), 40);
    let ranks = std::fs::read_to_string(folder.path().join("ranks/ranks.csv")).unwrap();
    assert_eq!((ranks.lines().next(), ranks.lines().count()), (Some("replicate,slope"), 41));
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (error, hint) = bad(folder.path(), &["infer", "lotka-voltera"]);
    assert!(error.contains("PROBLEM lotka-voltera: neither a built-in model nor a file"), "{error}");
    assert_eq!(hint.as_deref(), Some("hint: did you mean lotka-volterra?"));
    assert!(bad(folder.path(), &["infer", "--draws", "3"]).0.contains("draws: must be at least 100"));
    assert!(
        bad(folder.path(), &["infer", "--threads", "99999"]).0.contains("--threads must be at most 1024, got 99999")
    );
    assert!(bad(folder.path(), &["infer", "--guide", "low-rank:99"]).0.contains("low-rank:R needs 1 <= R"));
    let output = run(folder.path(), &["infer", "--guide", "wide"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("one of auto, mean-field, full-rank"));
    line(folder.path());
    std::fs::write(folder.path().join("line.csv"), "time,y\n1,2.1\n2,many\n").unwrap();
    assert!(bad(folder.path(), &["infer", "line.toml"]).0.contains("line.csv:3"));
}

#[test]
fn lists_and_examples_teach() {
    let folder = tempfile::tempdir().unwrap();
    let list = good(folder.path(), &["infer", "--list"]);
    for name in
        ["alpha-pinene", "lotka-volterra", "robertson", "michaelis-menten", "eight-schools", "logistic-regression"]
    {
        assert!(list.lines().any(|line| line.starts_with(name)), "{name}");
    }
    assert!(good(folder.path(), &["infer", "--example"]).contains("[parameters"));
    let help = reparam(folder.path(), &["infer", "--help"]).output().unwrap();
    assert!(String::from_utf8_lossy(&help.stdout).contains("Exit status: 0 done, 1 the answer is not to be trusted"));
}

/// A PEtab problem of one species that decays.
fn petab(folder: &Path) {
    let math = r#"xmlns="http://www.w3.org/1998/Math/MathML""#;
    let model = format!(
        r#"<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="decay">
<listOfCompartments><compartment id="cell" size="1"/></listOfCompartments>
<listOfSpecies><species id="A" compartment="cell" initialConcentration="2"/></listOfSpecies>
<listOfParameters><parameter id="k" value="0.3"/></listOfParameters>
<listOfReactions><reaction id="r"><listOfReactants><speciesReference species="A"/></listOfReactants>
<kineticLaw><math {math}><apply><times/><ci>k</ci><ci>A</ci></apply></math></kineticLaw></reaction></listOfReactions></model></sbml>"#
    );
    for (name, content) in [
        ("model.xml", model.as_str()),
        (
            "problem.yaml",
            "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- condition_files: [conditions.tsv]\n  measurement_files: [measurements.tsv]\n  \
             observable_files: [observables.tsv]\n  sbml_files: [model.xml]\n",
        ),
        ("conditions.tsv", "conditionId\nc0\n"),
        ("observables.tsv", "observableId\tobservableFormula\tnoiseFormula\nobs\tA\t0.1\n"),
        (
            "measurements.tsv",
            "observableId\tsimulationConditionId\tmeasurement\ttime\nobs\tc0\t1.5\t1\nobs\tc0\t0.9\t2\n",
        ),
        (
            "parameters.tsv",
            "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\nk\tlog10\t1e-3\t1e3\t0.4\t1\n",
        ),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
}

#[test]
fn petab_problems_are_evaluated_and_inferred() {
    let folder = tempfile::tempdir().unwrap();
    petab(folder.path());
    let arguments = ["petab", "evaluate", "problem.yaml", "--json", "--gradient", "--out", "simulations.tsv"];
    let found = json(folder.path(), &arguments, 0);
    let residuals = [1.5 - 2.0 * (-0.4_f64).exp(), 0.9 - 2.0 * (-0.8_f64).exp()].map(|r| r / 0.1);
    let chi_square: f64 = residuals.iter().map(|r| r * r).sum();
    assert!((found["chi_square"].as_f64().unwrap() - chi_square).abs() < 1e-6);
    let log_likelihood = -0.5 * chi_square - 2.0 * (0.1_f64.ln() + 0.5 * std::f64::consts::TAU.ln());
    assert!((found["log_likelihood"].as_f64().unwrap() - log_likelihood).abs() < 1e-6);
    assert!(found["gradient"][0]["relative_difference"].as_f64().unwrap() < 1e-5);
    let table = std::fs::read_to_string(folder.path().join("simulations.tsv")).unwrap();
    assert!(table.starts_with("observableId\tsimulationConditionId\tsimulation\ttime\nobs\tc0\t1.34064"), "{table}");
    let inferred = json(folder.path(), &["infer", "problem.yaml", "--json"], 0);
    let k = inferred["parameters"][0]["mean"].as_f64().unwrap();
    // Least squares of two measurements: near 0.36.
    assert!((k - 0.36).abs() < 0.05, "{k}");
}

#[test]
fn every_fault_of_a_petab_problem_is_told() {
    let folder = tempfile::tempdir().unwrap();
    petab(folder.path());
    let table = "observableId\tsimulationConditionId\tmeasurement\ttime\nobs\tc7\tmuch\t1\nother\tc0\t0.9\t2\n";
    std::fs::write(folder.path().join("measurements.tsv"), table).unwrap();
    let output = run(folder.path(), &["petab", "evaluate", "problem.yaml"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    for part in
        ["measurements.tsv:2: column simulationConditionId", "measurements.tsv:2: column measurement", "'other'"]
    {
        assert!(text.contains(part), "{text}");
    }
}
