//! Continuous Bernoulli law, and the even function of its normaliser with three derivatives.
//!
//! With the log-odds `l = log(λ/(1-λ))` the density on `[0, 1]` is `exp(l x) / ∫₀¹ e^(l t) dt`, and
//!
//! ```text
//! log ∫₀¹ e^(l t) dt = l/2 + g(l),    g(l) = log( sinh(l/2) / (l/2) ),
//! ```
//!
//! so that everything about the law follows from the even function `g` ([`Normaliser`]): mean `½ + g'`, variance `g''`,
//! entropy `g - l g'`. The removable singularity at `λ = ½`, `l = 0`, is where the published normaliser
//! `C(λ) = 2 atanh(1-2λ)/(1-2λ)` (Loaiza-Ganem and Cunningham 2019, eq. 7) loses its digits.

use super::{
    Exponential, Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pareto, Pathwise, Support, Uniform,
    identity, lacking_mass, normal_cross_entropy, write,
};
use crate::special::log1p_exp;

pub(super) const FAMILY: Family = Family {
    name: "continuous-bernoulli",
    parameters: &[Parameter::scalar("logits", Support::Real).explicit()],
    support: "0 <= x <= 1",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(ContinuousBernoulli::from_logits(v[0])?)),
};

/// `g(l) = log(sinh(l/2) / (l/2))` and its first three derivatives.
///
/// Relative error below 1e-14 for `value`, `first`, `second` and 2e-13 for `third`, for `|l|` up to 1e8.
///
/// ```
/// use reparam_core::law::continuous_bernoulli::Normaliser;
/// let g = Normaliser::at(0.0);
/// assert_eq!((g.value, g.first, g.second, g.third), (0.0, 0.0, 1.0 / 12.0, 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normaliser {
    /// `g(l)`.
    pub value: f64,
    /// `g'(l)`, the mean less one half; odd, within ±½.
    pub first: f64,
    /// `g''(l)`, the variance; even, at most 1/12.
    pub second: f64,
    /// `g'''(l)`, the third central moment; odd.
    pub third: f64,
}

/// Taylor coefficients of `g` in `l²`: `B_2n / (2n (2n)!)` for n = 1, 2, …, with `B_2n` the Bernoulli numbers.
const SERIES: [f64; 13] = [
    1.0 / 24.0,
    -1.0 / 2880.0,
    1.0 / 181440.0,
    -1.0 / 9676800.0,
    1.0 / 479001600.0,
    -691.0 / 2730.0 / 5748019200.0,
    7.0 / 6.0 / 1220496076800.0,
    -3617.0 / 510.0 / 334764638208000.0,
    43867.0 / 798.0 / 115242726703104000.0,
    -174611.0 / 330.0 / 48658040163532800000.0,
    854513.0 / 138.0 / 24728016011107368960000.0,
    -236364091.0 / 2730.0 / 14890761641597746544640000.0,
    8553103.0 / 6.0 / 10485577989291746525184000000.0,
];

/// Below this size the series is used: it converges like `(l/2π)²ⁿ`, so that 13 terms leave `(1.2/2π)²⁶ = 2e-19` of
/// the sum, times up to 24³ in `g'''`; the closed form of `g'''` cancels from `2/l³` to `l/120`, by 120 here and more
/// below.
const SERIES_BELOW: f64 = 1.2;

/// Below this size of `l` the pathwise derivative takes its series.
const SMALL: f64 = 1e-2;

/// From this size of `l` on the quantile takes `e^l` out, which would overflow beyond 709.
const LARGE: f64 = 30.0;

impl Normaliser {
    /// At log-odds `l`, both signs.
    pub fn at(l: f64) -> Self {
        let size = l.abs();
        let even = if size < SERIES_BELOW { Self::series(size) } else { Self::closed(size) };
        let sign = if l < 0.0 { -1.0 } else { 1.0 };
        Self { first: sign * even.first, third: sign * even.third, ..even }
    }

    fn series(a: f64) -> Self {
        let square = a * a;
        let mut sums = [0.0; 4];
        for (n, c) in SERIES.iter().enumerate().rev() {
            let k = 2.0 * (n as f64 + 1.0);
            let terms = [*c, c * k, c * k * (k - 1.0), c * k * (k - 1.0) * (k - 2.0)];
            for (sum, term) in sums.iter_mut().zip(terms) {
                *sum = *sum * square + term;
            }
        }
        // The third derivative starts at n = 2 (the factor k - 2 is 0 before), so one power of l² is left over in it.
        Self {
            value: sums[0] * square,
            first: sums[1] * a,
            second: sums[2],
            third: if a == 0.0 { 0.0 } else { sums[3] / a },
        }
    }

    /// `g` and `g'` of a small `l` alone.
    fn two(l: f64) -> [f64; 2] {
        let square = l * l;
        let (mut value, mut first) = (0.0, 0.0);
        for (n, c) in SERIES.iter().enumerate().rev() {
            value = value * square + c;
            first = first * square + c * (2.0 * n as f64 + 2.0);
        }
        [value * square, first * l]
    }

    fn closed(a: f64) -> Self {
        let e = (-a).exp();
        let rest = -(-a).exp_m1();
        Self {
            value: 0.5 * a - a.ln() + rest.ln(),
            first: 0.5 * (1.0 + e) / rest - 1.0 / a,
            second: 1.0 / (a * a) - e / (rest * rest),
            third: e * (1.0 + e) / (rest * rest * rest) - 2.0 / (a * a * a),
        }
    }
}

/// Continuous Bernoulli law on `[0, 1]` with log-odds `logits`, for data between 0 and 1 such as grey levels.
///
/// `p(x) = C(λ) λ^x (1-λ)^(1-x)`, `λ = 1 / (1 + e^-logits)`. Draw: the inverse distribution function of uniform noise.
/// Source: Loaiza-Ganem and Cunningham (2019), *The continuous Bernoulli*, eq. 5 to 9.
///
/// ```
/// use reparam_core::law::{ContinuousBernoulli, Law};
/// let flat = ContinuousBernoulli::from_logits(0.0).unwrap(); // λ = 1/2 is the uniform law
/// assert_eq!((flat.mean(), flat.variance(), flat.log_prob(0.3)), (0.5, 1.0 / 12.0, 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContinuousBernoulli {
    logits: f64,
}

impl ContinuousBernoulli {
    /// The law with this log-odds.
    ///
    /// # Errors
    ///
    /// `logits` not finite.
    pub fn from_logits(logits: f64) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], &[logits])?;
        Ok(Self { logits })
    }

    /// `log C(λ)`, the logarithm of the normalising constant: 0.693… at `λ = ½`.
    pub fn log_normaliser(&self) -> f64 {
        let size = self.logits.abs();
        if size < SERIES_BELOW {
            log1p_exp(self.logits) - 0.5 * self.logits - Normaliser::at(size).value
        } else {
            size.ln() + (-size).exp().ln_1p() - (-(-size).exp_m1()).ln()
        }
    }

    /// `log p(x)` and its derivatives in the log-odds and in `x`, in one evaluation.
    ///
    /// ```
    /// use reparam_core::law::ContinuousBernoulli;
    /// let uniform = ContinuousBernoulli::from_logits(0.0).unwrap();
    /// assert_eq!(uniform.log_prob_and_slopes(0.75), (0.0, [0.25, 0.0]));
    /// ```
    pub fn log_prob_and_slopes(&self, x: f64) -> (f64, [f64; 2]) {
        let l = self.logits;
        let size = l.abs();
        let inside = Support::UnitInterval.contains(x);
        let (log_prob, score) = if size < SERIES_BELOW {
            let [g, first] = Normaliser::two(l);
            (l * (x - 0.5) - g, (x - 0.5) - first)
        } else {
            // Distances from the likely end keep their digits there, where l·x and the normaliser, x and the mean, nearly cancel.
            let (from_mode, sign) = if l > 0.0 { (1.0 - x, -1.0) } else { (x, 1.0) };
            let e = (-size).exp();
            let rest = 1.0 - e;
            ((size / rest).ln() - size * from_mode, sign * (from_mode - (1.0 / size - e / rest)))
        };
        (if inside { log_prob } else { f64::NEG_INFINITY }, [score, l])
    }

    /// The quantile and its derivatives in the log-odds and in the probability, in one evaluation.
    ///
    /// ```
    /// use reparam_core::law::ContinuousBernoulli;
    /// let uniform = ContinuousBernoulli::from_logits(0.0).unwrap();
    /// assert_eq!(uniform.quantile_and_slopes(0.5), (0.5, [0.125, 1.0]));
    /// ```
    pub fn quantile_and_slopes(&self, probability: f64) -> (f64, [f64; 2]) {
        let (l, p) = (self.logits, probability);
        let x = self.quantile(p);
        if l.abs() < SMALL || l.abs() >= LARGE {
            return (x, [path_slope(l, x), (-self.log_prob(x)).exp()]);
        }
        // With e = e^l and t = 1 + p (e - 1) = e^(l x): the distribution function at -l is p e / t, the density l t / (e - 1).
        let e = l.exp();
        let t = (1.0 - p) + p * e;
        (x, [(p * e / t - x) / l, l.exp_m1() / (l * t)])
    }
}

impl Law for ContinuousBernoulli {
    identity!(FAMILY => logits);

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    fn log_prob(&self, x: f64) -> f64 {
        self.log_prob_and_slopes(x).0
    }

    fn cdf(&self, x: f64) -> f64 {
        unit_cdf(self.logits, x)
    }

    fn survival(&self, x: f64) -> f64 {
        let l = self.logits;
        if l < 0.0 && x > 0.0 && x < 1.0 {
            // (e^(l x) - e^l) / (1 - e^l): near 0, where the mass is, 1 - x has lost x.
            return (l * x).exp() * (l * (1.0 - x)).exp_m1() / l.exp_m1();
        }
        // 1 - X has the log-odds of the other sign.
        unit_cdf(-l, 1.0 - x)
    }

    fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        let (l, p) = (self.logits, probability);
        // Where p e^l may overflow or is large, e^l is taken out.
        let x = if l.abs() < LARGE || (l > 0.0 && p < (-l).exp() && l < 700.0) {
            if l == 0.0 { p } else { (p * l.exp_m1()).ln_1p() / l }
        } else if l > 0.0 {
            1.0 + (p + (1.0 - p) * (-l).exp()).ln() / l
        } else if p < 0.5 {
            (p * l.exp_m1()).ln_1p() / l
        } else {
            ((1.0 - p) + p * l.exp()).ln() / l
        };
        x.clamp(0.0, 1.0)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        1.0 - Self { logits: -self.logits }.quantile(probability)
    }

    fn mean(&self) -> f64 {
        let size = self.logits.abs();
        if self.logits < 0.0 && size > SERIES_BELOW {
            // ½ + g' would lose the digits of a mean near 0.
            return 1.0 / size - (-size).exp() / -(-size).exp_m1();
        }
        0.5 + Normaliser::at(self.logits).first
    }

    fn variance(&self) -> f64 {
        Normaliser::at(self.logits).second
    }

    /// The likelier end; at log-odds 0 every value is a mode and 0 is given.
    fn mode(&self) -> f64 {
        f64::from(self.logits > 0.0)
    }

    fn entropy(&self) -> f64 {
        let size = self.logits.abs();
        if size < SERIES_BELOW {
            let g = Normaliser::at(size);
            return g.value - size * g.first;
        }
        // g - l g' with the terms that cancel taken out: 1 - log l + log(1 - e^-l) - l e^-l / (1 - e^-l).
        let rest = -(-size).exp_m1();
        1.0 - size.ln() + rest.ln() - size * (-size).exp() / rest
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        write(out, &[self.log_prob_and_slopes(x).1[0]]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if Support::UnitInterval.contains(x) { self.logits } else { f64::NAN }
    }
}

impl Pathwise for ContinuousBernoulli {
    /// `dz/dl = (S(z) - z) / l`, where `S` is the distribution function at log-odds `-l`.
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[path_slope(self.logits, z)]);
    }
}

impl KlTo<ContinuousBernoulli> for ContinuousBernoulli {
    fn kl(&self, p: &ContinuousBernoulli) -> f64 {
        // E_q[log q - log p] = (l_q - l_p) g'(l_q) - g(l_q) + g(l_p): the halves of l cancel.
        let (g, h) = (Normaliser::at(self.logits), Normaliser::at(p.logits));
        ((self.logits - p.logits) * g.first - (g.value - h.value)).max(0.0)
    }
}

impl KlTo<Exponential> for ContinuousBernoulli {
    fn kl(&self, p: &Exponential) -> f64 {
        // log p is linear in x.
        (-p.log_prob(self.mean()) - self.entropy()).max(0.0)
    }
}

impl KlTo<Normal> for ContinuousBernoulli {
    fn kl(&self, p: &Normal) -> f64 {
        normal_cross_entropy(self.mean(), self.variance(), p) - self.entropy()
    }
}

impl KlTo<Uniform> for ContinuousBernoulli {
    fn kl(&self, p: &Uniform) -> f64 {
        let inside = p.log_prob(0.0).min(p.log_prob(1.0));
        (-inside - self.entropy()).max(0.0)
    }
}

lacking_mass!(ContinuousBernoulli: Pareto);

/// Distribution function at log-odds `l`: `expm1(l x) / expm1(l)`, with `e^l` taken out where it may overflow.
fn unit_cdf(l: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x >= 1.0 {
        1.0
    } else if l == 0.0 {
        x
    } else if l > 0.0 {
        (l * (x - 1.0)).exp() * (-l * x).exp_m1() / (-l).exp_m1()
    } else {
        (l * x).exp_m1() / l.exp_m1()
    }
}

/// `-(∂F/∂l) / p` at `z`.
///
/// For small `l` the difference `S(z) - z` cancels to `O(l)`; there its Taylor series is used, whose coefficients are
/// Bernoulli polynomials: `Σ (B_{n+1}(z) - B_{n+1}) (-l)ⁿ⁻¹ (-1) / (n+1)!`, n = 1…5, truncated at `(l/2π)⁵ < 1.1e-14`.
fn path_slope(l: f64, z: f64) -> f64 {
    if z <= 0.0 || z >= 1.0 {
        return 0.0;
    }
    if l.abs() >= SMALL {
        return (unit_cdf(-l, z) - z) / l;
    }
    let square = z * z;
    let coefficients = [
        (square - z) / 2.0,
        z * (square - 1.5 * z + 0.5) / 6.0,
        square * (square - 2.0 * z + 1.0) / 24.0,
        z * (square * square - 2.5 * square * z + 5.0 / 3.0 * square - 1.0 / 6.0) / 120.0,
        square * (square * square - 3.0 * square * z + 2.5 * square - 0.5) / 720.0,
    ];
    -coefficients.iter().rev().fold(0.0, |sum, c| sum * -l + c)
}
