//! Noise of fits: fixed sets of draws with exact first and second moments, and fresh ones.

use super::NoiseChoice;
use crate::matrix;
use reparam_core::noise::{Key, Noise};

/// `[S, N]` standard normals that stay: antithetic pairs of scrambled Sobol' points, turned so that their mean is 0 and their second
/// moments are those of the law exactly (where there are as many pairs as coordinates; otherwise coordinate by coordinate).
///
/// With exact moments up to the third, an expectation of a quadratic log density has no error: the fit to a normal target is exact.
///
/// `draws` must be even.
pub(crate) fn fixed(key: Key, draws: usize, dimension: usize) -> Vec<f64> {
    let pairs = draws / 2;
    let mut half = vec![0.0; pairs * dimension];
    key.site("fixed").step(0).sobol().fill(Noise::StandardNormal, [pairs, 1, dimension], 0, &mut half);
    if pairs >= dimension {
        let mut second = vec![0.0; dimension * dimension];
        for row in half.chunks(dimension) {
            for i in 0..dimension {
                for j in 0..dimension {
                    second[i * dimension + j] += row[i] * row[j] / pairs as f64;
                }
            }
        }
        let lower = matrix::cholesky_with_ridge(&second, dimension);
        half.chunks_mut(dimension).for_each(|row| matrix::solve_lower(&lower, dimension, row));
    } else {
        for i in 0..dimension {
            let second = half[i..].iter().step_by(dimension).map(|e| e * e).sum::<f64>() / pairs as f64;
            half[i..].iter_mut().step_by(dimension).for_each(|e| *e /= second.sqrt());
        }
    }
    half.chunks(dimension)
        .flat_map(|row| row.iter().copied().chain(row.iter().map(|e| -e)).collect::<Vec<_>>())
        .collect()
}

/// `[S, N]` standard normals of one step.
pub(crate) fn fresh(key: Key, step: u64, choice: NoiseChoice, draws: usize, dimension: usize, out: &mut [f64]) {
    let stream = key.site("fresh").step(step);
    match choice {
        NoiseChoice::Sobol => stream.sobol().fill(Noise::StandardNormal, [draws, 1, dimension], 0, out),
        NoiseChoice::Independent => stream.fill(Noise::StandardNormal, 0, out),
        NoiseChoice::Antithetic | NoiseChoice::Auto | NoiseChoice::Fixed => {
            let pairs = draws / 2;
            // Half of the draws are mirrored; an odd last one stands alone.
            let (first, second) = out.split_at_mut((draws - pairs) * dimension);
            stream.fill(Noise::StandardNormal, 0, first);
            second.iter_mut().zip(first.iter()).for_each(|(mirrored, e)| *mirrored = -e);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_draws_have_exact_moments() {
        for (draws, dimension) in [(32, 3), (64, 8), (16, 20)] {
            let noise = fixed(Key::new(4), draws, dimension);
            for i in 0..dimension {
                for j in 0..dimension {
                    let moment = noise.chunks(dimension).map(|e| e[i] * e[j]).sum::<f64>() / draws as f64;
                    let third = noise.chunks(dimension).map(|e| e[i] * e[i] * e[j]).sum::<f64>();
                    // Sums of some dozens of numbers of size 1, each rounded.
                    assert!(third.abs() < 1e-12);
                    if i == j || draws / 2 >= dimension {
                        assert!((moment - f64::from(u8::from(i == j))).abs() < 1e-13, "{draws} {dimension}: {moment}");
                    }
                }
            }
        }
    }

    #[test]
    fn fresh_pairs_mirror_each_other() {
        let mut out = [0.0; 10];
        fresh(Key::new(1), 3, NoiseChoice::Antithetic, 5, 2, &mut out);
        assert_eq!([-out[0], -out[1], -out[2], -out[3]], out[6..]);
        assert!(out[4] != 0.0);
    }
}
