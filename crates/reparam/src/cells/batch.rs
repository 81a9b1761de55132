//! Cells as a model meets them.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::fused::CountRows;

/// Where cells come from: counts of any cells, in any order, from memory or from a disk.
pub trait CellSource: Sync {
    /// Number of cells.
    fn cells(&self) -> usize;

    /// Counts of a modality for these cells; the row of a cell that lacks the modality is empty.
    ///
    /// # Errors
    /// What the file system says.
    fn counts(&self, modality: usize, cells: &[usize]) -> io::Result<CountRows>;

    /// Whether a cell has this modality.
    fn has(&self, modality: usize, cell: usize) -> bool;

    /// The batch of a cell.
    fn batch(&self, cell: usize) -> u32;

    /// The covariates of a cell, the batches among them.
    fn covariates(&self, cell: usize) -> &[f32];
}

/// The counts of some cells, and what goes with them.
#[derive(Clone, Debug)]
pub struct CellBatch {
    /// One for each modality; empty rows where a cell lacks it.
    pub counts: Vec<CountRows>,
    /// Which cells have the modality, one list for each.
    pub has: Vec<Vec<bool>>,
    /// Logarithm of the total of each cell in each modality; 0 where there is none.
    pub log_totals: Vec<Vec<f32>>,
    /// The batch of each cell.
    pub batches: Vec<u32>,
    /// Row-major, [`covariate_width`](Self::covariate_width) a cell.
    pub covariates: Vec<f32>,
    /// Covariates a cell.
    pub covariate_width: usize,
}

impl CellBatch {
    /// Reads these cells of a source with so many modalities.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read(source: &dyn CellSource, modalities: usize, cells: &[usize]) -> io::Result<Self> {
        let counts = (0..modalities).map(|m| source.counts(m, cells)).collect::<io::Result<Vec<_>>>()?;
        let has: Vec<Vec<bool>> = (0..modalities).map(|m| cells.iter().map(|&c| source.has(m, c)).collect()).collect();
        let log_totals = counts.iter().map(log_totals).collect();
        let covariates: Vec<f32> = cells.iter().flat_map(|&c| source.covariates(c).iter().copied()).collect();
        Ok(Self {
            log_totals,
            counts,
            has,
            batches: cells.iter().map(|&c| source.batch(c)).collect(),
            covariate_width: cells.first().map_or(0, |&c| source.covariates(c).len()),
            covariates,
        })
    }

    /// Number of cells.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.batches.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Some of the cells.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let width = self.covariate_width;
        Self {
            counts: self.counts.iter().map(|c| c.select(&range.clone().collect::<Vec<_>>())).collect(),
            has: self.has.iter().map(|h| h[range.clone()].to_vec()).collect(),
            log_totals: self.log_totals.iter().map(|t| t[range.clone()].to_vec()).collect(),
            batches: self.batches[range.clone()].to_vec(),
            covariates: self.covariates[range.start * width..range.end * width].to_vec(),
            covariate_width: width,
        }
    }

    /// The same cells as if these modalities alone had been measured; what the others were stays in `counts`.
    #[must_use]
    pub fn seen_by(&self, modalities: &[bool]) -> Self {
        let mut seen = self.clone();
        for (has, keep) in seen.has.iter_mut().zip(modalities) {
            if !keep {
                has.fill(false);
            }
        }
        seen
    }

    /// Covariates as a tensor, `[N, C]`; `None` where there are none.
    #[must_use]
    pub fn covariate_tensor(&self, device: &Device) -> Option<Tensor<2>> {
        (self.covariate_width > 0).then(|| {
            let shape = [self.len(), self.covariate_width];
            Tensor::from_data(TensorData::new(self.covariates.clone(), shape), device)
        })
    }

    /// 1 where a cell has the modality, else 0, `[N]`; `None` where all have it.
    #[must_use]
    pub fn mask(&self, modality: usize, device: &Device) -> Option<Tensor<1>> {
        let has = &self.has[modality];
        let number = |&has: &bool| if has { 1.0_f32 } else { 0.0 };
        (!has.iter().all(|has| *has)).then(|| {
            Tensor::from_data(TensorData::new(has.iter().map(number).collect::<Vec<f32>>(), [has.len()]), device)
        })
    }

    /// The row of the dispersions that each of `draws` times the cells takes.
    #[must_use]
    pub fn batch_rows(&self, draws: usize) -> Arc<[u32]> {
        self.batches.repeat(draws).into()
    }
}

/// The logarithm of each row's total; 0 for an empty row.
fn log_totals(counts: &CountRows) -> Vec<f32> {
    counts.totals().iter().map(|&total| if total > 0.0 { (total as f32).ln() } else { 0.0 }).collect()
}
