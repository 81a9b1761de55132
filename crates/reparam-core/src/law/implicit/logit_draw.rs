//! Log-odds of beta draws, by rejection from three exponentials.

use super::{Noise, Stream};

/// Draws that share buffers of noise: they stay in the first-level cache.
const PIECE: usize = 512;

/// Tries before the mode is taken: each is refused with probability below 0.3, all of them with one below 1e-52.
const TRIES: u64 = 100;

/// A hat over the density of `d = logit(x) - ln(a/b)`, `x` of the law Beta(a, b).
///
/// In the log-odds a beta law is log-concave for all shapes, with its mode at `ln(a/b)`: `h(d) = a d - s ln(1 + (a/s)(e^d - 1))`, `s = a + b`,
/// is at most 0. So the hat is flat in the middle, and on each side the tangent at a point where `h` is about -1 (Devroye 1986, *Non-Uniform
/// Random Variate Generation*, VII.2.6). At least 7 in 10 tries are accepted, for tiny and huge shapes alike, and the log-odds never underflow.
pub(super) struct Hat {
    shapes: [f64; 2],
    total: f64,
    /// Left and right: width of the flat part, and mass of the tail, which is the reciprocal of its slope.
    width: [f64; 2],
    tail: [f64; 2],
}

impl Hat {
    pub(super) fn new(a: f64, b: f64) -> Self {
        // Shapes below make no draw that any `f64` between 0 and 1 tells from an end.
        let (a, b) = (a.max(1e-290), b.max(1e-290));
        let [(left, left_tail), (right, right_tail)] = [tangent(a, b), tangent(b, a)];
        let total = (left + right) + (left_tail + right_tail);
        Self { shapes: [a, b], total, width: [left, right], tail: [left_tail, right_tail] }
    }

    /// The place that the noise stands for, or nothing where it is refused.
    fn accept(&self, u: f64, along: f64, level: f64) -> Option<f64> {
        let [a, b] = self.shapes;
        let place = u * self.total - self.tail[0];
        let flat = self.width[0] + self.width[1];
        // The hat is `e^-along` at a place `along` mean lengths into a tail.
        let (d, depth) = if place < 0.0 {
            (-(self.width[0] + along * self.tail[0]), along)
        } else if place > flat {
            (self.width[1] + along * self.tail[1], along)
        } else {
            (place - self.width[0], 0.0)
        };
        let height = if d <= 0.0 { fall(a, b, d) } else { fall(b, a, -d) };
        (height >= -(depth + level)).then_some(d)
    }

    fn noise(stream: &Stream, attempt: u64) -> [(Stream, Noise); 3] {
        let branch = |k: u64| stream.branch(3 * attempt + k);
        [(branch(0), Noise::Uniform), (branch(1), Noise::Exponential), (branch(2), Noise::Exponential)]
    }

    fn again(&self, stream: &Stream, index: u64) -> f64 {
        (1..TRIES)
            .find_map(|attempt| {
                let [u, along, level] = Self::noise(stream, attempt).map(|(s, noise)| s.draw(noise, index));
                self.accept(u, along, level)
            })
            .unwrap_or(0.0)
    }

    /// Draws `first`, `first + 1`, … of `d`.
    pub(super) fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let (mut along, mut level) = ([0.0; PIECE], [0.0; PIECE]);
        let [uniform, lengths, levels] = Self::noise(stream, 0);
        for (k, out) in out.chunks_mut(PIECE).enumerate() {
            let first = first.wrapping_add((k * PIECE) as u64);
            let (along, level) = (&mut along[..out.len()], &mut level[..out.len()]);
            uniform.0.fill(uniform.1, first, out);
            lengths.0.fill(lengths.1, first, along);
            levels.0.fill(levels.1, first, level);
            for (i, ((d, along), level)) in out.iter_mut().zip(along).zip(level).enumerate() {
                *d =
                    self.accept(*d, *along, *level).unwrap_or_else(|| self.again(stream, first.wrapping_add(i as u64)));
            }
        }
    }
}

/// `h` at `n <= 0` for shapes `p`, `q`: `p n - s ln(q/s + (p/s) e^n)`, or `-q n - s ln(1 + (q/s)(e^-n - 1))` while that cancels less.
fn fall(p: f64, q: f64, n: f64) -> f64 {
    let s = p + q;
    let rise = q / s * (-n).exp_m1();
    if rise < 1.0 { -q * n - s * rise.ln_1p() } else { p * n - s * (q / s + p / s * n.exp()).ln() }
}

/// `dh/dn`.
fn slope(p: f64, q: f64, n: f64) -> f64 {
    let s = p + q;
    let e = n.exp();
    p * (q / s * -n.exp_m1() / (q / s + p / s * e))
}

/// How far from the mode the tangent on the side of `p` meets the height of the mode, and the reciprocal of its slope.
fn tangent(p: f64, q: f64) -> (f64, f64) {
    // Where a normal law of the mode's curvature, or an exponential one, has fallen to about e^-1; then a step of Newton's method.
    let mut n = -((2.0 * (1.0 / p + 1.0 / q)).sqrt() + 0.5 / p).min(20.0 + 1.0 / p);
    for _ in 0..2 {
        n = (n - (fall(p, q, n) + 1.0) / slope(p, q, n)).min(0.1 * n);
    }
    let steep = slope(p, q, n);
    ((-n + fall(p, q, n) / steep).max(0.0), 1.0 / steep)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Key;
    use crate::special::{digamma, trigamma};

    const SHAPES: [f64; 9] = [1e-280, 1e-8, 1e-3, 0.3, 1.0, 7.0, 300.0, 1e4, 1e8];

    #[test]
    fn few_tries_are_refused_and_none_is_above_the_hat() {
        let stream = Key::new(3).site("hat").step(0);
        let mut worst = (1.0_f64, (0.0, 0.0));
        for a in SHAPES {
            for b in SHAPES {
                let hat = Hat::new(a, b);
                let tries = 2000;
                let mut accepted = 0.0;
                for i in 0..tries {
                    let [u, along, level] = Hat::noise(&stream, 0).map(|(s, noise)| s.draw(noise, i));
                    accepted += f64::from(hat.accept(u, along, level).is_some());
                    // Just above the hat nothing is accepted: at level 0 the density is the hat itself at best.
                    if let Some(d) = hat.accept(u, along, -1e-4) {
                        panic!("{a} {b}: the density is above its hat at {d}");
                    }
                }
                worst = if accepted / (tries as f64) < worst.0 { (accepted / tries as f64, (a, b)) } else { worst };
            }
        }
        println!("acceptance {} at worst, for {:?}", worst.0, worst.1);
        // 0.7 less five standard errors, 0.05.
        assert!(worst.0 > 0.65, "{worst:?}");
    }

    #[test]
    fn logarithms_of_odds_have_the_moments_of_their_law() {
        let stream = Key::new(5).site("logit").step(0);
        let n = 40_000;
        let mut draws = vec![0.0; n];
        for (a, b) in [(1e-8, 1e-8), (1e-3, 4.0), (0.5, 0.5), (2.0, 3.0), (1e4, 0.1), (1e8, 1e8)] {
            Hat::new(a, b).fill(&stream, 0, &mut draws);
            // E logit = ψ(a) - ψ(b), variance ψ'(a) + ψ'(b).
            let mean = if a == b { 0.0 } else { (digamma(a) - a.ln()) - (digamma(b) - b.ln()) };
            let deviation = (trigamma(a) + trigamma(b)).sqrt();
            let off = |d: &f64| (d - mean) / deviation;
            let (first, second): (f64, f64) = (draws.iter().map(off).sum(), draws.iter().map(|d| off(d).powi(2)).sum());
            let n = n as f64;
            // The excess kurtosis is at most 6: |z| < 5 for both, a false alarm in 10^6.
            assert!((first / n.sqrt()).abs() < 5.0, "{a} {b}: {first}");
            assert!(((second / n - 1.0) * (n / 8.0).sqrt()).abs() < 5.0, "{a} {b}: {second}");
        }
    }
}
