//! Random shapes and points against other methods than the library's quadrature: series of positive terms, and where they are too long
//! a composite rule of graded panels; and the Student-t slope against that of the beta law.

use super::{Worst, region};
use crate::special::beta::digamma_gaps::digamma_gaps;
use crate::special::beta::side::{Point, Side};
use crate::special::beta::slopes::relative_slopes;
use crate::special::beta::tail::Tail;
use crate::special::beta::{beta_i_inverse, beta_slopes, beta_tails, student_t_quantile, student_t_slope};

/// Steele, Lea and Flood's `SplitMix`.
struct Uniform(u64);

impl Uniform {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (high - low) * ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
    }
}

/// `∫ e^(-as) g {1, s or s - 1/a, L or M} ds` of the near side, the second and third as the library needs them (see `Tail`).
type Moments = [f64; 3];

/// By series.
///
/// `y/a Σ T_n`, `T_(n+1) = T_n x (a + b + n)/(a + 1 + n)` (DLMF 8.17.8), and its derivatives in a and b term by term; for the first where
/// b < 1, and for M, those of `y^(1-b) Σ (1 - b)_n/n! x^n/(a + n)` (DLMF 8.17.7).
fn by_series(side: &Side) -> Moments {
    let (a, b, x) = (side.a, side.b, side.at.x);
    let (mut term, mut to_a, mut to_b) = (1.0_f64, 0.0, 0.0);
    let mut sums = [0.0_f64; 3];
    let mut n = 0.0;
    loop {
        let add = [term, term * to_a, term * to_b];
        for (sum, add) in sums.iter_mut().zip(add) {
            *sum += add;
        }
        if n > 3.0 && add.iter().zip(sums).all(|(add, sum)| add.abs() <= 1e-18 * sum.abs()) {
            break;
        }
        let ratio = x * (a + b + n) / (a + 1.0 + n);
        term *= ratio;
        to_a += (b - 1.0) / ((a + 1.0 + n) * (a + b + n));
        to_b += 1.0 / (a + b + n);
        n += 1.0;
    }
    let [mass, mut s, mut l] = sums.map(|sum| sum * side.at.y / a);
    if a < 1.0 || b < 1.0 {
        let (mut c, mut slope) = (1.0_f64, 0.0);
        let (mut first, mut second) = (0.0_f64, 0.0_f64);
        let mut n = 0.0;
        loop {
            let add = [-c * n / (a * (a + n) * (a + n)), -slope / (a + n)];
            first += add[0];
            second += add[1];
            if n > 3.0 && add[0].abs() <= 1e-18 * first.abs() && add[1].abs() <= 1e-18 * second.abs()
                || c == 0.0 && slope == 0.0
            {
                break;
            }
            slope = x * (slope * (1.0 - b + n) - c) / (n + 1.0);
            c *= x * (1.0 - b + n) / (n + 1.0);
            n += 1.0;
        }
        let power = ((1.0 - b) * side.at.ln_y).exp();
        if b < 1.0 {
            s = power * first;
        }
        if a < 1.0 {
            l = power * second;
        }
    }
    if a < 1.0 { [mass, s, l] } else { [mass, s + mass / a, l] }
}

/// By Boole's rule on panels that double in length, from 1e-18/a to where the integrand is below e^-60.
fn by_panels(side: &Side) -> Moments {
    let (a, b, at) = (side.a, side.b, side.at);
    let k = at.x / at.y;
    let mut sums = [0.0_f64; 3];
    let exponent = |s: f64| (b - 1.0) * (-k * (-s).exp_m1()).ln_1p() - a * s;
    let (mut low, mut high) = (0.0, 1e-18 / a);
    while exponent(low) > -60.0 {
        let n = 200;
        let h = (high - low) / f64::from(n);
        for i in 0..=n {
            let s = low + h * f64::from(i);
            let l = (-k * (-s).exp_m1()).ln_1p();
            let w = 2.0 / 45.0 * h * if i == 0 || i == n { 7.0 } else { [14.0, 32.0, 12.0, 32.0][i as usize % 4] };
            let f = w * ((b - 1.0) * l - a * s).exp();
            sums[0] += f;
            sums[1] += f * s;
            sums[2] += f * l;
        }
        (low, high) = (high, 2.0 * high);
    }
    sums
}

/// `[first, second]` as `relative_slopes`, from moments.
fn slopes_from(side: &Side, [mass, s, l]: Moments) -> [f64; 2] {
    let (a, b, at) = (side.a, side.b, side.at);
    let [to_a, to_b] = digamma_gaps([a, b], [b, a]);
    if a >= 1.0 {
        return [s - (to_a + at.ln_x) * mass, -(l + (to_b + at.ln_y) * mass)];
    }
    let to_next =
        if b >= 1.0 { digamma_gaps([a + 1.0; 2], [b - 1.0; 2])[0] } else { -digamma_gaps([a + b; 2], [1.0 - b; 2])[0] };
    [s - (to_next + at.ln_x) * mass, l - to_b * mass]
}

#[test]
fn a_sweep_against_series_finds_no_outlier() {
    let mut uniform = Uniform(1);
    let mut worst = Worst::default();
    let (mut series, mut panels) = (0, 0);
    for i in 0..103_000 {
        // The last ones from all shapes, where the series would be too long.
        let (low, high) = if i >= 100_000 { (-8.0, 8.0) } else { [(-3.0, 4.0), (-0.5, 2.0)][i % 2] };
        let (a, b) = (10f64.powf(uniform.between(low, high)), 10f64.powf(uniform.between(low, high)));
        let logit = uniform.between(-18.4, 18.4);
        let at = beta_i_inverse(a, b, 1.0 / (1.0 + logit.exp()));
        let (x, y) = if at.x > 0.0 && at.y > 0.0 {
            (at.x, at.y)
        } else {
            // A quantile beyond the range of doubles: a point on the plateau between the ends.
            let small = 10f64.powf(uniform.between(-300.0, -0.31));
            if at.x == 0.0 { (small, 1.0 - small) } else { (1.0 - small, small) }
        };
        let side = Side::new(a, b, Point::new(x, y));
        let truth = if side.a < 1.0 || i < 100_000 && side.at.y > 0.02 {
            series += 1;
            by_series(&side)
        } else {
            panels += 1;
            by_panels(&side)
        };
        let at = format!("{a} {b} {x} {y}");
        let region = region(a, b, side.a);
        let [first, second] = slopes_from(&side, truth);
        let [to_a, to_b] = relative_slopes(&side);
        worst.see(&region, to_a, first, &at);
        worst.see(&region, to_b, second, &at);
        worst.see(&format!("{region}, mass"), Tail::new(&side).mass(side.a), truth[0], &at);
    }
    println!("{series} points by series, {panels} by panels");
    // The library's 1e-13 (see the table's test), and the series' own rounding over up to 2,000 terms; at shapes of 1e8 that of exponents of
    // 1e4, in both methods.
    worst.report("sweep", |region| if region.starts_with("shapes 1e-3") { 3e-13 } else { 1e-11 });
}

#[test]
fn nothing_is_nan_or_infinite_for_shapes_from_1e_minus_8_to_1e8() {
    let mut uniform = Uniform(2);
    for _ in 0..100_000 {
        let (a, b) = (10f64.powf(uniform.between(-8.0, 8.0)), 10f64.powf(uniform.between(-8.0, 8.0)));
        let decades = if uniform.between(0.0, 1.0) < 0.5 { -323.0 } else { -10.0 };
        let small = 10f64.powf(uniform.between(decades, -0.3));
        for (x, y) in [(small, 1.0 - small), (1.0 - small, small)] {
            let [to_a, to_b] = beta_slopes(a, b, x, y);
            assert!(
                to_a.is_finite() && to_b.is_finite() && to_a >= 0.0 && to_b <= 0.0,
                "{a} {b} {x} {y}: {to_a} {to_b}"
            );
            let tails = beta_tails(a, b, x, y);
            assert!(
                (0.0..=1.0).contains(&tails.lower) && (0.0..=1.0).contains(&tails.upper),
                "{a} {b} {x} {y}: {tails:?}"
            );
            assert!(tails.log_lower <= 0.0 && tails.log_upper <= 0.0, "{a} {b} {x} {y}: {tails:?}");
        }
        for t in [small, 1.0 / small.max(1e-300)] {
            // The slope itself is beyond the largest number where t is, and df small.
            let slope = student_t_slope(a, t);
            assert!(slope <= 0.0 && (slope.is_finite() || t > 1e280), "{a} {t}: {slope}");
        }
        let p = 10f64.powf(uniform.between(-300.0, -0.0001));
        let at = beta_i_inverse(a, b, p);
        assert!((0.0..=1.0).contains(&at.x) && (0.0..=1.0).contains(&at.y), "{a} {b} {p}: {at:?}");
        assert!(!student_t_quantile(a, p).is_nan());
    }
}

/// `dt/ddf = t (1/(2 df) - dz/da / (4 x y))`, `z = x = df/(df + t²)` a draw from Beta(df/2, ½): the two terms cancel as `1/df`.
#[test]
fn student_t_slope_is_that_of_the_beta_law() {
    let mut uniform = Uniform(3);
    let mut worst = Worst::default();
    for _ in 0..100_000 {
        let (df, t) = (10f64.powf(uniform.between(0.31, 2.0)), 10f64.powf(uniform.between(-3.0, 2.0)));
        let (x, y) = (df / (df + t * t), t * t / (df + t * t));
        let [to_a, _] = beta_slopes(0.5 * df, 0.5, x, y);
        let (one, other) = (0.5 / df, 0.25 * to_a / x / y);
        let slope = student_t_slope(df, t);
        // In units of what cancels.
        worst.see_error(
            if t < 1.7 { "middle" } else { "tail" },
            (slope / t - (one - other)).abs() / one.max(other),
            &format!("{df} {t}"),
        );
    }
    worst.report("student_t_slope, by the beta law", |_| 1e-12);
}
