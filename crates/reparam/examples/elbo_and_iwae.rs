//! Bounds on a log-evidence that is known: z ~ N(0, 1), x | z ~ N(z, 1), so that x ~ N(0, 2) and z | x ~ N(x/2, 1/2).

use burn::tensor::{Device, Tensor};
use reparam::noise;
use reparam::objective::{DiagonalNormal, EntropyTerm, LatentModel, Objective, ShardBatch};
use reparam_core::noise::{Key, Noise};

/// A model of two lines; its posterior has one free mean and one free log-scale.
struct Line {
    loc: Tensor<2>,
    log_scale: Tensor<2>,
}

impl LatentModel for Line {
    fn posterior(&self, x: Tensor<2>) -> DiagonalNormal {
        let zero = x.zeros_like();
        DiagonalNormal { loc: self.loc.clone() + zero.clone(), log_scale: self.log_scale.clone() + zero }
    }

    fn log_likelihood(&self, z: Tensor<3>, x: Tensor<2>) -> Tensor<1> {
        let log_2pi = (2.0 * std::f64::consts::PI).ln();
        ((x.unsqueeze::<3>() - z).square() * -0.5 - 0.5 * log_2pi).flatten(0, 2)
    }
}

fn main() {
    let (device, rows) = (Device::flex().autodiff(), 20_000);
    let x = 1.2;
    let evidence = -0.25 * x * x - 0.5 * (4.0 * std::f64::consts::PI).ln();
    // Bound and gradient in the posterior's mean, averaged over rows that all hold the same x.
    let run = |objective: Objective, loc: f64, log_scale: f64| {
        let parameter = |value: f64| Tensor::<2>::full([1, 1], value, &device).require_grad();
        let model = Line { loc: parameter(loc), log_scale: parameter(log_scale) };
        let data = Tensor::<2>::full([rows, 1], x, &device);
        let shape = [objective.draws(), rows, 1];
        let noise = noise::tensor(&Key::new(1).site("example").step(0), Noise::StandardNormal, shape, &device);
        let batch = ShardBatch { input: data.clone(), target: data, noise, batch_rows: rows };
        let surrogate = objective.surrogate(&model, batch, 1.0, 0.0);
        let bound = surrogate.sums.clone().into_data().iter::<f64>().next().unwrap_or(f64::NAN) / rows as f64;
        let gradient = model.loc.grad(&surrogate.loss.backward()).map(|g| -g.into_scalar::<f32>());
        (bound, gradient.unwrap_or(f32::NAN))
    };
    let stl = |draws| Objective::Elbo { entropy: EntropyTerm::StickingTheLanding, draws };
    let (bound, gradient) = run(stl(1), x / 2.0, -0.5 * std::f64::consts::LN_2);
    println!(
        "at the posterior:  ELBO {bound:.5} = log-evidence {evidence:.5}, sticking-the-landing gradient {gradient:.1e}"
    );
    assert!((bound - evidence).abs() < 1e-5 && gradient.abs() < 1e-6);

    let mut last = f64::NEG_INFINITY;
    for draws in [1, 5, 50] {
        let (bound, _) = run(Objective::Iwae { draws, doubly_reparameterized: false }, 0.0, 0.0);
        println!("away from it:      IWAE-{draws:<2} {bound:.4}");
        assert!(last < bound && bound < evidence + 0.01);
        last = bound;
    }
}
