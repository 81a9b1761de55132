//! Each law's draws have that law: moments, Kolmogorov–Smirnov distance, tail counts. Every test has a false-alarm rate of 1e-6, and
//! beside it a wrong law that it must reject.

mod noise_support;

use noise_support::{FALSE_ALARM, cdf, draws, kolmogorov_smirnov, kolmogorov_smirnov_bound, two_sided};
use reparam_core::noise::{Key, Noise, NoiseFloat, Stream};
use reparam_core::special::normal_cdf;
use std::f64::consts::PI;

fn stream(noise: Noise) -> Stream {
    Key::new(20).site("laws").number(noise as u64).step(0)
}

#[test]
fn kolmogorov_smirnov_accepts_each_law_and_rejects_two_percent_of_scale() {
    const N: usize = 1_000_000;
    // 5 laws in 2 types. Rounding to `f32` moves a draw by less than 2^-23 of the distribution function: nothing beside 0.0029.
    let bound = kolmogorov_smirnov_bound(N, FALSE_ALARM / 10.0);
    for noise in Noise::ALL {
        for mut x in [draws::<f32>(stream(noise), noise, 7, N), draws::<f64>(stream(noise), noise, 7, N)] {
            let distance = kolmogorov_smirnov(&mut x, |x| cdf(noise, x));
            assert!(distance <= bound, "{noise:?}: {distance} > {bound}");
            // The distance of a law from itself at 1.02 times the scale is 0.0048 (normal) to 0.02: above the bound by more than a
            // standard error of the distance, 0.0005. For the uniform law the two ends stick out.
            let control = kolmogorov_smirnov(&mut x, |x| cdf(noise, 1.02 * x));
            assert!(control > bound, "{noise:?}: control {control} <= {bound}");
        }
    }
}

/// Cumulants 0 to 8: `κ_n = (n-1)!` for the exponential law, `(n-1)! ζ(n)` for Gumbel's (its mean is Euler's constant), the even ones twice
/// for the logistic law, which is the difference of two Gumbel draws, and `B_n / n` for the uniform one.
fn cumulants(noise: Noise) -> [f64; 9] {
    let factorial = [0.0, 1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0];
    let zeta3 = 1.2020569031595942;
    let (zeta5, zeta7) = (1.03692775514337, 1.008349277381923);
    let zeta = [
        0.0,
        0.5772156649015329,
        PI.powi(2) / 6.0,
        zeta3,
        PI.powi(4) / 90.0,
        zeta5,
        PI.powi(6) / 945.0,
        zeta7,
        PI.powi(8) / 9450.0,
    ];
    std::array::from_fn(|n| match noise {
        Noise::Uniform => [0.0, 0.5, 1.0 / 12.0, 0.0, -1.0 / 120.0, 0.0, 1.0 / 252.0, 0.0, -1.0 / 240.0][n],
        Noise::StandardNormal => f64::from(u8::from(n == 2)),
        Noise::Exponential => factorial[n],
        Noise::Gumbel => factorial[n] * zeta[n],
        Noise::Logistic if n % 2 == 0 => 2.0 * factorial[n] * zeta[n],
        Noise::Logistic => 0.0,
    })
}

/// Central moments 0 to 8: `μ_n = Σ_j C(n-1, j-1) κ_j μ_(n-j)`, j from 2.
fn central_moments(noise: Noise) -> [f64; 9] {
    let kappa = cumulants(noise);
    let mut mu = [0.0; 9];
    mu[0] = 1.0;
    for n in 1..9 {
        let mut binomial = 1.0;
        for j in 1..=n {
            if j > 1 {
                mu[n] += binomial * kappa[j] * mu[n - j];
            }
            binomial *= (n - j) as f64 / j as f64;
        }
    }
    mu
}

/// The largest |z| of sample moments about the exact mean: 1 to 4 for the uniform and normal laws, 1 and 2 for the others. (Fourth
/// powers of an exponential draw are so skew that the normal tail at five standard errors would need 10^9 draws.)
fn worst_moment(noise: Noise, x: &[f64]) -> f64 {
    let mean = cumulants(noise)[1];
    let mu = central_moments(noise);
    let orders = if matches!(noise, Noise::Uniform | Noise::StandardNormal) { 1..=4 } else { 1..=2 };
    let score = |k: usize| {
        let moment = x.iter().map(|x| (x - mean).powi(k as i32)).sum::<f64>() / x.len() as f64;
        let error = ((mu[2 * k] - mu[k] * mu[k]) / x.len() as f64).sqrt();
        ((moment - mu[k]) / error).abs()
    };
    orders.map(score).fold(0.0, f64::max)
}

#[test]
fn moments_match_and_a_scale_off_by_a_half_percent_does_not() {
    const N: usize = 4_000_000;
    // At most 4 moments, 5 laws, 2 types.
    let bound = two_sided(FALSE_ALARM / 40.0);
    for noise in Noise::ALL {
        for x in [draws::<f32>(stream(noise), noise, 1 << 40, N), draws::<f64>(stream(noise), noise, 1 << 40, N)] {
            let score = worst_moment(noise, &x);
            assert!(score <= bound, "{noise:?}: {score} > {bound}");
            // The second moment is off by 1 %; its standard error is 2.1 / √N = 0.1 % at most (the logistic law's is the largest).
            let wrong: Vec<f64> = x.iter().map(|x| 1.005 * x).collect();
            let control = worst_moment(noise, &wrong);
            assert!(control > bound, "{noise:?}: control {control} <= {bound}");
        }
    }
}

/// `P(X <= k)` and `P(X >= k)` for a Poisson count, an upper bound of the binomial's tails up to rounding.
fn poisson_tails(mean: f64, k: u32) -> [f64; 2] {
    let mut term = (-mean).exp();
    let (mut below, mut upto) = (0.0, 0.0);
    for i in 0..=k {
        if i > 0 {
            term *= mean / f64::from(i);
        }
        below = upto;
        upto += term;
    }
    [upto, 1.0 - below]
}

fn tail_counts<T: NoiseFloat + Into<f64>>(scale: f64, total: u64) -> [u32; 3] {
    let mut counts = [0; 3];
    let mut buffer = vec![T::default(); 1 << 14];
    let stream = Key::new(21).site("tails").step(0);
    for first in (0..total).step_by(buffer.len()) {
        stream.fill(Noise::StandardNormal, first, &mut buffer);
        for x in &buffer {
            let x: f64 = scale * (*x).into().abs();
            (0..3).for_each(|i| counts[i] += u32::from(x > TAILS[i]));
        }
    }
    counts
}

const TAILS: [f64; 3] = [4.5, 5.0, 5.5];

#[test]
fn normal_tails_hold_as_many_draws_as_they_should() {
    // 6 counts, two-sided; with 2^26 draws 456, 38 and 2.5 of them are expected.
    let total = 1_u64 << 26;
    let rate = FALSE_ALARM / 12.0;
    let passes = |counts: [u32; 3]| {
        let tails = |i: usize| poisson_tails(total as f64 * 2.0 * normal_cdf(-TAILS[i]), counts[i]);
        (0..3).all(|i| tails(i).into_iter().all(|p| p > rate))
    };
    let single = tail_counts::<f32>(1.0, total);
    let double = tail_counts::<f64>(1.0, total);
    assert!(passes(single), "f32: {single:?}");
    assert!(passes(double), "f64: {double:?}");
    // A tail that is thinner by 7 % of scale at 4.5 only shows in the counts: 456 becomes 250.
    assert!(!passes(tail_counts::<f32>(0.97, total)), "control");
}
