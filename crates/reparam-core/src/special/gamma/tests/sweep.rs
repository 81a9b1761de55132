//! Random shapes and points against quadrature.

use crate::special::{
    digamma, gamma_p, gamma_p_inverse, gamma_p_shape_derivative, gamma_q, gamma_q_inverse, gamma_slope, log_gamma_p,
    log_gamma_p_inverse, log_gamma_q, log_gamma_q_inverse, log_gamma_slope,
};

/// A reproducible stream of numbers in (0, 1): Vigna's `SplitMix64`.
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53) + 2f64.powi(-54)
    }

    fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        (low.ln() + self.next() * (high.ln() - low.ln())).exp()
    }
}

const NODES: usize = 16;

/// Gauss and Legendre's rule on [-1, 1], by Newton's method for the zeros.
fn legendre() -> [(f64, f64); NODES] {
    std::array::from_fn(|i| {
        let n = NODES as f64;
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 0.0;
        for _ in 0..20 {
            let (mut before, mut now) = (1.0, x);
            for k in 2..=NODES {
                let k = k as f64;
                (before, now) = (now, ((2.0 * k - 1.0) * x * now - (k - 1.0) * before) / k);
            }
            slope = n * (x * now - before) / (x * x - 1.0);
            x -= now / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
}

/// `e^s - 1 - s`.
fn exp_rest(s: f64) -> f64 {
    if s.abs() > 0.5 {
        return s.exp_m1() - s;
    }
    (2..18).rev().fold(0.0, |sum, k| (1.0 + sum) * s / f64::from(k)) * s
}

/// `ln z - ψ(a)`.
fn centred(a: f64, z: f64, log_z: f64) -> f64 {
    if a < 20.0 || !(0.5..2.0).contains(&(z / a)) {
        return log_z - digamma(a);
    }
    // Where the two cancel: ln a - ψ(a) by its series (DLMF 5.11.2), four terms of which leave 1e-15 at 20.
    let u = 1.0 / (a * a);
    ((z - a) / a).ln_1p() + 0.5 / a + u / 12.0 - u * u / 120.0 + u * u * u / 252.0 - u.powi(4) / 240.0
}

/// `(tail / (z p(z)), d(ln z)/da)` from `d(ln z)/da = ∓∫ p(t) (ln t - ψ(a)) dt / (z p(z))`, over the side on which the integrand has one sign, with
/// `t = z e^∓s`; and whether that side is the upper.
fn quadrature(rule: &[(f64, f64); NODES], a: f64, z: f64, log_z: f64) -> (f64, f64, bool) {
    let centre = centred(a, z, log_z);
    // Where z underflows, P is its leading power, and its side has no end.
    let upper = centre > 0.0 && z > 1e-290;
    let sign = if upper { 1.0 } else { -1.0 };
    let exponent = |s: f64| sign * (a - z) * s - z * exp_rest(sign * s);
    let mut end = 1e-12_f64.min(1.0 / z);
    while exponent(end) > -42.0 {
        end *= 2.0;
    }
    let mut inside = 0.5 * end;
    for _ in 0..12 {
        let middle = 0.5 * (inside + end);
        *(if exponent(middle) > -42.0 { &mut inside } else { &mut end }) = middle;
    }
    let mut panels = Vec::new();
    let uniform = |panels: &mut Vec<f64>, from: f64, to: f64, n: usize| {
        panels.extend((0..n).map(|k| from + (to - from) * k as f64 / n as f64));
    };
    if upper && end > 45.0 {
        uniform(&mut panels, 0.0, end - 45.0, 8);
        uniform(&mut panels, end - 45.0, end, 45);
    } else if !upper && end > 32.0 {
        panels.extend([0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 16.0, 23.0]);
        uniform(&mut panels, 32.0, end, 12);
    } else {
        // One a unit at least: the integrand falls like e^-e^s at an upper end.
        uniform(&mut panels, 0.0, end, 12.max(end as usize + 1));
    }
    panels.push(end);
    let (mut mass, mut slope) = (0.0, 0.0);
    for pair in panels.windows(2) {
        let (middle, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
        for &(node, weight) in rule {
            let s = middle + half * node;
            let term = half * weight * exponent(s).exp();
            mass += term;
            slope += term * (sign * centre + s);
        }
    }
    (mass, slope, upper)
}

/// The worst relative differences of the slope and of the tail over `n` random points; the tail's in units of its conditioning.
fn worst(seed: u64, n: usize, mut draw: impl FnMut(&mut Uniform) -> (f64, f64, f64)) -> [f64; 2] {
    let (rule, mut rng) = (legendre(), Uniform(seed));
    let (mut worst, mut at) = ([0.0_f64; 2], [(0.0, 0.0); 2]);
    for _ in 0..n {
        let (a, z, log_z) = draw(&mut rng);
        let (mass, slope, upper) = quadrature(&rule, a, z, log_z);
        let ours = if z > 1e-290 { gamma_slope(a, z) / z } else { log_gamma_slope(a, log_z) };
        let density = super::super::tail::log_kernel(a, z, log_z);
        let tail = if z <= 1e-290 {
            mass.ln() + density
        } else if upper {
            log_gamma_q(a, z)
        } else {
            log_gamma_p(a, z)
        };
        let golden = mass.ln() + density;
        let other = if golden > -0.7 { (1.0 - golden.exp()).ln().abs() } else { 0.0 };
        let errors = [(ours / slope - 1.0).abs(), (tail - golden).abs() / (1.0 + golden.abs() + other)];
        for k in 0..2 {
            if errors[k] > worst[k] || errors[k].is_nan() {
                (worst[k], at[k]) = (if errors[k].is_nan() { f64::INFINITY } else { errors[k] }, (a, log_z));
            }
        }
    }
    println!("{n} points: slope {:.2e} at (a, ln z) = {:?}, tail {:.2e} at {:?}", worst[0], at[0], worst[1], at[1]);
    worst
}

fn quantile(rng: &mut Uniform, low: f64, high: f64) -> (f64, f64, f64) {
    let (a, p) = (rng.log_uniform(low, high), rng.log_uniform(1e-8, 0.5));
    if rng.next() < 0.5 {
        (a, gamma_p_inverse(a, p), log_gamma_p_inverse(a, p))
    } else {
        (a, gamma_q_inverse(a, p), log_gamma_q_inverse(a, p))
    }
}

/// Cancellation in Kummer's series costs the slope up to three digits (see the golden test); quadrature has errors of its own, about
/// 1e-14 times the digits of `a s` in the exponent.
fn sweep(n: usize) {
    let [slope, tail] = worst(1, n, |rng| quantile(rng, 1e-3, 1e4));
    assert!(slope < 1e-12 && tail < 1e-12);
    // Where z underflows, quadrature subtracts 1/a from ψ(a): its own error is 1e-16/(a |ln z|), and the closed form in ends.rs takes over.
    let [slope, tail] = worst(2, n / 4, |rng| quantile(rng, 1e-8, 1e8));
    assert!(slope < 1e-10 && tail < 1e-10);
    // Anywhere at all.
    let [slope, tail] = worst(3, n / 4, |rng| {
        let a = rng.log_uniform(1e-8, 1e8);
        let z = a * rng.log_uniform(1e-6, 1e6);
        (a, z, z.ln())
    });
    assert!(slope < 1e-9 && tail < 1e-9);
}

#[test]
fn slope_and_tails_match_quadrature() {
    sweep(100_000);
}

#[test]
#[ignore = "the same on 1.5 million points, half a minute"]
fn slope_and_tails_match_quadrature_on_many_points() {
    sweep(1_000_000);
}

#[test]
fn finite_at_any_argument() {
    let mut rng = Uniform(4);
    for _ in 0..30_000 {
        let (a, x) = (rng.log_uniform(1e-8, 1e8), rng.log_uniform(1e-300, 1e300));
        let slope = gamma_slope(a, x);
        assert!(slope.is_finite() && slope >= 0.0, "{a} {x}: {slope}");
        let log_slope = log_gamma_slope(a, x.ln());
        assert!(log_slope.is_finite() && log_slope > 0.0, "{a} {x}: {log_slope}");
        assert!(gamma_p_shape_derivative(a, x) <= 0.0);
        let (p, q) = (gamma_p(a, x), gamma_q(a, x));
        assert!(
            (0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q) && (p + q - 1.0).abs() < 1e-14,
            "{a} {x}: {p} {q}"
        );
        assert!(log_gamma_p(a, x).is_finite() && log_gamma_q(a, x).is_finite(), "{a} {x}");
        let u = rng.log_uniform(1e-300, 1.0);
        let (below, above) = (gamma_p_inverse(a, u), gamma_q_inverse(a, u));
        assert!(below.is_finite() && above.is_finite() && below >= 0.0 && above >= 0.0, "{a} {u}: {below} {above}");
        assert!(log_gamma_p_inverse(a, u).is_finite());
        let far = log_gamma_slope(a, -1e9 * rng.next());
        assert!(far.is_finite() && far > 0.0, "{a}: {far}");
    }
}
