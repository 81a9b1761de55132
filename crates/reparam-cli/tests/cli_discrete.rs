//! `reparam vae` with coins and categories as latents: every estimator trains, every sub-command works, mistakes are named.

mod cli_support;

use std::path::Path;

use cli_support::{bad, bytes, good, run, train};
use reparam_cli::data::{ReadOptions, ValueRule, read_whole};

const COINS: [&str; 2] = ["--latent-law", "bernoulli"];
const CATEGORIES: [&str; 4] = ["--latent-law", "categorical", "--categories", "4"];

const ESTIMATORS: [&str; 13] = [
    "gumbel-softmax",
    "gumbel-straight-through",
    "straight-through",
    "reinmax",
    "gapped-straight-through",
    "gumbel-rao",
    "score-function",
    "score-function-running-mean",
    "rloo",
    "muprop",
    "arm",
    "disarm",
    "rebar",
];

/// The columns of `metrics.csv` with these names, row by row.
fn columns(at: &Path, run: &str, names: &[&str]) -> Vec<Vec<String>> {
    let text = String::from_utf8(bytes(at.join(run).join("metrics.csv"))).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let places: Vec<usize> = names.iter().map(|name| head.iter().position(|h| h == name).unwrap()).collect();
    lines.map(|line| places.iter().map(|&k| line[k].clone()).collect()).collect()
}

#[test]
fn every_estimator_trains_and_reports_the_bound_of_the_hard_model() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (law, latents) in [(&COINS[..], 5), (&CATEGORIES[..], 3)] {
        for estimator in ESTIMATORS {
            if estimator == "arm" && law[1] == "categorical" {
                continue;
            }
            let name = format!("{}-{estimator}", law[1]);
            let count = latents.to_string();
            let more = ["--estimator", estimator, "--latents", &count, "--epochs", "2", "--gradient-noise-every", "1"];
            let summary = train(at, &name, &[law, &more].concat());
            let number = |key: &str| summary[key].as_f64().unwrap();
            assert!((number("elbo") - number("reconstruction") + number("kl")).abs() < 1e-9, "{name}");
            assert_eq!(number("latents"), f64::from(latents), "{name}");
            // A variable of K categories carries log K nats at most; and no bound lies above that of more draws.
            let most = f64::from(latents) * if law[1] == "bernoulli" { 2.0_f64.ln() } else { 4.0_f64.ln() };
            assert!((0.0..=most).contains(&number("kl")) && number("elbo") < 0.0, "{name}: {summary}");
            let rows = columns(at, &name, &["elbo", "reconstruction", "kl", "gradient_variance", "gradient_snr"]);
            assert_eq!(rows.len(), 2, "{name}");
            for row in rows {
                let [elbo, reconstruction, kl, variance, snr] =
                    row.iter().map(|x| x.parse::<f64>().unwrap()).collect::<Vec<_>>().try_into().unwrap();
                assert!((elbo - reconstruction + kl).abs() < 1e-9 && (0.0..=most).contains(&kl), "{name}");
                assert!(variance > 0.0 && variance.is_finite() && snr >= 0.0, "{name}: {variance}, {snr}");
            }
            let report = String::from_utf8(bytes(at.join(&name).join("report.html"))).unwrap();
            let biased = ESTIMATORS[..6].contains(&estimator);
            assert_eq!(report.contains("(biased"), biased, "{name}");
            assert_eq!(report.contains("of the hard model"), biased, "{name}");
            assert!(report.contains(estimator) && report.contains("variance of the gradient"), "{name}");
        }
    }
}

#[test]
fn every_sub_command_works_on_discrete_latents() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (law, each, columns) in [(&COINS[..], 1, 2), (&CATEGORIES[..], 4, 4)] {
        let run = law[1];
        let width = 3 * each;
        let summary = train(at, run, law);
        for (arguments, path) in [
            (vec!["sample", run], format!("{run}/samples.png")),
            (vec!["sample", run, "--out", "s.npy", "--count", "5"], "s.npy".into()),
            (vec!["reconstruct", run, "--out", "x.npy", "--count", "4"], "x.npy".into()),
            (vec!["encode", run], format!("{run}/latents.npy")),
            (vec!["encode", run, "--out", "z.csv"], "z.csv".into()),
            (vec!["traverse", run], format!("{run}/traversal.png")),
            (vec!["traverse", run, "--axis", "2", "--image", "3", "--out", "t.npy"], "t.npy".into()),
            (vec!["interpolate", run, "--from", "3", "--to", "9", "--steps", "4", "--out", "i.npy"], "i.npy".into()),
        ] {
            let said = good(at, &[&["vae"], &arguments[..]].concat());
            assert_eq!(said.trim_end(), path);
        }
        let any = ReadOptions { value_range: ValueRule::AnyFinite, ..ReadOptions::default() };
        let read = |name: &str| read_whole(&at.join(name), &any).unwrap();
        assert_eq!((read("s.npy").count(), read("x.npy").count(), read("i.npy").count()), (5, 4, 4));
        assert_eq!(read("t.npy").count(), columns, "a column for each value");
        // Ends of an interpolation are reconstructions of their images.
        let (between, known) = (read("i.npy"), read("x.npy"));
        let pixels = known.shape.pixels();
        let last = &known.pixels[3 * pixels..];
        for (a, b) in between.pixels[..pixels].iter().zip(last) {
            // The same weights in products of another size: f32 logits of size below 10.
            assert!((a - b).abs() < 1e-5, "{a} is not {b}");
        }
        let table = String::from_utf8(bytes(at.join("z.csv"))).unwrap();
        let mut lines = table.lines();
        assert_eq!(lines.next().unwrap().split(',').count(), width + 1, "latents and the label");
        for line in lines {
            let probs: Vec<f64> = line.split(',').take(width).map(|x| x.parse().unwrap()).collect();
            assert!(probs.iter().all(|p| (0.0..=1.0).contains(p)), "{line}");
            let totals = probs.chunks(each).map(|group| group.iter().sum::<f64>());
            assert!(each == 1 || totals.into_iter().all(|total| (total - 1.0).abs() < 1e-5), "{line}");
        }
        let (error, _) = bad(at, &["vae", "encode", run, "--scales"]);
        assert!(
            error.contains("scales must be left out: a discrete latent has probabilities, and no scales"),
            "{error}"
        );
        let (error, _) = bad(at, &["vae", "traverse", run, "--axis", "3"]);
        assert!(error.contains("an axis from 0 to 2"), "{error}");
        let again: serde_json::Value = serde_json::from_str(&good(at, &["vae", "evaluate", run, "--json"])).unwrap();
        for key in ["elbo", "kl", "nll", "active_units"] {
            assert_eq!(again[key], summary[key], "{key}");
        }
    }
    let output = self::run(at, &["vae", "traverse", "bernoulli", "--from", "-1"]);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.contains("warning: from, to and steps have no effect"), "{talk}");
}

#[test]
fn any_number_of_threads_and_a_repetition_give_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for estimator in ["rebar", "score-function-running-mean", "gumbel-softmax", "disarm"] {
        let name = |threads: &str| format!("{estimator}-{threads}");
        let more = [&COINS[..], &["--estimator", estimator, "--shards", "3", "--gradient-noise-every", "2"]].concat();
        for threads in ["1", "2", "4"] {
            train(at, &name(threads), &[&more[..], &["--threads", threads]].concat());
        }
        good(at, &["vae", "train", "--config", &format!("{}/config.toml", name("1")), "--out", &name("again")]);
        for other in ["2", "4", "again"] {
            for file in ["model.safetensors", "metrics.csv", "evaluation.json", "samples.png", "traversal.png"] {
                let (one, other) = (bytes(at.join(name("1")).join(file)), bytes(at.join(name(other)).join(file)));
                assert_eq!(one, other, "{estimator}, {file}");
            }
        }
    }
}

#[test]
fn a_run_that_its_time_budget_ended_goes_on_with_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let more = [&COINS[..], &["--epochs", "40", "--kl-warmup-epochs", "40", "--estimator", "rebar"]].concat();
    let alone = train(at, "alone", &more);
    // Less than a step: one is made.
    let cut = train(at, "cut", &[&more[..], &["--seconds", "0.000001"]].concat());
    assert_eq!((cut["steps"].as_u64(), cut["epochs"].as_u64()), (Some(1), Some(0)));
    let report = String::from_utf8(bytes(at.join("cut/report.html"))).unwrap();
    assert!(report.contains("time budget of 0.000001 seconds is used up"), "the reason is in the report");
    // The budget is used up: nothing changes, and it says why.
    let model = bytes(at.join("cut/model.safetensors"));
    let output = run(at, &["vae", "train", "--resume", "cut"]);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.contains("training stopped at step 1 of") && talk.contains("the weight never reached beta"), "{talk}");
    assert_eq!(bytes(at.join("cut/model.safetensors")), model);
    // Without one it ends in the bits of the run left alone, and its results are those of its last model.
    let said = good(at, &["vae", "train", "--resume", "cut", "--seconds", "0", "--json"]);
    let resumed: serde_json::Value = serde_json::from_str(&said).unwrap();
    for key in ["elbo", "nll", "steps", "epochs"] {
        assert_eq!(resumed[key], alone[key], "{key}");
    }
    for file in ["model.safetensors", "metrics.csv", "evaluation.json", "samples.png"] {
        assert_eq!(bytes(at.join("cut").join(file)), bytes(at.join("alone").join(file)), "{file}");
    }
}

#[test]
fn mistakes_with_discrete_latents_are_named_and_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let left = "must be left alone with a normal latent, whose gradient is the path's, got";
    for (arguments, wanted) in [
        (&["--estimator", "rloo"][..], format!("estimator {left} rloo")),
        (&["--categories", "4"], format!("categories {left} 4")),
        (&["--temperature", "0.1"], format!("temperature {left} 0.1")),
        (&["--anneal-epochs", "3"], format!("anneal-epochs {left} 3")),
        (&["--baseline-decay", "0.5"], format!("baseline-decay {left} 0.5")),
        (&["--latent-law", "poisson"], "invalid value 'poisson' for '--latent-law".into()),
        (&["--latent-law", "bernoulli", "--estimator", "pathwise"], "invalid value 'pathwise' for '--estimator".into()),
        (&["--latent-law", "bernoulli", "--draws", "3"], "draws must be even".into()),
        (&["--latent-law", "bernoulli", "--draws", "0"], "draws must be at least 1, got 0".into()),
        (&["--latent-law", "bernoulli", "--temperature", "0"], "temperature must be finite and > 0, got 0".into()),
        (&["--latent-law", "bernoulli", "--temperature", "nan"], "temperature must be finite and > 0, got NaN".into()),
        (
            &["--latent-law", "bernoulli", "--final-temperature", "-1"],
            "final-temperature must be finite and > 0".into(),
        ),
        (&["--latent-law", "bernoulli", "--baseline-decay", "1"], "baseline-decay must be in [0, 1), got 1".into()),
        (&["--latent-law", "bernoulli", "--objective", "iwae"], "objective must be elbo with a discrete latent".into()),
        (
            &["--latent-law", "bernoulli", "--entropy", "monte-carlo"],
            "entropy must be closed-form with a discrete latent, got monte-carlo".into(),
        ),
        (&["--latent-law", "categorical", "--categories", "1"], "categories must be from 2 to 65536, got 1".into()),
        (&["--latent-law", "categorical", "--estimator", "arm"], "arm is one of coins, got arm".into()),
        (&["--seconds", "-1"], "seconds must be finite and >= 0, got -1".into()),
    ] {
        let (error, hint) = bad(at, &[&["vae", "train", "--out", "new"], arguments].concat());
        assert!(error.contains(&wanted), "{arguments:?}: {error}");
        assert!(!error.contains(left) || hint.unwrap().contains("--latent-law"), "{arguments:?}");
        assert!(!at.join("new").exists(), "{arguments:?} left a folder");
    }
}

#[test]
fn options_that_do_nothing_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let talk = |name: &str, more: &[&str]| {
        let tiny = ["vae", "train", "--out", name, "--epochs", "1", "--hidden", "4", "--nll-samples", "1"];
        let output = run(at, &[&tiny[..], &["--nll-images", "2"], more].concat());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let coins = |more: &[&'static str]| [&COINS[..], more].concat();
    for (name, more, wanted) in [
        ("a", coins(&["--categories", "4"]), "warning: categories has no effect on coins"),
        ("b", coins(&["--temperature", "1"]), "warning: temperature has no effect on disarm"),
        ("c", coins(&["--baseline-decay", "0.5"]), "warning: baseline-decay has no effect on disarm"),
        (
            "d",
            coins(&["--estimator", "gumbel-softmax", "--final-temperature", "0.1"]),
            "warning: final-temperature has no effect without --anneal-epochs",
        ),
        (
            "e",
            coins(&["--estimator", "straight-through"]),
            "warning: the encoder is trained by a biased gradient; every number that is reported is of the hard model",
        ),
    ] {
        let talk = talk(name, &more);
        assert!(talk.contains(wanted), "{talk}");
    }
    let annealed = ["--estimator", "gumbel-softmax", "--anneal-epochs", "1", "--final-temperature", "0.1"];
    assert!(!talk("f", &coins(&annealed)).contains("no effect"));
}
