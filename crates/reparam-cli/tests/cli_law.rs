//! `reparam laws` and `reparam law` as a user meets them: answers, tables, draws, and what is said about mistakes.

mod cli_support;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use cli_support::{bad, bytes, good, reparam, run};
use reparam_core::law::{Law, Normal, Pathwise as _, families, multivariate_families};
use serde_json::Value;

fn here() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// The words after the name in the line that starts with it.
fn entry<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
    line.unwrap_or_else(|| panic!("no line {name} in\n{text}"))[name.len()..].trim()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(folder, arguments)).unwrap()
}

#[test]
fn the_catalogue_has_every_law_and_json_says_the_same() {
    let folder = here();
    let text = good(folder.path(), &["laws"]);
    let list = json(folder.path(), &["laws", "--json"]);
    let names: Vec<&str> = families().map(|f| f.name).chain(multivariate_families().map(|f| f.name)).collect();
    // A pipe gets one line a law, under a header.
    assert_eq!(text.lines().count(), names.len() + 1);
    for (i, name) in names.iter().enumerate() {
        assert!(text.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}");
        assert_eq!(list[i]["name"], *name);
    }
    let normal = list.as_array().unwrap().iter().find(|law| law["name"] == "normal").unwrap();
    assert_eq!(normal["parameters"][1]["name"], "scale");
    assert_eq!(normal["parameters"][1]["rule"], "> 0");
    assert_eq!(normal["parameters"][1]["pathwise"], "explicit");
    assert!(normal["kl"].as_array().unwrap().contains(&"normal".into()));
    assert_eq!(normal["closed_entropy"], true);
    let line = good(folder.path(), &["laws", "Continuous_Bern"]);
    assert!(line.lines().count() == 2 && line.contains("logits real: explicit"), "{line}");
    let discrete = good(folder.path(), &["laws", "--kind", "discrete"]);
    assert!(discrete.contains("bernoulli") && !discrete.contains("laplace"), "{discrete}");
}

#[test]
fn a_law_tells_what_the_library_knows() {
    let folder = here();
    let text = good(folder.path(), &["law", "normal", "--param", "loc=1", "--param", "scale=0.5", "--at", "1.75"]);
    let law = Normal::new(1.0, 0.5).unwrap();
    let (mut score, mut path) = ([0.0; 2], [0.0; 2]);
    law.score(1.75, &mut score);
    law.pathwise(1.75, &mut path);
    assert_eq!(entry(&text, "law"), "normal: loc = 1, scale = 0.5");
    // Full precision: what is printed reads back as the library's number.
    for (name, value) in [
        ("mean", law.mean()),
        ("variance", law.variance()),
        ("mode", law.mode()),
        ("log_prob", law.log_prob(1.75)),
        ("density", law.log_prob(1.75).exp()),
        ("cdf", law.cdf(1.75)),
        ("survival", law.survival(1.75)),
    ] {
        assert_eq!(entry(&text, name).parse::<f64>().unwrap(), value, "{name}");
    }
    assert_eq!(entry(&text, "entropy"), format!("{:?} nats", law.entropy()));
    for (k, name) in ["loc", "scale"].into_iter().enumerate() {
        let words: Vec<&str> = entry(&text, name).split_whitespace().collect();
        assert_eq!([words[0].parse::<f64>().unwrap(), words[1].parse().unwrap()], [score[k], path[k]]);
        assert_eq!(words[2], "explicit");
    }
    let same = json(folder.path(), &["law", "Gaussian", "-p", "loc=1", "-p", "scale=0.5", "--at", "1.75", "--json"]);
    assert_eq!(same["law"], "normal");
    assert_eq!(same["log_prob"], law.log_prob(1.75));
    assert_eq!(same["score"]["scale"], score[1]);
    assert_eq!(same["pathwise"]["scale"], path[1]);
    assert_eq!(same["method"]["scale"], "explicit");
    let quantile =
        json(folder.path(), &["law", "normal", "-p", "loc=1", "-p", "scale=0.5", "--quantile", "0.9", "--json"]);
    assert_eq!(quantile["x"], law.quantile(0.9));
    assert_eq!((&quantile["quantile"], &quantile["probability"]), (&quantile["x"], &0.9.into()));
    assert_eq!((&same["quantile"], &same["probability"]), (&Value::Null, &Value::Null));
}

#[test]
fn defaults_are_said_and_negative_values_are_no_options() {
    let folder = here();
    let text = good(folder.path(), &["law", "normal", "--at", "-0.5"]);
    assert_eq!(entry(&text, "law"), "normal: loc = 0 (default), scale = 1 (default)");
    assert_eq!(entry(&text, "x"), "-0.5");
    let moments = good(folder.path(), &["law", "laplace", "-p", "loc=-2"]);
    assert!(!moments.contains("log_prob") && entry(&moments, "mean") == "-2", "{moments}");
    let ends = json(folder.path(), &["law", "normal", "--quantile", "0", "--json"]);
    assert_eq!((&ends["x"], &ends["log_prob"]), (&"-inf".into(), &"-inf".into()));
}

#[test]
fn vectors_and_probabilities_are_taken_where_a_law_has_logits() {
    let folder = here();
    let die = json(folder.path(), &["law", "categorical", "-p", "probs=0.5,0.25,0.25", "--at", "1", "--json"]);
    assert!((die["density"].as_f64().unwrap() - 0.25).abs() < 1e-15);
    assert_eq!(die["score"]["logits"].as_array().unwrap().len(), 3);
    assert_eq!(die["pathwise"]["logits"], Value::Null);
    assert_eq!(die["method"]["logits"], "none");
    // Derivatives in what was given, too: d log p(1) / d probs_i of weights that are normalised.
    let score: Vec<f64> = die["score"]["probs"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert!(score.iter().zip([-1.0, 3.0, -1.0]).all(|(a, b)| (a - b).abs() < 1e-14), "{score:?}");
    let coin = good(folder.path(), &["law", "bernoulli", "-p", "probs=0.25", "--at", "1"]);
    assert!((entry(&coin, "mass").parse::<f64>().unwrap() - 0.25).abs() < 1e-15, "{coin}");
    assert!(coin.contains("none: draws jump, the score remains"), "{coin}");
    let (error, _) = bad(folder.path(), &["law", "bernoulli", "-p", "probs=1.5", "--at", "1"]);
    assert_eq!(error, "error: bernoulli: probs must be in (0, 1), got 1.5");
    let (error, _) = bad(folder.path(), &["law", "bernoulli", "-p", "probs=0.5", "-p", "logits=0"]);
    assert!(error.contains("probs is another way to say logits"), "{error}");
    let outside = json(folder.path(), &["law", "bernoulli", "-p", "logits=0", "--at", "0.5", "--json"]);
    assert_eq!((&outside["score"]["logits"], &outside["log_prob"]), (&Value::Null, &"-inf".into()));
}

#[test]
fn divergences_have_a_closed_form_or_an_estimate() {
    let folder = here();
    let text = good(folder.path(), &["law", "normal", "-p", "loc=1", "--kl", "normal"]);
    assert_eq!(text, "KL(normal ‖ normal) = 0.5 nats, closed form\n");
    let arguments = ["law", "normal", "--kl", "cauchy"];
    let (error, hint) = bad(folder.path(), &arguments);
    assert_eq!(error, "error: KL(normal ‖ cauchy) has no closed form here");
    assert!(hint.unwrap().contains("--monte-carlo"));
    let both = ["law", "normal", "-p", "loc=1", "--kl", "normal", "--monte-carlo", "10000", "--json"];
    let both = json(folder.path(), &both);
    let (mean, error) = (&both["monte_carlo"]["mean"], &both["monte_carlo"]["standard_error"]);
    // Five standard errors: passed over once in 10^6; log q - log p is normal here.
    assert!((mean.as_f64().unwrap() - 0.5).abs() < 5.0 * error.as_f64().unwrap());
    assert_eq!(both["kl"], 0.5);
}

#[test]
fn mistakes_are_named_with_what_can_be_done() {
    let folder = here();
    let at = folder.path();
    for (arguments, wanted, advice) in [
        (&["law", "norml"][..], "no law is called 'norml'", "did you mean normal"),
        (&["law", "qqqqqq"], "no law is called 'qqqqqq'", "'reparam laws' lists all laws"),
        (&["laws", "qqqqqq"], "no law is called 'qqqqqq'", "'reparam laws' lists all laws"),
        (&["laws", "normal", "--kind", "discrete"], "normal is continuous", "--kind continuous"),
        (
            &["law", "normal", "-p", "sclae=1"],
            "normal: no parameter is called 'sclae'; it has loc real, scale > 0",
            "laws normal",
        ),
        (&["law", "normal", "-p", "scale=-0.3"], "normal: scale must be > 0, got -0.3", "rules"),
        (&["law", "normal", "-p", "scale=nan"], "normal: scale must be > 0, got NaN", ""),
        (&["law", "normal", "-p", "scale"], "--param must be NAME=VALUE, got 'scale'", "--param scale=2"),
        (
            &["law", "normal", "-p", "scale=wide"],
            "--param scale must be a number, or several with commas, got 'wide'",
            "",
        ),
        (&["law", "normal", "-p", "scale="], "--param scale must be a number", ""),
        (&["law", "normal", "-p", "scale=1,2"], "normal: scale must be one number, got 2", ""),
        (&["law", "normal", "-p", "loc=1", "-p", "loc=2"], "--param loc is given twice", ""),
        (&["law", "bernoulli"], "bernoulli: logits is missing", "--param logits="),
        (&["law", "normal", "--at", "x"], "--at must be a finite number, got 'x'", ""),
        (&["law", "normal", "--at", "inf"], "--at must be a finite number, got inf", ""),
        (&["law", "normal", "--at", "1,2"], "--at must be a finite number, got 2 numbers", "--table"),
        (&["law", "normal", "--quantile", "1.5"], "--quantile must be a probability in [0, 1], got '1.5'", ""),
        (&["law", "normal", "--quantile", "-1"], "--quantile must be a probability", ""),
        (&["law", "normal", "--draw", "5", "--out", "x.txt"], "--out must be a file that ends in .npy or .csv", ""),
        (&["law", "normal", "--draw", "5", "--out", "no/x.npy"], "no/x.npy: ", ""),
        (&["law", "normal", "--draw", "9999999999999999999", "--out", "x.npy"], "--draw must be", ""),
        (&["law", "normal", "--at", "1", "--out", "x.csv"], "--out goes with --draw or --table", "--draw N"),
        (&["law", "normal", "--kl", "norml"], "no law is called 'norml'", ""),
        (&["law", "normal", "--kl", "normal", "--kl-param", "rate=1"], "no parameter is called 'rate'", ""),
        (&["law", "normal", "--plot", "x.png"], "--plot must be a file that ends in .svg", ""),
        (&["law", "normal", "--table", "nowhere.csv"], "nowhere.csv: ", "spelling"),
    ] {
        let (error, hint) = bad(at, arguments);
        assert!(error.contains(wanted), "{arguments:?}: {error}");
        assert!(hint.as_deref().unwrap_or_default().contains(advice), "{arguments:?}: {hint:?}");
    }
    for arguments in [
        &["law"][..],
        &["law", "normal", "--at", "1", "--quantile", "0.5"],
        &["law", "normal", "--draw", "0"],
        &["law", "normal", "--draw", "many"],
        &["law", "normal", "--kl-param", "loc=1"],
        &["laws", "--kind", "odd"],
    ] {
        assert_eq!(run(at, arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 0, "a mistake left a file");
}

#[test]
fn a_table_gets_its_columns_and_keeps_its_own() {
    let folder = here();
    let at = folder.path();
    std::fs::write(at.join("in.csv"), "name,scale,x,loc\n\"a, b\",0.5,1.75,1\nc,1,-2,0\n").unwrap();
    let text = good(at, &["law", "normal", "--table", "in.csv"]);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("name,scale,x,loc,log_prob,cdf,score_loc,score_scale,pathwise_loc,pathwise_scale"));
    for (line, (own, law, x)) in lines
        .zip([("\"a, b\",0.5,1.75,1,", Normal::new(1.0, 0.5).unwrap(), 1.75), ("c,1,-2,0,", Normal::standard(), -2.0)])
    {
        let numbers: Vec<f64> = line.strip_prefix(own).unwrap().split(',').map(|cell| cell.parse().unwrap()).collect();
        let (mut score, mut path) = ([0.0; 2], [0.0; 2]);
        law.score(x, &mut score);
        law.pathwise(x, &mut path);
        assert_eq!(numbers, [law.log_prob(x), law.cdf(x), score[0], score[1], path[0], path[1]]);
    }
    // A constant parameter, stdin, semicolons, a file for the result.
    let mut child = reparam(at, &["law", "normal", "-p", "loc=1", "--table", "-", "--out", "out.csv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"x;Scale\r\n1.75;0.5\r\n").unwrap();
    assert!(child.wait().unwrap().success());
    let out = String::from_utf8(bytes(at.join("out.csv"))).unwrap();
    assert!(out.starts_with("x;Scale;log_prob;cdf;"), "{out}");
    let log_prob = Normal::new(1.0, 0.5).unwrap().log_prob(1.75);
    assert!(out.lines().nth(1).unwrap().starts_with(&format!("1.75;0.5;{log_prob};")), "{out}");
    // Vectors are cells; discrete laws have no path; values outside the support have no score.
    std::fs::write(at.join("die.csv"), "x,probs\n1,\"0.5,0.25,0.25\"\n7,\"0.5,0.5\"\n").unwrap();
    let die = good(at, &["law", "categorical", "--table", "die.csv"]);
    assert!(die.starts_with("x,probs,log_prob,cdf,score_logits,score_probs\n"), "{die}");
    assert!(die.lines().nth(1).unwrap().ends_with("\"-0.5,0.75,-0.25\",\"-1,3,-1\""), "{die}");
    assert!(die.lines().nth(2).unwrap().ends_with(",-inf,1,,"), "{die}");
    // No rows: the header remains.
    std::fs::write(at.join("none.csv"), "x\n").unwrap();
    assert_eq!(good(at, &["law", "normal", "--table", "none.csv"]).lines().count(), 1);
}

#[test]
fn mistakes_in_a_table_are_named_with_line_and_column() {
    let folder = here();
    let at = folder.path();
    for (text, wanted) in [
        ("loc,scale,x\n0,1,0\n0,wide,0\n", "t.csv:3: column scale: expected a number, got 'wide'"),
        ("loc,scale,x\n0,1,0\n\n0,-2,0\n", "t.csv:4: column scale: must be > 0, got -2"),
        ("loc,scale,x\r\n0,1,0\r\n0,1,\r\n", "t.csv:3: column x: expected a number, got ''"),
        ("loc,scale,x\n0,1,nan\n", "t.csv:2: column x: expected a finite number, got 'NaN'"),
        ("loc,scale,x\n0,1,\"1,2\"\n", "t.csv:2: column x: expected one number, got 2"),
        ("loc,scale,x\n0,1\n", "t.csv:2: expected 3 cells as in the header, got 2"),
        ("loc,scale,x\n0,1,2,3\n", "t.csv:2: expected 3 cells as in the header, got 4"),
        ("loc,scale\n0,1\n", "t.csv:1: expected a column x, got loc, scale"),
        ("x,x\n0,1\n", "t.csv:1: column x is there twice, at 1 and 2"),
        ("x,cdf\n0,1\n", "t.csv:1: column cdf is there already"),
        ("", "t.csv: expected a header"),
        ("loc,scale,x\n0,\u{1b}[2J,0\n", "got '\\u{1b}[2J'"),
    ] {
        std::fs::write(at.join("t.csv"), text).unwrap();
        std::fs::write(at.join("out.csv"), "old").unwrap();
        let (error, _) = bad(at, &["law", "normal", "--table", "t.csv", "--out", "out.csv"]);
        assert!(error.contains(wanted), "{text:?}: {error}");
        assert_eq!(bytes(at.join("out.csv")), b"old", "{text:?}");
    }
    std::fs::write(at.join("t.csv"), "logit,x\n0,1\n").unwrap();
    let (error, hint) = bad(at, &["law", "bernoulli", "--table", "t.csv"]);
    assert!(error.contains("bernoulli: expected columns logits, got logit, x"), "{error}");
    assert!(hint.unwrap().contains("--param logits=VALUE"));
    std::fs::write(at.join("t.csv"), "loc,x\n0,1\n").unwrap();
    let (error, _) = bad(at, &["law", "normal", "-p", "loc=1", "--table", "t.csv"]);
    assert!(error.contains("loc is a column and given by --param too"), "{error}");
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 2, "an unfinished file was left");
}

#[test]
fn long_tables_stream_in_order_for_any_number_of_threads() {
    let folder = here();
    let at = folder.path();
    let row = |i: u32| format!("{i},{},{}\n", 1 + i % 7, f64::from(i % 1000) / 100.0);
    let text: String = std::iter::once("id,scale,x\n".to_owned()).chain((0..200_000).map(row)).collect();
    std::fs::write(at.join("in.csv"), &text).unwrap();
    let arguments = |threads, out| ["law", "normal", "--table", "in.csv", "--threads", threads, "--out", out];
    good(at, &arguments("1", "one.csv"));
    good(at, &arguments("2", "two.csv"));
    let one = String::from_utf8(bytes(at.join("one.csv"))).unwrap();
    assert!(one.as_bytes() == bytes(at.join("two.csv")));
    assert_eq!(one.lines().count(), 200_001);
    for (i, (line, own)) in one.lines().zip(text.lines()).enumerate().skip(1).step_by(997) {
        let rest = line.strip_prefix(own).unwrap_or_else(|| panic!("row {i}: {line}"));
        let (scale, x) = (1.0 + ((i - 1) % 7) as f64, ((i - 1) % 1000) as f64 / 100.0);
        let log_prob: f64 = rest.split(',').nth(1).unwrap().parse().unwrap();
        assert_eq!(log_prob, Normal::new(0.0, scale).unwrap().log_prob(x));
    }
    // The rows before a mistake are written to a pipe; the mistake far behind has its line.
    std::fs::write(at.join("in.csv"), text + "200000,0,1\n").unwrap();
    let output = run(at, &["law", "normal", "--table", "in.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("in.csv:200002: column scale: must be > 0, got 0"));
    assert!(output.stdout == one.as_bytes());
}

/// Header and numbers of a `.npy` file of doubles.
fn npy(path: &Path) -> (String, Vec<f64>) {
    let bytes = bytes(path);
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!(end % 64, 0);
    let header = String::from_utf8(bytes[10..end].to_vec()).unwrap();
    (header, bytes[end..].as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect())
}

#[test]
fn draws_follow_the_law_and_are_the_same_for_any_number_of_threads() {
    let folder = here();
    let at = folder.path();
    let draw = |out: &str, threads: &str| {
        let count = if out == "more.npy" { "300000" } else { "200000" };
        let words =
            ["law", "laplace", "-p", "scale=2", "--draw", count, "--seed", "7", "--out", out, "--threads", threads];
        let output = run(at, &words);
        assert!(output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = draw("one.npy", "1");
    assert_eq!(said, "seed 7; again: reparam law laplace --param scale=2 --draw 200000 --seed 7 --out one.npy\n");
    draw("two.npy", "2");
    draw("more.npy", "2");
    draw("text.csv", "2");
    let (header, draws) = npy(&at.join("one.npy"));
    assert!(header.contains("'descr': '<f8'") && header.contains("'shape': (200000,)"), "{header}");
    assert_eq!(draws.len(), 200_000);
    assert!(bytes(at.join("one.npy")) == bytes(at.join("two.npy")));
    // Fewer draws are the first of more, and CSV holds the same numbers to the last digit.
    assert!(npy(&at.join("more.npy")).1[..200_000] == draws);
    let text = String::from_utf8(bytes(at.join("text.csv"))).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("x"));
    assert!(lines.map(|line| line.parse::<f64>().unwrap()).eq(draws.iter().copied()));
    // Kolmogorov-Smirnov: P(√n D > 2.69) = 1e-6 (2 exp(-2 · 2.69²)). Negative control: a scale off by 2 % is found.
    let distance = |scale: f64| {
        let law = reparam_core::law::Laplace::new(0.0, scale).unwrap();
        let mut sorted = draws.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let far = sorted.iter().enumerate().map(|(i, x)| (law.cdf(*x) - (i as f64 + 0.5) / n).abs() + 0.5 / n);
        far.fold(0.0, f64::max) * n.sqrt()
    };
    assert!(distance(2.0) < 2.69, "{}", distance(2.0));
    assert!(distance(2.06) > 2.69, "{}", distance(2.06));
    // Without --out one a line, another seed is another sample.
    let lines = good(at, &["law", "laplace", "-p", "scale=2", "--draw", "3", "--seed", "7"]);
    assert!(lines.lines().map(|line| line.parse::<f64>().unwrap()).eq(draws[..3].iter().copied()));
    assert_ne!(good(at, &["law", "laplace", "-p", "scale=2", "--draw", "3"]), lines);
}

#[test]
fn a_killed_run_leaves_the_old_file_and_a_closed_pipe_is_no_failure() {
    let folder = here();
    let at = folder.path();
    std::fs::write(at.join("x.npy"), "old").unwrap();
    let mut child = reparam(at, &["law", "normal", "--draw", "1000000000", "--out", "x.npy"]).spawn().unwrap();
    // Until something was written, beside the place.
    let written = || {
        let mut files = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap());
        files.any(|file| file.file_name() != "x.npy" && file.metadata().is_ok_and(|m| m.len() > 1_000_000))
    };
    while !written() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bytes(at.join("x.npy")), b"old");

    let mut child = reparam(at, &["law", "normal", "--draw", "100000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn every_law_is_asked_in_every_form() {
    let folder = here();
    let at = folder.path();
    let list = json(at, &["laws", "--json"]);
    for law in list.as_array().unwrap() {
        let name = law["name"].as_str().unwrap();
        // The command that the hint offers for a law without parameters works.
        let output = run(at, &["law", name]);
        let mut words: Vec<String> = vec!["law".into(), name.into()];
        if !output.status.success() {
            let said = String::from_utf8(output.stderr).unwrap();
            let example = said.lines().find_map(|line| line.strip_prefix("hint: for example: reparam law ")).unwrap();
            let example = example.split(';').next().unwrap();
            words.extend(example.split_whitespace().skip(1).map(str::to_owned));
        }
        let ask = |more: &[&str]| {
            let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
            good(at, &words)
        };
        if law["kind"] == "multivariate" {
            // A draw is a value to look at.
            let draw = ask(&["--draw", "1"]);
            let answer: Value = serde_json::from_str(&ask(&["--at", draw.trim(), "--json"])).unwrap();
            assert!(
                answer["log_prob"].as_f64().unwrap().is_finite() && answer["score"].is_object(),
                "{name}: {answer}"
            );
            assert!(ask(&["--at", draw.trim()]).contains("score "));
            continue;
        }
        let text = ask(&["--quantile", "0.3"]);
        for parameter in law["parameters"].as_array().unwrap() {
            let parameter_name = parameter["name"].as_str().unwrap();
            assert!(text.contains(parameter_name), "{name}: {text}");
        }
        let answer: Value = serde_json::from_str(&ask(&["--quantile", "0.3", "--json"])).unwrap();
        assert_eq!(answer["law"], name);
        assert_eq!(ask(&["--draw", "3"]).lines().count(), 3, "{name}");
        ask(&["--plot", "x.svg"]);
        assert!(bytes(at.join("x.svg")).starts_with(b"<?xml"));
    }
}
