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

/// With one row and two draws, the bound of one draw is the mean of two log-weights, of which the first is that of an evaluation with one
/// draw; the second is then known, and with it the bound of two.
#[test]
fn fewer_draws_are_the_first_of_more() {
    let pixels = uniforms("evaluate", WIDTH);
    for number in [0, 7] {
        let numbers = [number];
        let rows = Rows::new(&pixels, WIDTH).with_numbers(&numbers);
        let first = -run(rows, 1).nll;
        let two = evaluate(&model(), rows, &EvaluationConfig { bounds: vec![1, 2], ..config(2) }, &Device::flex());
        let second = 2.0 * two.bounds[0].1 - first;
        let mean = f64::midpoint(first.exp(), second.exp()).ln();
        // Products of one and of two rows may differ in the last place of log-weights below 10.
        assert!((mean + two.nll).abs() < 40.0 * 10.0 * UNIT, "{mean}, {}", -two.nll);
        // Negative control: the first draw taken twice is something else.
        assert!((first + two.nll).abs() > 1e-3);
    }
}

#[test]
fn a_part_of_the_rows_sees_the_same_data_and_draws() {
    let pixels = uniforms("evaluate", 30 * WIDTH);
    let all = Rows::new(&pixels, WIDTH);
    let chosen = [2_usize, 3, 11, 29];
    let part: Vec<f32> = chosen.iter().flat_map(|&i| all.row(i).iter().copied()).collect();
    let part = Rows::new(&part, WIDTH).with_numbers(&chosen);
    for binarization in [Binarization::Dynamic, Binarization::Fixed] {
        let whole = all.judged(0..30, binarization, 4);
        let picked: Vec<f32> = chosen.iter().flat_map(|&i| whole[i * WIDTH..(i + 1) * WIDTH].to_vec()).collect();
        assert_eq!(part.judged(0..4, binarization, 4), picked);
        assert_ne!(part.judged(0..4, binarization, 5), picked);
    }
    // One row at a time comes to the mean of the part, up to the rounding of products of other sizes.
    let alone = |numbers: &[usize]| -> f64 {
        (0..4).map(|i| run(Rows::new(part.row(i), WIDTH).with_numbers(&numbers[i..=i]), 50).nll).sum::<f64>() / 4.0
    };
    let together = run(part, 50).nll;
    assert!((alone(&chosen) - together).abs() < 40.0 * 10.0 * UNIT);
    assert!((alone(&[0, 1, 2, 3]) - together).abs() > 1e-3, "the number is part of the key");
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
    assert!([none.nll, none.nll_se, none.elbo, none.elbo_se, none.reconstruction, none.kl].iter().all(|x| x.is_nan()));
    for judged in [found, none] {
        let text = serde_json::to_string(&judged).expect("JSON");
        let back: Evaluation = serde_json::from_str(&text).expect("the same");
        assert_eq!((back.rows, back.nll.is_nan(), back.bounds.len()), (judged.rows, true, judged.bounds.len()));
        assert_eq!(serde_json::to_string(&back).expect("JSON"), text);
    }
}
