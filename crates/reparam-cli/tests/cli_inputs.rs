//! Every likelihood, the convolutional network, and data in files: each trains on small data and beats or meets its floor.

mod cli_support;

use std::path::Path;

use cli_support::{bars, good, npy, png_folder, train};

/// Long enough to learn where the bar is: 30 epochs of 250 images of 8x8.
const LEARN: [&str; 8] = ["--epochs", "30", "--batch", "25", "--hidden", "64", "--learning-rate", "0.003"];

fn numbers(folder: &Path, out: &str, more: &[&str]) -> (f64, f64) {
    let summary = train(folder, out, &[&LEARN[..], more].concat());
    let number = |key: &str| summary[key].as_f64().unwrap();
    (number("nll"), number("floor"))
}

/// 300 bars of 8x8 as `bars.npy`: 250 to learn from, 50 held out.
fn bars_npy(folder: &Path) {
    std::fs::write(folder.join("bars.npy"), npy(&bars(300, 8), &[300, 8, 8])).unwrap();
}

#[test]
fn every_likelihood_learns_from_an_array() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    bars_npy(at);
    for (likelihood, more) in [
        ("bernoulli", &[][..]),
        ("bernoulli", &["--binarize", "fixed"]),
        ("continuous-bernoulli", &[]),
        ("gaussian", &[]),
        ("gaussian", &["--gaussian-scale", "0.2"]),
        ("categorical", &["--levels", "256"]),
    ] {
        let out = format!("{likelihood}{}", more.len() + more.join("").len());
        let arguments = [&["--data", "bars.npy", "--likelihood", likelihood], more].concat();
        let (nll, floor) = numbers(at, &out, &arguments);
        // A bar at one of 16 places: whoever finds it knows nearly all pixels. Untrained models lie above the floor.
        assert!(nll < floor, "{likelihood} {more:?}: {nll} >= {floor}");
    }
}

#[test]
fn another_file_is_scaled_as_the_training_data_were() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let table = |name: &str, count: usize, value: &dyn Fn(usize) -> i32| {
        let rows: Vec<String> =
            (0..count).map(|i| (0..4).map(|k| value(4 * i + k).to_string()).collect::<Vec<_>>().join(",")).collect();
        std::fs::write(at.join(name), rows.join("\n")).unwrap();
    };
    // Black and white as 0 and 255: the divisor is 255, though the data have two levels.
    table("ink.csv", 24, &|i| 255 * i32::from(i % 3 == 0));
    train(at, "ink", &["--data", "ink.csv", "--binarize", "none"]);
    for command in ["evaluate", "encode", "reconstruct"] {
        good(at, &["vae", command, "ink", "--data", "ink.csv"]);
    }
    // Whole numbers with negatives are taken as they are, and so is a file that has none.
    table("signed.csv", 24, &|i| i as i32 % 9 - 2);
    table("unsigned.csv", 24, &|i| (i as i32 + 2) % 7);
    train(at, "signed", &["--data", "signed.csv", "--likelihood", "gaussian"]);
    good(at, &["vae", "encode", "signed", "--data", "unsigned.csv", "--out", "whole.csv"]);
    let real: Vec<f32> = (0..96_i16).map(|i| f32::from((i + 2) % 7)).collect();
    std::fs::write(at.join("real.npy"), npy(&real, &[24, 2, 2])).unwrap();
    good(at, &["vae", "encode", "signed", "--data", "real.npy", "--out", "real.csv"]);
    let text = |name: &str| std::fs::read_to_string(at.join(name)).unwrap();
    assert_eq!(text("whole.csv"), text("real.csv"));
    // Grey levels of pictures count from 255, whatever their number.
    let pictures = at.join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    for i in 0..12_u8 {
        let mut encoder = png::Encoder::new(std::fs::File::create(pictures.join(format!("{i:02}.png"))).unwrap(), 2, 2);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let image: Vec<u8> = (0..4).map(|k| (i + k) % 6 * 51).collect();
        encoder.write_header().unwrap().write_image_data(&image).unwrap();
    }
    train(at, "grey", &["--data", "pictures", "--likelihood", "categorical", "--levels", "6"]);
    good(at, &["vae", "encode", "grey", "--data", "pictures", "--out", "grey.csv"]);
}

#[test]
fn untrained_models_do_not_pass_for_trained_ones() {
    let folder = tempfile::tempdir().unwrap();
    bars_npy(folder.path());
    let still = ["--data", "bars.npy", "--likelihood", "gaussian", "--learning-rate", "1e-9", "--epochs", "1"];
    let summary = train(folder.path(), "r", &still);
    assert!(summary["nll"].as_f64() > summary["floor"].as_f64());
}

#[test]
fn the_convolutional_network_learns_from_a_folder_of_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let pictures = png_folder(at, 480, 7);
    let more = ["--data", pictures.to_str().unwrap(), "--network", "conv", "--features", "8", "--activation", "gelu"];
    let (nll, floor) = numbers(at, "r", &more);
    assert!(nll < floor, "{nll} >= {floor}");
    good(at, &["vae", "encode", "r", "--data", "pictures", "--out", "z.csv"]);
    let table = std::fs::read_to_string(at.join("z.csv")).unwrap();
    assert_eq!(table.lines().count(), 481);
    let names: Vec<&str> = table.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert!(names.contains(&"tall") && names.contains(&"wide"));
}

#[test]
fn objectives_train_on_a_table_with_labels() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let names: Vec<String> = (0..16).map(|i| format!("p{i}")).collect();
    let mut lines = vec![format!("label,{}", names.join(","))];
    for (i, image) in bars(120, 4).chunks_exact(16).enumerate() {
        let levels: Vec<String> = image.iter().map(|x| (x * 255.0).round().to_string()).collect();
        lines.push(format!("{},{}", ["tall", "wide"][i % 2], levels.join(",")));
    }
    std::fs::write(at.join("bars.csv"), lines.join("\n")).unwrap();
    for (out, more) in [
        ("stl", &["--entropy", "sticking-the-landing"][..]),
        ("mc", &["--entropy", "monte-carlo"]),
        ("iwae", &["--objective", "iwae", "--draws", "5"]),
        ("dreg", &["--objective", "iwae", "--draws", "5", "--dreg"]),
        ("step", &["--schedule", "step", "--decay-every-epochs", "10"]),
    ] {
        let (nll, floor) = numbers(at, out, &[&["--data", "bars.csv"], more].concat());
        assert!(nll < floor, "{out}: {nll} >= {floor}");
    }
    let report = std::fs::read_to_string(at.join("stl/report.html")).unwrap();
    assert!(report.contains("tall") && report.contains("wide"));
}
