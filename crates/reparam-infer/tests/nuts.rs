//! The no-U-turn sampler on targets whose moments are known.

use reparam_infer::{
    LogDensity, LogDensityError,
    nuts::{NutsDraws, NutsError, NutsOptions, nuts},
};
use std::{ops::ControlFlow, sync::atomic::AtomicU64, sync::atomic::Ordering};

/// Two normals with correlation 0.9 and scales 1 and 10 about (1, 2); no value where the first is above `edge`.
struct Pair {
    edge: f64,
}

impl LogDensity for Pair {
    fn dimension(&self) -> usize {
        2
    }
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        if x[0] > self.edge {
            return Err(LogDensityError::Failed("past the edge".into()));
        }
        let [a, b] = [x[0] - 1.0, (x[1] - 2.0) / 10.0];
        let rest = 1.0 - 0.81;
        gradient[0] = -(a - 0.9 * b) / rest;
        gradient[1] = -(b - 0.9 * a) / rest / 10.0;
        Ok(-0.5 * (a * a - 1.8 * a * b + b * b) / rest)
    }
}

/// Eight schools (Rubin 1981), non-centred: `theta = mu + tau eta`, `mu ~ N(0, 5)`, `tau ~ Cauchy⁺(0, 5)`; coordinates `eta, mu, ln tau`.
struct Schools;

const EFFECTS: [f64; 8] = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
const ERRORS: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];

impl LogDensity for Schools {
    fn dimension(&self) -> usize {
        10
    }
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let (mu, tau) = (x[8], x[9].exp());
        let prior = (tau / 5.0).powi(2);
        let mut value = -0.5 * (mu / 5.0).powi(2) - prior.ln_1p() + x[9];
        gradient[8] = -mu / 25.0;
        gradient[9] = 1.0 - 2.0 * prior / (1.0 + prior);
        for j in 0..8 {
            let residual = (EFFECTS[j] - mu - tau * x[j]) / ERRORS[j];
            value -= 0.5 * (residual * residual + x[j] * x[j]);
            let slope = residual / ERRORS[j];
            gradient[j] = slope * tau - x[j];
            gradient[8] += slope;
            gradient[9] += slope * tau * x[j];
        }
        Ok(value)
    }
}

/// Means and standard deviations of `mu` and `ln tau`: given `tau`, `mu` is normal; over `ln tau` by the trapezium rule, which is exact to
/// rounding for a smooth density that vanishes at both ends (at e^-30 and e^15 by 1e-11).
fn schools_exactly() -> [[f64; 2]; 2] {
    let mut sums = [0.0; 5];
    for i in 0..9000 {
        let log_tau = -30.0 + 0.005 * f64::from(i);
        let tau = log_tau.exp();
        let (mut precision, mut pull, mut log) = (1.0 / 25.0, 0.0, log_tau - (tau / 5.0).powi(2).ln_1p());
        for (y, s) in EFFECTS.iter().zip(ERRORS) {
            let variance = s * s + tau * tau;
            precision += 1.0 / variance;
            pull += y / variance;
            log -= 0.5 * (variance.ln() + y * y / variance);
        }
        let mean = pull / precision;
        let weight = (log - 0.5 * precision.ln() + 0.5 * precision * mean * mean + 30.0).exp();
        let terms = [1.0, mean, mean * mean + 1.0 / precision, log_tau, log_tau * log_tau];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += weight * term;
        }
    }
    let [mu, mu2, t, t2] = [1, 2, 3, 4].map(|i| sums[i] / sums[0]);
    [[mu, (mu2 - mu * mu).sqrt()], [t, (t2 - t * t).sqrt()]]
}

fn draw<D: LogDensity>(density: &D, options: &NutsOptions) -> NutsDraws {
    nuts(density, &vec![0.0; density.dimension()], options, &|_| ControlFlow::Continue(())).expect("draws")
}

/// Five standard errors, two sided: 6e-7 a comparison.
#[test]
fn a_correlated_normal_has_its_moments() {
    let found = draw(&Pair { edge: f64::INFINITY }, &NutsOptions::default());
    assert_eq!((found.chains.len(), found.chains[0].len(), found.stats[3].tree_depth.len()), (4, 1000, 1000));
    for (summary, [mean, sd]) in found.summaries().iter().zip([[1.0, 1.0], [2.0, 10.0]]) {
        assert!((summary.mean - mean).abs() < 5.0 * summary.mcse_mean, "{summary:?}");
        assert!((summary.sd - sd).abs() < 5.0 * summary.mcse_sd, "{summary:?}");
        assert!(summary.r_hat < 1.02 && summary.ess_bulk > 400.0, "{summary:?}");
    }
    assert_eq!((found.failures, found.divergences(), found.interrupted), (0, 0, false));
    // The log density that is kept is the density's own at the draw.
    let mut gradient = [0.0; 2];
    let value =
        Pair { edge: f64::INFINITY }.value_and_gradient(found.chains[2].row(77), &mut gradient).expect("a value");
    assert!((value - found.stats[2].log_density[77]).abs() < 1e-12);
}

/// Five standard errors, two sided: 6e-7 a comparison.
#[test]
fn eight_schools_has_its_moments() {
    let found = draw(&Schools, &NutsOptions { seed: 3, ..NutsOptions::default() });
    let summaries = found.summaries();
    for (summary, [mean, sd]) in summaries[8..].iter().zip(schools_exactly()) {
        assert!((summary.mean - mean).abs() < 5.0 * summary.mcse_mean, "{summary:?}, not {mean}");
        assert!((summary.sd - sd).abs() < 5.0 * summary.mcse_sd, "{summary:?}, not {sd}");
    }
    assert!(summaries.iter().all(|s| s.r_hat < 1.02));
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let options = NutsOptions { warmup: 100, draws: 50, chains: 3, ..NutsOptions::default() };
    let on = |threads: usize, options: &NutsOptions| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| draw(&Schools, options))
    };
    let one = on(1, &options);
    assert_eq!(one, on(3, &options));
    assert_ne!(one.chains, on(1, &NutsOptions { seed: 1, ..options }).chains);
    assert_ne!(one.chains[0], one.chains[1]);
}

#[test]
fn points_without_a_value_are_divergences_and_are_counted() {
    let found = draw(&Pair { edge: 1.0 }, &NutsOptions { draws: 300, ..NutsOptions::default() });
    assert!(found.failures > 0 && found.divergences() > 0);
    assert!(found.all().rows().all(|row| row[0] <= 1.0));
}

#[test]
fn what_cannot_be_drawn_from_is_an_error() {
    let go = |edge: f64, start: &[f64], options: NutsOptions| {
        nuts(&Pair { edge }, start, &options, &|_| ControlFlow::Continue(())).expect_err("refused").to_string()
    };
    let defaults = NutsOptions::default;
    assert_eq!(
        go(-5.0, &[0.0, 0.0], defaults()),
        "nuts: chain 0: no finite density within 100 points near the start; the last one failed with: \
         log density: past the edge"
    );
    assert_eq!(
        go(9.0, &[0.0], defaults()),
        "nuts: length of the starting point must be the dimension of the model, got 1"
    );
    for options in [
        NutsOptions { chains: 0, ..defaults() },
        NutsOptions { draws: 0, ..defaults() },
        NutsOptions { draws: u64::MAX, ..defaults() },
        NutsOptions { warmup: 0, ..defaults() },
        NutsOptions { target_accept: f64::NAN, ..defaults() },
        NutsOptions { max_depth: 64, ..defaults() },
        NutsOptions { jitter: -1.0, ..defaults() },
    ] {
        assert!(go(9.0, &[0.0, 0.0], options).contains("must be"));
    }
    let nan = nuts(&Pair { edge: 9.0 }, &[f64::NAN, 0.0], &defaults(), &|_| ControlFlow::Continue(()));
    assert!(matches!(nan, Err(NutsError::Start { .. })));
}

#[test]
fn a_caller_can_stop_it() {
    let calls = AtomicU64::new(0);
    let stop = |_| {
        calls.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Break(())
    };
    let found = nuts(&Schools, &[0.0; 10], &NutsOptions::default(), &stop).expect("what there is");
    assert!(found.interrupted && found.all().is_empty() && found.summaries().len() == 10);
    assert_eq!(calls.into_inner(), 4);
}
