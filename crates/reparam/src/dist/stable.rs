//! Log-space expressions whose value and gradient are right everywhere, 0 included.
//!
//! The usual `max(l, 0) + log1p(e^-|l|)` takes its gradient from three pieces with a corner at 0, where frameworks put subgradients that
//! do not add up to ½. Here the corner `|l|` and its partner meet in one even function, whose subgradient at 0 is 0, as it must be.

use burn::tensor::Tensor;

/// `log(1 + e^l) = l/2 + ( |l|/2 + log1p(e^-|l|) )`.
///
/// `l/2 + |l|/2` is exact, so far below 0 what is left is `e^l` itself.
pub(super) fn softplus<const D: usize>(l: Tensor<D>) -> Tensor<D> {
    let size = l.clone().abs();
    (l + size.clone()) * 0.5 + size.neg().exp().log1p()
}

/// `log(1 / (1 + e^-l))`.
pub(super) fn log_sigmoid<const D: usize>(l: Tensor<D>) -> Tensor<D> {
    let size = l.clone().abs();
    (l - size.clone()) * 0.5 - size.neg().exp().log1p()
}

/// `1 - e^-t`, right to rounding for small `t` too: `tanh(t/2) (1 + e^-t)`.
pub(super) fn one_minus_exp<const D: usize>(t: Tensor<D>) -> Tensor<D> {
    (t.clone() * 0.5).tanh() * (t.neg().exp() + 1.0)
}

/// `log(1 - e^-t)`, `t > 0`; each branch gets arguments at which it is finite, or the unused one would put `0 · ∞` into the gradient.
pub(super) fn log1m_exp<const D: usize>(t: Tensor<D>) -> Tensor<D> {
    let small = t.clone().lower_scalar(std::f64::consts::LN_2);
    let near = one_minus_exp(t.clone().mask_fill(small.clone().bool_not(), 1.0)).log();
    let far = t.mask_fill(small.clone(), 1.0).neg().exp().neg().log1p();
    far.mask_where(small, near)
}

/// `log(1 + z²)` without overflow.
pub(super) fn log_one_plus_square<const D: usize>(z: Tensor<D>) -> Tensor<D> {
    // With |z| = n m, n <= 1 <= m, one of them 1: 2 log m + log1p((n/m)²). A clamp would count the gradient twice at |z| = 1.
    let size = z.abs();
    let far = size.clone().greater_scalar(1.0);
    let large = size.clone().mask_fill(far.clone().bool_not(), 1.0);
    let small = size.mask_fill(far, 1.0);
    large.clone().log() * 2.0 + (small / large).square().log1p()
}

/// `tan(π t / 2)` for `t` between 0 and 1, right to rounding near 1: `1 / tan(π (1 - t) / 2)`.
pub(super) fn tan_half_turn<const D: usize>(t: Tensor<D>) -> Tensor<D> {
    let far = t.clone().greater_scalar(0.5);
    let quarter = std::f64::consts::FRAC_PI_2;
    let near = (t.clone().mask_fill(far.clone(), 0.5) * quarter).tan();
    let cotangent = ((t.mask_fill(far.clone().bool_not(), 0.5).neg() + 1.0) * quarter).tan().recip();
    near.mask_where(far, cotangent)
}

/// `(2/π) atan(z)` for `z >= 0`.
pub(super) fn half_turns<const D: usize>(z: Tensor<D>) -> Tensor<D> {
    let far = z.clone().greater_scalar(1.0);
    let near = z.clone().mask_fill(far.clone(), 1.0).atan();
    let beyond = z.mask_fill(far.clone().bool_not(), 1.0).recip().atan().neg() + std::f64::consts::FRAC_PI_2;
    near.mask_where(far, beyond) * std::f64::consts::FRAC_2_PI
}

/// `x` moved into `[low + least, high - ε/2]`, so that rounding puts no draw on the ends of an open interval; no gradient flows there.
pub(super) fn inside<const D: usize>(x: Tensor<D>, low: f64, high: f64) -> Tensor<D> {
    let (least, half) = x
        .dtype()
        .finfo()
        .map_or((f64::from(f32::MIN_POSITIVE), f64::from(f32::EPSILON) / 2.0), |i| (i.min_positive, i.epsilon / 2.0));
    x.clamp(if low == 0.0 { least } else { low + half }, high - half)
}

/// `e^log`, within the positive numbers that its type holds, so that rounding makes no draw 0 or infinite; no gradient flows there.
///
/// The exponent is clamped, not the power: an infinite power times the clamp's gradient of 0 would be NaN.
pub(super) fn positive_exp<const D: usize>(log: Tensor<D>) -> Tensor<D> {
    let (least, largest) = exponents(&log);
    log.clamp(least, largest).exp()
}

/// Exponents whose powers are finite normal numbers of the tensor's type, also after rounding.
pub(super) fn exponents<const D: usize>(like: &Tensor<D>) -> (f64, f64) {
    let (least, largest) =
        like.dtype().finfo().map_or((f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX)), |i| (i.min_positive, i.max));
    (least.ln() * 0.999, largest.ln() * 0.999)
}
