//! A law given as a table of its distribution function.

use std::any::Any;

use super::{Family, Law, Parameter, ParameterError, Pathwise, Support};
use crate::noise::Noise;

pub(super) const FAMILY: Family = Family {
    name: "tabulated",
    parameters: &[
        Parameter::vector("x", Support::Real).explicit(),
        Parameter::vector("cdf", Support::UnitInterval).explicit(),
    ],
    support: "x[0] <= x <= x[last]",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| {
        let (x, cdf) = v.split_at(v.len() / 2);
        Ok(Box::new(Tabulated::new(x, cdf)?))
    },
};

/// Law whose distribution function is linear between the points `(x, cdf)` of a table: a measured or simulated one, a histogram.
///
/// Its density is constant between knots. `x` rises strictly, `cdf` does not fall, from 0 to 1. Draw: the inverse distribution function of uniform
/// noise; at a noise that falls on a flat part of the table, the lower end of the gap. The path is explicit in both columns:
/// between knots `i` and `i+1`, at the share `t` of the way, `1-t` and `t` in the two `x`, and `-(1-t)`, `-t` times `1/p` in the two `cdf`.
///
/// The first and the last `cdf` are held at 0 and 1: nothing moves in them, their score and path are 0.
///
/// ```
/// use reparam_core::law::{Law, Tabulated};
/// let law = Tabulated::new(&[0.0, 1.0, 3.0], &[0.0, 0.5, 1.0]).unwrap();
/// assert_eq!((law.quantile(0.25), law.quantile(0.75), law.mean()), (0.5, 2.0, 1.25));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tabulated {
    x: Vec<f64>,
    cdf: Vec<f64>,
}

impl Tabulated {
    /// The law with this distribution function at these places.
    ///
    /// # Errors
    ///
    /// Fewer than two points, columns of different lengths, an `x` that is not finite or does not rise, a `cdf` that falls, does not begin
    /// at 0 or does not end at 1.
    pub fn new(x: &[f64], cdf: &[f64]) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], x)?;
        ParameterError::check(FAMILY.name, FAMILY.parameters[1], cdf)?;
        let together = |rule: String| Err(ParameterError::Together { law: FAMILY.name, rule });
        if x.len() != cdf.len() || x.len() < 2 {
            return together(format!(
                "x and cdf must be as long as each other, at least 2, got {} and {}",
                x.len(),
                cdf.len()
            ));
        }
        if let Some(i) = x.windows(2).position(|w| w[0] >= w[1]) {
            return together(format!("x must rise, got {} after {} at index [{}]", x[i + 1], x[i], i + 1));
        }
        if let Some(i) = cdf.windows(2).position(|w| w[0] > w[1]) {
            return together(format!("cdf must not fall, got {} after {} at index [{}]", cdf[i + 1], cdf[i], i + 1));
        }
        let (first, last) = (cdf[0], cdf[cdf.len() - 1]);
        if first != 0.0 || last != 1.0 {
            return together(format!("cdf must go from 0 to 1, got {first} to {last}"));
        }
        Ok(Self { x: x.to_vec(), cdf: cdf.to_vec() })
    }

    /// The piece in which `x` lies, and the share of the way through it; a knot belongs to the piece on its left but for the first.
    fn piece(&self, x: f64) -> Option<(usize, f64)> {
        let last = self.x.len() - 1;
        if !(x >= self.x[0] && x <= self.x[last]) {
            return None;
        }
        let i = self.x.partition_point(|knot| *knot < x).clamp(1, last) - 1;
        Some((i, (x - self.x[i]) / (self.x[i + 1] - self.x[i])))
    }

    fn width(&self, i: usize) -> f64 {
        self.x[i + 1] - self.x[i]
    }

    fn mass(&self, i: usize) -> f64 {
        self.cdf[i + 1] - self.cdf[i]
    }

    fn pieces(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.x.len() - 1).filter(|i| self.mass(*i) > 0.0)
    }

    /// Writes what the two knots of piece `i` have in both columns; all else is 0, also what is held.
    fn write(&self, i: usize, x: [f64; 2], mut cdf: [f64; 2], out: &mut [f64]) {
        let mut all = vec![0.0; 2 * self.x.len()];
        if i == 0 {
            cdf[0] = 0.0;
        }
        if i + 2 == self.x.len() {
            cdf[1] = 0.0;
        }
        all[i..i + 2].copy_from_slice(&x);
        all[self.x.len() + i..self.x.len() + i + 2].copy_from_slice(&cdf);
        super::write(out, &all);
    }
}

impl Law for Tabulated {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        self.x.iter().chain(&self.cdf).copied().collect()
    }

    fn support(&self) -> Support {
        Support::Closed(self.x[0], self.x[self.x.len() - 1])
    }

    fn log_prob(&self, x: f64) -> f64 {
        self.piece(x).map_or(f64::NEG_INFINITY, |(i, _)| (self.mass(i) / self.width(i)).ln())
    }

    fn cdf(&self, x: f64) -> f64 {
        match self.piece(x) {
            Some((i, t)) => self.cdf[i] + t * self.mass(i),
            None if x.is_nan() => f64::NAN,
            None => f64::from(x > self.x[0]),
        }
    }

    fn survival(&self, x: f64) -> f64 {
        match self.piece(x) {
            Some((i, _)) => (1.0 - self.cdf[i + 1]) + (self.x[i + 1] - x) / self.width(i) * self.mass(i),
            None => 1.0 - self.cdf(x),
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        // The first knot that reaches the probability ends a piece of positive mass, or is the first of all.
        let end = self.cdf.partition_point(|c| *c < probability);
        if end == 0 {
            return self.x[0];
        }
        let t = (probability - self.cdf[end - 1]) / self.mass(end - 1);
        self.x[end - 1] + t * self.width(end - 1)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        // The first knot with no more than this above it.
        let end = self.cdf.partition_point(|c| 1.0 - c > probability);
        if end == 0 {
            return self.x[0];
        }
        let t = (probability - (1.0 - self.cdf[end])) / self.mass(end - 1);
        self.x[end] - t * self.width(end - 1)
    }

    fn mean(&self) -> f64 {
        self.pieces().map(|i| self.mass(i) * (self.x[i] + 0.5 * self.width(i))).sum()
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        let part = |i: usize| {
            let off = self.x[i] + 0.5 * self.width(i) - mean;
            self.mass(i) * (off * off + self.width(i) * self.width(i) / 12.0)
        };
        self.pieces().map(part).sum()
    }

    /// The middle of the densest piece.
    fn mode(&self) -> f64 {
        let density = |i: &usize| self.mass(*i) / self.width(*i);
        let best = self.pieces().reduce(|best, i| if density(&i) > density(&best) { i } else { best });
        best.map_or(f64::NAN, |i| self.x[i] + 0.5 * self.width(i))
    }

    fn entropy(&self) -> f64 {
        self.pieces().map(|i| -self.mass(i) * (self.mass(i) / self.width(i)).ln()).sum()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        match self.piece(x) {
            Some((i, _)) if self.mass(i) > 0.0 => {
                // log p = log(cdf[i+1] - cdf[i]) - log(x[i+1] - x[i]).
                let (m, w) = (1.0 / self.mass(i), 1.0 / self.width(i));
                self.write(i, [w, -w], [-m, m], out);
            }
            _ => self.write(0, [0.0; 2], [0.0; 2], out),
        }
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if self.x.contains(&x) || self.piece(x).is_none() { f64::NAN } else { 0.0 }
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pathwise for Tabulated {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        match self.piece(z) {
            Some((i, t)) if self.mass(i) > 0.0 => {
                let over_density = self.width(i) / self.mass(i);
                self.write(i, [1.0 - t, t], [-(1.0 - t) * over_density, -t * over_density], out);
            }
            _ => self.write(0, [0.0; 2], [0.0; 2], out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_never_drawn_and_ends_are_knots() {
        let law = Tabulated::new(&[0.0, 1.0, 2.0, 4.0], &[0.0, 0.5, 0.5, 1.0]).unwrap();
        assert_eq!([0.0, 0.5, 0.75, 1.0].map(|p| law.quantile(p)), [0.0, 1.0, 3.0, 4.0]);
        assert_eq!([-1.0, 0.5, 1.5, 3.0, 9.0].map(|x| law.cdf(x)), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(law.log_prob(1.5), f64::NEG_INFINITY);
        assert_eq!((law.mean(), law.entropy()), (1.75, -0.5 * 0.5_f64.ln() - 0.5 * 0.25_f64.ln()));
    }

    #[test]
    fn the_path_is_that_of_the_quantile() {
        let (x, cdf) = ([0.0, 1.0, 2.5, 4.0], [0.0, 0.25, 0.625, 1.0]);
        let law = Tabulated::new(&x, &cdf).unwrap();
        for u in [0.1, 0.3, 0.5, 0.9] {
            let mut slopes = [0.0; 8];
            law.pathwise(law.quantile(u), &mut slopes);
            for k in [0, 1, 2, 3, 5, 6] {
                let at = |h: f64| {
                    let mut all = law.parameters();
                    all[k] += h;
                    Tabulated::new(&all[..4], &all[4..]).unwrap().quantile(u)
                };
                // Linear in x and smooth in cdf: h² z''' / 6 with h = 1e-4, third derivatives below 1,000.
                let expected = (at(1e-4) - at(-1e-4)) / 2e-4;
                assert!((slopes[k] - expected).abs() < 2e-6, "{u}, {k}: {} {expected}", slopes[k]);
            }
        }
    }

    #[test]
    fn bad_tables_are_named() {
        let message = |x: &[f64], cdf: &[f64]| Tabulated::new(x, cdf).unwrap_err().to_string();
        assert_eq!(message(&[0.0, 0.0], &[0.0, 1.0]), "tabulated: x must rise, got 0 after 0 at index [1]");
        assert_eq!(message(&[0.0, 1.0], &[0.0, 0.9]), "tabulated: cdf must go from 0 to 1, got 0 to 0.9");
        assert_eq!(
            message(&[0.0], &[0.0]),
            "tabulated: x and cdf must be as long as each other, at least 2, got 1 and 1"
        );
        let falls = message(&[0.0, 1.0, 2.0], &[0.0, 0.7, 0.6]);
        assert_eq!(falls, "tabulated: cdf must not fall, got 0.6 after 0.7 at index [2]");
    }
}
