//! `reparam vae encode`: the latents of images, as numbers.

use super::VaeError;
use super::args::EncodeArgs;
use super::dataset::{label, read_like};
use super::decode::{Opened, ending, npy, said};
use super::run_folder::write_file;
use crate::data::ImageSet;

/// Runs the command.
pub fn run(args: &EncodeArgs) -> Result<(), VaeError> {
    let run = Opened::new(&args.run)?;
    let path = args.out.clone().unwrap_or_else(|| run.folder.file("latents.npy"));
    let as_table = match ending(&path).as_str() {
        "npy" => false,
        "csv" => true,
        _ => {
            return Err(VaeError::Ending { path, allowed: ".npy and .csv" });
        }
    };
    let set = match &args.data {
        Some(data) => read_like(data, &run.config, &run.info.data)?,
        None => run.dataset()?.test,
    };
    let (loc, scale) = run.encode(&set.pixels);
    let latents = run.config.latent_width();
    if args.scales && run.config.latents_law().is_discrete() {
        return Err(VaeError::option(
            "scales",
            "left out: a discrete latent has probabilities, and no scales",
            "--scales",
        ));
    }
    let parts: &[&[f32]] = if args.scales { &[&loc, &scale] } else { &[&loc] };
    let rows: Vec<Vec<f32>> = (0..set.count())
        .map(|i| parts.iter().flat_map(|part| part[i * latents..(i + 1) * latents].iter().copied()).collect())
        .collect();
    let bytes = if as_table {
        table(&rows, latents, args.scales, &set)?
    } else {
        let shape = [rows.len() as u64, (parts.len() * latents) as u64];
        npy(&rows.concat(), &shape)
    };
    write_file(&path, &bytes)?;
    said(&path)
}

/// One image a row: `z0,z1,…`, then `scale0,…`, then the label where labels are known.
fn table(rows: &[Vec<f32>], latents: usize, scales: bool, set: &ImageSet) -> Result<Vec<u8>, VaeError> {
    let mut names: Vec<String> = (0..latents).map(|i| format!("z{i}")).collect();
    if scales {
        names.extend((0..latents).map(|i| format!("scale{i}")));
    }
    names.extend(set.labels.as_ref().map(|_| "label".to_owned()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: &[String]| {
        writer
            .write_record(fields)
            .map_err(|error| VaeError::Config { place: "table of latents".into(), rule: error.to_string() })
    };
    write(&names)?;
    for (i, row) in rows.iter().enumerate() {
        let mut fields: Vec<String> = row.iter().map(f32::to_string).collect();
        fields.extend(label(set, i));
        write(&fields)?;
    }
    writer.into_inner().map_err(|error| VaeError::Config { place: "table of latents".into(), rule: error.to_string() })
}
