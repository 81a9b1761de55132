//! Errors in units of the last place, for the kernels' tests.

/// The worst error seen, and where.
#[derive(Default)]
pub(crate) struct Worst {
    ulp: f64,
    at: f64,
}

impl Worst {
    pub(crate) fn see_f32(&mut self, value: f32, reference: f64) {
        self.see_f32_with_floor(value, reference, 0.0);
    }

    /// As if no reference were smaller than `floor`.
    pub(crate) fn see_f32_with_floor(&mut self, value: f32, reference: f64, floor: f64) {
        let ulp = ulp(reference.abs().max(floor), 23);
        self.see((f64::from(value) - reference).abs() / ulp, reference);
    }

    pub(crate) fn see_f64(&mut self, value: f64, reference: f64) {
        self.see_f64_with_floor(value, reference, 0.0);
    }

    /// As if no reference were smaller than `floor`.
    pub(crate) fn see_f64_with_floor(&mut self, value: f64, reference: f64, floor: f64) {
        let ulp = ulp(reference.abs().max(floor), 52);
        self.see((value - reference).abs() / ulp, reference);
    }

    fn see(&mut self, ulp: f64, at: f64) {
        // NaN is the worst of all.
        let ulp = if ulp.is_nan() { f64::INFINITY } else { ulp };
        if ulp > self.ulp {
            *self = Self { ulp, at };
        }
    }

    /// Prints the worst error and fails where it is above `bound`, the documented figure.
    pub(crate) fn report(&self, what: &str, bound: f64) {
        println!("{what}: {:.3} at {:e}", self.ulp, self.at);
        assert!(self.ulp <= bound, "{what}: {} at {:e}, documented {bound}", self.ulp, self.at);
    }
}

/// Distance of floats with that many bits of fraction at `x >= 0`; at 0 that of something small.
fn ulp(x: f64, fraction: i32) -> f64 {
    let exponent = ((x.max(1e-280).to_bits() >> 52) & 0x7ff) as i32 - 1023;
    2.0_f64.powi(exponent - fraction)
}

/// Integers of that many bits: about `count` spread evenly, and as many at each end, with every power of two and its neighbours.
pub(crate) fn spread(bits: u32, count: u64) -> impl Iterator<Item = u64> {
    let top = u64::MAX >> (64 - bits);
    let even = (0..count).map(move |i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) & top);
    let ends = (0..count).flat_map(move |i| [i, top - i]);
    let powers = (1..bits).flat_map(move |b| [(1 << b) - 1, 1 << b, top - (1 << b), top - (1 << b) + 1]);
    even.chain(ends).chain(powers)
}
