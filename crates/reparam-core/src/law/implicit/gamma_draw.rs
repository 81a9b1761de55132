//! Gamma draws in log space, the source of several laws.

use crate::noise::{Noise, Stream};

/// The logarithm of draw `index` of a gamma law with this shape and rate 1.
pub(in crate::law) fn log_gamma_draw(stream: &Stream, index: u64, concentration: f64) -> f64 {
    let draws = GammaDraws::new(concentration);
    draws.log(draws.at(stream, index))
}

/// Draws of a gamma law with rate 1.
///
/// Marsaglia and Tsang (2000): `d (1 + c x)³` of a normal `x`, where that is accepted; a shape below 1 is drawn as `G(a + 1) U^(1/a)`, whose
/// logarithm does not underflow. More than 95 in 100 tries are accepted; each has a branch of its own, so that a draw depends on
/// stream and index alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct GammaDraws {
    concentration: f64,
    d: f64,
    c: f64,
}

/// A draw before its last steps: `c x`, and the logarithm of the power of `U`, 0 without one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    growth: f64,
    log_power: f64,
}

/// Draws at a time: their noise stays in the first-level cache.
const PIECE: usize = 512;

impl GammaDraws {
    pub(super) fn new(concentration: f64) -> Self {
        let d = if concentration < 1.0 { concentration + 1.0 } else { concentration } - 1.0 / 3.0;
        Self { concentration, d, c: 1.0 / (9.0 * d).sqrt() }
    }

    /// The logarithm of a draw.
    pub(super) fn log(&self, draw: Accepted) -> f64 {
        self.d.ln() + 3.0 * draw.growth.ln_1p() + draw.log_power
    }

    /// A draw; 0 where it underflows.
    pub(super) fn value(&self, draw: Accepted) -> f64 {
        let root = 1.0 + draw.growth;
        let value = self.d * (root * root * root);
        if draw.log_power == 0.0 { value } else { value * draw.log_power.exp() }
    }

    /// Draws `first`, `first + 1`, … as many as `count`, given to `take` with their places from 0 on.
    pub(super) fn each(&self, stream: &Stream, first: u64, count: usize, mut take: impl FnMut(usize, Accepted)) {
        let (mut normal, mut uniform, mut power) = ([0.0; PIECE], [0.0; PIECE], [1.0; PIECE]);
        let tries = stream.branch(0);
        let mut done = 0;
        while done < count {
            let (here, start) = ((count - done).min(PIECE), first.wrapping_add(done as u64));
            tries.fill(Noise::StandardNormal, start, &mut normal[..here]);
            tries.branch(0).fill(Noise::Uniform, start, &mut uniform[..here]);
            if self.concentration < 1.0 {
                stream.branch(u64::MAX).fill(Noise::Uniform, start, &mut power[..here]);
            }
            for i in 0..here {
                let growth = self
                    .growth(normal[i], || uniform[i])
                    .unwrap_or_else(|| self.later_growth(stream, start.wrapping_add(i as u64)));
                take(done + i, self.accepted(growth, power[i]));
            }
            done += here;
        }
    }

    fn at(&self, stream: &Stream, index: u64) -> Accepted {
        let growth = self.attempt(stream, index, 0).unwrap_or_else(|| self.later_growth(stream, index));
        let power = if self.concentration < 1.0 { stream.branch(u64::MAX).draw(Noise::Uniform, index) } else { 1.0 };
        self.accepted(growth, power)
    }

    fn accepted(&self, growth: f64, power: f64) -> Accepted {
        Accepted { growth, log_power: if power == 1.0 { 0.0 } else { power.ln() / self.concentration } }
    }

    /// `c x` of an accepted try; the uniform number is asked for where `x` is in reach.
    fn growth(&self, x: f64, uniform: impl FnOnce() -> f64) -> Option<f64> {
        let growth = self.c * x;
        let root = 1.0 + growth;
        if root <= 0.0 {
            return None;
        }
        let (u, square) = (uniform(), x * x);
        // Their squeeze, below the exact bound.
        let inside = u < 1.0 - 0.0331 * square * square
            || u.ln() < 0.5 * square + self.d * (1.0 - root * root * root + 3.0 * growth.ln_1p());
        inside.then_some(growth)
    }

    fn attempt(&self, stream: &Stream, index: u64, attempt: u64) -> Option<f64> {
        let tries = stream.branch(attempt);
        self.growth(tries.draw(Noise::StandardNormal, index), || tries.branch(0).draw(Noise::Uniform, index))
    }

    #[cold]
    fn later_growth(&self, stream: &Stream, index: u64) -> f64 {
        // A hundred refusals in a row have probability below 1e-130: then the mode of the cube's law is as good as any number.
        (1..100).find_map(|attempt| self.attempt(stream, index, attempt)).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Key;
    use crate::special::{digamma, trigamma};

    #[test]
    fn logarithms_have_the_moments_of_their_law() {
        let stream = Key::new(5).site("gamma").step(0);
        for a in [1e-8, 0.01, 0.5, 1.0, 3.7, 1e6] {
            let n = 40_000;
            let (mut first, mut second) = (0.0, 0.0);
            for i in 0..n {
                let off = (log_gamma_draw(&stream, i, a) - digamma(a)) / trigamma(a).sqrt();
                first += off;
                second += off * off;
            }
            let n = n as f64;
            // log G has excess kurtosis ψ'''/ψ'² of at most 6: |z| < 5 for both, a false alarm in 10^6.
            assert!((first / n.sqrt()).abs() < 5.0, "{a}: {first}");
            assert!(((second / n - 1.0) * (n / 8.0).sqrt()).abs() < 5.0, "{a}: {second}");
        }
    }

    #[test]
    fn draws_at_once_are_the_draws_one_by_one() {
        let stream = Key::new(6).site("gamma").step(0);
        for a in [1e-8, 0.3, 1.0, 40.0] {
            let (draws, first) = (GammaDraws::new(a), u64::MAX - 700);
            draws.each(&stream, first, 1500, |i, draw| {
                let (log, value) = (draws.log(draw), draws.value(draw));
                let expected = log_gamma_draw(&stream, first.wrapping_add(i as u64), a);
                assert_eq!(log.to_bits(), expected.to_bits());
                // Some roundings of the logarithm.
                assert!((value / log.exp() - 1.0).abs() < 1e-15 * (4.0 + log.abs()) || log < -700.0);
            });
        }
    }
}
