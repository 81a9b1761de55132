//! The upper continued fraction, with its derivative in the shape.

/// `(x G, x dG/da)` with `G(a, x) = ∫_0^∞ e^(-x t) (1 + t)^(a-1) dt`, so that `Γ(a, x) = x^a e^-x G`; for `x` above `a` and 1.
///
/// Legendre's fraction (DLMF 8.9.2, even part): with `y = 1/x`,
/// `x G = 1/(b_0 + c_1/(b_1 + c_2/(b_2 + …)))`, `b_n = 1 + (2 n + 1 - a) y`, `c_n = -n (n - a) y²`. Numerators, denominators and their
/// derivatives run forwards; a ratio is taken every fourth step. For `a <= x/3` ten terms or fewer suffice from `x = 20` on, twenty-five
/// at `x = 4`, sixty at `x = 1.5`.
#[inline]
pub(super) fn upper_fraction(a: f64, y: f64) -> (f64, f64) {
    let mut above = [0.0, 1.0];
    let mut below = [1.0, 1.0 + (1.0 - a) * y];
    let mut above_slope = [0.0, 0.0];
    let mut below_slope = [0.0, -y];
    let (mut value, mut slope) = (f64::NAN, f64::NAN);
    let mut n = 1.0;
    for _ in 0..MAX_BLOCKS {
        for _ in 0..4 {
            let b = 1.0 + (2.0 * n + 1.0 - a) * y;
            let ny = n * y;
            let c = (a - n) * y * ny;
            let c_slope = ny * y;
            above_slope =
                [above_slope[1], b * above_slope[1] - y * above[1] + (c * above_slope[0] + c_slope * above[0])];
            below_slope =
                [below_slope[1], b * below_slope[1] - y * below[1] + (c * below_slope[0] + c_slope * below[0])];
            above = [above[1], b * above[1] + c * above[0]];
            below = [below[1], b * below[1] + c * below[0]];
            n += 1.0;
        }
        let inverse = 1.0 / below[1];
        let new_value = above[1] * inverse;
        let new_slope = (above_slope[1] - new_value * below_slope[1]) * inverse;
        let settled =
            (new_value - value).abs() <= ENOUGH * new_value && (new_slope - slope).abs() <= ENOUGH * new_slope.abs();
        (value, slope) = (new_value, new_slope);
        if settled {
            break;
        }
        if below[1] > 1e100 {
            for pair in [&mut above, &mut below, &mut above_slope, &mut below_slope] {
                *pair = [pair[0] * inverse, pair[1] * inverse];
            }
        }
    }
    (value, slope)
}

/// A block of four terms that changes the sums by less leaves much less: convergence is geometric, and faster.
const ENOUGH: f64 = 1e-14;

/// Never met in the regions where the fraction is used.
const MAX_BLOCKS: usize = 100;
