//! Gamma draws in log space, the source of several laws.

use crate::noise::{Noise, Stream};

/// The logarithm of draw `index` of a gamma law with this shape and rate 1.
///
/// Marsaglia and Tsang (2000); a shape below 1 is drawn as `G(a + 1) U^(1/a)`, whose logarithm does not underflow. More than 95 in 100
/// tries are accepted; each has a branch of its own, so that the draw depends on stream and index alone.
pub(in crate::law) fn log_gamma_draw(stream: &Stream, index: u64, concentration: f64) -> f64 {
    if concentration < 1.0 {
        let u: f64 = stream.branch(u64::MAX).draw(Noise::Uniform, index);
        return log_gamma_draw(stream, index, concentration + 1.0) + u.ln() / concentration;
    }
    let d = concentration - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    // A hundred refusals in a row have probability below 1e-130: then the mode of the cube's law is as good as any number.
    for attempt in 0..100 {
        let tries = stream.branch(attempt);
        let x: f64 = tries.draw(Noise::StandardNormal, index);
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let u: f64 = tries.branch(0).draw(Noise::Uniform, index);
        let (v, log_v) = (root * root * root, 3.0 * (c * x).ln_1p());
        if u.ln() < 0.5 * x * x + d * (1.0 - v + log_v) {
            return d.ln() + log_v;
        }
    }
    d.ln()
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
}
