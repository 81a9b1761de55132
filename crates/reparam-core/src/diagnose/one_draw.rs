//! Variances of gradient estimates from one draw, without draws.

use super::expectation::{CostSlope, ExpectationError, sum_terms};
use super::probability::expected;
use super::{Method, expectation, support_moves};
use crate::law::Law;

/// Variances of the estimates of `∂E[f(X)]/∂parameter` that one draw gives, in the order of [`Law::parameters`].
#[derive(Clone, Debug, PartialEq)]
pub struct OneDraw {
    /// Of `f ∂ log p`, the score function; infinite where it has no variance. None where the support moves: it is biased then.
    pub score: Option<Vec<f64>>,
    /// Of `f' ∂x/∂parameter`, the path; infinite where it has no variance. None where the law has no path. Where `f` has jumps the path is
    /// biased, and this is its mean square less the square of the true derivative.
    pub path: Option<Vec<f64>>,
}

/// Variances of the score function and of the path with one draw, by the sums and quadratures of [`expectation`].
///
/// # Errors
/// Those of [`expectation`].
///
/// ```
/// use reparam_core::diagnose::one_draw_variances;
/// use reparam_core::law::family;
/// let law = family("normal").unwrap().build(&[1.0, 0.5]).unwrap();
/// let found = one_draw_variances(law.as_ref(), &mut |x, f, slope| {
///     for ((x, f), slope) in x.iter().zip(f).zip(slope) {
///         (*f, *slope) = ((x - 3.0).powi(2), 2.0 * (x - 3.0));
///     }
/// }).unwrap();
/// assert!((found.path.unwrap()[0] - 1.0).abs() < 1e-10); // 4 s²
/// ```
pub fn one_draw_variances(law: &dyn Law, cost: &mut CostSlope<'_>) -> Result<OneDraw, ExpectationError> {
    let exact = expectation(law, cost)?;
    let count = law.parameters().len();
    let mut row = vec![0.0; count];
    let of = |squares: &[f64], diverges: &[bool]| -> Vec<f64> {
        let variance = |k: usize| (squares[k] - exact.gradient[k] * exact.gradient[k]).max(0.0);
        (0..count).map(|k| if diverges[k] { f64::INFINITY } else { variance(k) }).collect()
    };
    if exact.method == Method::Enumeration {
        let squares = sum_terms(law, cost, count, |x, f, out| {
            law.score(x, &mut row);
            out.iter_mut().zip(&row).for_each(|(out, s)| *out = (f * s) * (f * s));
        })?;
        return Ok(OneDraw { score: Some(of(&squares, &vec![false; count])), path: None });
    }
    let path = law.as_pathwise();
    let squares = expected(law, cost, 2 * count, |place, out| {
        let (score, along) = out.split_at_mut(count);
        law.score(place.x, &mut row);
        score.iter_mut().zip(&row).for_each(|(out, s)| *out = (place.cost * s) * (place.cost * s));
        row.fill(0.0);
        if let Some(path) = path {
            path.pathwise(place.x, &mut row);
        }
        along.iter_mut().zip(&row).for_each(|(out, p)| *out = (place.slope * p) * (place.slope * p));
    });
    let (score, along) = (0..count, count..2 * count);
    let of = |range: std::ops::Range<usize>| of(&squares.values[range.clone()], &squares.diverges[range]);
    Ok(OneDraw { score: (!support_moves(law)).then(|| of(score)), path: path.map(|_| of(along)) })
}
