//! Independent normals.

use super::{Guide, HALF_LN_TWO_PI};

/// Independent normals: `z = loc + scale ∘ ε`.
///
/// # Parameters
/// `[loc (D), ln scale (D)]`.
///
/// ```
/// use reparam_infer::guide::{Guide, MeanField};
/// let guide = MeanField::new(&[1.0, 2.0], &[0.5, 3.0]);
/// let mut z = [0.0; 2];
/// guide.draw(&[2.0, -1.0], &mut z);
/// assert!((z[0] - 2.0).abs() < 1e-15 && (z[1] + 1.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeanField {
    parameters: Vec<f64>,
    scale: Vec<f64>,
}

impl MeanField {
    /// With these means and standard deviations.
    ///
    /// # Panics
    /// Where the two differ in length, or a scale is not positive: a program's mistake.
    pub fn new(loc: &[f64], scale: &[f64]) -> Self {
        assert!(
            loc.len() == scale.len() && scale.iter().all(|s| *s > 0.0),
            "mean-field: one positive scale a location"
        );
        let parameters = loc.iter().copied().chain(scale.iter().map(|s| s.ln())).collect();
        Self { parameters, scale: scale.to_vec() }
    }

    /// The means.
    pub fn loc(&self) -> &[f64] {
        &self.parameters[..self.scale.len()]
    }

    /// The standard deviations.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }
}

impl Guide for MeanField {
    fn dimension(&self) -> usize {
        self.scale.len()
    }

    fn name(&self) -> String {
        "mean-field".into()
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn set_parameters(&mut self, parameters: &[f64]) {
        self.parameters.copy_from_slice(parameters);
        let dimension = self.scale.len();
        for (scale, ln) in self.scale.iter_mut().zip(&parameters[dimension..]) {
            *scale = ln.exp();
        }
    }

    fn draw(&self, noise: &[f64], z: &mut [f64]) -> f64 {
        let dimension = self.scale.len();
        let (loc, ln_scale) = self.parameters.split_at(dimension);
        let mut log_density = -HALF_LN_TWO_PI * dimension as f64;
        for i in 0..dimension {
            z[i] = loc[i] + self.scale[i] * noise[i];
            log_density -= ln_scale[i] + 0.5 * noise[i] * noise[i];
        }
        log_density
    }

    fn pull_back(&self, noise: &[f64], _z: &[f64], slope: &[f64], entropy_weight: f64, gradient: &mut [f64]) {
        let (loc, ln_scale) = gradient.split_at_mut(self.scale.len());
        for i in 0..self.scale.len() {
            loc[i] += slope[i];
            ln_scale[i] += slope[i] * noise[i] * self.scale[i] + entropy_weight;
        }
    }

    fn score(&self, noise: &[f64], _z: &[f64], slope: &mut [f64]) {
        for i in 0..self.scale.len() {
            slope[i] = -noise[i] / self.scale[i];
        }
    }

    fn log_density(&self, z: &[f64]) -> f64 {
        let (loc, ln_scale) = self.parameters.split_at(self.scale.len());
        (0..self.scale.len())
            .map(|i| -HALF_LN_TWO_PI - ln_scale[i] - 0.5 * ((z[i] - loc[i]) / self.scale[i]).powi(2))
            .sum()
    }

    fn entropy(&self, gradient: Option<&mut [f64]>) -> Option<f64> {
        let dimension = self.scale.len();
        if let Some(gradient) = gradient {
            for g in &mut gradient[dimension..] {
                *g += 1.0;
            }
        }
        Some((HALF_LN_TWO_PI + 0.5) * dimension as f64 + self.parameters[dimension..].iter().sum::<f64>())
    }

    fn narrower(&self, parameters: &[f64]) -> Vec<f64> {
        let mut narrower = parameters.to_vec();
        narrower[self.scale.len()..].iter_mut().for_each(|ln| *ln -= std::f64::consts::LN_2);
        narrower
    }

    fn boxed(&self) -> Box<dyn Guide> {
        Box::new(self.clone())
    }
}
