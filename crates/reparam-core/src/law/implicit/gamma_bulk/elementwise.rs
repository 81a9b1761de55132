//! A shape for each draw.

use super::lanes::{LANES, scaled_exp_each};
use super::tries::{Lanes, Tries, blocks};
use super::{CONCENTRATION, GammaFloat, GammaSpace, NAME, ParameterError, store};
use crate::noise::Stream;
use crate::special::{gamma_slope, log_gamma_slope};

/// Draws `first`, `first + 1`, … of gamma laws with rate 1, one shape for each: the bits of [`GammaKernel::fill`](super::GammaKernel::fill).
///
/// ```
/// use reparam_core::law::{GammaSpace::Logarithm, fill_gammas};
/// let mut draws = [0.0; 3];
/// let stream = reparam_core::noise::Key::new(1).step(0);
/// fill_gammas(Logarithm, &stream, 0, &[1e-8, 1.0, 1e8], &mut draws).unwrap();
/// assert!((draws[2] - 1e8_f64.ln()).abs() < 1e-3);
/// ```
///
/// # Errors
///
/// A shape that is not finite and positive, with its place; not as many shapes as draws.
pub fn fill_gammas<T: GammaFloat>(
    space: GammaSpace,
    stream: &Stream,
    first: u64,
    concentrations: &[T],
    out: &mut [T],
) -> Result<(), ParameterError> {
    check(concentrations, out.len())?;
    each_block(space, stream, first, concentrations, |start, _, _, _, draws| store(space, draws, &mut out[start..]));
    Ok(())
}

/// The draws of [`fill_gammas`] with the derivative of each in its shape, by [`gamma_slope`].
///
/// # Errors
///
/// A shape that is not finite and positive, with its place; not as many shapes as draws or derivatives.
pub fn fill_gammas_with_slopes<T: GammaFloat>(
    space: GammaSpace,
    stream: &Stream,
    first: u64,
    concentrations: &[T],
    out: &mut [T],
    slopes: &mut [T],
) -> Result<(), ParameterError> {
    check(concentrations, out.len())?;
    check(concentrations, slopes.len())?;
    let mut block = Lanes::new();
    each_block(space, stream, first, concentrations, |start, shapes, y, scales, draws| {
        for (i, slope) in block.0[..draws.len()].iter_mut().enumerate() {
            let (a, d, y) = (shapes.0[i], scales.0[i], y.0[i]);
            let of_log = if y > UNDERFLOW {
                // The value's own accuracy is better than that of a large logarithm's.
                let z = if space == GammaSpace::Value { draws[i] } else { d * y.exp() };
                gamma_slope(a, z) / z
            } else {
                log_gamma_slope(a, (d.ln() + y).max(space.lowest()))
            };
            *slope = if space == GammaSpace::Logarithm { of_log } else { space.sign() * draws[i] * of_log };
        }
        store(space, draws, &mut out[start..]);
        store(GammaSpace::Logarithm, &block.0[..draws.len()], &mut slopes[start..]);
    });
    Ok(())
}

/// Draws are normal numbers above.
const UNDERFLOW: f64 = -650.0;

fn check<T: GammaFloat>(concentrations: &[T], count: usize) -> Result<(), ParameterError> {
    if concentrations.len() != count {
        return Err(ParameterError::Count { law: NAME, expected: count, got: concentrations.len() });
    }
    match concentrations.iter().position(|a| !CONCENTRATION.rule.contains(a.exact())) {
        None => Ok(()),
        Some(i) => Err(ParameterError::Value {
            law: NAME,
            parameter: CONCENTRATION.name,
            rule: CONCENTRATION.rule,
            value: concentrations[i].exact(),
            index: vec![i],
        }),
    }
}

/// Gives `take` each block: where it starts, shapes, `y`, the scales `d`, and draws or what is asked for of them.
fn each_block<T: GammaFloat>(
    space: GammaSpace,
    stream: &Stream,
    first: u64,
    concentrations: &[T],
    mut take: impl FnMut(usize, &Lanes, &Lanes, &Lanes, &[f64]),
) {
    let (tries, [mut shapes, mut y, mut scales, mut draws]) = (Tries::new(stream), [const { Lanes::new() }; 4]);
    for (start, length) in blocks(first, concentrations.len()) {
        for (shape, a) in shapes.0.iter_mut().zip(&concentrations[start..start + length]) {
            *shape = a.exact();
        }
        tries.block_each(first.wrapping_add(start as u64), length, &shapes, &mut y, &mut scales);
        let whole = length.next_multiple_of(LANES);
        match space {
            GammaSpace::Logarithm => {
                for i in 0..length {
                    draws.0[i] = scales.0[i].ln() + y.0[i];
                }
            }
            GammaSpace::Value | GammaSpace::Reciprocal => {
                scaled_exp_each(&y.0[..whole], space.sign(), &scales.0[..whole], &mut draws.0[..whole]);
            }
        }
        take(start, &shapes, &y, &scales, &draws.0[..length]);
    }
}
