//! Tanh-squashed normal law.

use std::f64::consts::LN_2;

use super::{
    Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pathwise, Stream, Support, squashed, squashed_normal,
    squashed_paths, write,
};
use crate::special::log1p_exp;

pub(super) const FAMILY: Family = Family {
    name: "tanh-normal",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "-1 < x < 1",
    method: "tanh(loc + scale · noise)",
    closed_entropy: false,
    noise: Noise::StandardNormal,
    build: |v| Ok(Box::new(TanhNormal::new(v[0], v[1])?)),
};

/// Law of `tanh(u)`, `u` normal with mean `loc` and standard deviation `scale`: bounded actions in control.
///
/// `log p(x) = log N(u) - log(1 - x²)`. Draw: `tanh(loc + scale · noise)`, standard normal noise, held within the open interval. A `u` beyond
/// 19 rounds to an `x` of ±1, and `x` does not tell it any more: keep `u` and use the methods that take it.
/// Mean, variance and entropy are sums of the trapezoidal rule, right to 1e-13.
///
/// ```
/// use reparam_core::law::{Law, TanhNormal};
/// let law = TanhNormal::new(30.0, 1.0).unwrap();
/// let u = law.base().draw(0.5);
/// assert_eq!(u.tanh(), 1.0); // log(1 - x²) is lost in x, not in u
/// assert!((law.log_prob_of_base(u) - (law.base().log_prob(u) + 2.0 * (u - 2_f64.ln()))).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TanhNormal {
    /// Before the squashing.
    normal: Normal,
}

/// The largest number below 1.
const TOP: f64 = 1.0 - f64::EPSILON / 2.0;

impl TanhNormal {
    /// The law with this mean and standard deviation before the squashing.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `scale` not finite and positive.
    pub fn new(loc: f64, scale: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[loc, scale])?;
        Ok(Self { normal: Normal::new(loc, scale)? })
    }

    /// The normal law before the squashing; its score at `u` is this law's at `tanh(u)`.
    pub const fn base(&self) -> Normal {
        self.normal
    }

    /// `log p(tanh(u))`, right for every `u`.
    pub fn log_prob_of_base(&self, u: f64) -> f64 {
        self.normal.log_prob(u) - log_slope(u)
    }

    /// `∂ tanh(u) / ∂ parameter` at fixed noise, right for every `u`; written as in [`Law::score`].
    pub fn pathwise_of_base(&self, u: f64, out: &mut [f64]) {
        let [loc, scale] = self.normal.loc_scale();
        let slope = log_slope(u).exp();
        write(out, &[slope, slope * ((u - loc) / scale)]);
    }

    /// The normal value that `x` comes from.
    fn unsquash(x: f64) -> f64 {
        // Even in exact arithmetic, and here: from |x|, whose distance to 1 is exact.
        let size = x.abs().min(1.0);
        (0.5 * (2.0 * size / (1.0 - size)).ln_1p()).copysign(x)
    }

    fn squash_slope(x: f64) -> f64 {
        (1.0 - x) * (1.0 + x)
    }
}

/// `log(1 - tanh² u) = 2 (log 2 - |u| - log(1 + e^-2|u|))`.
fn log_slope(u: f64) -> f64 {
    let size = u.abs();
    2.0 * (LN_2 - size - log1p_exp(-2.0 * size))
}

fn held(u: f64) -> f64 {
    u.tanh().clamp(-TOP, TOP)
}

impl Law for TanhNormal {
    squashed_normal!(FAMILY);

    fn support(&self) -> Support {
        Support::Open(-1.0, 1.0)
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        self.normal.log_prob(Self::unsquash(x)) - x.ln_1p() - (-x).ln_1p()
    }

    fn quantile(&self, p: f64) -> f64 {
        self.normal.quantile(p).tanh()
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.normal.upper_quantile(p).tanh()
    }

    // With y = 2u, tanh(u) = 2 / (1 + e^-y) - 1: an affine map of a logit-normal law.

    fn mean(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        squashed::tanh_mean(2.0 * loc, 2.0 * scale)
    }

    fn variance(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        4.0 * squashed::variance(2.0 * loc, 2.0 * scale)
    }

    /// Of two modes the higher, at `loc = 0` the lower value.
    fn mode(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        held(0.5 * squashed::mode(2.0 * loc, 2.0 * scale))
    }

    fn entropy(&self) -> f64 {
        // E[log(1 - x²)] = 2 (log 2 - E[log(1 + e^2u)] - E[log(1 + e^-2u)]) / 2, for -|loc| as for loc.
        let [loc, scale] = self.normal.loc_scale();
        let size = loc.abs();
        self.normal.entropy() + 2.0 * (LN_2 - size - squashed::softplus_mean(-2.0 * size, 2.0 * scale))
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NAN;
        }
        (self.normal.log_prob_slope(Self::unsquash(x)) + 2.0 * x) / (1.0 - x) / (1.0 + x)
    }

    fn draw(&self, noise: f64) -> f64 {
        held(self.normal.draw(noise))
    }
}

squashed_paths!(TanhNormal);
