//! Fisher–Snedecor law.

use super::logit_draw::Hat;
use super::stirling_parts::{excess, logit_entropy};
use super::{Family, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, write};
use crate::special::{
    BetaTails, Point, UnitPoint, beta_i_complement_inverse, beta_i_inverse, beta_logit_slopes, log_power, log1p_minus,
    tails_at,
};

pub(super) const FAMILY: Family = Family {
    name: "fisher-snedecor",
    parameters: &[
        Parameter::scalar("df1", Support::Positive).implicit(),
        Parameter::scalar("df2", Support::Positive).implicit(),
    ],
    support: "x >= 0",
    method: "rejection in the logarithm, by tangents (Devroye 1986)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(FisherSnedecor::new(v[0], v[1])?)),
};

/// Fisher–Snedecor law (F law): the ratio of two chi-square draws, each over its degrees of freedom.
///
/// `x = (df2 / df1) u / (1 - u)` with `u` of the law Beta(df1/2, df2/2). For `df1 < 2` the density has a pole at 0. The mean is infinite for
/// `df2 <= 2`, the variance for `df2 <= 4`. Draw: [`Law::fill`] by rejection in `ln x`, where the law is log-concave; [`Law::draw`] is the
/// inverse distribution function, hence other numbers of the same law; both are held within the positive `f64`s. The derivatives are those
/// of the beta law's log-odds and of the factor, `x (½ dl/da - 1/df1)` and `x (½ dl/db + 1/df2)`: right to 1e-13 of `x / df`, of which
/// the two parts cancel a share of `1 - O(1/df)` at large `df`, as the law tends to one that does not depend on it.
///
/// ```
/// use reparam_core::law::{FisherSnedecor, Law};
/// let law = FisherSnedecor::new(2.0, 6.0).unwrap();
/// assert_eq!((law.mean(), law.mode()), (1.5, 0.0));
/// assert!((law.survival(3.0) - 0.125).abs() < 1e-15); // (1 + 2x/6)^-3
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FisherSnedecor {
    df1: f64,
    df2: f64,
}

/// Draws at a time.
const PIECE: usize = 512;

/// Where odds and their reciprocal have all their digits.
fn in_range(x: f64) -> bool {
    (1e-300..1e300).contains(&x)
}

impl FisherSnedecor {
    /// The law with these degrees of freedom.
    ///
    /// # Errors
    ///
    /// `df1` or `df2` not finite and positive.
    pub fn new(df1: f64, df2: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[df1, df2])?;
        Ok(Self { df1, df2 })
    }

    fn shapes(&self) -> [f64; 2] {
        [0.5 * self.df1, 0.5 * self.df2]
    }

    fn log_ratio(&self) -> f64 {
        let ratio = self.df1 / self.df2;
        if in_range(ratio) { ratio.ln() } else { self.df1.ln() - self.df2.ln() }
    }

    /// The log-odds of the beta draw.
    fn logit(&self, x: f64) -> f64 {
        let odds = self.df1 / self.df2 * x;
        if in_range(odds) { odds.ln() } else { self.log_ratio() + x.ln() }
    }

    /// The beta draw, for `x > 0`.
    fn point(&self, x: f64) -> Point {
        let odds = self.df1 / self.df2 * x;
        if !in_range(odds) {
            return Point::from_logit(self.logit(x));
        }
        // The smaller distance is right to its last digits.
        let r = 1.0 / odds;
        if odds <= 1.0 {
            Point::new(odds / (1.0 + odds), 1.0 / (1.0 + odds))
        } else {
            Point::new(1.0 / (1.0 + r), r / (1.0 + r))
        }
    }

    fn tails(&self, x: f64) -> BetaTails {
        let [a, b] = self.shapes();
        if x <= 0.0 || x == f64::INFINITY {
            let nothing = f64::NEG_INFINITY;
            return if x > 0.0 {
                BetaTails { lower: 1.0, upper: 0.0, log_lower: 0.0, log_upper: nothing }
            } else {
                BetaTails { lower: 0.0, upper: 1.0, log_lower: nothing, log_upper: 0.0 }
            };
        }
        tails_at(a, b, self.point(x))
    }

    fn of_beta(&self, at: UnitPoint) -> f64 {
        if at.x == 0.0 && at.logit == f64::NEG_INFINITY {
            return 0.0;
        }
        let odds = at.x / at.y;
        if in_range(odds) { odds / (self.df1 / self.df2) } else { (at.logit - self.log_ratio()).exp() }
    }

    /// `dx/ddf1` and `dx/ddf2` at this value.
    fn slopes(&self, x: f64, logit: f64) -> [f64; 2] {
        let [a, b] = self.shapes();
        let [to_a, to_b] = beta_logit_slopes(a, b, logit);
        // The halves in dl/da = 2 dl/ddf1 stay exact.
        [x * (0.5 * to_a - 1.0 / self.df1), x * (0.5 * to_b + 1.0 / self.df2)]
    }

    /// `u / E u - 1` and `(1 - u) / (1 - E u) - 1` of the beta draw `u`: its distances from the mean.
    fn distances(&self, x: f64, at: Point) -> [f64; 2] {
        // (x - 1) / (1 + odds), and that times minus the ratio of the degrees of freedom; above 1 in an order that cannot overflow.
        let ratio = self.df1 / self.df2;
        if x > 1.0 {
            let w = (x - 1.0) / x * at.x;
            [w / ratio, -w]
        } else {
            let v = (x - 1.0) * at.y;
            [v, -v * ratio]
        }
    }
}

impl Law for FisherSnedecor {
    identity!(FAMILY => df1, df2);

    fn support(&self) -> Support {
        Support::NonNegative
    }

    /// At 0 the limit: infinite for `df1 < 2`.
    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        let [a, b] = self.shapes();
        if x == 0.0 {
            let power = a - 1.0;
            return if power == 0.0 { 0.0 } else { f64::NEG_INFINITY * power };
        }
        log_power(a, b, self.point(x)) - x.ln()
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
        let [a, b] = self.shapes();
        self.of_beta(beta_i_inverse(a, b, probability))
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        let [a, b] = self.shapes();
        self.of_beta(beta_i_complement_inverse(a, b, probability))
    }

    fn mean(&self) -> f64 {
        if self.df2 > 2.0 { self.df2 / (self.df2 - 2.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.df2 <= 4.0 {
            return f64::INFINITY;
        }
        let mean = self.mean();
        2.0 * mean * mean * ((self.df2 - 2.0) / self.df1 + 1.0) / (self.df2 - 4.0)
    }

    fn mode(&self) -> f64 {
        if self.df1 > 2.0 { (self.df1 - 2.0) / self.df1 * (self.df2 / (self.df2 + 2.0)) } else { 0.0 }
    }

    fn entropy(&self) -> f64 {
        let [a, b] = self.shapes();
        // E ln x = ψ(a) - ψ(b) - ln(a/b).
        logit_entropy(a, b) + (excess(b) - excess(a))
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let [a, b] = self.shapes();
        let at = self.point(x);
        let [v, w] = self.distances(x, at);
        let whole = excess(a + b);
        // Half of ln(u / E u) - (u / E u - 1) and what the digamma function differs from the logarithm by.
        let half = |shape: f64, other: f64, v: f64, ln: f64| {
            let rest = if v < -0.5 { ln + (other / shape).ln_1p() - v } else { log1p_minus(v) };
            0.5 * (rest + (excess(shape) - whole))
        };
        write(out, &[half(a, b, v, at.ln_x), half(b, a, w, at.ln_y)]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if !(x > 0.0 && x.is_finite()) {
            return f64::NAN;
        }
        let [a, _] = self.shapes();
        let [v, _] = self.distances(x, self.point(x));
        -(a * v + 1.0) / x
    }

    fn draw(&self, noise: f64) -> f64 {
        self.quantile(noise).clamp(f64::MIN_POSITIVE, f64::MAX)
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let [a, b] = self.shapes();
        Hat::new(a, b).fill(stream, first, out);
        for x in out {
            *x = x.exp().clamp(f64::MIN_POSITIVE, f64::MAX);
        }
    }
}

impl Pathwise for FisherSnedecor {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &if z > 0.0 { self.slopes(z, self.logit(z)) } else { [0.0; 2] });
    }

    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let [a, b] = self.shapes();
        let (hat, mode) = (Hat::new(a, b), self.log_ratio());
        for (k, (out, slopes)) in out.chunks_mut(PIECE).zip(slopes.chunks_mut(2 * PIECE)).enumerate() {
            hat.fill(stream, first.wrapping_add((k * PIECE) as u64), out);
            for (x, slopes) in out.iter_mut().zip(slopes.as_chunks_mut::<2>().0) {
                // The logarithm of x, held where x is.
                let d = x.clamp(f64::MIN_POSITIVE.ln(), f64::MAX.ln());
                *x = x.exp().clamp(f64::MIN_POSITIVE, f64::MAX);
                *slopes = self.slopes(*x, mode + d);
            }
        }
    }
}
