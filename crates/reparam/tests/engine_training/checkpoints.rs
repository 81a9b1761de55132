//! Checkpoints: exact, and never half.

use std::fs;
use std::path::Path;

use reparam::train::{Checkpoint, CheckpointError};
use reparam::vae::{Event, FitError, Rows};

use crate::small::{Data, WIDTH, config, finish, fit};

#[test]
fn a_run_resumed_at_any_step_is_the_run_left_alone() {
    let data = Data::new();
    let mut alone = fit(&data, config(), 2);
    finish(&mut alone);
    let total = alone.total_steps();
    assert_eq!(total, 12);
    let folder = tempfile::tempdir().expect("a folder");
    for stop in 0..=total {
        let mut first = fit(&data, config(), 1);
        for _ in 0..stop {
            first.advance().expect("a finite step");
        }
        let made = first.checkpoint();
        made.write(folder.path()).expect("written");
        drop(first);
        let read = Checkpoint::read(folder.path()).expect("a whole checkpoint").expect("a checkpoint");
        assert!(read == made, "at step {stop}");
        let mut second = fit(&data, config(), 2);
        second.resume(read).expect("the same run");
        finish(&mut second);
        assert!(second.checkpoint() == alone.checkpoint(), "at step {stop}");
        assert_eq!(second.history(), alone.history(), "at step {stop}");
    }
    // One checkpoint is left, two files.
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

/// Sums in the progress are f64 with 17 digits; many seeds, so that a reader that rounds some of them is found out.
#[test]
fn every_number_of_the_progress_comes_back_to_the_bit() {
    let data = Data::new();
    let folder = tempfile::tempdir().expect("a folder");
    for seed in 0..40 {
        let mut config = config();
        config.seed = seed;
        let mut run = fit(&data, config, 1);
        for _ in 0..5 {
            run.advance().expect("a finite step");
        }
        let made = run.checkpoint();
        made.write(folder.path()).expect("written");
        let read = Checkpoint::read(folder.path()).expect("whole").expect("there");
        let mut other = fit(&data, config, 1);
        other.resume(read).expect("the same run");
        assert!(other.checkpoint() == made, "seed {seed}");
        assert_eq!(other.history(), run.history(), "seed {seed}");
    }
}

#[test]
fn a_score_that_is_not_finite_can_be_stored_and_resumed() {
    // A broken validation row makes the score NaN in every epoch; the training goes on.
    let data = Data::new();
    let mut pixels = vec![0.5; 2 * WIDTH];
    pixels[3] = f32::NAN;
    let mut config = config();
    config.binarization = reparam::vae::Binarization::None;
    config.patience = 3;
    let make = || {
        reparam::vae::Fit::new(
            crate::small::vae(),
            data.train(),
            Rows::new(&pixels, WIDTH),
            config,
            1,
            &burn::tensor::Device::flex(),
        )
        .expect("a run")
    };
    let mut run = make();
    while run.trainer().step_count() < 4 {
        if let Event::Epoch { row, improved } = run.advance().expect("a finite step") {
            assert!(row.validation_elbo.is_some_and(f64::is_nan) && !improved);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    run.checkpoint().write(folder.path()).expect("written");
    let mut other = make();
    let read = Checkpoint::read(folder.path()).expect("whole").expect("there");
    other.resume(read).expect("the same run");
    assert!(other.history()[0].validation_elbo.is_some_and(f64::is_nan));
    // It counts as no improvement.
    assert_eq!(finish(&mut other), reparam::vae::Stop::Patience);
    assert_eq!(other.history().len(), 3);
}

fn names_its_file(result: Result<Option<Checkpoint>, CheckpointError>, folder: &Path) -> bool {
    match result {
        Err(error) => error.to_string().starts_with(&*folder.to_string_lossy()),
        Ok(_) => false,
    }
}

#[test]
fn damage_at_any_byte_is_an_error_that_names_the_file() {
    let data = Data::new();
    let mut run = fit(&data, config(), 1);
    for _ in 0..4 {
        run.advance().expect("a finite step");
    }
    let folder = tempfile::tempdir().expect("a folder");
    run.checkpoint().write(folder.path()).expect("written");
    let mut files: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert_eq!(files.len(), 2);
    for path in files {
        let whole = fs::read(&path).expect("the file");
        // Changed in place: a byte, the length. Rewriting the file each time would take minutes.
        let file = fs::OpenOptions::new().write(true).open(&path).expect("the file");
        let put = |at: usize, byte: u8| {
            use std::io::{Seek, SeekFrom, Write};
            let mut file = &file;
            file.seek(SeekFrom::Start(at as u64)).expect("a place");
            file.write_all(&[byte]).expect("written");
        };
        let broken = |what: &str, at: usize| {
            assert!(
                names_its_file(Checkpoint::read(folder.path()), folder.path()),
                "{} {what} byte {at}",
                path.display()
            );
        };
        for (at, byte) in whole.iter().enumerate() {
            put(at, byte ^ [1, 0x10, 0x80, 0x04][at % 4]);
            broken("changed at", at);
            put(at, *byte);
        }
        put(whole.len(), b' ');
        broken("longer than", whole.len());
        for length in (0..whole.len()).rev() {
            file.set_len(length as u64).expect("cut");
            broken("cut before", length);
        }
        fs::write(&path, &whole).expect("written");
    }
    assert!(Checkpoint::read(folder.path()).is_ok_and(|found| found.is_some()));
    // A missing tensor file is named too; a missing folder is no checkpoint.
    fs::remove_file(folder.path().join("step-0000000004.safetensors")).expect("removed");
    assert!(names_its_file(Checkpoint::read(folder.path()), folder.path()));
    assert!(Checkpoint::read(&folder.path().join("none")).is_ok_and(|found| found.is_none()));
}

#[test]
fn what_a_killed_run_left_is_passed_over_and_cleared() {
    let data = Data::new();
    let mut run = fit(&data, config(), 1);
    let folder = tempfile::tempdir().expect("a folder");
    run.advance().expect("a finite step");
    let first = run.checkpoint();
    first.write(folder.path()).expect("written");
    // Killed after the tensors of step 2, before its manifest; and half-way through a temporary file.
    fs::write(folder.path().join("step-0000000002.safetensors"), b"half").expect("written");
    fs::write(folder.path().join(".checkpoint.json.1-0.tmp"), b"{").expect("written");
    fs::write(folder.path().join(".step-0000000002.safetensors.1-1.tmp"), b"ha").expect("written");
    fs::write(folder.path().join(".other.tmp"), b"not ours").expect("written");
    let read = Checkpoint::read(folder.path()).expect("whole").expect("there");
    assert_eq!(read, first);
    run.advance().expect("a finite step");
    run.checkpoint().write(folder.path()).expect("written");
    assert!(!folder.path().join("step-0000000001.safetensors").exists());
    // What the killed run left is gone, what is not of a checkpoint stays.
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, [".other.tmp", "checkpoint.json", "step-0000000002.safetensors"]);
}

#[test]
fn the_checkpoint_of_another_run_is_refused() {
    let data = Data::new();
    let mut run = fit(&data, config(), 1);
    run.advance().expect("a finite step");
    let good = run.checkpoint();
    let before = run.checkpoint();
    let mut refused = |checkpoint: Checkpoint| {
        let error = run.resume(checkpoint).expect_err("it does not fit");
        assert!(matches!(error, FitError::Checkpoint(_)), "{error}");
        assert_eq!(run.checkpoint(), before, "a refused checkpoint changes nothing");
    };
    let mut missing = good.clone();
    missing.parameters.pop_first();
    refused(missing);
    let mut extra = good.clone();
    extra.parameters.insert("more".into(), (vec![1], vec![0.0]));
    refused(extra);
    let mut moments = good.clone();
    moments.moments.pop();
    refused(moments);
    let mut progress = good;
    progress.progress = serde_json::Value::Null;
    refused(progress);
}
