//! What a flow can hold when it is fitted: Adam on the pathwise gradient, importance ratios judged by their tail.

use reparam_core::noise::{Key, Noise};
use reparam_infer::LogDensity;
use reparam_infer::examples::targets::{Banana, Funnel};
use reparam_infer::guide::{Flow, FlowOptions, Guide};

/// Adam on `E_q[ln p - ln q]`, the step size falling along half a cosine to a hundredth.
fn fit(guide: &mut dyn Guide, density: &dyn LogDensity, steps: u64, draws: usize, step_size: f64, seed: u64, kind: u8) {
    let n = guide.dimension();
    let mut parameters = guide.parameters().to_vec();
    let count = parameters.len();
    let (mut first, mut second) = (vec![0.0; count], vec![0.0; count]);
    let (mut noise, mut z) = (vec![0.0; draws * n], vec![0.0; draws * n]);
    let mut lq = vec![0.0; draws];
    let (mut values, mut slopes) = (vec![0.0; draws], vec![0.0; draws * n]);
    for step in 0..steps {
        Key::new(seed).site("fit").step(step).fill(Noise::StandardNormal, 0, &mut noise);
        for ((noise, z), lq) in noise.chunks_exact(n).zip(z.chunks_exact_mut(n)).zip(&mut lq) {
            *lq = guide.draw(noise, z);
        }
        density.values_and_gradients(&z, &mut values, &mut slopes).expect("sizes fit");
        let mut gradient = vec![0.0; count];
        let mut score = vec![0.0; n];
        let hi = (0..draws).map(|i| values[i] - lq[i]).fold(f64::NEG_INFINITY, f64::max);
        let w: Vec<f64> = (0..draws).map(|i| (values[i] - lq[i] - hi).exp()).collect();
        let total: f64 = w.iter().sum();
        let late = step as f64 > 0.5 * steps as f64;
        for (i, ((noise, z), slope)) in
            noise.chunks_exact(n).zip(z.chunks_exact(n)).zip(slopes.chunks_exact_mut(n)).enumerate()
        {
            if kind == 0 {
                guide.pull_back(noise, z, slope, 1.0, &mut gradient);
            } else {
                guide.score(noise, z, &mut score);
                let f = if kind == 1 || (kind == 3 && !late) { 1.0 } else { (w[i] / total).powi(2) * draws as f64 };
                for d in 0..n {
                    slope[d] = f * (slope[d] - score[d]);
                }
                guide.pull_back(noise, z, slope, 0.0, &mut gradient);
            }
        }
        let share = step as f64 / steps as f64;
        let rate = step_size * (0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()));
        let corrections = [0.9_f64, 0.999].map(|decay| 1.0 - decay.powf(step as f64 + 1.0));
        // Steep targets throw single huge gradients: the norm of one step is bounded.
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt() / draws as f64;
        let factor = 1.0 / draws as f64 * if norm > CLIP { CLIP / norm } else { 1.0 };
        for i in 0..count {
            let g = gradient[i] * factor;
            first[i] = 0.9 * first[i] + 0.1 * g;
            second[i] = 0.999 * second[i] + 0.001 * g * g;
            parameters[i] += rate * (first[i] / corrections[0]) / ((second[i] / corrections[1]).sqrt() + 1e-8);
        }
        guide.set_parameters(&parameters);
    }
}

const CLIP: f64 = 100.0;

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

#[test]
#[ignore = "prints what options give; for choosing the defaults"]
fn options() {
    for (layers, width, steps, draws, rate, kind) in [
        (6, 16, 3000, 32, 0.01, 1),
        (6, 16, 3000, 32, 0.01, 2),
        (6, 16, 3000, 32, 0.01, 3),
        (4, 16, 3000, 32, 0.01, 1),
        (4, 16, 3000, 32, 0.01, 3),
        (6, 16, 10000, 32, 0.01, 1),
        (6, 16, 10000, 32, 0.01, 3),
    ] {
        for seed in 0..3 {
            for scale in [1.0, 5.0] {
                let options = FlowOptions { layers, width, seed };
                let mut flow = Flow::new(&[0.0, 0.0], &[scale, 0.0, 0.0, scale], options).expect("a start");
                let begin = std::time::Instant::now();
                fit(&mut flow, &Banana::default(), steps, draws, rate, seed, kind);
                let took = begin.elapsed().as_secs_f64();
                let ratios = log_ratios(&flow, &Banana::default(), 4000);
                println!(
                    "{layers} {width} {steps} {draws} {rate} {kind} scale {scale} seed {seed}: elbo {:.4} k {:.3} {took:.2} s",
                    mean(&ratios),
                    k_hat(&ratios)
                );
            }
        }
    }
}
