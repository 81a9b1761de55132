//! Effective sample size of chains.

use super::mean_and_variance;

/// Both halves of each chain, without the middle draw of an odd number.
pub fn split(chains: &[&[f64]]) -> Vec<Vec<f64>> {
    chains
        .iter()
        .flat_map(|c| {
            let half = c.len() / 2;
            [c[..half].to_vec(), c[c.len() - half..].to_vec()]
        })
        .collect()
}

/// Effective sample size of chains of one length, at least 2: Geyer's initial monotone sequence over the autocorrelation of all chains
/// (Vehtari et al. 2021, section 3.2). All draws, where they are alike; at most `S log10 S`.
///
/// Costs as many passes over the draws as the autocorrelation takes to die out: half the square of the length where it never does.
pub fn ess(chains: &[Vec<f64>]) -> f64 {
    let (m, n) = (chains.len(), chains[0].len());
    let total = (m * n) as f64;
    let [low, high] =
        chains.iter().flatten().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(*x), high.max(*x)]);
    // numpy's `resolution` of f64, so that the same draws count as alike as there.
    if high - low < 1e-15 {
        return total;
    }
    let means: Vec<f64> = chains.iter().map(|c| c.iter().sum::<f64>() / n as f64).collect();
    let within = covariance(chains, &means, 0) * n as f64 / (n as f64 - 1.0);
    let between = if m > 1 { mean_and_variance(&means)[1] } else { 0.0 };
    let plus = within * (n as f64 - 1.0) / n as f64 + between;
    let rho = |lag: usize| 1.0 - (within - covariance(chains, &means, lag)) / plus;
    let rho = monotone(positive(rho, n));
    // Sum over the pairs, and half of the first of the pair that was not positive.
    let (last, pairs) = rho.split_last().unwrap_or((&0.0, &[]));
    let tau = -1.0 + 2.0 * pairs.iter().sum::<f64>() + last;
    total / tau.max(1.0 / total.log10())
}

/// Mean over chains of the autocovariance at a lag, divided by the length.
fn covariance(chains: &[Vec<f64>], means: &[f64], lag: usize) -> f64 {
    let of_one = |(c, mean): (&Vec<f64>, &f64)| {
        c.iter().zip(&c[lag.min(c.len())..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / c.len() as f64
    };
    chains.iter().zip(means).map(of_one).sum::<f64>() / chains.len() as f64
}

/// Autocorrelations while sums of pairs (2t, 2t + 1) are positive, then the even one of the first pair that is not, or 0.
fn positive(rho: impl Fn(usize) -> f64, n: usize) -> Vec<f64> {
    let mut kept = vec![1.0, rho(1)];
    let (mut t, mut pair) = (1, [1.0, kept[1]]);
    while t + 3 < n && pair[0] + pair[1] > 0.0 {
        pair = [rho(t + 1), rho(t + 2)];
        if pair[0] + pair[1] >= 0.0 {
            kept.extend(pair);
        }
        t += 2;
    }
    // Of the pair at which it ended, the odd one is never used, and the even one once, where it is positive.
    kept.truncate(t - 1);
    kept.push(pair[0].max(0.0));
    kept
}

/// Lowers pairs so that their sums never rise.
fn monotone(mut rho: Vec<f64>) -> Vec<f64> {
    let pairs = (rho.len() - 1) / 2;
    for i in 1..pairs {
        let before = rho[2 * i - 2] + rho[2 * i - 1];
        if rho[2 * i] + rho[2 * i + 1] > before {
            rho[2 * i] = before / 2.0;
            rho[2 * i + 1] = before / 2.0;
        }
    }
    rho
}
