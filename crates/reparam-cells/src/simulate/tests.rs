//! The generator against its own words.

use std::f64::consts::TAU;

use super::{SimulatedModality, SimulatedRows, SimulationConfig, SimulationError, Simulator, simulate};
use crate::{Column, CountStore, CycleGenes, RowSource, SparseRows};

fn dense(store: &CountStore) -> SparseRows {
    let mut rows = SparseRows::new(store.width());
    store.read(&(0..store.len()).collect::<Vec<_>>(), &mut rows).unwrap();
    rows
}

fn config() -> SimulationConfig {
    SimulationConfig { cells: 600, seed: 3, ..SimulationConfig::default() }
}

/// Amplitude of the first harmonic of a gene's counts over their mean, by the cells' true angles.
fn relative_harmonic(rows: &SparseRows, column: u32, angle: &[f64]) -> (f64, f64) {
    let (mut re, mut im, mut total) = (0.0, 0.0, 0.0);
    for (i, a) in angle.iter().enumerate() {
        let (columns, values) = rows.row(i);
        let x = columns.binary_search(&column).map_or(0.0, |k| f64::from(values[k])) / (1.0 + 0.5 * a.cos());
        re += x * a.cos();
        im += x * a.sin();
        total += x;
    }
    (2.0 * re.hypot(im) / total, im.atan2(re).rem_euclid(TAU))
}

#[test]
fn a_cell_depends_on_its_number_alone() {
    let few = simulate(&SimulationConfig { cells: 30, ..config() }).unwrap();
    let many = simulate(&config()).unwrap();
    assert_eq!(few.angle, many.angle[..30]);
    for name in ["rna", "atac"] {
        let [a, b] = [&few, &many].map(|s| dense(&s.data.modality(name).unwrap().counts));
        assert!((0..30).all(|i| a.row(i) == b.row(i)), "{name}");
    }
    let other = simulate(&SimulationConfig { seed: 4, ..config() }).unwrap();
    assert_ne!(other.angle, many.angle);
}

#[test]
fn annotations_say_what_is_true() {
    let simulation = simulate(&config()).unwrap();
    let frame = &simulation.data.annotations;
    assert_eq!(frame.get("angle"), Some(&Column::Number(simulation.angle.clone())));
    assert_eq!(frame.get("simulated"), Some(&Column::Boolean(vec![true; 600])));
    assert_eq!(simulation.data.source, "simulated cells (seed 3)");
    let Some(Column::Category { codes, categories }) = frame.get("phase") else { panic!("phase is a category") };
    assert_eq!(categories, &["G1", "S", "G2M"]);
    // 47.1 % of the law is in G1; 6 standard errors of a share of 600 cells are 12 points (false alarms below 1e-8).
    let share = codes.iter().filter(|c| **c == Some(0)).count() as f64 / 600.0;
    assert!((share - 0.471).abs() < 0.12, "{share}");
}

#[test]
fn known_genes_peak_in_their_phase() {
    let simulation = simulate(&SimulationConfig { cells: 2000, ..config() }).unwrap();
    let rna = simulation.data.modality("rna").unwrap();
    let found = CycleGenes::detect(&rna.features).unwrap();
    assert!(found.s.len() >= 40 && found.g2m.len() >= 50);
    let rows = dense(&rna.counts);
    for (genes, peak) in [(&found.s, TAU / 3.0), (&found.g2m, 2.0 * TAU / 3.0)] {
        let mean =
            genes.iter().map(|g| (relative_harmonic(&rows, *g as u32, &simulation.angle).1 - peak).sin()).sum::<f64>()
                / genes.len() as f64;
        // Peaks scatter by 0.26 rad, estimates of one gene by about 0.15: the mean of 40 by 0.05. Six times that.
        assert!(mean.abs() < 0.3, "{mean}");
    }
}

#[test]
fn without_strength_nothing_cycles() {
    let strong = |strength| {
        let config = SimulationConfig { cells: 2000, cycle_strength: strength, ..config() };
        let simulation = simulate(&config).unwrap();
        let rna = simulation.data.modality("rna").unwrap();
        let rows = dense(&rna.counts);
        let genes = CycleGenes::detect(&rna.features).unwrap().s;
        genes.iter().filter(|g| relative_harmonic(&rows, **g as u32, &simulation.angle).0 > 0.3).count()
    };
    assert!(strong(1.0) >= 38, "{}", strong(1.0));
    assert_eq!(strong(0.0), 0);
}

#[test]
fn variance_is_more_than_the_mean_by_mean_squared_over_dispersion() {
    // One gene without anything else: mean and variance have closed forms.
    let config = SimulationConfig {
        cells: 20_000,
        genes: 1,
        regions: 0,
        batches: 1,
        cycling: 0.0,
        factor_strength: 0.0,
        depth: 10.0,
        ..config()
    };
    let simulator = Simulator::new(&config).unwrap();
    let mut values = Vec::new();
    simulator
        .for_each_cell::<()>(|cell| {
            values.push(cell.rna.unwrap().1.first().map_or(0.0, |v| f64::from(*v)));
            Ok(())
        })
        .unwrap();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    // E[library] = 10 exp(0.35² / 2); the standard error of the mean is about 0.05, six of them 0.3.
    assert!((mean - 10.0 * (0.35_f64.powi(2) / 2.0).exp()).abs() < 0.3, "{mean}");
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    assert!(variance > 2.0 * mean, "a Poisson law has variance {mean}, these have {variance}");
}

#[test]
fn cells_lack_one_modality_at_most() {
    let simulation = simulate(&SimulationConfig { lacking: 0.3, ..config() }).unwrap();
    let [rna, atac] = ["rna", "atac"].map(|n| simulation.data.modality(n).unwrap());
    let both = |i: usize| (rna.row_of_cell[i].is_some(), atac.row_of_cell[i].is_some());
    let count = |what| (0..600).filter(|i| both(*i) == what).count();
    assert_eq!(count((false, false)), 0);
    assert_eq!(count((true, true)) + count((true, false)), rna.counts.len());
    // 180 of 600 expected; standard deviation 11, six of them 68.
    assert!(count((true, false)).abs_diff(180) < 68 && count((false, true)).abs_diff(180) < 68);
}

#[test]
fn wrong_fields_are_named() {
    let wrong = |config: SimulationConfig| simulate(&config).unwrap_err().to_string();
    let count = wrong(SimulationConfig { cells: 0, ..config() });
    assert_eq!(count, "simulation: cells must be between 1 and 4294967295, got 0");
    let share = wrong(SimulationConfig { lacking: 0.7, ..config() });
    assert_eq!(share, "simulation: lacking must be between 0 and 0.5, got 0.7");
    let nan = wrong(SimulationConfig { depth: f64::NAN, ..config() });
    assert_eq!(nan, "simulation: depth must be between 0.000001 and 1000000, got NaN");
    let nothing = simulate(&SimulationConfig { lacking: 0.1, regions: 0, ..config() }).unwrap_err();
    assert_eq!(nothing, SimulationError::Nothing(0.1));
}

#[test]
fn rows_made_on_the_way_are_those_of_memory() {
    let config = SimulationConfig { lacking: 0.2, ..config() };
    let (simulator, simulation) = (Simulator::new(&config).unwrap(), simulate(&config).unwrap());
    assert_eq!(simulator.annotations(), simulation.data.annotations);
    for (modality, name) in [(SimulatedModality::Rna, "rna"), (SimulatedModality::Atac, "atac")] {
        let source = SimulatedRows::new(&simulator, modality);
        let mut rows = SparseRows::new(source.columns());
        source
            .visit(&mut |columns, values| {
                rows.push(columns, values);
                Ok(())
            })
            .unwrap();
        let held = simulation.data.modality(name).unwrap();
        assert_eq!(rows, dense(&held.counts));
        let cells: Vec<usize> = (0..600).filter(|i| held.row_of_cell[*i].is_some()).collect();
        assert_eq!(source.cells(), cells);
    }
}
