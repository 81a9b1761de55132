//! A one-dimensional law seen through a monotone map.

use std::any::Any;
use std::sync::Arc;

use super::panels::{TAILS, integrate, tidy};
use super::{Family, Law, ParameterError, Pathwise, Support};
use crate::bijector::{Domain, ScalarBijector};
use crate::noise::{Noise, Stream};

/// One for each base noise, in the order of [`Noise::ALL`]; the parameters are those of the base.
const FAMILIES: [Family; 5] = [
    family_of(Noise::Uniform),
    family_of(Noise::StandardNormal),
    family_of(Noise::Exponential),
    family_of(Noise::Gumbel),
    family_of(Noise::Logistic),
];

const fn family_of(noise: Noise) -> Family {
    Family {
        name: "transformed",
        parameters: &[],
        support: "the image of the base's",
        method: "a draw of the base through the map",
        closed_entropy: false,
        noise,
        build: |_| {
            let rule = "is made from another law, by Transformed::new".to_owned();
            Err(ParameterError::Together { law: "transformed", rule })
        },
    }
}

/// The law of `map(X)` for a continuous law of `X`: density `p(x) / |map'(x)|` at `map(x)`.
///
/// Parameters, score and path are those of the base, the path times the map's slope. Mean, variance and entropy are quadrature between
/// the base's quantiles of 1e-19 and 1 - 1e-19: of an integral that diverges they are what lies between.
///
/// ```
/// use reparam_core::{bijector::Exp, law::{Law, Normal, Transformed}};
/// let log_normal = Transformed::new(Normal::new(0.0, 0.5).unwrap(), Exp).unwrap();
/// assert!((log_normal.mean() - 0.125_f64.exp()).abs() < 1e-14);
/// let mut slopes = [0.0; 2]; // dz/dloc = z, dz/dscale = z noise
/// log_normal.as_pathwise().unwrap().pathwise(log_normal.draw(2.0), &mut slopes);
/// assert!((slopes[1] / slopes[0] - 2.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Transformed {
    base: Arc<dyn Law>,
    map: Arc<dyn ScalarBijector>,
}

impl Transformed {
    /// `base` seen through `map`.
    ///
    /// # Errors
    ///
    /// A discrete base, or one whose support is not within the input of the map.
    pub fn new(base: impl Law, map: impl ScalarBijector + 'static) -> Result<Self, ParameterError> {
        Self::of(Box::new(base), Box::new(map))
    }

    /// The same for a law and a map whose types are known at run time only.
    ///
    /// # Errors
    ///
    /// As for [`Transformed::new`].
    pub fn of(base: Box<dyn Law>, map: Box<dyn ScalarBijector>) -> Result<Self, ParameterError> {
        let together = |rule: String| Err(ParameterError::Together { law: "transformed", rule });
        let name = base.family().name;
        if base.support().is_discrete() {
            return together(format!("{name} is discrete; densities are transformed"));
        }
        if let Domain::Interval(low, high) = map.input() {
            let (least, most) = base.support().bounds();
            if least < low || most > high {
                return together(format!("the map takes numbers {}, {name} has [{least}, {most}]", map.input()));
            }
        }
        Ok(Self { base: base.into(), map: map.into() })
    }

    /// The law of `X`.
    pub fn base(&self) -> &dyn Law {
        &*self.base
    }

    /// The map.
    pub fn map(&self) -> &dyn ScalarBijector {
        &*self.map
    }

    /// Images of the base's bounds, in order.
    fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.base.support().bounds();
        let (whole_low, whole_high) = match self.map.output() {
            Domain::Interval(low, high) => (low, high),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        // At infinity the map has the end of its output that lies on that side.
        let image = |x: f64, end: f64| if x.is_finite() { self.map.forward(x) } else { end };
        if self.map.increasing() {
            (image(low, whole_low), image(high, whole_high))
        } else {
            (image(high, whole_low), image(low, whole_high))
        }
    }

    /// `x` for a value inside the support.
    fn inside(&self, y: f64) -> Option<f64> {
        let x = self.map.inverse(y);
        (self.support().contains(y) && self.base.support().contains(x)).then_some(x)
    }

    /// One of two functions of the base, by the side that the value lies on: `at_low` below the support, `at_high` above it.
    fn tail(
        &self,
        y: f64,
        ends: [f64; 2],
        increasing: fn(&dyn Law, f64) -> f64,
        decreasing: fn(&dyn Law, f64) -> f64,
    ) -> f64 {
        let (low, high) = self.bounds();
        if y.is_nan() {
            f64::NAN
        } else if y <= low {
            ends[0]
        } else if y >= high {
            ends[1]
        } else if self.map.increasing() {
            increasing(&*self.base, self.map.inverse(y))
        } else {
            decreasing(&*self.base, self.map.inverse(y))
        }
    }

    /// Values of the base between which its density is taken as smooth.
    fn edges(&self) -> Vec<f64> {
        let quantiles = TAILS.iter().flat_map(|p| [self.base.quantile(*p), self.base.upper_quantile(*p)]);
        tidy(quantiles.chain([self.base.mode()]).collect())
    }

    /// `E[f(X)]` by quadrature.
    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        integrate(&self.edges(), |x| {
            let mass = self.base.log_prob(x).exp();
            if mass > 0.0 { mass * f(x) } else { 0.0 }
        })
    }
}

impl Law for Transformed {
    fn family(&self) -> &'static Family {
        const ALL: &[Family; 5] = &FAMILIES;
        let noise = self.base.family().noise;
        ALL.iter().find(|f| f.noise == noise).unwrap_or(&ALL[0])
    }

    fn parameters(&self) -> Vec<f64> {
        self.base.parameters()
    }

    fn parameter_names(&self) -> Vec<String> {
        self.base.parameter_names()
    }

    fn support(&self) -> Support {
        let closed = matches!(self.base.support(), Support::NonNegative | Support::UnitInterval | Support::Closed(..));
        match self.bounds() {
            (f64::NEG_INFINITY, f64::INFINITY) => Support::Real,
            (low, high) if closed => Support::Closed(low, high),
            (0.0, f64::INFINITY) => Support::Positive,
            (0.0, 1.0) => Support::OpenUnitInterval,
            (low, high) => Support::Open(low, high),
        }
    }

    fn log_prob(&self, y: f64) -> f64 {
        self.inside(y).map_or(f64::NEG_INFINITY, |x| self.base.log_prob(x) - self.map.log_slope(x))
    }

    fn cdf(&self, y: f64) -> f64 {
        self.tail(y, [0.0, 1.0], <dyn Law>::cdf, <dyn Law>::survival)
    }

    fn survival(&self, y: f64) -> f64 {
        self.tail(y, [1.0, 0.0], <dyn Law>::survival, <dyn Law>::cdf)
    }

    fn log_cdf(&self, y: f64) -> f64 {
        self.tail(y, [f64::NEG_INFINITY, 0.0], <dyn Law>::log_cdf, <dyn Law>::log_survival)
    }

    fn log_survival(&self, y: f64) -> f64 {
        self.tail(y, [0.0, f64::NEG_INFINITY], <dyn Law>::log_survival, <dyn Law>::log_cdf)
    }

    fn quantile(&self, probability: f64) -> f64 {
        let increasing = self.map.increasing();
        self.map.forward(if increasing {
            self.base.quantile(probability)
        } else {
            self.base.upper_quantile(probability)
        })
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        let increasing = self.map.increasing();
        self.map.forward(if increasing {
            self.base.upper_quantile(probability)
        } else {
            self.base.quantile(probability)
        })
    }

    fn mean(&self) -> f64 {
        self.expect(|x| self.map.forward(x))
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|x| (self.map.forward(x) - mean).powi(2))
    }

    /// The best of the base's quantiles, moved uphill; a narrow peak between them is not found.
    fn mode(&self) -> f64 {
        // In the base's coordinate, where the density of `y` is p(x) / slope.
        let height = |x: f64| self.base.log_prob(x) - self.map.log_slope(x);
        let better = |best: f64, x: f64| if height(x) > height(best) { x } else { best };
        let edges = self.edges();
        let Some(start) = edges.iter().copied().reduce(better) else { return f64::NAN };
        if !height(start).is_finite() {
            return self.map.forward(start);
        }
        let (mut best, mut step) = (start, 0.5 * (edges[edges.len() - 1] - edges[0]));
        for _ in 0..4000 {
            let next = better(better(best, best - step), best + step);
            if next != best {
                best = next;
            } else if best + step == best {
                break;
            } else {
                step *= 0.5;
            }
        }
        self.map.forward(best)
    }

    /// The base's, and the mean of the map's log-slope, which is quadrature.
    fn entropy(&self) -> f64 {
        self.base.entropy() + self.expect(|x| self.map.log_slope(x))
    }

    fn score(&self, y: f64, out: &mut [f64]) {
        self.base.score(self.map.inverse(y), out);
    }

    fn log_prob_slope(&self, y: f64) -> f64 {
        self.inside(y)
            .map_or(f64::NAN, |x| (self.base.log_prob_slope(x) - self.map.log_slope_slope(x)) / self.map.slope(x))
    }

    fn draw(&self, noise: f64) -> f64 {
        self.map.forward(self.base.draw(noise))
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        self.base.fill(stream, first, out);
        for x in out {
            *x = self.map.forward(*x);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        self.base.as_pathwise().is_some().then_some(self)
    }
}

impl Pathwise for Transformed {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let x = self.map.inverse(z);
        let Some(base) = self.base.as_pathwise() else { return out.fill(f64::NAN) };
        let count = self.base.parameters().len().min(out.len());
        base.pathwise(x, out);
        let slope = self.map.slope(x);
        for s in &mut out[..count] {
            *s *= slope;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bijector::{Affine, Chain, Exp, Inverse, Tanh};
    use crate::law::{Laplace, Normal, family};

    #[test]
    fn a_falling_map_turns_the_tails_around() {
        let law = Transformed::new(Normal::new(1.0, 2.0).unwrap(), Affine::new(3.0, -1.0).unwrap()).unwrap();
        let same = Normal::new(2.0, 2.0).unwrap();
        for x in [-3.0, 0.0, 2.0, 9.0] {
            // One rounding of the argument.
            assert!((law.cdf(x) - same.cdf(x)).abs() < 1e-15 && (law.survival(x) - same.survival(x)).abs() < 1e-15);
            assert!((law.log_prob(x) - same.log_prob(x)).abs() < 1e-14);
            assert!((law.quantile(same.cdf(x)) - x).abs() < 1e-12);
        }
        assert!((law.entropy() - same.entropy()).abs() < 1e-14);
    }

    #[test]
    fn the_tail_of_a_squashed_normal_is_right_where_one_minus_its_square_is_nothing() {
        let law = Transformed::new(Normal::new(0.0, 1.0).unwrap(), Tanh).unwrap();
        // y = 1 - 2⁻⁵³: x = ½ log((1 + y)/(1 - y)) = ½ (54 log 2), and log p = log N(x) - log(1 - y²).
        let y = 1.0 - f64::EPSILON / 2.0;
        let x = 27.0 * std::f64::consts::LN_2;
        let expected = Normal::standard().log_prob(x) + 52.0 * std::f64::consts::LN_2;
        // atanh(y) has a relative error of some ulp, of which x² = 350 times shows.
        assert!((law.log_prob(y) - expected).abs() < 1e-12, "{}", law.log_prob(y));
        assert_eq!(law.log_prob(1.0), f64::NEG_INFINITY);
        assert_eq!(law.cdf(1.0), 1.0);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let bernoulli = family("bernoulli").unwrap().build(&[0.0]).unwrap();
        let error = Transformed::of(bernoulli, Box::new(Exp)).unwrap_err();
        assert_eq!(error.to_string(), "transformed: bernoulli is discrete; densities are transformed");
        let log = Inverse(Chain::scalar(Affine::new(0.0, 1.0).unwrap(), Exp));
        assert!(Transformed::new(Laplace::standard(), log).is_err());
    }
}
