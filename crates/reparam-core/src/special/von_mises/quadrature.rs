//! The two integrals that the law's functions are made of, by a fixed Gauss-Legendre rule in vector instructions.
// Vector code is made of these functions only where they end up inside a function with the wide instructions enabled.
#![allow(clippy::inline_always)]

use super::coefficients::{COS, EXP, NODES_16, NODES_32, SIN, WEIGHTS_16, WEIGHTS_32};
use crate::kernel::dispatch::multiversion;

/// Lanes of the inner loops: one AVX-512 register, two AVX2 registers.
const LANES: usize = 8;

/// What the integrands need of the angle `x` and the concentration.
#[derive(Clone, Copy, Debug)]
pub struct Integrand {
    /// The concentration `κ`.
    pub concentration: f64,
    /// `1 - A(κ)`.
    pub complement: f64,
    /// `sin(x/2)`.
    pub half_sin: f64,
    /// `cos(x/2)`.
    pub half_cos: f64,
}

/// Adding and subtracting 1.5·2⁵² rounds to the nearest integer, and leaves it in the low bits of the sum.
const ROUND: f64 = 6755399441055744.0;
/// ln 2 in two parts: the first has 11 trailing zero bits, so that `n·LN2_HIGH` is exact for `|n| < 2^11`.
const LN2_HIGH: f64 = 0.693_147_180_559_890_33;
const LN2_LOW: f64 = 5.497_923_018_708_371e-14;

#[inline(always)]
fn horner<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let mut sum = c[N - 1];
    for i in (0..N - 1).rev() {
        sum = sum.mul_add(x, c[i]);
    }
    sum
}

/// `e^x` for `|x| < 700`.
#[inline(always)]
fn exp(x: f64) -> f64 {
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x));
    let e = (r * r).mul_add(horner(r, &EXP), r) + 1.0;
    f64::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[inline(always)]
fn integrate<const N: usize>(f: &Integrand, length: f64, nodes: &[f64; N], weights: &[f64; N]) -> [f64; 2] {
    let (mut mass, mut slope) = ([0.0; N], [0.0; N]);
    let half = 0.5 * length;
    for i in 0..N {
        // v/2, from -π/2 to π/2.
        let z = half * nodes[i];
        let square = z * z;
        let s = (z * square).mul_add(horner(square, &SIN), z);
        let c = square.mul_add(horner(square, &COS), 1.0);
        // sin(x/2 + v/2) is a sum of positive terms for v > 0, and so is sin(x + v/2) sin(v/2).
        let turned = f.half_sin.mul_add(c, f.half_cos * s);
        // sin(x + v/2) = sin(x/2) cos(x/2 + v/2) + cos(x/2) sin(x/2 + v/2).
        let turned_cos = f.half_cos.mul_add(c, -(f.half_sin * s));
        let wide = f.half_sin.mul_add(turned_cos, f.half_cos * turned);
        let e = weights[i] * exp(-2.0 * (f.concentration * s) * wide);
        mass[i] = e;
        slope[i] = e * (2.0 * turned).mul_add(turned, -f.complement);
    }
    [length * sum(&mass), length * sum(&slope)]
}

/// The sum, lane by lane, the same for every instruction set.
#[inline(always)]
fn sum<const N: usize>(terms: &[f64; N]) -> f64 {
    let mut lanes = [0.0; LANES];
    for chunk in terms.as_chunks::<LANES>().0 {
        for l in 0..LANES {
            lanes[l] += chunk[l];
        }
    }
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

multiversion! {
    /// `∫ e^(κ (cos(x+v) - cos x)) dv` and `∫ e^(κ (cos(x+v) - cos x)) (A - cos(x+v)) dv` over v from 0 to `length`, which may be negative,
    /// by 16 nodes: for integrands that change by less than a factor of 2.
    pub fn short(f: &Integrand, length: f64) -> [f64; 2] {
        integrate(f, length, &NODES_16, &WEIGHTS_16)
    }
}

multiversion! {
    /// As `short` by 32 nodes: for exponents down to -38.
    pub fn long(f: &Integrand, length: f64) -> [f64; 2] {
        integrate(f, length, &NODES_32, &WEIGHTS_32)
    }
}
