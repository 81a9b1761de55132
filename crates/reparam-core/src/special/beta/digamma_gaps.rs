//! `ψ(a + b) - ψ(a)`, of several shapes at once.

use super::elementary::ln_1p;
use crate::kernel::dispatch::multiversion;

/// Steps of the recurrence: one register.
const STEPS: usize = 8;

/// `B_2k / 2k`, k = 1, …, 10 (DLMF 5.11.2).
const SERIES: [f64; 10] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
    43867.0 / 14364.0,
    -174611.0 / 6600.0,
];

multiversion! {
    /// `ψ(low + gap) - ψ(low)` for each pair of `low > 0` and `gap >= 0`, to a few ulp, without a branch.
    ///
    /// `Σ_k gap / ((low + k)(low + gap + k))`, k < 8, all terms positive, then the asymptotic series at arguments above 8, subtracted
    /// term by term: `1/x - 1/y = (y - x)/(xy)`, and for even powers the same with `x²`, by divided differences.
    pub fn digamma_gaps(low: [f64; 2], gap: [f64; 2]) -> [f64; 2] {
        let mut result = [0.0; 2];
        for i in 0..2 {
            let (low, gap) = (low[i], gap[i]);
            let mut term = [0.0; STEPS];
            for (k, term) in term.iter_mut().enumerate() {
                let x = low + k as f64;
                // Two quotients: the product of two large shapes' squares cannot overflow, that of two tiny ones cannot vanish.
                *term = (gap / (x + gap)) / x;
            }
            let sum = ((term[7] + term[6]) + (term[5] + term[4])) + ((term[3] + term[2]) + (term[1] + term[0]));
            let x = low + STEPS as f64;
            let (r, s) = (1.0 / x, 1.0 / (x + gap));
            let (u, w) = (r * r, s * s);
            let step = gap * r * s;
            // Horner's scheme for (u p(u) - w p(w)) / (u - w).
            let (mut value, mut quotient) = (0.0_f64, 0.0_f64);
            for c in SERIES.iter().rev() {
                quotient = quotient.mul_add(w, value);
                value = value.mul_add(u, *c);
            }
            // The scheme once more, with the coefficient of degree 0, which is 0.
            let quotient = quotient.mul_add(w, value);
            result[i] = sum + (ln_1p(gap * r) + (0.5 * step + step * (r + s) * quotient));
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::digamma_gaps;

    /// Over whole steps, `ψ(x + n) - ψ(x) = Σ 1/(x + k)`.
    #[test]
    fn whole_gaps_are_sums_of_reciprocals() {
        for k in 0..400 {
            let low = 10f64.powf(-8.0 + 0.04 * f64::from(k));
            for n in [1, 3, 40] {
                let sum: f64 = (0..n).rev().map(|k| 1.0 / (low + f64::from(k))).sum();
                let [one, other] = digamma_gaps([low, 7.0], [f64::from(n), low]);
                assert!((one / sum - 1.0).abs() < 2e-15, "{low} {n}: {one} {sum}");
                let [swapped, _] = digamma_gaps([7.0, 1.0], [low, 0.0]);
                assert_eq!(other, swapped);
            }
        }
        assert_eq!(digamma_gaps([0.3, 1e8], [0.0, 0.0]), [0.0, 0.0]);
    }
}
