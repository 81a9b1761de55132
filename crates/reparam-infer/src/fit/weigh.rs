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

/// `draws` independent draws with Pareto-smoothed importance weights; a draw where the model fails has weight 0.
///
/// Where the caller interrupts, the draws so far are the answer, as long as there are enough for a k-hat.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn weigh<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &dyn Guide,
    key: Key,
    draws: usize,
    control: &mut Control<'_>,
    elbo: [f64; 2],
) -> Result<Weighted, LogDensityError> {
    let (n, d) = (guide.noise_dimension(), guide.dimension());
    let stream = key.site("draws").step(0);
    let (mut points, mut log_ratios) = (Vec::with_capacity(draws * d), Vec::with_capacity(draws));
    let mut done = 0;
    while done < draws {
        let count = PIECE.min(draws - done);
        let (mut noise, mut z, mut values) = (vec![0.0; count * n], vec![0.0; count * d], vec![0.0; count]);
        stream.fill(Noise::StandardNormal, (done * n) as u64, &mut noise);
        let log_q: Vec<f64> = noise.chunks(n).zip(z.chunks_mut(d)).map(|(e, z)| guide.draw(e, z)).collect();
        batch.values(&z, &mut values)?;
        log_ratios.extend(values.iter().zip(&log_q).map(|(p, q)| {
            let ratio = p - q;
            if ratio.is_nan() { f64::NEG_INFINITY } else { ratio }
        }));
        points.extend(z);
        done += count;
        let share = Some(done as f64 / draws as f64);
        if let ControlFlow::Break(Stopped::Interrupted) = control.tick(batch.evaluations, elbo[0], elbo[1], share) {
            break;
        }
    }
    let smoothed = match psis(&log_ratios) {
        Ok(smoothed) => smoothed,
        Err(error) => return Err(LogDensityError::Failed(error.to_string())),
    };
    let (least, most) = log_ratios.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), r| (a.min(*r), b.max(*r)));
    // The guide is the posterior: what is left is rounding, whose tail means nothing.
    let k_hat = if most - least < EQUAL { 0.0 } else { smoothed.k_hat };
    control.k_hat = Some(k_hat);
    Ok(Weighted {
        draws: Draws::new(d, points),
        log_ratios,
        log_weights: smoothed.log_weights,
        k_hat,
        ess: smoothed.ess,
    })
}
