//! The cycle's numbers against closed forms and against golden values (`golden/golden.py`).

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use reparam_core::noise::{Key, Noise};

use super::*;
use crate::{CountStore, CycleGenes, SimulationConfig, SparseRows, simulate};

const GOLDEN: &str = include_str!("golden/golden.csv");
const CELLS: usize = 200;

fn golden(name: &str) -> Vec<f64> {
    let rows = GOLDEN.lines().filter_map(|line| line.split_once(','));
    rows.filter(|(n, _)| *n == name).map(|(_, v)| v.parse().unwrap()).collect()
}

/// Values of a formula of the cell's number.
fn values(f: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..CELLS).map(|i| f(i as f64)).collect()
}

fn a() -> Vec<f64> {
    values(|i| (1.7 * i + (3.1 * i).sin()).rem_euclid(TAU))
}

fn b() -> Vec<f64> {
    values(|i| (-(1.7 * i + (3.1 * i).sin()) + 0.8 + 0.6 * (5.3 * i).sin()).rem_euclid(TAU))
}

fn labels() -> Vec<Option<u32>> {
    (0..CELLS).map(|i| Some(((i * i + i / 7) % 3) as u32)).collect()
}

fn points() -> Vec<f64> {
    let label = |i: usize| f64::from(labels()[i].unwrap());
    let point = |i: usize| [(1.3 * i as f64).sin() + 0.7 * label(i), (2.1 * i as f64).cos() - 0.5 * label(i)];
    (0..CELLS).flat_map(point).collect()
}

fn response() -> Vec<f64> {
    a().iter().zip(0..).map(|(a, i)| 1.5 + 0.9 * (a - 2.0).cos() + (7.7 * f64::from(i)).sin()).collect()
}

/// Sums of 200 terms in another order, and sines of arguments up to 1500, differ by some hundred units in the last place.
fn close(got: &[f64], name: &str) {
    let want = golden(name);
    assert_eq!(got.len(), want.len(), "{name}");
    for (g, w) in got.iter().zip(&want) {
        assert!((g - w).abs() < 1e-11 * w.abs().max(1.0), "{name}: got {g}, expected {w}");
    }
}

#[test]
fn harmonic_matches_least_squares_and_the_f_test() {
    let fit = Harmonic::fit(&a(), &response()).unwrap();
    close(&[fit.mean, fit.amplitude, fit.peak, fit.share, fit.p_value], "harmonic");
}

#[test]
fn p_values_of_noise_are_uniform() {
    // 2000 fits to noise: the share below 0.05 has standard error 0.005; five of them (false alarms below 1e-6).
    let mut noise = vec![0.0; CELLS];
    let below = (0..2000)
        .filter(|step| {
            Key::new(5).step(*step).fill(Noise::StandardNormal, 0, &mut noise);
            Harmonic::fit(&a(), &noise).unwrap().p_value < 0.05
        })
        .count();
    assert!((below as f64 / 2000.0 - 0.05).abs() < 0.025, "{below}");
}

#[test]
fn agreement_matches_golden_values() {
    let first: Vec<f64> = points().chunks(2).map(|p| p[0]).collect();
    close(&[eta_squared(&first, 1, &labels()).unwrap()], "eta");
    close(&[eta_squared_of_angles(&a(), &labels()).unwrap()], "eta_angles");
    close(&[circular_correlation(&a(), &b()).unwrap()], "circular");
    close(&[rotation_free_correlation(&a(), &b()).unwrap()], "rotation_free");
    let error = angle_error(&a(), &b()).unwrap();
    close(&[error.direct], "error_direct");
    close(&[error.best], "error_best");
    assert!(error.reflected);
    // What it says of rotation and direction gives the error that it says.
    let turned: Vec<f64> = a().iter().map(|a| error.rotation - a).collect();
    assert!((angle_error(&turned, &b()).unwrap().direct - error.best).abs() < 1e-12);
}

#[test]
fn angles_that_are_rotated_or_reflected_agree_fully_and_others_do_not() {
    let a = a();
    for (sign, reflected) in [(1.0, false), (-1.0, true)] {
        let turned: Vec<f64> = a.iter().map(|a| sign * a + 2.5).collect();
        let error = angle_error(&a, &turned).unwrap();
        assert!(error.best < 1e-12 && error.reflected == reflected);
        assert!((rotation_free_correlation(&a, &turned).unwrap() * sign - 1.0).abs() < 1e-12);
        assert!((circular_correlation(&a, &turned).unwrap() * sign - 1.0).abs() < 1e-12);
    }
    let mut noise = vec![0.0; CELLS];
    Key::new(1).step(0).fill(Noise::Uniform, 0, &mut noise);
    let other: Vec<f64> = noise.iter().map(|u| TAU * u).collect();
    // Independent even angles: π/2 with standard error 0.064; the best of all rotations is a few of those lower.
    let error = angle_error(&a, &other).unwrap();
    assert!((error.direct - FRAC_PI_2).abs() < 0.32 && error.best > 1.2, "{error:?}");
    assert!(rotation_free_correlation(&a, &other).unwrap().abs() < 0.35);
}

#[test]
fn cells_without_a_label_take_no_part() {
    let labels = [Some(0), None, Some(0), Some(1), Some(1)];
    assert_eq!(eta_squared(&[1.0, 99.0, 1.0, 3.0, 3.0], 1, &labels).unwrap(), 1.0);
    let knn = knn_accuracy(&[0.0, 0.05, 0.1, 5.0, 5.1], 1, &labels, &[1], Key::new(0)).unwrap();
    assert_eq!((knn[0].accuracy, knn[0].baseline, knn[0].cells, knn[0].subset), (1.0, 0.5, 4, false));
}

#[test]
fn votes_match_golden_values() {
    let found = knn_accuracy(&points(), 2, &labels(), &[1, 5, 10, 15], Key::new(0)).unwrap();
    close(&found.iter().map(|k| k.accuracy).collect::<Vec<_>>(), "knn");
}

#[test]
fn more_cells_than_are_compared_become_a_subset() {
    let n = MOST_BY_FORCE + 1;
    let points: Vec<f64> = (0..n).map(|i| (i % 2) as f64).collect();
    let labels: Vec<Option<u32>> = (0..n).map(|i| Some((i % 2) as u32)).collect();
    let found = knn_accuracy(&points, 1, &labels, &[3], Key::new(0)).unwrap()[0];
    assert_eq!((found.accuracy, found.cells, found.subset), (1.0, MOST_BY_FORCE, true));
}

#[test]
fn orientation_undoes_any_rotation_and_reflection() {
    let score = |peak: f64| values(|i| (0.31 * i - peak).cos());
    for (sign, turn) in [(1.0, 0.0), (1.0, 4.0), (-1.0, 0.0), (-1.0, 1.3)] {
        let raw = values(|i| sign * 0.31 * i + turn);
        let found = orient(&raw, &score(PI - 0.7), &score(PI + 0.7)).unwrap();
        assert_eq!(found.reversed, sign < 0.0);
        assert!((found.lead - 1.4).abs() < 1e-9 && found.strength() > 0.999 && found.p_value() < 1e-9);
        for i in 0..40 {
            let angle = f64::from(i) * 0.31;
            assert!(signed(found.angle(sign * angle + turn) - angle).abs() < 1e-9);
            assert!(signed(found.raw(found.angle(angle)) - angle).abs() < 1e-9);
        }
        let phase = |angle: f64| found.phase(found.raw(angle));
        let edge = (PI - 0.7) / 2.0;
        let at = [0.0, edge - 0.01, edge + 0.01, PI - 0.01, PI + 0.01, TAU - edge - 0.01, TAU - edge + 0.01];
        assert_eq!(at.map(phase), [Phase::G1, Phase::G1, Phase::S, Phase::S, Phase::G2M, Phase::G2M, Phase::G1]);
    }
}

#[test]
fn noise_is_no_cycle() {
    let mut noise = vec![0.0; 2 * CELLS];
    Key::new(8).step(0).fill(Noise::StandardNormal, 0, &mut noise);
    let found = orient(&a(), &noise[..CELLS], &noise[CELLS..]).unwrap();
    assert!(found.p_value() > 0.01 && found.strength() < 0.05, "{found:?}");
}

#[test]
fn axis_has_the_correlation_of_the_regression() {
    let latents = latents();
    let axis = find_axis(&latents, 4, &response()).unwrap();
    // The ridge of 1e-9 moves a squared correlation by less than 1e-9.
    assert!((axis.correlation - golden("axis")[0]).abs() < 1e-9);
    let along: Vec<f64> = latents.chunks(4).map(|p| axis.at(p)).collect();
    let variance = along.iter().map(|x| x * x).sum::<f64>() / CELLS as f64;
    assert!((variance - 1.0).abs() < 1e-6);
}

fn latents() -> Vec<f64> {
    let row = |(i, a): (usize, f64)| {
        let i = i as f64;
        [a.cos() + 0.3 * (1.1 * i).sin(), a.sin(), (2.9 * i).sin(), 2.0 * (1.9 * i).cos()]
    };
    a().into_iter().enumerate().flat_map(row).collect()
}

#[test]
fn plane_finds_a_circle_among_other_latents() {
    // The circle squeezed and mixed with noise of other latents, one of which is never used.
    let truth = a();
    let row = |(i, a): (usize, &f64)| {
        let other = (2.9 * i as f64).sin();
        [3.0 * a.cos() + other, 0.0, 0.5 * a.sin() - other, other, 1.0]
    };
    let latents: Vec<f64> = truth.iter().enumerate().flat_map(row).collect();
    let score = |peak: f64| truth.iter().map(|a| (a - peak).cos()).collect::<Vec<_>>();
    let (s, g2m) = (score(TAU / 3.0), score(2.0 * TAU / 3.0));
    let plane = find_plane(&latents, 5, &s, &g2m).unwrap();
    assert!(plane.shares.iter().all(|share| *share > 0.999_99), "{plane:?}");
    let raw: Vec<f64> = latents.chunks(5).map(|p| plane.angle(p)).collect();
    let oriented = orient(&raw, &s, &g2m).unwrap();
    let found: Vec<f64> = raw.iter().map(|r| oriented.angle(*r)).collect();
    // Angles of the truth are nearly evenly spread, so that whitening leaves the circle nearly round: 0.05 rad.
    assert!(angle_error(&found, &truth).unwrap().direct < 0.05);
    let projected: Vec<[f64; 2]> = latents.chunks(5).map(|p| plane.project(p)).collect();
    let moment = |f: fn(&[f64; 2]) -> f64| projected.iter().map(f).sum::<f64>() / CELLS as f64;
    assert!((moment(|p| p[0] * p[0]) - 1.0).abs() < 1e-6 && moment(|p| p[0] * p[1]).abs() < 1e-6);
}

#[test]
fn scores_match_golden_values() {
    let (mut state, mut rows) = (12345_u64, SparseRows::new(120));
    for _ in 0..60 {
        let row: Vec<f32> = (0..120)
            .map(|g| {
                state = (state * 1_103_515_245 + 12345) % (1 << 31);
                ((state >> 16) % (3 + g % 17)).saturating_sub(1) as f32
            })
            .collect();
        rows.push_dense(&row);
    }
    let scores = set_score(&CountStore::in_memory(rows), &[3, 10, 47, 80, 81], Key::new(0)).unwrap();
    close(&scores, "score");
}

#[test]
fn scores_of_simulated_cells_orient_the_circle() {
    let truth = |strength| {
        let config = SimulationConfig {
            cells: 1500,
            seed: 11,
            regions: 0,
            cycle_strength: strength,
            ..SimulationConfig::default()
        };
        let simulation = simulate(&config).unwrap();
        let rna = simulation.data.modality("rna").unwrap();
        let genes = CycleGenes::detect(&rna.features).unwrap();
        let (s, g2m) = cycle_scores(&rna.counts, &genes, Key::new(1)).unwrap();
        let turned: Vec<f64> = simulation.angle.iter().map(|a| 1.0 - a).collect();
        (orient(&turned, &s, &g2m).unwrap(), simulation.angle, turned)
    };
    let (found, angle, turned) = truth(1.0);
    assert!(found.reversed && found.strength() > 0.5 && (found.lead - TAU / 3.0).abs() < 0.3, "{found:?}");
    let back: Vec<f64> = turned.iter().map(|a| found.angle(*a)).collect();
    assert!(angle_error(&back, &angle).unwrap().direct < 0.1);
    // The same cells without a cycle.
    let (none, ..) = truth(0.0);
    assert!(none.p_value() > 0.001 && none.strength() < 0.02, "{none:?}");
}

#[test]
fn curves_have_the_peaks_and_ends_of_their_formula() {
    let at = |f: fn(f64) -> f64| (0..200).map(|i| f(TAU * f64::from(i) / 200.0)).collect::<Vec<_>>();
    // cos θ + cos 2θ: maxima 2 at 0 and 0 at π. The parabola errs by the spacing to the third, 3e-5.
    let found = peaks(&at(|t| t.cos() + (2.0 * t).cos()));
    assert_eq!(found.len(), 2);
    assert!(signed(found[0].angle).abs() < 3e-5 && (found[0].value - 2.0).abs() < 1e-5);
    assert!((found[1].angle - PI).abs() < 3e-5 && found[1].value.abs() < 1e-5);
    assert!(peaks(&[1.0; 5]).is_empty() && peaks(&[]).is_empty());
    assert_eq!(peaks(&[0.0, 1.0, 1.0, 0.0]).len(), 1);
    assert_eq!((closure(&[]), closure(&[2.0; 3]), closure(&[0.0, 2.0, 1.0])), (0.0, 0.0, 0.5));
}

#[test]
fn wrong_input_is_named() {
    let text = |e: CycleError| e.to_string();
    assert_eq!(
        text(Harmonic::fit(&[0.0; 5], &[0.0; 4]).unwrap_err()),
        "cycle: values must have one value for each cell, got 4 for 5 cells"
    );
    assert_eq!(
        text(Harmonic::fit(&[0.0; 3], &[0.0; 3]).unwrap_err()),
        "cycle: a harmonic needs at least 4 cells, got 3"
    );
    assert_eq!(
        text(circular_correlation(&[0.0, f64::NAN], &[0.0; 2]).unwrap_err()),
        "cycle: angles must be finite, got NaN at cell 1"
    );
    let counts = CountStore::in_memory(SparseRows::new(3));
    assert_eq!(
        text(set_score(&counts, &[3], Key::new(0)).unwrap_err()),
        "cycle: a gene set must name columns below 3, got 3"
    );
    assert_eq!(
        text(set_score(&counts, &[0, 1, 2], Key::new(0)).unwrap_err()),
        "cycle: no genes outside the set of 3 to compare with, of 3"
    );
    assert!(knn_accuracy(&[0.0; 3], 1, &[Some(0); 3], &[3], Key::new(0)).is_err());
    assert!(find_axis(&[0.0; 4], 2, &[0.0; 2]).is_err());
    assert_eq!(find_axis(&[1.0; 8], 1, &[2.0; 8]).unwrap().correlation, 0.0);
}
