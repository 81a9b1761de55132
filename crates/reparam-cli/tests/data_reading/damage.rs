//! Damage of any kind: each valid file cut and flipped at many places. `read` answers; it never panics.

use png::{BitDepth, ColorType};
use reparam_cli::data::{DataError, ReadOptions, ValueRule};

use super::files::{Folder, gz, idx, npy, npz, png, png_palette};

/// Places of damage tried on each file.
const TRIALS: u64 = 300;

/// A number in `0..below` for this trial: a linear congruential step is random enough to pick places.
fn pick(trial: u64, salt: u64, below: usize) -> usize {
    let x = (trial * 8 + salt).wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    ((x >> 33) % below as u64) as usize
}

/// One kind of damage a trial: cut, a bit, a byte, a run of equal bytes, bytes put in, bytes taken out.
fn damaged(whole: &[u8], trial: u64) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let at = pick(trial, 1, bytes.len());
    match trial % 6 {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << pick(trial, 2, 8),
        2 => bytes[at] = pick(trial, 3, 256) as u8,
        3 => {
            let end = bytes.len().min(at + 1 + pick(trial, 4, 8));
            bytes[at..end].fill(if trial.is_multiple_of(2) { 0xff } else { 0 });
        }
        4 => drop(bytes.splice(at..at, [0x80, b'9', b'[', 0xff])),
        _ => drop(bytes.drain(at..bytes.len().min(at + 4))),
    }
    bytes
}

/// Files of every format; the last is read as a folder of images.
fn valid_files() -> Vec<(&'static str, Vec<u8>)> {
    let values: Vec<u8> = (0..64).map(|v| v * 4).collect();
    let floats: Vec<u8> = (0..64).flat_map(|v| (v as f32 / 64.0).to_le_bytes()).collect();
    let images = || npy("|u1", false, &[4, 4, 4], &values);
    let table = "7,0.5,1,0.25,0\n".repeat(6);
    vec![
        ("x-images.idx", idx(&[4, 4, 4], &values)),
        ("x-images.idx.gz", gz(&idx(&[4, 4, 4], &values))),
        ("x.npy", npy("<f4", true, &[4, 4, 4], &floats)),
        ("x.npy.gz", gz(&npy(">u2", false, &[2, 16], &values))),
        ("x.npz", npz(&[("x.npy", images()), ("y.npy", npy("|u1", false, &[4], &[1, 2, 3, 4]))])),
        ("x.csv", format!("label,a,b,c,d\n{table}").into_bytes()),
        ("rgb/1.png", png(4, 4, ColorType::Rgb, BitDepth::Eight, &values[..48])),
        ("palette/1.png", png_palette(8, 8, ColorType::Indexed, BitDepth::Eight, &values[..48], &[7; 64])),
    ]
}

#[test]
fn damage_anywhere_is_answered() {
    let mut refused = 0;
    for (name, whole) in valid_files() {
        let folder = Folder::new();
        // Pictures come in twos, so that the whole data are valid.
        let read_name = name.split_once('/').map_or(name, |(folder, _)| folder);
        if read_name != name {
            folder.write(&name.replace('1', "2"), &whole);
        }
        folder.write(name, &whole);
        for value_range in [ValueRule::UnitInterval, ValueRule::AnyFinite] {
            let options = ReadOptions { value_range, ..ReadOptions::default() };
            folder.read_with(read_name, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for trial in 0..TRIALS {
            folder.write(name, damaged(&whole, trial));
            for value_range in [ValueRule::UnitInterval, ValueRule::AnyFinite, ValueRule::Levels(64)] {
                let options = ReadOptions { value_range, ..ReadOptions::default() };
                match folder.read_with(read_name, &options) {
                    Ok(split) => {
                        assert_eq!(split.train.pixels.len(), split.train.count() * split.train.shape.pixels());
                        let bad = |v: &f32| !value_range.allows(*v);
                        assert!(!split.train.pixels.iter().chain(&split.test.pixels).any(bad), "{name} {trial}");
                    }
                    Err(error) => {
                        refused += 1;
                        one_line(&error, folder.path().to_str().expect("UTF-8"));
                    }
                }
            }
        }
    }
    // Damage that is never seen would mean that the damaged file is not the one that is read.
    assert!(refused > TRIALS, "{refused}");
}

/// A message is one line that starts with the place.
fn one_line(error: &DataError, folder: &str) {
    let message = error.to_string();
    assert!(message.starts_with(folder) && !message.contains('\n'), "{message:?}");
}
