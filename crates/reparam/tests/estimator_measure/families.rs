//! Every family of numbers, measured.

use burn::tensor::Tensor;
use reparam::measure::{AnyLaw, Problem, Subject, Verdict};
use reparam_core::law::{Law, families};

use crate::support::report;

/// Numbers of which the first that a family accepts are its parameters.
const TRIES: [[f64; 5]; 4] =
    [[1.7, 2.4, 0.6, 2.9, 1.1], [0.4, 1.3, 0.6, 2.0, 0.5], [6.0, 0.3, 1.2, 0.7, 0.2], [0.3, 0.9, -0.4, 2.0, 1.5]];

fn any(family: &'static reparam_core::law::Family) -> Option<Box<dyn Law>> {
    (1..=5).flat_map(|count| TRIES.iter().map(move |t| &t[..count])).find_map(|values| family.build(values).ok())
}

#[test]
fn every_family_of_numbers_is_measured_without_a_false_accusation() {
    let mut met = 0;
    for family in families() {
        let Some(law) = any(family) else { continue };
        met += 1;
        // A smooth cost, bounded so that every mean exists, and of period 2 π, so that it closes on a circle.
        let problem = Problem::new(Subject::scalar(law), |z: Tensor<3>| {
            (z.sin() * 0.7 + 0.2).square().mean_dim(2).squeeze_dim::<2>(2)
        });
        let found = report(&problem, &[], 4000, 1);
        let on_its_own = matches!(problem.subject(), Subject::Law(AnyLaw::Scalar(_)));
        for row in &found.rows {
            let sound = match row.verdict {
                Verdict::Biased => {
                    row.biased_by_design
                        || on_its_own && row.estimator != "pathwise" && found.exact_method.contains("support moves")
                }
                Verdict::NotFinite => false,
                _ => true,
            };
            assert!(
                sound && row.mean.is_finite() && row.variance.is_finite(),
                "{}: {row:?}, {}",
                family.name,
                found.exact_method
            );
        }
        println!("{}: {}, {:?}", family.name, found.exact_method, found.recommended);
    }
    assert!(met > 35, "{met}");
}
