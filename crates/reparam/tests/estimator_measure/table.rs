//! The table of `verify`, and its functions on problems of one's own.

use reparam::measure::verify::{Quantity, check_gradient, check_variance, verify};
use reparam::measure::{Options, applicable, candidate, measure};
use reparam::noise::Key;

use crate::support::{coins, scalar};

#[test]
fn the_whole_table_passes_and_leaves_no_estimator_out() {
    for seed in 0..2 {
        let found = verify(4000, seed, &mut |_| {}).unwrap();
        for problem in [scalar("normal", &[0.0, 1.0], |z| z), coins(&[0.5], |b| b.squeeze_dim::<2>(2))] {
            for name in applicable(&problem) {
                assert_eq!(found.checks.iter().any(|c| c.estimator == name), name != OPEN, "{name}");
            }
        }
        let failed: Vec<_> = found.checks.iter().filter(|c| !c.pass).collect();
        assert!(found.pass && failed.is_empty(), "{failed:?}");
        // Between 5 and 8 standard errors for 1e-6 shared by some hundreds.
        assert!(found.limit > 5.0 && found.limit < 8.0 && found.false_alarm_rate == 1e-6);
        // The z of means are spread as normal numbers are: their mean square is 1 within five of its standard errors, √(2/n), with room for
        // parameters of one estimate that depend on one another.
        let z: Vec<f64> = found.checks.iter().filter(|c| c.quantity == Quantity::Mean).filter_map(|c| c.z).collect();
        let square = z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64;
        assert!(z.len() > 150 && (square - 1.0).abs() < 5.0 * 2.0 * (2.0 / z.len() as f64).sqrt(), "{square}");
    }
}

/// A biased estimator of which no mean is known in closed form.
const OPEN: &str = "gapped-straight-through";

#[test]
fn checks_of_ones_own_tell_right_from_wrong() {
    assert!(verify(999, 0, &mut |_| {}).is_err());
    let problem = scalar("normal", &[1.0, 0.5], |z| (z - 3.0).square());
    let found = candidate(&problem, "pathwise", &Options::default(), Key::new(0)).unwrap().unwrap();
    let measured = measure(&found, 2, 50_000, Key::new(1)).unwrap();
    assert!(check_gradient(&measured, 0, -4.0, 5.0) && check_gradient(&measured, 1, 1.0, 5.0));
    assert!(check_variance(&measured, 0, 1.0, 5.0) && check_variance(&measured, 1, 18.0, 5.0));
    // Off by a percent, by a factor of two, by the sign.
    assert!(!check_gradient(&measured, 0, -4.04, 5.0) && !check_gradient(&measured, 0, 4.0, 5.0));
    assert!(!check_variance(&measured, 0, 0.5, 5.0) && !check_variance(&measured, 1, 16.0, 5.0));
}
