//! `I_1/I_0` and what it lacks to 1.

use super::coefficients::{COMPLEMENT_A, COMPLEMENT_B, COMPLEMENT_C, COMPLEMENT_D, COMPLEMENT_FAR, RATIO_NEAR};
use crate::special::horner::horner;

/// `(I_1(x)/I_0(x), 1 - I_1(x)/I_0(x))` for `x >= 0`, each to a few ulp.
///
/// Below 1.25 the ratio is the smaller and has the polynomial, above its complement has: five pieces, the last in `1/x`.
#[must_use]
pub fn ratio_one(x: f64) -> (f64, f64) {
    let complement = if x < 1.25 {
        let ratio = x * horner(x * x * 1.28 - 1.0, &RATIO_NEAR);
        return (ratio, 1.0 - ratio);
    } else if x < 2.5 {
        horner((x - 1.875) / 0.625, &COMPLEMENT_A)
    } else if x < 5.0 {
        horner((x - 3.75) / 1.25, &COMPLEMENT_B)
    } else if x < 10.0 {
        horner((x - 7.5) / 2.5, &COMPLEMENT_C)
    } else if x < 20.0 {
        horner((x - 15.0) / 5.0, &COMPLEMENT_D)
    } else {
        horner(40.0 / x - 1.0, &COMPLEMENT_FAR) / x
    };
    (1.0 - complement, complement)
}
