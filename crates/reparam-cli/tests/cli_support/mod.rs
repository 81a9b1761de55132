//! Drives the program itself, and makes small data for it.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A model and a judgement that take a moment.
pub const SMALL: [&str; 12] = [
    "--hidden",
    "16",
    "--latents",
    "3",
    "--epochs",
    "3",
    "--nll-samples",
    "10",
    "--nll-images",
    "20",
    "--threads",
    "2",
];

/// The program with these arguments, in a folder of its own.
pub fn reparam(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reparam"));
    command.current_dir(folder).args(arguments);
    command
}

/// Runs it to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    reparam(folder, arguments).output().unwrap()
}

/// Runs it, and wants it to end well; stdout.
pub fn good(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Trains a small model into `out`; the object that `--json` prints.
pub fn train(folder: &Path, out: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["vae", "train", "--json", "--out", out];
    // Later flags would clash with earlier ones of the same name: `more` comes instead.
    for pair in SMALL.chunks(2) {
        if !more.contains(&pair[0]) {
            arguments.extend(pair);
        }
    }
    arguments.extend(more);
    serde_json::from_str(&good(folder, &arguments)).unwrap()
}

/// Runs it, and wants it to fail as a user's mistake does: exit code 2, one line of error; that line, and the hint.
pub fn bad(folder: &Path, arguments: &[&str]) -> (String, Option<String>) {
    let output = run(folder, arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
    assert!(output.stdout.is_empty());
    assert!(!text.contains("panicked"), "{text}");
    let mut lines = text.lines().skip_while(|line| !line.starts_with("error: "));
    let error = lines.next().unwrap_or_default().to_owned();
    assert!(!error.is_empty(), "{arguments:?}: {text}");
    (error, lines.next().map(str::to_owned))
}

/// The bytes of a file.
pub fn bytes(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Bytes of a `.npy` file of 32-bit floats.
pub fn npy(values: &[f32], shape: &[usize]) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(|side| format!("{side},")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape.join(" "));
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// `count` images of `side` x `side`: a bright bar at one of `side` heights or widths, grey levels k / 255.
pub fn bars(count: usize, side: usize) -> Vec<f32> {
    let mut pixels = vec![0.0_f32; count * side * side];
    for (i, image) in pixels.chunks_exact_mut(side * side).enumerate() {
        let (place, tall) = (i / 2 % side, i % 2 == 0);
        for k in 0..side {
            let at = if tall { k * side + place } else { place * side + k };
            // Never quite the same twice, always a whole grey level of 256.
            image[at] = (200 + (7 * i + 3 * k) % 56) as f32 / 255.0;
        }
    }
    pixels
}

/// A folder of PNG images with two classes.
pub fn png_folder(at: &Path, count: usize, side: usize) -> PathBuf {
    let folder = at.join("pictures");
    for (i, image) in bars(count, side).chunks_exact(side * side).enumerate() {
        let class = folder.join(["tall", "wide"][i % 2]);
        std::fs::create_dir_all(&class).unwrap();
        let file = std::fs::File::create(class.join(format!("{i:03}.png"))).unwrap();
        let mut encoder = png::Encoder::new(file, side as u32, side as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let data: Vec<u8> = image.iter().map(|x| (x * 255.0).round() as u8).collect();
        encoder.write_header().unwrap().write_image_data(&data).unwrap();
    }
    folder
}
