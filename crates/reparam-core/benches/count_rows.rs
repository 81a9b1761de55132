//! Time of the loops over rows of counts: 64 rows of 2,000 genes with all slopes, on one thread.

use divan::{Bencher, black_box};
use reparam_core::kernel::{
    AccessRow, AccessSlopes, CountLaw, CountRow, CountScratch, CountSlopes, accessibility_row, count_row,
};
use reparam_core::noise::{Key, Noise};

const ROWS: usize = 64;
const WIDTH: usize = 2000;

fn draws(site: &str, noise: Noise, n: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; n];
    Key::new(6).site(site).step(0).fill(noise, 0, &mut out);
    out
}

/// Columns and counts of rows of which `share` percent are not 0; these are geometric with mean 1.5.
fn counts(share: u32) -> Vec<(Vec<u32>, Vec<f32>)> {
    let uniforms = draws("counts", Noise::Uniform, ROWS * WIDTH);
    let sizes = draws("sizes", Noise::Uniform, ROWS * WIDTH);
    (0..ROWS)
        .map(|r| {
            let open: Vec<u32> =
                (0..WIDTH as u32).filter(|g| uniforms[r * WIDTH + *g as usize] < share as f32 / 100.0).collect();
            let values =
                open.iter().map(|g| 1.0 + (sizes[r * WIDTH + *g as usize].ln() / (1.0_f32 / 3.0).ln()).floor());
            let values = values.collect();
            (open, values)
        })
        .collect()
}

#[divan::bench(args = [
    (CountLaw::Poisson, 45), (CountLaw::NegativeBinomial, 45), (CountLaw::ZeroInflatedNegativeBinomial, 45),
    (CountLaw::Poisson, 8), (CountLaw::NegativeBinomial, 8), (CountLaw::ZeroInflatedNegativeBinomial, 8),
])]
fn count_rows(bencher: Bencher<'_, '_>, (law, share): (CountLaw, u32)) {
    let data = counts(share);
    let logits = draws("logits", Noise::StandardNormal, ROWS * WIDTH);
    let log_dispersion = draws("dispersion", Noise::StandardNormal, if law.has_dispersion() { WIDTH } else { 0 });
    let dispersion = CountScratch::exponential(&log_dispersion);
    let dropout = draws("dropout", Noise::StandardNormal, if law.has_dropout() { WIDTH } else { 0 });
    let mut scratch = CountScratch::new(WIDTH);
    let mut slopes = vec![0.0; 3 * ROWS * WIDTH];
    bencher.counter(ROWS * WIDTH).bench_local(|| {
        let mut total = 0.0;
        for (r, slopes) in slopes.chunks_exact_mut(3 * WIDTH).enumerate() {
            let (of_logits, rest) = slopes.split_at_mut(WIDTH);
            let (of_dispersion, of_dropout) = rest.split_at_mut(WIDTH);
            let row = CountRow {
                logits: &logits[r * WIDTH..(r + 1) * WIDTH],
                log_library: 7.0,
                log_dispersion: &log_dispersion,
                dispersion: &dispersion,
                dropout_logits: &dropout,
                columns: &data[r].0,
                values: &data[r].1,
            };
            let slopes = CountSlopes {
                logits: of_logits,
                log_dispersion: &mut of_dispersion[..log_dispersion.len()],
                dropout_logits: &mut of_dropout[..dropout.len()],
            };
            total += count_row(law, black_box(&row), &mut scratch, slopes).log_likelihood;
        }
        total
    });
}

#[divan::bench]
fn accessibility_rows(bencher: Bencher<'_, '_>) {
    let logits = draws("logits", Noise::StandardNormal, ROWS * WIDTH);
    let region = draws("region", Noise::StandardNormal, WIDTH);
    let open: Vec<f32> = draws("open", Noise::Uniform, WIDTH).iter().map(|u| f32::from(u8::from(*u < 0.05))).collect();
    let mut slopes = vec![0.0; 2 * ROWS * WIDTH];
    bencher.counter(ROWS * WIDTH).bench_local(|| {
        let mut total = 0.0;
        for (l, slopes) in logits.chunks_exact(WIDTH).zip(slopes.chunks_exact_mut(2 * WIDTH)) {
            let (of_logits, of_region) = slopes.split_at_mut(WIDTH);
            let row = AccessRow { logits: l, depth_logit: 0.5, region_logit: &region, open: &open };
            let slopes = AccessSlopes { logits: of_logits, region_logit: of_region };
            total += accessibility_row(black_box(&row), slopes).0;
        }
        total
    });
}

fn main() {
    divan::main();
}
