//! Polynomials by Horner's rule.

/// `c0 + c1 x + c2 x² + …`, even and odd powers on their own, which halves the waiting. No fused
/// multiply-adds: on a target that does not promise the instruction each is a call.
#[inline]
#[must_use]
pub(super) fn horner<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let square = x * x;
    let (mut even, mut odd) = (0.0, 0.0);
    for pair in c.chunks(2).rev() {
        even = even * square + pair[0];
        odd = odd * square + pair.get(1).copied().unwrap_or(0.0);
    }
    odd * x + even
}

#[cfg(test)]
mod tests {
    use super::horner;

    #[test]
    fn powers_of_two() {
        assert_eq!(horner(2.0, &[1.0; 8]), 255.0);
        assert_eq!(horner(-2.0, &[1.0; 7]), 43.0);
        assert_eq!(horner(3.0, &[5.0]), 5.0);
    }
}
