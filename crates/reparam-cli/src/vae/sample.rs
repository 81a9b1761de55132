//! `reparam vae sample`: new images from the prior.

use reparam_core::noise::Key;

use super::args::SampleArgs;
use super::decode::Opened;
use super::{RunConfig, VaeError};
use crate::console::talk;

/// Images in a row of the picture.
pub const COLUMNS: usize = 16;

/// Draws from the prior, `[count, width]`.
pub fn prior(seed: u64, count: usize, config: &RunConfig) -> Vec<f32> {
    let law = config.latents_law();
    let mut noise = vec![0.0_f32; count * config.latent_width()];
    Key::new(seed).site("samples").step(0).fill(law.noise(), 0, &mut noise);
    law.prior_draws(noise)
}

/// Runs the command.
pub fn run(args: &SampleArgs) -> Result<(), VaeError> {
    if !(1..=1_000_000).contains(&args.count) {
        return Err(VaeError::option("count", "from 1 to 1000000", args.count));
    }
    let run = Opened::new(&args.run)?;
    let seed = args.seed.unwrap_or(run.config.seed);
    talk(format_args!("seed {seed}"));
    let pixels = run.decode(&prior(seed, args.count, &run.config));
    run.write_images(args.out.as_deref(), "samples.png", pixels, COLUMNS)
}
