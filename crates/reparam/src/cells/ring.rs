//! The circle in a cloud of points: where cells lie on a ring, found without any label.

use std::f64::consts::SQRT_2;

use reparam_core::noise::{Key, Noise};

/// Directions with less variance than this hold nothing: the prior's is 1.
const ACTIVE: f64 = 0.05;
/// Planes from which the search starts.
const STARTS: u64 = 60;
/// Steps of a search.
const STEPS: usize = 150;
/// Points that are looked at, at most.
const MOST: usize = 4000;

/// A plane and a circle in it.
///
/// A point of the circle is `centre + across (cos a, sin a)` in the plane's coordinates, which are the products with the two directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    /// Two orthonormal directions.
    pub directions: [Vec<f64>; 2],
    /// The middle, in coordinates of the plane.
    pub centre: [f64; 2],
    /// What makes an ellipse of the circle, row-major.
    pub across: [f64; 4],
    /// `E r⁴ / (E r²)²` of the points in the plane, whitened: 1 for a circle, 2 for a normal cloud.
    pub flatness: f64,
}

impl Ring {
    /// The plane in which points `[n, width]` lie most nearly at one distance from their middle: the least fourth moment of the distance among all planes of
    /// the whitened points. Planes of normal coordinates have 2, a circle 1, a circle's diameter beside a normal coordinate 1.6.
    ///
    /// `None` where fewer than two directions vary.
    #[must_use]
    pub fn find(points: &[f64], width: usize, key: Key) -> Option<Self> {
        let n = points.len() / width.max(1);
        let cloud = Cloud::new(points, width)?;
        let some: Vec<&[f64]> = cloud.white.chunks_exact(cloud.rank).step_by(n.div_ceil(MOST).max(1)).collect();
        let best =
            (0..STARTS).map(|start| search(&some, cloud.rank, key.number(start))).min_by(|a, b| a.0.total_cmp(&b.0))?;
        // Rows of the whitening map turn directions in the whitened space into functions of the points.
        let functional = |v: &[f64]| -> Vec<f64> {
            (0..width).map(|l| (0..cloud.rank).map(|k| v[k] * cloud.map[k * width + l]).sum()).collect()
        };
        Some(Self::in_plane(&functional(&best.1), &functional(&best.2), points, best.0))
    }

    /// The circle of points in the plane of two linear functions of them.
    #[must_use]
    pub fn of_functions(first: &[f64], second: &[f64], points: &[f64]) -> Self {
        Self::in_plane(first, second, points, f64::NAN)
    }

    /// The plane that holds the gradients of two functions, as orthonormal directions, and the ellipse with the covariance of the points in it.
    fn in_plane(first: &[f64], second: &[f64], points: &[f64], flatness: f64) -> Self {
        let width = first.len();
        let u = unit(first.to_vec());
        let along = dot(second, &u);
        let v = unit(second.iter().zip(&u).map(|(s, u)| s - along * u).collect());
        let n = (points.len() / width.max(1)).max(1) as f64;
        let rows = || points.chunks_exact(width.max(1)).map(|row| [dot(row, &u), dot(row, &v)]);
        let mean = rows().fold([0.0; 2], |m, y| [m[0] + y[0] / n, m[1] + y[1] / n]);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for y in rows() {
            let [a, b] = [y[0] - mean[0], y[1] - mean[1]];
            (xx, xy, yy) = (xx + a * a / n, xy + a * b / n, yy + b * b / n);
        }
        // The symmetric root of twice the covariance: cosine and sine have variance 1/2.
        let determinant = (xx * yy - xy * xy).max(1e-18).sqrt();
        let trace = (xx + yy + 2.0 * determinant).max(1e-18).sqrt();
        let root = |x: f64| SQRT_2 * x / trace;
        let across = [root(xx + determinant), root(xy), root(xy), root(yy + determinant)];
        Self { directions: [u, v], centre: mean, across, flatness }
    }

    /// The inverse of [`across`](Self::across).
    #[must_use]
    pub fn inverse(&self) -> [f64; 4] {
        let [a, b, c, d] = self.across;
        let determinant = a * d - b * c;
        [d, -b, -c, a].map(|x| x / determinant)
    }

    /// Orthonormal directions at right angles to the plane, `width - 2` of them.
    #[must_use]
    pub fn complement(&self) -> Vec<Vec<f64>> {
        let width = self.directions[0].len();
        let mut basis: Vec<Vec<f64>> = self.directions.to_vec();
        // Gram–Schmidt on the axes, those first that lie least in the plane, so that latents change as little as can be.
        let mut axes: Vec<usize> = (0..width).collect();
        let within = |l: usize| self.directions.iter().map(|d| d[l] * d[l]).sum::<f64>();
        axes.sort_by(|a, b| within(*a).total_cmp(&within(*b)));
        let mut found: Vec<(usize, Vec<f64>)> = Vec::new();
        for l in axes {
            if found.len() + 2 == width {
                break;
            }
            let mut v = vec![0.0; width];
            v[l] = 1.0;
            for _ in 0..2 {
                for b in &basis {
                    let along = dot(&v, b);
                    for (v, b) in v.iter_mut().zip(b) {
                        *v -= along * b;
                    }
                }
            }
            if dot(&v, &v) > 1e-6 {
                let v = unit(v);
                basis.push(v.clone());
                found.push((l, v));
            }
        }
        found.sort_by_key(|(l, _)| *l);
        found.into_iter().map(|(_, v)| v).collect()
    }
}

/// Points with covariance 1 in the directions that vary.
struct Cloud {
    white: Vec<f64>,
    /// `[rank, width]`, from centred points to white ones.
    map: Vec<f64>,
    rank: usize,
}

impl Cloud {
    fn new(points: &[f64], width: usize) -> Option<Self> {
        let n = points.len() / width.max(1);
        if n < 4 || !points.iter().all(|x| x.is_finite()) {
            return None;
        }
        let rows: Vec<&[f64]> = points.chunks_exact(width).collect();
        let mean: Vec<f64> = (0..width).map(|l| rows.iter().map(|r| r[l]).sum::<f64>() / n as f64).collect();
        let mut covariance = vec![0.0; width * width];
        for row in &rows {
            for i in 0..width {
                for j in 0..width {
                    covariance[i * width + j] += (row[i] - mean[i]) * (row[j] - mean[j]) / n as f64;
                }
            }
        }
        let (values, vectors) = eigen(covariance, width);
        let kept: Vec<usize> = (0..width).filter(|&k| values[k] > ACTIVE).collect();
        if kept.len() < 2 {
            return None;
        }
        let map: Vec<f64> = kept
            .iter()
            .flat_map(|&k| (0..width).map(move |l| (k, l)))
            .map(|(k, l)| vectors[l * width + k] / values[k].sqrt())
            .collect();
        let rank = kept.len();
        let mut white = Vec::with_capacity(n * rank);
        for row in &rows {
            for k in 0..rank {
                white.push((0..width).map(|l| (row[l] - mean[l]) * map[k * width + l]).sum());
            }
        }
        Some(Self { white, map, rank })
    }
}

/// Eigenvalues and eigenvectors (in columns) of a symmetric matrix by Jacobi's rotations.
fn eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v: Vec<f64> = (0..n * n).map(|i| if i / n == i % n { 1.0 } else { 0.0 }).collect();
    for _ in 0..60 {
        let off: f64 = (0..n * n).filter(|i| i / n != i % n).map(|i| a[i] * a[i]).sum();
        if off < 1e-24 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p * n + q].abs() < 1e-300 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y);
                    let (x, y) = (v[k * n + p], v[k * n + q]);
                    (v[k * n + p], v[k * n + q]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    ((0..n).map(|k| a[k * n + k]).collect(), v)
}

/// Descends from a random plane of white points: the fourth moment of the distance over its value at second moments 1, and the plane.
fn search(rows: &[&[f64]], rank: usize, key: Key) -> (f64, Vec<f64>, Vec<f64>) {
    let mut noise = vec![0.0_f64; 2 * rank];
    key.step(0).fill(Noise::StandardNormal, 0, &mut noise);
    let (mut u, mut v) = orthonormal(noise[..rank].to_vec(), &noise[rank..]);
    let n = rows.len() as f64;
    let mut last = f64::INFINITY;
    let mut pace = 0.1;
    for _ in 0..STEPS {
        let (mut value, mut gu, mut gv) = (0.0, vec![0.0; rank], vec![0.0; rank]);
        for row in rows {
            let (x, y) = (dot(row, &u), dot(row, &v));
            let square = x * x + y * y;
            value += square * square / n;
            for (k, r) in row.iter().enumerate() {
                gu[k] += 4.0 * square * x * r / n;
                gv[k] += 4.0 * square * y * r / n;
            }
        }
        if (last - value).abs() < 1e-7 {
            break;
        }
        pace *= if value < last { 1.1 } else { 0.5 };
        last = value;
        let step = |w: &[f64], g: &[f64]| w.iter().zip(g).map(|(w, g)| w - pace * g * 0.1).collect::<Vec<f64>>();
        (u, v) = orthonormal(step(&u, &gu), &step(&v, &gv));
    }
    (last / 4.0, u, v)
}

fn orthonormal(u: Vec<f64>, v: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let u = unit(u);
    let along = dot(v, &u);
    let v = unit(v.iter().zip(&u).map(|(v, u)| v - along * u).collect());
    (u, v)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(v: Vec<f64>) -> Vec<f64> {
    let length = dot(&v, &v).sqrt().max(1e-300);
    v.into_iter().map(|x| x / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring in the plane of coordinates 1 and 3 of six, normal coordinates elsewhere, all of one variance, mixed by a shear.
    fn points(n: usize, ring: bool) -> (Vec<f64>, Vec<f64>) {
        let key = Key::new(8).site("ring");
        let mut noise = vec![0.0_f64; n * 6];
        key.step(0).fill(Noise::StandardNormal, 0, &mut noise);
        let mut uniform = vec![0.0_f64; n];
        key.step(1).fill(Noise::Uniform, 0, &mut uniform);
        let angles: Vec<f64> = uniform.iter().map(|u| std::f64::consts::TAU * u).collect();
        for (row, a) in noise.chunks_exact_mut(6).zip(&angles) {
            if ring {
                row[1] = SQRT_2 * a.cos() + 0.1 * row[1];
                row[3] = SQRT_2 * a.sin() + 0.1 * row[3];
            }
            row[0] += 0.8 * row[1];
        }
        (noise, angles)
    }

    #[test]
    fn a_ring_is_found_among_normal_coordinates() {
        let (cloud, angles) = points(2000, true);
        let ring = Ring::find(&cloud, 6, Key::new(1)).unwrap();
        assert!(ring.flatness < 1.1, "{}", ring.flatness);
        let inverse = ring.inverse();
        let mut agreement = [0.0_f64; 4];
        for (row, a) in cloud.chunks_exact(6).zip(&angles) {
            let y = [0, 1].map(|k| dot(row, &ring.directions[k]) - ring.centre[k]);
            let [c, s] = [inverse[0] * y[0] + inverse[1] * y[1], inverse[2] * y[0] + inverse[3] * y[1]];
            let found = s.atan2(c);
            for (sum, term) in
                agreement.iter_mut().zip([(found - a).cos(), (found - a).sin(), (found + a).cos(), (found + a).sin()])
            {
                *sum += term / 2000.0;
            }
        }
        let [c, s, rc, rs] = agreement;
        assert!(c.hypot(s).max(rc.hypot(rs)) > 0.95, "{agreement:?}");
        // The negative control: of normal coordinates alone no plane is flat.
        let (cloud, _) = points(2000, false);
        assert!(Ring::find(&cloud, 6, Key::new(1)).unwrap().flatness > 1.6);
    }

    #[test]
    fn directions_at_right_angles_fill_the_space() {
        let (cloud, _) = points(500, true);
        let ring = Ring::find(&cloud, 6, Key::new(1)).unwrap();
        let mut basis = ring.directions.to_vec();
        basis.extend(ring.complement());
        assert_eq!(basis.len(), 6);
        for (i, a) in basis.iter().enumerate() {
            for (j, b) in basis.iter().enumerate() {
                let wanted = if i == j { 1.0 } else { 0.0 };
                assert!((dot(a, b) - wanted).abs() < 1e-9, "{i} {j}");
            }
        }
        let [a, b, c, d] = ring.across;
        let [e, f, g, h] = ring.inverse();
        for (found, wanted) in
            [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h].iter().zip([1.0, 0.0, 0.0, 1.0])
        {
            assert!((found - wanted).abs() < 1e-9);
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_varies() {
        assert_eq!(Ring::find(&[1.0; 60], 6, Key::new(0)), None);
        assert_eq!(Ring::find(&[], 3, Key::new(0)), None);
        assert_eq!(Ring::find(&[f64::NAN; 30], 3, Key::new(0)), None);
    }
}
