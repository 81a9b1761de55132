//! Gumbel-Softmax law.

use std::any::Any;

use super::{MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support};
use crate::law::relaxed::{Panels, uneven};
use crate::noise::{Noise, Stream};
use crate::special::{log_gamma, log_sum_exp};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "gumbel-softmax",
    parameters: &[
        Parameter::scalar("temperature", Support::Positive).explicit(),
        Parameter::vector("logits", Support::Real).explicit(),
    ],
    support: "positive numbers that add up to 1",
    method: "softmax of (logits + Gumbel noise) / temperature",
    closed_entropy: false,
    build: |v| Ok(Box::new(GumbelSoftmax::new(v[0][0], v[1])?)),
};

/// Gumbel-Softmax (Concrete) law (Maddison et al. 2017; Jang et al. 2017): a categorical law relaxed to the simplex; biased as a stand-in
/// for it at any temperature.
///
/// Draw: softmax of `(logits + noise) / temperature`, Gumbel noise. The density is with respect to all coordinates but the last;
/// [`log_prob_of_log`](Self::log_prob_of_log) is that of the logarithms, and [`log_draw`](Self::log_draw) makes them: they are finite
/// where `f64` would round a coordinate to 0. Draws themselves are kept above 0.
///
/// ```
/// use reparam_core::law::{GumbelSoftmax, MultivariateLaw};
/// let relaxed = GumbelSoftmax::new(0.5, &[0.0, 1.0, -1.0]).unwrap();
/// let z = relaxed.draw_from(&[0.3, 0.1, 2.0]); // logits + noise are 0.3, 1.1, 1.0
/// assert!(relaxed.contains(&z));
/// assert_eq!(relaxed.hard(&z), [0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GumbelSoftmax {
    temperature: f64,
    logits: Vec<f64>,
}

impl GumbelSoftmax {
    /// The law with this temperature and these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// `temperature` not finite and positive, no logits, or one that is not finite.
    pub fn new(temperature: f64, logits: &[f64]) -> Result<Self, ParameterError> {
        FAMILY.check(&[&[temperature], logits])?;
        if logits.is_empty() {
            return Err(ParameterError::Count { law: FAMILY.name, expected: 2, got: 1 });
        }
        Ok(Self { temperature, logits: logits.to_vec() })
    }

    /// The temperature.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// The logarithms of the draw that Gumbel noise gives; finite.
    pub fn log_draw(&self, noise: &[f64]) -> Vec<f64> {
        let sums: Vec<f64> = self.logits.iter().zip(noise).map(|(l, g)| l + g).collect();
        // The largest is taken off before the division: low temperatures then lose no digits, and nothing overflows to infinity.
        let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scaled: Vec<f64> = sums.iter().map(|s| ((s - top) / self.temperature).max(f64::MIN)).collect();
        let total = log_sum_exp(&scaled);
        scaled.iter().map(|s| (s - total).max(f64::MIN)).collect()
    }

    /// The draw that Gumbel noise gives.
    pub fn draw_from(&self, noise: &[f64]) -> Vec<f64> {
        self.log_draw(noise).iter().map(|y| y.exp().max(f64::MIN_POSITIVE)).collect()
    }

    /// The straight-through value of a draw: 1 at its largest entry, 0 elsewhere.
    ///
    /// It is a draw of the categorical law with these logits: the largest of logits + noise (the Gumbel-max trick).
    pub fn hard(&self, z: &[f64]) -> Vec<f64> {
        let mut best = 0;
        for (k, x) in z.iter().enumerate() {
            if *x > z[best] {
                best = k;
            }
        }
        (0..z.len()).map(|k| f64::from(k == best)).collect()
    }

    /// The log density of the logarithms `y` of a draw, with respect to all but the last (`ExpConcrete` of Maddison et al. 2017).
    pub fn log_prob_of_log(&self, y: &[f64]) -> f64 {
        let terms: Vec<f64> = self.noise_of(y);
        let k = self.categories();
        log_gamma(k) + (k - 1.0) * self.temperature.ln() + terms.iter().sum::<f64>()
            - k * log_sum_exp(&terms)
            - y.last().copied().unwrap_or(0.0)
    }

    fn categories(&self) -> f64 {
        self.logits.len() as f64
    }

    /// `logits - temperature · y`: minus the noise, up to a constant.
    fn noise_of(&self, y: &[f64]) -> Vec<f64> {
        self.logits.iter().zip(y).map(|(l, y)| l - self.temperature * y).collect()
    }

    /// Softmax of `noise_of`.
    fn responsibilities(&self, y: &[f64]) -> Vec<f64> {
        let terms = self.noise_of(y);
        let total = log_sum_exp(&terms);
        terms.iter().map(|t| (t - total).exp()).collect()
    }

    /// First and second moments of each entry.
    ///
    /// With `a_k = e^((logits_k + noise_k) / temperature)` and `1 / (Σ a)^n = ∫ t^(n-1) e^(-t Σ a) dt / Γ(n)` the expectation factorises:
    /// one integral, in `ln t`, of products of integrals over one Gumbel noise each. The outer one is a trapezoidal sum (its integrand is
    /// analytic: 1e-16), the inner ones Gauss–Legendre panels.
    fn moments(&self) -> Vec<[f64; 2]> {
        let t = self.temperature;
        let top = self.logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let step = 0.25 * t.max(1.0);
        let (low, high) = (-45.0 - 40.0 * t, 4.0 + 5.0 * t);
        let mut sums = vec![[0.0; 2]; self.logits.len()];
        for n in 0..=((high - low) / step).ceil() as u32 {
            let at = low + step * f64::from(n);
            let parts: Vec<[f64; 3]> = self.logits.iter().map(|l| one_noise(at + (l - top), t)).collect();
            for (k, sum) in sums.iter_mut().enumerate() {
                let others: f64 = parts.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, p)| p[0]).product();
                sum[0] += parts[k][1] * others * step / t;
                sum[1] += parts[k][2] * others * step / t;
            }
        }
        sums
    }
}

/// `E[e^-x]`, `E[x e^-x]`, `E[x² e^-x]` of `x = e^((centre + noise) / temperature)`.
fn one_noise(centre: f64, temperature: f64) -> [f64; 3] {
    // Noise lies in [-4, 45] but for e^-45 of its mass; above 5 temperatures e^-x is 0, below -40 it is 1.
    let low = (centre - 4.0).max(-40.0 * temperature);
    let high = (centre + 45.0).min(5.0 * temperature);
    let mut sums = [(-(centre - low).exp()).exp(), 0.0, 0.0];
    if low < high {
        for (v, w) in Panels::over(&uneven(low, high, temperature)).0 {
            let g = v - centre;
            let x = (v / temperature).exp();
            let weight = w * (-g - (-g).exp() - x).exp();
            sums[0] += weight;
            sums[1] += weight * x;
            sums[2] += weight * x * x;
        }
    }
    sums
}

impl MultivariateLaw for GumbelSoftmax {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![vec![self.temperature], self.logits.clone()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.logits.len()]
    }

    fn contains(&self, x: &[f64]) -> bool {
        // Sums of single-precision numbers count.
        x.len() == self.logits.len()
            && x.iter().all(|x| *x > 0.0)
            && (x.iter().sum::<f64>() - 1.0).abs() <= self.categories() * f64::from(f32::EPSILON)
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if !self.contains(x) {
            return f64::NEG_INFINITY;
        }
        let y: Vec<f64> = x.iter().map(|x| x.ln()).collect();
        let all_but_last: f64 = y[..y.len() - 1].iter().sum();
        self.log_prob_of_log(&y) - all_but_last
    }

    /// By quadrature, to 1e-13; the cost grows with the number of categories, some 2 ms each.
    fn mean(&self) -> Vec<f64> {
        self.moments().iter().map(|m| m[0]).collect()
    }

    /// By quadrature, to 1e-13 absolutely.
    fn variance(&self) -> Vec<f64> {
        self.moments().iter().map(|m| (m[1] - m[0] * m[0]).max(0.0)).collect()
    }

    /// For temperatures up to `K - 1` the corner of the largest logit, near which the density is highest or infinite.
    fn mode(&self) -> Vec<f64> {
        let (k, t) = (self.categories(), self.temperature);
        if t <= k - 1.0 {
            return self.hard(&self.logits);
        }
        // Stationary: logits - t ln x = c + ln(t + 1 - K x), of which x < t/K is the falling branch; c such that the sum is 1.
        let top = self.logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let solve = |goal: &dyn Fn(f64) -> bool, mut low: f64, mut high: f64| {
            for _ in 0..100 {
                let middle = 0.5 * (low + high);
                if goal(middle) { low = middle } else { high = middle }
            }
            0.5 * (low + high)
        };
        let entry =
            |l: f64, c: f64| solve(&|x| l - top - t * x.ln() - (t + 1.0 - k * x).ln() > c, 0.0, (t / k).min(1.0));
        let all = |c: f64| self.logits.iter().map(|l| entry(*l, c)).collect::<Vec<f64>>();
        let spread = self.logits.iter().fold(0.0_f64, |s, l| s.max(top - l));
        let c = solve(&|c| all(c).iter().sum::<f64>() > 1.0, -spread - t.ln_1p() - 2.0 * k, t * (k + spread + 50.0));
        let x = all(c);
        let total: f64 = x.iter().sum();
        x.iter().map(|x| x / total).collect()
    }

    /// No closed form.
    fn entropy(&self) -> f64 {
        f64::NAN
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let y: Vec<f64> = x.iter().map(|x| x.ln()).collect();
        let (r, k) = (self.responsibilities(&y), self.categories());
        let in_temperature =
            (k - 1.0) / self.temperature + y.iter().zip(&r).map(|(y, r)| (k * r - 1.0) * y).sum::<f64>();
        let slopes = std::iter::once(in_temperature).chain(r.iter().map(|r| 1.0 - k * r));
        for (place, slope) in out.iter_mut().zip(slopes) {
            *place = slope;
        }
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let y: Vec<f64> = x.iter().map(|x| x.ln()).collect();
        let (t, k) = (self.temperature, self.categories());
        for ((place, x), r) in out.iter_mut().zip(x).zip(self.responsibilities(&y)) {
            *place = (k * t * r - t - 1.0) / x;
        }
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let mut noise = vec![0.0; self.logits.len()];
        stream.fill(Noise::Gumbel, index.wrapping_mul(noise.len() as u64), &mut noise);
        for (place, z) in out.iter_mut().zip(self.draw_from(&noise)) {
            *place = z;
        }
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for GumbelSoftmax {
    /// `dz_i/dlogits_j = z_i (δ_ij - z_j) / temperature`, `dz_i/dtemperature = -z_i (ln z_i - Σ z ln z) / temperature`.
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) {
            return out.fill(f64::NAN);
        }
        let mean: f64 = z.iter().zip(cotangent).map(|(z, c)| z * c).sum();
        let pulls = z.iter().zip(cotangent).map(|(z, c)| z * (c - mean) / self.temperature);
        let in_temperature: f64 = -pulls.clone().zip(z).map(|(pull, z)| pull * z.ln()).sum::<f64>();
        for (place, slope) in out.iter_mut().zip(std::iter::once(in_temperature).chain(pulls)) {
            *place += slope;
        }
    }
}
