//! How two groups differ in each feature, with what certainty.

use rayon::prelude::*;
use serde::Serialize;

use super::expected::accessible;
use super::run::Run;

/// Counts that means of expression are given in.
const PER: f64 = 1e4;

/// What counts as a difference.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Smallest log2 fold change.
    pub delta: f64,
    /// Smallest difference of probabilities.
    pub delta_accessible: f64,
    /// Added to both means of a ratio, counts in 10,000.
    pub pseudocount: f64,
}

/// One feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Its modality.
    pub modality: String,
    /// Its name.
    pub feature: String,
    /// What the effect is: `log2_fold_change` or `difference`.
    pub measure: &'static str,
    /// Median over replicates.
    pub effect: f64,
    /// 5th percentile.
    pub low: f64,
    /// 95th percentile.
    pub high: f64,
    /// Share of replicates with an effect beyond the smallest that counts.
    pub probability: f64,
    /// Expected share of false ones among this row and all before it.
    pub expected_fdr: f64,
    /// Mean of A: counts in 10,000, or a probability.
    pub mean_a: f64,
    /// Mean of B.
    pub mean_b: f64,
}

/// All features, the most probable first. `means` has of each group, modality and replicate the means of the features.
pub fn compare(run: &Run, means: &[Vec<Vec<Vec<f64>>>; 2], rule: &Rule) -> Vec<Compared> {
    let mut rows = Vec::new();
    for (m, modality) in run.info.modalities.iter().enumerate() {
        let open = accessible(run, m);
        let (a, b) = (&means[0][m], &means[1][m]);
        rows.par_extend(modality.features.par_iter().enumerate().map(|(g, feature)| {
            let pairs: Vec<[f64; 2]> = a.iter().zip(b).map(|(a, b)| [a[g], b[g]]).collect();
            Compared { modality: modality.name.clone(), feature: feature.clone(), ..of_feature(&pairs, open, rule) }
        }));
    }
    rank(&mut rows);
    rows
}

/// One feature, from its means in each replicate.
fn of_feature(pairs: &[[f64; 2]], open: bool, rule: &Rule) -> Compared {
    let per = if open { 1.0 } else { PER };
    let effect = |[a, b]: &[f64; 2]| {
        if open { a - b } else { ((per * a + rule.pseudocount) / (per * b + rule.pseudocount)).log2() }
    };
    let delta = if open { rule.delta_accessible } else { rule.delta };
    let mut effects: Vec<f64> = pairs.iter().map(effect).collect();
    effects.sort_by(f64::total_cmp);
    let n = effects.len().max(1) as f64;
    let mean = |k: usize| per * pairs.iter().map(|pair| pair[k]).sum::<f64>() / n;
    Compared {
        modality: String::new(),
        feature: String::new(),
        measure: if open { "difference" } else { "log2_fold_change" },
        effect: quantile(&effects, 0.5),
        low: quantile(&effects, 0.05),
        high: quantile(&effects, 0.95),
        probability: effects.iter().filter(|e| e.abs() > delta).count() as f64 / n,
        expected_fdr: 0.0,
        mean_a: mean(0),
        mean_b: mean(1),
    }
}

/// Sorts rows by probability, then by size, and says how many of them are expected to be false.
fn rank(rows: &mut [Compared]) {
    // Differences of probability and ratios have no common size: each counts in its own.
    rows.sort_by(|a, b| {
        let probable = b.probability.total_cmp(&a.probability);
        probable.then(a.measure.cmp(b.measure).reverse()).then(b.effect.abs().total_cmp(&a.effect.abs()))
    });
    let mut wrong = 0.0;
    for (i, row) in rows.iter_mut().enumerate() {
        wrong += 1.0 - row.probability;
        row.expected_fdr = wrong / (i + 1) as f64;
    }
}

/// A quantile of sorted values, linear between them (type 7 of Hyndman and Fan 1996).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[(place.floor() as usize + 1).min(last)]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { delta: 0.25, delta_accessible: 0.05, pseudocount: 0.0 };

    #[test]
    fn effects_are_those_of_the_formula() {
        // Twice, equal, and half, in 1:2:1 of the replicates.
        let pairs = [[2e-4, 1e-4], [1e-4, 1e-4], [1e-4, 1e-4], [1e-4, 2e-4]];
        let row = of_feature(&pairs, false, &RULE);
        assert_eq!((row.effect, row.probability, row.measure), (0.0, 0.5, "log2_fold_change"));
        assert!((row.mean_a - 1.25).abs() < 1e-12 && (row.mean_b - 1.25).abs() < 1e-12);
        // numpy 2.4.6: quantile([-1, 0, 0, 1], [0.05, 0.95]) = -0.85, 0.85
        assert!((row.low + 0.85).abs() < 1e-12 && (row.high - 0.85).abs() < 1e-12);
        let one = of_feature(&[[3e-4, 0.0]], false, &Rule { pseudocount: 1.0, ..RULE });
        assert!((one.effect - 2.0).abs() < 1e-12);
        let open = of_feature(&[[0.5, 0.25], [0.5, 0.48]], true, &RULE);
        assert!((open.effect - 0.135).abs() < 1e-12);
        assert_eq!((open.probability, open.measure), (0.5, "difference"));
    }

    #[test]
    fn false_discoveries_are_added_up_in_order() {
        let row = |probability: f64, effect: f64| Compared { effect, probability, ..of_feature(&[], false, &RULE) };
        let mut rows = vec![row(0.5, 1.0), row(1.0, 0.3), row(0.9, -2.0), row(1.0, -0.9)];
        rank(&mut rows);
        let found: Vec<(f64, f64)> = rows.iter().map(|r| (r.effect, r.expected_fdr)).collect();
        let wanted = [(-0.9, 0.0), (0.3, 0.0), (-2.0, 0.1 / 3.0), (1.0, 0.6 / 4.0)];
        for ((effect, rate), wanted) in found.into_iter().zip(wanted) {
            assert!(effect == wanted.0 && (rate - wanted.1).abs() < 1e-12, "{effect} {rate}");
        }
    }
}
