//! Where a posterior lies: searches, and a normal near it that gives later fits their coordinates.

use super::batch::Batch;
use super::control::Control;
use super::pathfinder::{self, Path};
use super::verdict::distance;
use super::{Attempt, InferError, Options, fixed, laplace};
use crate::LogDensity;
use crate::guide::{FullRank, Guide};
use reparam_core::noise::Key;

/// Dimensions up to which the Hessian at the mode is worth its `2 D` gradients here.
const LAPLACE_DIMENSIONS: usize = 300;
/// Draws by which normals are compared.
const DRAWS: usize = 64;
/// Modes nearer than this, in standard deviations of the fitted guide or of the other mode's normal, are taken for one.
const SAME_MODE: f64 = 8.0;
/// Another mode with less than this share of the mass is not spoken of.
const MASS: f64 = 0.02;

/// What the searches found.
pub(crate) struct Base {
    paths: Vec<Path>,
    laplace: Option<FullRank>,
    normal: FullRank,
    elbo: [f64; 2],
}

impl Base {
    pub fn find<D: LogDensity + ?Sized>(
        batch: &mut Batch<'_, D>,
        start: &[f64],
        key: Key,
        options: &Options,
        control: &mut Control<'_>,
    ) -> Result<Self, InferError> {
        control.stage = "pathfinder".into();
        let _ = control.tick(batch.evaluations, f64::NAN, f64::NAN, None);
        let paths = pathfinder::paths(batch, start, &options.starts, key, options.steps.min(1000) as usize)?;
        let Some(best) = paths.first() else {
            return Err(InferError::Start(batch.last_failure.clone().unwrap_or_else(|| "not finite".into())));
        };
        let (mut normal, mut elbo) = (best.guide.clone(), fixed::elbo(batch, &best.guide, key, DRAWS)?);
        // The mode that is highest, not the one on the best path: they differ where a path stops early.
        let scale = deviations(&normal);
        let laplace =
            if start.len() <= LAPLACE_DIMENSIONS { laplace::laplace(batch, &best.mode, &scale)? } else { None };
        if let Some(at_mode) = &laplace {
            let bound = fixed::elbo(batch, at_mode, key, DRAWS)?;
            if bound[0] > elbo[0] {
                (normal, elbo) = (at_mode.clone(), bound);
            }
        }
        let _ = control.tick(batch.evaluations, elbo[0], elbo[1], None);
        Ok(Self { paths, laplace, normal, elbo })
    }

    /// The best of the normals found.
    pub const fn normal(&self) -> &FullRank {
        &self.normal
    }

    /// The best path's normal.
    pub fn pathfinder(&self) -> &FullRank {
        &self.paths[0].guide
    }

    /// The normal at the mode, where the Hessian there has an inverse.
    pub const fn laplace(&self) -> Option<&FullRank> {
        self.laplace.as_ref()
    }

    /// The end of a search that a fitted guide does not know of although its normal there has an ELBO near the guide's: how far away it is, and its
    /// mass against the guide's. The ends of a bent or long posterior are near a guide that covers it, and are no other mode.
    pub fn other_mode(&self, guide: &dyn Guide, elbo: f64) -> Option<[f64; 2]> {
        let mut centre = vec![0.0; guide.dimension()];
        let top = guide.draw(&vec![0.0; guide.noise_dimension()], &mut centre);
        self.paths
            .iter()
            .filter_map(|path| {
                let mass = (path.elbo[0] - elbo).exp();
                // Of a normal this is the distance in its standard deviations.
                let from_guide = (2.0 * (top - guide.log_density(&path.mode))).max(0.0).sqrt();
                let away = from_guide.min(distance(&path.guide, &centre));
                (mass > MASS && away > SAME_MODE).then_some([away, mass])
            })
            .max_by(|a, b| a[1].total_cmp(&b[1]))
    }

    pub fn attempt(&self) -> Attempt {
        Attempt {
            guide: "pathfinder".into(),
            k_hat: None,
            elbo: self.elbo,
            stopped_because: format!(
                "the best of {} searches ended at a log density of {:.2}",
                self.paths.len(),
                self.paths[0].mode_value
            ),
        }
    }
}

/// Standard deviations of a normal's coordinates.
pub(crate) fn deviations(normal: &FullRank) -> Vec<f64> {
    let d = normal.loc().len();
    let covariance = normal.covariance();
    (0..d).map(|i| covariance[i * d + i].sqrt()).collect()
}
