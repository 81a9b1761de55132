//! Eight schools, non-centred.

use super::{ExampleError, check};
use crate::log_density::check_batch;
use crate::{LogDensity, LogDensityError, Model, Observation, Quantity};
use reparam_core::noise::{Noise, Stream};
use std::f64::consts::{FRAC_2_PI, PI, TAU};

const SCHOOLS: usize = 8;
const DIMENSION: usize = SCHOOLS + 2;
/// Places of the mean and of the logarithm of the spread.
const MEAN: usize = SCHOOLS;
const LOG_SPREAD: usize = SCHOOLS + 1;
/// Standard deviation of the prior of `mu`, and scale of that of `tau`.
const PRIOR: f64 = 5.0;
/// Draws that a batch takes at a time.
const LANES: usize = 16;

/// Effects of coaching in eight schools (Rubin 1981), the non-centred hierarchical model.
///
/// `y_j ~ N(theta_j, sigma_j²)`, `theta_j = mu + tau theta_trans_j`, `theta_trans_j ~ N(0, 1)`, `mu ~ N(0, 5²)`, `tau` half-Cauchy of
/// scale 5. Unconstrained: `x = (theta_trans[0..8], mu, ln tau)`, the log-determinant of `tau = e^x` included; all constants are.
///
/// ```
/// use reparam_infer::{LogDensity, examples::EightSchools, gradient_errors};
/// let errors = gradient_errors(&EightSchools::default(), &[0.3; 10])?;
/// assert!(errors.iter().all(|error| error.abs() < 1e-8));
/// # Ok::<(), reparam_infer::LogDensityError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EightSchools {
    effects: [f64; SCHOOLS],
    errors: [f64; SCHOOLS],
    /// `1 / sigma_j`.
    weights: [f64; SCHOOLS],
    constant: f64,
}

impl Default for EightSchools {
    /// The data of Rubin 1981, table 1.
    fn default() -> Self {
        Self::of([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0], [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
    }
}

impl EightSchools {
    /// Other effects and standard errors.
    ///
    /// # Errors
    /// [`ExampleError::Value`]: an effect that is not finite, a standard error that is not finite and positive.
    pub fn new(effects: [f64; SCHOOLS], errors: [f64; SCHOOLS]) -> Result<Self, ExampleError> {
        check("effects", "finite", &effects, f64::is_finite)?;
        check("standard errors", "finite and > 0", &errors, |e| e.is_finite() && e > 0.0)?;
        Ok(Self::of(effects, errors))
    }

    fn of(effects: [f64; SCHOOLS], errors: [f64; SCHOOLS]) -> Self {
        // 17 normal densities; 8 of them have sigma_j, one has 5; the half-Cauchy density has 2 / (5 π).
        let constant =
            -0.5 * (2 * SCHOOLS + 1) as f64 * TAU.ln() - errors.iter().map(|e| e.ln()).sum::<f64>() - PRIOR.ln()
                + (FRAC_2_PI / PRIOR).ln();
        Self { effects, errors, weights: errors.map(|e| 1.0 / e), constant }
    }

    /// Values and gradients of `N` draws, in place: coordinates are given `[dimension, N]`, and their slopes written over them.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn lanes<const N: usize>(&self, x: &mut [[f64; N]; DIMENSION]) -> [f64; N] {
        let (mean, log_spread) = (x[MEAN], x[LOG_SPREAD]);
        let spread = log_spread.map(f64::exp);
        let ratio = spread.map(|s| s / PRIOR * (s / PRIOR));
        let logarithm = ratio.map(f64::ln_1p);
        let mut squares = [0.0; N];
        let (mut of_mean, mut of_spread) = ([0.0; N], [0.0; N]);
        for ((z_of, y), weight) in x.iter_mut().zip(&self.effects).zip(&self.weights) {
            for l in 0..N {
                let z = z_of[l];
                let residual = (y - mean[l] - spread[l] * z) * weight;
                squares[l] += z * z + residual * residual;
                let slope = residual * weight;
                of_mean[l] += slope;
                of_spread[l] += slope * z;
                z_of[l] = slope * spread[l] - z;
            }
        }
        let mut values = [0.0; N];
        for l in 0..N {
            let m = mean[l] / PRIOR;
            values[l] = self.constant + log_spread[l] - logarithm[l] - 0.5 * (m * m + squares[l]);
            x[MEAN][l] = of_mean[l] - m / PRIOR;
            // 2 r / (1 + r), in a form that an infinite r does not break.
            x[LOG_SPREAD][l] = of_spread[l] * spread[l] - 1.0 + 2.0 / (1.0 + ratio[l]);
        }
        values
    }

    fn rows<const N: usize>(&self, draws: &[f64], values: &mut [f64], gradients: &mut [f64]) {
        let (draws, gradients) = (draws.as_chunks::<DIMENSION>().0, gradients.as_chunks_mut::<DIMENSION>().0);
        let mut x = [[0.0; N]; DIMENSION];
        for (l, row) in draws.iter().enumerate().take(N) {
            for d in 0..DIMENSION {
                x[d][l] = row[d];
            }
        }
        let found = self.lanes(&mut x);
        values.copy_from_slice(&found[..values.len()]);
        for (l, row) in gradients.iter_mut().enumerate().take(N) {
            for d in 0..DIMENSION {
                row[d] = x[d][l];
            }
        }
    }
}

impl LogDensity for EightSchools {
    fn dimension(&self) -> usize {
        DIMENSION
    }

    fn name(&self, index: usize) -> String {
        match index {
            MEAN => "mu".into(),
            LOG_SPREAD => "ln tau".into(),
            j => format!("theta_trans[{j}]"),
        }
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let mut value = [0.0];
        self.rows::<1>(x, &mut value, gradient);
        Ok(value[0])
    }

    fn values_and_gradients(
        &self,
        draws: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), LogDensityError> {
        check_batch(DIMENSION, draws, values, gradients)?;
        let of = LANES * DIMENSION;
        for ((draws, values), gradients) in draws.chunks(of).zip(values.chunks_mut(LANES)).zip(gradients.chunks_mut(of))
        {
            self.rows::<LANES>(draws, values, gradients);
        }
        Ok(())
    }
}

impl Model for EightSchools {
    fn quantities(&self) -> Vec<Quantity> {
        let quantity = |name: String, scale: &str| Quantity { name, unit: String::new(), scale: scale.into() };
        let schools = (0..SCHOOLS).map(|j| quantity(format!("theta[{j}]"), "derived"));
        schools.chain([quantity("mu".into(), "lin"), quantity("tau".into(), "ln")]).collect()
    }

    fn constrain(&self, x: &[f64], quantities: &mut [f64]) {
        let (mean, spread) = (x[MEAN], x[LOG_SPREAD].exp());
        for j in 0..SCHOOLS {
            quantities[j] = mean + spread * x[j];
        }
        quantities[MEAN] = mean;
        quantities[LOG_SPREAD] = spread;
    }

    fn prior_log_density(&self, quantity: usize, value: f64) -> Option<f64> {
        let v = value / PRIOR;
        match quantity {
            MEAN => Some(-0.5 * v * v - PRIOR.ln() - 0.5 * TAU.ln()),
            LOG_SPREAD if value < 0.0 => Some(f64::NEG_INFINITY),
            LOG_SPREAD => Some((FRAC_2_PI / PRIOR).ln() - (v * v).ln_1p()),
            _ => None,
        }
    }

    fn observations(&self) -> Vec<Observation> {
        let observation = |(j, value): (usize, &f64)| Observation { series: "y".into(), at: j as f64, value: *value };
        self.effects.iter().enumerate().map(observation).collect()
    }

    fn axes(&self) -> [String; 2] {
        ["school".into(), "effect".into()]
    }

    fn predict(
        &self,
        x: &[f64],
        noise: Stream,
        expected: &mut [f64],
        replicate: &mut [f64],
    ) -> Result<(), LogDensityError> {
        let mut quantities = [0.0; DIMENSION];
        self.constrain(x, &mut quantities);
        expected.copy_from_slice(&quantities[..SCHOOLS]);
        noise.fill(Noise::StandardNormal, 0, replicate);
        for j in 0..SCHOOLS {
            replicate[j] = expected[j] + self.errors[j] * replicate[j];
        }
        Ok(())
    }

    fn prior_draw(&self, noise: Stream) -> Option<Vec<f64>> {
        let mut x = vec![0.0; DIMENSION];
        noise.fill(Noise::StandardNormal, 0, &mut x);
        x[MEAN] *= PRIOR;
        // The quantile function of the half-Cauchy law.
        let u: f64 = noise.branch(0).draw(Noise::Uniform, 0);
        x[LOG_SPREAD] = (PRIOR * (0.5 * PI * u).tan()).ln();
        Some(x)
    }

    fn with_observations(&self, values: &[f64]) -> Option<Box<dyn Model + Send>> {
        let effects = values.try_into().ok()?;
        Some(Box::new(Self::new(effects, self.errors).ok()?))
    }
}
