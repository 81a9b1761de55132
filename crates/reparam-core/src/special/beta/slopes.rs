//! Derivatives of a beta draw, and of its distribution function, in both shapes.

use super::digamma_gaps::digamma_gaps;
use super::distribution::{log_power, proper};
use super::side::{Point, Side};
use super::tail::Tail;

/// `dz/d(first shape)` and `dz/d(second shape)` of the near side's own shapes, both over `x`: the first positive, the second negative.
pub(super) fn relative_slopes(side: &Side) -> [f64; 2] {
    let (a, b, at) = (side.a, side.b, side.at);
    match Tail::new(side) {
        Tail::Plain([mass, s, l]) => {
            let [to_a, to_b] = digamma_gaps([a, b], [b, a]);
            // E ln T - ln x and ln y - E ln(1 - T).
            [s - (to_a + at.ln_x) * mass, -(l + (to_b + at.ln_y) * mass)]
        }
        Tail::Parted([gain, moment, gm]) => {
            // ψ(a + b) - ψ(a + 1), from the smaller argument.
            let (low, gap, sign) = if b >= 1.0 { (a + 1.0, b - 1.0, 1.0) } else { (a + b, 1.0 - b, -1.0) };
            let [to_next, to_b] = digamma_gaps([low, b], [gap, a]);
            let mass = (1.0 + gain) / a;
            [(moment - (sign * to_next + at.ln_x) * (1.0 + gain)) / a, gm - to_b * mass]
        }
    }
}

/// `[dz/da, dz/db]` of a draw `z` from Beta(a, b) at fixed distribution function, `-(∂I/∂a)/p` and `-(∂I/∂b)/p`, at `z = x = 1 - y`.
///
/// The implicit, or pathwise, derivatives (Figurnov, Mohamed and Mnih 2018). Finite for every `x` and `y` in [0, 1] and all shapes; 0 at the
/// ends; NaN outside the domain. The smaller of `x` and `y` is taken as exact: near 1, pass the `y` that is known and not `1 - x`.
///
/// Worst relative error 1e-13 for shapes from 1e-3 to 1e4, 1e-12 from 1e-8 to 1e8, at all quantiles; 0.2 to 0.3 µs everywhere.
///
/// ```
/// use reparam_core::special::beta_slopes;
/// // I = x^a at b = 1.
/// let [to_a, _] = beta_slopes(2.0, 1.0, 0.3, 0.7);
/// assert!((to_a - -0.3 * 0.3_f64.ln() / 2.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn beta_slopes(a: f64, b: f64, x: f64, y: f64) -> [f64; 2] {
    if !(proper(a, b) && (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) && x + y > 0.0) {
        return [f64::NAN; 2];
    }
    if x == 0.0 || y == 0.0 {
        return [0.0; 2];
    }
    let side = Side::new(a, b, Point::new(x, y));
    let [first, second] = relative_slopes(&side);
    if side.upper { [-y * second, -y * first] } else { [x * first, x * second] }
}

/// `[dl/da, dl/db]` of the logit `l = ln(z / (1 - z))` of a draw from Beta(a, b): for draws at small shapes, which underflow as `z`.
///
/// `dl = dz / (z (1 - z))`. Finite for every finite logit and all shapes; NaN outside the domain. Errors as for [`beta_slopes`].
///
/// ```
/// use reparam_core::special::beta_logit_slopes;
/// // z is e^-10000; in its tail ln z = (ln I + ln(a B(a, b))) / a, and I stays.
/// let [to_a, _] = beta_logit_slopes(1e-3, 1.0, -1e4);
/// assert!((to_a / 1e7 - 1.0).abs() < 1e-14);
/// ```
#[must_use]
pub fn beta_logit_slopes(a: f64, b: f64, logit: f64) -> [f64; 2] {
    if !(proper(a, b) && logit.is_finite()) {
        return [f64::NAN; 2];
    }
    let side = Side::new(a, b, Point::from_logit(logit));
    let [first, second] = relative_slopes(&side).map(|slope| slope / side.at.y);
    if side.upper { [-second, -first] } else { [first, second] }
}

/// `[∂I/∂a, ∂I/∂b]` of `I_x(a, b)`, the slopes times `-p(x)`: the first negative, the second positive. NaN outside the domain.
///
/// ```
/// // x^a ln x at b = 1.
/// let [to_a, _] = reparam_core::special::beta_i_shape_derivatives(2.0, 1.0, 0.5);
/// assert!((to_a - 0.25 * 0.5_f64.ln()).abs() < 1e-14);
/// ```
#[must_use]
pub fn beta_i_shape_derivatives(a: f64, b: f64, x: f64) -> [f64; 2] {
    let y = 1.0 - x;
    if !(proper(a, b) && (0.0..=1.0).contains(&x)) {
        return [f64::NAN; 2];
    }
    if x == 0.0 || y == 0.0 {
        return [0.0; 2];
    }
    let at = Point::new(x, y);
    let side = Side::new(a, b, at);
    let [first, second] = relative_slopes(&side);
    // x p(x), from the logarithm: the density alone may overflow.
    let ln_xp = log_power(a, b, at) - side.at.ln_y;
    let xp = ln_xp.exp();
    if side.upper { [xp * second, xp * first] } else { [-xp * first, -xp * second] }
}

#[cfg(test)]
mod tests {
    use super::{beta_i_shape_derivatives, beta_logit_slopes, beta_slopes};

    /// At b = 1 I = x^a, at a = 1 it is 1 - y^b: for all x, and for slopes too small or large to form with the density.
    #[test]
    fn closed_forms_at_a_shape_of_1() {
        for shape in [1e-8, 1e-3, 0.3, 1.0, 7.0, 1e4, 1e8] {
            for k in 1..400 {
                // The smaller of x and 1 - x is exact.
                let small = 0.5_f64.powf(f64::from(k) * 0.11);
                for (x, y) in [(small, 1.0 - small), (1.0 - small, small)] {
                    let ln = if x <= y { x.ln() } else { (-y).ln_1p() };
                    let (slope, change) = (-x * ln / shape, (shape * ln).exp() * ln);
                    let [to_a, _] = beta_slopes(shape, 1.0, x, y);
                    let [_, to_b] = beta_slopes(1.0, shape, y, x);
                    // As for the table.
                    assert!((to_a / slope - 1.0).abs() < 1e-13, "{shape} {x}: {to_a} {slope}");
                    assert!((to_b / -slope - 1.0).abs() < 1e-13, "{shape} {x}: {to_b} {slope}");
                    if 1.0 - x == y && 1.0 - y == x && change < -1e-290 {
                        let [by_a, _] = beta_i_shape_derivatives(shape, 1.0, x);
                        let [_, by_b] = beta_i_shape_derivatives(1.0, shape, y);
                        // The exponent's rounding.
                        let bound = 1e-13 + 1e-15 * (shape * ln).abs();
                        assert!((by_a / change - 1.0).abs() < bound, "{shape} {x}: {by_a} {change}");
                        assert!((by_b / -change - 1.0).abs() < bound || y == 1.0, "{shape} {x}: {by_b} {change}");
                    }
                }
            }
        }
    }

    #[test]
    fn logit_slopes_are_slopes_over_x_and_y() {
        for (a, b) in [(1e-8, 1e8), (1e-3, 0.02), (0.4, 3.0), (2.0, 2.0), (1e4, 30.0), (1e8, 1e8)] {
            for k in -400..=400 {
                let logit = 0.1 * f64::from(k);
                let small = 1.0 / (1.0 + logit.abs().exp());
                let (x, y) = if k <= 0 { (small, 1.0 - small) } else { (1.0 - small, small) };
                let slopes = beta_slopes(a, b, x, y);
                for (logit_slope, slope) in beta_logit_slopes(a, b, logit).into_iter().zip(slopes) {
                    // The rounding of x between the two: a few ε, which the tail of a large shape magnifies by √(a + b).
                    assert!(
                        (logit_slope * x * y / slope - 1.0).abs() < 1e-13 + 1e-15 * (a + b).sqrt(),
                        "{a} {b} {logit}"
                    );
                }
            }
            for logit in [-f64::MAX, -1e9, 1e9, f64::MAX] {
                let [to_a, to_b] = beta_logit_slopes(a, b, logit);
                assert!(
                    to_a >= 0.0 && to_b <= 0.0 && (to_a - to_b).is_finite() || logit.abs() > 1e9,
                    "{a} {b} {logit}: {to_a} {to_b}"
                );
            }
        }
    }

    #[test]
    fn ends_and_outside() {
        assert_eq!(beta_slopes(2.0, 3.0, 0.0, 1.0), [0.0; 2]);
        assert_eq!(beta_slopes(2.0, 3.0, 1.0, 0.0), [0.0; 2]);
        assert_eq!(beta_i_shape_derivatives(2.0, 3.0, 1.0), [0.0; 2]);
        for (a, b, x) in [
            (0.0, 1.0, 0.5),
            (1.0, -1.0, 0.5),
            (1.0, f64::INFINITY, 0.5),
            (f64::NAN, 1.0, 0.5),
            (1.0, 1.0, 1.5),
            (1.0, 1.0, f64::NAN),
        ] {
            assert!(beta_slopes(a, b, x, 1.0 - x)[0].is_nan());
            assert!(beta_logit_slopes(a, b, (x / (1.0 - x)).ln())[0].is_nan());
            assert!(beta_i_shape_derivatives(a, b, x)[1].is_nan());
        }
    }
}
