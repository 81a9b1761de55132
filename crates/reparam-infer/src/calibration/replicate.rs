//! One truth, its data, its posterior.

use super::CalibrationOptions;
use crate::{Draws, Model};
use reparam_core::noise::{Key, Noise, Stream};

/// One replicate of a calibration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicate {
    /// Its number, from 0 on.
    pub index: usize,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a replicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The rank of the truth among the ranked draws, for each quantity: how many of them lie below it.
    Ranks(Vec<usize>),
    /// No ranks.
    Failed(Failure),
}

/// Where a replicate failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No draw from the prior.
    #[error("the prior cannot be drawn from")]
    Prior,
    /// The model could not be solved at the truth.
    #[error("no data at the truth: {0}")]
    Data(String),
    /// The model does not take other measurements.
    #[error("the model does not take the replicated measurements")]
    Observations,
    /// The fit said no.
    #[error("fit: {0}")]
    Fit(String),
    /// Draws that the truth cannot be ranked among.
    #[error("draws: {0}")]
    Draws(String),
}

impl Replicate {
    /// The ranks; none where it failed.
    pub fn ranks(&self) -> Option<&[usize]> {
        match &self.outcome {
            Outcome::Ranks(ranks) => Some(ranks),
            Outcome::Failed(_) => None,
        }
    }

    pub(super) fn run(
        model: &dyn Model,
        options: &CalibrationOptions,
        quantities: usize,
        index: usize,
        fit: &(dyn Fn(&dyn Model, u64) -> Result<Draws, String> + Sync),
    ) -> Self {
        let key = |site: &str| Key::new(options.seed).site("calibration").site(site).number(index as u64);
        let ranks = || {
            let truth = model.prior_draw(key("prior").step(0)).ok_or(Failure::Prior)?;
            if truth.len() != model.dimension() {
                return Err(Failure::Prior);
            }
            let count = model.observations().len();
            let (mut expected, mut data) = (vec![0.0; count], vec![0.0; count]);
            model
                .predict(&truth, key("data").step(0), &mut expected, &mut data)
                .map_err(|error| Failure::Data(error.to_string()))?;
            if let Some(i) = data.iter().position(|y| !y.is_finite()) {
                return Err(Failure::Data(format!("measurement {i} is {}", data[i])));
            }
            let replica = model.with_observations(&data).ok_or(Failure::Observations)?;
            let draws = fit(&*replica, key("fit").step(0).bits(0)).map_err(Failure::Fit)?;
            rank(model, &truth, &draws, options.ranked, quantities, key("ties").step(0))
        };
        let outcome = ranks().map_or_else(Outcome::Failed, Outcome::Ranks);
        Self { index, outcome }
    }
}

/// Ranks of the truth's quantities among `ranked` of the draws, evenly spread; ties fall to either side by a uniform number.
fn rank(
    model: &dyn Model,
    truth: &[f64],
    draws: &Draws,
    ranked: usize,
    quantities: usize,
    ties: Stream,
) -> Result<Vec<usize>, Failure> {
    if draws.dimension != truth.len() {
        return Err(Failure::Draws(format!("must have {} coordinates, got {}", truth.len(), draws.dimension)));
    }
    if draws.len() < ranked {
        return Err(Failure::Draws(format!("must be at least {ranked}, got {}", draws.len())));
    }
    let (mut at_truth, mut at_draw) = (vec![0.0; quantities], vec![0.0; quantities]);
    model.constrain(truth, &mut at_truth);
    let mut below = vec![0; quantities];
    let mut alike = vec![0; quantities];
    for i in 0..ranked {
        // 128 bits: the product of two sizes may not fit in 64.
        let row = (i as u128 * draws.len() as u128 / ranked as u128) as usize;
        model.constrain(draws.row(row), &mut at_draw);
        for (q, (x, truth)) in at_draw.iter().zip(&at_truth).enumerate() {
            if !(x.is_finite() && truth.is_finite()) {
                return Err(Failure::Draws(format!("quantity {q} is {x} at draw {row} and {truth} at the truth")));
            }
            below[q] += usize::from(x < truth);
            alike[q] += usize::from(x == truth);
        }
    }
    for (q, (below, alike)) in below.iter_mut().zip(alike).enumerate() {
        let uniform: f64 = ties.draw(Noise::Uniform, q as u64);
        *below += (uniform * (alike as f64 + 1.0)) as usize;
    }
    Ok(below)
}
