//! The cycle in a flat latent space: a plane, or a single direction.

use super::{CycleError, check};

/// Ridge on the covariance, relative to its mean variance: latent directions that are not used make it singular.
const RIDGE: f64 = 1e-9;

/// A linear function of latents, `direction · (x - mean)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Means of the latents.
    pub mean: Vec<f64>,
    /// The direction; scaled so that the projections have variance 1.
    pub direction: Vec<f64>,
    /// Correlation of the projections with the score.
    pub correlation: f64,
}

impl Axis {
    /// The place of a point along the axis.
    #[must_use]
    pub fn at(&self, point: &[f64]) -> f64 {
        point.iter().zip(&self.mean).zip(&self.direction).map(|((x, m), w)| (x - m) * w).sum()
    }
}

/// The plane in which two scores are seen, and the angle in it.
///
/// ```
/// use reparam_cells::cycle::find_plane;
/// let angles: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.3).collect();
/// let latents: Vec<f64> = angles.iter().flat_map(|a| [a.sin(), 0.0, 2.0 * a.cos()]).collect();
/// let wave = |peak: f64| angles.iter().map(|a| (a - peak).cos()).collect::<Vec<_>>();
/// let plane = find_plane(&latents, 3, &wave(2.0), &wave(4.0)).unwrap();
/// assert!(plane.shares.iter().all(|share| *share > 0.999));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Means of the latents.
    pub mean: Vec<f64>,
    /// Two directions, whose projections have variance 1 and are uncorrelated.
    pub directions: [Vec<f64>; 2],
    /// Shares of the variance of the S score and of the G2/M score that are linear in the latents.
    pub shares: [f64; 2],
}

impl Plane {
    /// Projections of a point.
    #[must_use]
    pub fn project(&self, point: &[f64]) -> [f64; 2] {
        [0, 1].map(|d| point.iter().zip(&self.mean).zip(&self.directions[d]).map(|((x, m), w)| (x - m) * w).sum())
    }

    /// The angle of a point about the middle, in `(-π, π]`; to be oriented with [`super::orient`].
    #[must_use]
    pub fn angle(&self, point: &[f64]) -> f64 {
        let [x, y] = self.project(point);
        y.atan2(x)
    }
}

/// Covariance of latents, factorised, and what regressions on them need.
struct Regression<'a> {
    latents: &'a [f64],
    mean: Vec<f64>,
    /// Lower factor of covariance plus ridge, row after row.
    factor: Vec<f64>,
}

impl<'a> Regression<'a> {
    fn new(latents: &'a [f64], width: usize, cells: usize) -> Result<Self, CycleError> {
        check("latents", latents, cells * width)?;
        if cells < width + 2 || width == 0 {
            return Err(CycleError::Few { what: "a regression on latents", least: width + 2, got: cells });
        }
        let n = cells as f64;
        let mut mean = vec![0.0; width];
        for row in latents.chunks_exact(width) {
            for (m, x) in mean.iter_mut().zip(row) {
                *m += x / n;
            }
        }
        let mut factor = vec![0.0; width * width];
        for row in latents.chunks_exact(width) {
            for i in 0..width {
                for j in 0..=i {
                    factor[i * width + j] += (row[i] - mean[i]) * (row[j] - mean[j]) / n;
                }
            }
        }
        let trace: f64 = (0..width).map(|i| factor[i * width + i]).sum();
        // The smallest positive number keeps latents that are all constant from a division by 0.
        let ridge = RIDGE * trace / width as f64 + f64::MIN_POSITIVE;
        for i in 0..width {
            factor[i * width + i] += ridge;
        }
        cholesky(&mut factor, width);
        Ok(Self { latents, mean, factor })
    }

    fn width(&self) -> usize {
        self.mean.len()
    }

    /// Slopes of a score on the latents.
    fn slopes(&self, score: &[f64]) -> Vec<f64> {
        let (n, width) = (score.len() as f64, self.width());
        let level = score.iter().sum::<f64>() / n;
        let mut slopes = vec![0.0; width];
        for (row, y) in self.latents.chunks_exact(width).zip(score) {
            for ((c, x), m) in slopes.iter_mut().zip(row).zip(&self.mean) {
                *c += (x - m) * (y - level) / n;
            }
        }
        solve(&self.factor, &mut slopes);
        slopes
    }

    fn project(&self, direction: &[f64]) -> Vec<f64> {
        let one = |row: &[f64]| row.iter().zip(&self.mean).zip(direction).map(|((x, m), w)| (x - m) * w).sum();
        self.latents.chunks_exact(self.width()).map(one).collect()
    }
}

/// Lower factor in place; what is above the diagonal stays.
fn cholesky(a: &mut [f64], n: usize) {
    for j in 0..n {
        for i in j..n {
            let sum: f64 = (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum();
            let rest = a[i * n + j] - sum;
            // The ridge keeps pivots positive but for rounding, which the floor takes up.
            a[i * n + j] = if i == j { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / a[j * n + j] };
        }
    }
}

/// Solves with the lower factor and its transpose, in place.
fn solve(factor: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| factor[i * n + k] * b[k]).sum();
        b[i] = (b[i] - sum) / factor[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| factor[k * n + i] * b[k]).sum();
        b[i] = (b[i] - sum) / factor[i * n + i];
    }
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum::<f64>() / n
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let scale = (covariance(a, a) * covariance(b, b)).sqrt();
    if scale > 0.0 { covariance(a, b) / scale } else { 0.0 }
}

/// The plane of latents in which scores of S and G2/M are seen, by least squares of both.
///
/// `latents` is `[cells, width]`, row after row. The fitted scores are whitened symmetrically (by the inverse root of their covariance), so that the first
/// coordinate stays nearest to S and the second to G2/M. Where both scores have one direction there is no plane: what is left of the second is noise, and the
/// p-value of [`super::orient`] need not show it; look at `shares` and at the correlation of the two scores.
///
/// # Errors
/// Lengths that do not fit, values that are not finite, fewer than `width + 2` cells.
pub fn find_plane(latents: &[f64], width: usize, s: &[f64], g2m: &[f64]) -> Result<Plane, CycleError> {
    check("the S score", s, s.len())?;
    check("the G2/M score", g2m, s.len())?;
    let regression = Regression::new(latents, width, s.len())?;
    let slopes = [s, g2m].map(|score| regression.slopes(score));
    let fitted = [&slopes[0], &slopes[1]].map(|w| regression.project(w));
    let shares = [correlation(&fitted[0], s).powi(2), correlation(&fitted[1], g2m).powi(2)];
    // Each fitted score to variance 1 first: S and G2/M count alike, whatever their units.
    let scale = [0, 1].map(|d| covariance(&fitted[d], &fitted[d]).sqrt().max(f64::MIN_POSITIVE));
    let r = (covariance(&fitted[0], &fitted[1]) / (scale[0] * scale[1])).clamp(-1.0 + 1e-12, 1.0 - 1e-12);
    // Inverse root of [[1, r], [r, 1]]: eigenvectors (1, ±1) / √2 with eigenvalues 1 ± r.
    let (plus, minus) = (0.5 / (1.0 + r).sqrt(), 0.5 / (1.0 - r).sqrt());
    let mix = |a: f64, b: f64| -> Vec<f64> {
        slopes[0].iter().zip(&slopes[1]).map(|(x, y)| a * x / scale[0] + b * y / scale[1]).collect()
    };
    let directions = [mix(plus + minus, plus - minus), mix(plus - minus, plus + minus)];
    Ok(Plane { mean: regression.mean, directions, shares })
}

/// The single direction of latents with the largest correlation with a score.
///
/// `latents` is `[cells, width]`, row after row. By least squares: no direction has a larger correlation.
///
/// # Errors
/// Lengths that do not fit, values that are not finite, fewer than `width + 2` cells.
pub fn find_axis(latents: &[f64], width: usize, score: &[f64]) -> Result<Axis, CycleError> {
    check("the score", score, score.len())?;
    let regression = Regression::new(latents, width, score.len())?;
    let slopes = regression.slopes(score);
    let fitted = regression.project(&slopes);
    let scale = covariance(&fitted, &fitted).sqrt().max(f64::MIN_POSITIVE);
    let direction = slopes.iter().map(|w| w / scale).collect();
    Ok(Axis { direction, correlation: correlation(&fitted, score), mean: regression.mean })
}
