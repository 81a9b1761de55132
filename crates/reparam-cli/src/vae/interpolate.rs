//! `reparam vae interpolate`: images between two images.

use super::args::InterpolateArgs;
use super::dataset::pick;
use super::decode::Opened;
use super::traverse::values;
use super::{RunConfig, VaeError};

/// Pairs that are shown where none is named.
pub const PAIRS: usize = 8;

/// Latents in equal steps between pairs: rows `2i` and `2i + 1` of `ends` are the ends of row i.
pub fn between(ends: &[f32], latents: usize, steps: usize) -> Vec<f32> {
    let mut z = Vec::new();
    for pair in ends.chunks_exact(2 * latents) {
        let (a, b) = pair.split_at(latents);
        for t in values(0.0, 1.0, steps) {
            let t = t as f32;
            z.extend(a.iter().zip(b).map(|(a, b)| (1.0 - t) * a + t * b));
        }
    }
    z
}

/// Discrete latents between pairs: one variable after the other changes from the first image's to the second's.
pub fn exchanged(ends: &[f32], width: usize, each: usize, steps: usize) -> Vec<f32> {
    let mut z = Vec::new();
    for pair in ends.chunks_exact(2 * width) {
        let (a, b) = pair.split_at(width);
        for t in values(0.0, 1.0, steps) {
            let changed = (t * (width / each.max(1)) as f64).round() as usize * each;
            z.extend_from_slice(&b[..changed]);
            z.extend_from_slice(&a[changed..]);
        }
    }
    z
}

/// The latents between pairs, whatever their law.
pub fn bridge(ends: &[f32], config: &RunConfig, steps: usize) -> Vec<f32> {
    let width = config.latent_width();
    if config.latents_law().is_discrete() {
        exchanged(ends, width, width / config.latents.max(1), steps)
    } else {
        between(ends, width, steps)
    }
}

/// Runs the command.
pub fn run(args: &InterpolateArgs) -> Result<(), VaeError> {
    if !(2..=1000).contains(&args.steps) {
        return Err(VaeError::option("steps", "from 2 to 1000", args.steps));
    }
    let run = Opened::new(&args.run)?;
    let test = run.dataset()?.test;
    let count = test.count();
    let ends: Vec<usize> = match (args.from, args.to) {
        (Some(from), Some(to)) => vec![from, to],
        _ => (0..(2 * PAIRS).min(count / 2 * 2)).collect(),
    };
    if let Some(beyond) = ends.iter().find(|&&i| i >= count) {
        let rule = format!("test images from 0 to {}", count.saturating_sub(1));
        return Err(VaeError::option("from and to", rule, beyond));
    }
    if ends.is_empty() {
        return Err(VaeError::option("test images", "at least 2 for an interpolation", count));
    }
    let codes = run.codes(&pick(&test, &ends));
    let pixels = run.decode(&bridge(&codes, &run.config, args.steps));
    run.write_images(args.out.as_deref(), "interpolation.png", pixels, args.steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_and_end_at_their_images() {
        let z = between(&[0.0, 1.0, 4.0, 3.0], 2, 3);
        assert_eq!(z, [0.0, 1.0, 2.0, 2.0, 4.0, 3.0]);
        let z = exchanged(&[0.0, 0.0, 1.0, 1.0], 2, 1, 3);
        assert_eq!(z, [0.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
    }
}
