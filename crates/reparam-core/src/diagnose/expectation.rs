//! Expectations under a law of numbers, and their derivatives in its parameters, without draws.

use super::probability::{LEFT_OUT, expected};
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

/// Sums over the support of the mass times `width` functions, which `each` writes for a place and the cost there.
pub(super) fn sum_terms(
    law: &dyn Law,
    cost: &mut CostSlope<'_>,
    width: usize,
    mut each: impl FnMut(f64, f64, &mut [f64]),
) -> Result<Vec<f64>, ExpectationError> {
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
    let (mut sums, mut row) = (vec![0.0; width], vec![0.0; width]);
    for (x, f) in places.iter().zip(&f) {
        let mass = law.log_prob(*x).exp();
        if mass == 0.0 {
            continue;
        }
        each(*x, *f, &mut row);
        sums.iter_mut().zip(&row).for_each(|(sum, r)| *sum += mass * r);
    }
    Ok(sums)
}

fn sum(law: &dyn Law, cost: &mut CostSlope<'_>) -> Result<Expectation, ExpectationError> {
    let count = law.parameters().len();
    let mut score = vec![0.0; count];
    // The score has mean 0: a constant may be taken off, and the one near most of the mass leaves the smallest terms.
    let (mut centre, mut slope) = ([0.0], [0.0]);
    cost(&[law.quantile(0.5)], &mut centre, &mut slope);
    let centre = if centre[0].is_finite() { centre[0] } else { 0.0 };
    let sums = sum_terms(law, cost, 2 * count + 1, |x, f, out| {
        law.score(x, &mut score);
        out[0] = f;
        for (k, s) in score.iter().enumerate() {
            out[1 + k] = (f - centre) * s;
            out[1 + count + k] = out[1 + k].abs();
        }
    })?;
    let errors = sums[1 + count..].iter().map(|size| 1e-14 * size).collect();
    Ok(Expectation { value: sums[0], gradient: sums[1..=count].to_vec(), errors, method: Method::Enumeration })
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

fn quadrature(law: &dyn Law, cost: &mut CostSlope<'_>) -> Expectation {
    let count = law.parameters().len();
    let path = support_moves(law).then(|| law.as_pathwise()).flatten();
    let (mut centre, mut slope) = ([0.0], [0.0]);
    cost(&[law.quantile(0.5)], &mut centre, &mut slope);
    let centre = if centre[0].is_finite() { centre[0] } else { 0.0 };
    let mut row = vec![0.0; count];
    let found = expected(law, cost, count + 1, |place, out| {
        row.fill(0.0);
        out[0] = place.cost;
        let factor = if let Some(law) = path {
            law.pathwise(place.x, &mut row);
            place.slope
        } else {
            law.score(place.x, &mut row);
            place.cost - centre
        };
        for (out, r) in out[1..].iter_mut().zip(&row) {
            *out = if factor == 0.0 { 0.0 } else { factor * r };
        }
    });
    let value = |k: usize| if found.diverges[k] { f64::NAN } else { found.values[k] };
    Expectation {
        value: value(0),
        gradient: (1..=count).map(value).collect(),
        errors: found.errors[1..].to_vec(),
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
