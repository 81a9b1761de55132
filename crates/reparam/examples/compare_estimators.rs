//! Every estimator that fits a law and a loss of your own, measured: bias, variance, time, tail.

use reparam::measure::verify::verify;
use reparam::measure::{CompareConfig, Problem, Subject, compare};
use reparam_core::law::family;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let law = family("normal").ok_or("no such law")?.build(&[1.0, 0.5])?;
    // Draws come as `[S, N, 1]`, costs go as `[S, N]`: any tensor expression.
    let problem = Problem::new(Subject::scalar(law), |z| (z - 3.0).square().squeeze_dim::<2>(2));
    let report = compare(&problem, &CompareConfig::default(), &mut |_| {})?;
    for row in &report.rows {
        println!(
            "{:28} {:6} {:9.4} ± {:.4}  {:9}  variance {:10.4}  {:6.1} ns",
            row.estimator,
            row.parameter,
            row.mean,
            row.standard_error,
            row.verdict.words(),
            row.variance,
            row.seconds_per_draw * 1e9
        );
    }
    println!("recommended: {:?}, {}", report.recommended, report.reason);
    // Path and measure-valued derivative have nearly the same price here: which is ahead is a matter of the machine.
    assert!(matches!(report.recommended.as_deref(), Some("pathwise" | "measure-valued")));

    let table = verify(4000, 0, &mut |_| {})?;
    println!("{} checks of estimators, all right: {}", table.checks.len(), table.pass);
    assert!(table.pass);
    Ok(())
}
