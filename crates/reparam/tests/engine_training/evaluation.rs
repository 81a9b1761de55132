//! Evaluation: ordered bounds, the same numbers on any threads, rows that do not see each other.

use burn::module::Module;
use burn::tensor::Device;
use reparam::vae::{Binarization, Evaluation, EvaluationConfig, Rows, evaluate};

use crate::small::{Small, WIDTH, vae};
use crate::support::{UNIT, uniforms};

fn config(draws: usize) -> EvaluationConfig {
    EvaluationConfig { draws, bounds: vec![1, 5, 50, 500], binarization: Binarization::Dynamic, seed: 4 }
}

fn model() -> Small {
    vae().valid()
}

fn run(rows: Rows<'_>, draws: usize) -> Evaluation {
    evaluate(&model(), rows, &config(draws), &Device::flex())
}

#[test]
fn the_bounds_rise_for_the_very_numbers_and_end_at_the_nll() {
    let pixels = uniforms("evaluate", 40 * WIDTH);
    for rows in [1, 3, 40] {
        let found = run(Rows::new(&pixels[..rows * WIDTH], WIDTH), 500);
        assert_eq!((found.rows, found.nll_samples), (rows, 500));
        let bounds: Vec<f64> = found.bounds.iter().map(|b| b.1).collect();
        assert_eq!(bounds.len(), 4);
        // Jensen's inequality holds for the very numbers; the sums of 500 are in f64.
        assert!(bounds.windows(2).all(|b| b[0] <= b[1] + 1e-12), "{bounds:?}");
        assert!(bounds[0] < bounds[3]);
        assert!((found.nll + bounds[3]).abs() < 1e-12);
        assert!((found.elbo - (found.reconstruction - found.kl)).abs() < 1e-12);
        assert!((found.kl - found.kl_per_latent.iter().sum::<f64>()).abs() < 1e-12);
        // The ELBO is L1 with the divergence in closed form: equal up to the noise of 500 draws.
        assert!((found.elbo - bounds[0]).abs() < 0.5);
        assert!(found.elbo < -found.nll);
    }
    // 7 draws: of the bounds only that of 1 divides.
    let found = run(Rows::new(&pixels, WIDTH), 7);
    assert_eq!(found.bounds.len(), 1);
}

#[test]
fn threads_do_not_change_a_bit() {
    let pixels = uniforms("evaluate", 230 * WIDTH);
    let on = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads")
            .install(|| run(Rows::new(&pixels, WIDTH), 50))
    };
    let one = on(1);
    for threads in [2, 4] {
        assert_eq!(on(threads), one);
    }
}

/// What rows 5 and later come to, as the difference of two evaluations, does not depend on rows 0 to 4: on what is in them, nor on how the
/// work was cut. Matrix products of other sizes may sum in another order: log-weights below 10 are off by some 40 u · 10.
#[test]
fn a_row_has_its_value_whatever_stands_beside_it() {
    let pixels = uniforms("evaluate", 120 * WIDTH);
    let mut other = pixels.clone();
    for p in &mut other[..5 * WIDTH] {
        *p = 1.0 - *p;
    }
    let total = |pixels: &[f32], rows: usize| -run(Rows::new(&pixels[..rows * WIDTH], WIDTH), 50).nll * rows as f64;
    let head = [total(&pixels, 5), total(&other, 5)];
    assert!((head[0] - head[1]).abs() > 1e-3);
    for rows in [6, 7, 20, 21, 43, 120] {
        let rest = [total(&pixels, rows) - head[0], total(&other, rows) - head[1]];
        let tolerance = 40.0 * 10.0 * UNIT * rows as f64;
        assert!((rest[0] - rest[1]).abs() < tolerance, "{rows} rows: {rest:?}");
    }
}

#[test]
fn rows_that_are_not_finite_show() {
    let mut pixels = uniforms("evaluate", 3 * WIDTH);
    pixels[WIDTH] = f32::NAN;
    let mut config = config(50);
    config.binarization = Binarization::None;
    let found = evaluate(&model(), Rows::new(&pixels, WIDTH), &config, &Device::flex());
    assert!(found.nll.is_nan() && found.elbo.is_nan());
    let none = evaluate(&model(), Rows::new(&[], WIDTH), &config, &Device::flex());
    assert_eq!(none.rows, 0);
}
