//! A polynomial in two variables.

/// `Σ c[k][j] v^k s^j` with `s = (w - middle) inverse_half`: the first `L` rows have `W` columns, the next `H` only the first `N`.
///
/// The sums over `k` run side by side, one for each column, with no branch: a compiler makes vectors of them, and so can a kernel that
/// works on several arguments at once.
pub(super) struct Grid<const W: usize, const N: usize, const L: usize, const H: usize> {
    pub middle: f64,
    pub inverse_half: f64,
    pub full: [[f64; W]; L],
    pub narrow: [[f64; N]; H],
}

impl<const W: usize, const N: usize, const L: usize, const H: usize> Grid<W, N, L, H> {
    #[inline]
    pub fn at(&self, v: f64, w: f64) -> f64 {
        let mut first = [0.0; N];
        for row in self.narrow.iter().rev() {
            for j in 0..N {
                first[j] = first[j] * v + row[j];
            }
        }
        let mut sums = [0.0; W];
        sums[..N].copy_from_slice(&first);
        for row in self.full.iter().rev() {
            for j in 0..W {
                sums[j] = sums[j] * v + row[j];
            }
        }
        // Even and odd powers apart: half of the latency.
        let s = (w - self.middle) * self.inverse_half;
        let (mut even, mut odd, square) = (0.0, 0.0, s * s);
        for j in (0..W / 2).rev() {
            even = even * square + sums[2 * j];
            odd = odd * square + sums[2 * j + 1];
        }
        even + s * odd
    }
}
