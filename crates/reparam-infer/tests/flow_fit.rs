//! What a flow can hold when it is fitted as its constants say, judged by the tail of its importance ratios.

use reparam_core::noise::{Key, Noise};
use reparam_infer::LogDensity;
use reparam_infer::examples::targets::{Banana, Funnel};
use reparam_infer::guide::{Flow, FlowOptions, Guide};

/// Bound of the norm of a step's gradient: steep targets throw single huge ones.
const CLIP: f64 = 100.0;

/// Adam with a step size that falls along half a cosine to a hundredth.
struct Adam {
    moments: [Vec<f64>; 2],
    parameters: Vec<f64>,
}

impl Adam {
    fn step(&mut self, step: u64, gradient: &[f64]) {
        let share = step as f64 / Flow::STEPS as f64;
        let rate = Flow::STEP_SIZE * (0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()));
        let corrections = [0.9_f64, 0.999].map(|decay| 1.0 - decay.powf(step as f64 + 1.0));
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        let factor = if norm > CLIP { CLIP / norm } else { 1.0 };
        let [first, second] = &mut self.moments;
        for (((w, m), v), g) in self.parameters.iter_mut().zip(first).zip(second).zip(gradient) {
            let g = g * factor;
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *w += rate * (*m / corrections[0]) / ((*v / corrections[1]).sqrt() + 1e-8);
        }
    }
}

/// Sticking the landing with widened noise. The first `frozen` parameters stay as they are.
fn fit(guide: &mut Flow, density: &dyn LogDensity, frozen: usize, seed: u64) {
    let (n, draws, count) = (guide.dimension(), Flow::DRAWS, guide.parameters().len());
    let mut adam = Adam { moments: [vec![0.0; count], vec![0.0; count]], parameters: guide.parameters().to_vec() };
    let (mut noise, mut z, mut score) = (vec![0.0; draws * n], vec![0.0; draws * n], vec![0.0; n]);
    let (mut values, mut slopes) = (vec![0.0; draws], vec![0.0; draws * n]);
    for step in 0..Flow::STEPS {
        Key::new(seed).site("fit").step(step).fill(Noise::StandardNormal, 0, &mut noise);
        // Not without couplings: that fit is to be the best normal law.
        if step >= Flow::WIDE_FROM && frozen == 0 {
            for e in &mut noise {
                *e *= Flow::WIDE;
            }
        }
        for (noise, z) in noise.chunks_exact(n).zip(z.chunks_exact_mut(n)) {
            guide.draw(noise, z);
        }
        density.values_and_gradients(&z, &mut values, &mut slopes).expect("sizes fit");
        let mut gradient = vec![0.0; count];
        for ((noise, z), slope) in noise.chunks_exact(n).zip(z.chunks_exact(n)).zip(slopes.chunks_exact_mut(n)) {
            guide.score(noise, z, &mut score);
            for (slope, score) in slope.iter_mut().zip(&score) {
                *slope = (*slope - score) / draws as f64;
            }
            guide.pull_back(noise, z, slope, 0.0, &mut gradient);
        }
        gradient[..frozen].fill(0.0);
        adam.step(step, &gradient);
        guide.set_parameters(&adam.parameters);
    }
}

/// `ln p - ln q` at fresh draws.
fn log_ratios(guide: &dyn Guide, density: &dyn LogDensity, count: usize) -> Vec<f64> {
    let n = guide.dimension();
    let (mut noise, mut z, mut slope) = (vec![0.0; count * n], vec![0.0; n], vec![0.0; n]);
    Key::new(99).site("judge").step(0).fill(Noise::StandardNormal, 0, &mut noise);
    let ratio = |e: &[f64]| {
        let q = guide.draw(e, &mut z);
        density.value_and_gradient(&z, &mut slope).expect("a value") - q
    };
    noise.chunks_exact(n).map(ratio).collect()
}

/// The shape of a generalised Pareto law fitted to the largest `min(S/5, 3√S)` ratios (Zhang and Stephens 2009), drawn towards 0.5 as
/// with 10 prior observations (Vehtari et al. 2024).
fn k_hat(log_ratios: &[f64]) -> f64 {
    let mut sorted = log_ratios.to_vec();
    sorted.sort_by(f64::total_cmp);
    let largest = sorted[sorted.len() - 1];
    let tail = (sorted.len() / 5).min((3.0 * (sorted.len() as f64).sqrt()) as usize);
    let cut = (sorted[sorted.len() - tail - 1] - largest).exp();
    let x: Vec<f64> = sorted[sorted.len() - tail..].iter().map(|l| (l - largest).exp() - cut).collect();
    let (n, count) = (tail as f64, 30 + (tail as f64).sqrt() as usize);
    let quartile = x[(n / 4.0 + 0.5) as usize - 1];
    let thetas: Vec<f64> = (1..=count)
        .map(|j| 1.0 / x[tail - 1] + (1.0 - (count as f64 / (j as f64 - 0.5)).sqrt()) / (3.0 * quartile))
        .collect();
    let shape = |theta: f64| x.iter().map(|x| (-theta * x).ln_1p()).sum::<f64>() / n;
    let profile: Vec<f64> = thetas.iter().map(|t| n * ((-t / shape(*t)).ln() - shape(*t) - 1.0)).collect();
    let weight = |j: usize| 1.0 / profile.iter().map(|l| (l - profile[j]).exp()).sum::<f64>();
    let theta: f64 = (0..count).map(|j| thetas[j] * weight(j)).sum();
    (n * shape(theta) + 5.0) / (n + 10.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// k-hat and ELBO of a flow that is fitted from `N(0, scale² I)`; all its couplings, or none.
fn fitted(density: &dyn LogDensity, seed: u64, scale: f64, couplings: bool) -> [f64; 2] {
    let n = density.dimension();
    let mut factor = vec![0.0; n * n];
    (0..n).for_each(|i| factor[i * n + i] = scale);
    let options = FlowOptions { seed, ..FlowOptions::default() };
    let mut flow = Flow::new(&vec![0.0; n], &factor, options).expect("a start");
    let frozen = if couplings { 0 } else { flow.parameters().len() - 2 * n };
    fit(&mut flow, density, frozen, seed);
    let ratios = log_ratios(&flow, density, 4000);
    [k_hat(&ratios), mean(&ratios)]
}

#[test]
fn banana_is_held_from_any_start() {
    // The targets are normalised: the best ELBO is 0.
    for (seed, scale, pairs) in [(0, 1.0, 1), (1, 5.0, 1), (2, 1.0, 2)] {
        let [k, elbo] = fitted(&Banana { pairs, ..Banana::default() }, seed, scale, true);
        println!("banana, seed {seed}: k-hat {k:.3}, elbo {elbo:.4}");
        assert!(k < 0.7 && elbo > -0.04, "{k} {elbo}");
    }
}

#[test]
fn banana_is_not_held_without_couplings() {
    // Two pairs: with one the best normal law's k-hat is 0.70, on the line. It has no correlations, since the target has none.
    let [k, elbo] = fitted(&Banana { pairs: 2, ..Banana::default() }, 0, 1.0, false);
    println!("banana, independent normals: k-hat {k:.3}, elbo {elbo:.4}");
    assert!(k > 0.7 && elbo < -1.0, "{k} {elbo}");
}

#[test]
fn funnel_is_held() {
    let [k, elbo] = fitted(&Funnel { dimension: 3 }, 0, 1.0, true);
    println!("funnel: k-hat {k:.3}, elbo {elbo:.4}");
    assert!(k < 0.7 && elbo > -0.1, "{k} {elbo}");
}
