//! Expectations under a law of numbers, and their derivatives in its parameters, without draws.

use super::panels::{Integral, integrate};
use crate::law::Law;

/// `E[f(X)]` and its derivative in each parameter, with bounds on the error of the arithmetic.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// `E[f(X)]`.
    pub value: f64,
    /// `∂E[f(X)]/∂parameter`, in the order of [`Law::parameters`].
    pub gradient: Vec<f64>,
    /// Estimated errors of `gradient`.
    pub errors: Vec<f64>,
    /// How it was had.
    pub method: Method,
}

/// How an expectation was had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The sum over the support.
    Enumeration,
    /// Quadrature of `f` times the score.
    Score,
    /// Quadrature of `f'` times the pathwise derivative, where the support moves with a parameter.
    Path,
    /// Differences of the quadrature of `f` in the parameters, where the support moves and `f` has jumps, which no path sees.
    Difference,
}

/// An expectation that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpectationError {
    /// More outcomes than can be summed.
    #[error("the support has more than {0} outcomes to sum over")]
    TooMany(usize),
    /// An integral that diverges, or so slowly that its tail beyond a probability of 1e-220 is felt, or a cost that is not a number somewhere.
    #[error("the expectation is not finite")]
    NotFinite,
}

/// Most outcomes that are summed.
const MOST: usize = 2_000_000;
/// Mass that is left out of a sum or an integral at either end.
const LEFT_OUT: f64 = 1e-18;

/// A cost and its derivative at many places: values to the second, derivatives to the third argument.
pub type CostSlope<'a> = dyn FnMut(&[f64], &mut [f64], &mut [f64]) + 'a;

/// `E[f(X)]` and its derivative in each parameter of the law.
///
/// Laws of isolated points by summation, others by adaptive quadrature in the probability, after a change of variable by which both tails fall
/// off doubly exponentially (Takahasi and Mori 1974): `∂E[f] = E[(f - f(median)) ∂ log p]`. Jumps of `f` are found by halving panels.
///
/// # Errors
/// Too many outcomes; an expectation that is not finite.
///
/// ```
/// use reparam_core::diagnose::expectation;
/// use reparam_core::law::family;
/// let law = family("normal").unwrap().build(&[1.0, 0.5]).unwrap();
/// let exact = expectation(law.as_ref(), &mut |x, f, slope| {
///     for ((x, f), slope) in x.iter().zip(f).zip(slope) {
///         (*f, *slope) = ((x - 3.0).powi(2), 2.0 * (x - 3.0));
///     }
/// }).unwrap();
/// assert!((exact.gradient[0] + 4.0).abs() < 1e-12 && (exact.gradient[1] - 1.0).abs() < 1e-12); // 2 (m - k), 2 s
/// ```
pub fn expectation(law: &dyn Law, cost: &mut CostSlope<'_>) -> Result<Expectation, ExpectationError> {
    let mut found = if law.support().is_discrete() { sum(law, cost)? } else { quadrature(law, cost) };
    if found.method == Method::Path {
        settle(law, cost, &mut found);
    }
    let finite = found.value.is_finite() && found.gradient.iter().all(|g| g.is_finite());
    if finite { Ok(found) } else { Err(ExpectationError::NotFinite) }
}

fn sum(law: &dyn Law, cost: &mut CostSlope<'_>) -> Result<Expectation, ExpectationError> {
    let (low, high) = law.support().bounds();
    let low = if low.is_finite() { low } else { law.quantile(LEFT_OUT) };
    let last = law.upper_quantile(LEFT_OUT);
    // Far beyond the quantile there is no mass that a double could see.
    let high = if high.is_finite() && high - low < MOST as f64 { high } else { (last + 10.0).min(high) };
    if high.is_nan() || high - low >= MOST as f64 {
        return Err(ExpectationError::TooMany(MOST));
    }
    let places: Vec<f64> = (0..=(high - low) as usize).map(|i| low + i as f64).collect();
    let (mut f, mut slope) = (vec![0.0; places.len()], vec![0.0; places.len()]);
    cost(&places, &mut f, &mut slope);
    let count = law.parameters().len();
    let (mut value, mut gradient, mut sizes) = (0.0, vec![0.0; count], vec![0.0; count]);
    let mut score = vec![0.0; count];
    // The score has mean 0: a constant may be taken off, and the one near most of the mass leaves the smallest terms.
    let centre = places.iter().position(|x| *x >= law.quantile(0.5)).map_or(0.0, |i| f[i]);
    let centre = if centre.is_finite() { centre } else { 0.0 };
    for (x, f) in places.iter().zip(&f) {
        let mass = law.log_prob(*x).exp();
        if mass == 0.0 {
            continue;
        }
        law.score(*x, &mut score);
        value += mass * f;
        for ((g, size), s) in gradient.iter_mut().zip(&mut sizes).zip(&score) {
            let term = mass * (f - centre) * s;
            *g += term;
            *size += term.abs();
        }
    }
    let errors = sizes.iter().map(|s| 1e-14 * s).collect();
    Ok(Expectation { value, gradient, errors, method: Method::Enumeration })
}

/// Whether the support's ends move with a parameter, so that the score does not have mean 0.
///
/// ```
/// use reparam_core::{diagnose::support_moves, law::family};
/// let moves = |name: &str, parameters: &[f64]| support_moves(family(name).unwrap().build(parameters).unwrap().as_ref());
/// assert!(moves("uniform", &[1.0, 3.0]) && !moves("normal", &[1.0, 3.0]));
/// ```
pub fn support_moves(law: &dyn Law) -> bool {
    let parameters = law.parameters();
    let bounds = law.support().bounds();
    (0..parameters.len()).any(|k| {
        let mut moved = parameters.clone();
        moved[k] += 1e-3 * moved[k].abs().max(1e-3);
        law.family().build(&moved).is_ok_and(|other| other.support().bounds() != bounds)
    })
}

/// Steps of the differences, relative to the parameter or to 1.
const STEP: f64 = 1e-3;

/// Holds the path's derivatives against differences of the expectation, and takes these where the two disagree: `f` has jumps then.
fn settle(law: &dyn Law, cost: &mut CostSlope<'_>, found: &mut Expectation) {
    let parameters = law.parameters();
    for k in 0..parameters.len() {
        let step = STEP * parameters[k].abs().max(1.0);
        let mut at = |factor: f64| -> Option<f64> {
            let mut moved = parameters.clone();
            moved[k] += factor * step;
            let law = law.family().build(&moved).ok()?;
            Some(quadrature(law.as_ref(), cost).value)
        };
        let values = [at(-2.0), at(-1.0), at(1.0), at(2.0)];
        let [Some(a), Some(b), Some(c), Some(d)] = values else { continue };
        // Central differences at two steps, extrapolated: the error is of the fourth order in the step.
        let difference = (8.0 * (c - b) - (d - a)) / (12.0 * step);
        // Of the quadrature's own error, 1e-13 of the value, and of the fourth derivative.
        let error = 1e-9 * found.value.abs().max(1.0) + 1e-6 * difference.abs();
        if (difference - found.gradient[k]).abs() > error {
            (found.gradient[k], found.errors[k], found.method) = (difference, error, Method::Difference);
        }
    }
}

/// Share of an integral that a term at the outermost place may have. Terms of a loss that grows like `u^-k` fall like `u^(1 - k)`, which at
/// `u = 1e-220` is this for `k = 0.96`: nearer to 1 the integral is not reached, from 1 on it diverges.
const SHARE: f64 = 1e-8;

/// Ends of the panels of the variable `t`; `u = ½ / (1 + e^{-π sinh t})` falls to 1e-220 at the left end.
const ENDS: [f64; 13] = [-5.8, -5.0, -4.2, -3.4, -2.6, -1.8, -1.2, -0.6, 0.0, 0.6, 1.2, 2.0, 3.2];

fn quadrature(law: &dyn Law, cost: &mut CostSlope<'_>) -> Expectation {
    let count = law.parameters().len();
    let path = support_moves(law).then(|| law.as_pathwise()).flatten();
    let width = count + 1;
    let median = law.quantile(0.5);
    let (mut centre, mut slope) = ([0.0], [0.0]);
    cost(&[median], &mut centre, &mut slope);
    let centre = if centre[0].is_finite() { centre[0] } else { 0.0 };
    let mut row = vec![0.0; count];
    // Terms at places `t` to `out`; whether quantile and cost were numbers at all of them.
    let mut terms = |upper: bool, t: &[f64], out: &mut [f64]| -> bool {
        let mut places = Vec::with_capacity(t.len());
        let mut masses = Vec::with_capacity(t.len());
        let mut weights = Vec::with_capacity(t.len());
        for t in t {
            let s = std::f64::consts::PI * t.sinh();
            // u and du/dt, without overflow on either side.
            let (e, u) = if s < 0.0 {
                (s.exp(), 0.5 * s.exp() / (1.0 + s.exp()))
            } else {
                ((-s).exp(), 0.5 / (1.0 + (-s).exp()))
            };
            weights.push(0.5 * std::f64::consts::PI * t.cosh() * e / ((1.0 + e) * (1.0 + e)));
            masses.push(u);
            places.push(if upper { law.upper_quantile(u) } else { law.quantile(u) });
        }
        let mut reached = true;
        let (mut f, mut slopes) = (vec![0.0; t.len()], vec![0.0; t.len()]);
        cost(&places, &mut f, &mut slopes);
        for (i, out) in out.chunks_exact_mut(width).enumerate() {
            // At the ends of the scale quantiles are infinite; the weight there is nothing.
            // A place that rounds to an end of the support is no place of a draw, and `f` may be infinite there (the logarithm at 0); with
            // mass it is an error, and where it hides an integral that diverges the last place before it tells.
            if weights[i] == 0.0 || !places[i].is_finite() || masses[i] < LEFT_OUT && !f[i].is_finite() {
                out.fill(0.0);
                reached = false;
                continue;
            }
            row.fill(0.0);
            out[0] = weights[i] * f[i];
            let factor = if let Some(law) = path {
                law.pathwise(places[i], &mut row);
                slopes[i]
            } else {
                law.score(places[i], &mut row);
                f[i] - centre
            };
            for (out, r) in out[1..].iter_mut().zip(&row) {
                // Where the place rounds to an end of the support the score has no value, and next to no mass may be left.
                let lost = masses[i] < LEFT_OUT && !r.is_finite();
                *out = if factor == 0.0 || lost { 0.0 } else { weights[i] * factor * r };
            }
        }
        reached
    };
    let mut half = |upper: bool| -> (Integral, bool) {
        let found = integrate(&ENDS, width, 1e-13, 60, |t, out| {
            terms(upper, t, out);
        });
        // The outermost place whose quantile and cost are numbers.
        let mut end = vec![0.0; width];
        let reached = (0..30).any(|i| terms(upper, &[ENDS[0] + 0.1 * f64::from(i)], &mut end));
        let diverges = reached && end[0].abs() > SHARE * found.sizes[0];
        (found, diverges)
    };
    let ((lower, below), (upper, above)) = (half(false), half(true));
    let both = |k: usize| lower.values[k] + upper.values[k];
    Expectation {
        value: if below || above { f64::NAN } else { both(0) },
        gradient: (1..width).map(both).collect(),
        errors: (1..width).map(|k| lower.errors[k] + upper.errors[k]).collect(),
        method: if path.is_some() { Method::Path } else { Method::Score },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::family;

    fn exact(name: &str, parameters: &[f64], f: impl Fn(f64) -> [f64; 2]) -> Expectation {
        let law = family(name).unwrap().build(parameters).unwrap();
        expectation(law.as_ref(), &mut |x, out, slopes| {
            for ((x, out), slope) in x.iter().zip(out).zip(slopes) {
                [*out, *slope] = f(*x);
            }
        })
        .unwrap()
    }

    fn check(found: &Expectation, gradient: &[f64], tolerance: f64) {
        for (g, e) in found.gradient.iter().zip(gradient) {
            assert!((g - e).abs() <= tolerance * e.abs().max(1.0), "{found:?} is not {gradient:?}");
        }
    }

    #[test]
    fn closed_forms_of_normal_laws() {
        let (m, s): (f64, f64) = (0.7, 1.3);
        check(&exact("normal", &[m, s], |x| [x, 1.0]), &[1.0, 0.0], 1e-12);
        check(&exact("normal", &[m, s], |x| [(x - 3.0).powi(2), 2.0 * (x - 3.0)]), &[2.0 * (m - 3.0), 2.0 * s], 1e-11);
        let k: f64 = 4.0;
        let fade = (-k * k * s * s / 2.0).exp();
        let found = exact("normal", &[m, s], |x| [(k * x).cos(), -k * (k * x).sin()]);
        check(&found, &[-k * (k * m).sin() * fade, -k * k * s * (k * m).cos() * fade], 1e-11);
        // A jump at 0: the density there, divided by nothing; the error estimate covers what is left.
        let step = exact("normal", &[m, s], |x| [f64::from(x > 0.0), 0.0]);
        let density = (-0.5 * (m / s).powi(2)).exp() / (s * (2.0 * std::f64::consts::PI).sqrt());
        check(&step, &[density, -m / s * density], 1e-9);
    }

    #[test]
    fn closed_forms_of_other_laws() {
        check(&exact("gamma", &[2.5, 0.7], |x| [x, 1.0]), &[1.0 / 0.7, -2.5 / 0.49], 1e-10);
        check(&exact("exponential", &[2.0], |x| [x * x, 2.0 * x]), &[-4.0 / 8.0], 1e-10);
        check(
            &exact("log-normal", &[0.3, 0.5], |x| [x, 1.0]),
            &[(0.3_f64 + 0.125).exp(), 0.5 * (0.3_f64 + 0.125).exp()],
            1e-10,
        );
        check(&exact("poisson", &[4.0], |x| [x * x, 2.0 * x]), &[9.0], 1e-10);
        // Quantiles near 1 round to 1, where the score is infinite: a kink against central differences.
        let (a, b) = (2.0, 3.0);
        let mean = |a: f64, b: f64| {
            let law = family("beta").unwrap().build(&[a, b]).unwrap();
            let found =
                expectation(law.as_ref(), &mut |x, f, _| f.iter_mut().zip(x).for_each(|(f, x)| *f = (x - 0.3).abs()));
            found.unwrap()
        };
        let step = 1e-4;
        let slopes = [
            (mean(a + step, b).value - mean(a - step, b).value) / (2.0 * step),
            (mean(a, b + step).value - mean(a, b - step).value) / (2.0 * step),
        ];
        // Central differences: their error is step² times a third derivative below 1.
        check(&mean(a, b), &slopes, 1e-8);
        let p: f64 = 0.3;
        check(
            &exact("bernoulli", &[(p / (1.0 - p)).ln()], |b| [(b - 0.45).powi(2), 0.0]),
            &[p * (1.0 - p) * 0.1],
            1e-13,
        );
        // The support moves: x² of a uniform on [a, b] has mean (a² + a b + b²)/3.
        let uniform = exact("uniform", &[1.0, 3.0], |x| [x * x, 2.0 * x]);
        assert_eq!(uniform.method, Method::Path);
        check(&uniform, &[5.0 / 3.0, 7.0 / 3.0], 1e-11);
        // A jump in it: P(x > 2) = (b - 2)/(b - a), whose derivatives no path sees.
        let jump = exact("uniform", &[1.0, 3.0], |x| [f64::from(x > 2.0), 0.0]);
        assert_eq!(jump.method, Method::Difference);
        check(&jump, &[0.25, 0.25], 1e-6);
    }

    #[test]
    fn what_diverges_is_an_error() {
        let law = family("cauchy").unwrap().build(&[0.0, 1.0]).unwrap();
        let found = expectation(law.as_ref(), &mut |x, f, _| f.iter_mut().zip(x).for_each(|(f, x)| *f = x.exp()));
        assert_eq!(found, Err(ExpectationError::NotFinite));
    }
}
