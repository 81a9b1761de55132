//! One row a parameter. The identity exactly, as one of distribution functions; the pairs by Kolmogorov–Smirnov; variances in closed form.

use std::f64::consts::{PI, TAU};

use super::super::{StudentT, family};
use super::*;
use crate::noise::Key;
use crate::special::{digamma, normal_cdf};

type Cdf = Box<dyn Fn(f64) -> f64>;

/// A law, a parameter, its constant, and the distribution functions of both sides.
struct Row {
    law: Box<dyn Law>,
    parameter: usize,
    constant: f64,
    plus: Cdf,
    minus: Cdf,
}

fn build(name: &str, parameters: &[f64]) -> Box<dyn Law> {
    family(name).unwrap().build(parameters).unwrap()
}

fn of(name: &str, parameters: &[f64], shift: f64) -> Cdf {
    let law = build(name, parameters);
    Box::new(move |x| law.cdf(x - shift))
}

fn row(name: &str, parameters: &[f64], parameter: usize, constant: f64, plus: Cdf, minus: Cdf) -> Row {
    Row { law: build(name, parameters), parameter, constant, plus, minus }
}

fn rayleigh(z: f64) -> f64 {
    -(-0.5 * z.max(0.0).powi(2)).exp_m1()
}

fn maxwell(z: f64) -> f64 {
    normal_cdf(z) - z * (-0.5 * z * z).exp() / TAU.sqrt()
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (m, s) in [(0.0, 1.0), (-1.5, 0.3), (2.0, 7.0)] {
        let density = 1.0 / (s * TAU.sqrt());
        let z = move |x: f64| (x - m) / s;
        let sides = (move |x| rayleigh(z(x)), move |x| 1.0 - rayleigh(-z(x)));
        rows.push(row("normal", &[m, s], 0, density, Box::new(sides.0), Box::new(sides.1)));
        rows.push(row("normal", &[m, s], 1, 1.0 / s, Box::new(move |x| maxwell(z(x))), of("normal", &[m, s], 0.0)));
    }
    let log = |f: fn(f64) -> f64| -> Cdf { Box::new(move |x| if x > 0.0 { f((x.ln() - 0.3) / 0.8) } else { 0.0 }) };
    let density = 1.0 / (0.8 * TAU.sqrt());
    rows.push(row("log-normal", &[0.3, 0.8], 0, density, log(rayleigh), log(|z| 1.0 - rayleigh(-z))));
    rows.push(row("log-normal", &[0.3, 0.8], 1, 1.0 / 0.8, log(maxwell), log(normal_cdf)));
    for rate in [0.2, 3.0] {
        let (plus, minus) = (of("exponential", &[rate], 0.0), of("gamma", &[2.0, rate], 0.0));
        rows.push(row("exponential", &[rate], 0, 1.0 / rate, plus, minus));
        rows.push(row("poisson", &[rate], 0, 1.0, of("poisson", &[rate], 1.0), of("poisson", &[rate], 0.0)));
    }
    rows.push(row("poisson", &[40.0], 0, 1.0, of("poisson", &[40.0], 1.0), of("poisson", &[40.0], 0.0)));
    for (a, b) in [(0.4, 2.0), (1.0, 1.0), (6.5, 0.5)] {
        let sides = (of("gamma", &[a, b], 0.0), of("gamma", &[a + 1.0, b], 0.0));
        rows.push(row("gamma", &[a, b], 1, a / b, sides.0, sides.1));
    }
    for l in [-2.0_f64, 0.7] {
        let p = 1.0 / (1.0 + (-l).exp());
        let step = |at: f64| -> Cdf { Box::new(move |x| f64::from(x >= at)) };
        rows.push(row("bernoulli", &[l], 0, p * (1.0 - p), step(1.0), step(0.0)));
        let sides = (of("binomial", &[5.0, l], 1.0), of("binomial", &[5.0, l], 0.0));
        rows.push(row("binomial", &[6.0, l], 1, 6.0 * p * (1.0 - p), sides.0, sides.1));
        let sides = (of("geometric", &[l], 0.0), of("negative-binomial-classical", &[2.0, -l], 0.0));
        rows.push(row("geometric", &[l], 0, 1.0, sides.0, sides.1));
        let name = "negative-binomial-classical";
        rows.push(row(name, &[2.5, l], 1, 2.5, of(name, &[3.5, l], 0.0), of(name, &[2.5, l], 0.0)));
    }
    // One count more at the same odds: mean and dispersion both grow.
    let (mean, d) = (3.0, 1.7);
    let name = "negative-binomial";
    let plus = of(name, &[mean * (d + 1.0) / d, d + 1.0], 0.0);
    rows.push(row(name, &[mean, d], 0, d / mean, plus, of(name, &[mean, d], 0.0)));
    let probs = [0.5, 0.2, 0.05, 0.25_f64];
    for k in 0..4 {
        let others = move |x: f64| {
            let mass = (0..4).filter(|j| *j != k && *j as f64 <= x).map(|j| probs[j]).sum::<f64>();
            mass / (1.0 - probs[k])
        };
        let here = move |x: f64| f64::from(x >= k as f64);
        let constant = probs[k] * (1.0 - probs[k]);
        rows.push(row("categorical", &probs.map(f64::ln), k, constant, Box::new(here), Box::new(others)));
    }
    rows
}

/// `∂F/∂parameter` by central differences with one Richardson step.
fn slope_of_cdf(law: &dyn Law, parameter: usize, x: f64) -> f64 {
    let at = |h: f64| {
        let mut parameters = law.parameters();
        parameters[parameter] += h;
        law.family().build(&parameters).unwrap().cdf(x)
    };
    let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
    let h = 1e-3 * law.parameters()[parameter].abs().clamp(0.1, 1.0);
    (4.0 * slope(0.5 * h) - slope(h)) / 3.0
}

fn places(law: &dyn Law) -> impl Iterator<Item = f64> + '_ {
    (1..200).map(|i| law.quantile(f64::from(i) / 200.0))
}

/// How far constant times the difference of the sides is from the derivative of the distribution function.
fn miss(row: &Row, constant: f64) -> f64 {
    let off = |x: f64| constant * ((row.plus)(x) - (row.minus)(x)) - slope_of_cdf(&*row.law, row.parameter, x);
    places(&*row.law).map(|x| off(x).abs()).fold(0.0, f64::max)
}

#[test]
fn difference_of_the_sides_is_the_derivative() {
    // Equal derivatives of distribution functions at every place are equal derivatives of E[f] for every f that has them.
    for row in rows() {
        // h⁴ F⁽⁵⁾ / 480 with h = 1e-4 to 1e-3 and F⁽⁵⁾ below 10⁵: below 1e-9 / 4; 2⁻⁵² times a few / h: below 2e-11.
        let off = miss(&row, row.constant);
        assert!(off < 1e-9, "{:?} {}: {off:e}", row.law, row.parameter);
        // Negative control: a constant 1 % too large.
        assert!(miss(&row, 1.01 * row.constant) > 1e-6, "{:?}", row.law);
    }
}

fn pairs(law: &dyn Law, parameter: usize, count: usize) -> (f64, Vec<f64>, Vec<f64>) {
    let (mut plus, mut minus) = (vec![0.0; count], vec![0.0; count]);
    let stream = Key::new(3).site(law.family().name).number(parameter as u64).step(1);
    let constant = law.as_weak().unwrap().fill_weak(parameter, &stream, 0, &mut plus, &mut minus).unwrap();
    (constant, plus, minus)
}

/// `√n` times the largest distance of distribution functions over its bound, false alarm 1e-6 for any n (Massart 1990, for any law).
fn distance(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    // Both limits at each value: the sides may have atoms.
    let at = |i: usize| {
        let first = i == 0 || draws[i - 1] != draws[i];
        let last = draws.get(i + 1).is_none_or(|next| *next != draws[i]);
        let below = if first { (i as f64 / n - cdf(draws[i].next_down())).abs() } else { 0.0 };
        let above = if last { ((i + 1) as f64 / n - cdf(draws[i])).abs() } else { 0.0 };
        below.max(above)
    };
    let off = (0..draws.len()).map(at);
    n.sqrt() * off.fold(0.0, f64::max) / 2.693_45
}

#[test]
fn pairs_have_the_laws_of_the_sides() {
    for row in rows() {
        let (constant, plus, minus) = pairs(&*row.law, row.parameter, 20_000);
        assert!((constant - row.constant).abs() <= 1e-14 * row.constant, "{:?}: {constant}", row.law);
        // Negative control: the sides the other way round.
        let swapped = distance(plus.clone(), &row.minus);
        assert!(swapped > 1.0, "{:?}: {swapped}", row.law);
        for (draws, cdf) in [(plus, &row.plus), (minus, &row.minus)] {
            let off = distance(draws, cdf);
            assert!(off < 1.0, "{:?} {}: {off}", row.law, row.parameter);
        }
    }
}

#[test]
fn gamma_concentration_is_split_where_its_score_changes_sign() {
    for a in [0.03, 0.7, 3.0, 200.0] {
        let law = build("gamma", &[a, 2.0]);
        let middle = digamma(a).exp() / 2.0;
        let slope = |x: f64| slope_of_cdf(&*law, 0, x);
        let height = -slope(middle);
        let (constant, plus, minus) = pairs(&*law, 0, 4000);
        // Differences, as above.
        assert!((constant - height).abs() < 1e-9, "{a}: {constant} {height}");
        assert!(distance(plus.clone(), |x| if x > middle { 1.0 + slope(x) / height } else { 0.0 }) < 1.0, "{a}");
        assert!(distance(minus.clone(), |x| if x < middle { -slope(x) / height } else { 1.0 }) < 1.0, "{a}");
        assert!(distance(plus, |x| if x < middle { -slope(x) / height } else { 1.0 }) > 1.0, "{a}");
        // E[x] = a / rate: the estimate's mean is 1 / rate, to 4.9 standard errors (1e-6).
        let mean = estimates(constant, &law_pairs(&*law, 4000), |x| x);
        assert!((mean.0 - 0.5).abs() < 4.9 * (mean.1 / 4000.0).sqrt(), "{a}: {mean:?}");
    }
}

fn law_pairs(law: &dyn Law, count: usize) -> Vec<[f64; 2]> {
    let (_, plus, minus) = pairs(law, 0, count);
    plus.into_iter().zip(minus).map(<[f64; 2]>::from).collect()
}

/// Mean and variance of the estimates, and the standard error of the variance.
fn estimates(constant: f64, pairs: &[[f64; 2]], f: impl Fn(f64) -> f64) -> (f64, f64, f64) {
    let n = pairs.len() as f64;
    let values: Vec<f64> = pairs.iter().map(|[plus, minus]| constant * (f(*plus) - f(*minus))).collect();
    let mean = values.iter().sum::<f64>() / n;
    let moment = |k: i32| values.iter().map(|v| (v - mean).powi(k)).sum::<f64>() / n;
    (mean, moment(2), ((moment(4) - moment(2).powi(2)) / n).sqrt())
}

#[test]
fn variances_of_coupled_normal_pairs_are_those_in_closed_form() {
    const COUNT: usize = 400_000;
    let (m, s, k) = (0.8, 0.6, 2.0);
    let d: f64 = m - k;
    let law = build("normal", &[m, s]);
    // f = (x - k)². Location: 4 d s W c has variance d² (16/π - 4). Scale: 2 d M (1 - U) + s M² (1 - U²) has 4 d² + 4 s².
    let exact = [(2.0 * d, d * d * (16.0 / PI - 4.0)), (2.0 * s, 4.0 * d * d + 4.0 * s * s)];
    for (parameter, (slope, variance)) in exact.into_iter().enumerate() {
        let (constant, plus, minus) = pairs(&*law, parameter, COUNT);
        let coupled: Vec<[f64; 2]> = plus.iter().zip(&minus).map(|(a, b)| [*a, *b]).collect();
        let found = estimates(constant, &coupled, |x| (x - k).powi(2));
        assert!((found.0 - slope).abs() < 4.9 * (found.1 / COUNT as f64).sqrt(), "{parameter}: {found:?}");
        // The ratio of variances is 1 within 4.9 standard errors: 1e-6.
        let ratio = found.1 / variance;
        assert!((ratio - 1.0).abs() < 4.9 * found.2 / variance, "{parameter}: {ratio}");
        // Negative control: pairs of different draws.
        let uncoupled: Vec<[f64; 2]> = plus.iter().zip(minus.iter().cycle().skip(1)).map(|(a, b)| [*a, *b]).collect();
        let found = estimates(constant, &uncoupled, |x| (x - k).powi(2));
        assert!((found.1 / variance - 1.0).abs() > 4.9 * found.2 / variance, "{parameter}: {found:?}");
    }
}

#[test]
fn pairs_depend_on_stream_and_index_alone() {
    for row in rows() {
        let weak = row.law.as_weak().unwrap();
        let stream = Key::new(8).step(0);
        let (mut plus, mut minus) = (vec![0.0; 1500], vec![0.0; 1500]);
        let mut part = [vec![0.0; 700], vec![0.0; 702]];
        let [a, b] = &mut part;
        weak.fill_weak(row.parameter, &stream, 0, &mut plus, &mut minus).unwrap();
        weak.fill_weak(row.parameter, &stream, 333, a, b).unwrap();
        assert_eq!(part[0], plus[333..1033], "{:?}", row.law);
        assert_eq!(part[1][..700], minus[333..1033], "{:?}", row.law);
        // No such parameter.
        assert_eq!(weak.fill_weak(99, &stream, 0, &mut plus, &mut minus), None);
    }
}

#[test]
fn edges_have_an_answer() {
    let (mut plus, mut minus) = ([0.5; 4], [0.5; 4]);
    let stream = Key::new(8).step(0);
    let mut fill =
        |law: &dyn Law, k| law.as_weak().and_then(|weak| weak.fill_weak(k, &stream, 0, &mut plus, &mut minus));
    assert_eq!(fill(&Categorical::from_logits(&[3.0]).unwrap(), 0), Some(0.0));
    assert_eq!(fill(&Categorical::from_probs(&[0.0, 1.0]).unwrap(), 1), Some(0.0));
    assert_eq!(fill(&Binomial::from_logits(0.0, 1.0).unwrap(), 1), Some(0.0));
    assert_eq!(fill(&Binomial::from_probs(3.0, 1.0).unwrap(), 1), Some(0.0));
    assert_eq!(fill(&Bernoulli::from_probs(0.0).unwrap(), 0), Some(0.0));
    assert_eq!(fill(&Gamma::new(1e-4, 1.0).unwrap(), 0), None);
    assert_eq!(fill(&NegativeBinomial::new(1.0, 1.0).unwrap(), 1), None);
    assert_eq!(fill(&StudentT::new(3.0, 0.0, 1.0).unwrap(), 0), None);
    assert!(plus.iter().chain(&minus).all(|x| x.is_finite()));
}
