//! Compares a function with the table of golden.csv.

/// The function's rows: (argument, value).
fn rows(name: &str) -> impl Iterator<Item = (f64, f64)> {
    include_str!("golden.csv").lines().filter_map(move |line| {
        let (x, y) = line.strip_prefix(name)?.strip_prefix(',')?.split_once(',')?;
        Some((x.parse().unwrap(), y.parse().unwrap()))
    })
}

/// Prints the worst error of `f` in ulp and fails where it is above `documented`.
pub(super) fn check(name: &str, f: fn(f64) -> f64, documented: f64) {
    let (mut worst, mut at, mut count) = (0.0, 0.0, 0);
    for (x, y) in rows(name) {
        // The distance to the next float, that of the smallest normal below it.
        let ulp = (y.abs().next_up() - y.abs()).max(f64::MIN_POSITIVE * f64::EPSILON);
        let error = (f(x) - y).abs() / ulp;
        // NaN is the worst of all.
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if error > worst {
            (worst, at) = (error, x);
        }
        count += 1;
    }
    println!("{name}: worst error {worst:.2} ulp at {at:e}, {count} arguments");
    assert!(count >= 100, "{name}: {count} rows");
    assert!(worst <= documented, "{name}: {worst} ulp at {at:e}, documented {documented}");
}
