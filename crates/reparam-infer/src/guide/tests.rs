//! Laws that every guide obeys.

use super::{FullRank, Guide, LowRank, MeanField};

fn guides() -> Vec<Box<dyn Guide>> {
    vec![
        Box::new(MeanField::new(&[0.3, -1.2], &[0.7, 2.0])),
        Box::new(FullRank::new(&[0.3, -1.2, 4.0], &[0.7, -0.4, 1.3, 0.2, 0.9, 0.5])),
        Box::new(LowRank::new(&[0.3, -1.2, 4.0], &[0.7, 2.0, 0.3], &[0.4, -0.1, 1.0, 0.3, -0.7, 0.2], 2)),
    ]
}

fn noise(guide: &dyn Guide) -> Vec<f64> {
    (0..guide.noise_dimension()).map(|i| 0.8 - 0.65 * i as f64).collect()
}

fn slopes(guide: &dyn Guide) -> Vec<f64> {
    (0..guide.dimension()).map(|i| 1.1 - 0.9 * i as f64).collect()
}

/// `slope · g(ε) - weight ln q(g(ε))` at these parameters.
fn objective(guide: &dyn Guide, parameters: &[f64], weight: f64) -> f64 {
    let mut moved = guide.boxed();
    moved.set_parameters(parameters);
    let mut z = vec![0.0; guide.dimension()];
    let log_density = moved.draw(&noise(guide), &mut z);
    z.iter().zip(slopes(guide)).map(|(z, s)| z * s).sum::<f64>() - weight * log_density
}

/// Central difference of `f` in coordinate `i`: error about (ε^(1/3))² = 4e-11 times third derivatives of size 10.
fn difference(at: &[f64], i: usize, f: &dyn Fn(&[f64]) -> f64) -> f64 {
    let step = f64::EPSILON.cbrt();
    let (mut up, mut down) = (at.to_vec(), at.to_vec());
    up[i] += step;
    down[i] -= step;
    (f(&up) - f(&down)) / (up[i] - down[i])
}

#[test]
fn pull_back_is_the_gradient() {
    for guide in guides() {
        for weight in [0.0, 1.0, 0.7] {
            let parameters = guide.parameters().to_vec();
            let (noise, mut z) = (noise(&*guide), vec![0.0; guide.dimension()]);
            guide.draw(&noise, &mut z);
            let mut gradient = vec![0.0; parameters.len()];
            guide.pull_back(&noise, &z, &slopes(&*guide), weight, &mut gradient);
            for (i, g) in gradient.iter().enumerate() {
                let expected = difference(&parameters, i, &|p| objective(&*guide, p, weight));
                assert!((g - expected).abs() < 1e-8, "{} {weight} [{i}]: {g} {expected}", guide.name());
            }
        }
    }
}

#[test]
fn score_is_the_slope_of_the_log_density() {
    for guide in guides() {
        let (noise, mut z) = (noise(&*guide), vec![0.0; guide.dimension()]);
        let log_density = guide.draw(&noise, &mut z);
        assert!((guide.log_density(&z) - log_density).abs() < 1e-12, "{}", guide.name());
        let mut slope = vec![0.0; z.len()];
        guide.score(&noise, &z, &mut slope);
        for (i, s) in slope.iter().enumerate() {
            let expected = difference(&z, i, &|z| guide.log_density(z));
            assert!((s - expected).abs() < 1e-8, "{} [{i}]: {s} {expected}", guide.name());
        }
    }
}

#[test]
fn entropy_and_its_gradient_are_those_of_the_normal() {
    for guide in guides() {
        let parameters = guide.parameters().to_vec();
        let mut gradient = vec![0.0; parameters.len()];
        let entropy = guide.entropy(Some(&mut gradient)).unwrap();
        // ½ ln det (2πe covariance), the determinant from the density at the mean.
        let loc = &parameters[..guide.dimension()];
        assert!((entropy - (0.5 * loc.len() as f64 - guide.log_density(loc))).abs() < 1e-12);
        for (i, g) in gradient.iter().enumerate() {
            let expected = difference(&parameters, i, &|p| {
                let mut moved = guide.boxed();
                moved.set_parameters(p);
                moved.entropy(None).unwrap()
            });
            assert!((g - expected).abs() < 1e-8, "{} [{i}]: {g} {expected}", guide.name());
        }
    }
}

#[test]
fn low_rank_is_the_full_rank_of_its_covariance() {
    let low = LowRank::new(&[0.3, -1.2, 4.0], &[0.7, 2.0, 0.3], &[0.4, -0.1, 1.0, 0.3, -0.7, 0.2], 2);
    let full = low.to_full_rank();
    for z in [[0.0, 0.0, 0.0], [1.0, -2.0, 5.0]] {
        assert!((low.log_density(&z) - full.log_density(&z)).abs() < 1e-12);
    }
    assert!((full.covariance()[0] - (0.49 + 0.16 + 0.01)).abs() < 1e-14);
}
