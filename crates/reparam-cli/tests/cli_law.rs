//! `reparam laws` and `reparam law` as a user meets them: answers, and what is said about mistakes.

mod cli_support;

use std::path::Path;

use cli_support::{bad, bytes, good, run};
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
fn a_law_between_bounds_has_them_as_parameters() {
    let folder = here();
    let words = ["law", "exponential", "-p", "rate=0.5", "--low", "2", "--at", "3", "--json"];
    let answer = json(folder.path(), &words);
    // An exponential law has no memory: beyond 2 it is itself, moved by 2.
    for (name, value) in [("mean", 4.0), ("log_prob", 0.5_f64.ln() - 0.5), ("survival", (-0.5_f64).exp())] {
        assert!((answer[name].as_f64().unwrap() - value).abs() < 1e-13, "{name}: {answer}");
    }
    assert!((answer["pathwise"]["low"].as_f64().unwrap() - 1.0).abs() < 1e-13);
    assert!((answer["pathwise"]["rate"].as_f64().unwrap() + 2.0).abs() < 1e-13);
    assert_eq!((&answer["parameters"]["high"], &answer["method"]["low"]), (&"inf".into(), &"implicit".into()));
    // The bounds go with a table, with draws and the command that repeats them, and with either form of a name.
    let output = run(folder.path(), &["law", "normal", "--high", "-3", "--draw", "100"]);
    assert!(String::from_utf8(output.stdout).unwrap().lines().all(|x| x.parse::<f64>().unwrap() <= -3.0));
    assert!(String::from_utf8(output.stderr).unwrap().ends_with("law normal --high -3 --draw 100 --seed 0\n"));
    let count =
        ["law", "negative-binomial", "-p", "total-count=3", "-p", "probs=0.3", "--high", "4", "--at", "4", "--json"];
    let count = json(folder.path(), &count);
    assert_eq!((&count["cdf"], &count["pathwise"]["high"]), (&1.0.into(), &Value::Null));
    std::fs::write(folder.path().join("in.csv"), "x,rate\n3,0.5\n").unwrap();
    let table = good(folder.path(), &["law", "exponential", "--low", "2", "--table", "in.csv"]);
    assert!(
        table.starts_with("x,rate,log_prob,cdf,score_rate,score_low,score_high,pathwise_rate,pathwise_low,"),
        "{table}"
    );
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
    // One name, both parameterisations.
    let classical = ["law", "negative-binomial", "-p", "total-count=3", "-p", "probs=0.25", "--at", "2", "--json"];
    let classical = json(folder.path(), &classical);
    assert_eq!(classical["parameters"]["total_count"], 3.0);
    // 3·4/2 · 0.75³ · 0.25²; the mean is 3 · 0.25 / 0.75.
    assert!((classical["density"].as_f64().unwrap() - 6.0 * 0.75_f64.powi(3) * 0.0625).abs() < 1e-15);
    assert!((classical["mean"].as_f64().unwrap() - 1.0).abs() < 1e-15);
    // d log p / d probs = x / p - total_count / (1 - p).
    assert!((classical["score"]["probs"].as_f64().unwrap() - (2.0 / 0.25 - 3.0 / 0.75)).abs() < 1e-13);
    let mean = json(folder.path(), &["law", "negative-binomial", "-p", "mean=1", "-p", "dispersion=3", "--json"]);
    assert!((mean["variance"].as_f64().unwrap() - classical["variance"].as_f64().unwrap()).abs() < 1e-14);
    // A vector of very many numbers.
    let many = format!("logits={}0", "0,".repeat(30_000));
    assert!(good(folder.path(), &["law", "categorical", "-p", &many, "--at", "3"]).contains("entropy     10.3"));
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
    let entropy = json(folder.path(), &["law", "normal", "--monte-carlo", "1e4", "--json"]);
    let (mean, error) = (&entropy["entropy_monte_carlo"]["mean"], &entropy["entropy_monte_carlo"]["standard_error"]);
    assert!((mean.as_f64().unwrap() - entropy["entropy"].as_f64().unwrap()).abs() < 5.0 * error.as_f64().unwrap());
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
        (
            &["law", "negative-binomial"],
            "negative-binomial: mean and dispersion are missing",
            "; or reparam law negative-binomial --param total_count=2 --param logits=",
        ),
        (
            &["law", "negative-binomial", "-p", "count=2"],
            "it has mean > 0, dispersion > 0; or total_count > 0, logits",
            "",
        ),
        (&["law", "normal", "--at", "x"], "--at must be a finite number, got 'x'", ""),
        (&["law", "normal", "--at", "inf"], "--at must be a finite number, got inf", ""),
        (&["law", "normal", "--at", "1,2"], "--at must be a finite number, got 2 numbers", "--table"),
        (&["law", "normal", "--quantile", "1.5"], "--quantile must be a probability in [0, 1], got '1.5'", ""),
        (&["law", "normal", "--quantile", "-1"], "--quantile must be a probability", ""),
        (&["law", "normal", "--draw", "5", "--out", "x.txt"], "--out must be a file that ends in .npy or .csv", ""),
        (&["law", "normal", "--draw", "5", "--out", "no/x.npy"], "no/x.npy: ", ""),
        (&["law", "normal", "--draw", "9999999999999999999", "--out", "x.npy"], "--draw must be", ""),
        (&["law", "normal", "--at", "1", "--out", "x.csv"], "--out goes with --draw or --table", "--draw N"),
        (&["law", "normal", "--low", "2", "--high", "1"], "truncated: low must be below high", "--low must lie below"),
        (&["law", "gamma", "-p", "concentration=1", "-p", "rate=1", "--high", "-1"], "gamma has no mass between", ""),
        (&["law", "normal", "--low", "nan"], "--low must be a number, inf or -inf, got 'nan'", ""),
        (&["law", "normal", "--high", "1,2"], "--high must be a number", ""),
        (&["law", "uniform", "-p", "low=0", "-p", "high=1", "--low", "0"], "bounds of its own", "--param low="),
        (&["law", "dirichlet", "-p", "concentration=1,2", "--low", "0"], "for laws of numbers", ""),
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
        &["law", "normal", "--draw", "-5"],
        &["law", "normal", "--seed", "-5", "--draw", "5"],
        &["law", "normal", "--monte-carlo", "0"],
        &["law", "normal", "--kl-param", "loc=1"],
        &["laws", "--kind", "odd"],
    ] {
        assert_eq!(run(at, arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 0, "a mistake left a file");
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
