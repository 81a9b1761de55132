//! Gamma draws in log space, the source of several laws.

use super::{GammaKernel, GammaSpace};
use crate::noise::Stream;

/// The logarithm of draw `index` of a gamma law with this shape and rate 1: that of the kernel.
pub(in crate::law) fn log_gamma_draw(stream: &Stream, index: u64, concentration: f64) -> f64 {
    GammaKernel::of(concentration, 1.0).draw(GammaSpace::Logarithm, stream, index)
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
