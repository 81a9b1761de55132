//! The first two principal components of a cloud of points.

/// Two directions, and how much of the variance they show.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Coordinates of each point.
    pub points: Vec<(f64, f64)>,
    /// Share of the variance along each direction.
    pub shares: [f64; 2],
}

/// The columns of rows of `width` numbers that vary most, `most` at most, in their order; how many they are.
pub fn widest_axes(values: &[f32], width: usize, most: usize) -> (Vec<f32>, usize) {
    if width <= most {
        return (values.to_vec(), width);
    }
    let n = (values.len() / width).max(1) as f64;
    let (mut sum, mut square) = (vec![0.0_f64; width], vec![0.0_f64; width]);
    for row in values.chunks_exact(width) {
        for (i, x) in row.iter().enumerate() {
            sum[i] += f64::from(*x) / n;
            square[i] += f64::from(*x).powi(2) / n;
        }
    }
    let variance = |i: usize| square[i] - sum[i].powi(2);
    let mut axes: Vec<usize> = (0..width).collect();
    axes.sort_by(|&a, &b| variance(b).total_cmp(&variance(a)).then(a.cmp(&b)));
    axes.truncate(most);
    axes.sort_unstable();
    (values.chunks_exact(width).flat_map(|row| axes.iter().map(|&i| row[i])).collect(), most)
}

/// Iterations of the subspace: each shrinks what is left of the third direction by the ratio of variances.
const ITERATIONS: usize = 500;

/// Projects rows of `width >= 2` numbers onto their first two principal components, found by orthogonal iteration.
pub fn principal_components(values: &[f32], width: usize) -> Projection {
    let n = (values.len() / width).max(1) as f64;
    let mut mean = vec![0.0_f64; width];
    for row in values.chunks_exact(width) {
        for (m, x) in mean.iter_mut().zip(row) {
            *m += f64::from(*x) / n;
        }
    }
    let mut covariance = vec![0.0_f64; width * width];
    for row in values.chunks_exact(width) {
        for i in 0..width {
            let a = f64::from(row[i]) - mean[i];
            for j in 0..width {
                covariance[i * width + j] += a * (f64::from(row[j]) - mean[j]) / n;
            }
        }
    }
    let times = |v: &[f64]| -> Vec<f64> { covariance.chunks_exact(width).map(|row| dot(row, v)).collect() };
    // Start from the two axes of largest variance: never at right angles to the answer unless that is of no variance.
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| covariance[b * width + b].total_cmp(&covariance[a * width + a]).then(a.cmp(&b)));
    let unit = |axis: usize| -> Vec<f64> {
        // A little of every axis, so that no component is out of reach.
        let small = 1e-3 / width as f64;
        (0..width).map(|i| small * (i + 1) as f64 / width as f64 + f64::from(u8::from(i == axis))).collect()
    };
    let (mut first, mut second) = (unit(order[0]), unit(order[1]));
    for _ in 0..ITERATIONS {
        (first, second) = (times(&first), times(&second));
        normalise(&mut first);
        let along = dot(&first, &second);
        for (s, f) in second.iter_mut().zip(&first) {
            *s -= along * f;
        }
        normalise(&mut second);
    }
    for direction in [&mut first, &mut second] {
        let largest = direction.iter().copied().fold(0.0_f64, |a, b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            for x in direction.iter_mut() {
                *x = -*x;
            }
        }
    }
    let trace: f64 = (0..width).map(|i| covariance[i * width + i]).sum();
    let share = |v: &[f64]| dot(v, &times(v)) / trace.max(f64::MIN_POSITIVE);
    let points = values
        .chunks_exact(width)
        .map(|row| {
            let centred: Vec<f64> = row.iter().zip(&mean).map(|(x, m)| f64::from(*x) - m).collect();
            (dot(&centred, &first), dot(&centred, &second))
        })
        .collect();
    Projection { points, shares: [share(&first), share(&second)] }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn normalise(v: &mut [f64]) {
    let norm = dot(v, v).sqrt();
    if norm > 0.0 {
        for x in v {
            *x /= norm;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_of_a_flat_cloud_are_found() {
        // Variances 9, 1 and 0 along (0.6, 0.8, 0), (-0.8, 0.6, 0) and the last axis.
        let mut values = Vec::new();
        for (a, b) in [(3.0, 1.0), (-3.0, 1.0), (3.0, -1.0), (-3.0, -1.0)] {
            values.extend([0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b, 7.0_f32]);
        }
        let found = principal_components(&values, 3);
        assert!((found.shares[0] - 0.9).abs() < 1e-6 && (found.shares[1] - 0.1).abs() < 1e-6);
        // f32 inputs of size 7: 4e-7 each.
        assert!((found.points[0].0.abs() - 3.0).abs() < 1e-5);
        assert!((found.points[0].1.abs() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn the_axes_that_vary_most_are_kept_in_their_order() {
        let values = [1.0, 5.0, 0.0, 9.0, -1.0, 5.0, 4.0, 9.5];
        assert_eq!(widest_axes(&values, 4, 2), (vec![1.0, 0.0, -1.0, 4.0], 2));
        assert_eq!(widest_axes(&values, 4, 4), (values.to_vec(), 4));
    }

    #[test]
    fn no_variance_is_no_fault() {
        let found = principal_components(&[1.0; 8], 2);
        assert!(found.points.iter().all(|p| p.0 == 0.0 && p.1 == 0.0));
    }
}
