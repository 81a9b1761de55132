//! A ratio of two polynomials.

/// `Σ above[k] (x - start)^k / Σ below[k] (x - start)^k`.
pub(super) struct Ratio<const N: usize> {
    pub start: f64,
    pub above: [f64; N],
    pub below: [f64; N],
}

impl<const N: usize> Ratio<N> {
    #[inline]
    pub fn at(&self, x: f64) -> f64 {
        let t = x - self.start;
        let (mut above, mut below) = (0.0, 0.0);
        for k in (0..N).rev() {
            above = above * t + self.above[k];
            below = below * t + self.below[k];
        }
        above / below
    }
}
