//! The selection against golden values (`golden/golden.py`) and against small cases by hand.

use super::genes::all_scores;
use super::{SelectError, highly_variable, variable_regions};
use crate::{CountStore, SparseRows};

const GOLDEN: &str = include_str!("golden/golden.csv");
const TOP: usize = 500;

/// The counts of the script, and two batches of them.
fn counts() -> (CountStore, Vec<u32>) {
    let (mut state, mut rows) = (1_u64, SparseRows::new(2000));
    for c in 0..300 {
        let row: Vec<f32> = (0..2000)
            .map(|g: usize| {
                state = (state * 1_103_515_245 + 12345) % (1 << 31);
                let u = state as f64 / 2.0_f64.powi(31);
                let mut x = 2.0_f64.powi((g * 37 % 11) as i32) * (1 + g % 13) as f64;
                for _ in 0..=g * 101 % 7 {
                    x *= u;
                }
                let x = if c % 3 == 2 && g.is_multiple_of(5) { x * 0.25 } else { x };
                x.floor() as f32
            })
            .collect();
        rows.push_dense(&row);
    }
    (CountStore::in_memory(rows), (0..300).map(|c| c % 3 / 2).collect())
}

fn golden(column: usize) -> Vec<f64> {
    GOLDEN.lines().skip(2).map(|line| line.split(',').nth(column).unwrap().parse().unwrap()).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let moment = |f: fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - ma, b - mb)).sum::<f64>();
    moment(|a, b| a * b) / (moment(|a, _| a * a) * moment(|_, b| b * b)).sqrt()
}

#[test]
fn scores_match_golden_values() {
    let (counts, _) = counts();
    let mut scores = all_scores(&counts, None, TOP).unwrap();
    scores.sort_by_key(|score| score.column);
    for (score, (mean, variance)) in scores.iter().zip(golden(0).iter().zip(golden(1))) {
        // Nine digits are written.
        assert!((score.mean - mean).abs() <= 1e-8 * mean && (score.variance - variance).abs() <= 1e-8 * variance);
    }
    // scikit-misc interpolates its fit between vertices of a tree; ours is exact.
    let ours: Vec<f64> = scores.iter().map(|score| score.standardised).collect();
    let r = correlation(&ours, &golden(2));
    assert!(r > 0.999, "{r}");
}

#[test]
fn choices_agree_with_golden_ones() {
    let (counts, batch) = counts();
    for (batch, column) in [(None, 3), (Some(&batch[..]), 4)] {
        let chosen = highly_variable(&counts, batch, TOP).unwrap();
        let want = golden(column);
        assert_eq!((chosen.len(), want.iter().sum::<f64>()), (TOP, TOP as f64));
        let both = chosen.iter().filter(|score| want[score.column] == 1.0).count();
        assert!(both as f64 >= 0.95 * TOP as f64, "{both} of {TOP}");
    }
}

#[test]
fn order_is_by_rank_and_constant_genes_are_left_out() {
    let mut rows = SparseRows::new(6);
    for c in 0..40 {
        let x = |a: bool, v: f32| if a { v } else { 0.0 };
        rows.push_dense(&[1.0, x(c % 2 == 0, 2.0), x(c % 3 == 0, 3.0), x(c % 20 == 0, 20.0), x(c % 4 == 0, 4.0), 0.0]);
    }
    let chosen = highly_variable(&CountStore::in_memory(rows), None, 6).unwrap();
    assert_eq!(chosen.len(), 4);
    assert!(chosen.windows(2).all(|w| w[0].rank < w[1].rank && w[0].standardised >= w[1].standardised));
    assert_eq!(chosen.iter().map(|score| score.mean).collect::<Vec<_>>().len(), 4);
}

#[test]
fn regions_of_few_cells_are_left_out_and_those_of_half_come_first() {
    let mut rows = SparseRows::new(5);
    for c in 0..100 {
        let open = |share| if c < share { 1.0 } else { 0.0 };
        rows.push_dense(&[open(9), open(10), open(50), open(100), 2.0 * open(70)]);
    }
    let counts = CountStore::in_memory(rows);
    let chosen = variable_regions(&counts, 10).unwrap();
    assert_eq!(chosen.iter().map(|r| r.column).collect::<Vec<_>>(), [2, 4, 1, 3]);
    assert_eq!((chosen[1].share, chosen[3].variance()), (0.7, 0.0));
    assert_eq!(variable_regions(&counts, 1).unwrap().len(), 1);
}

#[test]
fn wrong_batches_are_named() {
    let (counts, _) = counts();
    let error = highly_variable(&counts, Some(&[0; 3]), TOP).unwrap_err().to_string();
    assert_eq!(error, "selection: batch must have one number for each row, got 3 for 300 rows");
    let alone: Vec<u32> = (0..300).collect();
    assert!(matches!(highly_variable(&counts, Some(&alone), TOP), Err(SelectError::Few { rows: 300 })));
    assert!(highly_variable(&CountStore::in_memory(SparseRows::new(2)), None, 5).is_err());
}
