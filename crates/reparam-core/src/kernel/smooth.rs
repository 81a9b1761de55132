//! Smooth non-linearities in f64, value and slope in one pass.

use super::dispatch::multiversion;
use super::double;

multiversion! {
    /// `f(x) = x / (1 + e^(-x))` and its slope.
    ///
    /// The slices are equally long; what lies beyond the shortest is left as it is.
    pub fn silu_with_slope(x: &[f64], values: &mut [f64], slopes: &mut [f64]) {
        for ((x, value), slope) in x.iter().zip(values).zip(slopes) {
            let u = double::exp(-x.abs());
            let numerator = if *x >= 0.0 { 1.0 } else { u };
            let sigmoid = numerator / (1.0 + u);
            *value = x * sigmoid;
            *slope = sigmoid * (x * (1.0 - sigmoid) + 1.0);
        }
    }
}

multiversion! {
    /// `f(x) = bound tanh(x / bound)` and its slope: near 0 the identity, everywhere within ± `bound`.
    ///
    /// The slices are equally long; what lies beyond the shortest is left as it is.
    pub fn bounded_with_slope(bound: f64, x: &[f64], values: &mut [f64], slopes: &mut [f64]) {
        let inverse = 1.0 / bound;
        for ((x, value), slope) in x.iter().zip(values).zip(slopes) {
            let t = double::tanh(x * inverse);
            *value = bound * t;
            *slope = 1.0 - t * t;
        }
    }
}

multiversion! {
    /// `e^x` of each element, x clamped to [-708, 709]; written over it.
    pub fn exp_in_place(x: &mut [f64]) {
        for x in x {
            *x = double::exp(*x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dispatch::on_each;

    fn points() -> Vec<f64> {
        (-300..=300).map(|k| f64::from(k) / 7.0).chain([1e300, -1e300]).collect()
    }

    #[test]
    fn values_and_slopes_are_those_of_the_library() {
        let x = points();
        let (mut values, mut slopes, mut bounded, mut of_bounded) = (x.clone(), x.clone(), x.clone(), x.clone());
        silu_with_slope(&x, &mut values, &mut slopes);
        bounded_with_slope(3.0, &x, &mut bounded, &mut of_bounded);
        for (i, x) in x.iter().enumerate() {
            let s = 1.0 / (1.0 + (-x).exp());
            // A few roundings of numbers of the size of x.
            assert!((values[i] - x * s).abs() <= 1e-15 * x.abs().min(1e290), "silu({x})");
            assert!(x.abs() > 1e3 || (slopes[i] - s * (1.0 + x * (1.0 - s))).abs() <= 1e-14, "silu'({x})");
            assert!((bounded[i] - 3.0 * (x / 3.0).tanh()).abs() <= 2e-15, "bounded({x})");
            assert!((of_bounded[i] - (1.0 - (x / 3.0).tanh().powi(2))).abs() <= 1e-15, "bounded'({x})");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let x = points();
        let [plain, avx2, best] = on_each(|| {
            let (mut values, mut slopes, mut exponentials) = (x.clone(), x.clone(), x.clone());
            silu_with_slope(&x, &mut values, &mut slopes);
            exp_in_place(&mut exponentials);
            (values, slopes, exponentials)
        });
        assert_eq!(plain, avx2);
        assert_eq!(plain, best);
    }
}
