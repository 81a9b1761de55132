//! The built-in models without dynamics and the targets: gradients, batches, densities that are what they say.

use reparam_core::noise::{Key, Noise, Stream};
use reparam_infer::examples::targets::{Banana, Cauchy, Funnel, MultivariateNormal};
use reparam_infer::examples::{self, EightSchools, ExampleError, LogisticRegression};
use reparam_infer::{LogDensity, Model, gradient_errors};

fn stream(site: &str) -> Stream {
    Key::new(5).site(site).step(0)
}

fn normals(site: &str, count: usize) -> Vec<f64> {
    let mut out = vec![0.0; count];
    stream(site).fill(Noise::StandardNormal, 0, &mut out);
    out
}

fn normal() -> MultivariateNormal {
    MultivariateNormal::new(&[1.0, -2.0, 0.5], &[2.0, 0.3, 0.1, 0.3, 1.0, -0.4, 0.1, -0.4, 3.0]).expect("a precision")
}

fn all() -> Vec<Box<dyn LogDensity>> {
    vec![
        Box::new(EightSchools::default()),
        Box::new(LogisticRegression::default()),
        Box::new(normal()),
        Box::new(Funnel { dimension: 4 }),
        Box::new(Banana::default()),
        Box::new(Cauchy { dimension: 3 }),
    ]
}

#[test]
fn gradients_are_those_of_finite_differences() {
    for density in all() {
        for x in normals("points", 5 * density.dimension()).chunks_exact(density.dimension()) {
            let mut gradient = vec![0.0; x.len()];
            let value = density.value_and_gradient(x, &mut gradient).expect("a value");
            // A step of 6e-6: truncation 6e-12 f'''; rounding, of a sum as long as the data, 1e-14 |f| / 6e-6.
            let tolerance = 1e-8 * (1.0 + value.abs());
            for error in gradient_errors(&*density, x).expect("a value") {
                assert!(error.abs() < tolerance, "{error} of {gradient:?}");
            }
        }
    }
}

#[test]
fn batches_of_any_size_agree_with_single_draws() {
    for density in all() {
        let dimension = density.dimension();
        for count in [1, 15, 16, 17, 40] {
            let draws = normals("draws", count * dimension);
            let (mut values, mut gradients) = (vec![0.0; count], vec![0.0; count * dimension]);
            density.values_and_gradients(&draws, &mut values, &mut gradients).expect("sizes fit");
            for (s, x) in draws.chunks_exact(dimension).enumerate() {
                let mut gradient = vec![0.0; dimension];
                let value = density.value_and_gradient(x, &mut gradient).expect("a value");
                // Sums of at most 1,000 terms of one sign, in two orders: 1,000 ε of the sum.
                assert!((values[s] - value).abs() <= 3e-13 * value.abs().max(1.0));
                for (a, b) in gradients[s * dimension..].iter().zip(&gradient) {
                    assert!((a - b).abs() <= 3e-13 * value.abs().max(1.0));
                }
            }
        }
    }
}

#[test]
fn a_draw_of_a_batch_does_not_see_its_neighbours() {
    for density in all() {
        let dimension = density.dimension();
        let mut draws = normals("draws", 20 * dimension);
        let (mut values, mut gradients) = (vec![0.0; 20], vec![0.0; 20 * dimension]);
        density.values_and_gradients(&draws, &mut values, &mut gradients).expect("sizes fit");
        let (value, gradient) = (values[3], gradients[3 * dimension..4 * dimension].to_vec());
        draws[..dimension].fill(f64::NAN);
        density.values_and_gradients(&draws, &mut values, &mut gradients).expect("sizes fit");
        assert_eq!((values[3], &gradients[3 * dimension..4 * dimension]), (value, &gradient[..]));
        assert!(!values[0].is_finite());
    }
}

/// Sum over a grid of `e^f · step^D`.
fn integral(density: &dyn LogDensity, from: [f64; 2], step: [f64; 2], counts: [usize; 2]) -> f64 {
    let mut gradient = [0.0; 2];
    let mut sum = 0.0;
    for i in 0..counts[0] {
        for j in 0..counts[1] {
            let x = [from[0] + step[0] * i as f64, from[1] + step[1] * j as f64];
            sum += density.value_and_gradient(&x, &mut gradient).expect("a value").exp();
        }
    }
    sum * step[0] * step[1]
}

#[test]
fn targets_are_normalised() {
    let correlated = MultivariateNormal::new(&[1.0, 0.0], &[2.0, 0.8, 0.8, 1.0]).expect("a precision");
    // Trapezoids of smooth densities that fall like a normal one converge faster than any power; nine sds are left out: 1e-18.
    assert!((integral(&correlated, [-12.0, -14.0], [0.1, 0.1], [260, 280]) - 1.0).abs() < 1e-12);
    assert!((integral(&Banana::default(), [-75.0, -15.0], [0.25, 0.25], [600, 740]) - 1.0).abs() < 1e-9);
    // Up to x[0] = 6, two sds, beyond which the other coordinate asks for a wider grid: Φ(2) - Φ(-1).
    let funnel = integral(&Funnel { dimension: 2 }, [-3.0 + 0.005, -160.0], [0.01, 0.05], [900, 6400]);
    assert!((funnel - (0.977249868 - 0.158655254)).abs() < 1e-5, "{funnel}");
    // Both tails beyond ±L hold 2 / (π L) of a Cauchy law, less (2/3) / (π L³).
    let cauchy = integral(&Cauchy { dimension: 2 }, [-300.0, -300.0], [0.25, 0.25], [2401, 2401]);
    let one: f64 = 1.0 - 2.0 / (std::f64::consts::PI * 300.0);
    assert!((cauchy - one * one).abs() < 1e-4, "{cauchy}");
}

#[test]
fn eight_schools_has_the_density_of_its_parts() {
    let model = EightSchools::default();
    let x = normals("schools", 10);
    let normal =
        |x: f64, mean: f64, sd: f64| -0.5 * ((x - mean) / sd).powi(2) - sd.ln() - 0.5 * std::f64::consts::TAU.ln();
    let mut quantities = vec![0.0; 10];
    model.constrain(&x, &mut quantities);
    let errors = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let mut value = x[..8].iter().map(|z| normal(*z, 0.0, 1.0)).sum::<f64>();
    for (j, observation) in model.observations().iter().enumerate() {
        value += normal(observation.value, quantities[j], errors[j]);
    }
    for q in [8, 9] {
        value += model.prior_log_density(q, quantities[q]).expect("a prior");
    }
    value += x[9];
    let found = model.value_and_gradient(&x, &mut [0.0; 10]).expect("a value");
    assert!((found - value).abs() < 1e-12, "{found} {value}");
}

#[test]
fn the_built_in_logistic_data_are_the_ones_that_others_are_timed_on() {
    // By NumPy 2 from the same generator in f32: the number of ones, and Σ_i x_i0 (y_i - 1/2).
    let model = LogisticRegression::default();
    let ones: f64 = model.observations().iter().map(|o| o.value).sum();
    assert_eq!(ones, 492.0);
    let mut gradient = vec![0.0; 20];
    let value = model.value_and_gradient(&[0.0; 20], &mut gradient).expect("a value");
    assert!((value + 1000.0 * 2.0_f64.ln() + 10.0 * std::f64::consts::TAU.ln()).abs() < 1e-9);
    assert!((gradient[0] - 70.66382708781748).abs() < 1e-9, "{}", gradient[0]);
}

#[test]
fn predictions_follow_the_model() {
    for name in examples::BUILT_IN {
        let model = examples::built_in(name).expect("a built-in model");
        let x = model.prior_draw(stream("prior")).expect("a proper prior");
        let count = model.observations().len();
        let (mut expected, mut replicate) = (vec![0.0; count], vec![0.0; count]);
        model.predict(&x, stream("noise"), &mut expected, &mut replicate).expect("a prediction");
        let other = model.with_observations(&replicate).expect("outcomes of the model");
        let values: Vec<f64> = other.observations().iter().map(|o| o.value).collect();
        assert_eq!(values, replicate);
        let mut gradient = vec![0.0; x.len()];
        assert!(other.value_and_gradient(&x, &mut gradient).expect("a value").is_finite());
    }
    assert!(examples::built_in("nine-schools").is_none());
}

#[test]
fn prior_draws_have_the_prior_law() {
    // Half-Cauchy of scale 5: a quarter of the mass below 5 tan(π/8), half below 5. Over 4,000 draws each share has a standard error of at
    // most 0.008; 5 of them: false alarm 1e-6. A prior of twice the scale would show 0.295 for 0.5.
    let model = EightSchools::default();
    let draws: Vec<Vec<f64>> =
        (0..4000).map(|i| model.prior_draw(Key::new(2).number(i).step(0)).expect("a prior")).collect();
    let share = |bound: f64| draws.iter().filter(|x| x[9].exp() < bound).count() as f64 / 4000.0;
    let quarter = 5.0 * (std::f64::consts::PI / 8.0).tan();
    assert!((share(quarter) - 0.25).abs() < 0.035 && (share(5.0) - 0.5).abs() < 0.04);
    assert!((share(10.0) - 0.5).abs() > 0.04, "the control");
    let square: f64 = draws.iter().map(|x| x[8] * x[8]).sum::<f64>() / 4000.0;
    // Variance 25, its standard error 25 √(2/4000) = 0.56.
    assert!((square - 25.0).abs() < 2.8, "{square}");
}

#[test]
fn broken_data_are_errors_that_say_where() {
    let found = LogisticRegression::new(&[1.0, f64::NAN], 1, &[0.0, 1.0]).expect_err("a NaN");
    assert_eq!(found.to_string(), "matrix must be finite, got NaN at index 1");
    let found = LogisticRegression::new(&[1.0, 2.0], 1, &[0.0, 0.5]).expect_err("half an outcome");
    assert_eq!(found.to_string(), "outcomes must be 0 or 1, got 0.5 at index 1");
    let found = LogisticRegression::new(&[1.0, 2.0], 0, &[]).expect_err("no columns");
    assert_eq!(found.to_string(), "a row of the matrix must have 1 numbers, got 0");
    assert!(LogisticRegression::new(&[1.0], 1, &[0.0, 1.0]).is_err());
    assert!(EightSchools::new([0.0; 8], [0.0; 8]).is_err());
    assert_eq!(MultivariateNormal::new(&[0.0; 2], &[1.0, 2.0, 2.0, 1.0]), Err(ExampleError::Precision(1)));
    assert_eq!(MultivariateNormal::new(&[0.0; 2], &[1.0, 0.1, 0.2, 1.0]), Err(ExampleError::Precision(1)));
    assert!(MultivariateNormal::new(&[0.0; 2], &[1.0]).is_err());
}
