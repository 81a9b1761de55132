//! A run that is killed and resumed ends in the bits of the run left alone.

mod cli_support;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use cli_support::{bad, bytes, good, reparam};

const FILES: [&str; 3] = ["model.safetensors", "best.safetensors", "metrics.csv"];

/// Many short steps, with early stopping in sight, so that the best model is part of what must come back.
const RUN: [&str; 20] = [
    "vae",
    "train",
    "--hidden",
    "16",
    "--latents",
    "3",
    "--batch",
    "32",
    "--epochs",
    "40",
    "--patience",
    "39",
    "--nll-samples",
    "5",
    "--nll-images",
    "10",
    "--threads",
    "2",
    "--validation",
    "0.1",
];

fn start(folder: &Path, out: &str, more: &[&str]) -> String {
    good(folder, &[&RUN[..], &["--out", out], more].concat())
}

#[test]
fn killed_at_ten_moments_and_resumed_it_ends_in_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    start(at, "alone", &[]);
    let often = ["--checkpoint-steps", "7"];
    // Moments from a fixed sequence (Knuth's constants), 30 to 280 ms after the start.
    let mut state = 2026_u64;
    let mut moment = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(30 + (state >> 33) % 250)
    };
    let mut kills = 0;
    for _ in 0..10 {
        let is_run = at.join("killed/config.toml").is_file();
        let arguments = if is_run {
            [&["vae", "train", "--resume", "killed"], &often[..]].concat()
        } else {
            [&RUN[..], &["--out", "killed"], &often[..]].concat()
        };
        let mut child = reparam(at, &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment());
        kills += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        if !at.join("killed/config.toml").is_file() {
            // Killed before it was a run: nothing to resume, and nothing in the way of a new start.
            let _ = std::fs::remove_dir_all(at.join("killed"));
        }
    }
    assert!(kills > 0, "the run was over before the first kill");
    let is_run = at.join("killed/config.toml").is_file();
    if is_run {
        good(at, &["vae", "train", "--resume", "killed"]);
    } else {
        start(at, "killed", &[]);
    }
    for file in FILES {
        assert_eq!(bytes(at.join("alone").join(file)), bytes(at.join("killed").join(file)), "{file}");
    }
}

#[test]
fn a_finished_run_makes_only_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    start(at, "r", &[]);
    let before: Vec<Vec<u8>> = FILES.iter().map(|file| bytes(at.join("r").join(file))).collect();
    for file in ["model.safetensors", "report.html", "samples.png"] {
        std::fs::remove_file(at.join("r").join(file)).unwrap();
    }
    let output = reparam(at, &["vae", "train", "--resume", "r"]).output().unwrap();
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.contains("the run is finished: only what is missing is made"), "{talk}");
    assert!(!talk.contains("judging"), "{talk}");
    for (file, before) in FILES.iter().zip(before) {
        assert_eq!(bytes(at.join("r").join(file)), before, "{file}");
    }
    assert!(at.join("r/report.html").is_file() && at.join("r/samples.png").is_file());
}

#[test]
fn what_would_change_a_run_is_refused_on_resume() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    start(at, "r", &[]);
    let (error, hint) = bad(at, &["vae", "train", "--resume", "r", "--seed", "3"]);
    assert!(error.contains("--resume must be used without --seed"), "{error}");
    assert!(hint.is_some());
    let (error, _) = bad(at, &["vae", "train", "--resume", "r", "--out", "q"]);
    assert!(error.contains("cannot be used with"), "{error}");
    // Another run than the checkpoint's.
    let path = at.join("r/config.toml");
    let text = String::from_utf8(bytes(&path)).unwrap();
    for (from, to, wanted) in [
        ("latents = 3", "latents = 4", "latents was 3 when the run began and is 4 now"),
        ("seed = 0", "seed = 5", "seed was 0 when the run began and is 5 now"),
        (
            "learning-rate = 0.003",
            "learning-rate = 0.001",
            "learning-rate was 0.003 when the run began and is 0.001 now",
        ),
        ("epochs = 40", "epochs = 41", "epochs was 40 when the run began and is 41 now"),
        ("epochs = 40\n", "", "epochs was 40 when the run began and is not given now"),
    ] {
        assert!(text.contains(from));
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let (error, hint) = bad(at, &["vae", "train", "--resume", "r"]);
        assert!(error.contains(wanted) && hint.is_some(), "{error}");
    }
    // What decides nothing may change.
    std::fs::write(
        &path,
        text.replace("threads = 2", "threads = 1").replace("checkpoint-steps = 0", "checkpoint-steps = 9"),
    )
    .unwrap();
    good(at, &["vae", "train", "--resume", "r"]);
    // A checkpoint that was cut off.
    std::fs::write(&path, text).unwrap();
    let cut = std::fs::read_dir(at.join("r/checkpoint"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .unwrap();
    let whole = bytes(&cut);
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let (error, hint) = bad(at, &["vae", "train", "--resume", "r"]);
    assert!(error.contains("not a whole safetensors file") && hint.is_some(), "{error}");
}
