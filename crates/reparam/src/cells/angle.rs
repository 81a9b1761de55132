//! A latent angle: a von Mises posterior in its natural parameters, a uniform prior.

use std::f64::consts::TAU;

use burn::tensor::{Tensor, TensorData};
use reparam_core::law::{Pathwise, VonMises};
use reparam_core::noise::Stream;
use reparam_core::special::{bessel_ratio, bessel_ratio_slope, log_bessel_i};

use crate::attach::{self, Point};

/// Below this concentration the law is uniform to rounding.
const LEAST: f64 = 1e-6;

/// Von Mises laws of an angle, one a row, `q(a) = exp(natural · (cos a, sin a)) / (2π I_0(κ))` with `κ = |natural|`.
///
/// In these parameters a product of such laws is the law of their sum, so that experts on one angle combine by adding; 0 is the uniform law.
///
/// # Shapes      `natural`: `[N, 2]`
/// # Gradient    of draws: the velocity of least mean square that carries the mass as the parameters move (Jankowiak and Obermeyer 2018,
///   section 3, solved for this law). Along the mean direction it is the implicit derivative of the distribution function; across it,
///   `(1 - e^{-κ cos(a - loc)} / I_0(κ)) / κ`, which tends to `cos(a - loc)` for κ → 0, where turning the draw with the mean direction, `1/κ`,
///   has infinite variance
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::cells::Angle;
/// let angle = Angle::new(Tensor::from_floats([[3.0, 4.0]], &Device::flex()));
/// let modes = angle.mode().try_to_vec_as::<f32>().unwrap();
/// assert!((modes[0] - 0.6).abs() < 1e-6 && (modes[1] - 0.8).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Angle {
    natural: Tensor<2>,
}

impl Angle {
    /// The laws with these natural parameters, `[N, 2]`.
    #[must_use]
    pub const fn new(natural: Tensor<2>) -> Self {
        Self { natural }
    }

    /// `κ (cos loc, sin loc)`, `[N, 2]`.
    #[must_use]
    pub fn natural(&self) -> Tensor<2> {
        self.natural.clone()
    }

    /// `(cos loc, sin loc)`, `[N, 2]`.
    #[must_use]
    pub fn mode(&self) -> Tensor<2> {
        let length = self.natural.clone().square().sum_dim(1).clamp_min(1e-30).sqrt();
        self.natural.clone() / length
    }

    fn parts(&self) -> [Tensor<2>; 2] {
        let n = self.natural.dims()[0];
        [self.natural.clone().slice([0..n, 0..1]), self.natural.clone().slice([0..n, 1..2])]
    }

    /// KL(q‖uniform) of each row, `κ I_1(κ)/I_0(κ) - log I_0(κ)`, `[N]`.
    #[must_use]
    pub fn kl(&self) -> Tensor<1> {
        let kernel = |[c, s]: [f64; 2]| {
            let k = c.hypot(s).max(LEAST);
            // The slope of the divergence in κ is κ A'(κ), and that of κ in the parameters their direction: κ cancels.
            let slope = bessel_ratio_slope(1.0, k);
            Point { value: k * bessel_ratio(1.0, k) - log_bessel_i(0.0, k), slopes: [slope * c, slope * s] }
        };
        attach::map(self.parts(), &kernel).flatten(0, 1)
    }

    /// `log uniform(a) - log q(a)` for points of the circle `[S, N, 2]`: `[S N]`.
    #[must_use]
    pub fn log_prior_minus_log_posterior(&self, point: Tensor<3>) -> Tensor<1> {
        let [s, n, _] = point.dims();
        let kernel = |[c, s]: [f64; 2]| {
            let k = c.hypot(s).max(LEAST);
            let ratio = bessel_ratio(1.0, k) / k;
            Point { value: log_bessel_i(0.0, k), slopes: [ratio * c, ratio * s] }
        };
        let normaliser = attach::map(self.parts(), &kernel).flatten::<1>(0, 1).unsqueeze::<2>();
        let alignment = (point * self.natural.clone().unsqueeze::<3>()).sum_dim(2).reshape([s, n]);
        (normaliser - alignment).reshape([s * n])
    }

    /// Draws as points of the circle, `[S, N, 2]`. `noise` says where the noise of a draw of a row lies: a stream and its index there.
    #[must_use]
    pub fn rsample(&self, draws: usize, noise: &dyn Fn(usize, usize) -> (Stream, u64)) -> Tensor<3> {
        let n = self.natural.dims()[0];
        let natural: Vec<f64> = self.natural.to_data_as::<f64>().iter::<f64>().collect();
        let mut columns: [Vec<f64>; 6] = std::array::from_fn(|_| Vec::with_capacity(draws * n));
        for draw in 0..draws {
            for row in 0..n {
                let (stream, index) = noise(draw, row);
                let found = place([natural[2 * row], natural[2 * row + 1]], &stream, index);
                for (column, value) in columns.iter_mut().zip(found) {
                    column.push(value);
                }
            }
        }
        let options = (&self.natural.device().without_autodiff(), self.natural.dtype());
        let [cos, sin, cos_c, cos_s, sin_c, sin_s] =
            columns.map(|column| Tensor::<3>::from_data(TensorData::new(column, [draws, n, 1]), options));
        let parts = self.parts().map(Tensor::unsqueeze::<3>);
        let cos = attach::attach(cos, parts.clone(), [cos_c, cos_s]);
        let sin = attach::attach(sin, parts, [sin_c, sin_s]);
        Tensor::cat(vec![cos, sin], 2)
    }
}

/// One draw and its derivatives: `cos, sin, ∂cos/∂c, ∂cos/∂s, ∂sin/∂c, ∂sin/∂s`.
fn place([c, s]: [f64; 2], stream: &Stream, index: u64) -> [f64; 6] {
    let length = c.hypot(s);
    let k = length.max(LEAST);
    let Ok(law) = VonMises::new(0.0, k) else {
        return [f64::NAN; 6];
    };
    // Of no direction any will do: the law is uniform.
    let [c, s] = if length > 0.0 { [c / length, s / length] } else { [1.0, 0.0] };
    let (mut deviation, mut slopes) = ([0.0], [0.0; 2]);
    law.fill_pathwise(stream, index, &mut deviation, &mut slopes);
    let [sin_d, cos_d] = [deviation[0].sin(), deviation[0].cos()];
    let (along, across) = (slopes[1], across(k, cos_d));
    let [cos, sin] = [c * cos_d - s * sin_d, s * cos_d + c * sin_d];
    // The angle's slope in (c, s): `along` in the mean direction, `across` at a right angle to it.
    let [to_c, to_s] = [along * c - across * s, along * s + across * c];
    [cos, sin, -sin * to_c, -sin * to_s, cos * to_c, cos * to_s]
}

/// The velocity of a draw, at this cosine of its deviation, as the parameters move across the mean direction.
///
/// It solves `∂(p v)/∂a = -∂p/∂η` with `∂p/∂η = p sin(a - loc)`, whose solutions are `v = (1 + C/p)/κ`; `C = -2π / ∫ da/p` makes the mean of
/// `v²` least, with `∫ da/p = (2π I_0)²`.
fn across(k: f64, cos_d: f64) -> f64 {
    -(-k * cos_d - log_bessel_i(0.0, k)).exp_m1() / k
}

/// The angle of a point of the circle, in `[0, 2π)`.
#[must_use]
pub fn angle_of(cos: f64, sin: f64) -> f64 {
    let angle = sin.atan2(cos).rem_euclid(TAU);
    // The remainder of a tiny negative angle rounds to the whole circle.
    if angle < TAU { angle } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reparam_core::noise::Key;

    use super::*;

    fn angle(c: f32, s: f32, rows: usize) -> (Tensor<2>, Angle) {
        let natural = Tensor::<2>::from_data(
            TensorData::new([c, s].repeat(rows), [rows, 2]),
            (&Device::flex().autodiff(), burn::tensor::DType::F64),
        )
        .require_grad();
        (natural.clone(), Angle::new(natural))
    }

    /// `∫ q f` and its slopes in the natural parameters, by the trapezoidal rule, exact to rounding for smooth periodic functions.
    fn exact(c: f64, s: f64, f: impl Fn(f64) -> f64) -> [f64; 3] {
        let n = 4000;
        let mean = |c: f64, s: f64| {
            let (mut top, mut bottom) = (0.0, 0.0);
            for i in 0..n {
                let a = TAU * f64::from(i) / f64::from(n);
                let weight = (c * a.cos() + s * a.sin() - c.hypot(s)).exp();
                top += weight * f(a);
                bottom += weight;
            }
            top / bottom
        };
        let h = 1e-5;
        [mean(c, s), (mean(c + h, s) - mean(c - h, s)) / (2.0 * h), (mean(c, s + h) - mean(c, s - h)) / (2.0 * h)]
    }

    #[test]
    fn gradients_of_draws_have_the_mean_of_quadrature() {
        // False alarms: 24 comparisons at 5.5 standard errors, 24 · 4e-8 < 1e-6.
        let rows = 40_000;
        for (number, (c, s)) in [(0.0, 0.0), (0.02, -0.01), (0.8, 0.5), (-3.0, 2.0)].into_iter().enumerate() {
            let (natural, law) = angle(c, s, rows);
            let stream = Key::new(4).site("angle").step(number as u64);
            let point = law.rsample(1, &|_, row| (stream, row as u64));
            // f(a) = cos a + 0.5 sin 2a, through (cos, sin).
            let (cos, sin) = (point.clone().slice([0..1, 0..rows, 0..1]), point.slice([0..1, 0..rows, 1..2]));
            let value = cos.clone() + sin * cos;
            let slopes = natural.grad(&value.clone().sum().backward()).unwrap();
            let slopes: Vec<f64> = slopes.to_data_as::<f64>().iter::<f64>().collect();
            let values: Vec<f64> = value.to_data_as::<f64>().iter::<f64>().collect();
            let wanted = exact(f64::from(c), f64::from(s), |a| a.cos() + 0.5 * (2.0 * a).sin());
            let columns =
                [values, slopes.iter().step_by(2).copied().collect(), slopes.into_iter().skip(1).step_by(2).collect()];
            for (column, wanted) in columns.into_iter().zip(wanted) {
                let mean = column.iter().sum::<f64>() / rows as f64;
                let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64;
                let error = (variance / rows as f64).sqrt();
                assert!((mean - wanted).abs() < 5.5 * error + 1e-9, "{c} {s}: {mean} against {wanted}, error {error}");
                // The negative control: without what the velocity adds to a rotation the error would be seen.
                assert!(error < 0.01, "{error} is too wide to see anything");
            }
        }
    }

    #[test]
    fn divergence_is_that_of_quadrature_and_zero_for_the_prior() {
        for (c, s) in [(0.0_f32, 0.0_f32), (0.3, 0.4), (5.0, -12.0), (300.0, 400.0)] {
            let (natural, law) = angle(c, s, 1);
            let kl = law.kl();
            let slopes: Vec<f64> =
                natural.grad(&kl.clone().backward()).unwrap().to_data_as::<f64>().iter::<f64>().collect();
            let kl = kl.to_data_as::<f64>().iter::<f64>().next().unwrap();
            let k = f64::from(c).hypot(f64::from(s));
            let value = |k: f64| k * bessel_ratio(1.0, k.max(1e-9)) - log_bessel_i(0.0, k.max(1e-9));
            let [mean, ..] = exact(f64::from(c), f64::from(s), |a| {
                f64::from(c) * a.cos() + f64::from(s) * a.sin() - log_bessel_i(0.0, k.max(1e-9))
            });
            assert!((kl - mean).abs() < 1e-9 * (1.0 + k), "{c} {s}: {kl} against {mean}");
            let h = 1e-5 * (1.0 + k);
            let slope = (value(k + h) - value((k - h).abs())) / (2.0 * h);
            let wanted = [slope * f64::from(c) / k.max(1e-300), slope * f64::from(s) / k.max(1e-300)];
            for (found, wanted) in slopes.iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-6, "{c} {s}: {found} against {wanted}");
            }
        }
    }
}
