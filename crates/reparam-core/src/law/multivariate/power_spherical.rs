//! Power spherical law.

use std::any::Any;
use std::f64::consts::{LN_2, PI};

use super::linear::dot;
use super::{
    MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add, check_loc,
    finite, normal_noise, write,
};
use crate::law::implicit::log_gamma_draw;
use crate::noise::Stream;
use crate::special::{beta_slopes, digamma_difference, log_gamma_difference};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "power-spherical",
    parameters: &[
        Parameter::vector("loc", Support::Real).transport(),
        Parameter::scalar("concentration", Support::NonNegative).implicit(),
    ],
    support: "vectors of length 1",
    method: "cosine by a Beta draw, direction by normal noise",
    closed_entropy: true,
    build: |v| Ok(Box::new(PowerSpherical::new(v[0], v[1][0])?)),
};

/// Law of unit vectors `x` around the direction `loc`: `p(x) ∝ (1 + loc · x)^concentration` (De Cao and Aziz 2020).
///
/// The density is with respect to the sphere's surface; concentration 0 is uniform. `½ (1 + loc · x)` has the law
/// Beta(½ (n - 1) + concentration, ½ (n - 1)) for vectors of `n` numbers, and the part across `loc` is uniform in direction.
///
/// In `loc` the path turns a draw with `loc`, in the plane of `loc` and its change; derivatives are along the sphere, because `loc` is
/// normalised. In `concentration` draws move along the great circle to `loc`, at fixed distribution function of the cosine.
///
/// ```
/// use reparam_core::law::{MultivariateLaw, PowerSpherical};
/// let law = PowerSpherical::new(&[0.0, 0.0, 2.0], 1.0).unwrap();
/// assert_eq!(law.mode(), [0.0, 0.0, 1.0]);
/// let uniform = PowerSpherical::new(&[0.0, 0.0, 1.0], 0.0).unwrap();
/// assert!((uniform.entropy() - (4.0 * std::f64::consts::PI).ln()).abs() < 1e-14);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PowerSpherical {
    loc: Vec<f64>,
    concentration: f64,
}

/// Where a value stands: `½ (1 ± loc · x)`, both without cancellation.
struct Cosine {
    near: f64,
    far: f64,
}

impl PowerSpherical {
    /// The law around the direction of `loc`, which need not have length 1.
    ///
    /// # Errors
    ///
    /// `loc` of fewer than 2 numbers, not finite, or all zeros; `concentration` not finite and from 0 on.
    pub fn new(loc: &[f64], concentration: f64) -> Result<Self, ParameterError> {
        check_loc(FAMILY.name, loc)?;
        ParameterError::check(FAMILY.name, FAMILY.parameters[1], &[concentration])?;
        let largest = loc.iter().fold(0.0_f64, |m, l| m.max(l.abs()));
        if loc.len() < 2 || largest == 0.0 {
            let rule = format!("loc must have at least 2 numbers that are not all 0, got {loc:?}");
            return Err(ParameterError::Together { law: FAMILY.name, rule });
        }
        let mut loc = loc.to_vec();
        // A vector that has length 1 up to rounding stays as it is.
        if (dot(&loc, &loc) - 1.0).abs() > 4.0 * f64::EPSILON {
            let scaled: Vec<f64> = loc.iter().map(|l| l / largest).collect();
            let length = dot(&scaled, &scaled).sqrt();
            loc = scaled.iter().map(|l| l / length).collect();
        }
        Ok(Self { loc, concentration })
    }

    /// `KL` to the uniform law on the sphere.
    ///
    /// ```
    /// use reparam_core::law::PowerSpherical;
    /// assert_eq!(PowerSpherical::new(&[1.0, 0.0], 0.0).unwrap().kl_to_uniform(), 0.0);
    /// ```
    pub fn kl_to_uniform(&self) -> f64 {
        let uniform = Self { loc: self.loc.clone(), concentration: 0.0 };
        uniform.entropy() - self.entropy()
    }

    /// Shapes of the Beta law.
    fn shapes(&self) -> (f64, f64) {
        let b = 0.5 * (self.loc.len() as f64 - 1.0);
        (b + self.concentration, b)
    }

    /// `-log p(loc)` but for the power: `p(x) = e^-constant · near^concentration`.
    fn constant(&self) -> f64 {
        let (a, b) = self.shapes();
        2.0 * b * LN_2 + b * PI.ln() - log_gamma_difference(a, b)
    }

    fn cosine(&self, x: &[f64]) -> Cosine {
        let quarter = |sign: f64| 0.25 * x.iter().zip(&self.loc).map(|(x, l)| (l + sign * x).powi(2)).sum::<f64>();
        Cosine { near: quarter(1.0).min(1.0), far: quarter(-1.0).min(1.0) }
    }

    /// `log near`, from the side that keeps its digits.
    fn log_near(cosine: &Cosine) -> f64 {
        if cosine.far < 0.5 { (-cosine.far).ln_1p() } else { cosine.near.ln() }
    }

    /// What of `v` is across `loc`.
    fn across(&self, v: &[f64]) -> Vec<f64> {
        let along = dot(v, &self.loc);
        v.iter().zip(&self.loc).map(|(v, l)| v - along * l).collect()
    }
}

impl MultivariateLaw for PowerSpherical {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![self.loc.clone(), vec![self.concentration]]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.loc.len()]
    }

    fn contains(&self, x: &[f64]) -> bool {
        finite(x, self.loc.len()) && (dot(x, x) - 1.0).abs() <= f64::from(f32::EPSILON) * x.len() as f64
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if !self.contains(x) {
            return f64::NEG_INFINITY;
        }
        let power = if self.concentration == 0.0 { 0.0 } else { self.concentration * Self::log_near(&self.cosine(x)) };
        power - self.constant()
    }

    fn mean(&self) -> Vec<f64> {
        let (a, b) = self.shapes();
        self.loc.iter().map(|l| l * self.concentration / (a + b)).collect()
    }

    fn variance(&self) -> Vec<f64> {
        let (a, b) = self.shapes();
        // Of the cosine, and the mean square in each direction across.
        let along = 4.0 * (a / (a + b)) * (b / (a + b)) / (a + b + 1.0);
        let across = 4.0 * (a / (a + b)) * b / (a + b + 1.0) / (2.0 * b);
        self.loc.iter().map(|l| along * l * l + across * (1.0 - l * l).max(0.0)).collect()
    }

    fn mode(&self) -> Vec<f64> {
        self.loc.clone()
    }

    fn entropy(&self) -> f64 {
        let (a, b) = self.shapes();
        self.constant() + self.concentration * digamma_difference(a, b)
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let (a, b) = self.shapes();
        let cosine = self.cosine(x);
        let pull = 0.5 * self.concentration / cosine.near;
        let mut slopes: Vec<f64> = self.across(x).iter().map(|x| pull * x).collect();
        slopes.push(Self::log_near(&cosine) + digamma_difference(a, b));
        write(out, &slopes);
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let pull = 0.5 * self.concentration / self.cosine(x).near;
        write(out, &self.loc.iter().map(|l| pull * l).collect::<Vec<f64>>());
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let (a, _) = self.shapes();
        let gamma = log_gamma_draw(&stream.branch(1), index, a).exp();
        let across = self.across(&normal_noise(&stream.branch(0), index, self.loc.len()));
        // Half the square of n - 1 normal draws is a gamma draw of the other shape.
        let square = dot(&across, &across);
        let total = gamma + 0.5 * square;
        let cosine = (gamma - 0.5 * square) / total;
        // √(1 - cosine²) = 2 √(near far), over the length of `across`.
        let sine = 2.0 * (0.5 * gamma).sqrt() / total;
        write(out, &self.loc.iter().zip(&across).map(|(l, v)| cosine * l + sine * v).collect::<Vec<f64>>());
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for PowerSpherical {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        let (a, b) = self.shapes();
        let Cosine { near, far } = self.cosine(z);
        let cosine = near - far;
        let along = dot(cotangent, &self.loc);
        // A turn takes z to z + dloc (loc · z) - loc (dloc · z).
        let turned: Vec<f64> = cotangent.iter().zip(z).map(|(c, z)| cosine * c - along * z).collect();
        let mut slopes = self.across(&turned);
        // cosine = 2 near - 1; along the great circle z = cosine loc + sine v it is dz = dcosine (loc - cosine/sine v), and
        // sine v = `across`, sine² = 4 near far.
        let [slope, _] = beta_slopes(a, b, near, far);
        let square = 4.0 * near * far;
        let across = if square > 0.0 { dot(cotangent, &self.across(z)) * cosine / square } else { 0.0 };
        slopes.push(2.0 * slope * (along - across));
        add(out, &slopes);
    }
}
