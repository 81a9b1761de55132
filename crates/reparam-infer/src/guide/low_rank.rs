//! A normal whose covariance is a diagonal and a matrix of low rank.

use super::{FullRank, Guide, HALF_LN_TWO_PI};
use crate::matrix;

/// A normal whose covariance is a diagonal and a matrix of low rank: `z = loc + scale ∘ ε₁ + factors ε₂`, so that the covariance is
/// `diag(scale²) + factors factorsᵀ` (Ong, Nott and Smith 2018). It costs `D R` where a full rank costs `D²`.
///
/// # Parameters
/// `[loc (D), ln scale (D), factors (D rows of R)]`. The noise has `D + R` numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct LowRank {
    dimension: usize,
    rank: usize,
    parameters: Vec<f64>,
    scale: Vec<f64>,
    /// Lower triangle, as a square, of the Cholesky factor of `I + factorsᵀ diag(scale⁻²) factors`.
    inner: Vec<f64>,
    ln_det: f64,
}

impl LowRank {
    /// With these means and standard deviations, and factors, D rows of `rank` numbers.
    ///
    /// # Panics
    /// Where sizes do not fit, or a scale is not positive: a program's mistake.
    pub fn new(loc: &[f64], scale: &[f64], factors: &[f64], rank: usize) -> Self {
        let dimension = loc.len();
        assert!(
            scale.len() == dimension && factors.len() == dimension * rank && rank > 0,
            "low-rank: sizes do not fit"
        );
        assert!(scale.iter().all(|s| *s > 0.0), "low-rank: scales must be positive");
        let ln_scale: Vec<f64> = scale.iter().map(|s| s.ln()).collect();
        let parameters = [loc, &ln_scale, factors].concat();
        let mut guide =
            Self { dimension, rank, parameters, scale: scale.to_vec(), inner: vec![0.0; rank * rank], ln_det: 0.0 };
        guide.refresh();
        guide
    }

    /// The mean.
    pub fn loc(&self) -> &[f64] {
        &self.parameters[..self.dimension]
    }

    /// The factors, D rows of R.
    pub fn factors(&self) -> &[f64] {
        &self.parameters[2 * self.dimension..]
    }

    /// This normal about another mean, its coordinates stretched.
    pub(crate) fn scaled(&self, loc: &[f64], stretch: &[f64]) -> Self {
        let scale: Vec<f64> = self.scale.iter().zip(stretch).map(|(a, b)| (a * b).max(f64::MIN_POSITIVE)).collect();
        let rows = self.factors().chunks(self.rank).zip(stretch);
        let factors: Vec<f64> = rows.flat_map(|(row, s)| row.iter().map(move |f| f * s)).collect();
        Self::new(loc, &scale, &factors, self.rank)
    }

    /// The normal as one of full rank.
    pub fn to_full_rank(&self) -> FullRank {
        let (d, r) = (self.dimension, self.rank);
        let mut covariance = vec![0.0; d * d];
        for i in 0..d {
            for j in 0..d {
                let (a, b) = (&self.factors()[i * r..][..r], &self.factors()[j * r..][..r]);
                covariance[i * d + j] = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            }
            covariance[i * d + i] += self.scale[i] * self.scale[i];
        }
        // Positive definite whatever the factors, for scales are positive; rounding is met by the smallest of ridges.
        let triangle = matrix::cholesky_with_ridge(&covariance, d);
        FullRank::new(&self.parameters[..d], &matrix::packed(&triangle, d))
    }

    fn refresh(&mut self) {
        let (d, r) = (self.dimension, self.rank);
        let mut inner = vec![0.0; r * r];
        for i in 0..d {
            let factors = &self.parameters[2 * d + i * r..][..r];
            let precision = self.scale[i].powi(-2);
            for a in 0..r {
                for b in 0..r {
                    inner[a * r + b] += factors[a] * factors[b] * precision;
                }
            }
        }
        for a in 0..r {
            inner[a * r + a] += 1.0;
        }
        self.inner = matrix::cholesky_with_ridge(&inner, r);
        self.ln_det = 2.0 * self.parameters[d..2 * d].iter().sum::<f64>()
            + 2.0 * (0..r).map(|a| self.inner[a * r + a].ln()).sum::<f64>();
    }

    /// `covariance⁻¹ v`, by Woodbury's identity.
    fn solve(&self, v: &[f64], out: &mut [f64]) {
        let (d, r) = (self.dimension, self.rank);
        let mut small = vec![0.0; r];
        for i in 0..d {
            out[i] = v[i] / (self.scale[i] * self.scale[i]);
            for (s, f) in small.iter_mut().zip(&self.factors()[i * r..][..r]) {
                *s += f * out[i];
            }
        }
        matrix::solve_cholesky(&self.inner, r, &mut small);
        for (i, out) in out.iter_mut().enumerate() {
            let part: f64 = self.factors()[i * r..][..r].iter().zip(&small).map(|(f, s)| f * s).sum();
            *out -= part / (self.scale[i] * self.scale[i]);
        }
    }

    /// Adds `weight` times the gradient of `½ ln det covariance`: the entropy's.
    fn add_entropy_gradient(&self, weight: f64, gradient: &mut [f64]) {
        let (d, r) = (self.dimension, self.rank);
        // Rows of inner⁻¹ factorsᵀ diag(scale⁻²); covariance⁻¹ factors is its transpose.
        for i in 0..d {
            let precision = self.scale[i].powi(-2);
            let mut w: Vec<f64> = self.factors()[i * r..][..r].iter().map(|f| f * precision).collect();
            matrix::solve_cholesky(&self.inner, r, &mut w);
            let explained: f64 = w.iter().zip(&self.factors()[i * r..][..r]).map(|(w, f)| w * f).sum();
            // (covariance⁻¹)_ii scale_i² = 1 - f_iᵀ inner⁻¹ f_i / scale_i².
            gradient[d + i] += weight * (1.0 - explained);
            for (a, w) in w.iter().enumerate() {
                gradient[2 * d + i * r + a] += weight * w;
            }
        }
    }
}

impl Guide for LowRank {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn noise_dimension(&self) -> usize {
        self.dimension + self.rank
    }

    fn name(&self) -> String {
        format!("low-rank:{}", self.rank)
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn set_parameters(&mut self, parameters: &[f64]) {
        self.parameters.copy_from_slice(parameters);
        for (scale, ln) in self.scale.iter_mut().zip(&parameters[self.dimension..]) {
            *scale = ln.exp();
        }
        self.refresh();
    }

    fn draw(&self, noise: &[f64], z: &mut [f64]) -> f64 {
        let (d, r) = (self.dimension, self.rank);
        let (own, shared) = noise.split_at(d);
        for i in 0..d {
            let common: f64 = self.factors()[i * r..][..r].iter().zip(shared).map(|(f, e)| f * e).sum();
            z[i] = self.parameters[i] + self.scale[i] * own[i] + common;
        }
        self.log_density(z)
    }

    fn pull_back(&self, noise: &[f64], z: &[f64], slope: &[f64], entropy_weight: f64, gradient: &mut [f64]) {
        let (d, r) = (self.dimension, self.rank);
        let mut slope = slope.to_vec();
        if entropy_weight != 0.0 {
            // -ln q(g(ε)) moves through the draw, slope covariance⁻¹ (z - loc) = a, and through the density: the rest.
            let mut a = vec![0.0; d];
            self.score(noise, z, &mut a);
            for a in &mut a {
                *a = -*a;
            }
            for i in 0..d {
                slope[i] += entropy_weight * a[i];
                gradient[i] -= entropy_weight * a[i];
                gradient[d + i] -= entropy_weight * (a[i] * self.scale[i]).powi(2);
            }
            let projected: Vec<f64> = (0..r).map(|k| (0..d).map(|i| a[i] * self.factors()[i * r + k]).sum()).collect();
            for i in 0..d {
                for (k, p) in projected.iter().enumerate() {
                    gradient[2 * d + i * r + k] -= entropy_weight * a[i] * p;
                }
            }
            self.add_entropy_gradient(entropy_weight, gradient);
        }
        let (own, shared) = noise.split_at(d);
        for i in 0..d {
            gradient[i] += slope[i];
            gradient[d + i] += slope[i] * own[i] * self.scale[i];
            for (k, e) in shared.iter().enumerate() {
                gradient[2 * d + i * r + k] += slope[i] * e;
            }
        }
    }

    fn score(&self, _noise: &[f64], z: &[f64], slope: &mut [f64]) {
        let away: Vec<f64> = z.iter().zip(&self.parameters).map(|(z, m)| z - m).collect();
        self.solve(&away, slope);
        for s in slope.iter_mut() {
            *s = -*s;
        }
    }

    fn log_density(&self, z: &[f64]) -> f64 {
        let away: Vec<f64> = z.iter().zip(&self.parameters).map(|(z, m)| z - m).collect();
        let mut solved = vec![0.0; self.dimension];
        self.solve(&away, &mut solved);
        let square: f64 = away.iter().zip(&solved).map(|(a, s)| a * s).sum();
        -HALF_LN_TWO_PI * self.dimension as f64 - 0.5 * (self.ln_det + square)
    }

    fn entropy(&self, gradient: Option<&mut [f64]>) -> Option<f64> {
        if let Some(gradient) = gradient {
            self.add_entropy_gradient(1.0, gradient);
        }
        Some((HALF_LN_TWO_PI + 0.5) * self.dimension as f64 + 0.5 * self.ln_det)
    }

    fn narrower(&self, parameters: &[f64]) -> Vec<f64> {
        let mut narrower = parameters.to_vec();
        let (scale, factors) = narrower[self.dimension..].split_at_mut(self.dimension);
        for ln in scale.iter_mut() {
            *ln -= std::f64::consts::LN_2;
        }
        for f in factors.iter_mut() {
            *f *= 0.5;
        }
        narrower
    }

    fn boxed(&self) -> Box<dyn Guide> {
        Box::new(self.clone())
    }
}
