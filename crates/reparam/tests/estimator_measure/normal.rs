//! Normal laws, `z = m + s e`: variances of one draw against their closed forms.
//!
//! Path and score of a polynomial cost are polynomials of the noise. So the closed forms are checked exactly first, and the standard error of a
//! sample variance is known, not estimated from the sample that it judges.

use std::f64::consts::PI;

use reparam::measure::{Problem, Report, Verdict};

use crate::polynomial::Polynomial;
use crate::support::{LIMIT, report, row, scalar};

const DRAWS: usize = 200_000;

/// Standard errors allowed a sample variance. A square of a polynomial of degree 4 has skewness 109 at worst (`e^8`), its mean over 2e5 draws
/// 0.24: the first Edgeworth correction multiplies the tail beyond 7 by e^(0.24 · 7³/6) = 1e6, to 1e-6.
const VARIANCE_LIMIT: f64 = 7.0;

/// Locations and scales.
const LAWS: [[f64; 2]; 3] = [[1.0, 0.5], [-0.7, 2.0], [3.2, 0.3]];

/// The estimates of path and score, in location and scale, of a cost with this derivative.
struct Exact {
    path: [Polynomial; 2],
    score: [Polynomial; 2],
}

impl Exact {
    /// Of `c0 + c1 x + c2 x²`.
    fn new([m, s]: [f64; 2], [c0, c1, c2]: [f64; 3]) -> Self {
        let noise = Polynomial(vec![0.0, 1.0]);
        let cost = Polynomial(vec![c0 + c1 * m + c2 * m * m, (c1 + 2.0 * c2 * m) * s, c2 * s * s]);
        let slope = Polynomial(vec![c1 + 2.0 * c2 * m, 2.0 * c2 * s]);
        let (loc, scale) = (Polynomial(vec![0.0, 1.0 / s]), Polynomial(vec![-1.0 / s, 0.0, 1.0 / s]));
        Self { path: [slope.clone(), slope * noise], score: [cost.clone() * loc, cost * scale] }
    }
}

fn close(a: f64, b: f64) -> bool {
    // Sums of some ten products of numbers below 100.
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

/// Holds a report against the polynomials and the closed forms, which must agree with one another.
fn check(found: &Report, exact: &[Polynomial; 2], gradient: [f64; 2], closed: [f64; 2], name: &str) {
    let n = DRAWS as f64;
    for (k, parameter) in ["loc", "scale"].into_iter().enumerate() {
        assert!(close(exact[k].mean(), gradient[k]) && close(exact[k].variance(), closed[k]), "{name} {parameter}");
        let row = row(found, name, parameter);
        let error = exact[k].variance_error(n);
        let ratio = row.variance / closed[k];
        println!("{name} {parameter}: {ratio:.4} ± {:.4} of the closed form", error / closed[k]);
        assert!((row.variance - closed[k]).abs() <= VARIANCE_LIMIT * error + 1e-12, "{row:?} is not {}", closed[k]);
        let error = (closed[k] / n).sqrt();
        assert!((row.mean - gradient[k]).abs() <= LIMIT * error + 1e-12, "{row:?} is not {}", gradient[k]);
        assert!((row.exact.unwrap() - gradient[k]).abs() < 1e-9, "{row:?}");
        assert_eq!(row.verdict, Verdict::Unbiased, "{row:?}");
        // The sample's own idea of its error is right within a factor: its moments of order 16 are rough.
        assert!(row.variance_standard_error <= 2.0 * exact[k].variance_error(n) + 1e-12, "{row:?}");
    }
}

fn linear([m, s]: [f64; 2], a: f64) -> (Problem, [f64; 2], [f64; 2], [f64; 2]) {
    let (a2, ratio) = (a * a, m * m / (s * s));
    let score = [a2 * ratio + 2.0 * a2, 2.0 * a2 * ratio + 10.0 * a2];
    (scalar("normal", &[m, s], move |x| x * a), [a, 0.0], [0.0, a2], score)
}

#[test]
fn a_linear_cost_has_the_variances_of_the_closed_forms() {
    for (seed, law) in LAWS.into_iter().enumerate() {
        let (problem, gradient, path, score) = linear(law, 2.0);
        let exact = Exact::new(law, [0.0, 2.0, 0.0]);
        let found = report(&problem, &["pathwise", "score-function"], DRAWS, seed as u64);
        check(&found, &exact.path, gradient, path, "pathwise");
        check(&found, &exact.score, gradient, score, "score-function");
        // Every draw of the path is the slope itself.
        let loc = row(&found, "pathwise", "loc");
        assert_eq!((loc.mean, loc.variance, loc.standard_error), (2.0, 0.0, 0.0));
        assert_eq!((loc.snr, loc.efficiency), (None, None));
    }
}

#[test]
fn a_quadratic_cost_has_the_variances_of_the_closed_forms() {
    for (seed, [m, s]) in LAWS.into_iter().enumerate() {
        let k = 3.0;
        let (d, s2) = (m - k, s * s);
        let d2 = d * d;
        let problem = scalar("normal", &[m, s], move |x| (x - k).square());
        let exact = Exact::new([m, s], [k * k, -2.0 * k, 1.0]);
        let found = report(&problem, &["pathwise", "score-function", "measure-valued"], DRAWS, seed as u64);
        let gradient = [2.0 * d, 2.0 * s];
        check(&found, &exact.path, gradient, [4.0 * s2, 4.0 * d2 + 8.0 * s2], "pathwise");
        let score = [d2 * d2 / s2 + 14.0 * d2 + 15.0 * s2, 2.0 * d2 * d2 / s2 + 60.0 * d2 + 74.0 * s2];
        check(&found, &exact.score, gradient, score, "score-function");
        // Bounded powers of coupled noise: the sample's own standard error serves.
        let weak = [d2 * (16.0 / PI - 4.0), 4.0 * d2 + 4.0 * s2];
        for (parameter, (gradient, closed)) in ["loc", "scale"].into_iter().zip(gradient.into_iter().zip(weak)) {
            let row = row(&found, "measure-valued", parameter);
            assert!((row.variance - closed).abs() <= VARIANCE_LIMIT * row.variance_standard_error, "{row:?} {closed}");
            assert!((row.mean - gradient).abs() <= LIMIT * (closed / DRAWS as f64).sqrt(), "{row:?}");
        }
    }
}

#[test]
fn the_leave_one_out_form_has_the_variance_of_two_draws() {
    // g = ½ (f1 - f2)(s1 - s2) with independent draws 1 and 2. With f less its mean and E[s] = 0, of the sixteen products of g² those remain in which
    // each draw's factors are both squares or both single: E[g²] = ½ (E[f² s²] + E[f²] E[s²]) + E[f s]², and E[g] = E[f s].
    for (seed, [m, s]) in LAWS.into_iter().enumerate() {
        let (k, n) = (3.0, DRAWS as f64);
        let problem = scalar("normal", &[m, s], move |x| (x - k).square());
        let found = report(&problem, &["rloo"], DRAWS, seed as u64);
        let cost = Polynomial(vec![(m - k) * (m - k), 2.0 * (m - k) * s, s * s]).centred();
        let scores = [Polynomial(vec![0.0, 1.0 / s]), Polynomial(vec![-1.0 / s, 0.0, 1.0 / s])];
        for (parameter, score) in ["loc", "scale"].into_iter().zip(scores) {
            let (f2, s2) = (cost.clone() * cost.clone(), score.clone() * score.clone());
            let c = (cost.clone() * score).mean();
            let closed = 0.5 * ((f2.clone() * s2.clone()).mean() + f2.mean() * s2.mean());
            let row = row(&found, "rloo", parameter);
            println!("rloo {parameter}: {} of the closed form", row.variance / closed);
            assert!((row.variance - closed).abs() <= VARIANCE_LIMIT * row.variance_standard_error, "{row:?} {closed}");
            assert!((row.mean - c).abs() <= LIMIT * (closed / n).sqrt(), "{row:?}");
        }
    }
}

#[test]
fn a_wrong_closed_form_is_told_from_the_right_one() {
    // The negative control: 4 s² + 1 % for the path, the baseline's variance for the score without one.
    let law = [1.0, 0.5];
    let exact = Exact::new(law, [9.0, -6.0, 1.0]);
    let problem = scalar("normal", &law, |x| (x - 3.0).square());
    let found = report(&problem, &["pathwise", "score-function", "rloo"], DRAWS, 7);
    let path = row(&found, "pathwise", "loc").variance;
    assert!((path - 1.03).abs() > VARIANCE_LIMIT * exact.path[0].variance_error(DRAWS as f64), "{path}");
    let score = row(&found, "score-function", "loc").variance;
    let rloo = row(&found, "rloo", "loc").variance;
    assert!((rloo - score).abs() > VARIANCE_LIMIT * exact.score[0].variance_error(DRAWS as f64), "{rloo} {score}");
}
