//! PEtab problems written here: what each feature does, and what is said of each mistake.

use reparam_dynamics::petab::{Petab, read};
use reparam_dynamics::{DynamicModel, Evaluation, SolveOptions};
use reparam_infer::gradient_errors;
use std::collections::BTreeMap;
use std::path::Path;

const MATH: &str = r#"xmlns="http://www.w3.org/1998/Math/MathML""#;

/// A decays with rate k from a0; files by name.
fn files() -> BTreeMap<&'static str, String> {
    let sbml = format!(
        r#"<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="decay">
<listOfCompartments><compartment id="cell" size="1"/></listOfCompartments>
<listOfSpecies><species id="A" compartment="cell" initialConcentration="1"/></listOfSpecies>
<listOfParameters><parameter id="a0" value="1"/><parameter id="k" value="0.3"/><parameter id="s" value="0"/></listOfParameters>
<listOfInitialAssignments><initialAssignment symbol="A"><math {MATH}><ci>a0</ci></math></initialAssignment></listOfInitialAssignments>
<listOfReactions><reaction id="r"><listOfReactants><speciesReference species="A"/></listOfReactants>
<kineticLaw><math {MATH}><apply><times/><ci>k</ci><ci>A</ci></apply></math></kineticLaw></reaction>
<reaction id="q"><listOfProducts><speciesReference species="A"/></listOfProducts>
<kineticLaw><math {MATH}><ci>s</ci></math></kineticLaw></reaction></listOfReactions></model></sbml>"#
    );
    let yaml = "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- condition_files: [conditions.tsv]\n  measurement_files: [measurements.tsv]\n  \
                observable_files: [observables.tsv]\n  sbml_files: [model.xml]\n";
    [
        ("problem.yaml", yaml.to_owned()),
        ("model.xml", sbml),
        ("conditions.tsv", "conditionId\ta0\nc0\t2\nc1\tstart\n".into()),
        ("observables.tsv", "observableId\tobservableFormula\tnoiseFormula\nobs\tA\t0.5\n".into()),
        (
            "measurements.tsv",
            "observableId\tsimulationConditionId\tmeasurement\ttime\nobs\tc0\t1.5\t1\nobs\tc1\t0.5\t2\n".into(),
        ),
        (
            "parameters.tsv",
            "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\nk\tlog10\t1e-3\t1e3\t0.4\t1\nstart\tlin\t0\t10\t3\t1\n"
                .into(),
        ),
    ]
    .into()
}

fn written(files: &BTreeMap<&'static str, String>, folder: &Path) -> Result<Petab, String> {
    for (name, content) in files {
        std::fs::write(folder.join(name), content).unwrap();
    }
    read(&folder.join("problem.yaml")).map_err(|error| error.to_string())
}

fn petab(changes: &[(&'static str, &str, &str)]) -> Result<Petab, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files();
    for (file, from, to) in changes {
        let content = files.get_mut(file).unwrap();
        assert!(content.contains(from), "{file} has no {from}");
        *content = content.replace(from, to);
    }
    written(&files, folder.path())
}

fn evaluated(changes: &[(&'static str, &str, &str)]) -> Evaluation {
    let petab = petab(changes).unwrap_or_else(|e| panic!("{e}"));
    let model = DynamicModel::new(petab.problem).unwrap_or_else(|e| panic!("{e}"));
    model.with_options(SolveOptions::tight()).evaluate_nominal().unwrap_or_else(|e| panic!("{e}"))
}

fn normal(residual: f64, sigma: f64) -> f64 {
    -0.5 * (residual / sigma).powi(2) - sigma.ln() - 0.5 * std::f64::consts::TAU.ln()
}

#[test]
fn conditions_set_numbers_and_parameters() {
    let found = evaluated(&[]);
    let expected = [2.0 * (-0.4_f64).exp(), 3.0 * (-0.8_f64).exp()];
    for (found, expected) in found.simulations.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9);
    }
    let log_likelihood = normal(1.5 - expected[0], 0.5) + normal(0.5 - expected[1], 0.5);
    assert!((found.log_likelihood - log_likelihood).abs() < 1e-8);
}

#[test]
fn placeholders_take_the_overrides_of_their_row() {
    let found = evaluated(&[
        ("observables.tsv", "A\t0.5", "observableParameter1_obs * A + observableParameter2_obs\tnoiseParameter1_obs"),
        ("measurements.tsv", "time\n", "time\tobservableParameters\tnoiseParameters\n"),
        ("measurements.tsv", "1.5\t1", "1.5\t1\t2;k\t0.1"),
        ("measurements.tsv", "0.5\t2", "0.5\t2\t3;1\tstart"),
    ]);
    let expected = [2.0 * 2.0 * (-0.4_f64).exp() + 0.4, 3.0 * 3.0 * (-0.8_f64).exp() + 1.0];
    for (found, expected) in found.simulations.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-8, "{found} {expected}");
    }
    assert_eq!(found.noise, [0.1, 3.0]);
}

#[test]
fn logarithmic_observables_are_densities_of_the_measurement() {
    for (word, base) in [("log", 1.0), ("log10", std::f64::consts::LN_10)] {
        let found = evaluated(&[
            ("observables.tsv", "noiseFormula\n", "noiseFormula\tobservableTransformation\n"),
            ("observables.tsv", "0.5\n", &format!("0.5\t{word}\n")),
        ]);
        let simulations = [2.0 * (-0.4_f64).exp(), 3.0 * (-0.8_f64).exp()];
        let expected: f64 = [1.5_f64, 0.5]
            .iter()
            .zip(simulations)
            .map(|(m, s)| normal((m.ln() - s.ln()) / base, 0.5) - (m * base).ln())
            .sum();
        assert!((found.log_likelihood - expected).abs() < 1e-8, "{word}");
    }
}

#[test]
fn laplace_noise_and_priors_have_their_laws() {
    let found = evaluated(&[
        ("observables.tsv", "noiseFormula\n", "noiseFormula\tnoiseDistribution\n"),
        ("observables.tsv", "0.5\n", "0.5\tlaplace\n"),
        ("parameters.tsv", "estimate\n", "estimate\tobjectivePriorType\tobjectivePriorParameters\n"),
        ("parameters.tsv", "0.4\t1", "0.4\t1\tparameterScaleNormal\t-0.5;0.2"),
        ("parameters.tsv", "10\t3\t1", "10\t3\t1\tlaplace\t2;0.7"),
    ]);
    let simulations = [2.0 * (-0.4_f64).exp(), 3.0 * (-0.8_f64).exp()];
    let expected: f64 =
        [1.5, 0.5].iter().zip(simulations).map(|(m, s)| -(m - s).abs() / 0.5 - (2.0 * 0.5_f64).ln()).sum();
    assert!((found.log_likelihood - expected).abs() < 1e-8);
    let priors = normal(0.4_f64.log10() + 0.5, 0.2) - (1.0 / 0.7) - (2.0 * 0.7_f64).ln();
    assert!((found.log_posterior - expected - priors).abs() < 1e-8, "{} {}", found.log_posterior, expected + priors);
}

#[test]
fn pre_equilibration_and_the_steady_state_come_from_conditions() {
    // With a source of 1.2 the steady state is 3; the source is then off, and A decays from it.
    let found = evaluated(&[
        ("conditions.tsv", "conditionId\ta0\nc0\t2\nc1\tstart\n", "conditionId\ts\npre\t1.2\nc0\t0\nc1\t0.8\n"),
        ("measurements.tsv", "simulationConditionId", "preequilibrationConditionId\tsimulationConditionId"),
        ("measurements.tsv", "obs\tc0\t1.5\t1", "obs\tpre\tc0\t1.5\t1"),
        ("measurements.tsv", "obs\tc1\t0.5\t2", "obs\t\tc1\t0.5\tinf"),
    ]);
    let expected = [3.0 * (-0.4_f64).exp(), 2.0];
    for (found, expected) in found.simulations.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}

#[test]
fn gradients_are_those_of_differences() {
    let petab = petab(&[]).unwrap();
    let model = DynamicModel::new(petab.problem).unwrap().with_options(SolveOptions::tight());
    let x = model.unconstrain(&model.nominal().unwrap());
    // Tolerance 1e-10 over steps of 6e-6.
    for error in gradient_errors(&model, &x).unwrap() {
        assert!(error.abs() < 1e-4, "{error}");
    }
}

#[test]
fn the_simulation_table_has_the_columns_of_the_measurements() {
    let petab = petab(&[]).unwrap();
    let expected = "observableId\tsimulationConditionId\tsimulation\ttime\nobs\tc0\t1.25\t1\nobs\tc1\t2.5\t2\n";
    assert_eq!(petab.simulation_table(&[1.25, 2.5]), expected);
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let cases: &[(&'static str, &str, &str, &str)] = &[
        ("problem.yaml", "format_version: 1", "format_version: 2.0.0", "format_version must be 1, got 2.0.0"),
        ("problem.yaml", "[conditions.tsv]", "[nowhere.tsv]", "nowhere.tsv: No such file"),
        ("problem.yaml", "[model.xml]", "[model.xml, b.xml]", "sbml_files must name one file, got 2"),
        ("problem.yaml", "problems:", "problem:", "problem.yaml: "),
        (
            "conditions.tsv",
            "conditionId\ta0",
            "conditionId\tzz",
            "conditions.tsv:1: column zz: the model has no species",
        ),
        (
            "conditions.tsv",
            "c0\t2",
            "c0\tnobody",
            "conditions.tsv:2: column a0: must be a finite number, or the id of a parameter",
        ),
        ("conditions.tsv", "c1\t", "c0\t", "conditions.tsv:3: column conditionId: 'c0' is there twice"),
        ("observables.tsv", "A\t0.5", "A +\t0.5", "observables.tsv:2: column observableFormula: column 4"),
        ("observables.tsv", "A\t0.5", "A\t-0.5", "observables.tsv:2: column noiseFormula: must be positive, got -0.5"),
        ("observables.tsv", "noiseFormula", "noise", "observables.tsv:1: the table must have the column noiseFormula"),
        (
            "observables.tsv",
            "0.5\n",
            "0.5\nobs\tA\t1\n",
            "observables.tsv:3: column observableId: 'obs' is there twice",
        ),
        (
            "measurements.tsv",
            "obs\tc0",
            "other\tc0",
            "measurements.tsv:2: column observableId: no table of observables has 'other'",
        ),
        (
            "measurements.tsv",
            "obs\tc0",
            "obs\tc9",
            "measurements.tsv:2: column simulationConditionId: no table of conditions has 'c9'",
        ),
        (
            "measurements.tsv",
            "1.5\t1",
            "much\t1",
            "measurements.tsv:2: column measurement: expected a number, got 'much'",
        ),
        (
            "measurements.tsv",
            "1.5\t1",
            "NaN\t1",
            "measurements.tsv:2: column measurement: expected a number, got 'NaN'",
        ),
        ("measurements.tsv", "1.5\t1", "1.5\t-1", "measurements.tsv:2: column time: must be 0 or later, got -1"),
        ("measurements.tsv", "1.5\t1", "1.5\t1\t7\t8", "measurements.tsv:2: 6 cells for 4 columns"),
        (
            "parameters.tsv",
            "k\tlog10",
            "k\tlog2",
            "parameters.tsv:2: column parameterScale: must be lin, log or log10, got 'log2'",
        ),
        ("parameters.tsv", "1e-3\t1e3", "1e3\t1e-3", "parameters.tsv:2: column lowerBound: must be below upperBound"),
        (
            "parameters.tsv",
            "0.4\t1",
            "-0.4\t1",
            "parameters.tsv:2: column nominalValue: must be positive on a logarithmic scale, got -0.4",
        ),
        ("parameters.tsv", "0.4\t1", "0.4\tyes", "parameters.tsv:2: column estimate: must be 0 or 1, got 'yes'"),
        ("parameters.tsv", "start\t", "k\t", "parameters.tsv:3: column parameterId: 'k' is there twice"),
        ("parameters.tsv", "10\t3", "ten\t3", "parameters.tsv:3: column upperBound: expected a number, got 'ten'"),
        ("model.xml", "species=\"A\"", "species=\"Z\"", "model.xml:6: <speciesReference>: nothing has the id 'Z'"),
    ];
    for (file, from, to, expected) in cases {
        let found = petab(&[(file, from, to)]).expect_err(to);
        assert!(found.contains(expected), "{found}\nnot: {expected}");
    }
    let overrides = petab(&[("observables.tsv", "A\t0.5", "observableParameter1_obs * A\t0.5")]).unwrap_err();
    assert!(overrides.contains("the formula of 'obs' takes 1 numbers or parameters, got 0"), "{overrides}");
}

#[test]
fn all_faults_are_told_at_once() {
    let found = petab(&[
        ("measurements.tsv", "1.5\t1", "much\t-1"),
        ("measurements.tsv", "obs\tc1", "other\tc9"),
        ("conditions.tsv", "c0\t2", "c0\tnobody"),
    ])
    .unwrap_err();
    assert_eq!(found.lines().count(), 5, "{found}");
}

#[test]
fn damage_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = files();
    let mut seed = 7_u64;
    for name in whole.keys() {
        for _ in 0..150 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let mut bytes = whole[name].clone().into_bytes();
            let place = (seed >> 33) as usize % bytes.len();
            if seed & 1 == 0 {
                bytes.truncate(place);
            } else {
                bytes[place] = (seed >> 20) as u8;
            }
            let mut files = whole.clone();
            files.remove(name);
            std::fs::write(folder.path().join(name), &bytes).unwrap();
            if let Ok(petab) = written(&files, folder.path()) {
                // What is read must be checked and simulated, or refused, without a panic.
                let _ = DynamicModel::new(petab.problem).map(|model| model.evaluate_nominal().is_ok());
            }
        }
    }
}
