//! The loop: weights of the divergence, free bits, schedules, early stopping, configuration.

use burn::module::Module;
use burn::tensor::Device;
use reparam::nn::{Activation, Mlp};
use reparam::objective::{KlWeight, Objective, ShardBatch};
use reparam::train::{Schedule, load_parameters, read_parameters};
use reparam::vae::{Binarization, EpochRow, Event, Fit, FitConfig, Likelihood, Rows, Stop, Vae};
use reparam_core::noise::Key;

use crate::small::{Data, Small, WIDTH, config, finish, fit, vae};
use crate::support::{UNIT, normals, numbers, tensor, uniforms};

#[test]
fn the_weight_of_the_divergence_reaches_beta_and_the_rate_follows_its_schedule() {
    let data = Data::new();
    for (warmup_steps, complete) in [(0, true), (7, true), (12, true), (13, false)] {
        let mut config = config();
        config.kl = KlWeight { beta: 0.7, warmup_steps, free_bits: 0.0 };
        let mut run = fit(&data, config, 1);
        assert_eq!(finish(&mut run), Stop::Epochs);
        let rows = run.history();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[3].kl_weight == 0.7, complete);
        assert_eq!(config.kl.completes_within(run.total_steps()), complete);
        for row in rows {
            // The last step of an epoch is step `row.step - 1`, counted from 0.
            assert_eq!(row.kl_weight, config.kl.at(row.step - 1));
            let factor = config.schedule.factor(row.step - 1, 12);
            assert_eq!(row.learning_rate, 1e-2 * factor);
            assert!(row.kl_weight <= 0.7 && row.validation_elbo.is_some());
            let elbo = row.reconstruction - row.kl;
            assert!(elbo.is_finite() && row.objective.is_finite());
        }
        if warmup_steps > 3 {
            assert!(rows[0].kl_weight < 0.7);
        }
    }
}

#[test]
fn the_linear_schedule_is_a_straight_line_to_its_floor() {
    for floor in [0.0, 0.02, 0.5, 1.0] {
        let schedule = Schedule::Linear { floor };
        for step in 0..=100_u64 {
            let down = 1.0 - step as f64 / 100.0;
            // Without a floor to the bit, and with one up to the rounding of a product and a sum.
            let off = (schedule.factor(step, 100) - (floor + down * (1.0 - floor))).abs();
            assert!(off <= if floor == 0.0 { 0.0 } else { 4.0 * f64::EPSILON }, "floor {floor}, step {step}: {off:e}");
        }
        assert_eq!((schedule.factor(0, 100), schedule.factor(100, 100)), (1.0, floor));
    }
}

/// Gradients of the ELBO with the closed-form divergence, for a batch of 7 rows.
fn gradients(model: &Small, weight: f64, free_bits: f64) -> Vec<Vec<f32>> {
    let model = model.clone().train();
    let x = tensor(&uniforms("bits", 7 * WIDTH), [7, WIDTH]);
    let batch =
        ShardBatch { input: x.clone(), target: x, noise: tensor(&normals("noise", 7 * 2), [1, 7, 2]), batch_rows: 7 };
    let surrogate = Objective::default().surrogate(&model, batch, weight, free_bits);
    surrogate.backward().collect(&model).into_iter().map(|g| numbers(g.expect("a gradient"))).collect()
}

#[test]
fn free_bits_take_the_divergence_out_of_the_gradient_while_it_is_below() {
    let model = vae();
    let plain = gradients(&model, 1.0, 0.0);
    // Above every divergence: the gradient is that of the likelihood alone, to the bit.
    assert_eq!(gradients(&model, 1.0, 1e3), gradients(&model, 0.0, 0.0));
    // Below every divergence: no effect.
    assert_eq!(gradients(&model, 1.0, 1e-12), plain);
    assert_ne!(plain, gradients(&model, 0.0, 0.0));
}

#[test]
fn free_bits_judge_each_latent_by_itself() {
    // Latent 0 far from the prior, latent 1 at it but for a little: only the first one's divergence is above 0.5 nats.
    let mut parameters = read_parameters(&vae());
    let bias = parameters.get_mut("encoder.layers.1.bias").expect("the encoder's last bias");
    bias.1 = vec![3.0, 0.1, 0.0, 0.0];
    let weight = parameters.get_mut("encoder.layers.1.weight").expect("the encoder's last weight");
    weight.1.fill(0.0);
    let model = load_parameters(vae(), &parameters).expect("the same model");
    let index = read_parameters(&model).keys().position(|name| name == "encoder.layers.1.bias");
    assert!(index.is_some());
    // Gradients come in the module's order: encoder layers (weight, bias), then the decoder's.
    let last_bias = |g: Vec<Vec<f32>>| g[3].clone();
    let (free, full, none) = (
        last_bias(gradients(&model, 1.0, 0.5)),
        last_bias(gradients(&model, 1.0, 0.0)),
        last_bias(gradients(&model, 0.0, 0.0)),
    );
    assert_eq!(free.len(), 4);
    // Mean and log-scale of latent 0 feel it, those of latent 1 do not.
    for (at, name) in ["loc 0", "loc 1", "scale 0", "scale 1"].into_iter().enumerate() {
        if at % 2 == 0 {
            assert!((free[at] - full[at]).abs() < 1e-6, "{name}");
        } else {
            assert!((free[at] - none[at]).abs() < 1e-6, "{name}");
        }
    }
    assert!((full[0] - none[0]).abs() > 1.0 && (full[1] - none[1]).abs() > 0.05);
}

#[test]
fn a_collapsed_latent_is_left_alone_by_a_run_with_free_bits() {
    // The decoder ignores the latent: only the divergence would move the encoder.
    let data = Data::new();
    let mut parameters = read_parameters(&vae());
    for (name, (_, values)) in &mut parameters {
        if name == "decoder.layers.0.weight" {
            values.fill(0.0);
        }
    }
    let encoder = |free_bits: f64| {
        let mut config = config();
        config.objective = Objective::default();
        config.kl.free_bits = free_bits;
        let model = load_parameters(vae(), &parameters).expect("the same model");
        let device = Device::flex();
        let validation = data.validation();
        let mut run = Fit::new(model, data.train(), validation, config, 1, &device).expect("a run");
        // One step: from the second on the decoder has weights.
        run.advance().expect("a finite step");
        let mut found = read_parameters(run.trainer().model());
        found.retain(|name, _| name.starts_with("encoder"));
        found
    };
    let mut start = parameters.clone();
    start.retain(|name, _| name.starts_with("encoder"));
    assert_eq!(encoder(1e3), start);
    assert_ne!(encoder(0.0), start);
}

#[test]
fn validation_has_the_same_noise_in_every_epoch() {
    let data = Data::new();
    let mut config = config();
    // No weight moves, so that nothing but noise could change.
    config.learning_rate = 1e-30;
    let mut run = fit(&data, config, 1);
    finish(&mut run);
    let rows = run.history();
    assert!(rows.iter().all(|row| row.validation_elbo == rows[0].validation_elbo));
    // Training has fresh noise.
    assert_ne!(rows[0].objective, rows[1].objective);
    // One draw, whatever the objective takes.
    config.objective = Objective::Iwae { draws: 5, doubly_reparameterized: false };
    let mut other = fit(&data, config, 1);
    finish(&mut other);
    assert_eq!(other.history()[0].validation_elbo, rows[0].validation_elbo);
    for row in other.history() {
        assert!((row.elbo - (row.reconstruction - row.kl)).abs() < 1e-12);
        assert!(row.objective > row.elbo);
    }
}

#[test]
fn an_epoch_without_a_step_is_nan_and_steps_on_tensors_say_the_same() {
    let data = Data::new();
    let mut config = config();
    config.binarization = Binarization::None;
    // No weight moves: on tensors the correction of the moments counts skipped steps, and the models would part.
    config.learning_rate = 1e-30;
    // One bad row spoils one step of an epoch, whichever step it falls into.
    let mut pixels: Vec<f32> = (0..23).flat_map(|i| data.train().row(i).to_vec()).collect();
    pixels[5] = f32::NAN;
    let rows = Rows::new(&pixels, WIDTH);
    let device = Device::flex();
    let mut cpu = Fit::new(vae(), rows, data.validation(), config, 1, &device).expect("a run");
    let mut tensors = Fit::new(vae(), rows, data.validation(), config, 1, &device).expect("a run").on_tensors();
    finish(&mut cpu);
    finish(&mut tensors);
    for (a, b) in cpu.history().iter().zip(tensors.history()) {
        assert_eq!((a.skipped, a.epoch), (a.epoch, b.epoch));
        assert_eq!(a.skipped, b.skipped);
        // The cut into shards differs: sums of 8 rows of numbers below 10 are off by some 20 u · 10.
        assert!((a.objective - b.objective).abs() < 200.0 * UNIT, "{} and {}", a.objective, b.objective);
        assert!((a.kl - b.kl).abs() < 200.0 * UNIT && (a.elbo - b.elbo).abs() < 200.0 * UNIT);
    }
    // Nothing but bad rows.
    let bad = vec![f32::NAN; 4 * WIDTH];
    let bad = Rows::new(&bad, WIDTH);
    for on_tensors in [false, true] {
        let mut run = Fit::new(vae(), bad, data.validation(), config, 1, &device).expect("a run");
        if on_tensors {
            run = run.on_tensors();
        }
        let Ok(Event::Epoch { row, .. }) = run.advance() else { panic!("an epoch of one step") };
        assert!([row.objective, row.elbo, row.reconstruction, row.kl].iter().all(|x| x.is_nan()));
        assert!(row.skipped == 1 && row.validation_elbo.is_some_and(f64::is_finite));
        let text = serde_json::to_string(&row).expect("JSON");
        assert!(serde_json::from_str::<EpochRow>(&text).is_ok_and(|row| row.objective.is_nan()), "{text}");
    }
}

#[test]
fn early_stopping_stops_after_as_many_epochs_as_it_says() {
    let data = Data::new();
    let mut config = config();
    config.epochs = 3000;
    config.patience = 4;
    // A rate that cannot improve anything.
    config.learning_rate = 1e-12;
    let mut run = fit(&data, config, 1);
    let mut since_best = 0;
    let stop = loop {
        match run.advance().expect("a finite step") {
            Event::Epoch { improved, .. } => since_best = if improved { 0 } else { since_best + 1 },
            Event::Step => {}
            Event::Finished(stop) => break stop,
        }
    };
    assert_eq!((stop, since_best), (Stop::Patience, 4));
    let scores: Vec<f64> = run.history().iter().filter_map(|row| row.validation_elbo).collect();
    let best = scores.iter().copied().fold(f64::MIN, f64::max);
    assert_eq!(scores[scores.len() - 5], best);
    assert!(run.advance().is_ok_and(|e| e == Event::Finished(Stop::Patience)));
}

#[test]
fn patience_without_validation_rows_is_refused() {
    let data = Data::new();
    let mut config = config();
    config.patience = 2;
    let none = Rows::new(&[], WIDTH);
    let run = Fit::new(vae(), data.train(), none, config, 1, &Device::flex());
    let error = run.map(|_| ()).expect_err("nothing to judge by");
    assert_eq!(error.to_string(), "patience must be 0 where there are no validation images to judge by, got 2");
}

#[test]
fn training_learns_what_there_is_to_learn() {
    // Two patterns, half of the rows each: the entropy is ln 2 a row, and a VAE comes near it.
    let patterns = [[1.0_f32, 1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]];
    let pixels: Vec<f32> = (0..64).flat_map(|i| patterns[i % 2]).collect();
    let (device, key) = (Device::flex(), Key::new(8));
    let model = Vae::new(
        Mlp::new(&[6, 16, 2], Activation::Tanh, key.site("e"), &device),
        Mlp::new(&[1, 16, 6], Activation::Tanh, key.site("d"), &device),
        1,
        Likelihood::Bernoulli,
        &device,
    );
    let config = FitConfig {
        epochs: 150,
        batch: 16,
        learning_rate: 1e-2,
        schedule: Schedule::Linear { floor: 0.01 },
        binarization: Binarization::None,
        ..FitConfig::default()
    };
    let rows = Rows::new(&pixels, 6);
    let mut run = Fit::new(model, rows, rows, config, 2, &device).expect("a run");
    finish(&mut run);
    let last = run.history()[149];
    let elbo = last.validation_elbo.expect("validation rows");
    println!("ELBO {elbo:.3}, entropy -{:.3}", std::f64::consts::LN_2);
    // Independent pixels reach -6 ln 2 = -4.16. The bound may not be passed by more than the noise of 64 draws.
    assert!(elbo > -1.2 && elbo < -0.69 + 5.0 * last.validation_elbo_se.unwrap_or(0.0));
}
