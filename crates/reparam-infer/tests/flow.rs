//! The flow as a guide: its gradients, its density, and what it can hold.

use reparam_core::noise::{Key, Noise};
use reparam_infer::guide::{Flow, FlowError, FlowOptions, Guide};
use std::f64::consts::TAU;

fn normals(site: &str, count: usize) -> Vec<f64> {
    let mut out = vec![0.0; count];
    Key::new(6).site(site).step(0).fill(Noise::StandardNormal, 0, &mut out);
    out
}

/// A flow away from its start, composed with a normal law that has correlations.
fn moved(dimension: usize, layers: usize) -> Flow {
    // Small beside the diagonal: a triangle of normal numbers has a condition that grows with the power of its size.
    let mut factor: Vec<f64> = normals("factor", dimension * dimension).iter().map(|l| 0.2 * l).collect();
    (0..dimension).for_each(|i| factor[i * dimension + i] = 0.5 + factor[i * dimension + i].abs());
    let options = FlowOptions { layers, width: 5, seed: 3 };
    let mut flow = Flow::new(&normals("location", dimension), &factor, options).expect("a start");
    let away = normals("away", flow.parameters().len());
    let parameters: Vec<f64> = flow.parameters().iter().zip(away).map(|(p, a)| p + 0.3 * a).collect();
    flow.set_parameters(&parameters);
    flow
}

#[test]
fn it_starts_at_the_normal_law_that_it_is_given() {
    let (location, factor) = ([1.0, -2.0, 0.5], [2.0, 0.0, 0.0, 0.3, 1.0, 0.0, -0.2, 0.4, 0.7]);
    let flow = Flow::new(&location, &factor, FlowOptions::default()).expect("a start");
    let (noise, mut z) = (normals("noise", 3), [0.0; 3]);
    let found = flow.draw(&noise, &mut z);
    for i in 0..3 {
        let expected = location[i] + (0..3).map(|k| factor[3 * i + k] * noise[k]).sum::<f64>();
        assert!((z[i] - expected).abs() < 1e-14);
    }
    let squares: f64 = noise.iter().map(|e| e * e).sum();
    let expected = -0.5 * (squares + 3.0 * TAU.ln()) - (2.0_f64 * 1.0 * 0.7).ln();
    assert!((found - expected).abs() < 1e-13);
}

#[test]
fn log_density_of_a_draw_is_that_of_the_point() {
    for (dimension, layers) in [(1, 2), (2, 1), (2, 6), (5, 6), (30, 4)] {
        let flow = moved(dimension, layers);
        for noise in normals("noise", 10 * dimension).chunks_exact(dimension) {
            let mut z = vec![0.0; dimension];
            let drawn = flow.draw(noise, &mut z);
            // The way back loses what the way forward stretched: e³ a layer at most, far less here; the factor's condition comes on top.
            assert!((flow.log_density(&z) - drawn).abs() < 1e-9 * (1.0 + drawn.abs()), "{dimension} {layers}");
        }
    }
}

#[test]
fn pulled_back_gradient_is_that_of_finite_differences_in_every_parameter() {
    for (dimension, layers, weight) in [(1, 1, 1.0), (2, 3, 1.0), (5, 4, 0.7), (5, 4, 0.0)] {
        let mut flow = moved(dimension, layers);
        let (noise, slope) = (normals("noise", dimension), normals("slope", dimension));
        let mut z = vec![0.0; dimension];
        flow.draw(&noise, &mut z);
        let at = flow.parameters().to_vec();
        // What is there already stays.
        let mut gradient = vec![1.0; at.len()];
        flow.pull_back(&noise, &z, &slope, weight, &mut gradient);
        let mut value = |parameters: &[f64]| {
            flow.set_parameters(parameters);
            let log_density = flow.draw(&noise, &mut z);
            slope.iter().zip(&z).map(|(s, z)| s * z).sum::<f64>() - weight * log_density
        };
        for (p, g) in gradient.iter().enumerate() {
            let h = 6e-6;
            let mut shifted = at.clone();
            shifted[p] = at[p] + h;
            let above = value(&shifted);
            shifted[p] = at[p] - h;
            let difference = (above - value(&shifted)) / (2.0 * h);
            // Truncation h² f'''/6 = 6e-12 f''', rounding 1e-16 |f| / h = 2e-11 |f|; f and f''' are tens here.
            assert!((g - 1.0 - difference).abs() < 1e-7 * (1.0 + difference.abs()), "{p}: {g} {difference}");
        }
    }
}

#[test]
fn score_is_the_slope_of_the_log_density() {
    for (dimension, layers) in [(1, 1), (2, 3), (5, 6)] {
        let flow = moved(dimension, layers);
        let noise = normals("noise", dimension);
        let (mut z, mut slope) = (vec![0.0; dimension], vec![0.0; dimension]);
        flow.draw(&noise, &mut z);
        flow.score(&noise, &z, &mut slope);
        for d in 0..dimension {
            let h = 6e-6;
            let mut at = z.clone();
            at[d] = z[d] + h;
            let above = flow.log_density(&at);
            at[d] = z[d] - h;
            let difference = (above - flow.log_density(&at)) / (2.0 * h);
            assert!((slope[d] - difference).abs() < 1e-6 * (1.0 + difference.abs()), "{} {difference}", slope[d]);
        }
    }
}

#[test]
fn density_integrates_to_one() {
    let flow = moved(2, 4);
    // The box that holds noise within 7 sds; a grid of it.
    let mut box_of = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    for i in -70..=70 {
        for j in -70..=70 {
            let mut z = [0.0; 2];
            flow.draw(&[f64::from(i) / 10.0, f64::from(j) / 10.0], &mut z);
            for d in 0..2 {
                box_of[d] = [box_of[d][0].min(z[d]), box_of[d][1].max(z[d])];
            }
        }
    }
    let count = 2000;
    let steps = box_of.map(|[low, high]| (high - low) / f64::from(count));
    let mut sum = 0.0;
    for i in 0..=count {
        for j in 0..=count {
            let z = [box_of[0][0] + steps[0] * f64::from(i), box_of[1][0] + steps[1] * f64::from(j)];
            sum += flow.log_density(&z).exp();
        }
    }
    // Noise beyond 7 sds: 1e-11; trapezoids of a smooth density: far below.
    assert!((sum * steps[0] * steps[1] - 1.0).abs() < 1e-6, "{}", sum * steps[0] * steps[1]);
}

#[test]
fn noise_from_far_out_stays_finite() {
    let flow = moved(5, 6);
    for size in [0.0, 40.0, 1e6, 1e30] {
        for sign in [1.0, -1.0] {
            let noise = [size, -size, sign * size, size, -sign * size];
            let (mut z, mut gradient, mut slope) = ([0.0; 5], vec![0.0; flow.parameters().len()], [0.0; 5]);
            assert!(flow.draw(&noise, &mut z).is_finite() && z.iter().all(|z| z.is_finite()));
            flow.pull_back(&noise, &z, &[1.0; 5], 1.0, &mut gradient);
            flow.score(&noise, &z, &mut slope);
            assert!(gradient.iter().chain(&slope).all(|g| g.is_finite()), "{size}");
            assert!(flow.log_density(&z).is_finite());
        }
    }
}

#[test]
fn same_seed_same_flow_and_another_seed_another() {
    let of = |seed| Flow::standard(4, FlowOptions { seed, ..FlowOptions::default() }).expect("a start");
    assert_eq!(of(1).parameters(), of(1).parameters());
    assert_ne!(of(1).parameters(), of(2).parameters());
}

#[test]
fn broken_starts_are_errors_that_say_where() {
    let error = |location: &[f64], factor: &[f64], layers| {
        let options = FlowOptions { layers, ..FlowOptions::default() };
        Flow::new(location, factor, options).expect_err("no start").to_string()
    };
    assert_eq!(error(&[0.0; 2], &[1.0; 4], 0), "flow: layers must be between 1 and 64, got 0");
    assert_eq!(error(&[], &[], 2), "flow: dimension must be between 1 and 4096, got 0");
    assert_eq!(error(&[0.0; 2], &[1.0; 3], 2), "flow: factor must have 4 numbers, got 3");
    assert_eq!(error(&[f64::NAN], &[1.0], 2), "flow: location must be finite, got NaN at index 0");
    assert_eq!(
        error(&[0.0; 2], &[1.0, 0.0, 0.0, -1.0], 2),
        "flow: factor must be > 0 on its diagonal, got -1 at index 3"
    );
    let too_wide = FlowOptions { width: 5000, ..FlowOptions::default() };
    let expected = FlowError::Option { option: "width", most: 1024, found: 5000 };
    assert_eq!(Flow::standard(2, too_wide).expect_err("no start"), expected);
}
