//! Weak derivatives of the normal law.

use std::f64::consts::TAU;

use super::{Noise, Normal, Stream, WeakDerivative, in_pieces};

impl WeakDerivative for Normal {
    /// Location: `loc ± scale W`, W of the Rayleigh law `w e^(-w²/2)`, the same on both sides; constant `1 / (scale √(2π))`.
    ///
    /// Scale: `loc + scale M` and `loc + scale M U`, M of the double-sided Maxwell law `m² e^(-m²/2) / √(2π)`, U uniform, so that `M U` is
    /// normal (Heidergott, Vázquez-Abad and Volk-Makarewicz 2008); constant `1 / scale`.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        let [loc, scale] = self.loc_scale();
        let at = |z: [f64; 2]| z.map(|z| loc + scale * z);
        match parameter {
            0 => {
                in_pieces([Noise::Exponential], stream, first, [plus, minus], |[e]| {
                    let w = (2.0 * e).sqrt();
                    at([w, -w])
                });
                Some(1.0 / (scale * TAU.sqrt()))
            }
            1 => {
                let noise = [Noise::StandardNormal, Noise::Exponential, Noise::Uniform];
                in_pieces(noise, stream, first, [plus, minus], |[z, e, u]| {
                    // The length of three normal numbers, with the sign of one.
                    let m = (z * z + 2.0 * e).sqrt().copysign(z);
                    at([m, m * u])
                });
                Some(1.0 / scale)
            }
            _ => None,
        }
    }
}
