//! Log-likelihood of logistic regressions, for many vectors of weights at once, in f64.

use super::dispatch::multiversion;
use super::double;

/// Vectors of weights that [`logistic_draws`] takes at once: two AVX-512 registers.
pub const LOGISTIC_DRAWS: usize = 16;
/// Rows of a block of a [`LogisticDesign`].
const ROWS: usize = 8;
/// Blocks whose factors `1 + e^(-|l|)`, at most 2 each, are multiplied before a logarithm is taken: 2⁵¹² is no overflow.
const BLOCKS_A_LOGARITHM: usize = 64;

/// The design matrix and the outcomes of a logistic regression, laid out for [`logistic_draws`] and [`logistic_draw`].
///
/// Blocks of 8 rows, transposed: `[block, column, row]`. The last block is filled up with rows of zeros, whose logit is 0.
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticDesign {
    columns: usize,
    rows: usize,
    /// `[blocks, columns, 8]`.
    blocks: Vec<f64>,
    /// `[blocks, 8]`.
    outcomes: Vec<f64>,
}

impl LogisticDesign {
    /// From a matrix `[rows, columns]` and one outcome a row, 0 or 1 (or a share between).
    ///
    /// # Panics
    /// When `columns` is 0, or `matrix` is not a row of them for each outcome: a program's mistake.
    #[must_use]
    pub fn new(matrix: &[f64], columns: usize, outcomes: &[f64]) -> Self {
        assert!(columns > 0 && matrix.len() == columns * outcomes.len(), "a row of the design for each outcome");
        let count = outcomes.len().div_ceil(ROWS);
        let mut blocks = vec![0.0; count * columns * ROWS];
        let mut padded = vec![0.5; count * ROWS];
        padded[..outcomes.len()].copy_from_slice(outcomes);
        for (i, row) in matrix.chunks_exact(columns).enumerate() {
            for (j, x) in row.iter().enumerate() {
                blocks[(i / ROWS * columns + j) * ROWS + i % ROWS] = *x;
            }
        }
        Self { columns, rows: outcomes.len(), blocks, outcomes: padded }
    }

    /// Number of weights.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Number of outcomes.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Design entry of a row and a column.
    #[must_use]
    pub fn entry(&self, row: usize, column: usize) -> f64 {
        self.blocks[(row / ROWS * self.columns + column) * ROWS + row % ROWS]
    }

    /// The outcomes, in the order of the rows.
    #[must_use]
    pub fn outcomes(&self) -> &[f64] {
        &self.outcomes[..self.rows]
    }

    /// What the rows of zeros took off a log-likelihood.
    fn padding(&self) -> f64 {
        (self.outcomes.len() - self.rows) as f64 * std::f64::consts::LN_2
    }
}

/// `y l - max(l, 0)`, the factor `1 + e^(-|l|)` whose logarithm it lacks, and the slope `y - σ(l)`.
#[inline(always)]
#[allow(clippy::inline_always)]
fn element(l: f64, y: f64) -> (f64, f64, f64) {
    let u = double::exp(-l.abs());
    let positive = if l > 0.0 { l } else { 0.0 };
    let numerator = if l >= 0.0 { 1.0 } else { u };
    let factor = 1.0 + u;
    (y.mul_add(l, -positive), factor, y - numerator / factor)
}

/// For each of 16 vectors of weights `Σ_i y_i l_i - ln(1 + e^(l_i))`, `l = X w`, and its gradient.
///
/// The logarithms of up to 512 rows are one, of a product.
///
/// # Shapes
/// `weights`, `gradients`: `[columns, 16]`; `gradients` is overwritten.
///
/// # Panics
/// Where `weights` or `gradients` have another size.
pub fn logistic_draws(design: &LogisticDesign, weights: &[f64], gradients: &mut [f64]) -> [f64; LOGISTIC_DRAWS] {
    assert_eq!(weights.len(), design.columns * LOGISTIC_DRAWS, "16 vectors of weights");
    assert_eq!(gradients.len(), weights.len(), "16 gradients");
    let mut values = [design.padding(); LOGISTIC_DRAWS];
    gradients.fill(0.0);
    draws(&design.blocks, &design.outcomes, weights, &mut values, gradients);
    values
}

/// The same of one vector of weights, the sums in another order.
///
/// # Panics
/// Where `weights` or `gradient` have another size than the design has columns.
pub fn logistic_draw(design: &LogisticDesign, weights: &[f64], gradient: &mut [f64]) -> f64 {
    assert_eq!(weights.len(), design.columns, "a weight for each column");
    assert_eq!(gradient.len(), design.columns, "a slope for each column");
    let mut values = [0.0; ROWS];
    gradient.fill(0.0);
    draw(&design.blocks, &design.outcomes, weights, &mut values, gradient);
    values.iter().sum::<f64>() + design.padding()
}

multiversion! {
    pub fn draws(blocks: &[f64], outcomes: &[f64], weights: &[f64], values: &mut [f64; LOGISTIC_DRAWS], gradients: &mut [f64]) {
        let weights = weights.as_chunks::<LOGISTIC_DRAWS>().0;
        let gradients = gradients.as_chunks_mut::<LOGISTIC_DRAWS>().0;
        let blocks = blocks.as_chunks::<ROWS>().0;
        let outcomes = outcomes.as_chunks::<ROWS>().0;
        let mut factors = [1.0_f64; LOGISTIC_DRAWS];
        for (b, (block, y)) in blocks.chunks_exact(weights.len()).zip(outcomes).enumerate() {
            let mut slopes = [[0.0_f64; LOGISTIC_DRAWS]; ROWS];
            // Half of the rows at a time: 4 rows of 16 draws are 8 registers of running sums.
            for half in 0..2 {
                let mut logits = [[0.0_f64; LOGISTIC_DRAWS]; ROWS / 2];
                for (x, w) in block.iter().zip(weights) {
                    for r in 0..ROWS / 2 {
                        for s in 0..LOGISTIC_DRAWS {
                            logits[r][s] = x[half * ROWS / 2 + r].mul_add(w[s], logits[r][s]);
                        }
                    }
                }
                for r in 0..ROWS / 2 {
                    let y = y[half * ROWS / 2 + r];
                    for s in 0..LOGISTIC_DRAWS {
                        let (value, factor, slope) = element(logits[r][s], y);
                        values[s] += value;
                        factors[s] *= factor;
                        slopes[half * ROWS / 2 + r][s] = slope;
                    }
                }
            }
            for (x, g) in block.iter().zip(gradients.iter_mut()) {
                let mut sum = *g;
                for r in 0..ROWS {
                    for s in 0..LOGISTIC_DRAWS {
                        sum[s] = x[r].mul_add(slopes[r][s], sum[s]);
                    }
                }
                *g = sum;
            }
            if b % BLOCKS_A_LOGARITHM == BLOCKS_A_LOGARITHM - 1 {
                take_logarithms(values, &mut factors);
            }
        }
        take_logarithms(values, &mut factors);
    }
}

multiversion! {
    pub fn draw(blocks: &[f64], outcomes: &[f64], weights: &[f64], values: &mut [f64; ROWS], gradient: &mut [f64]) {
        let (blocks, outcomes) = (blocks.as_chunks::<ROWS>().0, outcomes.as_chunks::<ROWS>().0);
        let mut factors = [1.0_f64; ROWS];
        for (b, (block, y)) in blocks.chunks_exact(weights.len()).zip(outcomes).enumerate() {
            let mut logits = [0.0_f64; ROWS];
            for (x, w) in block.iter().zip(weights) {
                for r in 0..ROWS {
                    logits[r] = x[r].mul_add(*w, logits[r]);
                }
            }
            let mut slopes = [0.0_f64; ROWS];
            for r in 0..ROWS {
                let (value, factor, slope) = element(logits[r], y[r]);
                values[r] += value;
                factors[r] *= factor;
                slopes[r] = slope;
            }
            for (x, g) in block.iter().zip(gradient.iter_mut()) {
                let mut sums = [0.0_f64; ROWS / 2];
                for r in 0..ROWS / 2 {
                    sums[r] = x[r].mul_add(slopes[r], x[r + ROWS / 2] * slopes[r + ROWS / 2]);
                }
                *g += (sums[0] + sums[2]) + (sums[1] + sums[3]);
            }
            // Each lane sees one row of a block.
            if b % (BLOCKS_A_LOGARITHM * ROWS) == BLOCKS_A_LOGARITHM * ROWS - 1 {
                take_logarithms(values, &mut factors);
            }
        }
        take_logarithms(values, &mut factors);
    }
}

/// Takes the logarithms of the factors off the values, and begins new factors.
#[inline(always)]
#[allow(clippy::inline_always)]
fn take_logarithms<const N: usize>(values: &mut [f64; N], factors: &mut [f64; N]) {
    for (value, factor) in values.iter_mut().zip(factors) {
        *value -= factor.ln();
        *factor = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dispatch;

    const COLUMNS: usize = 5;

    /// Numbers between -1.7 and 1.7, by a linear congruential generator.
    fn numbers(seed: u64, n: usize) -> Vec<f64> {
        let mut state = seed;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            3.4 * ((state >> 11) as f64 / 9_007_199_254_740_992.0 - 0.5)
        };
        (0..n).map(|_| number()).collect()
    }

    fn design(rows: usize) -> (Vec<f64>, Vec<f64>) {
        let y = numbers(1, rows).iter().map(|v| f64::from(u8::from(*v > 0.3))).collect();
        (numbers(2, rows * COLUMNS), y)
    }

    /// Row by row, by the library's functions.
    fn plain(x: &[f64], y: &[f64], w: &[f64]) -> (f64, Vec<f64>) {
        let (mut value, mut gradient) = (0.0, vec![0.0; COLUMNS]);
        for (x, y) in x.chunks_exact(COLUMNS).zip(y) {
            let l: f64 = x.iter().zip(w).map(|(x, w)| x * w).sum();
            value += y * l - l.max(0.0) - (-l.abs()).exp().ln_1p();
            for (g, x) in gradient.iter_mut().zip(x) {
                *g += x * (y - 1.0 / (1.0 + (-l).exp()));
            }
        }
        (value, gradient)
    }

    #[test]
    fn both_loops_agree_with_a_plain_sum_for_any_number_of_rows() {
        // Past 512 rows a second logarithm is taken, past 4,096 in the loop of one draw.
        for rows in [0, 1, 7, 8, 9, 100, 511, 512, 513, 4097] {
            let (x, y) = design(rows);
            let packed = LogisticDesign::new(&x, COLUMNS, &y);
            let weights = numbers(3, COLUMNS * LOGISTIC_DRAWS);
            let mut gradients = vec![0.0; weights.len()];
            let values = logistic_draws(&packed, &weights, &mut gradients);
            // Any order of adding n terms errs by at most n ε Σ |term|; 10 more roundings within a term. The terms of a value have one
            // sign; those of a slope are at most about 1 on average.
            let n = rows as f64 + 10.0;
            let tolerance = f64::EPSILON * n * n;
            for s in 0..LOGISTIC_DRAWS {
                let w: Vec<f64> = (0..COLUMNS).map(|j| weights[j * LOGISTIC_DRAWS + s] * (1.0 + s as f64)).collect();
                let (mut batch, mut found) = (weights.clone(), vec![0.0; COLUMNS]);
                for j in 0..COLUMNS {
                    batch[j * LOGISTIC_DRAWS + s] = w[j];
                }
                let (value, gradient) = plain(&x, &y, &w);
                let of_value = f64::EPSILON * n * (1.0 - value);
                assert!((logistic_draw(&packed, &w, &mut found) - value).abs() <= of_value, "{rows} rows");
                let mut many = vec![0.0; weights.len()];
                let of_many = logistic_draws(&packed, &batch, &mut many);
                assert!((of_many[s] - value).abs() <= of_value, "{rows} rows");
                for j in 0..COLUMNS {
                    assert!((found[j] - gradient[j]).abs() <= tolerance);
                    assert!((many[j * LOGISTIC_DRAWS + s] - gradient[j]).abs() <= tolerance);
                }
                // The other draws do not see this one.
                assert!((0..LOGISTIC_DRAWS).all(|t| t == s || of_many[t] == values[t]));
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let (x, y) = design(100);
        let packed = LogisticDesign::new(&x, COLUMNS, &y);
        let weights = numbers(3, COLUMNS * LOGISTIC_DRAWS);
        let [plain, avx2, best] = dispatch::on_each(|| {
            let (mut many, mut one) = (vec![0.0; weights.len()], vec![0.0; COLUMNS]);
            let values = logistic_draws(&packed, &weights, &mut many);
            (values, many, logistic_draw(&packed, &weights[..COLUMNS], &mut one), one)
        });
        assert_eq!(plain, avx2);
        assert_eq!(plain, best);
    }

    #[test]
    fn logits_out_of_all_proportion_stay_finite() {
        let packed = LogisticDesign::new(&[1.0, -1.0], 1, &[1.0, 1.0]);
        let mut gradient = [0.0];
        assert_eq!(logistic_draw(&packed, &[1e300], &mut gradient), -1e300);
        assert_eq!(gradient, [-1.0]);
    }
}
