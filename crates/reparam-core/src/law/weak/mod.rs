//! Weak derivatives of laws: differences of two laws (Pflug 1989; Mohamed et al. 2020, JMLR 21, section 6).

mod bernoulli;
mod binomial;
mod categorical;
mod exponential;
mod gamma;
mod geometric;
mod log_normal;
mod negative_binomial;
mod negative_binomial_classical;
mod normal;
mod poisson;
#[cfg(test)]
mod tests;

use super::{
    Bernoulli, Binomial, Categorical, Exponential, Gamma, Geometric, Law, LogNormal, NegativeBinomial,
    NegativeBinomialClassical, Normal, Pathwise, Poisson,
};
use crate::noise::{Noise, Stream};

/// A law whose derivative in a parameter is a constant times the difference of two laws: `∂p/∂parameter = constant (plus - minus)`.
///
/// With a draw of each, `constant (f(plus) - f(minus))` is an unbiased estimate of `∂E[f]/∂parameter`, for discrete laws and losses with
/// jumps too; it costs two losses a parameter. The pairs here are coupled to lie close together, which the estimate's mean does not see
/// and its variance does.
///
/// ```
/// use reparam_core::law::{Law, family};
/// use reparam_core::noise::Key;
/// let poisson = family("poisson").unwrap().build(&[3.0]).unwrap();
/// let (mut plus, mut minus) = ([0.0; 8], [0.0; 8]);
/// let constant = poisson.as_weak().unwrap().fill_weak(0, &Key::new(1).step(0), 0, &mut plus, &mut minus);
/// assert_eq!(constant, Some(1.0));
/// assert_eq!(plus, minus.map(|x| x + 1.0)); // d/drate E[f(X)] = E[f(X + 1) - f(X)]
/// ```
pub trait WeakDerivative: Law {
    /// Draws `first`, `first + 1`, … of coupled pairs for number `parameter` of [`Law::parameters`]; returns the constant.
    ///
    /// Nothing is written and nothing returned where there is no such parameter, or no decomposition for it. Of places without a
    /// partner in the other slice the further ones stay as they are. A pair depends on stream, parameter and index alone.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64>;
}

/// Pairs made at a time.
const PIECE: usize = 512;

/// Calls `each` with the pieces of both slices, the first index of each, and base noise for them.
fn in_pieces<const N: usize>(
    noise: [Noise; N],
    stream: &Stream,
    first: u64,
    [plus, minus]: [&mut [f64]; 2],
    mut each: impl FnMut([f64; N]) -> [f64; 2],
) {
    let mut numbers = [[0.0; PIECE]; N];
    for (piece, (plus, minus)) in plus.chunks_mut(PIECE).zip(minus.chunks_mut(PIECE)).enumerate() {
        let first = first.wrapping_add((piece * PIECE) as u64);
        // Branches 1, 2, …: several numbers for one pair.
        for ((branch, noise), numbers) in (1..).zip(noise).zip(&mut numbers) {
            stream.branch(branch).fill(noise, first, &mut numbers[..plus.len().min(minus.len())]);
        }
        for (i, (plus, minus)) in plus.iter_mut().zip(minus).enumerate() {
            [*plus, *minus] = each(std::array::from_fn(|n| numbers[n][i]));
        }
    }
}

/// The branch of the steps. Not a small number: those are the tries of laws that reject, and a step made of the same bits as the draw
/// that it is added to would not be independent of it.
const STEP: u64 = u64::from_be_bytes(*b"weakstep");

/// `nearer` draws of `law`, `further` the same plus a draw of `step` each.
fn fill_stepped(law: &dyn Law, step: &dyn Law, stream: &Stream, first: u64, nearer: &mut [f64], further: &mut [f64]) {
    let count = nearer.len().min(further.len());
    law.fill(stream, first, &mut nearer[..count]);
    step.fill(&stream.branch(STEP), first, &mut further[..count]);
    further.iter_mut().zip(nearer).for_each(|(x, nearer)| *x += *nearer);
}
