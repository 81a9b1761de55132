//! Chi-squared law.

use super::{Family, Gamma, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, write};

pub(super) const FAMILY: Family = Family {
    name: "chi2",
    parameters: &[Parameter::scalar("df", Support::Positive).implicit()],
    support: "x >= 0",
    method: "rejection (Marsaglia and Tsang 2000)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Chi2::new(v[0])?)),
};

/// Chi-squared law with `df` degrees of freedom: the [`Gamma`] law of shape `df / 2` and rate ½, of a sum of `df` squares of standard
/// normal draws where `df` is an integer.
///
/// `p(x) = x^(df/2 - 1) e^(-x/2) / (2^(df/2) Γ(df/2))`, `x >= 0`. Draws, and the path in `df`, are those of the gamma law.
///
/// ```
/// use reparam_core::law::{Chi2, Law};
/// let chi2 = Chi2::new(2.0).unwrap();
/// assert_eq!((chi2.mean(), chi2.variance()), (2.0, 4.0));
/// assert!((chi2.survival(6.0) - (-3.0_f64).exp()).abs() < 1e-16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chi2 {
    df: f64,
    gamma: Gamma,
}

impl Chi2 {
    /// The law with these degrees of freedom.
    ///
    /// # Errors
    ///
    /// `df` not finite and positive, or so small that its half is 0.
    pub fn new(df: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[df])?;
        Ok(Self { df, gamma: Gamma::new(0.5 * df, 0.5)? })
    }

    pub(super) fn shape_rate(&self) -> [f64; 2] {
        self.gamma.shape_rate()
    }
}

impl Law for Chi2 {
    identity!(FAMILY => df);

    fn support(&self) -> Support {
        self.gamma.support()
    }

    /// At 0 the limit: infinite for `df < 2`.
    fn log_prob(&self, x: f64) -> f64 {
        self.gamma.log_prob(x)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.gamma.cdf(x)
    }

    fn survival(&self, x: f64) -> f64 {
        self.gamma.survival(x)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.gamma.log_cdf(x)
    }

    fn log_survival(&self, x: f64) -> f64 {
        self.gamma.log_survival(x)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.gamma.quantile(p)
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.gamma.upper_quantile(p)
    }

    fn mean(&self) -> f64 {
        self.df
    }

    fn variance(&self) -> f64 {
        2.0 * self.df
    }

    fn mode(&self) -> f64 {
        self.gamma.mode()
    }

    fn entropy(&self) -> f64 {
        self.gamma.entropy()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let mut score = [0.0];
        self.gamma.score(x, &mut score);
        write(out, &[0.5 * score[0]]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        self.gamma.log_prob_slope(x)
    }

    fn draw(&self, noise: f64) -> f64 {
        self.gamma.draw(noise)
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        self.gamma.fill(stream, first, out);
    }
}

impl Pathwise for Chi2 {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let mut slope = [0.0];
        self.gamma.pathwise(z, &mut slope);
        write(out, &[0.5 * slope[0]]);
    }
}
