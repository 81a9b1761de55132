//! PEtab's own test suite and a benchmark problem, which are no part of this project: give their folder to see them pass.
//!
//! `REPARAM_SHARED=… cargo test --release --workspace --test petab_suite -- --ignored --nocapture`; the folder holds
//! `data/petab/test-suite-v1` and `data/petab/Elowitz_Nature2000`.

use reparam_dynamics::{DynamicModel, SolveOptions, petab};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    let root = std::env::var_os("REPARAM_SHARED").expect("REPARAM_SHARED names the folder");
    Path::new(&root).join("data/petab")
}

fn model(problem: &petab::Petab) -> DynamicModel {
    DynamicModel::new(problem.problem.clone()).unwrap().with_options(SolveOptions::tight())
}

/// The numbers of a column of a table.
fn column(path: &Path, name: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let at = lines.next().unwrap().split('\t').position(|c| c == name).unwrap();
    lines.map(|line| line.split('\t').nth(at).unwrap().parse().unwrap()).collect()
}

/// A number of a flat YAML file.
fn entry(text: &str, key: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{key}: "))).unwrap();
    line.parse().unwrap()
}

#[test]
#[ignore = "needs PEtab's test suite: see the head of this file"]
fn every_case_agrees_with_its_solution() {
    for number in 1..=10 {
        let name = format!("{number:04}");
        let case = folder().join("test-suite-v1").join(&name);
        let petab = petab::read(&case.join(format!("_{name}.yaml"))).unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = model(&petab).evaluate_nominal().unwrap();
        let solution = std::fs::read_to_string(case.join(format!("_{name}_solution.yaml"))).unwrap();
        let expected = column(&case.join("_simulations.tsv"), "simulation");
        let worst = found.simulations.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let (llh, chi2) = (entry(&solution, "llh"), entry(&solution, "chi2"));
        println!(
            "{name}: log-likelihood off by {:.1e}, chi-square by {:.1e}, simulations by {worst:.1e}",
            (found.log_likelihood - llh).abs(),
            (found.chi_square - chi2).abs()
        );
        assert_eq!(found.simulations.len(), expected.len());
        assert!(
            (found.log_likelihood - llh).abs() < entry(&solution, "tol_llh"),
            "{name} {} {llh}",
            found.log_likelihood
        );
        assert!((found.chi_square - chi2).abs() < entry(&solution, "tol_chi2"), "{name} {} {chi2}", found.chi_square);
        assert!(worst < entry(&solution, "tol_simulations"), "{name}");
    }
}

#[test]
#[ignore = "needs a benchmark problem: see the head of this file"]
fn the_repressilator_agrees_with_its_table_and_with_differences() {
    let folder = folder().join("Elowitz_Nature2000");
    let petab = petab::read(&folder.join("Elowitz_Nature2000.yaml")).unwrap_or_else(|e| panic!("{e}"));
    let model = model(&petab).with_options(SolveOptions::tight().with_tolerances(1e-12, 1e-16));
    let found = model.evaluate_nominal().unwrap();
    let measured = column(&folder.join("measurementData_Elowitz_Nature2000.tsv"), "measurement");
    let simulated = column(&folder.join("simulatedData_Elowitz_Nature2000.tsv"), "simulation");
    let sigma = found.noise[0];
    // A normal law of the decadic logarithms; the density is that of the measurement itself.
    let expected: f64 = measured
        .iter()
        .zip(&simulated)
        .map(|(m, s)| {
            let residual = (m.log10() - s.log10()) / sigma;
            -0.5 * (residual * residual + std::f64::consts::TAU.ln()) - sigma.ln() - (m * std::f64::consts::LN_10).ln()
        })
        .sum();
    let worst = found.simulations.iter().zip(&simulated).map(|(a, b)| (a / b - 1.0).abs()).fold(0.0, f64::max);
    println!(
        "log-likelihood {} against {expected}; simulations differ by at most {worst:.1e}, relative",
        found.log_likelihood
    );
    let nominal = model.nominal().unwrap();
    let mut largest = 0.0_f64;
    for (i, slope) in found.gradient.iter().enumerate() {
        let scaled = |x: f64| 10_f64.powf(x);
        let at = |shift: f64| {
            let mut values = nominal.clone();
            values[i] = scaled(nominal[i].log10() + shift);
            model.evaluate(&values).unwrap().log_likelihood
        };
        // Sixth order, at falling steps: wide ones err by the function's curvature, narrow ones by the solver's noise. Taken is the one that
        // agrees best with its neighbour, whatever the gradient says.
        let by = |step: f64| {
            let side = |k: f64| at(k * step) - at(-k * step);
            (45.0 * side(1.0) - 9.0 * side(2.0) + side(3.0)) / (60.0 * step)
        };
        let tried: Vec<f64> = [2e-2, 7e-3, 2e-3, 7e-4, 2e-4].into_iter().map(by).collect();
        let pair = tried.windows(2).min_by(|a, b| (a[0] - a[1]).abs().total_cmp(&(b[0] - b[1]).abs())).unwrap();
        let difference = 0.5 * (pair[0] + pair[1]);
        // Slopes that are nothing beside the others are judged by a hundredth of the largest, 1.86.
        let off = (slope - difference).abs() / difference.abs().max(0.0186);
        println!("{:16} {slope:14.7e} {difference:14.7e} {off:.1e}", model.problem().parameters[i].name);
        largest = largest.max(off);
    }
    assert!(
        (found.log_likelihood - expected).abs() < 1e-3 * expected.abs().max(1.0),
        "{} {expected}",
        found.log_likelihood
    );
    assert!(largest < 1e-5, "{largest}");
}
