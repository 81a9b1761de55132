//! The exact path in f64: one count at a time, of any size, whole or not.

use std::f64::consts::PI;

/// Stirling's series is used from here on; its first term left out is below 2e-14.
const SHIFT: f64 = 10.0;

/// Log-probability of a count and its slopes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    pub value: f64,
    /// In the logarithm of the mean.
    pub mean: f64,
    /// In the logarithm of the dispersion.
    pub dispersion: f64,
}

/// Negative binomial at `x >= 0`, by the logarithms of mean and inverse dispersion.
///
/// Nothing cancels beyond the roundings of f64 where the dispersion is large and the law close to Poisson's.
pub(super) fn negative_binomial(x: f64, log_mean: f64, log_dispersion: f64) -> Exact {
    let t = log_mean - log_dispersion;
    let u = (-t.abs()).exp();
    let log1p = u.ln_1p();
    let (mean, d) = (log_mean.exp(), log_dispersion.exp());
    // d / (d + mean) and mean / (d + mean), the second also as a logarithm.
    let (q, sigma) = if t > 0.0 { (u / (1.0 + u), 1.0 / (1.0 + u)) } else { (1.0 / (1.0 + u), u / (1.0 + u)) };
    let (softplus, log_sigma) = if t > 0.0 { (t + log1p, -log1p) } else { (log1p, t - log1p) };
    let (rising, digammas) = log_rising(d, x);
    Exact {
        value: rising - log_factorial(x) + x * log_sigma - d * softplus,
        mean: if t > 0.0 { x * q - d * sigma } else { (x - mean) * q },
        dispersion: d * (sigma - softplus) + (d * digammas - x * q),
    }
}

/// Poisson at `x >= 0`, by the logarithm of the mean.
pub(super) fn poisson(x: f64, log_mean: f64) -> Exact {
    let mean = log_mean.exp();
    Exact { value: x * log_mean - mean - log_factorial(x), mean: x - mean, dispersion: 0.0 }
}

/// An argument raised to at least [`SHIFT`], the product of the factors passed on the way, and the sum of their reciprocals.
fn raise(z: f64) -> (f64, f64, f64) {
    let (mut z, mut product, mut reciprocals) = (z, 1.0, 0.0);
    while z < SHIFT {
        product *= z;
        reciprocals += 1.0 / z;
        z += 1.0;
    }
    (z, product, reciprocals)
}

/// What Stirling's formula lacks of `log Γ(z)` (NIST DLMF 5.11.1).
fn stirling_rest(z: f64) -> f64 {
    let r = 1.0 / z;
    let s = r * r;
    r * (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s / 1188.0))))
}

/// `log z - 1/(2z) - ψ(z)` (NIST DLMF 5.11.2).
fn digamma_rest(z: f64) -> f64 {
    let s = 1.0 / (z * z);
    s * (1.0 / 12.0 - s * (1.0 / 120.0 - s * (1.0 / 252.0 - s * (1.0 / 240.0 - s / 132.0))))
}

/// `log Γ(d + x) - log Γ(d)` and `ψ(d + x) - ψ(d)`, `d > 0`, `x >= 0`.
fn log_rising(d: f64, x: f64) -> (f64, f64) {
    let (a, below, below_reciprocals) = raise(d);
    let (b, above, above_reciprocals) = raise(d + x);
    // By how much a and b differ: x, but for the steps of the one that the other did not make. `b - a` would lose x beside a large d.
    let apart = if d + x >= SHIFT && d >= SHIFT { x } else { b - a };
    let log_ratio = (apart / a).ln_1p();
    let log_gammas = (a - 0.5) * log_ratio + apart * (b.ln() - 1.0) + (stirling_rest(b) - stirling_rest(a));
    let digammas = log_ratio + apart / (2.0 * a * b) - (digamma_rest(b) - digamma_rest(a));
    (log_gammas + (below / above).ln(), digammas + (below_reciprocals - above_reciprocals))
}

/// `log Γ(x + 1)`, `x >= 0`.
pub(super) fn log_factorial(x: f64) -> f64 {
    let (z, product, _) = raise(x + 1.0);
    (z - 0.5) * z.ln() - z + 0.5 * (2.0 * PI).ln() + stirling_rest(z) - product.ln()
}
