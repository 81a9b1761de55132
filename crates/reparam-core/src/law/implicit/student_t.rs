//! Student's t law.

use super::{Family, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, probability, write};
use crate::special::{
    digamma_difference, log_gamma_difference, log_student_t_cdf, student_t_cdf, student_t_density_slope,
    student_t_quantile, student_t_slope, student_t_survival,
};
use std::f64::consts::{LN_2, PI};

pub(super) const FAMILY: Family = Family {
    name: "student-t",
    parameters: &[
        Parameter::scalar("df", Support::Positive).implicit(),
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "a radius by its inverse distribution function, and an angle (Bailey 1994)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(StudentT::new(v[0], v[1], v[2])?)),
};

/// Student's t law with `df` degrees of freedom, location `loc` and scale `scale`.
///
/// `p(x) ∝ (1 + t²/df)^-((df + 1)/2) / scale`, `t = (x - loc) / scale`. The mean is `NaN` for `df <= 1`, the variance infinite for `df <= 2`
/// and `NaN` for `df <= 1`. Draw: [`Law::fill`] takes one coordinate of the bivariate law, whose radius is `√(df (e^(2E/df) - 1))`, E
/// exponential (Bailey 1994, Math. Comp. 62, 779); [`Law::draw`] is the inverse distribution function, hence other numbers of the same
/// law. Draws beyond the largest `f64` are held there; they come from `df` below 0.1. The derivative in `df` is that of the
/// distribution function's inverse for both; its error is that of [`student_t_slope`], 3e-14.
///
/// ```
/// use reparam_core::law::{Law, StudentT};
/// let law = StudentT::new(4.0, 1.0, 2.0).unwrap();
/// assert_eq!((law.mean(), law.variance()), (1.0, 8.0));
/// assert!((law.cdf(law.quantile(0.3)) - 0.3).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    df: f64,
    loc: f64,
    scale: f64,
}

/// Draws that share a buffer of noise.
const PIECE: usize = 512;

impl StudentT {
    /// The law with these degrees of freedom, location and scale.
    ///
    /// # Errors
    ///
    /// `df` or `scale` not finite and positive, `loc` not finite.
    pub fn new(df: f64, loc: f64, scale: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[df, loc, scale])?;
        Ok(Self { df, loc, scale })
    }

    fn standardise(&self, x: f64) -> f64 {
        ((x - self.loc) / self.scale).clamp(f64::MIN, f64::MAX)
    }

    fn at(&self, t: f64) -> f64 {
        (self.loc + self.scale * t).clamp(f64::MIN, f64::MAX)
    }

    /// The log-density at `loc`.
    fn log_peak(&self) -> f64 {
        let half = 0.5 * self.df;
        log_gamma_difference(half, 0.5) - 0.5 * (self.df.ln() + PI.ln()) - self.scale.ln()
    }

    /// `q / (1 + q)` for `q = t²/df`, which may overflow.
    fn share(&self, t: f64) -> f64 {
        let root = t / self.df.sqrt();
        if root.abs() < 1.0 { root * root / (1.0 + root * root) } else { 1.0 / (1.0 + (1.0 / root).powi(2)) }
    }

    /// `ln(1 + t²/df)`.
    fn log_growth(&self, x: f64) -> f64 {
        let root = (x - self.loc) / self.scale / self.df.sqrt();
        if root.abs() < 1e100 {
            return (root * root).ln_1p();
        }
        // Where t may overflow; halves do not.
        let log_size = (0.5 * x - 0.5 * self.loc).abs().ln() + LN_2 - self.scale.ln();
        2.0 * log_size - self.df.ln()
    }

    /// Standard draws, and the pieces they are made in.
    fn standard(&self, stream: &Stream, first: u64, out: &mut [f64], mut each: impl FnMut(usize, &mut f64, f64)) {
        let angles = stream.branch(0);
        let mut angle = [0.0; PIECE];
        for (k, out) in out.chunks_mut(PIECE).enumerate() {
            let first = first.wrapping_add((k * PIECE) as u64);
            let angle = &mut angle[..out.len()];
            stream.fill(Noise::Exponential, first, out);
            angles.fill(Noise::Uniform, first, angle);
            for (i, (x, angle)) in out.iter_mut().zip(angle).enumerate() {
                let grown = 2.0 * *x / self.df;
                // Beyond, the 1 is lost and the exponential may overflow before its root does.
                let radius = if grown < 100.0 {
                    (self.df * grown.exp_m1()).sqrt()
                } else {
                    (0.5 * (self.df.ln() + grown)).exp().min(f64::MAX)
                };
                // cos(π angle), from the nearer zero.
                let t = radius * (PI * (0.5 - *angle)).sin();
                each(k * PIECE + i, x, t);
            }
        }
    }
}

impl Law for StudentT {
    identity!(FAMILY => df, loc, scale);

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_prob(&self, x: f64) -> f64 {
        self.log_peak() - 0.5 * (self.df + 1.0) * self.log_growth(x)
    }

    fn cdf(&self, x: f64) -> f64 {
        student_t_cdf(self.df, self.standardise(x))
    }

    fn survival(&self, x: f64) -> f64 {
        student_t_survival(self.df, self.standardise(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_student_t_cdf(self.df, self.standardise(x))
    }

    fn log_survival(&self, x: f64) -> f64 {
        log_student_t_cdf(self.df, -self.standardise(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.loc + self.scale * student_t_quantile(self.df, probability(p))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.loc - self.scale * student_t_quantile(self.df, probability(p))
    }

    fn mean(&self) -> f64 {
        if self.df > 1.0 { self.loc } else { f64::NAN }
    }

    fn variance(&self) -> f64 {
        match self.df {
            df if df > 2.0 => self.scale * self.scale * (df / (df - 2.0)),
            df if df > 1.0 => f64::INFINITY,
            _ => f64::NAN,
        }
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        0.5 * (self.df + 1.0) * digamma_difference(0.5 * self.df, 0.5) - self.log_peak()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let t = self.standardise(x);
        let pull = (self.df + 1.0) * self.share(t);
        write(out, &[student_t_density_slope(self.df, t), -self.log_prob_slope(x), (pull - 1.0) / self.scale]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        let t = self.standardise(x);
        // (df + 1) t / (df + t²), where t² may overflow.
        let (near, far) = (t / self.df, 1.0 / t);
        let over = if t * t < self.df { near / (1.0 + near * t) } else { far / (1.0 + self.df * far * far) };
        -(self.df + 1.0) * over / self.scale
    }

    fn draw(&self, noise: f64) -> f64 {
        self.at(student_t_quantile(self.df, noise))
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        self.standard(stream, first, out, |_, x, t| *x = self.at(t));
    }
}

impl Pathwise for StudentT {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let t = self.standardise(z);
        write(out, &[self.scale * student_t_slope(self.df, t), 1.0, t]);
    }

    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let (rows, _) = slopes.as_chunks_mut::<3>();
        self.standard(stream, first, out, |i, x, t| {
            *x = self.at(t);
            if let Some(row) = rows.get_mut(i) {
                *row = [self.scale * student_t_slope(self.df, t), 1.0, t];
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Normal, kl};

    #[test]
    fn many_degrees_of_freedom_are_the_normal_law_to_first_order() {
        let (law, normal) = (StudentT::new(1e8, 0.0, 1.0).unwrap(), Normal::standard());
        // Textbook expansions in 1/df: the next terms are t⁶/df² of these.
        for t in [0.1_f64, 1.0, 2.5, 5.0] {
            let change = (t.powi(4) - 2.0 * t * t - 1.0) / 4.0;
            assert!((law.log_prob(t) - normal.log_prob(t) - change * 1e-8).abs() < 1e-14 * (1.0 + t * t));
            let mut score = [0.0; 3];
            law.score(t, &mut score);
            assert!((score[0] / (-change * 1e-16) - 1.0).abs() < 1e-5, "{t}: {score:?}");
        }
        assert!((law.entropy() - normal.entropy() - 1e-8).abs() < 1e-14);
    }

    #[test]
    fn divergences_are_left_to_monte_carlo() {
        let (q, p) = (StudentT::new(3.0, 0.0, 1.0).unwrap(), StudentT::new(5.0, 1.0, 2.0).unwrap());
        let message = kl(&q, &p).unwrap_err().to_string();
        assert!(message.contains("KL(student-t ‖ student-t)") && message.contains("kl_monte_carlo"), "{message}");
    }
}
