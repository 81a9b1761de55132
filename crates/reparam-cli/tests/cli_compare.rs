//! `reparam compare` and `reparam verify` as a user meets them.

mod cli_support;

use std::path::Path;

use cli_support::{bad, bytes, good, run};
use serde_json::Value;

fn here() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(folder, arguments)).unwrap()
}

fn row<'a>(report: &'a Value, estimator: &str, parameter: &str) -> &'a Value {
    let fits = |row: &&Value| row["estimator"] == estimator && row["parameter"] == parameter;
    report["rows"].as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("{estimator} {parameter}: {report}"))
}

const FIRST: [&str; 9] =
    ["compare", "--law", "normal", "--param", "loc=1", "--param", "scale=0.5", "--loss", "(x-3)^2"];

#[test]
fn the_report_has_every_key_and_the_variances_of_the_closed_forms() {
    let folder = here();
    let report = json(
        folder.path(),
        &[&FIRST[..], &["--estimators", "all", "--draws", "20000", "--seed", "0", "--json"]].concat(),
    );
    for key in ["rows", "recommended", "seed", "draws", "notes", "law", "loss", "command", "exact_method"] {
        assert!(report.get(key).is_some(), "{key}");
    }
    let keys = [
        "estimator",
        "parameter",
        "mean",
        "standard_error",
        "exact",
        "bias",
        "bias_standard_error",
        "verdict",
        "variance",
        "snr",
        "seconds_per_draw",
        "efficiency",
        "tail_index",
    ];
    for row in report["rows"].as_array().unwrap() {
        assert!(keys.iter().all(|key| row.get(*key).is_some()), "{row}");
        assert_eq!(row["verdict"], "unbiased", "{row}");
    }
    assert_eq!((&report["seed"], &report["draws"]), (&0.into(), &20_000.into()));
    // s = 1/2, d = m - k = -2: 4s², 4d² + 8s²; d⁴/s² + 14d² + 15s², 2d⁴/s² + 60d² + 74s²; d²(16/π - 4), 4d² + 4s².
    let pi = std::f64::consts::PI;
    for (estimator, parameter, variance) in [
        ("pathwise", "loc", 1.0),
        ("pathwise", "scale", 18.0),
        ("score-function", "loc", 123.75),
        ("score-function", "scale", 386.5),
        ("measure-valued", "loc", 4.0 * (16.0 / pi - 4.0)),
        ("measure-valued", "scale", 17.0),
    ] {
        let row = row(&report, estimator, parameter);
        let (found, error) = (row["variance"].as_f64().unwrap(), row["variance_standard_error"].as_f64().unwrap());
        // Six numbers of a fixed seed, each within 5.2 standard errors: a false alarm of 1e-6 for a normal error.
        assert!((found - variance).abs() < 5.2 * error, "{estimator} {parameter}: {found} ± {error}, {variance}");
    }
    let exact = |parameter| row(&report, "pathwise", parameter)["exact"].as_f64().unwrap();
    // Quadrature, of which 1e-10 is asked.
    assert!((exact("loc") + 4.0).abs() < 1e-10 && (exact("scale") - 1.0).abs() < 1e-10);
}

#[test]
fn the_table_teaches_and_threads_do_not_change_it() {
    let folder = here();
    let output = run(folder.path(), &["compare", "--draws", "2000", "--threads", "1"]);
    let (text, talk) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(text.starts_with("estimator ") && text.contains("\nrecommended: "), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("pathwise ")).count(), 2);
    for words in [
        "law normal: loc = 1, scale = 0.5; loss (x-3)^2",
        "exact gradient: quadrature",
        "one estimate: one draw, 2 draws for rloo",
        "again: reparam compare ",
    ] {
        assert!(talk.contains(words), "{words}: {talk}");
    }
    let numbers = |threads| {
        let report = json(folder.path(), &["compare", "--draws", "9000", "--threads", threads, "--json"]);
        let rows = report["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| (row["mean"].clone(), row["variance"].clone(), row["tail_index"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("1"), numbers("3"));
}

#[test]
fn coins_and_categories_take_formulas_and_tables() {
    let folder = here();
    let coin = json(
        folder.path(),
        &["compare", "--law", "bernoulli", "-p", "probs=0.3", "--loss", "(x-0.45)^2", "--draws", "2000", "--json"],
    );
    // p (1 - p) (0.55² - 0.45²), the gradient in the logit.
    assert!((row(&coin, "enumerate", "logits")["exact"].as_f64().unwrap() - 0.021).abs() < 1e-12);
    assert_eq!(row(&coin, "disarm", "logits")["verdict"], "unbiased");
    let table = ["compare", "--law", "categorical", "-p", "probs=0.2,0.3,0.5", "--draws", "2000", "--json"];
    let by_table = json(folder.path(), &[&table[..], &["--loss-table", "1.0,0.3,2.0"]].concat());
    let by_entries = json(folder.path(), &[&table[..], &["--loss", "x0 + 0.3*x1 + 2*x2"]].concat());
    let by_number = json(folder.path(), &[&table[..], &["--loss", "if(x == 0, 1, if(x == 1, 0.3, 2))"]].concat());
    for k in 0..3 {
        let exact = |report| row(report, "enumerate", &format!("logits[{k}]"))["exact"].as_f64().unwrap();
        assert!((exact(&by_table) - exact(&by_entries)).abs() < 1e-12);
        assert!((exact(&by_table) - exact(&by_number)).abs() < 1e-12);
    }
    // p₀ (1 - mean)
    assert!((row(&by_table, "enumerate", "logits[0]")["exact"].as_f64().unwrap() - 0.2 * (1.0 - 1.29)).abs() < 1e-12);
    let vector = json(
        folder.path(),
        &["compare", "--law", "dirichlet", "-p", "concentration=2,3", "--loss", "x0*x1", "--draws", "1000", "--json"],
    );
    assert!(row(&vector, "pathwise", "concentration[0]")["exact"].is_null());
}

#[test]
fn a_jump_is_noticed() {
    let folder = here();
    let report = json(folder.path(), &["compare", "-p", "loc=0.3", "--loss", "step(x)", "--draws", "20000", "--json"]);
    assert_eq!(row(&report, "pathwise", "loc")["verdict"], "biased");
    assert_eq!(row(&report, "rloo", "loc")["verdict"], "unbiased");
    let notes = report["notes"].to_string();
    assert!(notes.contains("jumps"), "{notes}");
    assert_ne!(report["recommended"], "pathwise");
}

#[test]
fn steps_where_the_support_moves_are_held_against_the_true_derivative() {
    let folder = here();
    let uniform = ["compare", "--law", "uniform", "-p", "low=0", "-p", "high=1", "--draws", "500", "--json", "--loss"];
    let report = |loss| json(folder.path(), &[&uniform[..], &[loss]].concat());
    let (jump, smooth) = (report("x > 0.5"), report("x^2"));
    // P(x > 1/2) = (b - 1/2)/(b - a): neither path nor score sees how it moves with the ends.
    let path = row(&jump, "pathwise", "low");
    assert!((path["exact"].as_f64().unwrap() - 0.5).abs() < 1e-6 && path["verdict"] == "biased");
    assert!(jump["recommended"].is_null());
    // The one that is right here, whatever the times: score and support do not go together.
    assert_eq!(smooth["recommended"], "pathwise");
}

#[test]
fn a_sweep_leaves_a_folder() {
    let folder = here();
    let arguments = [
        "compare",
        "-p",
        "loc=1",
        "--loss",
        "x",
        "--sweep",
        "scale=0.01:10:5",
        "--draws",
        "1000",
        "--sweep-draws",
        "1000",
        "--out",
        "sweep",
    ];
    let text = good(folder.path(), &arguments);
    assert!(text.contains("sweep of scale from 0.01 to 10, 5 points"), "{text}");
    let at = |name: &str| folder.path().join("sweep").join(name);
    for name in ["variance-loc", "variance-scale", "variance-time-loc"] {
        assert!(bytes(at(&format!("{name}.png"))).starts_with(b"\x89PNG"));
        let svg = String::from_utf8(bytes(at(&format!("{name}.svg")))).unwrap();
        assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"));
    }
    assert!(String::from_utf8(bytes(at("variance-loc.svg"))).unwrap().contains("pathwise: exactly 0"));
    let html = String::from_utf8(bytes(at("report.html"))).unwrap();
    assert!(html.contains("Along scale") && !html.contains("<script") && !html.contains("src=\"http"));
    let mut reader = csv::Reader::from_path(at("sweep.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    assert_eq!((&header[0], &header[1]), ("scale", "estimator"));
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let mut seen = 0;
    for record in reader.records().map(Result::unwrap) {
        let value: f64 = record[0].parse().unwrap();
        let variance: f64 = record[column("variance")].parse().unwrap();
        if &record[1] == "pathwise" && &record[2] == "loc" {
            seen += 1;
            assert_eq!(variance, 0.0);
        }
        // The score function explodes: m²/s² + 2, by no more than five standard errors of a thousand estimates.
        if &record[1] == "score-function" && &record[2] == "loc" {
            let error: f64 = record[column("variance_standard_error")].parse().unwrap();
            assert!((variance - (1.0 / (value * value) + 2.0)).abs() < 5.2 * error, "{value}: {variance} ± {error}");
        }
    }
    assert_eq!(seen, 5);
    assert!(csv::Reader::from_path(at("rows.csv")).unwrap().records().count() >= 10);
    let report: Value = serde_json::from_slice(&bytes(at("report.json"))).unwrap();
    assert_eq!(report["sweep"]["points"].as_array().unwrap().len(), 5);
    // The command in the configuration does the same again, elsewhere.
    let config: toml::Table = toml::from_str(&String::from_utf8(bytes(at("config.toml"))).unwrap()).unwrap();
    let command = config["command"].as_str().unwrap();
    assert!(
        command.starts_with("reparam compare --law normal ") && command.contains("--sweep scale=0.01:10:5"),
        "{command}"
    );
    let again: Vec<&str> =
        command.split(' ').skip(1).map(|word| if word == "sweep" { "again" } else { word }).collect();
    good(folder.path(), &again);
    let means = |folder_name: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_path(folder.path().join(folder_name).join("sweep.csv")).unwrap();
        reader.records().map(|record| record.unwrap()[3].to_owned()).collect()
    };
    assert_eq!(means("sweep"), means("again"));
}

#[test]
fn a_sweep_of_the_temperature_shows_bias() {
    let folder = here();
    let arguments = [
        "compare",
        "--law",
        "bernoulli",
        "-p",
        "probs=0.3",
        "--loss",
        "x^3",
        "--sweep",
        "temperature=0.1:5:4",
        "--draws",
        "500",
        "--sweep-draws",
        "500",
        "--out",
        "t",
        "--json",
    ];
    let report = json(folder.path(), &arguments);
    let first = &report["sweep"]["points"][0];
    assert!(first["rows"].as_array().unwrap().iter().any(|row| row["estimator"] == "gumbel-softmax"));
    assert!(bytes(folder.path().join("t/bias-logits.png")).starts_with(b"\x89PNG"));
}

#[test]
fn the_log_normal_warns_before_it_hurts() {
    let folder = here();
    let text = good(
        folder.path(),
        &[
            "compare",
            "--law",
            "log-normal",
            "-p",
            "loc=0",
            "--loss",
            "x",
            "--sweep",
            "scale=0.1:4:6",
            "--draws",
            "1000",
            "--sweep-draws",
            "1000",
        ],
    );
    assert!(text.contains("do not trust it"), "{text}");
}

#[test]
fn auto_shows_its_evidence_and_keeps_its_time() {
    let folder = here();
    let rugged = ["compare", "-p", "loc=0", "--loss", "cos(40*x)", "--auto", "--seconds", "0.5", "--json"];
    let choice = json(folder.path(), &rugged);
    assert_ne!(choice["recommended"], "pathwise");
    assert!(choice["evidence"].as_array().unwrap().iter().any(|e| e["estimator"] == "pathwise"));
    assert_eq!(choice["seconds_promised"], 0.5);
    let coin =
        ["compare", "--law", "bernoulli", "-p", "logits=0.3", "--loss", "x", "--auto", "--seconds", "0.2", "--json"];
    let tried = |more: &[&str]| {
        let choice = json(folder.path(), &[&coin[..], more].concat());
        choice["evidence"].as_array().unwrap().iter().any(|e| e["estimator"] == "straight-through")
    };
    assert!(!tried(&[]) && tried(&["--allow", "straight-through"]));
    let text = good(folder.path(), &["compare", "--auto", "--seconds", "0.2"]);
    assert!(text.contains("\nchosen: "), "{text}");
}

#[test]
fn mistakes_are_one_clear_line() {
    let folder = here();
    let at = folder.path();
    std::fs::create_dir(at.join("full")).unwrap();
    std::fs::write(at.join("full/x"), "").unwrap();
    for (arguments, error, hint) in [
        (&["--loss", "(x-3"][..], "error: --loss column 5: expected an operator or ')', got the end", "functions: exp"),
        (&["--loss", "sqt(x)"], "error: --loss column 1: no function is called 'sqt'", "did you mean sqrt"),
        (&["--loss", ""], "error: --loss column 1: expected a number", "variables: x"),
        (&["--law", "norml"], "error: no law is called 'norml'", "did you mean normal"),
        (&["--law", "gamma"], "error: gamma: concentration and rate are missing", "reparam compare --law gamma"),
        (&["-p", "scale=-1"], "error: normal: scale must be > 0, got -1", "rules of its parameters"),
        (&["-p", "rate=1"], "error: normal: no parameter is called 'rate'", ""),
        (&["-p", "scale"], "error: --param must be NAME=VALUE, got 'scale'", ""),
        (&["--sweep", "scale=1:2"], "error: --sweep must be NAME=LOW:HIGH:POINTS, got 'scale=1:2'", "for example"),
        (&["--sweep", "scale=2:1:5"], "error: --sweep must be from a number LOW to a larger number HIGH", ""),
        (
            &["-p", "scale=1", "--sweep", "scale=-1:1:5"],
            "error: --sweep must be a grid of values that the law takes, got scale",
            "scale must be > 0, got -1",
        ),
        (&["--sweep", "rate=1:2:5"], "error: normal: no parameter is called 'rate'", ""),
        (
            &["--sweep", "temperature=1:2:5"],
            "error: --sweep must be of a parameter of the law, got 'temperature'",
            "relaxations",
        ),
        (
            &["--law", "dirichlet", "-p", "concentration=1,2", "--sweep", "concentration=1:2:3"],
            "error: --sweep must be of a parameter that is one number, got 'concentration'",
            "--param",
        ),
        (
            &["--law", "categorical", "--sweep", "probs=0.1:0.9:3"],
            "error: --sweep must be of a parameter that is one number, got 'probs'",
            "--param",
        ),
        (
            &["--estimators", "pathwize"],
            "error: --estimators: no estimator is called 'pathwize'",
            "did you mean pathwise",
        ),
        (
            &["--estimators", "gumbel-softmax"],
            "error: --estimators: gumbel-softmax does not fit normal",
            "those that fit this law: pathwise",
        ),
        (&["--estimators", ","], "error: --estimators must be names with commas, or all, got nothing", "pathwise"),
        (&["--draws", "0"], "error: --draws must be a whole number from 100 to 100000000, got '0'", ""),
        (&["--draws", "1e30"], "error: --draws must be a whole number from 100 to 100000000, got '1e30'", ""),
        (&["--draws", "-5"], "error: --draws must be a whole number", ""),
        (&["--temperature", "0"], "error: --temperature must be a finite number > 0, got 0", ""),
        (&["--loss-table", "1,2"], "error: --loss-table must be for coins and categories", "--loss"),
        (&["--auto", "--seconds", "0"], "error: --seconds must be a number > 0", ""),
        (&["--out", "full"], "error: full: the folder is there already and not empty", "name a new folder"),
        (
            &["--law", "bernoulli", "-p", "probs=0.3", "--estimators", "pathwise"],
            "error: --estimators: pathwise does not fit a Bernoulli law: its draws jump and have no path",
            "score-function",
        ),
        (
            &["--law", "bernoulli", "-p", "probs=0.3", "--loss-table", "1,2,3"],
            "error: --loss-table must be 2 finite numbers",
            "",
        ),
        (
            &["--law", "categorical", "-p", "probs=0.3,0.7", "--loss", "x2"],
            "error: --loss column 1: no variable is called 'x2'; a draw is x0 to x1",
            "did you mean",
        ),
    ] {
        let (line, after) = bad(at, &[&["compare"], arguments].concat());
        assert!(line.starts_with(error), "{arguments:?}: {line}");
        let after = after.unwrap_or_default();
        assert!(after.contains(hint), "{arguments:?}: {after}");
        assert!(hint.is_empty() || after.starts_with("hint: "), "{after}");
    }
    bad(at, &["verify", "--draws", "5"]);
    bad(at, &["verify", "--draws", "500"]);
}

/// The table for people is in the book, whose commands are run.
#[test]
fn verify_passes_and_says_so() {
    let folder = here();
    let found = json(folder.path(), &["verify", "--draws", "1000", "--json"]);
    assert_eq!(found["pass"], true);
    assert!(found["checks"].as_array().unwrap().len() > 100);
}
