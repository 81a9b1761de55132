//! A normal with any covariance.

use super::{Guide, HALF_LN_TWO_PI};

/// A normal with any covariance: `z = loc + scale_tril ε`, `scale_tril` lower triangular with a positive diagonal.
///
/// # Parameters
/// `[loc (D), rows of the triangle (D (D + 1) / 2)]`, the diagonal as its logarithm.
///
/// ```
/// use reparam_infer::guide::{FullRank, Guide};
/// let guide = FullRank::new(&[0.0, 1.0], &[2.0, 1.0, 0.5]);
/// let mut z = [0.0; 2];
/// guide.draw(&[1.0, 2.0], &mut z);
/// assert!((z[0] - 2.0).abs() < 1e-15 && (z[1] - 3.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FullRank {
    dimension: usize,
    parameters: Vec<f64>,
    /// The triangle's rows, with the diagonal itself.
    triangle: Vec<f64>,
}

/// Place of the diagonal of row `i` in the rows of a triangle.
const fn diagonal(i: usize) -> usize {
    i * (i + 3) / 2
}

/// Place of the first element of row `i`.
const fn row(i: usize) -> usize {
    i * (i + 1) / 2
}

impl FullRank {
    /// With this mean and these rows of the lower triangle, one after the other.
    ///
    /// # Panics
    /// Where sizes do not fit, or the diagonal is not positive: a program's mistake.
    pub fn new(loc: &[f64], scale_tril: &[f64]) -> Self {
        let dimension = loc.len();
        assert!(scale_tril.len() == row(dimension), "full-rank: {dimension} locations need {} numbers", row(dimension));
        let mut parameters = [loc, scale_tril].concat();
        for i in 0..dimension {
            assert!(scale_tril[diagonal(i)] > 0.0, "full-rank: the diagonal must be positive");
            parameters[dimension + diagonal(i)] = scale_tril[diagonal(i)].ln();
        }
        Self { dimension, parameters, triangle: scale_tril.to_vec() }
    }

    /// The mean.
    pub fn loc(&self) -> &[f64] {
        &self.parameters[..self.dimension]
    }

    /// The rows of the lower triangle, one after the other.
    pub fn scale_tril(&self) -> &[f64] {
        &self.triangle
    }

    /// The covariance, row by row.
    pub fn covariance(&self) -> Vec<f64> {
        let d = self.dimension;
        let mut covariance = vec![0.0; d * d];
        for i in 0..d {
            for j in 0..=i {
                let sum: f64 = (0..=j).map(|k| self.triangle[row(i) + k] * self.triangle[row(j) + k]).sum();
                covariance[i * d + j] = sum;
                covariance[j * d + i] = sum;
            }
        }
        covariance
    }

    /// The noise of a point: `scale_tril⁻¹ (z - loc)`.
    fn noise_of(&self, z: &[f64]) -> Vec<f64> {
        let mut noise = vec![0.0; self.dimension];
        for i in 0..self.dimension {
            let known: f64 = self.triangle[row(i)..diagonal(i)].iter().zip(&noise).map(|(l, e)| l * e).sum();
            noise[i] = (z[i] - self.parameters[i] - known) / self.triangle[diagonal(i)];
        }
        noise
    }

    /// `ln q` of the draw of this noise.
    fn log_density_of_noise(&self, noise: &[f64]) -> f64 {
        let ln_det: f64 = (0..self.dimension).map(|i| self.parameters[self.dimension + diagonal(i)]).sum();
        -HALF_LN_TWO_PI * self.dimension as f64 - ln_det - 0.5 * noise.iter().map(|e| e * e).sum::<f64>()
    }
}

impl Guide for FullRank {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn name(&self) -> String {
        "full-rank".into()
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn set_parameters(&mut self, parameters: &[f64]) {
        self.parameters.copy_from_slice(parameters);
        self.triangle.copy_from_slice(&parameters[self.dimension..]);
        for i in 0..self.dimension {
            self.triangle[diagonal(i)] = self.triangle[diagonal(i)].exp();
        }
    }

    fn draw(&self, noise: &[f64], z: &mut [f64]) -> f64 {
        for (i, z) in z.iter_mut().enumerate() {
            let row = &self.triangle[row(i)..=diagonal(i)];
            *z = self.parameters[i] + row.iter().zip(noise).map(|(l, e)| l * e).sum::<f64>();
        }
        self.log_density_of_noise(noise)
    }

    fn pull_back(&self, noise: &[f64], _z: &[f64], slope: &[f64], entropy_weight: f64, gradient: &mut [f64]) {
        let (loc, triangle) = gradient.split_at_mut(self.dimension);
        for i in 0..self.dimension {
            loc[i] += slope[i];
            let row = &mut triangle[row(i)..=diagonal(i)];
            for (g, e) in row[..i].iter_mut().zip(noise) {
                *g += slope[i] * e;
            }
            row[i] += slope[i] * noise[i] * self.triangle[diagonal(i)] + entropy_weight;
        }
    }

    fn score(&self, noise: &[f64], _z: &[f64], slope: &mut [f64]) {
        // scale_tril^T slope = -ε, from the last row up.
        for i in (0..self.dimension).rev() {
            let known: f64 = (i + 1..self.dimension).map(|k| self.triangle[row(k) + i] * slope[k]).sum();
            slope[i] = (-noise[i] - known) / self.triangle[diagonal(i)];
        }
    }

    fn log_density(&self, z: &[f64]) -> f64 {
        self.log_density_of_noise(&self.noise_of(z))
    }

    fn entropy(&self, gradient: Option<&mut [f64]>) -> Option<f64> {
        if let Some(gradient) = gradient {
            for i in 0..self.dimension {
                gradient[self.dimension + diagonal(i)] += 1.0;
            }
        }
        let ln_det: f64 = (0..self.dimension).map(|i| self.parameters[self.dimension + diagonal(i)]).sum();
        Some((HALF_LN_TWO_PI + 0.5) * self.dimension as f64 + ln_det)
    }

    fn narrower(&self, parameters: &[f64]) -> Vec<f64> {
        let mut narrower = parameters.to_vec();
        for i in 0..self.dimension {
            let row = &mut narrower[self.dimension..][row(i)..=diagonal(i)];
            for l in &mut row[..i] {
                *l *= 0.5;
            }
            row[i] -= std::f64::consts::LN_2;
        }
        narrower
    }

    fn boxed(&self) -> Box<dyn Guide> {
        Box::new(self.clone())
    }
}
