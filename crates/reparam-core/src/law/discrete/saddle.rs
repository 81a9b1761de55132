//! Log masses without differences of log-gammas: what Stirling's formula leaves over, and deviances (Loader 2000).
//!
//! The differences of log-gammas in a binomial mass are of the size `n ln n` where the log mass is of the size `ln n`. Written as
//! Stirling's formula, its small error, and deviances that are at least 0, nothing large is subtracted.

use std::f64::consts::TAU;

use crate::special::{log_gamma_correction, log1p_exp, log1p_minus, sigmoid};

/// `(atanh v - v) / v³ = 1/3 + v²/5 + v⁴/7 + …` for `|v| <= 0.2`.
fn atanh_rest(v: f64) -> f64 {
    // Fourteen terms: 0.2²⁸ / 31 is 1e-21.
    let y = v * v;
    (0..14).rev().fold(0.0, |sum, k| sum * y + 1.0 / f64::from(2 * k + 3))
}

/// `x ln(x / m) + m - x`, the Poisson deviance (halved): at least 0, and 0 where both are the same.
pub(super) fn deviance(x: f64, m: f64) -> f64 {
    deviance_by(x, m, x - m)
}

/// [`deviance`] with `d = x - m` given: to more digits than the subtraction has.
pub(super) fn deviance_by(x: f64, m: f64, d: f64) -> f64 {
    if x == 0.0 {
        return m;
    }
    // Halves, so that no sum overflows.
    let v = 0.5 * d / (0.5 * x + 0.5 * m);
    if v.abs() < 0.1 {
        return d * v + 2.0 * x * v * v * v * atanh_rest(v);
    }
    let ratio = x / m;
    if ratio > 0.0 && ratio.is_finite() { x * ratio.ln() - d } else { x * (x.ln() - m.ln()) - d }
}

/// Probability of a success and of a failure, each to all digits, with their logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Odds {
    pub(super) p: f64,
    pub(super) q: f64,
    pub(super) log_p: f64,
    pub(super) log_q: f64,
}

impl Odds {
    pub(super) fn from_logits(logits: f64) -> Self {
        Self { p: sigmoid(logits), q: sigmoid(-logits), log_p: -log1p_exp(-logits), log_q: -log1p_exp(logits) }
    }

    /// Those of `above : below`, both positive.
    pub(super) fn from_ratio(above: f64, below: f64) -> Self {
        let (up, down) = (above / below, below / above);
        Self { p: 1.0 / (1.0 + down), q: 1.0 / (1.0 + up), log_p: -down.ln_1p(), log_q: -up.ln_1p() }
    }

    /// Successes and failures exchanged.
    pub(super) fn swapped(self) -> Self {
        Self { p: self.q, q: self.p, log_p: self.log_q, log_q: self.log_p }
    }
}

/// `ln [Γ(k + j + 1) / (Γ(k + 1) Γ(j + 1)) p^k q^j]` for `k, j > 0` with `d = k - (k + j) p`; neither need be an integer.
pub(super) fn log_multiplied(k: f64, j: f64, odds: &Odds, d: f64) -> f64 {
    let n = k + j;
    // Where a probability has underflowed its logarithm has not.
    let part = |x: f64, p: f64, log_p: f64, d: f64| {
        if p > 1e-290 { deviance_by(x, n * p, d) } else { x * ((x / n).ln() - log_p) - x }
    };
    log_gamma_correction(n)
        - log_gamma_correction(k)
        - log_gamma_correction(j)
        - part(k, odds.p, odds.log_p, d)
        - part(j, odds.q, odds.log_q, -d)
        - 0.5 * (TAU * (k * (j / n))).ln()
}

/// The log mass of a binomial law at a count from 0 to `n`.
pub(super) fn log_binomial(k: f64, n: f64, odds: &Odds) -> f64 {
    let j = n - k;
    if k == 0.0 && j == 0.0 {
        0.0
    } else if k == 0.0 {
        n * odds.log_q
    } else if j == 0.0 {
        n * odds.log_p
    } else {
        log_multiplied(k, j, odds, k * odds.q - j * odds.p)
    }
}

/// `½ ln 2π`.
pub(super) const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// The log mass of a Poisson law, also between the counts.
pub(super) fn log_poisson(x: f64, rate: f64) -> f64 {
    if x == 0.0 { -rate } else { -log_gamma_correction(x) - deviance(x, rate) - (HALF_LOG_TAU + 0.5 * x.ln()) }
}

/// `ψ(r + x) - ψ(r) - ln((r + x) / r)` for `r > 0`, `x >= 0`: relative error below 1e-14.
///
/// Steps of 1 up to `r = 16`, each `log1p_minus` of two numbers; from there the asymptotic series, term by term as `1 - (r / (r + x))^k`.
pub(super) fn digamma_excess(r: f64, x: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    let (mut r, mut sum) = (r, 0.0);
    while r < 16.0 {
        sum += log1p_minus(1.0 / (r + x)) - log1p_minus(1.0 / r);
        r += 1.0;
    }
    let log_ratio = -(x / r).ln_1p();
    let y = 1.0 / (r * r);
    let fall = |k: f64| -(k * log_ratio).exp_m1();
    let series = [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0];
    let terms = (0..6).rev().fold(0.0, |s, k| s * y + series[k] * fall(2.0 * k as f64 + 2.0));
    sum + 0.5 * fall(1.0) / r + terms * y
}
