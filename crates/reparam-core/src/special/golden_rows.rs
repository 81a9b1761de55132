//! Compares a function of several arguments with the rows `name,argument,…,value` of a table.

/// Prints the worst relative error of `f` in each region and fails where it is above that region's bound.
///
/// A value that is NaN, or not within the bound of the table's, or an infinity that is not the table's, fails. Below the smallest normal
/// number the distance counts in units of it.
pub(super) fn check(
    table: &str,
    name: &str,
    f: impl Fn(&[f64]) -> f64,
    region: impl Fn(&[f64]) -> &'static str,
    bounds: &[(&'static str, f64)],
) {
    let mut worst = vec![(0.0, Vec::new(), 0); bounds.len()];
    for line in table.lines() {
        let Some((_, rest)) = line.split_once(',').filter(|(label, _)| *label == name) else { continue };
        let mut row: Vec<f64> = rest.split(',').map(|cell| cell.parse().unwrap()).collect();
        let want = row.pop().unwrap();
        let got = f(&row);
        let error = if got == want { 0.0 } else { (got - want).abs() / want.abs().max(f64::MIN_POSITIVE) };
        let error = if error.is_nan() { f64::INFINITY } else { error };
        let label = region(&row);
        let place = bounds.iter().position(|(bound, _)| *bound == label).expect("each region has its bound");
        worst[place].2 += 1;
        if error > worst[place].0 || worst[place].1.is_empty() {
            (worst[place].0, worst[place].1) = (error, row);
        }
    }
    for ((label, _), (error, at, count)) in bounds.iter().zip(&worst) {
        println!("{name}, {label}: worst relative error {error:.2e} at {at:?}, {count} rows");
    }
    for ((label, bound), (error, at, count)) in bounds.iter().zip(&worst) {
        assert!(*count > 0, "{name}, {label}: no rows");
        assert!(error <= bound, "{name}, {label}: {error:e} at {at:?}, documented {bound:e}");
    }
}
