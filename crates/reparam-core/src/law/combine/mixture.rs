//! Mixtures of one-dimensional laws.

use std::any::Any;
use std::sync::Arc;

use super::panels::{TAILS, integrate, sum, tidy};
use super::root::{self, Tail};
use super::{Family, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::law::{Categorical, Normal};
use crate::noise::{Noise, Stream};
use crate::special::log_sum_exp;

/// Mixtures of laws that have no family of their own.
const FAMILY: Family = Family {
    name: "mixture",
    parameters: &[
        Parameter::vector("logits", Support::Real).implicit(),
        Parameter::vector("components", Support::Real).implicit(),
    ],
    support: "that of the components",
    method: "component by its weight, then a draw of it",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |_| {
        let rule = "is made from other laws, by Mixture::new".to_owned();
        Err(ParameterError::Together { law: "mixture", rule })
    },
};

pub(super) const NORMAL: Family = Family {
    name: "normal-mixture",
    parameters: &[
        Parameter::vector("logits", Support::Real).implicit(),
        Parameter::vector("loc", Support::Real).implicit(),
        Parameter::vector("scale", Support::Positive).implicit(),
    ],
    support: "x finite",
    method: "component by its weight, then a draw of it",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| {
        let (logits, rest) = v.split_at(v.len() / 3);
        let (loc, scale) = rest.split_at(v.len() / 3);
        ParameterError::check(NORMAL.name, NORMAL.parameters[0], logits)?;
        ParameterError::check(NORMAL.name, NORMAL.parameters[1], loc)?;
        ParameterError::check(NORMAL.name, NORMAL.parameters[2], scale)?;
        let components = loc.iter().zip(scale).map(|(l, s)| Ok(Arc::new(Normal::new(*l, *s)?) as Arc<dyn Law>));
        let components = components.collect::<Result<Vec<_>, ParameterError>>()?;
        let parameters = v.to_vec();
        Ok(Box::new(Mixture { family: &NORMAL, parameters, ..Mixture::of(logits, components)? }))
    },
};

/// Draws that are made of every component before the choice is applied.
const PIECE: usize = 1024;

/// Mixture of one-dimensional laws of one kind: component `k` with probability `e^logits[k] / Σ e^logits`.
///
/// `p(x) = Σ w_k p_k(x)`. Components are all continuous or all discrete. `draw` is the inverse of the distribution function `Σ w_k F_k`;
/// `fill`, faster, draws a component and then from it.
///
/// The path exists although the choice of a component jumps: it is that of the quantile (Figurnov et al. 2018),
/// `w_k p_k(z)/p(z) · path_k(z)` in the parameters of component `k` and `-w_k (F_k(z) - F(z)) / p(z)` in `logits[k]`.
/// Where components lie far apart, `p` all but vanishes between them and the path in the logits is steep: it carries draws across the
/// gap, and its variance grows with the gap's width.
///
/// ```
/// use reparam_core::law::{Law, Mixture, Normal, Pathwise};
/// let side = |loc| Box::new(Normal::new(loc, 1.0).unwrap()) as Box<dyn Law>;
/// let law = Mixture::new(&[0.0, 0.0], vec![side(-2.0), side(2.0)]).unwrap();
/// assert_eq!((law.cdf(0.0), law.mean(), law.variance()), (0.5, 0.0, 5.0));
/// let mut slopes = [0.0; 6]; // logits, then loc and scale of each component
/// law.pathwise(2.0, &mut slopes);
/// assert!(slopes[0] < 0.0 && (slopes[1] + slopes[0]).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Mixture {
    family: &'static Family,
    parameters: Vec<f64>,
    log_weights: Vec<f64>,
    components: Vec<Arc<dyn Law>>,
}

impl Mixture {
    /// The mixture with these unnormalised log-weights.
    ///
    /// # Errors
    ///
    /// No components, another number of them than of logits, a logit that is not finite, continuous components beside discrete ones.
    pub fn new(logits: &[f64], components: Vec<Box<dyn Law>>) -> Result<Self, ParameterError> {
        Self::of(logits, components.into_iter().map(Arc::from).collect())
    }

    fn of(logits: &[f64], components: Vec<Arc<dyn Law>>) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], logits)?;
        let together = |rule: String| Err(ParameterError::Together { law: FAMILY.name, rule });
        if logits.len() != components.len() {
            return together(format!("{} logits do not fit {} components", logits.len(), components.len()));
        }
        let discrete = components.iter().filter(|c| c.support().is_discrete()).count();
        if discrete != 0 && discrete != components.len() {
            return together("continuous and discrete components do not mix".to_owned());
        }
        let log_weights = Categorical::from_logits(logits)?.log_probs().to_vec();
        let mut parameters = logits.to_vec();
        parameters.extend(components.iter().flat_map(|c| c.parameters()));
        Ok(Self { family: &FAMILY, parameters, log_weights, components })
    }

    /// Logarithms of the weights of the components.
    pub fn log_weights(&self) -> &[f64] {
        &self.log_weights
    }

    /// Component `k`.
    pub fn component(&self, k: usize) -> Option<&dyn Law> {
        self.components.get(k).map(|c| &**c)
    }

    fn is_discrete(&self) -> bool {
        self.components.iter().all(|c| c.support().is_discrete())
    }

    /// `log Σ w_k e^f(k)`.
    fn log_mean(&self, f: impl Fn(&dyn Law) -> f64) -> f64 {
        let terms: Vec<f64> = self.log_weights.iter().zip(&self.components).map(|(w, c)| w + f(&**c)).collect();
        log_sum_exp(&terms)
    }

    /// `Σ w_k f(k)`, without those of weight 0.
    fn mean_of(&self, f: impl Fn(&dyn Law) -> f64) -> f64 {
        let weighted = |(w, c): (&f64, &Arc<dyn Law>)| if w.exp() > 0.0 { w.exp() * f(&**c) } else { 0.0 };
        self.log_weights.iter().zip(&self.components).map(weighted).sum()
    }

    /// Lowest and highest of the components' values of `f`.
    fn range(&self, f: impl Fn(&dyn Law) -> f64) -> (f64, f64) {
        self.components
            .iter()
            .map(|c| f(&**c))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    }

    /// The quantile of the tail with this probability, between those of the components.
    fn invert(&self, tail: Tail, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        if probability > 0.5 && !self.is_discrete() {
            // From the smaller tail; 1 - p is exact.
            return self.invert(if tail == Tail::Lower { Tail::Upper } else { Tail::Lower }, 1.0 - probability);
        }
        let (low, high) = self.range(|c| match tail {
            Tail::Lower => c.quantile(probability),
            Tail::Upper => c.upper_quantile(probability),
        });
        if self.is_discrete() {
            return if low < high { root::integer_quantile(self, tail, probability, low, high) } else { low };
        }
        if !(low < high) || probability == 0.0 {
            return if tail == Tail::Lower { low } else { high };
        }
        root::quantile(self, tail, probability.ln(), low, high, 0.5 * low + 0.5 * high)
    }

    /// Numbers of the family's order: that of `NORMAL` puts all locations before all scales.
    fn write(&self, logits: &[f64], components: &[Vec<f64>], out: &mut [f64]) {
        let mut all = logits.to_vec();
        if self.family.name == NORMAL.name {
            let place = |i: usize| components.iter().map(move |c| c[i]);
            all.extend(place(0).chain(place(1)));
        } else {
            all.extend(components.iter().flatten());
        }
        write(out, &all);
    }

    /// Probability of each component given that `x` was drawn; 0 where nothing can be drawn.
    fn responsibilities(&self, x: f64) -> Vec<f64> {
        let total = self.log_prob(x);
        let share = |(w, c): (&f64, &Arc<dyn Law>)| {
            let part = w + c.log_prob(x);
            // Two poles at one point share it by their weights.
            if total == f64::INFINITY { f64::from(part == total) * w.exp() } else { (part - total).exp() }
        };
        if total == f64::NEG_INFINITY {
            return vec![0.0; self.components.len()];
        }
        self.log_weights.iter().zip(&self.components).map(share).collect()
    }
}

impl Law for Mixture {
    fn family(&self) -> &'static Family {
        self.family
    }

    fn parameters(&self) -> Vec<f64> {
        self.parameters.clone()
    }

    fn parameter_names(&self) -> Vec<String> {
        let count = self.components.len();
        let mut names: Vec<String> = (0..count).map(|k| format!("logits[{k}]")).collect();
        let of = |k: usize| self.components[k].parameter_names().into_iter().map(move |n| format!("{n}[{k}]"));
        if self.family.name == NORMAL.name {
            names.extend(["loc", "scale"].iter().flat_map(|n| (0..count).map(move |k| format!("{n}[{k}]"))));
        } else {
            names.extend((0..count).flat_map(of));
        }
        names
    }

    fn support(&self) -> Support {
        let first = self.components[0].support();
        if self.components.iter().all(|c| c.support() == first) {
            return first;
        }
        let (low, high) = (self.range(|c| c.support().bounds().0).0, self.range(|c| c.support().bounds().1).1);
        match (low, high) {
            _ if self.is_discrete() => Support::Integers(low, high),
            (f64::NEG_INFINITY, f64::INFINITY) => Support::Real,
            (0.0, f64::INFINITY) => Support::NonNegative,
            _ => Support::Closed(low, high),
        }
    }

    fn log_prob(&self, x: f64) -> f64 {
        self.log_mean(|c| c.log_prob(x))
    }

    fn cdf(&self, x: f64) -> f64 {
        self.mean_of(|c| c.cdf(x)).min(1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        self.mean_of(|c| c.survival(x)).min(1.0)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let survival = self.survival(x);
        if survival < 0.5 { (-survival).ln_1p() } else { self.log_mean(|c| c.log_cdf(x)).min(0.0) }
    }

    fn log_survival(&self, x: f64) -> f64 {
        let cdf = self.cdf(x);
        if cdf < 0.5 { (-cdf).ln_1p() } else { self.log_mean(|c| c.log_survival(x)).min(0.0) }
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.invert(Tail::Lower, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        self.invert(Tail::Upper, probability)
    }

    fn mean(&self) -> f64 {
        self.mean_of(Law::mean)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        // Within and between the components; both parts are >= 0.
        self.mean_of(|c| c.variance() + (c.mean() - mean) * (c.mean() - mean))
    }

    /// The best of the components' modes, moved uphill; a peak that no component's mode leads to is not found.
    fn mode(&self) -> f64 {
        let better = |best: f64, x: f64| if self.log_prob(x) > self.log_prob(best) { x } else { best };
        let start = self.components.iter().map(|c| c.mode()).reduce(better).unwrap_or(f64::NAN);
        if self.is_discrete() || !self.log_prob(start).is_finite() {
            return start;
        }
        let (low, high) = self.range(Law::mode);
        let (mut best, mut step) = (start, 0.5 * (high - low));
        // Uphill on either side while it rises, in steps that halve until they no longer change the number.
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
        best
    }

    fn entropy(&self) -> f64 {
        let part = |x: f64| {
            let log_mass = self.log_prob(x);
            if log_mass.exp() > 0.0 { -log_mass.exp() * log_mass } else { 0.0 }
        };
        if self.is_discrete() {
            let (low, high) = (self.range(|c| c.quantile(1e-19)).0, self.range(|c| c.upper_quantile(1e-19)).1);
            return sum(low, high, part);
        }
        let quantiles = |c: &Arc<dyn Law>| TAILS.map(|p| [c.quantile(p), c.upper_quantile(p)]);
        let edges =
            self.components.iter().flat_map(quantiles).flatten().chain(self.components.iter().map(|c| c.mode()));
        integrate(&tidy(edges.collect()), part)
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let share = self.responsibilities(x);
        let logits: Vec<f64> = share.iter().zip(&self.log_weights).map(|(r, w)| r - w.exp()).collect();
        let of = |(r, c): (&f64, &Arc<dyn Law>)| {
            let mut slopes = vec![0.0; c.parameters().len()];
            if *r > 0.0 {
                c.score(x, &mut slopes);
            }
            slopes.iter().map(|s| r * s).collect()
        };
        let components: Vec<Vec<f64>> = share.iter().zip(&self.components).map(of).collect();
        self.write(&logits, &components, out);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        let share = self.responsibilities(x);
        share.iter().zip(&self.components).map(|(r, c)| if *r > 0.0 { r * c.log_prob_slope(x) } else { 0.0 }).sum()
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let mut before = 0.0;
        let ends: Vec<f64> = self
            .log_weights
            .iter()
            .map(|w| {
                before += w.exp();
                before
            })
            .collect();
        let mut draws = vec![[0.0; PIECE]; self.components.len()];
        for (n, piece) in out.chunks_mut(PIECE).enumerate() {
            let from = first.wrapping_add((n * PIECE) as u64);
            stream.fill(Noise::Uniform, from, piece);
            for (k, (component, draws)) in self.components.iter().zip(&mut draws).enumerate() {
                component.fill(&stream.branch(k as u64), from, &mut draws[..piece.len()]);
            }
            for (i, x) in piece.iter_mut().enumerate() {
                // The rounded sum of the weights may stay below the noise: the last component then.
                let k = ends.partition_point(|end| *end <= *x).min(ends.len() - 1);
                *x = draws[k][i];
            }
        }
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        self.components.iter().all(|c| c.as_pathwise().is_some()).then_some(self as &dyn Pathwise)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pathwise for Mixture {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let share = self.responsibilities(z);
        let here = self.log_prob(z);
        // F_k - F from the smaller tail, each over the density in log space, so that far tails do not become 0/0.
        let lower = self.cdf(z) < 0.5;
        let weighed = |(w, c): (&f64, &Arc<dyn Law>)| {
            if lower { (w + c.log_cdf(z) - here).exp() } else { -(w + c.log_survival(z) - here).exp() }
        };
        let parts: Vec<f64> = self.log_weights.iter().zip(&self.components).map(weighed).collect();
        let mean: f64 = parts.iter().sum();
        let logits: Vec<f64> = self
            .log_weights
            .iter()
            .zip(&parts)
            .map(|(w, f)| if mean == 0.0 { 0.0 } else { w.exp() * mean - f })
            .collect();
        let of = |(r, c): (&f64, &Arc<dyn Law>)| {
            let mut slopes = vec![0.0; c.parameters().len()];
            if let (true, Some(path)) = (*r > 0.0, c.as_pathwise()) {
                path.pathwise(z, &mut slopes);
            }
            slopes.iter().map(|s| r * s).collect()
        };
        let components: Vec<Vec<f64>> = share.iter().zip(&self.components).map(of).collect();
        self.write(&logits, &components, out);
    }
}
