//! Ranks and quantiles of draws.

use reparam_core::special::normal_quantile;

/// Chains whose draws are replaced by the normal quantiles of their ranks among all draws, `(r - 3/8) / (S + 1/4)`; ties share their mean rank.
pub fn normal_scores(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut order: Vec<(f64, usize, usize)> = chains
        .iter()
        .enumerate()
        .flat_map(|(c, draws)| draws.iter().enumerate().map(move |(i, x)| (*x, c, i)))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total = order.len() as f64;
    let mut scores: Vec<Vec<f64>> = chains.iter().map(|c| vec![0.0; c.len()]).collect();
    let mut first = 0;
    for tied in order.chunk_by(|a, b| a.0 == b.0) {
        // Ranks first + 1 … first + n.
        let rank = first as f64 + 0.5 * (tied.len() as f64 + 1.0);
        let score = normal_quantile((rank - 0.375) / (total + 0.25));
        for &(_, c, i) in tied {
            scores[c][i] = score;
        }
        first += tied.len();
    }
    scores
}

/// Quantile of numbers in rising order, by straight lines between them (type 7 of Hyndman and Fan 1996); NaN of none.
pub fn sorted_quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = p * last as f64;
    let i = (at as usize).min(last);
    let next = sorted[(i + 1).min(last)];
    sorted[i] + (at - i as f64) * (next - sorted[i])
}
