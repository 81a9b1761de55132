//! Where cells lie.

use burn::tensor::Device;
use rayon::prelude::*;

use super::{CellBatch, CellSource, CellVae, angle_of};
use crate::train::numbers;

/// Cells a task takes.
const BLOCK: usize = 256;

/// The latents of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellLatents {
    /// Posterior means of the normal latents, row-major; of a mixture the mean over its experts.
    pub loc: Vec<f32>,
    /// Their standard deviations.
    pub scale: Vec<f32>,
    /// The mean direction of each cell's angle, in `[0, 2π)`; empty without one.
    pub angle: Vec<f64>,
    /// Its concentration.
    pub concentration: Vec<f64>,
}

/// Latents of these cells from the modalities that `seen` keeps, on the current rayon pool, by a model without a graph.
///
/// # Errors
/// What the file system says.
pub fn latents(
    vae: &CellVae,
    source: &dyn CellSource,
    cells: &[usize],
    seen: &[bool],
    device: &Device,
) -> std::io::Result<CellLatents> {
    let blocks: Vec<&[usize]> = cells.chunks(BLOCK).collect();
    let parts: Vec<CellLatents> = blocks
        .into_par_iter()
        .map(|cells| {
            let batch = CellBatch::read(source, vae.config().modalities.len(), cells)?.seen_by(seen);
            Ok(of_batch(vae, &batch, device))
        })
        .collect::<std::io::Result<_>>()?;
    let mut all = CellLatents::default();
    for part in parts {
        all.loc.extend(part.loc);
        all.scale.extend(part.scale);
        all.angle.extend(part.angle);
        all.concentration.extend(part.concentration);
    }
    Ok(all)
}

fn of_batch(vae: &CellVae, batch: &CellBatch, device: &Device) -> CellLatents {
    let (n, width) = (batch.len(), vae.config().latents);
    let components = vae.components(batch, device);
    let (mut first, mut second) = (vec![0.0_f64; n * width], vec![0.0_f64; n * width]);
    let mut natural = vec![0.0_f64; if vae.config().cycle { 2 * n } else { 0 }];
    let mut weight = vec![0.0_f64; n];
    for (posterior, has) in &components {
        let (loc, log_scale) = (numbers(posterior.normal.loc.clone()), numbers(posterior.normal.log_scale.clone()));
        let angle = posterior.angle.as_ref().map(|angle| numbers(angle.natural()));
        // Where nothing speaks for a cell every expert says the prior.
        for i in (0..n).filter(|&i| has[i] || components.iter().all(|(_, has)| !has[i])) {
            weight[i] += 1.0;
            for l in i * width..(i + 1) * width {
                let (m, s) = (f64::from(loc[l]), f64::from(log_scale[l]).exp());
                first[l] += m;
                second[l] += m * m + s * s;
            }
            if let Some(angle) = &angle {
                natural[2 * i] += f64::from(angle[2 * i]);
                natural[2 * i + 1] += f64::from(angle[2 * i + 1]);
            }
        }
    }
    let mut found = CellLatents::default();
    for (i, weight) in weight.iter().enumerate() {
        for l in i * width..(i + 1) * width {
            let mean = first[l] / weight;
            found.loc.push(mean as f32);
            found.scale.push((second[l] / weight - mean * mean).max(0.0).sqrt() as f32);
        }
        if let [c, s] = natural.get(2 * i..2 * i + 2).unwrap_or_default() {
            found.angle.push(angle_of(*c, *s));
            found.concentration.push(c.hypot(*s) / weight);
        }
    }
    found
}
