//! Draws from a guide, weighed against the model.

use super::batch::Batch;
use super::control::Control;
use super::{Stopped, Weighted};
use crate::guide::Guide;
use crate::psis::psis;
use crate::{Draws, LogDensity, LogDensityError};
use reparam_core::noise::{Key, Noise};
use std::ops::ControlFlow;

/// Ratios that differ by less than this, nats, are equal.
const EQUAL: f64 = 1e-6;
/// Draws that are evaluated between two looks at the clock.
const PIECE: usize = 256;

/// Times that draws are quadrupled where k-hat may be above its bar by chance.
const AGAIN: usize = 2;
/// Draws whose k-hat is believed as it is: its standard error is 0.03 there.
const ENOUGH: usize = 1 << 16;
/// The share of draws that weighted ones must be worth for that to be worth it.
const PROMISING: f64 = 0.1;
/// The bar.
const USABLE: f64 = 0.7;

/// `draws` independent draws with Pareto-smoothed importance weights; a draw where the model fails has weight 0.
///
/// The k-hat of a few thousand draws has a standard error of about 0.1. Where it is above 0.7 although the weighted draws are worth a tenth of their number or
/// more, four times as many are drawn, and once more, before it is believed.
///
/// Where the caller interrupts, the draws so far are the answer, as long as there are enough for a k-hat.
///
/// # Errors
/// Wrong sizes; no draw at which the model has a value.
pub(crate) fn weigh<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &dyn Guide,
    key: Key,
    draws: usize,
    control: &mut Control<'_>,
    elbo: [f64; 2],
) -> Result<Weighted, LogDensityError> {
    let mut wanted = draws;
    let mut drawn = Drawn { points: Vec::new(), log_ratios: Vec::new() };
    let mut round = 0;
    loop {
        let stopped = drawn.extend(batch, guide, key, wanted, control, elbo)?;
        let smoothed =
            psis(&drawn.log_ratios).map_err(|error| LogDensityError::Failed(format!("{error}: {}", last(batch))))?;
        let k_hat = if drawn.alike() { 0.0 } else { smoothed.k_hat };
        control.k_hat = Some(k_hat);
        let chance = k_hat > USABLE && smoothed.ess >= PROMISING * drawn.log_ratios.len() as f64;
        if stopped || !chance || round == AGAIN || 4 * wanted > ENOUGH {
            return Ok(Weighted {
                draws: Draws::new(guide.dimension(), drawn.points),
                log_ratios: drawn.log_ratios,
                log_weights: smoothed.log_weights,
                k_hat,
                ess: smoothed.ess,
            });
        }
        wanted *= 4;
        round += 1;
    }
}

fn last<'a, D: LogDensity + ?Sized>(batch: &'a Batch<'_, D>) -> &'a str {
    batch.last_failure.as_deref().unwrap_or("not finite")
}

/// Draws so far.
struct Drawn {
    points: Vec<f64>,
    log_ratios: Vec<f64>,
}

impl Drawn {
    /// The guide is the posterior: what is left of the ratios is rounding, whose tail means nothing.
    fn alike(&self) -> bool {
        let ends = self.log_ratios.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), r| (a.min(*r), b.max(*r)));
        ends.1 - ends.0 < EQUAL
    }

    /// Draws on until there are `wanted`; whether the caller interrupted.
    fn extend<D: LogDensity + ?Sized>(
        &mut self,
        batch: &mut Batch<'_, D>,
        guide: &dyn Guide,
        key: Key,
        wanted: usize,
        control: &mut Control<'_>,
        elbo: [f64; 2],
    ) -> Result<bool, LogDensityError> {
        let (n, d) = (guide.noise_dimension(), guide.dimension());
        let stream = key.site("draws").step(0);
        while self.log_ratios.len() < wanted {
            let done = self.log_ratios.len();
            let count = PIECE.min(wanted - done);
            let (mut noise, mut z, mut values) = (vec![0.0; count * n], vec![0.0; count * d], vec![0.0; count]);
            stream.fill(Noise::StandardNormal, (done * n) as u64, &mut noise);
            let log_q: Vec<f64> = noise.chunks(n).zip(z.chunks_mut(d)).map(|(e, z)| guide.draw(e, z)).collect();
            batch.values(&z, &mut values)?;
            self.log_ratios.extend(values.iter().zip(&log_q).map(|(p, q)| {
                let ratio = p - q;
                if ratio.is_nan() { f64::NEG_INFINITY } else { ratio }
            }));
            self.points.extend(z);
            let share = Some((done + count) as f64 / wanted as f64);
            if let ControlFlow::Break(Stopped::Interrupted) = control.tick(batch.evaluations, elbo[0], elbo[1], share) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
