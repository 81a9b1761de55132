//! Local regression on one variable.

/// Fitted values of a local quadratic regression of `y` on `x`, at each `x` (LOESS, Cleveland 1979).
///
/// At each point the nearest `⌊span n⌋` points have tricube weights `(1 - (d / h)³)³`, with `h` the distance of the furthest of them, and a quadratic is fitted
/// by weighted least squares. Every point has its own fit: nothing is interpolated. Where so few values of `x` lie within reach that a quadratic is not
/// determined, a line is fitted, or a mean.
pub(super) fn loess(x: &[f64], y: &[f64], span: f64) -> Vec<f64> {
    let n = x.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| x[*a].total_cmp(&x[*b]));
    let sorted: Vec<(f64, f64)> = order.iter().map(|i| (x[*i], y[*i])).collect();
    // The share is made a whole number as in Cleveland's code; a quadratic needs at least three points.
    let near = ((span * n as f64 + 1e-5) as usize).clamp(3.min(n), n);
    let mut fitted = vec![0.0; n];
    let mut first = 0;
    for (place, gene) in order.iter().enumerate() {
        let at = sorted[place].0;
        // The window of nearest points moves up with the point.
        while first + near < n && sorted[first + near].0 - at < at - sorted[first].0 {
            first += 1;
        }
        let reach = (at - sorted[first].0).max(sorted[first + near - 1].0 - at);
        // Points as far as the furthest have weight 0, so that those that tie with it need not be looked for, unless all are at the point itself.
        let window = if reach > 0.0 { &sorted[first..first + near] } else { equal(&sorted, place) };
        fitted[*gene] = quadratic_at(window, at, reach);
    }
    fitted
}

/// All points at the place of one.
fn equal(sorted: &[(f64, f64)], place: usize) -> &[(f64, f64)] {
    let at = sorted[place].0;
    let first = sorted.partition_point(|(x, _)| *x < at);
    &sorted[first..sorted.partition_point(|(x, _)| *x <= at)]
}

/// The value at `at` of the weighted fit.
fn quadratic_at(window: &[(f64, f64)], at: f64, reach: f64) -> f64 {
    // Moments of u = (x - at) / h, and of u with y: the value of the fit at u = 0 is its first coefficient.
    let (mut s, mut t) = ([0.0; 5], [0.0; 3]);
    for (x, y) in window {
        let u = if reach > 0.0 { (x - at) / reach } else { 0.0 };
        let weight = (1.0 - u.abs().powi(3)).max(0.0).powi(3);
        let mut power = weight;
        for (k, moment) in s.iter_mut().enumerate() {
            *moment += power;
            if k < 3 {
                t[k] += power * y;
            }
            power *= u;
        }
    }
    for m in s.iter_mut().chain(&mut t[1..]) {
        // An average over weights keeps the tests below free of the number of points.
        *m /= window.len() as f64;
    }
    t[0] /= window.len() as f64;
    let quadratic =
        s[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (s[1] * s[4] - s[2] * s[3]) + s[2] * (s[1] * s[3] - s[2] * s[2]);
    if quadratic > 1e-10 * s[0] * s[2] * s[4] {
        let value = t[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (t[1] * s[4] - t[2] * s[3])
            + s[2] * (t[1] * s[3] - t[2] * s[2]);
        return value / quadratic;
    }
    let line = s[0] * s[2] - s[1] * s[1];
    if line > 1e-10 * s[0] * s[2] { (t[0] * s[2] - t[1] * s[1]) / line } else { t[0] / s[0] }
}

#[cfg(test)]
mod tests {
    use super::loess;

    #[test]
    fn a_quadratic_is_its_own_fit() {
        let x: Vec<f64> = (0..60).map(|i| (f64::from(i) * 0.7).sin() * 3.0).collect();
        let y: Vec<f64> = x.iter().map(|x| 1.0 - 2.0 * x + 0.5 * x * x).collect();
        // Weighted normal equations of condition up to 1e4 lose four digits or so of sixteen.
        assert!(loess(&x, &y, 0.3).iter().zip(&y).all(|(f, y)| (f - y).abs() < 1e-9));
    }

    #[test]
    fn a_cubic_is_not() {
        let x: Vec<f64> = (0..60).map(|i| f64::from(i) / 10.0).collect();
        let y: Vec<f64> = x.iter().map(|x| x.powi(3)).collect();
        assert!(loess(&x, &y, 0.5).iter().zip(&y).any(|(f, y)| (f - y).abs() > 1e-3));
    }

    #[test]
    fn few_different_places_have_lines_and_means() {
        assert_eq!(loess(&[1.0; 4], &[1.0, 2.0, 3.0, 6.0], 0.5), [3.0; 4]);
        assert_eq!(loess(&[2.0], &[5.0], 0.3), [5.0]);
        assert!(loess(&[], &[], 0.3).is_empty());
        let fitted = loess(&[0.0, 0.0, 1.0, 1.0], &[1.0, 3.0, 5.0, 7.0], 1.0);
        assert_eq!(fitted, [2.0, 2.0, 6.0, 6.0]);
    }
}
