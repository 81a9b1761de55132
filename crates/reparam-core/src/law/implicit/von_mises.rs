//! Von Mises law.

use super::{
    Family, KlTo, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, probability, write,
};
use crate::law::relaxed::Panels;
use crate::special::{
    bessel_i0e, bessel_ratio, bessel_ratio_complement, von_mises_cdf, von_mises_quantile, von_mises_slope,
};
use std::f64::consts::{PI, TAU};

pub(super) const FAMILY: Family = Family {
    name: "von-mises",
    parameters: &[
        Parameter::scalar("loc", Support::Real).implicit(),
        Parameter::scalar("concentration", Support::Positive).implicit(),
    ],
    support: "-π <= x <= π, a circle",
    method: "rejection from a wrapped Cauchy law (Best and Fisher 1979)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(VonMises::new(v[0], v[1])?)),
};

/// Von Mises law of an angle on the circle `[-π, π]`, whose ends are one point.
///
/// `p(x) = exp(κ cos(x - loc)) / (2π I_0(κ))`, `κ = concentration`. `loc` may be any number and counts modulo 2π; draws lie in `[-π, π]`
/// whatever it is. [`Law::mean`] is the circular mean, `loc` brought into `[-π, π]`, and [`Law::variance`] the circular variance
/// `1 - I_1(κ)/I_0(κ)`, as elsewhere for this law. The distribution function counts from `-π`.
///
/// Draw: [`Law::fill`] by rejection from a wrapped Cauchy law (Best and Fisher 1979, Appl. Stat. 28, 152); [`Law::draw`] is the inverse
/// distribution function, hence other numbers of the same law. The derivative of a draw is that of the rotation in `loc`, 1; in `κ` the
/// distribution function is counted from `loc` ([`von_mises_slope`], error 4e-15), so that nothing flows through the point opposite it. The
/// gradient of a mean is that of periodic functions of the angle: another function has a jump at `±π`, which no path sees.
///
/// ```
/// use reparam_core::law::{Law, VonMises};
/// let law = VonMises::new(3.0, 4.0).unwrap();
/// assert_eq!((law.mean(), law.log_prob(2.5) == law.log_prob(3.0)), (3.0, false));
/// assert!((law.quantile(law.cdf(-3.0)) + 3.0).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VonMises {
    loc: f64,
    concentration: f64,
}

/// Draws that share buffers of noise.
const PIECE: usize = 512;

/// Tries before `loc` is taken: a third of them is refused at most, all of them with probability below 1e-47.
const TRIES: u64 = 100;

impl VonMises {
    /// The law with this location, modulo 2π, and concentration.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `concentration` not finite and positive.
    pub fn new(loc: f64, concentration: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[loc, concentration])?;
        Ok(Self { loc, concentration })
    }

    /// `loc` in `[-π, π]`.
    fn centre(&self) -> f64 {
        // The sine and cosine of a large number know it modulo 2π to the last bit.
        if self.loc.abs() <= PI { self.loc } else { self.loc.sin().atan2(self.loc.cos()) }
    }

    /// `x - loc` in `[-π, π]`.
    fn offset(&self, x: f64) -> f64 {
        turned(x - self.centre())
    }

    /// `1 - cos(x - loc)`.
    fn versine(&self, x: f64) -> f64 {
        2.0 * (0.5 * (x - self.centre())).sin().powi(2)
    }

    fn mirrored(&self) -> Self {
        Self { loc: -self.loc, ..*self }
    }

    /// Seen from `loc`, the cut at `-π`; and where in `[-π, π]` the point opposite `loc` is.
    fn cut(&self) -> (f64, f64) {
        let centre = self.centre();
        if centre > 0.0 { (PI - centre, centre - PI) } else { (-PI - centre, centre + PI) }
    }
}

/// An angle of at most 3π brought into `[-π, π]`.
fn turned(x: f64) -> f64 {
    let x = if x > PI {
        x - TAU
    } else if x < -PI {
        x + TAU
    } else {
        x
    };
    x.clamp(-PI, PI)
}

/// The hat of Best and Fisher in `v = sin²(θ/2)`: with `tan(θ/2) = g · Cauchy draw`, `g² = b / (1 + b)`, a try is accepted with probability
/// `w e^(1 - w)`, `w = 2κ (b + v)`. That is their `κ (r - f)` for `r = 1 + 2b`, without the cosines that are all but 1 at large κ.
struct Hat {
    concentration: f64,
    /// `2κ b`.
    base: f64,
    g: f64,
}

impl Hat {
    fn new(concentration: f64) -> Self {
        // Beyond, all angles are `loc` to rounding; the square of its double must not overflow.
        let k = concentration.min(1e150);
        // Their τ = 1 + √(1 + 4κ²), ρ = (τ - √(2τ)) / 2κ, r = (1 + ρ²) / 2ρ; b = (1 - ρ)² / 4ρ.
        let root = 1_f64.hypot(2.0 * k);
        let tau = 1.0 + root;
        // κ / ρ, of which ρ -> κ/2 keeps its digits; and 1 - ρ, which is 1/√κ at large κ.
        let inverse = 0.5 * (root + 1.0) * (1.0 + 2_f64.sqrt() / tau.sqrt());
        let rho = k / inverse;
        let rest = if k < 1.0 { 1.0 - rho } else { ((2.0 * tau).sqrt() - 1.0 - 1.0 / (root + 2.0 * k)) / (2.0 * k) };
        Self { concentration: k, base: 0.5 * rest * rest * inverse, g: rest / (1.0 + rho) }
    }

    /// The angle from `loc` that the noise stands for, or nothing where it is refused.
    fn accept(&self, u: f64, level: f64) -> Option<f64> {
        let t = self.g * (PI * (u - 0.5)).tan();
        let square = t * t;
        let v = if square < 1.0 { square / (1.0 + square) } else { 1.0 / (1.0 + 1.0 / square) };
        let w = self.base + 2.0 * self.concentration * v;
        // ln w - (w - 1): by how much the density is below its hat.
        (w.ln() - (w - 1.0) >= -level).then(|| 2.0 * t.atan())
    }

    fn noise(stream: &Stream, attempt: u64) -> [(Stream, Noise); 2] {
        [(stream.branch(2 * attempt), Noise::Uniform), (stream.branch(2 * attempt + 1), Noise::Exponential)]
    }

    /// Draws of the angle from `loc`.
    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let mut level = [0.0; PIECE];
        let [uniform, levels] = Self::noise(stream, 0);
        for (k, out) in out.chunks_mut(PIECE).enumerate() {
            let first = first.wrapping_add((k * PIECE) as u64);
            let level = &mut level[..out.len()];
            uniform.0.fill(uniform.1, first, out);
            levels.0.fill(levels.1, first, level);
            for (i, (x, level)) in out.iter_mut().zip(level).enumerate() {
                let again = |attempt| {
                    let [u, level] = Self::noise(stream, attempt)
                        .map(|(stream, noise)| stream.draw(noise, first.wrapping_add(i as u64)));
                    self.accept(u, level)
                };
                *x = self.accept(*x, *level).or_else(|| (1..TRIES).find_map(again)).unwrap_or(0.0);
            }
        }
    }
}

impl Law for VonMises {
    identity!(FAMILY => loc, concentration);

    fn support(&self) -> Support {
        Support::Closed(-PI, PI)
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        -self.concentration * self.versine(x) - (TAU * bessel_i0e(self.concentration)).ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= -PI || x >= PI {
            return f64::from(x > 0.0);
        }
        let ((cut, opposite), below) = (self.cut(), |y: f64| von_mises_cdf(self.concentration, y));
        let y = self.offset(x);
        let arc = x + PI;
        if arc < 0.5 && self.concentration * arc * (cut.sin().abs() + y.sin().abs() + arc) < 4.0 {
            // Beside the cut differences of tails have no digits; the logarithm of the density changes little, and 20 nodes are exact.
            return Panels::over(&[-PI, x]).sum(|x| self.log_prob(x).exp());
        }
        // The mass from the cut to the point opposite `loc` or to x, by tails on one side of `loc`; then from there on.
        let mass = if self.centre() == 0.0 {
            below(x)
        } else if x >= opposite {
            below(-cut) + below(y)
        } else if cut >= 0.0 {
            below(-cut) - below(-y)
        } else if y <= 0.0 {
            below(y) - below(cut)
        } else {
            1.0 - below(cut) - below(-y)
        };
        mass.clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        self.mirrored().cdf(-x)
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        if p == 0.0 || p == 1.0 || p.is_nan() {
            return if p.is_nan() { p } else { PI.copysign(p - 0.5) };
        }
        let (centre, k) = (self.centre(), self.concentration);
        if centre == 0.0 {
            return von_mises_quantile(k, p);
        }
        // What is left of the mass between the cut and the point opposite `loc`.
        let (cut, _) = self.cut();
        let whole = von_mises_cdf(k, -cut);
        let rest = whole - p;
        let (y, turns) = if rest >= 0.5 {
            (von_mises_quantile(k, von_mises_cdf(k, cut) + p), 0.0)
        } else if rest > 0.0 {
            (-von_mises_quantile(k, rest), if centre > 0.0 { -TAU } else { 0.0 })
        } else {
            (von_mises_quantile(k, -rest), if centre > 0.0 { 0.0 } else { TAU })
        };
        (centre + y + turns).clamp(-PI, PI)
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        -self.mirrored().quantile(p)
    }

    /// The circular mean.
    fn mean(&self) -> f64 {
        self.centre()
    }

    /// The circular variance, `1 - I_1(κ)/I_0(κ) = 1 - E cos(x - loc)`.
    fn variance(&self) -> f64 {
        bessel_ratio_complement(1.0, self.concentration)
    }

    fn mode(&self) -> f64 {
        self.centre()
    }

    fn entropy(&self) -> f64 {
        let k = self.concentration;
        (TAU * bessel_i0e(k)).ln() + k * bessel_ratio_complement(1.0, k)
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let k = self.concentration;
        let sine = (x - self.centre()).sin();
        write(out, &[k * sine, bessel_ratio_complement(1.0, k) - self.versine(x)]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if self.support().contains(x) { -self.concentration * (x - self.centre()).sin() } else { f64::NAN }
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let centre = self.centre();
        Hat::new(self.concentration).fill(stream, first, out);
        for x in out {
            *x = turned(centre + *x);
        }
    }
}

impl Pathwise for VonMises {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[1.0, von_mises_slope(self.concentration, self.offset(z))]);
    }

    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let (centre, k, hat) = (self.centre(), self.concentration, Hat::new(self.concentration));
        for (n, (out, slopes)) in out.chunks_mut(PIECE).zip(slopes.chunks_mut(2 * PIECE)).enumerate() {
            hat.fill(stream, first.wrapping_add((n * PIECE) as u64), out);
            for (x, slopes) in out.iter_mut().zip(slopes.as_chunks_mut::<2>().0) {
                *slopes = [1.0, von_mises_slope(k, *x)];
                *x = turned(centre + *x);
            }
        }
    }
}

impl KlTo<VonMises> for VonMises {
    fn kl(&self, p: &VonMises) -> f64 {
        let (k, l) = (self.concentration, p.concentration);
        let ratio = (bessel_i0e(l) / bessel_i0e(k)).ln();
        // ln I_0(l)/I_0(k) + A(k) (k - l cos(distance)), with the e^κ of both taken out of the Bessel functions.
        let turned = bessel_ratio(1.0, k) * l * p.versine(self.centre());
        (ratio + (l - k) * bessel_ratio_complement(1.0, k) + turned).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Key;

    #[test]
    fn location_counts_modulo_a_turn() {
        let law = VonMises::new(2.5, 3.0).unwrap();
        for turns in [-7.0, 1.0, 1e6] {
            let other = VonMises::new(2.5 + turns * TAU, 3.0).unwrap();
            // The number 2.5 + turns · 2π is rounded, to 1e-9 for the last; 2π itself by 2e-16 a turn.
            let rounding = 1e-15 * (1.0 + turns.abs());
            assert!((other.mean() - 2.5).abs() < rounding);
            for x in [-3.0, 0.1, 3.1] {
                assert!((other.log_prob(x) - law.log_prob(x)).abs() < 3.0 * rounding + 1e-14);
                assert!((other.cdf(x) - law.cdf(x)).abs() < rounding + 1e-14);
            }
            assert!((law.kl(&other)) < 1e-12);
        }
    }

    #[test]
    fn four_in_seven_tries_are_accepted_at_all_concentrations() {
        let stream = Key::new(3).site("von mises").step(0);
        for k in [5e-324, 1e-300, 1e-8, 0.1, 1.0, 3.0, 50.0, 1e8, 1e300, f64::MAX] {
            let hat = Hat::new(k);
            let accepted = (0..4000).filter(|i| {
                let [u, level] = Hat::noise(&stream, 0).map(|(stream, noise)| stream.draw(noise, *i));
                hat.accept(u, level).is_some()
            });
            // 0.658 at worst, at large concentrations (Best and Fisher 1979); five standard errors are 0.04.
            assert!(accepted.count() > 2460, "{k}");
        }
    }

    #[test]
    fn large_concentrations_are_a_normal_law_to_first_order() {
        let k = 1e8;
        let law = VonMises::new(0.3, k).unwrap();
        // ½ ln(2πe/κ) + 1/(4κ) + …, and a score of 1/(2κ) - x²/2.
        assert!((law.entropy() - 0.5 * (TAU / k).ln() - 0.5 - 0.25 / k).abs() < 1e-14);
        let x = 2e-4;
        let mut score = [0.0; 2];
        law.score(0.3 + x, &mut score);
        assert!((score[1] / (0.5 / k - 0.5 * x * x) - 1.0).abs() < 1e-8, "{score:?}");
    }
}
