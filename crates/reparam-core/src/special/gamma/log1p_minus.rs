//! `ln(1 + x) - x`.

/// `ln(1 + x) - x` for `x >= -1`, without cancellation at small `x`; `-inf` at -1, NaN below. Relative error at most 2e-15.
///
/// With `s = x / (2 + x)`, `ln(1 + x) = 2 atanh s` and `x - 2 s = s x`: the sum is `-s x + 2 s³ (1/3 + s²/5 + …)`, taken for `x` in
/// [-0.4, 0.6].
///
/// ```
/// use reparam_core::special::log1p_minus;
/// assert!((log1p_minus(1e-9) / -5e-19 - 1.0).abs() < 1e-9);
/// ```
#[must_use]
#[inline]
pub fn log1p_minus(x: f64) -> f64 {
    if !(-0.4..=0.6).contains(&x) {
        return x.ln_1p() - x;
    }
    let s = x / (2.0 + x);
    let square = s * s;
    let mut sum = 0.0;
    for c in ODD.iter().rev() {
        sum = sum * square + c;
    }
    s * (2.0 * square * sum - x)
}

/// `1/3, 1/5, …`: the first left out is 1/29, beside `s² <= 1/16`.
const ODD: [f64; 13] = {
    let mut odd = [0.0; 13];
    let mut k = 0;
    while k < odd.len() {
        odd[k] = 1.0 / (2 * k + 3) as f64;
        k += 1;
    }
    odd
};
