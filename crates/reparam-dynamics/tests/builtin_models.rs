//! Built-in problems as log densities, against a judge that shares no code with the solver and against golden numbers.

mod builtin_support;

use builtin_support::{log_likelihood, log_prior};
use reparam_dynamics::builtin::{NAMES, named};
use reparam_dynamics::text::{parse_problem, template};
use reparam_dynamics::{DynamicModel, SolveOptions};
use reparam_infer::{LogDensity, Model};

fn model(name: &str) -> DynamicModel {
    DynamicModel::new(named(name).expect(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_built_in_problem_and_the_template_are_models() {
    let example = parse_problem(template(), "example.toml", &mut |_| panic!("no file")).unwrap();
    let models = NAMES.iter().map(|(name, _)| model(name)).chain([DynamicModel::new(example).unwrap()]);
    for model in models {
        let name = model.problem().name.clone();
        let mut gradient = vec![0.0; model.dimension()];
        let value = model.value_and_gradient(&model.start(), &mut gradient);
        assert!(value.as_ref().is_ok_and(|value| value.is_finite()), "{name}: {value:?}");
        assert!(gradient.iter().all(|slope| slope.is_finite() && *slope != 0.0), "{name}: {gradient:?}");
    }
}

/// The judge's steps are so short, and the solver's tolerances so tight, that sums of 40 terms agree to 1e-6: each term's slope
/// by its prediction is below 100 per unit of noise, and both solve to 1e-9 of it.
#[test]
fn likelihoods_are_those_of_the_judge() {
    for (name, parameters, step) in [
        ("alpha-pinene", &[6e-5, 3e-5, 2e-5, 2.7e-4, 4e-5, 0.7][..], 100.0),
        ("lotka-volterra", &[0.5, 0.03, 0.8, 0.02, 30.0, 5.0, 0.3, 0.2][..], 0.005),
        ("michaelis-menten", &[1.5, 1.2, 0.6, 0.05][..], 0.002),
    ] {
        let model = model(name).with_options(SolveOptions::tight());
        let found = model.evaluate(parameters).unwrap();
        let problem = model.problem();
        let (likelihood, prior) = (log_likelihood(problem, parameters, step), log_prior(problem, parameters));
        assert!((found.log_likelihood - likelihood).abs() < 1e-6, "{name}: {} {likelihood}", found.log_likelihood);
        let posterior = likelihood + prior;
        assert!((found.log_posterior - posterior).abs() < 1e-6, "{name}: {} {posterior}", found.log_posterior);
    }
}

/// `scripts/make_builtin_data.py --golden`, at the posterior means of posteriordb.
#[test]
fn lotka_volterra_has_its_golden_log_density() {
    let parameters = [
        0.546864499783931,
        0.0277472877678081,
        0.800095360233122,
        0.0240859152534545,
        34.0352224770469,
        5.93589713368062,
        0.24805686320252,
        0.251016914583618,
    ];
    let found = model("lotka-volterra").with_options(SolveOptions::tight()).evaluate(&parameters).unwrap();
    assert!((found.log_likelihood + 124.2310191324).abs() < 1e-6, "{}", found.log_likelihood);
    assert!((found.log_posterior + 124.2310191324 + 4.266568086996).abs() < 1e-6, "{}", found.log_posterior);
    // Negative control: the mean of the hares' first number a tenth higher.
    let mut other = parameters;
    other[4] *= 1.1;
    let other = model("lotka-volterra").evaluate(&other).unwrap();
    assert!((other.log_likelihood - found.log_likelihood).abs() > 0.1);
}
