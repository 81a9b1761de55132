//! Exact draws of counts: inversion for small means, transformed rejection for large ones.
//!
//! Draw `i` reads word `i` of branches of the stream, one branch for each number that it may need, so that it depends on the stream
//! and its index alone.

use super::saddle::{Odds, log_binomial, log_poisson};
use crate::noise::{Noise, Stream};
use crate::special::normal_quantile;

/// Tries before a draw settles for the centre: at least seven in ten tries succeed, so this happens once in 10^33 draws.
const TRIES: u64 = 64;

/// Means from here on are drawn by rejection: the constants of the hats hold from 10 on (Hörmann 1993).
const LARGE: f64 = 10.0;

/// Uniform number `index` of a stream, on the lattice of [`Noise::Uniform`].
fn uniform(stream: &Stream, index: u64) -> f64 {
    ((stream.bits(index) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

/// Try `number` of a draw from two uniform numbers.
fn tries<T>(stream: &Stream, index: u64, from: u64, accept: impl Fn(f64, f64) -> Option<T>) -> Option<T> {
    (from..TRIES).find_map(|n| accept(uniform(&stream.branch(2 * n), index), uniform(&stream.branch(2 * n + 1), index)))
}

/// Fills `out` by rejection; the first try of each draw comes from whole pieces of noise.
fn fill_by(stream: &Stream, first: u64, out: &mut [f64], centre: f64, accept: impl Fn(f64, f64) -> Option<f64>) {
    let mut others = [0.0; 512];
    for (piece, at) in out.chunks_mut(others.len()).zip((first..).step_by(512)) {
        let others = &mut others[..piece.len()];
        stream.branch(0).fill(Noise::Uniform, at, piece);
        stream.branch(1).fill(Noise::Uniform, at, others);
        for ((x, v), i) in piece.iter_mut().zip(others).zip(0..) {
            *x = accept(*x, *v).or_else(|| tries(stream, at.wrapping_add(i), 1, &accept)).unwrap_or(centre);
        }
    }
}

/// Poisson draws of one rate.
pub(super) fn fill_poisson(stream: &Stream, first: u64, out: &mut [f64], rate: f64) {
    if rate < LARGE {
        stream.fill(Noise::Uniform, first, out);
        let start = (-rate).exp();
        for x in out {
            *x = poisson_inversion(rate, start, *x);
        }
    } else {
        let hat = PoissonHat::new(rate);
        fill_by(stream, first, out, rate.floor(), |u, v| hat.accept(u, v));
    }
}

/// A Poisson draw of a stream.
fn poisson(stream: &Stream, index: u64, rate: f64) -> f64 {
    if rate < LARGE {
        poisson_inversion(rate, (-rate).exp(), uniform(stream, index))
    } else {
        let hat = PoissonHat::new(rate);
        tries(stream, index, 0, |u, v| hat.accept(u, v)).unwrap_or(rate.floor())
    }
}

/// The quantile of `noise`, by taking off masses from 0 on; `start` is that of 0.
fn poisson_inversion(rate: f64, start: f64, noise: f64) -> f64 {
    let (mut rest, mut mass, mut k) = (noise, start, 0.0);
    // 100 is beyond the quantile of 1 - 2⁻⁵³ for rates below 10.
    while rest > mass && k < 100.0 {
        rest -= mass;
        k += 1.0;
        mass *= rate / k;
    }
    k
}

/// The hat of algorithm PTRS (Hörmann 1993), for rates of at least 10.
struct PoissonHat {
    rate: f64,
    a: f64,
    b: f64,
    height: f64,
    inside: f64,
}

impl PoissonHat {
    fn new(rate: f64) -> Self {
        let b = 0.931 + 2.53 * rate.sqrt();
        let a = -0.059 + 0.024_83 * b;
        Self { rate, a, b, height: 1.1239 + 1.1328 / (b - 3.4), inside: 0.9277 - 3.6224 / (b - 2.0) }
    }

    fn accept(&self, u: f64, v: f64) -> Option<f64> {
        let u = u - 0.5;
        let edge = 0.5 - u.abs();
        let k = ((2.0 * self.a / edge + self.b) * u + self.rate + 0.43).floor();
        if edge >= 0.07 && v <= self.inside {
            return Some(k);
        }
        if k < 0.0 || (edge < 0.013 && v > edge) {
            return None;
        }
        let log_mass = log_poisson(k, self.rate);
        ((v * self.height / (self.a / (edge * edge) + self.b)).ln() <= log_mass).then_some(k)
    }
}

/// Binomial draws of one law.
pub(super) fn fill_binomial(stream: &Stream, first: u64, out: &mut [f64], n: f64, odds: &Odds) {
    // The rarer outcome is counted.
    let flip = odds.p > 0.5;
    let rare = if flip { odds.swapped() } else { *odds };
    if n * rare.p < LARGE {
        stream.fill(Noise::Uniform, first, out);
        let (start, ratio) = ((n * rare.log_q).exp(), rare.p / rare.q);
        for x in out.iter_mut() {
            // From the upper end for a flipped law, so that a larger noise gives a larger count.
            let (mut rest, mut mass, mut k) = (if flip { 1.0 - *x } else { *x }, start, 0.0);
            while rest > mass && k < n.min(100.0) {
                rest -= mass;
                mass *= ratio * (n - k) / (k + 1.0);
                k += 1.0;
            }
            *x = k;
        }
    } else {
        let hat = BinomialHat::new(n, rare);
        fill_by(stream, first, out, hat.mode, |u, v| hat.accept(u, v));
    }
    if flip {
        for x in out {
            *x = n - *x;
        }
    }
}

/// The hat of algorithm BTRS (Hörmann 1993), for `p <= ½` and means of at least 10.
struct BinomialHat {
    n: f64,
    odds: Odds,
    mode: f64,
    log_mode: f64,
    a: f64,
    b: f64,
    inside: f64,
    height: f64,
}

impl BinomialHat {
    fn new(n: f64, odds: Odds) -> Self {
        let deviation = (n * odds.p * odds.q).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let mode = ((n + 1.0) * odds.p).floor();
        Self {
            n,
            odds,
            mode,
            log_mode: log_binomial(mode, n, &odds),
            a: -0.0873 + 0.0248 * b + 0.01 * odds.p,
            b,
            inside: 0.92 - 4.2 / b,
            height: (2.83 + 5.1 / b) * deviation,
        }
    }

    fn accept(&self, u: f64, v: f64) -> Option<f64> {
        let u = u - 0.5;
        let edge = 0.5 - u.abs();
        let k = ((2.0 * self.a / edge + self.b) * u + self.n * self.odds.p + 0.5).floor();
        if edge >= 0.07 && v <= self.inside {
            return Some(k);
        }
        if k < 0.0 || k > self.n {
            return None;
        }
        let log_ratio = log_binomial(k, self.n, &self.odds) - self.log_mode;
        ((v * self.height / (self.a / (edge * edge) + self.b)).ln() <= log_ratio).then_some(k)
    }
}

/// Draws of a Poisson law whose rate is Gamma distributed with shape `shape` and mean `mean`: negative binomial draws.
pub(super) fn fill_gamma_poisson(stream: &Stream, first: u64, out: &mut [f64], shape: f64, mean: f64) {
    let (rates, counts) = (stream.branch(0), stream.branch(1));
    for (x, i) in out.iter_mut().zip(0..) {
        let index = first.wrapping_add(i);
        *x = poisson(&counts, index, mean * (gamma(&rates, index, shape) / shape));
    }
}

/// A Gamma draw of rate 1 (Marsaglia and Tsang 2000); shapes below 1 by their boost `U^(1/shape)`.
fn gamma(stream: &Stream, index: u64, shape: f64) -> f64 {
    let boost = if shape < 1.0 { (uniform(&stream.branch(2 * TRIES), index).ln() / shape).exp() } else { 1.0 };
    let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let try_one = |u: f64, v: f64| {
        let x = normal_quantile(u);
        let cube = (1.0 + c * x).powi(3);
        (cube > 0.0 && v.ln() < 0.5 * x * x + d - d * cube + d * cube.ln()).then_some(d * cube)
    };
    boost * tries(stream, index, 0, try_one).unwrap_or(d)
}
