//! Two principal components, for maps.

/// The projections of rows on the two directions of most variance; `points` is `[rows, width]`.
///
/// By orthogonal iteration on the covariance, which for the width of a latent space is a matter of microseconds.
pub fn components(points: &[f64], width: usize) -> Vec<(f64, f64)> {
    let rows: Vec<&[f64]> = points.chunks_exact(width.max(1)).collect();
    let n = rows.len().max(1) as f64;
    let mean: Vec<f64> = (0..width).map(|l| rows.iter().map(|r| r[l]).sum::<f64>() / n).collect();
    let covariance: Vec<f64> = (0..width * width)
        .map(|i| {
            rows.iter().map(|r| (r[i / width] - mean[i / width]) * (r[i % width] - mean[i % width])).sum::<f64>() / n
        })
        .collect();
    let times = |v: &[f64]| -> Vec<f64> {
        (0..width).map(|i| (0..width).map(|j| covariance[i * width + j] * v[j]).sum()).collect()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let unit = |v: Vec<f64>| -> Vec<f64> {
        let length = dot(&v, &v).sqrt().max(1e-300);
        v.into_iter().map(|x| x / length).collect()
    };
    // Starts that no symmetric cloud is at a right angle to.
    let mut first = unit((0..width).map(|l| 1.0 + 0.37 * l as f64).collect());
    let mut second = unit((0..width).map(|l| if l % 2 == 0 { 1.0 } else { -0.7 }).collect());
    for _ in 0..300 {
        first = unit(times(&first));
        let v = times(&second);
        let along = dot(&v, &first);
        second = unit(v.iter().zip(&first).map(|(v, f)| v - along * f).collect());
    }
    let project = |row: &[f64], v: &[f64]| row.iter().zip(&mean).zip(v).map(|((x, m), v)| (x - m) * v).sum::<f64>();
    rows.iter().map(|row| (project(row, &first), project(row, &second))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_axes_are_found() {
        // A box, turned by 30 degrees in the plane of its first two sides.
        let (c, s) = (30.0_f64.to_radians().cos(), 30.0_f64.to_radians().sin());
        let corners = (0..8).map(|i| {
            [3.0, 2.0, 1.0].map(f64::from).map({
                let mut k = -1;
                move |x| {
                    k += 1;
                    if i >> k & 1 == 0 { x } else { -x }
                }
            })
        });
        let points: Vec<f64> = corners.flat_map(|[x, y, z]| [c * x - s * y, s * x + c * y, z]).collect();
        for (a, b) in components(&points, 3) {
            assert!((a.abs() - 3.0).abs() < 1e-9 && (b.abs() - 2.0).abs() < 1e-9, "{a} {b}");
        }
    }
}
