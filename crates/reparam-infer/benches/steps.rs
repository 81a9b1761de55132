//! Time of one step of a mean-field fit, 16 draws a step, all on one thread: noise, draws, densities, gradient, Adam.
//!
//! `cargo bench -p reparam-infer --bench steps` times it. With `--once TASK STEPS` after `--` it runs one fit instead and prints one line,
//! which `bench/infer.py` sets beside those of other programs; the loss is the last step's `-ELBO`, of its 16 draws.

use divan::{Bencher, black_box};
use reparam_core::noise::{Key, Noise};
use reparam_infer::LogDensity;
use reparam_infer::examples::{EightSchools, LogisticRegression};
use std::time::Instant;

const DRAWS: usize = 16;

/// A mean-field fit with all its room.
struct Fit<'a> {
    model: &'a dyn LogDensity,
    key: Key,
    step: u64,
    /// Locations, then logarithms of scales.
    parameters: Vec<f64>,
    moments: [Vec<f64>; 2],
    noise: Vec<f64>,
    draws: Vec<f64>,
    scales: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'a> Fit<'a> {
    fn new(model: &'a dyn LogDensity) -> Self {
        let n = model.dimension();
        let parameters = [vec![0.0; n], vec![-2.0; n]].concat();
        let room = || vec![0.0; DRAWS * n];
        Self {
            model,
            key: Key::new(1).site("fit"),
            step: 0,
            parameters,
            moments: [vec![0.0; 2 * n], vec![0.0; 2 * n]],
            noise: room(),
            draws: room(),
            scales: vec![0.0; n],
            values: vec![0.0; DRAWS],
            slopes: room(),
            gradient: vec![0.0; 2 * n],
        }
    }

    /// One step of Adam on the pathwise gradient, the entropy in closed form; the objective without constants is returned.
    fn step(&mut self) -> f64 {
        let n = self.scales.len();
        self.step += 1;
        self.key.step(self.step).fill(Noise::StandardNormal, 0, &mut self.noise);
        let (locations, logarithms) = self.parameters.split_at(n);
        for (scale, logarithm) in self.scales.iter_mut().zip(logarithms) {
            *scale = logarithm.exp();
        }
        for (z, e) in self.draws.chunks_exact_mut(n).zip(self.noise.chunks_exact(n)) {
            for d in 0..n {
                z[d] = locations[d] + self.scales[d] * e[d];
            }
        }
        self.model.values_and_gradients(&self.draws, &mut self.values, &mut self.slopes).expect("the sizes fit");
        let elbo = self.values.iter().sum::<f64>() / DRAWS as f64 + logarithms.iter().sum::<f64>();
        self.gradient.fill(0.0);
        let (of_locations, of_scales) = self.gradient.split_at_mut(n);
        for (slope, e) in self.slopes.chunks_exact(n).zip(self.noise.chunks_exact(n)) {
            for d in 0..n {
                of_locations[d] += slope[d];
                of_scales[d] += slope[d] * e[d];
            }
        }
        for d in 0..n {
            of_locations[d] /= DRAWS as f64;
            of_scales[d] = of_scales[d] / DRAWS as f64 * self.scales[d] + 1.0;
        }
        self.adam();
        elbo
    }

    fn adam(&mut self) {
        const DECAYS: [f64; 2] = [0.9, 0.999];
        let t = self.step.min(1 << 20) as i32;
        let corrections = DECAYS.map(|decay| 1.0 - decay.powi(t));
        let [first, second] = &mut self.moments;
        for (((w, m), v), g) in self.parameters.iter_mut().zip(first).zip(second).zip(&self.gradient) {
            *m = DECAYS[0] * *m + (1.0 - DECAYS[0]) * g;
            *v = DECAYS[1] * *v + (1.0 - DECAYS[1]) * g * g;
            *w += 1e-2 * (*m / corrections[0]) / ((*v / corrections[1]).sqrt() + 1e-8);
        }
    }
}

fn bench_step(bencher: Bencher<'_, '_>, model: &dyn LogDensity) {
    let mut fit = Fit::new(model);
    bencher.bench_local(|| black_box(fit.step()));
}

fn bench_density(bencher: Bencher<'_, '_>, model: &dyn LogDensity) {
    let mut fit = Fit::new(model);
    fit.step();
    bencher.bench_local(|| {
        fit.model.values_and_gradients(black_box(&fit.draws), &mut fit.values, &mut fit.slopes).expect("the sizes fit");
        black_box(&fit.slopes);
    });
}

#[divan::bench]
fn eight_schools_step(bencher: Bencher<'_, '_>) {
    bench_step(bencher, &EightSchools::default());
}

#[divan::bench]
fn eight_schools_density(bencher: Bencher<'_, '_>) {
    bench_density(bencher, &EightSchools::default());
}

#[divan::bench]
fn logistic_regression_step(bencher: Bencher<'_, '_>) {
    bench_step(bencher, &LogisticRegression::default());
}

#[divan::bench]
fn logistic_regression_density(bencher: Bencher<'_, '_>) {
    bench_density(bencher, &LogisticRegression::default());
}

#[divan::bench]
fn logistic_regression_one_draw(bencher: Bencher<'_, '_>) {
    let (model, x, mut gradient) = (LogisticRegression::default(), [0.1; 20], [0.0; 20]);
    bencher.bench_local(|| model.value_and_gradient(black_box(&x), &mut gradient));
}

/// One fit, timed as a whole after as many steps that are not.
fn once(task: &str, steps: u32) {
    let model: Box<dyn LogDensity> = match task {
        "schools" => Box::new(EightSchools::default()),
        "logreg" => Box::new(LogisticRegression::default()),
        _ => return eprintln!("error: unknown task '{task}'; known: schools, logreg"),
    };
    let (mut warm, mut fit) = (Fit::new(&*model), Fit::new(&*model));
    for _ in 0..steps {
        warm.step();
    }
    let begin = Instant::now();
    let mut elbo = f64::NAN;
    for _ in 0..steps {
        elbo = fit.step();
    }
    let micros = begin.elapsed().as_secs_f64() * 1e6 / f64::from(steps);
    // The entropy's constant.
    let loss = -elbo - 0.5 * model.dimension() as f64 * (1.0 + std::f64::consts::TAU.ln());
    println!(r#"{{"engine": "reparam", "task": "{task}", "us_per_step": {micros:.3}, "loss": {loss:.4}}}"#);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|a| a == "--once").map(|at| &arguments[at + 1..]) {
        Some([task, steps, ..]) => once(task, steps.parse().unwrap_or(2000).max(1)),
        Some(_) => eprintln!("usage: steps --once schools|logreg STEPS"),
        None => divan::main(),
    }
}
