//! Fits of each family of guides from the base normal.

use super::annealed;
use super::base::{Base, deviations};
use super::batch::Batch;
use super::control::Control;
use super::fixed::{self, Ended, FixedOptions};
use super::stochastic::{self, StochasticOptions};
use super::whitened::{Map, Whitened};
use super::{GradientChoice, GuideChoice, InferError, NoiseChoice, Options, Stopped};
use crate::guide::{Flow, FlowOptions, FullRank, Guide, LowRank, MeanField};
use crate::{LogDensity, LogDensityError, matrix};
use reparam_core::noise::Key;

/// Dimensions up to which fixed noise serves a normal.
const FIXED_DIMENSIONS: usize = 300;
/// A fit has converged when doubling the draws, or dividing the step size, moves the guide by less than this, nats a coordinate: 0.028 standard
/// deviations of each.
const TOLERANCE: f64 = 0.0004;

/// Numbers of fixed noise that are kept at most: 32 MiB, and as much again for draws and slopes.
const MOST_NOISE: usize = 1 << 22;

/// Fits a guide of this family, in the coordinates of the base normal.
///
/// # Errors
/// Wrong sizes; no normal at the mode.
pub(crate) fn fit<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    choice: GuideChoice,
    base: &Base,
    key: Key,
    options: &Options,
    control: &mut Control<'_>,
) -> Result<(Box<dyn Guide>, Ended), InferError> {
    let density = batch.density();
    let n = density.dimension();
    let run = Run { key, options };
    let done = |because: &str| Ended { stopped: Stopped::Converged, because: because.into() };
    match choice {
        GuideChoice::Pathfinder => {
            Ok((Box::new(base.pathfinder().clone()), done("converged: the searches ended where the gradient is 0")))
        }
        GuideChoice::Laplace => match base.laplace() {
            Some(normal) => Ok((Box::new(normal.clone()), done("converged: the search ended at a maximum"))),
            None => Err(InferError::NoMaximum),
        },
        GuideChoice::MeanField => {
            // The scale of a coordinate when all others stand still: where the best independent normal lies for a normal posterior.
            let precision = matrix::inverse(&square(base.normal()), n);
            let scale = (0..n).map(|i| precision[i * n + i].powf(-0.5)).collect();
            let whitened = Whitened::new(density, base.normal().loc(), Map::Diagonal(scale));
            let mut guide = MeanField::new(&vec![0.0; n], &vec![1.0; n]);
            let ended = run.normal(batch, &whitened, &mut guide, 2 * n, control)?;
            Ok((Box::new(whitened.mean_field(&guide)), ended))
        }
        GuideChoice::LowRank(rank) => {
            let whitened = Whitened::new(density, base.normal().loc(), Map::Diagonal(deviations(base.normal())));
            let (scale, factors) = factors_of(base.normal(), rank);
            let mut guide = LowRank::new(&vec![0.0; n], &scale, &factors, rank);
            let ended = run.normal(batch, &whitened, &mut guide, (2 * (n + rank)).min(512), control)?;
            Ok((Box::new(whitened.low_rank(&guide)), ended))
        }
        GuideChoice::Flow => {
            let (normal, ended) = full_rank(batch, &run, base, control)?;
            if ended.stopped != Stopped::Converged || n < 2 {
                return Ok((Box::new(normal), ended));
            }
            control.stage = "flow".into();
            let start = FlowOptions { seed: options.seed, ..FlowOptions::default() };
            let mut guide = Flow::new(normal.loc(), &square(&normal), start)
                .map_err(|error| InferError::Start(error.to_string()))?;
            let rules = StochasticOptions {
                draws: Flow::DRAWS,
                noise: if options.noise == NoiseChoice::Fixed { NoiseChoice::Auto } else { options.noise },
                gradient: GradientChoice::StickingTheLanding,
                wide: Flow::WIDE,
                steps: options.steps.min(Flow::STEPS),
                rate: Flow::STEP_SIZE,
                ..StochasticOptions::default()
            };
            let ended = annealed::fit(batch, &mut guide, key, rules, control)?;
            Ok((Box::new(guide), ended))
        }
        GuideChoice::Auto | GuideChoice::FullRank => {
            let (normal, ended) = full_rank(batch, &run, base, control)?;
            Ok((Box::new(normal), ended))
        }
    }
}

/// The normal of full rank, from the base normal.
fn full_rank<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    run: &Run<'_>,
    base: &Base,
    control: &mut Control<'_>,
) -> Result<(FullRank, Ended), InferError> {
    let density = batch.density();
    let n = density.dimension();
    let whitened = Whitened::new(density, base.normal().loc(), Map::Lower(square(base.normal())));
    let mut guide = FullRank::new(&vec![0.0; n], &matrix::packed(&matrix::identity(n), n));
    let ended = run.normal(batch, &whitened, &mut guide, 4 * n, control)?;
    Ok((whitened.full_rank(&guide), ended))
}
/// The correlation matrix of a normal as a diagonal and factors: its first eigenvectors, stretched by what their variances exceed the mean
/// of the others (Tipping and Bishop 1999, eq. 7), and the standard deviations that are left. For a fit to begin with.
fn factors_of(normal: &FullRank, rank: usize) -> (Vec<f64>, Vec<f64>) {
    let n = normal.loc().len();
    let (deviations, mut correlation) = (deviations(normal), normal.covariance());
    (0..n * n).for_each(|at| correlation[at] /= deviations[at / n] * deviations[at % n]);
    let mut factors = vec![0.0; n * rank];
    if let Some((values, vectors)) = matrix::eigen(&correlation, n) {
        let rest = values[..n - rank].iter().sum::<f64>() / (n - rank).max(1) as f64;
        for i in 0..n {
            for r in 0..rank {
                let column = n - 1 - r;
                factors[i * rank + r] = vectors[i * n + column] * (values[column] - rest).max(1e-4).sqrt();
            }
        }
    }
    let left = |i: usize| 1.0 - factors[i * rank..][..rank].iter().map(|f| f * f).sum::<f64>();
    ((0..n).map(|i| left(i).max(1e-4).sqrt()).collect(), factors)
}

/// The lower triangle of a normal as a square.
fn square(normal: &FullRank) -> Vec<f64> {
    let d = normal.loc().len();
    let mut square = vec![0.0; d * d];
    for i in 0..d {
        square[i * d..=i * d + i].copy_from_slice(&normal.scale_tril()[i * (i + 1) / 2..][..=i]);
    }
    square
}

struct Run<'a> {
    key: Key,
    options: &'a Options,
}

impl Run<'_> {
    /// A normal, with fixed noise where that is asked for or fits; at least `least` draws.
    fn normal<D: LogDensity + ?Sized, W: LogDensity>(
        &self,
        batch: &mut Batch<'_, D>,
        whitened: &W,
        guide: &mut dyn Guide,
        least: usize,
        control: &mut Control<'_>,
    ) -> Result<Ended, LogDensityError> {
        let fixed = match self.options.noise {
            NoiseChoice::Auto => guide.dimension() <= FIXED_DIMENSIONS,
            NoiseChoice::Fixed => true,
            _ => false,
        };
        control.stage = guide.name();
        let mut inner = Batch::new(whitened);
        control.before = batch.evaluations;
        let ended = if fixed {
            let draws = least.next_power_of_two().max(32);
            let rules = FixedOptions {
                draws,
                most_draws: (64 * draws).min(MOST_NOISE / guide.noise_dimension()).max(draws),
                steps: self.options.steps,
                tolerance: TOLERANCE * guide.dimension() as f64,
            };
            fixed::fit(&mut inner, guide, self.key, rules, control)?
        } else {
            let rules = StochasticOptions {
                noise: self.options.noise,
                gradient: self.options.gradient,
                steps: control.steps + self.options.steps,
                tolerance: TOLERANCE * guide.dimension() as f64,
                ..StochasticOptions::default()
            };
            stochastic::fit(&mut inner, guide, self.key, rules, control)?
        };
        control.before = 0;
        batch.count(&inner);
        Ok(ended)
    }
}
