//! What a user gets wrong ends with exit code 2 and one line that says what, where and why; nothing panics.

mod cli_support;

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use cli_support::{bad, bars, bytes, npy, reparam, train};

/// The mistake's line holds `wanted`, and nothing was written.
fn mistake(folder: &Path, arguments: &[&str], wanted: &str) -> Option<String> {
    let arguments = [&["vae", "train", "--out", "new"], arguments].concat();
    let (error, hint) = bad(folder, &arguments);
    assert!(error.contains(wanted), "{arguments:?}: {error}");
    assert!(!folder.join("new").exists(), "{arguments:?} left a folder");
    hint
}

#[test]
fn options_outside_their_rules_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (arguments, wanted) in [
        (&["--lerning-rate", "1"][..], "unexpected argument '--lerning-rate'"),
        (&["--likelihood", "poisson"], "invalid value 'poisson' for '--likelihood"),
        (&["--epochs", "-3"], "-3"),
        (&["--latents", "many"], "invalid value 'many' for '--latents"),
        (&["--learning-rate", "-1"], "learning-rate must be finite and > 0, got -1"),
        (&["--learning-rate", "NaN"], "learning-rate must be finite and > 0, got NaN"),
        (&["--epochs", "0"], "epochs must be at least 1, got 0"),
        (&["--batch", "0"], "batch must be at least 1, got 0"),
        (&["--latents", "0"], "latents must be from 1 to 65536, got 0"),
        (&["--hidden", "200,0"], "hidden must be widths from 1 to 65536"),
        (&["--draws", "0"], "draws must be at least 1, got 0"),
        (&["--beta", "-1"], "beta must be finite and >= 0, got -1"),
        (&["--validation", "1"], "validation must be in [0, 1), got 1"),
        (&["--validation", "0", "--patience", "3"], "patience"),
        (&["--shards", "0"], "shards must be at least 1, got 0"),
        (&["--schedule-floor", "2"], "schedule: floor must be in [0, 1], got 2"),
        (&["--schedule", "step", "--decay-factor", "0"], "factor must be in (0, 1], got 0"),
        (&["--schedule", "step", "--decay-every-epochs", "0"], "decay-every-epochs must be at least 1"),
        (&["--gaussian-scale", "wide"], "gaussian-scale must be 'learned', or a finite number > 0, got 'wide'"),
        (&["--gaussian-scale", "-1"], "gaussian-scale must be"),
        (&["--levels", "1"], "levels must be from 2 to 65536, got 1"),
        (&["--likelihood", "gaussian", "--binarize", "dynamic"], "binarize must be none"),
        (&["--binarize", "none"], "binarize must be dynamic or fixed for the digits inside"),
        (&["--likelihood", "categorical", "--levels", "5"], "levels must be 17"),
        (&["--likelihood", "categorical", "--network", "conv"], "network must be mlp"),
        (&["--image-shape", "8"], "image-shape must be CxHxW"),
        (&["--nll-samples", "0"], "nll-samples must be at least 1, got 0"),
        (&["--draws", "9999999999"], "draws must be at most 65536, got 9999999999"),
        (&["--nll-samples", "1000001"], "nll-samples must be at most 1000000, got 1000001"),
        (&["--draws", "65536"], "batch must be such that a step has at most"),
        (&["--hidden", "65536,65536"], "the model must be of at most 536870912 parameters"),
        (&["--test-fraction", "0.2"], "test-fraction must be left out with the digits inside"),
        (&["--epochs", "9000000000000000000"], "epochs must be at most 1000000000"),
        (&["--seed", "18446744073709551615"], "18446744073709551615"),
        (&["--checkpoint-minutes", "-1"], "checkpoint-minutes must be finite and >= 0, got -1"),
        (&["--device", "tpu"], "device must be cpu, cuda, cuda:N or wgpu, got 'tpu'"),
        (&["--data", "nowhere.npy"], "nowhere.npy: no such file or folder"),
        (&["--config", "nowhere.toml"], "nowhere.toml: "),
    ] {
        mistake(at, arguments, wanted);
    }
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_device_that_is_not_built_in_says_how_to_build_it() {
    let folder = tempfile::tempdir().unwrap();
    let hint = mistake(folder.path(), &["--device", "cuda:1"], "device cuda:1: this build has no cargo feature 'cuda'");
    assert_eq!(hint.unwrap(), "hint: build it in: cargo build --release --features cuda");
}

#[test]
fn files_that_break_a_rule_are_named_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let whole = npy(&bars(10, 4), &[10, 4, 4]);
    std::fs::write(at.join("cut.npy"), &whole[..whole.len() - 5]).unwrap();
    std::fs::write(at.join("outside.npy"), npy(&[0.5; 32].map(|x| x - 1.0), &[2, 16])).unwrap();
    std::fs::write(at.join("ragged.csv"), "1,2,3,4\n1,2,3\n").unwrap();
    std::fs::write(at.join("nan.csv"), "1,2,3,4\n1,nan,3,4\n").unwrap();
    std::fs::write(at.join("empty.csv"), "").unwrap();
    std::fs::write(at.join("train-images-idx3-ubyte"), [0, 7, 8, 3, 0, 0, 0, 1]).unwrap();
    std::fs::write(at.join("bad.toml"), "latents = 4\nlatnets = 5\n").unwrap();
    for (name, wanted) in [
        ("cut.npy", "cut.npy: "),
        ("outside.npy", "outside.npy: "),
        ("ragged.csv", "ragged.csv:2"),
        ("nan.csv", "nan.csv:2"),
        ("empty.csv", "empty.csv: "),
        ("train-images-idx3-ubyte", "byte 0: expected"),
    ] {
        mistake(at, &["--data", name], wanted);
    }
    mistake(at, &["--config", "bad.toml"], "bad.toml:2: unknown field `latnets`");
    std::fs::write(at.join("seed.toml"), "seed = 9223372036854775808").unwrap();
    mistake(at, &["--config", "seed.toml"], "seed must be at most 9223372036854775807, got 9223372036854775808");
}

#[test]
fn folders_that_are_no_run_or_are_one_already() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    train(at, "r", &[]);
    let model = bytes(at.join("r/model.safetensors"));

    let (error, hint) = bad(at, &["vae", "train", "--out", "r"]);
    assert!(error.contains("r: a new run needs a folder that is empty"), "{error}");
    assert_eq!(hint.unwrap(), "hint: continue it with --resume r, or choose another --out");
    for arguments in
        [&["vae", "sample", "no-run"][..], &["vae", "evaluate", "no-run"], &["vae", "train", "--resume", "no-run"]]
    {
        let (error, hint) = bad(at, arguments);
        assert!(error.contains("no-run: not the folder of a run: config.toml is missing"), "{error}");
        assert!(hint.is_some());
    }
    for (arguments, wanted) in [
        (&["sample", "r", "--out", "x.jpg"][..], "x.jpg: the ending must be one of .png and .npy"),
        (&["encode", "r", "--out", "x"], "x: the ending must be one of .npy and .csv"),
        (&["sample", "r", "--count", "0"], "count must be from 1 to 1000000, got 0"),
        (&["sample", "r", "--out", "no/folder/x.png"], "no/folder/x.png: "),
        (&["traverse", "r", "--axis", "3"], "axis must be 'active', 'all' or an axis from 0 to 2, got '3'"),
        (&["traverse", "r", "--steps", "1"], "steps must be from 2 to 1000, got 1"),
        (&["traverse", "r", "--image", "300"], "image must be a test image from 0 to 299, got 300"),
        (&["interpolate", "r", "--from", "0", "--to", "400"], "got 400"),
        (&["reconstruct", "r", "--count", "0"], "count must be at least 1, got 0"),
        (&["evaluate", "r", "--data", "nowhere"], "nowhere: no such file"),
    ] {
        let (error, _) = bad(at, &[&["vae"], arguments].concat());
        assert!(error.contains(wanted), "{arguments:?}: {error}");
    }
    std::fs::write(at.join("four.npy"), npy(&bars(10, 4), &[10, 4, 4])).unwrap();
    let (error, _) = bad(at, &["vae", "encode", "r", "--data", "four.npy"]);
    assert!(error.contains("four.npy: ") && error.contains("1x8x8"), "{error}");

    std::fs::write(at.join("r/model.safetensors"), &model[..model.len() / 2]).unwrap();
    let (error, hint) = bad(at, &["vae", "sample", "r"]);
    assert!(error.contains("r/model.safetensors: not a whole safetensors file"), "{error}");
    assert!(hint.is_some());
    std::fs::remove_file(at.join("r/model.safetensors")).unwrap();
    let (error, hint) = bad(at, &["vae", "sample", "r"]);
    assert!(error.contains("no finished model"), "{error}");
    assert_eq!(hint.unwrap(), "hint: finish it: reparam vae train --resume r");
    std::fs::write(at.join("r/run.json"), "{").unwrap();
    let (error, _) = bad(at, &["vae", "sample", "r"]);
    assert!(error.contains("r/run.json: "), "{error}");
}

#[test]
fn a_reader_that_has_gone_is_no_reason_to_panic() {
    let folder = tempfile::tempdir().unwrap();
    train(folder.path(), "r", &[]);
    for arguments in [&["vae", "evaluate", "r"][..], &["vae", "train", "--help"]] {
        let mut child =
            reparam(folder.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Closed before anything was written to it.
        drop(child.stdout.take());
        let mut talk = String::new();
        child.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
        assert!(!talk.contains("panicked"), "{talk}");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{talk}");
    }
}

#[test]
fn runs_that_diverge_are_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let tiny = ["vae", "train", "--epochs", "1", "--hidden", "8", "--nll-samples", "2", "--nll-images", "4"];
    // Weights of 1e30 are finite, and so is each step before the first image is judged.
    let with = |more: [&'static str; 4]| [&tiny[..], &more[..]].concat();
    let output = reparam(folder.path(), &with(["--learning-rate", "1e30", "--out", "far"])).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("error: training diverged") && output.status.code() == Some(2), "{error}");
    assert!(folder.path().join("far/metrics.csv").is_file(), "what was computed is kept");
    let (error, _) = bad(folder.path(), &with(["--beta", "1e300", "--out", "heavy"]));
    assert!(error.contains("no progress"), "{error}");
}
