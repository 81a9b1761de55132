//! Keyed shuffling.

use super::Stream;

impl Stream {
    /// A permutation of `0..n`, all `n!` equally likely: the shuffle of Fisher and Yates, from the last place down.
    ///
    /// Each place is drawn without bias from 64-bit words by the product-and-reject method of Lemire 2019 ("Fast random integer
    /// generation in an interval", algorithm 5). `n = 0` gives an empty vector.
    ///
    /// ```
    /// use reparam_core::noise::Key;
    /// let order = Key::new(1).site("epoch").step(0).permutation(5);
    /// let mut sorted = order.clone();
    /// sorted.sort_unstable();
    /// assert_eq!(sorted, [0, 1, 2, 3, 4]);
    /// ```
    #[must_use]
    pub fn permutation(&self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        let mut next = 0;
        for last in (1..n).rev() {
            order.swap(last, self.below(last as u64 + 1, &mut next) as usize);
        }
        order
    }

    /// A draw from `0..bound`, from words `next` and, with probability below `bound / 2^64` each, following ones.
    fn below(&self, bound: u64, next: &mut u64) -> u64 {
        loop {
            let product = u128::from(self.bits(*next)) * u128::from(bound);
            *next += 1;
            // 2^64 mod bound words too many make the first few products; the division is rarely reached.
            if product as u64 >= bound || product as u64 >= bound.wrapping_neg() % bound {
                return (product >> 64) as u64;
            }
        }
    }
}
