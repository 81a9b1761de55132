//! `reparam vae reconstruct`: images beside what encoding and decoding makes of them.

use super::VaeError;
use super::args::ReconstructArgs;
use super::dataset::{DataInfo, pick, read_like};
use super::decode::{Ending, Opened, image_dims, images, npy, said, scale};
use super::run_folder::write_file;
use crate::report::picture::Grid;

/// Images in a row of the picture.
const COLUMNS: usize = 15;

/// A picture of originals above their reconstructions.
pub fn pairs(originals: Vec<f32>, reconstructions: Vec<f32>, info: &DataInfo) -> Result<Vec<u8>, VaeError> {
    let (above, below) = (images(originals, info)?, images(reconstructions, info)?);
    Ok(Grid::pairs(&above, &below, COLUMNS).scale(scale(info)).to_png())
}

/// Runs the command.
pub fn run(args: &ReconstructArgs) -> Result<(), VaeError> {
    if args.count == 0 {
        return Err(VaeError::option("count", "at least 1", 0));
    }
    let run = Opened::new(&args.run)?;
    let path = args.out.clone().unwrap_or_else(|| run.folder.file("reconstructions.png"));
    let format = Ending::of(&path)?;
    let set = match &args.data {
        Some(data) => read_like(data, &run.config, &run.info.data)?,
        None => run.dataset()?.test,
    };
    let chosen: Vec<usize> = (0..set.count().min(args.count)).collect();
    let originals = pick(&set, &chosen);
    let reconstructions = run.decode(&run.codes(&originals));
    let info = &run.info.data;
    let bytes = match format {
        Ending::Png => pairs(originals, reconstructions, info)?,
        Ending::Npy => npy(&reconstructions, &image_dims(&reconstructions, info)),
    };
    write_file(&path, &bytes)?;
    said(&path)
}
