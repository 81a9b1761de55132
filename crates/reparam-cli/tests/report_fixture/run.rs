//! A run that never took place: every part of a report, from made numbers.

use crate::checks::Made;
use reparam_cli::report::number::Measured;
use reparam_cli::report::picture::Images;
use reparam_cli::report::{EpochRow, ImageTable, LatentAxis, LatentMap, Pairs, Scores, VaeReport};

/// Digits of five by seven points, a row a number of five bits.
const DIGITS: [[u8; 7]; 10] = [
    [14, 17, 19, 21, 25, 17, 14],
    [4, 12, 4, 4, 4, 4, 14],
    [14, 17, 1, 2, 4, 8, 31],
    [31, 2, 4, 2, 1, 17, 14],
    [2, 6, 10, 18, 31, 2, 2],
    [31, 16, 30, 1, 1, 17, 14],
    [6, 8, 16, 30, 17, 17, 14],
    [31, 1, 2, 4, 8, 8, 8],
    [14, 17, 17, 14, 17, 17, 14],
    [14, 17, 17, 15, 1, 2, 12],
];

/// A digit of 8 by 8 pixels, with strokes of this strength and grey noise.
fn digit(class: usize, strength: f64, noise: f64, made: &mut Made) -> Vec<f32> {
    let mut image = vec![0.0; 64];
    for y in 0..8 {
        for x in 0..8 {
            let on = y < 7 && (1..6).contains(&x) && DIGITS[class % 10][y] >> (5 - x) & 1 == 1;
            let value = if on { strength } else { 0.04 } + noise * made.normal();
            image[8 * y + x] = value.clamp(0.0, 1.0) as f32;
        }
    }
    image
}

pub fn digits(classes: impl Iterator<Item = usize>, strength: f64, noise: f64) -> Images {
    let mut made = Made(7);
    let pixels = classes.flat_map(|class| digit(class, strength, noise, &mut made)).collect();
    Images::new(pixels, 1, 8, 8).unwrap()
}

pub fn epochs(count: usize) -> Vec<EpochRow> {
    let mut made = Made(3);
    (1..=count)
        .map(|epoch| {
            let t = epoch as f64;
            let loss = 17.0 + 32.0 / t.powf(0.8) + 0.15 * made.normal();
            let kl = 9.0 * (1.0 - (-t / 12.0).exp());
            EpochRow {
                epoch: t,
                step: 12 * epoch as u64,
                seconds: 0.3 * t,
                elbo: -loss,
                reconstruction: -loss + kl,
                kl,
                validation_elbo: Some(-(loss + 0.6 + 0.004 * t)),
                objective: (epoch % 5 == 0).then_some(0.4 - loss),
                learning_rate: Some(2e-3 * (1.0 - (t - 1.0) / count as f64)),
                kl_weight: Some((t / 10.0).min(1.0)),
                gradient_norm: Some(40.0 / t + 2.0 + made.uniform()),
                gradient_variance: None,
                ..EpochRow::default()
            }
        })
        .collect()
}

fn between(rows: &[(usize, usize)], steps: usize) -> Images {
    let mut made = Made(5);
    let mut pixels = Vec::new();
    for &(a, b) in rows {
        let (from, to) = (digit(a, 0.9, 0.0, &mut made), digit(b, 0.9, 0.0, &mut made));
        for step in 0..steps {
            let part = step as f32 / (steps - 1) as f32;
            pixels.extend(from.iter().zip(&to).map(|(x, y)| x + part * (y - x)));
        }
    }
    Images::new(pixels, 1, 8, 8).unwrap()
}

pub fn map(points: usize) -> LatentMap {
    let mut made = Made(11);
    let mut map = LatentMap {
        axes: ["latent axis 7".into(), "latent axis 2".into()],
        choice: "The axes are the two with the largest KL divergence.".into(),
        ..LatentMap::default()
    };
    let mut labels = Vec::new();
    for index in 0..points {
        let class = index % 10;
        let angle = class as f64 * std::f64::consts::TAU / 10.0;
        let centre = (1.6 * angle.cos(), 1.6 * angle.sin() * (0.5 + 0.05 * class as f64));
        map.points.push((centre.0 + 0.28 * made.normal(), centre.1 + 0.28 * made.normal()));
        labels.push(class.to_string());
    }
    map.labels = Some(labels);
    map
}

/// A report with every part.
pub fn full() -> VaeReport {
    let latents = (0..32_usize)
        .map(|index| {
            let kl = 1.4 * (-(((index * 7) % 32) as f64) / 5.0).exp();
            LatentAxis { index, kl, mean_variance: Some(if kl > 0.02 { kl / 2.0 } else { 0.001 }) }
        })
        .collect();
    VaeReport {
        run: "digits-2026".into(),
        command: "reparam vae train --config runs/digits-2026/config.toml".into(),
        config_toml: "seed = 7\n\n[model]\nlatent = 32\nhidden = [256, 256]\n\n[train]\nepochs = 60\nbatch = 128\n".into(),
        facts: [
            ("Data", "UCI handwritten digits, 1,797 images of 8 x 8"),
            ("Model", "MLP 64-256-256-(2 x 32), tanh"),
            ("Objective", "ELBO with closed-form KL"),
            ("Seed", "7"),
            ("Version", "reparam 0.1.0"),
            ("Device", "CPU, 2 threads"),
        ]
        .map(|(label, value)| (label.into(), value.into()))
        .to_vec(),
        scores: Scores {
            nll: Some(Measured::with_error(16.8342, 0.1512)),
            nll_samples: Some(500),
            nll_images: Some(360),
            floor: Some(31.2345),
            elbo: Some(Measured::with_error(-17.5123, 0.1621)),
            reconstruction: Some(Measured::with_error(-8.4312, 0.1234)),
            kl: Some(Measured::with_error(9.0811, 0.0712)),
            active_units: Some((21, 32)),
            seconds: Some(18.24),
            images_per_second: Some(48_213.7),
            ..Scores::default()
        },
        notes: vec!["KL warm-up reached 1 at epoch 10 of 60.".into()],
        binarised: true,
        epochs: epochs(60),
        reconstructions: Some(Pairs { originals: digits(0..20, 0.95, 0.06), reconstructions: digits(0..20, 0.85, 0.02) }),
        samples: Some(digits((0..40).map(|i| i * 7 % 10), 0.8, 0.05)),
        traversals: Some(ImageTable {
            images: between(&[(0, 8), (1, 7), (5, 6), (3, 9)], 9),
            columns: 9,
            row_labels: [7, 2, 19, 4].map(|axis| format!("axis {axis}")).to_vec(),
            column_labels: (-4..=4).map(|step| format!("{:.1}", f64::from(step) * 0.75)).collect(),
        }),
        interpolations: Some(ImageTable {
            images: between(&[(2, 3), (4, 9), (6, 0)], 9),
            columns: 9,
            row_labels: Vec::new(),
            column_labels: Vec::new(),
        }),
        latent_map: Some(map(1_200)),
        latents,
        citations: vec![
            (
                "E. Alpaydin, C. Kaynak (1998). Optical Recognition of Handwritten Digits. UCI Machine Learning Repository. CC BY 4.0.".into(),
                Some("https://doi.org/10.24432/C50P49".into()),
            ),
            (
                "D. P. Kingma, M. Welling (2014). Auto-Encoding Variational Bayes.".into(),
                Some("https://arxiv.org/abs/1312.6114".into()),
            ),
        ],
    }
}
