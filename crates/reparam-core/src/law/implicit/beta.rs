//! Beta law.

use super::far_slopes::FarSlopes;
use super::logit_draw::Hat;
use super::stirling_parts::logit_entropy;
use super::{Family, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, write};
use crate::special::{
    BetaTails, Point, beta_i_complement_inverse, beta_i_inverse, beta_slopes, beta_tails, digamma_difference, log_beta,
    log_power,
};

pub(super) const FAMILY: Family = Family {
    name: "beta",
    parameters: &[
        Parameter::scalar("concentration1", Support::Positive).implicit(),
        Parameter::scalar("concentration0", Support::Positive).implicit(),
    ],
    support: "0 <= x <= 1",
    method: "rejection in the log-odds, by tangents (Devroye 1986)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Beta::new(v[0], v[1])?)),
};

/// Beta law on `[0, 1]`.
///
/// `p(x) = x^(a-1) (1 - x)^(b-1) / B(a, b)`, `a = concentration1`, `b = concentration0`. For `a < 1` it has a pole at 0, for `b < 1` at 1.
/// Draw: [`Law::fill`] by rejection in the log-odds, where the law is log-concave; [`Law::draw`] is the inverse distribution function, hence
/// other numbers of the same law; both stay within the open interval. The derivative of either is that of the distribution function's
/// inverse (Figurnov, Mohamed and Mnih 2018): half the variance of a ratio of gammas'. Its error is that of
/// [`beta_slopes`], 1e-13 for shapes from 1e-3 to 1e4.
///
/// ```
/// use reparam_core::law::{Beta, Law};
/// let law = Beta::new(2.0, 3.0).unwrap();
/// assert_eq!((law.mean(), law.variance()), (0.4, 0.04));
/// assert!((law.cdf(0.5) - 0.6875).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    concentration1: f64,
    concentration0: f64,
}

/// The largest number below 1.
const LAST: f64 = 1.0 - f64::EPSILON / 2.0;

/// Draws at a time.
const PIECE: usize = 512;

impl Beta {
    /// The law with these shapes.
    ///
    /// # Errors
    ///
    /// A concentration not finite and positive.
    pub fn new(concentration1: f64, concentration0: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[concentration1, concentration0])?;
        Ok(Self { concentration1, concentration0 })
    }

    pub(super) fn shapes(&self) -> [f64; 2] {
        [self.concentration1, self.concentration0]
    }

    fn tails(&self, x: f64) -> BetaTails {
        let x = x.clamp(0.0, 1.0);
        beta_tails(self.concentration1, self.concentration0, x, 1.0 - x)
    }

    /// `-E[ln x]` and `-E[ln(1 - x)]`.
    pub(super) fn mean_logs(&self) -> [f64; 2] {
        let [a, b] = self.shapes();
        [digamma_difference(a, b), digamma_difference(b, a)]
    }

    /// A draw from its distance to the mode in the log-odds, and `1 - x`, which has digits that `x` near 1 has not.
    fn of_logit_distance(&self, d: f64) -> [f64; 2] {
        let [a, b] = self.shapes();
        // a e^d / (b + a e^d), from the end that is near.
        let near = |to: f64, from: f64| {
            let odds = to / from * (-d.abs()).exp();
            [odds / (1.0 + odds), 1.0 / (1.0 + odds)].map(|p| p.clamp(f64::MIN_POSITIVE, 1.0))
        };
        if d <= 0.0 {
            near(a, b)
        } else {
            let [y, x] = near(b, a);
            [x, y]
        }
    }
}

impl Law for Beta {
    identity!(FAMILY => concentration1, concentration0);

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    /// At 0 and 1 the limit: infinite for a concentration below 1.
    fn log_prob(&self, x: f64) -> f64 {
        let [a, b] = self.shapes();
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        if x == 0.0 || x == 1.0 {
            // The other factor is 1 there.
            let power = if x == 0.0 { a - 1.0 } else { b - 1.0 };
            return if power == 0.0 { -log_beta(a, b) } else { f64::NEG_INFINITY * power };
        }
        let at = Point::new(x, 1.0 - x);
        log_power(a, b, at) - (at.ln_x + at.ln_y)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.tails(x).log_lower
    }

    fn log_survival(&self, x: f64) -> f64 {
        self.tails(x).log_upper
    }

    fn quantile(&self, probability: f64) -> f64 {
        beta_i_inverse(self.concentration1, self.concentration0, probability).x
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        beta_i_complement_inverse(self.concentration1, self.concentration0, probability).x
    }

    fn mean(&self) -> f64 {
        let [a, b] = self.shapes();
        a / (a + b)
    }

    fn variance(&self) -> f64 {
        let [a, b] = self.shapes();
        let s = a + b;
        (a / s) * (b / s) / (s + 1.0)
    }

    /// For concentrations below 1 an end: of two poles 0.
    fn mode(&self) -> f64 {
        let [a, b] = self.shapes();
        if a > 1.0 && b > 1.0 {
            // Both differences are exact near 1.
            return (a - 1.0) / ((a - 1.0) + (b - 1.0));
        }
        f64::from(a >= 1.0 && b <= 1.0 && (a, b) != (1.0, 1.0))
    }

    fn entropy(&self) -> f64 {
        let [a, b] = self.shapes();
        let [log_x, log_y] = self.mean_logs();
        logit_entropy(a, b) - (log_x + log_y)
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let at = Point::new(x, 1.0 - x);
        let [log_x, log_y] = self.mean_logs();
        write(out, &[at.ln_x + log_x, at.ln_y + log_y]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        let [a, b] = self.shapes();
        if x > 0.0 && x < 1.0 { (a - 1.0) / x - (b - 1.0) / (1.0 - x) } else { f64::NAN }
    }

    fn draw(&self, noise: f64) -> f64 {
        self.quantile(noise).clamp(f64::MIN_POSITIVE, LAST)
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let [a, b] = self.shapes();
        Hat::new(a, b).fill(stream, first, out);
        for x in out {
            *x = self.of_logit_distance(*x)[0].min(LAST);
        }
    }
}

impl Pathwise for Beta {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &beta_slopes(self.concentration1, self.concentration0, z, 1.0 - z));
    }

    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let [a, b] = self.shapes();
        let (hat, far) = (Hat::new(a, b), FarSlopes::new(a, b));
        for (k, (out, slopes)) in out.chunks_mut(PIECE).zip(slopes.chunks_mut(2 * PIECE)).enumerate() {
            hat.fill(stream, first.wrapping_add((k * PIECE) as u64), out);
            for (z, slopes) in out.iter_mut().zip(slopes.as_chunks_mut::<2>().0) {
                let [x, y] = self.of_logit_distance(*z);
                *slopes = far.at(x, y).unwrap_or_else(|| beta_slopes(a, b, x, y));
                *z = x.min(LAST);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Key;

    #[test]
    fn exchanging_the_shapes_exchanges_the_ends() {
        // Poles at 1, which no quadrature in x resolves, are those at 0 seen from the other end.
        for (a, b) in [(1e-3, 1e-3), (0.3, 0.6), (2.0, 0.5), (40.0, 1e-8), (1e4, 0.9)] {
            let (law, other) = (Beta::new(a, b).unwrap(), Beta::new(b, a).unwrap());
            // Sums of the same terms in another order: a rounding of the largest, the normaliser or a logarithm of at most 1/a.
            let near = |p: f64, q: f64, size: f64| (p - q).abs() <= 16.0 * f64::EPSILON * (size + p.abs());
            assert!(near(law.entropy(), other.entropy(), a.max(b).ln().abs() + 1.0));
            assert!(near(law.variance(), other.variance(), 0.0) && near(law.mean(), 1.0 - other.mean(), 1.0));
            for k in 1..60 {
                // Exact on both sides.
                let x = 0.5_f64.powi(k);
                let y = 1.0 - x;
                if y == 1.0 {
                    continue;
                }
                assert!(near(law.log_prob(y), other.log_prob(x), 40.0), "{law:?} {x}");
                assert!(near(law.survival(y), other.cdf(x), 1e-14), "{law:?} {x}");
                let (mut here, mut there) = ([0.0; 2], [0.0; 2]);
                law.score(y, &mut here);
                other.score(x, &mut there);
                assert!(near(here[0], there[1], 1.0 / a) && near(here[1], there[0], 1.0 / b), "{law:?} {x}");
                law.pathwise(y, &mut here);
                other.pathwise(x, &mut there);
                // The point may lie on the line between the two sides of the quadrature: 3e-13 as for the table.
                assert!((here[0] / -there[1] - 1.0).abs() < 3e-13 && (here[1] / -there[0] - 1.0).abs() < 3e-13);
            }
        }
    }

    #[test]
    fn draws_of_tiny_shapes_stay_inside_with_their_slopes() {
        for (a, b) in [(1e-8, 1e-8), (1e-3, 1e-3), (0.01, 5.0), (3.0, 1e-4), (1e-150, 1e-150), (1e150, 1e-150)] {
            let law = Beta::new(a, b).unwrap();
            let (mut z, mut slopes) = (vec![0.0; 1000], vec![0.0; 2000]);
            law.fill_pathwise(&Key::new(1).site("tiny").step(0), 0, &mut z, &mut slopes);
            assert!(z.iter().all(|z| *z > 0.0 && *z < 1.0), "{law:?}");
            assert!(slopes.iter().all(|s| s.is_finite()), "{law:?}");
            assert!(slopes.as_chunks::<2>().0.iter().all(|[to_a, to_b]| *to_a >= 0.0 && *to_b <= 0.0), "{law:?}");
        }
    }
}
