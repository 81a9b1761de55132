//! Bits on every instruction set, and the exact path against the loops.

use super::gamma;
use super::*;
use crate::kernel::dispatch::on_each;

/// Numbers between -0.5 and 0.5, by a linear congruential generator.
fn numbers(seed: u64, n: usize) -> Vec<f32> {
    let mut state = seed;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0 - 0.5
    };
    (0..n).map(|_| number()).collect()
}

/// Columns and counts of a row: every second or third gene, counts with what is special among them.
fn counts(width: usize) -> (Vec<u32>, Vec<f32>) {
    let columns: Vec<u32> = (0..width as u32).filter(|g| g % 5 == 1 || g % 3 == 0).collect();
    let special = [1.0, 2.0, 16.0, 17.0, 1.0, 3.5, 300.0, 5.0, 0.25, 8.0, 1e6];
    let values = (0..columns.len()).map(|i| special[i % special.len()]).collect();
    (columns, values)
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    for width in [1, 15, 16, 17, 100] {
        let (columns, values) = counts(width);
        let logits: Vec<f32> = numbers(1, width).iter().map(|l| 12.0 * l).collect();
        let log_dispersion: Vec<f32> = numbers(2, width).iter().map(|l| 30.0 * l).collect();
        let dropout: Vec<f32> = numbers(3, width).iter().map(|l| 20.0 * l).collect();
        let open: Vec<f32> = numbers(4, width).iter().map(|u| f32::from(u8::from(*u > 0.0))).collect();
        for law in [CountLaw::Poisson, CountLaw::NegativeBinomial, CountLaw::ZeroInflatedNegativeBinomial] {
            let [plain, avx2, best] = on_each(|| {
                let d = if law.has_dispersion() { &log_dispersion[..] } else { &[] };
                let dispersion = CountScratch::exponential(d);
                let row = CountRow {
                    logits: &logits,
                    log_library: 3.0,
                    log_dispersion: d,
                    dispersion: &dispersion,
                    dropout_logits: if law.has_dropout() { &dropout } else { &[] },
                    columns: &columns,
                    values: &values,
                };
                let [mut a, mut b, mut c] = [width, d.len(), row.dropout_logits.len()].map(|n| vec![0.0; n]);
                let slopes = CountSlopes { logits: &mut a, log_dispersion: &mut b, dropout_logits: &mut c };
                let sums = count_row(law, &row, &mut CountScratch::default(), slopes);
                // Without slopes the value is the same.
                let value = count_row(law, &row, &mut CountScratch::new(width), CountSlopes::default());
                assert_eq!(value.log_likelihood, sums.log_likelihood);
                assert!(sums.log_likelihood.is_finite() && [&a, &b, &c].into_iter().flatten().all(|s| s.is_finite()));
                (sums, a, b, c)
            });
            assert_eq!(plain, avx2);
            assert_eq!(plain, best);
        }
        let [plain, avx2, best] = on_each(|| {
            let row = AccessRow { logits: &logits, depth_logit: 1.5, region_logit: &dropout, open: &open };
            let (mut a, mut b) = (vec![0.0; width], vec![0.0; width]);
            let sums = accessibility_row(&row, AccessSlopes { logits: &mut a, region_logit: &mut b });
            assert_eq!(accessibility_row(&row, AccessSlopes::default()).0, sums.0);
            (sums, a, b)
        });
        assert_eq!(plain, avx2);
        assert_eq!(plain, best);
    }
}

#[test]
fn sparse_products_are_three_loops() {
    // Small whole numbers: every sum is exact.
    for (rows, columns, width) in [(3, 7, 5), (4, 30, 64), (5, 20, 130), (0, 3, 4), (2, 4, 0)] {
        let (mut starts, mut at, mut values) = (vec![0], Vec::new(), Vec::new());
        for i in 0..rows {
            for c in (0..columns).filter(|c| (c * 7 + i * 3) % 4 == 0) {
                at.push(c as u32);
                values.push((c % 5) as f32 - 2.0);
            }
            starts.push(at.len());
        }
        let x = SparseMatrix { starts: &starts, columns: &at, values: &values };
        let whole = |n: usize| (0..n).map(|i| (i * 5 % 13) as f32 - 6.0).collect::<Vec<_>>();
        let (right, left) = (whole(columns * width), whole(rows * width));
        let (mut product, mut expected) = (vec![1.0; rows * width], vec![1.0; rows * width]);
        let (mut turned, mut turned_expected) = (vec![9.0; columns * width], vec![0.0; columns * width]);
        sparse_product(x, &right, width, &mut product);
        transposed_sparse_product(x, &left, width, &mut turned);
        for i in 0..rows {
            for k in starts[i]..starts[i + 1] {
                for j in 0..width {
                    let c = at[k] as usize;
                    expected[i * width + j] += values[k] * right[c * width + j];
                    turned_expected[c * width + j] += values[k] * left[i * width + j];
                }
            }
        }
        assert_eq!((product, turned), (expected, turned_expected));
    }
}

/// Stirling's series stops at a term of 2e-14 for an argument of 10; some eight roundings of numbers up to 26 are 2e-14, and the sum beside
/// it has x roundings of its size.
#[test]
fn log_factorials_are_sums_of_logarithms() {
    let mut sum = 0.0_f64;
    for x in 0..2000 {
        sum += f64::from(x.max(1)).ln();
        let tolerance = 4e-14 + f64::EPSILON * sum * (4.0 + f64::from(x) / 2.0);
        assert!((gamma::log_factorial(f64::from(x)) - sum).abs() <= tolerance, "{x}");
    }
}
