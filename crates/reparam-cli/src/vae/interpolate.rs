//! `reparam vae interpolate`: images between two images.

use super::VaeError;
use super::args::InterpolateArgs;
use super::dataset::pick;
use super::decode::Opened;
use super::traverse::values;

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
    let codes = run.encode(&pick(&test, &ends)).0;
    let pixels = run.decode(&between(&codes, run.config.latents, args.steps));
    run.write_images(args.out.as_deref(), "interpolation.png", pixels, args.steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_and_end_at_their_images() {
        let z = between(&[0.0, 1.0, 4.0, 3.0], 2, 3);
        assert_eq!(z, [0.0, 1.0, 2.0, 2.0, 4.0, 3.0]);
    }
}
