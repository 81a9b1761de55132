//! `reparam vae`, from training to every look at the result.

mod cli_support;

use std::path::Path;

use cli_support::{bytes, good, run, train};
use reparam_cli::data::{ReadOptions, ValueRule, read_whole};

const SAME_BITS: [&str; 2] = ["model.safetensors", "metrics.csv"];

#[test]
fn a_run_leaves_its_files_and_every_sub_command_works_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let summary = train(at, "r", &["--seed", "7"]);
    for key in [
        "elbo",
        "kl",
        "nll",
        "nll_samples",
        "active_units",
        "seconds",
        "images_per_second",
        "run",
        "floor",
        "reconstruction",
        "bounds",
        "epochs",
        "skipped_steps",
        "seed",
        "version",
        "nll_se",
    ] {
        assert!(summary.get(key).is_some_and(|v| !v.is_null()), "{key}");
    }
    let number = |key: &str| summary[key].as_f64().unwrap();
    assert_eq!((number("nll_samples"), number("seed")), (10.0, 7.0));
    assert_eq!(summary["run"], "r");
    // f32 sums over 64 pixels and 10 draws, added up in f64.
    let parts = number("reconstruction") - number("kl");
    assert!((number("elbo") - parts).abs() < 1e-9);
    let bounds: Vec<f64> =
        summary["bounds"].as_array().unwrap().iter().map(|bound| bound[1].as_f64().unwrap()).collect();
    assert!(bounds.is_sorted() && bounds.len() == 3, "{bounds:?}");
    for file in [
        "config.toml",
        "run.json",
        "metrics.csv",
        "timing.csv",
        "model.safetensors",
        "evaluation.json",
        "report.html",
        "overview.svg",
        "samples.png",
        "reconstructions.png",
        "traversal.png",
        "checkpoint/checkpoint.json",
    ] {
        assert!(!bytes(at.join("r").join(file)).is_empty(), "{file}");
    }
    let report = String::from_utf8(bytes(at.join("r/report.html"))).unwrap();
    assert!(report.contains("--config r/config.toml"));

    every_look_at_it_writes_its_file(at);

    // Judged again, the same model says the same.
    let again: serde_json::Value = serde_json::from_str(&good(at, &["vae", "evaluate", "r", "--json"])).unwrap();
    for key in ["elbo", "kl", "nll", "active_units", "floor", "seconds"] {
        assert_eq!(again[key], summary[key], "{key}");
    }
    assert!(good(at, &["vae", "evaluate", "r", "--nll-samples", "20"]).contains("20 draws"));
}

/// The sub-commands on the finished run `r`.
fn every_look_at_it_writes_its_file(at: &Path) {
    for (arguments, path) in [
        (vec!["sample", "r"], "r/samples.png"),
        (vec!["sample", "r", "--out", "s.npy", "--count", "5"], "s.npy"),
        (vec!["reconstruct", "r"], "r/reconstructions.png"),
        (vec!["reconstruct", "r", "--out", "x.npy", "--count", "4"], "x.npy"),
        (vec!["encode", "r"], "r/latents.npy"),
        (vec!["encode", "r", "--scales", "--out", "z.csv"], "z.csv"),
        (vec!["traverse", "r"], "r/traversal.png"),
        (vec!["traverse", "r", "--axis", "1", "--image", "3", "--out", "t.npy"], "t.npy"),
        (vec!["interpolate", "r"], "r/interpolation.png"),
        (vec!["interpolate", "r", "--from", "3", "--to", "9", "--out", "i.png"], "i.png"),
    ] {
        let said = good(at, &[&["vae"], &arguments[..]].concat());
        assert_eq!(said.trim_end(), path);
        assert!(!bytes(at.join(path)).is_empty());
    }
    let read = |name: &str| {
        let any = ReadOptions { value_range: ValueRule::AnyFinite, ..ReadOptions::default() };
        read_whole(&at.join(name), &any).unwrap()
    };
    assert_eq!((read("s.npy").count(), read("x.npy").count()), (5, 4));
    assert_eq!(read("t.npy").count(), 11);
    let table = String::from_utf8(bytes(at.join("z.csv"))).unwrap();
    assert!(table.starts_with("z0,z1,z2,scale0,scale1,scale2,label\n"));
    assert_eq!(table.lines().count(), 301);
}

#[test]
fn the_configuration_in_the_folder_repeats_the_run_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let more = [
        "--schedule",
        "cosine",
        "--weight-decay",
        "0.3333333333333333",
        "--kl-warmup-epochs",
        "2",
        "--patience",
        "2",
        "--clip-norm",
        "5",
        "--free-bits",
        "0.05",
    ];
    train(at, "a", &more);
    good(at, &["vae", "train", "--config", "a/config.toml", "--out", "b"]);
    for file in SAME_BITS.into_iter().chain(["config.toml"]) {
        assert_eq!(bytes(at.join("a").join(file)), bytes(at.join("b").join(file)), "{file}");
    }
    // Another seed is another run: what was compared is not blind.
    train(at, "c", &[&more[..], &["--seed", "1"]].concat());
    for file in SAME_BITS {
        assert_ne!(bytes(at.join("a").join(file)), bytes(at.join("c").join(file)), "{file}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for threads in ["1", "2", "4"] {
        train(at, threads, &["--threads", threads, "--shards", "3", "--hidden", "24,16"]);
        for file in SAME_BITS.into_iter().chain(["evaluation.json", "samples.png"]) {
            assert_eq!(bytes(at.join("1").join(file)), bytes(at.join(threads).join(file)), "{file}");
        }
    }
}

#[test]
fn runs_without_a_name_get_the_next_number() {
    let folder = tempfile::tempdir().unwrap();
    let short = ["vae", "train", "--epochs", "1", "--hidden", "4", "--nll-samples", "1", "--nll-images", "2"];
    for number in 1..=2 {
        let output = run(folder.path(), &short);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert!(talk.contains(&format!("run runs/vae-digits-{number}  seed 0")), "{talk}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(&format!("runs/vae-digits-{number}/report.html")), "{said}");
    }
}

#[test]
fn a_warm_up_that_does_not_end_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = |epochs: &'static str| {
        [
            "vae",
            "train",
            "--epochs",
            "2",
            "--hidden",
            "4",
            "--nll-samples",
            "1",
            "--nll-images",
            "2",
            "--kl-warmup-epochs",
            epochs,
        ]
    };
    let talk = |epochs| String::from_utf8(run(folder.path(), &arguments(epochs)).stderr).unwrap();
    assert!(talk("3").contains("warning: the KL warm-up takes 3 epochs and the run has 2"));
    assert!(!talk("2").contains("warning: the KL warm-up"));
}

#[test]
fn early_stopping_within_the_warm_up_is_warned_of_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // A step this small changes no weight: nothing improves after the first epoch or two.
    let still = ["vae", "train", "--out", "r", "--epochs", "200", "--kl-warmup-epochs", "200", "--patience", "2"];
    let more = ["--learning-rate", "1e-30", "--hidden", "4", "--nll-samples", "1", "--nll-images", "2"];
    let output = run(at, &[&still[..], &more].concat());
    let talk = String::from_utf8(output.stderr).unwrap();
    let warning = "and the KL warm-up takes 200: the weight never reached beta";
    assert!(talk.contains("stopped: the validation ELBO") && talk.contains(warning), "{talk}");
    assert!(String::from_utf8(bytes(at.join("r/report.html"))).unwrap().contains(warning));
}

#[test]
fn divergence_leaves_the_metrics_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let arguments = ["vae", "train", "--out", "r", "--epochs", "60", "--learning-rate", "1e30", "--hidden", "4"];
    let output = run(at, &arguments);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{talk}");
    assert!(
        talk.contains("error: training diverged") && talk.contains("hint: start a new run with a smaller"),
        "{talk}"
    );
    assert!(bytes(at.join("r/metrics.csv")).starts_with(b"epoch,step,objective,elbo,"));
}
