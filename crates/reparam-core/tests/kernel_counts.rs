//! The loops over rows of counts against the laws in f64, golden values of SciPy, and the ends of their parameters.

use reparam_core::kernel::{CountLaw, CountRow, CountScratch, CountSlopes, CountSums, count_row};
use reparam_core::law::{Law, NegativeBinomial, Poisson, ZeroInflatedNegativeBinomial};
use reparam_core::noise::{Key, Noise};
use reparam_core::special::log_sum_exp;

const LAWS: [CountLaw; 3] = [CountLaw::Poisson, CountLaw::NegativeBinomial, CountLaw::ZeroInflatedNegativeBinomial];

fn draws(site: &str, noise: Noise, n: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; n];
    Key::new(6).site(site).step(0).fill(noise, 0, &mut out);
    out
}

/// Parameters of a row and its counts.
#[derive(Clone)]
struct Made {
    logits: Vec<f32>,
    log_library: f32,
    log_dispersion: Vec<f32>,
    dropout: Vec<f32>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

/// Value and slopes of a row.
struct Found {
    sums: CountSums,
    logits: Vec<f32>,
    dispersion: Vec<f32>,
    dropout: Vec<f32>,
}

impl Made {
    /// A row of `width` genes of which `share` have counts, up to a few hundred.
    fn new(seed: &str, width: usize, share: f32) -> Self {
        let normals = |site: &str, scale: f32| -> Vec<f32> {
            draws(&format!("{seed}{site}"), Noise::StandardNormal, width).iter().map(|v| scale * v).collect()
        };
        let uniforms = draws(&format!("{seed} counts"), Noise::Uniform, width);
        let columns: Vec<u32> = (0..width as u32).filter(|g| uniforms[*g as usize] < share).collect();
        let values = columns.iter().map(|g| (share / uniforms[*g as usize].max(1e-3)).floor()).collect();
        Self {
            logits: normals("logits", 1.5),
            log_library: (width as f32).ln(),
            log_dispersion: normals("dispersion", 2.0),
            dropout: normals("dropout", 3.0),
            columns,
            values,
        }
    }

    fn run(&self, law: CountLaw) -> Found {
        let width = self.logits.len();
        let log_dispersion = if law.has_dispersion() { &self.log_dispersion[..] } else { &[] };
        let dropout_logits = if law.has_dropout() { &self.dropout[..] } else { &[] };
        let row = CountRow {
            logits: &self.logits,
            log_library: self.log_library,
            log_dispersion,
            dispersion: &CountScratch::exponential(log_dispersion),
            dropout_logits,
            columns: &self.columns,
            values: &self.values,
        };
        let [mut logits, mut dispersion, mut dropout] =
            [width, log_dispersion.len(), dropout_logits.len()].map(|n| vec![0.0; n]);
        let slopes = CountSlopes { logits: &mut logits, log_dispersion: &mut dispersion, dropout_logits: &mut dropout };
        let sums = count_row(law, &row, &mut CountScratch::new(width), slopes);
        Found { sums, logits, dispersion, dropout }
    }

    fn dense(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.logits.len()];
        for (g, x) in self.columns.iter().zip(&self.values) {
            out[*g as usize] = f64::from(*x);
        }
        out
    }

    /// Log-means in f64.
    fn log_means(&self) -> Vec<f64> {
        let logits: Vec<f64> = self.logits.iter().map(|l| f64::from(*l)).collect();
        let normaliser = log_sum_exp(&logits);
        logits.iter().map(|l| l - normaliser + f64::from(self.log_library)).collect()
    }

    /// Value of the row, and each gene's slopes in log-mean, log-dispersion and dropout logit, by the laws in f64.
    fn truth(&self, law: CountLaw) -> (f64, Vec<[f64; 3]>) {
        let (mut value, mut slopes) = (0.0, Vec::new());
        for ((x, log_mean), g) in self.dense().into_iter().zip(self.log_means()).zip(0..) {
            let (mean, d) = (log_mean.exp(), f64::from(self.log_dispersion[g]).exp());
            let mut score = [0.0; 3];
            value += match law {
                CountLaw::Poisson => {
                    let law = Poisson::new(mean).expect("a mean");
                    law.score(x, &mut score[..1]);
                    slopes.push([mean * score[0], 0.0, 0.0]);
                    law.log_prob(x)
                }
                CountLaw::NegativeBinomial => {
                    let law = NegativeBinomial::new(mean, d).expect("a mean and a dispersion");
                    law.score(x, &mut score[..2]);
                    slopes.push([mean * score[0], d * score[1], 0.0]);
                    law.log_prob(x)
                }
                CountLaw::ZeroInflatedNegativeBinomial => {
                    let law = ZeroInflatedNegativeBinomial::new(f64::from(self.dropout[g]), mean, d).expect("valid");
                    law.score(x, &mut score);
                    slopes.push([mean * score[1], d * score[2], score[0]]);
                    law.log_prob(x)
                }
            };
        }
        (value, slopes)
    }
}

/// Largest distance of the slopes from the truth, in units of 1 + the sizes of what is added in them.
fn worst_slope(made: &Made, found: &Found, slopes: &[[f64; 3]]) -> f64 {
    let total: f64 = slopes.iter().map(|s| s[0]).sum();
    let (x, log_means) = (made.dense(), made.log_means());
    let mut worst = (found.sums.log_library - total).abs() / (1.0 + slopes.iter().map(|s| s[0].abs()).sum::<f64>());
    for (g, truth) in slopes.iter().enumerate() {
        let share = (log_means[g] - f64::from(made.log_library)).exp();
        let size = 1.0 + truth[0].abs() + share * total.abs();
        worst = worst.max((f64::from(found.logits[g]) - (truth[0] - share * total)).abs() / size);
        if let Some(slope) = found.dispersion.get(g) {
            worst = worst.max((f64::from(*slope) - truth[1]).abs() / (1.0 + x[g].min(10.0) + truth[1].abs()));
        }
        if let Some(slope) = found.dropout.get(g) {
            worst = worst.max((f64::from(*slope) - truth[2]).abs());
        }
    }
    worst
}

/// Values and slopes are functions of means with 3 roundings of 6e-8 (and 1 of the sum, in f64) and of dispersions with 1, and have some
/// ten roundings of their own: 1e-6 of the size is 17 roundings, and 2.6 times the worst seen. Sums over a row: 1e-6 of it, by averaging.
#[test]
fn rows_are_those_of_the_laws() {
    for (seed, width, share) in
        [("a", 2000, 0.45), ("b", 2000, 0.08), ("c", 37, 0.5), ("d", 16, 1.0), ("e", 1, 1.0), ("f", 50, 0.0)]
    {
        let made = Made::new(seed, width, share);
        for law in LAWS {
            let found = made.run(law);
            let (value, slopes) = made.truth(law);
            let off = (found.sums.log_likelihood - value).abs() / value.abs();
            assert!(off < 1e-6, "{law:?} {seed}: {} is not {value}, off by {off:e}", found.sums.log_likelihood);
            let worst = worst_slope(&made, &found, &slopes);
            assert!(worst < 1e-6, "{law:?} {seed}: slopes off by {worst:e}");
        }
    }
}

/// The negative control: each kind of slope with its sign turned is far outside what the test above allows, as is a term that lacks.
#[test]
fn the_tolerance_of_slopes_sees_a_wrong_sign_and_a_missing_term() {
    let made = Made::new("a", 2000, 0.45);
    let law = CountLaw::ZeroInflatedNegativeBinomial;
    let (_, slopes) = made.truth(law);
    let turned: [fn(&mut Found); 4] = [
        |f| f.logits[3] *= -1.0,
        |f| f.dispersion[3] *= -1.0,
        |f| f.dropout[3] *= -1.0,
        |f| f.sums.log_library *= -1.0,
    ];
    for (which, turn) in turned.into_iter().enumerate() {
        let mut found = made.run(law);
        turn(&mut found);
        assert!(worst_slope(&made, &found, &slopes) > 1e-4, "slope {which}");
    }
    // Slopes of the log-means alone, as if the softmax were none.
    let mut found = made.run(law);
    for (found, truth) in found.logits.iter_mut().zip(&slopes) {
        *found = truth[0] as f32;
    }
    assert!(worst_slope(&made, &found, &slopes) > 1e-4);
}

/// One gene: its mean is the library. Values as in the file, to 1e-6 of their size and of the terms beside them.
#[test]
fn values_are_those_of_scipy() {
    for line in include_str!("golden/count_likelihood.csv").lines().filter(|l| !l.starts_with('#')) {
        let row: Vec<f64> = line.split(',').map(|n| n.parse().expect("a number")).collect();
        let made = Made {
            logits: vec![0.3],
            log_library: row[1] as f32,
            log_dispersion: vec![row[2] as f32],
            dropout: vec![row[3] as f32],
            columns: if row[0] > 0.0 { vec![0] } else { Vec::new() },
            values: if row[0] > 0.0 { vec![row[0] as f32] } else { Vec::new() },
        };
        for (law, truth) in [(LAWS[1], row[4]), (LAWS[2], row[5])] {
            let found = made.run(law).sums.log_likelihood;
            // Of a small whole count the mean of f32 is taken x times.
            let tolerance = 1e-6 * truth.abs() + 2e-7 * row[0].min(16.0);
            assert!((found - truth).abs() <= tolerance, "{law:?} at {line}: {found}");
        }
    }
}

#[test]
fn a_large_dispersion_goes_to_poisson_smoothly() {
    let mut made = Made::new("a", 500, 0.45);
    made.values[0] = 40.0;
    let poisson = made.run(CountLaw::Poisson);
    let means: f64 = made.log_means().iter().map(|m| (2.0 * m).exp()).sum::<f64>()
        + made.values.iter().map(|x| f64::from(x * x)).sum::<f64>();
    for log_dispersion in [12.0_f32, 14.0, 16.0, 18.0, 20.0] {
        made.log_dispersion.fill(log_dispersion);
        let found = made.run(CountLaw::NegativeBinomial);
        // The difference is Σ ((x - mean)² - x) / 2d to first order; 1e-6 for the roundings of either.
        let d = f64::from(log_dispersion).exp();
        let off = (found.sums.log_likelihood - poisson.sums.log_likelihood).abs();
        assert!(off <= means / d + 1e-6 * poisson.sums.log_likelihood.abs(), "{log_dispersion}: {off}");
        // Its slope, -((x - mean)² - x) / 2d, keeps its size too: no digits of x are left over.
        for ((slope, x), log_mean) in found.dispersion.iter().zip(made.dense()).zip(made.log_means()) {
            let bound = ((x - log_mean.exp()).powi(2) + x) / d + 1e-12;
            assert!(f64::from(slope.abs()) <= bound, "{log_dispersion}: slope {slope} beyond {bound}");
        }
    }
}

/// At every end of the parameters the row stays finite, and whole counts agree with the law in f64 to 1e-6 of the size of the terms.
#[test]
fn extremes_stay_finite_and_right() {
    for (logit, log_library, log_dispersion, x, dropout) in ends() {
        let made = Made {
            logits: vec![logit, 0.0, -logit],
            log_library,
            log_dispersion: vec![log_dispersion; 3],
            dropout: vec![dropout; 3],
            columns: vec![0, 2],
            values: vec![x, 1.0],
        };
        for law in LAWS {
            let found = made.run(law);
            let sums = [found.sums.log_likelihood, found.sums.log_library];
            let slopes = found.logits.iter().chain(&found.dispersion).chain(&found.dropout);
            assert!(sums.iter().all(|s| s.is_finite()) && slopes.clone().all(|s| s.is_finite()), "{law:?}");
            if x == x.trunc() {
                let (value, _) = made.truth(law);
                let size = value.abs() + f64::from(x) + 1.0 + f64::from(log_library).exp();
                let off = (found.sums.log_likelihood - value).abs() / size;
                assert!(
                    off < 1e-6,
                    "{law:?} {logit} {log_library} {log_dispersion} {x} {dropout}: {} not {value}",
                    found.sums.log_likelihood
                );
            }
        }
    }
}

fn ends() -> impl Iterator<Item = (f32, f32, f32, f32, f32)> {
    let logits = [-80.0_f32, -20.0, 0.0, 3.0, 80.0].into_iter();
    logits.flat_map(|l| [-3.0_f32, 2.0, 14.0].into_iter().map(move |b| (l, b))).flat_map(|(l, b)| {
        [-15.0_f32, -3.0, 4.0, 20.0].into_iter().flat_map(move |d| {
            [1.0_f32, 16.0, 17.0, 0.5, 1e4, 1e6]
                .into_iter()
                .flat_map(move |x| [-80.0_f32, -5.0, 0.0, 80.0].map(|p| (l, b, d, x, p)))
        })
    })
}

/// Counts that are not whole: `Γ` is smooth between the whole ones, so slopes of differences say whether the value is.
#[test]
fn counts_between_whole_ones_lie_between() {
    for law in LAWS {
        let mut made = Made::new("c", 37, 0.5);
        let mut at = |x: f32| {
            made.values[2] = x;
            made.run(law).sums.log_likelihood
        };
        for x in [3.0_f32, 15.0, 16.0, 100.0] {
            // The cubic through four points, in their middle: the remainder is 9/16 · 1/24 of the fourth derivative, which of log Γ is
            // at most 2 / (x - 1)³ + 3 / (x - 1)⁴; twice for the two of them.
            let cubic = (-at(x - 1.0) + 9.0 * at(x) + 9.0 * at(x + 1.0) - at(x + 2.0)) / 16.0;
            let tolerance = 0.25 / f64::from(x - 1.0).powi(3) + 1e-5;
            assert!((at(x + 0.5) - cubic).abs() < tolerance, "{law:?} at {x}");
        }
    }
}

#[test]
fn nan_is_nan_in_its_row() {
    for law in LAWS {
        for which in 0..3 {
            let mut made = Made::new("c", 37, 0.5);
            [&mut made.logits, &mut made.log_dispersion, &mut made.dropout][which][5] = f32::NAN;
            let used = [true, law.has_dispersion(), law.has_dropout()][which];
            assert_eq!(made.run(law).sums.log_likelihood.is_nan(), used, "{law:?} {which}");
        }
    }
}
