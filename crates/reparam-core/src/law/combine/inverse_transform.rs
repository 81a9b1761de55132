//! A law that a user gives as a distribution function and a density.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::panels::{TAILS, integrate, tidy};
use super::root::{self, Tail};
use super::{Family, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::noise::Noise;

const FAMILY: Family = Family {
    name: "inverse-transform",
    parameters: &[Parameter::vector("parameters", Support::Real).implicit()],
    support: "given with the law",
    method: "inverse distribution function by safeguarded Newton steps",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |_| error("is made from a distribution function, by InverseTransform::new".to_owned()),
};

const fn error<T>(rule: String) -> Result<T, ParameterError> {
    Err(ParameterError::Together { law: "inverse-transform", rule })
}

/// What a user knows of a law: its distribution function and density as functions of value and parameters.
///
/// A pair of closures `(cdf, log_density)`, each of `(x, parameters)`, is one.
pub trait DistributionFunction: Send + Sync {
    /// `F(x) = P(X <= x)`; it must not fall.
    fn cdf(&self, x: f64, parameters: &[f64]) -> f64;

    /// `log p(x)`, the logarithm of the derivative of `cdf`.
    fn log_density(&self, x: f64, parameters: &[f64]) -> f64;

    /// `P(X > x)`; give it where the upper tail matters beyond rounding of `1 - cdf`.
    fn survival(&self, x: f64, parameters: &[f64]) -> f64 {
        1.0 - self.cdf(x, parameters)
    }

    /// `log F(x)`; give it where the lower tail matters beyond the underflow of `cdf`.
    fn log_cdf(&self, x: f64, parameters: &[f64]) -> f64 {
        let survival = self.survival(x, parameters);
        if survival < 0.5 { (-survival).ln_1p() } else { self.cdf(x, parameters).ln() }
    }

    /// `log P(X > x)`; give it where the upper tail matters beyond the underflow of `survival`.
    fn log_survival(&self, x: f64, parameters: &[f64]) -> f64 {
        let cdf = self.cdf(x, parameters);
        if cdf < 0.5 { (-cdf).ln_1p() } else { self.survival(x, parameters).ln() }
    }

    /// `∂F(x) / ∂parameter`, one for each. By default central differences with one Richardson step of the smaller tail's logarithm: error about
    /// 1e-10 of the slope's scale for smooth functions that are right to rounding.
    fn cdf_slopes(&self, x: f64, parameters: &[f64], out: &mut [f64]) {
        // The logarithm is of one size where the tail itself falls by powers of ten within a step.
        let lower = self.cdf(x, parameters) < 0.5;
        differences(parameters, out, |p| if lower { self.log_cdf(x, p) } else { self.log_survival(x, p) });
        let tail = if lower { self.cdf(x, parameters) } else { -self.survival(x, parameters) };
        for slope in out.iter_mut().take(parameters.len()) {
            *slope = if tail == 0.0 { 0.0 } else { *slope * tail };
        }
    }

    /// `∂ log p(x) / ∂parameter`, one for each; by default as in `cdf_slopes`.
    fn log_density_slopes(&self, x: f64, parameters: &[f64], out: &mut [f64]) {
        differences(parameters, out, |p| self.log_density(x, p));
    }
}

impl<F, P> DistributionFunction for (F, P)
where
    F: Fn(f64, &[f64]) -> f64 + Send + Sync,
    P: Fn(f64, &[f64]) -> f64 + Send + Sync,
{
    fn cdf(&self, x: f64, parameters: &[f64]) -> f64 {
        (self.0)(x, parameters)
    }

    fn log_density(&self, x: f64, parameters: &[f64]) -> f64 {
        (self.1)(x, parameters)
    }
}

/// Slopes of `f` by central differences, with the error in `h²` taken out by a second, half as wide.
fn differences(parameters: &[f64], out: &mut [f64], f: impl Fn(&[f64]) -> f64) {
    let mut moved = parameters.to_vec();
    for (k, slope) in out.iter_mut().enumerate().take(parameters.len()) {
        // Truncation h⁴ f⁽⁵⁾ / 480 is 2e-15 of the parameter's own scale, rounding 2⁻⁵² / h about 2e-13.
        let h = 1e-3 * if parameters[k] == 0.0 { 1.0 } else { parameters[k].abs() };
        let mut at = |h: f64| {
            moved[k] = parameters[k] + h;
            let value = f(&moved);
            moved[k] = parameters[k];
            value
        };
        let (wide, narrow) = ((at(h) - at(-h)) / (2.0 * h), (at(0.5 * h) - at(-0.5 * h)) / h);
        *slope = (4.0 * narrow - wide) / 3.0;
    }
}

/// Inverse transform sampling for a law known by its distribution function and density alone.
///
/// Draw: the `x` with `F(x) = noise`, uniform noise, by safeguarded root finding. Path: implicit, `-(∂F/∂parameter) / p` (Figurnov et al. 2018).
/// Moments and entropy: Gauss–Legendre panels between quantiles.
///
/// ```
/// use reparam_core::law::{InverseTransform, Law, Pathwise, Support};
/// // The Gompertz law: F(x) = 1 - exp(-(e^(bx) - 1)), b = parameters[0].
/// let cdf = |x: f64, p: &[f64]| -(-(p[0] * x).exp_m1()).exp_m1();
/// let log_density = |x: f64, p: &[f64]| p[0].ln() + p[0] * x - (p[0] * x).exp_m1();
/// let law = InverseTransform::new(&["b"], &[2.0], Support::Positive, (cdf, log_density)).unwrap();
/// let (z, mut slope) = (law.draw(0.5), [0.0]); // z = log(1 + log 2) / b
/// law.pathwise(z, &mut slope);
/// assert!((z - (1.0 + 2_f64.ln()).ln() / 2.0).abs() < 1e-15 && (slope[0] + z / 2.0).abs() < 1e-10);
/// ```
#[derive(Clone)]
pub struct InverseTransform {
    names: Vec<String>,
    parameters: Vec<f64>,
    support: Support,
    function: Arc<dyn DistributionFunction>,
}

impl InverseTransform {
    /// The law with these parameters and names, mass on `support`, and this distribution function and density.
    ///
    /// # Errors
    ///
    /// As many names as parameters are not given, a parameter that is not finite, a discrete support, or a `cdf` that, looked at over the support,
    /// is no distribution function: not a number, outside `[0, 1]`, or falling.
    pub fn new(
        names: &[&str],
        parameters: &[f64],
        support: Support,
        function: impl DistributionFunction + 'static,
    ) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], parameters)?;
        if names.len() != parameters.len() {
            return error(format!("{} names do not fit {} parameters", names.len(), parameters.len()));
        }
        if support.is_discrete() {
            return error(format!("the support must be an interval, got {support}"));
        }
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        let law = Self { names, parameters: parameters.to_vec(), support, function: Arc::new(function) };
        law.probed()
    }

    /// Looks at the distribution function across the support, from its centre to 1e±9 of the scale on each side.
    fn probed(self) -> Result<Self, ParameterError> {
        let (low, high) = self.support.bounds();
        let steps: Vec<f64> = (-18..=6).map(|k| 10_f64.powf(0.5 * f64::from(k))).collect();
        let mut places: Vec<f64> = match (low.is_finite(), high.is_finite()) {
            (true, true) => (1..64).map(|k| low + (high - low) * f64::from(k) / 64.0).collect(),
            (true, false) => steps.iter().map(|s| low + s).collect(),
            (false, true) => steps.iter().map(|s| high - s).collect(),
            (false, false) => steps.iter().flat_map(|s| [-s, *s]).collect(),
        };
        places.sort_by(f64::total_cmp);
        let mut before = (low, 0.0);
        for x in places {
            let here = self.function.cdf(x, &self.parameters);
            if !(0.0..=1.0).contains(&here) {
                return error(format!("cdf must be in [0, 1], got {here} at x = {x}"));
            }
            // A few ulp are rounding.
            if here < before.1 - 1e-14 {
                return error(format!(
                    "cdf must not fall, got {here} at x = {x} after {} at x = {}",
                    before.1, before.0
                ));
            }
            before = (x, here);
        }
        Ok(self)
    }

    fn invert(&self, tail: Tail, probability: f64) -> f64 {
        let (low, high) = self.support.bounds();
        let lower = tail == Tail::Lower;
        match probability {
            p if !(0.0..=1.0).contains(&p) => f64::NAN,
            0.0 | 1.0 => [high, low][usize::from(lower == (probability == 0.0))],
            // From the smaller tail; 1 - p is exact.
            p if p > 0.5 => self.invert(if lower { Tail::Upper } else { Tail::Lower }, 1.0 - p),
            p => root::quantile(self, tail, p.ln(), low, high, if low.is_finite() { f64::NAN } else { 0.0 }),
        }
    }

    fn edges(&self) -> Vec<f64> {
        tidy(TAILS.iter().flat_map(|p| [self.quantile(*p), self.upper_quantile(*p)]).collect())
    }

    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        integrate(&self.edges(), |x| {
            let mass = self.log_prob(x).exp();
            if mass > 0.0 { mass * f(x) } else { 0.0 }
        })
    }
}

impl fmt::Debug for InverseTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InverseTransform")
            .field("names", &self.names)
            .field("parameters", &self.parameters)
            .field("support", &self.support)
            .finish_non_exhaustive()
    }
}

impl Law for InverseTransform {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        self.parameters.clone()
    }

    fn parameter_names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn support(&self) -> Support {
        self.support
    }

    fn log_prob(&self, x: f64) -> f64 {
        if self.support.contains(x) { self.function.log_density(x, &self.parameters) } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (low, high) = self.support.bounds();
        match x {
            _ if x.is_nan() => f64::NAN,
            _ if x <= low => 0.0,
            _ if x >= high => 1.0,
            _ => self.function.cdf(x, &self.parameters),
        }
    }

    fn survival(&self, x: f64) -> f64 {
        let (low, high) = self.support.bounds();
        match x {
            _ if x.is_nan() => f64::NAN,
            _ if x <= low => 1.0,
            _ if x >= high => 0.0,
            _ => self.function.survival(x, &self.parameters),
        }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let (low, high) = self.support.bounds();
        match x {
            _ if x > low && x < high => self.function.log_cdf(x, &self.parameters),
            _ => self.cdf(x).ln(),
        }
    }

    fn log_survival(&self, x: f64) -> f64 {
        let (low, high) = self.support.bounds();
        match x {
            _ if x > low && x < high => self.function.log_survival(x, &self.parameters),
            _ => self.survival(x).ln(),
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.invert(Tail::Lower, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        self.invert(Tail::Upper, probability)
    }

    /// By quadrature between the quantiles of 1e-19: where the integral diverges it is a large number, not infinite.
    fn mean(&self) -> f64 {
        self.expect(|x| x)
    }

    /// By quadrature, as the mean.
    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|x| (x - mean) * (x - mean))
    }

    /// The best of the quantiles, refined between its neighbours by ternary search.
    fn mode(&self) -> f64 {
        let edges = self.edges();
        let best =
            (0..edges.len()).reduce(|b, i| if self.log_prob(edges[i]) > self.log_prob(edges[b]) { i } else { b });
        let Some(best) = best else { return f64::NAN };
        let (mut low, mut high) = (edges[best.saturating_sub(1)], edges[(best + 1).min(edges.len() - 1)]);
        // (2/3)^90 of the bracket is below one ulp.
        for _ in 0..90 {
            let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
            if self.log_prob(a) < self.log_prob(b) { low = a } else { high = b }
        }
        0.5 * (low + high)
    }

    fn entropy(&self) -> f64 {
        self.expect(|x| -self.log_prob(x))
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let mut slopes = vec![0.0; self.parameters.len()];
        self.function.log_density_slopes(x, &self.parameters, &mut slopes);
        write(out, &slopes);
    }

    /// By central differences.
    fn log_prob_slope(&self, x: f64) -> f64 {
        let mut slope = [0.0];
        let (low, high) = self.support.bounds();
        // Beside an end of the support the distance to it is the scale.
        let scale = if x == 0.0 { 1.0 } else { x.abs() }.min(x - low).min(high - x);
        differences(&[scale], &mut slope, |s| self.log_prob(x + (s[0] - scale)));
        slope[0]
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pathwise for InverseTransform {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let mut slopes = vec![0.0; self.parameters.len()];
        self.function.cdf_slopes(z, &self.parameters, &mut slopes);
        let density = self.log_prob(z).exp();
        for slope in &mut slopes {
            // Where cdf and density have both underflowed nothing moves that can be seen.
            *slope = if *slope == 0.0 { 0.0 } else { -*slope / density };
        }
        write(out, &slopes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(cdf: impl Fn(f64, &[f64]) -> f64 + Send + Sync + 'static) -> Result<InverseTransform, ParameterError> {
        InverseTransform::new(&[], &[], Support::Real, (cdf, |_: f64, _: &[f64]| 0.0))
    }

    #[test]
    fn what_is_no_distribution_function_is_named() {
        let message = |law: Result<InverseTransform, ParameterError>| law.unwrap_err().to_string();
        assert_eq!(message(made(|_, _| f64::NAN)), "inverse-transform: cdf must be in [0, 1], got NaN at x = -1000");
        assert_eq!(message(made(|x, _| x)), "inverse-transform: cdf must be in [0, 1], got -1000 at x = -1000");
        assert!(
            message(made(|x, _| f64::from(x < 0.0))).starts_with("inverse-transform: cdf must not fall, got 0 at x =")
        );
    }
}
