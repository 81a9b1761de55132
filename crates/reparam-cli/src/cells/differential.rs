//! `reparam cells differential`: which features differ between two groups of cells, by the model.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;
use reparam::cells::CellBatch;
use reparam::train::write_atomically;
use reparam_core::noise::Key;

use super::CellsError;
use super::asked::{Asked, CellArgs, ending, pool};
use super::effect::{Compared, Rule, compare};
use super::expected::{as_batch, covariates, latent_draws, shares};
use super::groups::{Group, groups};
use super::train::say;
use super::watched::Watched;

/// Cells a task takes.
const BLOCK: usize = 32;
/// Rows that are printed.
const TOP: usize = 10;

/// Arguments of `differential`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each replicate weighs the cells of a group by a Bayesian bootstrap (Rubin 1981), draws each cell's latents from its posterior, decodes \
them at the same depth, in every batch in turn where there are several, and takes the mean of the group. The effect is the log2 ratio of the means of A and B, \
of accessibility their difference. Its probability is the share of replicates in which it is beyond --delta (the change mode of Boyeau et al. 2019); the \
expected false discovery rate of a row is that of taking it and all rows above it. The weights of the model are taken as they are.\n\n\
Examples:\n  reparam cells differential runs/pbmc --group cell_type=B --group cell_type=NK\n  \
reparam cells differential runs/cycling --group reparam_phase=S --group reparam_phase=G1 --out s-or-g1.csv"
)]
pub struct DifferentialArgs {
    /// The run and the cells.
    #[command(flatten)]
    pub cells: CellArgs,
    /// A group of cells, once or twice: A, then B [default of B: all cells that are not in A]. COLUMN is an annotation, or `reparam_phase`
    #[arg(long, value_name = "COLUMN=VALUE", required = true)]
    pub group: Vec<String>,
    /// Smallest log2 fold change that counts
    #[arg(long, value_name = "NUMBER", default_value_t = 0.25)]
    pub delta: f64,
    /// Smallest difference of the probability that a region is accessible that counts
    #[arg(long, value_name = "NUMBER", default_value_t = 0.05)]
    pub delta_accessible: f64,
    /// Added to both means, counts in 10,000, so that what is hardly expressed has no large ratios
    #[arg(long, value_name = "NUMBER", default_value_t = 0.05)]
    pub pseudocount: f64,
    /// Most cells of a group; of a larger one so many are drawn
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    pub most: usize,
    /// Draws of each cell's posterior
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub draws: usize,
    /// Replicates of the groups' means
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    pub replicates: usize,
    /// Seed of the draws
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
    /// Table to write, the most probable first [default: RUN/differential.csv]
    #[arg(long, value_name = "FILE.csv")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl DifferentialArgs {
    fn validate(&self) -> Result<(), CellsError> {
        let counts = [("--most", self.most, 3), ("--draws", self.draws, 1), ("--replicates", self.replicates, 20)];
        for (name, value, least) in counts {
            if !(least..=100_000).contains(&value) {
                return Err(CellsError::option(name, format!("must be {least} to 100000"), value));
            }
        }
        let numbers = [
            ("--delta", self.delta),
            ("--delta-accessible", self.delta_accessible),
            ("--pseudocount", self.pseudocount),
        ];
        for (name, value) in numbers {
            if !value.is_finite() || value < 0.0 {
                return Err(CellsError::option(name, "must be finite and at least 0", value));
            }
        }
        if self.group.len() > 2 {
            return Err(CellsError::option("--group", "must be given once or twice", self.group.len()));
        }
        Ok(())
    }
}

/// Compares two groups and writes the table.
pub fn run(args: &DifferentialArgs) -> Result<(), CellsError> {
    args.validate()?;
    ending(args.out.as_deref(), &["csv"], &args.cells.run, &args.cells.files)?;
    let asked = Asked::open(&args.cells)?;
    let threads = pool(args.cells.threads)?;
    let key = Key::new(args.seed).site("differential");
    let pair = threads.install(|| groups(&asked, &args.group))?.map(|group| group.at_most(args.most, key));
    let reads = pair.iter().map(|group| group.cells.len()).sum::<usize>() * asked.run.info.modalities.len();
    let watched = Watched::new(&asked.cells, "comparing", reads);
    let rule = Rule { delta: args.delta, delta_accessible: args.delta_accessible, pseudocount: args.pseudocount };
    let rows = threads.install(|| -> Result<_, CellsError> {
        let [a, b] = &pair;
        let means = [means(&asked, &watched, a, args, key)?, means(&asked, &watched, b, args, key)?];
        Ok(compare(&asked.run, &means, &rule))
    })?;
    drop(watched);
    let out = args.out.clone().unwrap_or_else(|| asked.run.folder.file("differential.csv"));
    write_atomically(&out, &table(&rows)).map_err(CellsError::file(&out))?;
    print(args, &pair, &rows, &out)
}

/// Means of a group in each replicate: of each modality `[replicates, features]`.
fn means(
    asked: &Asked,
    watched: &Watched<'_>,
    group: &Group,
    args: &DifferentialArgs,
    key: Key,
) -> io::Result<Vec<Vec<Vec<f64>>>> {
    let modalities = &asked.run.info.modalities;
    let mut sums: Vec<Vec<Vec<f64>>> =
        modalities.iter().map(|m| vec![vec![0.0; m.features.len()]; args.replicates]).collect();
    let mut totals = vec![0.0; args.replicates];
    for piece in group.cells.chunks(BLOCK * rayon::current_num_threads()) {
        let blocks: Vec<Expected> = piece
            .par_chunks(BLOCK)
            .map(|cells| expected(asked, watched, cells, args.draws, key))
            .collect::<io::Result<_>>()?;
        // Every replicate adds the cells in their order: threads do not change a bit.
        for (m, sums) in sums.iter_mut().enumerate() {
            sums.par_iter_mut().enumerate().for_each(|(r, sum)| {
                for (cell, i, block) in places(piece, &blocks) {
                    let (weight, draw) = share(key, cell, r, args.draws);
                    let width = sum.len();
                    let row = &block[m][draw][i * width..(i + 1) * width];
                    for (s, x) in sum.iter_mut().zip(row) {
                        *s += weight * f64::from(*x);
                    }
                }
            });
        }
        for (r, total) in totals.iter_mut().enumerate() {
            for cell in piece {
                *total += share(key, *cell, r, args.draws).0;
            }
        }
    }
    for sum in sums.iter_mut().flat_map(|sums| sums.iter_mut().zip(&totals)) {
        for s in sum.0 {
            *s /= sum.1;
        }
    }
    Ok(sums)
}

/// Of each modality and each draw the shares of some cells, `[cells, features]`.
type Expected = Vec<Vec<Vec<f32>>>;

/// The cells of a piece with their places in its blocks.
fn places<'a>(piece: &'a [usize], blocks: &'a [Expected]) -> impl Iterator<Item = (usize, usize, &'a Expected)> {
    piece.iter().enumerate().map(|(i, cell)| (*cell, i % BLOCK, &blocks[i / BLOCK]))
}

/// The weight of a cell in a replicate, exponential, and which draw of its latents stands there.
fn share(key: Key, cell: usize, replicate: usize, draws: usize) -> (f64, usize) {
    let bits = key.site("weight").number(cell as u64).step(0).bits(replicate as u64);
    // The high 40 bits make a uniform number above 0, the low 24 choose the draw.
    let uniform = ((bits >> 24) as f64 + 0.5) / (1_u64 << 40) as f64;
    (-uniform.ln(), ((bits & 0xff_ffff) as usize * draws) >> 24)
}

/// Decodes draws of cells at the typical depth, averaged over batches.
fn expected(asked: &Asked, watched: &Watched<'_>, cells: &[usize], draws: usize, key: Key) -> io::Result<Expected> {
    let (run, info) = (&asked.run, &asked.run.info);
    let batch = CellBatch::read(watched, info.modalities.len(), cells)?;
    let numbers: Vec<u64> = cells.iter().map(|&c| c as u64).collect();
    let z = latent_draws(run, &batch, &numbers, key, draws);
    let several = info.batches.len() > 1;
    let conditions: Vec<Vec<f32>> = if several {
        (0..info.batches.len()).map(|b| as_batch(run, &batch.covariates, b)).collect()
    } else {
        vec![batch.covariates.clone()]
    };
    let part = 1.0 / conditions.len() as f32;
    let decode = |m: usize, z: &burn::tensor::Tensor<2>| {
        let depth = vec![info.baseline.typical_total[m].ln() as f32; cells.len()];
        let mut mean = vec![0.0_f32; cells.len() * info.modalities[m].features.len()];
        for numbers in &conditions {
            let found = shares(run, m, z.clone(), covariates(run, numbers.clone(), cells.len()), &depth);
            for (to, x) in mean.iter_mut().zip(found) {
                *to += part * x;
            }
        }
        mean
    };
    Ok((0..info.modalities.len()).map(|m| z.iter().map(|z| decode(m, z)).collect()).collect())
}

fn table(rows: &[Compared]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header =
        ["modality", "feature", "measure", "effect", "low", "high", "probability", "expected_fdr", "mean_a", "mean_b"];
    // Writing to memory does not fail, and every record has as many fields as the header.
    let _ = writer.write_record(header);
    for row in rows {
        let numbers = [row.effect, row.low, row.high, row.probability, row.expected_fdr, row.mean_a, row.mean_b];
        let names = [row.modality.clone(), row.feature.clone(), row.measure.to_owned()];
        let _ = writer.write_record(names.into_iter().chain(numbers.iter().map(ToString::to_string)));
    }
    writer.into_inner().unwrap_or_default()
}

fn print(args: &DifferentialArgs, pair: &[Group; 2], rows: &[Compared], out: &Path) -> Result<(), CellsError> {
    let found = rows.iter().filter(|row| row.expected_fdr <= 0.05).count();
    let [a, b] = pair;
    let top = &rows[..rows.len().min(TOP)];
    if args.json {
        return say(serde_json::json!({
            "a": { "group": a.name, "cells": a.of, "used": a.cells.len() },
            "b": { "group": b.name, "cells": b.of, "used": b.cells.len() },
            "delta": args.delta, "delta_accessible": args.delta_accessible, "seed": args.seed,
            "features": rows.len(), "at_5_percent": found, "top": top, "out": out,
        }));
    }
    for (letter, group) in ["A", "B"].iter().zip(pair) {
        let drawn = if group.cells.len() < group.of { format!(", {} drawn", group.cells.len()) } else { String::new() };
        say(format_args!("{letter:<14} {}: {} cells{drawn}", group.name, group.of))?;
    }
    say(format_args!(
        "{:<8} {:<24} {:>8} {:>20} {:>6} {:>11} {:>11}",
        "", "feature", "effect", "90 % interval", "prob", "mean A", "mean B"
    ))?;
    for row in top {
        let interval = format!("{:.2} to {:.2}", row.low, row.high);
        say(format_args!(
            "{:<8} {:<24} {:>8.2} {interval:>20} {:>6.3} {:>11.4} {:>11.4}",
            row.modality, row.feature, row.effect, row.probability, row.mean_a, row.mean_b
        ))?;
    }
    say(format_args!("effects        log2 fold change of A over B; of accessibility the difference A - B"))?;
    say(format_args!("means          counts in 10,000; of accessibility probabilities"))?;
    say(format_args!("in all         {found} of {} features at an expected false discovery rate of 5 %", rows.len()))?;
    say(format_args!("table          {}", out.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_exponential_and_draws_even() {
        let key = Key::new(1).site("test");
        let n = 20_000;
        let shares: Vec<(f64, usize)> = (0..n).map(|cell| share(key, cell, 7, 4)).collect();
        let mean = shares.iter().map(|s| s.0).sum::<f64>() / n as f64;
        // False alarms: 5 comparisons at 5.5 standard errors, below 1e-6; the standard deviation of a weight is 1.
        let error = (n as f64).sqrt().recip();
        assert!((mean - 1.0).abs() < 5.5 * error, "{mean}");
        for draw in 0..4 {
            let part = shares.iter().filter(|s| s.1 == draw).count() as f64 / n as f64;
            assert!((part - 0.25).abs() < 5.5 * (0.25_f64 * 0.75).sqrt() * error, "{part}");
        }
    }
}
