//! Kumaraswamy law.

use super::moment_ratio::second_difference;
use super::{Family, Law, Noise, Parameter, ParameterError, Pathwise, Support, identity, probability, write};
use crate::special::{digamma_difference, log_gamma, log_gamma_difference, log1m_exp};

pub(super) const FAMILY: Family = Family {
    name: "kumaraswamy",
    parameters: &[
        Parameter::scalar("concentration1", Support::Positive).explicit(),
        Parameter::scalar("concentration0", Support::Positive).explicit(),
    ],
    support: "0 <= x <= 1",
    method: "(1 - exp(-noise / concentration0))^(1 / concentration1)",
    closed_entropy: true,
    noise: Noise::Exponential,
    build: |v| Ok(Box::new(Kumaraswamy::new(v[0], v[1])?)),
};

/// Kumaraswamy law on `[0, 1]`, close to a beta law and drawn by elementary functions.
///
/// `p(x) = a b x^(a-1) (1 - x^a)^(b-1)`, `F(x) = 1 - (1 - x^a)^b`, `a = concentration1`, `b = concentration0`. For `a < 1` it has a pole at 0, for
/// `b < 1` at 1. Draw: `(1 - e^(-noise/b))^(1/a)`, exponential noise, held within the open interval.
///
/// ```
/// use reparam_core::law::{Kumaraswamy, Law};
/// let law = Kumaraswamy::new(2.0, 3.0).unwrap();
/// assert!((law.cdf(0.5) - (1.0 - 0.75_f64.powi(3))).abs() < 1e-15);
/// assert!((law.quantile(law.cdf(0.5)) - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kumaraswamy {
    concentration1: f64,
    concentration0: f64,
}

impl Kumaraswamy {
    /// The law with these exponents.
    ///
    /// # Errors
    ///
    /// A concentration not finite and positive.
    pub fn new(concentration1: f64, concentration0: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[concentration1, concentration0])?;
        Ok(Self { concentration1, concentration0 })
    }

    pub(in crate::law) fn concentrations(&self) -> [f64; 2] {
        [self.concentration1, self.concentration0]
    }

    /// `log x` and `log(1 - x^a)`, for `x` moved into `[0, 1]`.
    fn logs(&self, x: f64) -> [f64; 2] {
        let x = x.clamp(0.0, 1.0);
        [x.ln(), log1m_exp(self.concentration1 * x.ln())]
    }

    /// The value whose survival has this logarithm.
    fn of_log_survival(&self, log_survival: f64) -> f64 {
        (log1m_exp(log_survival / self.concentration0) / self.concentration1).exp()
    }

    /// `E[x^(k e)]` has the logarithm of a gamma function less this, `e = 1/a`.
    fn log_mean(&self) -> f64 {
        let e = 1.0 / self.concentration1;
        log_gamma(1.0 + e) - log_gamma_difference(self.concentration0 + 1.0, e)
    }
}

/// `power · log`, 0 for the power 0 also where the logarithm is infinite.
fn weighed(power: f64, log: f64) -> f64 {
    if power == 0.0 { 0.0 } else { power * log }
}

impl Law for Kumaraswamy {
    identity!(FAMILY => concentration1, concentration0);

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    /// At 0 and 1 the limit: infinite for a concentration below 1.
    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        let (a, b, [log_x, log_rest]) = (self.concentration1, self.concentration0, self.logs(x));
        a.ln() + b.ln() + weighed(a - 1.0, log_x) + weighed(b - 1.0, log_rest)
    }

    fn cdf(&self, x: f64) -> f64 {
        -self.log_survival(x).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let log_power = self.concentration1 * self.logs(x)[0];
        let log_survival = self.log_survival(x);
        // For small t = x^a, log(1 - (1 - t)^b) is log(b t) - (b - 1) t / 2 + O(t² b²), and t may underflow.
        let t = log_power.exp();
        if t * (1.0 + self.concentration0) < 1e-8 {
            return (log_power + self.concentration0.ln() - 0.5 * (self.concentration0 - 1.0) * t).min(0.0);
        }
        log1m_exp(log_survival)
    }

    fn log_survival(&self, x: f64) -> f64 {
        self.concentration0 * self.logs(x)[1]
    }

    fn quantile(&self, p: f64) -> f64 {
        self.of_log_survival((-probability(p)).ln_1p())
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.of_log_survival(probability(p).ln())
    }

    fn mean(&self) -> f64 {
        self.log_mean().exp()
    }

    fn variance(&self) -> f64 {
        let e = 1.0 / self.concentration1;
        // E[x²] = E[x]² e^ratio.
        let ratio = second_difference(1.0, e) - second_difference(self.concentration0 + 1.0, e);
        let log_square = 2.0 * self.log_mean();
        if ratio > 1.0 {
            (log_square + ratio).exp() * -(-ratio).exp_m1()
        } else {
            log_square.exp() * ratio.exp_m1().max(0.0)
        }
    }

    /// For concentrations below 1 an end: of two poles 0.
    fn mode(&self) -> f64 {
        let (a, b) = (self.concentration1, self.concentration0);
        if a > 1.0 && b > 1.0 {
            return ((((a - 1.0) / (a * b - 1.0)).ln()) / a).exp();
        }
        f64::from(a >= 1.0 && b <= 1.0 && (a, b) != (1.0, 1.0))
    }

    fn entropy(&self) -> f64 {
        let (a, b) = (self.concentration1, self.concentration0);
        // ψ(b + 1) + γ.
        let harmonic = digamma_difference(1.0, b);
        (1.0 - 1.0 / b) + (1.0 - 1.0 / a) * harmonic - a.ln() - b.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let (a, b, [log_x, log_rest]) = (self.concentration1, self.concentration0, self.logs(x));
        // x^a / (1 - x^a).
        let odds = (a * log_x - log_rest).exp();
        write(out, &[1.0 / a + log_x - (b - 1.0) * log_x * odds, 1.0 / b + log_rest]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if !(x > 0.0 && x < 1.0) {
            return f64::NAN;
        }
        let (a, b, [log_x, log_rest]) = (self.concentration1, self.concentration0, self.logs(x));
        ((a - 1.0) - (b - 1.0) * a * (a * log_x - log_rest).exp()) / x
    }

    fn draw(&self, noise: f64) -> f64 {
        self.of_log_survival(-noise).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0)
    }
}

impl Pathwise for Kumaraswamy {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let (a, b, [log_z, log_rest]) = (self.concentration1, self.concentration0, self.logs(z));
        let log_power = a * log_z;
        // At fixed noise z^a does not depend on a; -log(1 - z^a) / z^a is 1 for small z.
        let ratio = if log_power < -700.0 { -1.0 } else { log_rest * (log_rest - log_power).exp() };
        write(out, &[-z * (log_z / a), z / a * (ratio / b)]);
    }
}
