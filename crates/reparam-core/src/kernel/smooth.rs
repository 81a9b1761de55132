//! Smooth non-linearities, value and slope in one pass.

use super::dispatch::multiversion;
use super::{double, math};

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

multiversion! {
    /// `log(1 + scale x)` of each element, `scale x` from 0 to the largest number; written over it.
    pub fn log1p_scaled(scale: f32, x: &mut [f32]) {
        for x in x {
            let y = (scale * *x).min(f32::MAX);
            let w = 1.0 + y;
            let bits = w.to_bits();
            let exponent = ((bits >> 23) as i32 - 127) as f32;
            let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000);
            let large = exponent * std::f32::consts::LN_2 + math::log1p_unit(mantissa - 1.0);
            let small = math::log1p_unit(if y < 1.0 { y } else { 0.0 });
            *x = if y < 1.0 { small } else { large };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dispatch::on_each;

    #[test]
    fn logarithms_of_counts_are_those_of_the_library() {
        let x: Vec<f32> =
            (0..4000).map(|k| (k as f32 * 0.02).exp_m1() * 1e-3).chain([0.0, 1e-20, 1.0, 2.0, f32::MAX]).collect();
        let [plain, avx2, best] = on_each(|| {
            let mut found = x.clone();
            log1p_scaled(0.75, &mut found);
            found
        });
        assert!(plain == avx2 && plain == best);
        for (x, found) in x.iter().zip(plain) {
            let wanted = (0.75 * f64::from(*x)).min(f64::from(f32::MAX)).ln_1p();
            // Four roundings in f32, one of them of the argument.
            assert!((f64::from(found) - wanted).abs() <= 3e-7 * wanted.max(1e-30), "log1p({x}): {found}, {wanted}");
        }
    }

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
