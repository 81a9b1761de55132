//! `ln Σ e^x`.

/// `ln Σ e^x` without overflow; `-inf` for no terms, NaN where a term is NaN.
///
/// `m + ln(1 + Σ e^(x - m))`, `m` the largest term and the sum over the others: nothing of them is lost where they are small beside it.
/// For n terms the error is below `n + 2` ulp of `max(|m|, ln n)`.
///
/// ```
/// use reparam_core::special::log_sum_exp;
/// assert_eq!(log_sum_exp(&[1e4, 1e4]), 1e4 + std::f64::consts::LN_2);
/// assert_eq!(log_sum_exp(&[0.0, -60.0]), (-60.0_f64).exp());
/// ```
#[must_use]
pub fn log_sum_exp(terms: &[f64]) -> f64 {
    let (mut place, mut largest) = (0, f64::NEG_INFINITY);
    for (i, &x) in terms.iter().enumerate() {
        if x.is_nan() {
            return x;
        }
        if x > largest {
            (place, largest) = (i, x);
        }
    }
    if largest.is_infinite() {
        return largest;
    }
    let others = terms.iter().enumerate().filter(|&(i, _)| i != place);
    largest + others.map(|(_, x)| (x - largest).exp()).sum::<f64>().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::log_sum_exp;

    #[test]
    fn equal_terms_add_the_logarithm_of_their_number() {
        for n in 1..200_u32 {
            let value = log_sum_exp(&vec![-3.5; n as usize]);
            // Sums of ones are exact; the logarithm and the sum round once each.
            assert!((value - (f64::from(n).ln() - 3.5)).abs() <= 2.0 * 4.0 * f64::EPSILON);
        }
    }

    #[test]
    fn ends() {
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f64::INFINITY, 0.0, f64::INFINITY]), f64::INFINITY);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY, 2.0]), 2.0);
        assert_eq!(log_sum_exp(&[-1e308, 1e308]), 1e308);
        assert!(log_sum_exp(&[f64::INFINITY, f64::NAN]).is_nan());
    }
}
