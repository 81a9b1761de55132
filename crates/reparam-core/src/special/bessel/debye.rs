//! Debye's uniform expansion.

use super::coefficients::{DEBYE, DEBYE_STEP};

/// The sums of the expansion at order `ν` and argument `x`, with `w = √(ν² + x²)`:
/// `I_ν(x) ~ e^(ν η) u / √(2π w)` and `I'_ν(x) ~ e^(ν η) (u + step) √w / (x √(2π))`.
pub struct Debye {
    /// `√(ν² + x²)`.
    pub w: f64,
    /// `Σ U_k(p)/ν^k`, `p = ν/w`.
    pub u: f64,
    /// `Σ (V_k(p) - U_k(p))/ν^k`.
    pub step: f64,
    /// `w du/dw`.
    pub u_slope: f64,
    /// `w dstep/dw`.
    pub step_slope: f64,
}

/// Terms kept: the next is below 1e-17, from their size `(k - 1)!/(2w)^k` at order 0, the largest.
fn terms(w: f64) -> usize {
    match w {
        w if w >= 1e6 => 4,
        w if w >= 2e3 => 6,
        w if w >= 150.0 => 9,
        _ => 16,
    }
}

impl Debye {
    /// For `w` at least 32, finite.
    #[must_use]
    pub fn new(order: f64, x: f64) -> Self {
        let w = order.hypot(x);
        let square = (order / w) * (order / w);
        let [mut u, mut step, mut u_slope, mut step_slope] = [1.0, 0.0, 0.0, 0.0];
        let (mut scale, mut start) = (1.0, 0);
        for k in 1..terms(w) {
            start += k;
            scale /= w;
            // `w d/dw` of `w^-k p^2j` is `-(k + 2j)` times that.
            let [mut value, mut change, mut value_slope, mut change_slope] = [0.0; 4];
            for j in (0..=k).rev() {
                let power = (k + 2 * j) as f64;
                let (a, b) = (DEBYE[start + j], DEBYE_STEP[start + j]);
                value = value * square + a;
                change = change * square + b;
                value_slope = value_slope * square + power * a;
                change_slope = change_slope * square + power * b;
            }
            u += scale * value;
            step += scale * change;
            u_slope -= scale * value_slope;
            step_slope -= scale * change_slope;
        }
        Self { w, u, step, u_slope, step_slope }
    }

    /// `q - 1`, where `x I'_ν/I_ν = w q`.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.step / self.u
    }

    /// `w dq/dw`.
    #[must_use]
    pub fn excess_slope(&self) -> f64 {
        (self.step_slope - self.excess() * self.u_slope) / self.u
    }
}
