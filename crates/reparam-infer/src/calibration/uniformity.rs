//! Whether ranks are uniform.

use reparam_core::special::{gamma_q, log_gamma};

/// Most places at which the empirical distribution is looked at.
const PLACES: usize = 50;

/// Histogram of ranks and two tests of their uniformity.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniformity {
    /// Ranks in each bin.
    pub histogram: Vec<u64>,
    /// What is expected in each: alike where the bins divide the ranks evenly.
    pub expected: Vec<f64>,
    /// `Σ (found - expected)² / expected`.
    pub chi_square: f64,
    /// Probability of a larger one, by the chi-square law of `bins - 1` degrees of freedom: an approximation for large counts.
    pub p_chi_square: f64,
    /// Probability that the empirical distribution of as many uniform ranks strays from the diagonal as far as this one does somewhere:
    /// exact. See [`uniformity`].
    pub p_ecdf: f64,
    /// Places of the empirical distribution, as shares of all ranks, and there its value and the band of simultaneous probability 95 %.
    pub ecdf: Vec<EcdfPoint>,
}

/// The empirical distribution of ranks at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EcdfPoint {
    /// Share of uniform ranks that lie below.
    pub at: f64,
    /// Share of the ranks found that lie below.
    pub found: f64,
    /// The band: all places lie within theirs at once in at least 95 of 100 calibrations of an exact fit.
    pub band: [f64; 2],
}

/// Tests whether ranks from 0 to `most` are uniform.
///
/// The ECDF test takes at up to 50 places `z` the number of ranks below, whose law is binomial, and of its two tail probabilities the
/// smaller. The smallest over all places is the statistic; its p-value is one less the probability that no place has a smaller
/// one, which the counts at neighbouring places, a Markov chain, give exactly.
///
/// # Source
/// Säilynoja, Bürkner and Vehtari (2022), Graphical test for discrete uniformity, whose simultaneous bands are these; they are
/// exact here for the places and ranks as they are, without interpolation or simulation.
///
/// ```
/// use reparam_infer::calibration::uniformity;
/// let even: Vec<usize> = (0..100).collect();
/// assert!(uniformity(&even, 99, 10).p_ecdf > 0.99);
/// // Truths at the ends: intervals that are too narrow.
/// let ends: Vec<usize> = (0..100).map(|i| if i % 2 == 0 { i / 10 } else { 99 - i / 10 }).collect();
/// assert!(uniformity(&ends, 99, 10).p_ecdf < 1e-6);
/// ```
///
/// # Panics
/// Where a rank is above `most`, there is none, or `bins` is 0 or more than there are ranks: a program's mistake.
pub fn uniformity(ranks: &[usize], most: usize, bins: usize) -> Uniformity {
    assert!(!ranks.is_empty() && ranks.iter().all(|r| *r <= most), "ranks from 0 to {most}, at least one");
    assert!((1..=most + 1).contains(&bins), "from 1 to {} bins", most + 1);
    let n = ranks.len();
    // Bin b holds the ranks from ⌈b (most + 1) / bins⌉ on.
    let edge = |b: usize, bins: usize| (b * (most + 1)).div_ceil(bins);
    let mut histogram = vec![0_u64; bins];
    for rank in ranks {
        histogram[rank * bins / (most + 1)] += 1;
    }
    let share = |low: usize, high: usize| (high - low) as f64 / (most + 1) as f64;
    let expected: Vec<f64> = (0..bins).map(|b| n as f64 * share(edge(b, bins), edge(b + 1, bins))).collect();
    let chi_square: f64 = histogram.iter().zip(&expected).map(|(f, e)| (*f as f64 - e).powi(2) / e).sum();
    let p_chi_square = if bins == 1 { 1.0 } else { gamma_q((bins - 1) as f64 / 2.0, chi_square / 2.0) };
    let places = PLACES.min(most + 1);
    let edges: Vec<usize> = (1..places).map(|i| edge(i, places)).collect();
    let band = Bands::new(n, edges.iter().map(|e| share(0, *e)).collect());
    let below: Vec<usize> = edges.iter().map(|e| ranks.iter().filter(|r| *r < e).count()).collect();
    Uniformity {
        p_ecdf: band.p_value(&below),
        ecdf: band.points(&below),
        histogram,
        expected,
        chi_square,
        p_chi_square,
    }
}

/// Laws of the counts below each place.
struct Bands {
    n: usize,
    at: Vec<f64>,
    /// `ln k!`.
    log_factorials: Vec<f64>,
    /// For each place the smaller of both tail probabilities of each count.
    tails: Vec<Vec<f64>>,
}

impl Bands {
    fn new(n: usize, at: Vec<f64>) -> Self {
        let log_factorials: Vec<f64> = (0..=n).map(|k| log_gamma(k as f64 + 1.0)).collect();
        let mut bands = Self { n, at, log_factorials, tails: Vec::new() };
        bands.tails = bands.at.iter().map(|z| bands.smaller_tails(*z)).collect();
        bands
    }

    /// Probability of `k` of `n` at probability `p` in (0, 1].
    fn binomial(&self, n: usize, k: usize, p: f64) -> f64 {
        if p >= 1.0 {
            return f64::from(u8::from(k == n));
        }
        let f = &self.log_factorials;
        (f[n] - f[k] - f[n - k] + k as f64 * p.ln() + (n - k) as f64 * (-p).ln_1p()).exp()
    }

    fn smaller_tails(&self, z: f64) -> Vec<f64> {
        let law: Vec<f64> = (0..=self.n).map(|k| self.binomial(self.n, k, z)).collect();
        let mut tails = vec![0.0; self.n + 1];
        let mut below = 0.0;
        for (tail, p) in tails.iter_mut().zip(&law) {
            below += p;
            *tail = below;
        }
        let mut above = 0.0;
        for (tail, p) in tails.iter_mut().zip(&law).rev() {
            above += p;
            *tail = tail.min(above);
        }
        tails
    }

    /// Counts whose smaller tail probability is above `level`, from the first to the last; none where there are none.
    fn interval(&self, place: usize, level: f64) -> Option<[usize; 2]> {
        let tails = &self.tails[place];
        let low = tails.iter().position(|t| *t > level)?;
        let high = tails.iter().rposition(|t| *t > level)?;
        Some([low, high])
    }

    /// Probability that at every place the smaller tail probability is above `level`.
    fn inside(&self, level: f64) -> f64 {
        // Law of the count at the last place, kept to where all places so far were inside.
        let (mut low, mut law, mut last) = (0, vec![1.0], 0.0);
        for (place, &z) in self.at.iter().enumerate() {
            let Some([from, to]) = self.interval(place, level) else { return 0.0 };
            // Of the ranks not yet passed, each lies before this place with this probability.
            let p = (z - last) / (1.0 - last);
            let mut next = vec![0.0; to - from + 1];
            for (i, mass) in law.iter().enumerate() {
                let count = low + i;
                for (k, cell) in next.iter_mut().enumerate().skip(count.saturating_sub(from)) {
                    *cell += mass * self.binomial(self.n - count, from + k - count, p);
                }
            }
            (low, law, last) = (from, next, z);
        }
        law.iter().sum::<f64>().min(1.0)
    }

    fn p_value(&self, below: &[usize]) -> f64 {
        let smallest = below.iter().zip(&self.tails).map(|(k, tails)| tails[*k]).fold(1.0, f64::min);
        // Counts that mirror each other have equal tails but for rounding: a hair above the smallest, both are outside.
        if self.at.is_empty() { 1.0 } else { (1.0 - self.inside(smallest * (1.0 + 1e-9))).clamp(0.0, 1.0) }
    }

    /// The band of simultaneous probability at least 95 %: the largest level that leaves as much inside, by bisection.
    fn points(&self, below: &[usize]) -> Vec<EcdfPoint> {
        let (mut low, mut high) = (0.0_f64, 0.025_f64);
        for _ in 0..30 {
            let middle = 0.5 * (low + high);
            if self.inside(middle) >= 0.95 { low = middle } else { high = middle }
        }
        let n = self.n as f64;
        let point = |(place, (&at, &k)): (usize, (&f64, &usize))| {
            let [from, to] = self.interval(place, low).unwrap_or([0, self.n]);
            EcdfPoint { at, found: k as f64 / n, band: [from as f64 / n, to as f64 / n] }
        };
        self.at.iter().zip(below).enumerate().map(point).collect()
    }
}
