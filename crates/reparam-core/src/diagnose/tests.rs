//! Closed forms of expectations, integrals that diverge, tails of samples with known ones.

use super::*;
use crate::law::{Law, family};
use crate::noise::Key;
use crate::special::{digamma, normal_cdf, trigamma};

type Loss = fn(f64) -> f64;

fn build(name: &str, parameters: &[f64]) -> Box<dyn Law> {
    family(name).unwrap().build(parameters).unwrap()
}

/// The expectation of a loss whose derivative is not given.
fn of(name: &str, parameters: &[f64], f: impl Fn(f64) -> f64) -> Result<Expectation, ExpectationError> {
    let law = build(name, parameters);
    expectation(&*law, &mut |x, out, slopes| {
        slopes.fill(0.0);
        out.iter_mut().zip(x).for_each(|(out, x)| *out = f(*x));
    })
}

fn check(found: &Expectation, value: f64, gradient: &[f64]) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-10 * b.abs().max(1.0);
    assert!(close(found.value, value), "{found:?} is not {value}");
    assert_eq!(found.gradient.len(), gradient.len());
    for ((g, exact), error) in found.gradient.iter().zip(gradient).zip(&found.errors) {
        assert!(close(*g, *exact), "{found:?} is not {gradient:?}");
        // What is promised holds, to a factor of ten for the rounding of scores.
        assert!((g - exact).abs() <= 10.0 * error + 1e-14 * exact.abs(), "{found:?} is not {gradient:?}");
    }
}

#[test]
fn expectations_are_those_in_closed_form() {
    let (m, s): (f64, f64) = (-0.4, 2.2);
    check(&of("normal", &[m, s], |x| x * x).unwrap(), m * m + s * s, &[2.0 * m, 2.0 * s]);
    // Far from 0 beside its scale: the constant is taken off before the score multiplies it.
    check(&of("normal", &[1e4, 1.0], |x| x).unwrap(), 1e4, &[1.0, 0.0]);
    let step = of("normal", &[m, s], |x| f64::from(x > 0.0)).unwrap();
    let density = (-0.5 * (m / s).powi(2)).exp() / (s * std::f64::consts::TAU.sqrt());
    check(&step, normal_cdf(m / s), &[density, -m / s * density]);
    for (a, b) in [(0.3, 1.0), (2.5, 0.7), (90.0, 3.0)] {
        check(&of("gamma", &[a, b], f64::ln).unwrap(), digamma(a) - f64::ln(b), &[trigamma(a), -1.0 / b]);
        let square = [(2.0 * a + 1.0) / (b * b), -2.0 * a * (a + 1.0) / (b * b * b)];
        check(&of("gamma", &[a, b], |x| x * x).unwrap(), a * (a + 1.0) / (b * b), &square);
    }
    for (a, b) in [(2.0, 3.0), (0.5, 4.0)] {
        let n: f64 = a + b;
        check(&of("beta", &[a, b], |x| x).unwrap(), a / n, &[b / (n * n), -a / (n * n)]);
    }
    let (r, t) = (1.5_f64, 0.8_f64);
    check(
        &of("exponential", &[r], |x| (t * x).cos()).unwrap(),
        r * r / (r * r + t * t),
        &[2.0 * r * t * t / (r * r + t * t).powi(2)],
    );
    for rate in [0.2, 7.0, 3000.0_f64] {
        check(&of("poisson", &[rate], |x| x * x).unwrap(), rate * (rate + 1.0), &[2.0 * rate + 1.0]);
    }
    let probs = [0.1, 0.6, 0.3_f64];
    let mean: f64 = 0.6 + 4.0 * 0.3;
    let gradient: Vec<f64> = (0..3).map(|k| probs[k] * ((k * k) as f64 - mean)).collect();
    check(&of("categorical", &probs.map(f64::ln), |x| x * x).unwrap(), mean, &gradient);
}

/// Negative control of the test above: a closed form with a wrong sign is told apart.
#[test]
#[should_panic(expected = "is not")]
fn a_wrong_closed_form_is_told_apart() {
    check(&of("gamma", &[2.5, 0.7], |x| x).unwrap(), 2.5 / 0.7, &[1.0 / 0.7, 2.5 / 0.49]);
}

#[test]
fn integrals_that_diverge_are_errors_and_ones_that_converge_are_not() {
    let diverge: [(&str, &[f64], Loss); 7] = [
        // No mean: the halves cancel by symmetry, and that is no value.
        ("cauchy", &[0.0, 1.0], |x| x),
        ("cauchy", &[0.0, 1.0], f64::abs),
        ("pareto", &[1.0, 1.0], |x| x),
        // Quantiles beyond the range of numbers.
        ("pareto", &[1.0, 0.5], |x| x),
        ("student-t", &[2.0, 0.0, 1.0], |x| x * x),
        ("exponential", &[1.0], |x| (1.5 * x).exp()),
        ("gamma", &[0.3, 1.0], f64::recip),
    ];
    for (name, parameters, f) in diverge {
        assert_eq!(of(name, parameters, f), Err(ExpectationError::NotFinite), "{name} {parameters:?}");
    }
    let converge: [(&str, &[f64], Loss, f64); 4] = [
        ("cauchy", &[0.0, 1.0], |x| (1.0 + x * x).recip(), 0.5),
        ("pareto", &[1.0, 2.0], |x| x, 2.0),
        ("student-t", &[5.0, 0.0, 1.0], |x| x * x, 5.0 / 3.0),
        ("exponential", &[1.0], |x| (0.5 * x).exp(), 2.0),
    ];
    for (name, parameters, f, value) in converge {
        let found = of(name, parameters, f).unwrap().value;
        assert!((found - value).abs() < 1e-10, "{name} {parameters:?}: {found}");
    }
}

#[test]
fn variances_of_one_draw_are_those_in_closed_form() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-10 * b.abs().max(1.0), "{a} is not {b}");
    let (m, s, k) = (0.8, 0.6, 2.0);
    let d: f64 = m - k;
    let square = &mut |x: &[f64], f: &mut [f64], slope: &mut [f64]| {
        for ((x, f), slope) in x.iter().zip(f).zip(slope) {
            (*f, *slope) = ((x - k).powi(2), 2.0 * (x - k));
        }
    };
    let found = one_draw_variances(&*build("normal", &[m, s]), square).unwrap();
    // With z standard normal: 2 (d + s z), and 2 (d + s z) z.
    let path = found.path.unwrap();
    close(path[0], 4.0 * s * s);
    close(path[1], 4.0 * d * d + 8.0 * s * s);
    // (d + s z)² z / s, by the moments 1, 3, 15 of z², z⁴, z⁶.
    let fourth = d.powi(4) + 18.0 * d * d * s * s + 15.0 * s.powi(4);
    close(found.score.unwrap()[0], fourth / (s * s) - 4.0 * d * d);
    // A coin: f (b - p) at 1 and 0.
    let p: f64 = 0.3;
    let coin = one_draw_variances(&*build("bernoulli", &[(p / (1.0 - p)).ln()]), square).unwrap();
    let mean_square = p * (1.0 - p).powi(2) + (1.0 - p) * (4.0 * p).powi(2);
    close(coin.score.unwrap()[0], mean_square - (p * (1.0 - p) * (1.0 - 4.0)).powi(2));
    assert_eq!(coin.path, None);
    // The score is biased where the support moves; (1 - v) and v times 2 (x - k) on [1, 3].
    let uniform = one_draw_variances(&*build("uniform", &[1.0, 3.0]), square).unwrap();
    assert_eq!(uniform.score, None);
    assert_eq!(uniform.path.map(|v| v.len()), Some(2));
    // e^(x/2) under the exponential law has a mean and a derivative, and its estimates no variance.
    let heavy = one_draw_variances(&*build("exponential", &[1.0]), &mut |x, f, slope| {
        for ((x, f), slope) in x.iter().zip(f).zip(slope) {
            (*f, *slope) = ((0.5 * x).exp(), 0.5 * (0.5 * x).exp());
        }
    });
    let heavy = heavy.unwrap();
    assert_eq!((heavy.score, heavy.path), (Some(vec![f64::INFINITY]), Some(vec![f64::INFINITY])));
}

fn tail_of(name: &str, parameters: &[f64], count: usize) -> Tail {
    let mut out = vec![0.0; count];
    build(name, parameters).fill(&Key::new(29).site(name).step(0), 0, &mut out);
    tail(&out, Moments::of(&out).mean()).unwrap()
}

#[test]
fn tails_of_known_laws_are_found() {
    // m = 3 √n = 948 deviations; |k̂ - k| below 4.9 standard errors at 1e-6, and a bias of 0.05 for what is not exactly a Pareto tail yet.
    let n = 100_000;
    for (shape, k) in [(1.0, 1.0), (2.0, 0.5), (4.0, 0.25)] {
        let found = tail_of("pareto", &[1.0, shape], n);
        assert!((found.index - k).abs() < 4.9 * found.standard_error + 0.05, "{shape}: {found:?}");
        // Negative control: the index of the law with three times the shape is out of reach.
        assert!((found.index - k / 3.0).abs() > found.standard_error, "{shape}: {found:?}");
    }
    let cauchy = tail_of("cauchy", &[0.0, 1.0], n);
    assert!((cauchy.index - 1.0).abs() < 4.9 * cauchy.standard_error + 0.05, "{cauchy:?}");
    assert_eq!(cauchy.verdict(), Verdict::Infinite);
    assert_eq!(tail_of("log-normal", &[0.0, 3.0], n).verdict(), Verdict::Infinite);
    for (name, parameters) in [("normal", [0.0, 1.0]), ("uniform", [0.0, 1.0]), ("logistic", [0.0, 1.0])] {
        let found = tail_of(name, &parameters, n);
        assert!(found.index < 0.3 && found.verdict() == Verdict::Finite, "{name}: {found:?}");
    }
    // A pathwise gradient of a linear loss is the same number each time.
    assert_eq!(tail(&[0.7; 1500], 0.7), None);
}

#[test]
fn parts_merged_in_the_same_order_give_the_same_bits() {
    let mut values = vec![0.0; 10_000];
    build("normal", &[1e6, 1.0]).fill(&Key::new(1).step(0), 0, &mut values);
    let parts: Vec<Moments> = values.chunks(97).map(Moments::of).collect();
    let merge = || parts.iter().copied().fold(Moments::default(), Moments::merged);
    assert_eq!(merge(), merge());
    // The variance of 1 beside a mean of 10^6: a sum of squares would hold 4 of its digits. False alarm 1e-6 both.
    let all = merge();
    assert!((all.mean() - 1e6).abs() < 4.9 * all.standard_error());
    assert!((all.variance() - 1.0).abs() < 4.9 * all.variance_error());
    assert!((all.variance_error() - (2.0_f64 / 10_000.0).sqrt()).abs() < 0.1 * all.variance_error());
}
