//! `reparam vae sample`: new images from the prior.

use reparam_core::noise::{Key, Noise};

use super::VaeError;
use super::args::SampleArgs;
use super::decode::Opened;
use crate::console::talk;

/// Images in a row of the picture.
pub const COLUMNS: usize = 16;

/// Draws from the standard normal prior, `[count, latents]`.
pub fn prior(seed: u64, count: usize, latents: usize) -> Vec<f32> {
    let mut z = vec![0.0_f32; count * latents];
    Key::new(seed).site("samples").step(0).fill(Noise::StandardNormal, 0, &mut z);
    z
}

/// Runs the command.
pub fn run(args: &SampleArgs) -> Result<(), VaeError> {
    if !(1..=1_000_000).contains(&args.count) {
        return Err(VaeError::option("count", "from 1 to 1000000", args.count));
    }
    let run = Opened::new(&args.run)?;
    let seed = args.seed.unwrap_or(run.config.seed);
    talk(format_args!("seed {seed}"));
    let pixels = run.decode(&prior(seed, args.count, run.config.latents));
    run.write_images(args.out.as_deref(), "samples.png", pixels, COLUMNS)
}
