//! A coin has no path: its expected loss is a sum over both sides. A normal has one: `rsample`.

use burn::tensor::{Device, Tensor};
use reparam::dist::{Bernoulli, LogProb, Normal, Rsample};
use reparam::noise;
use reparam_core::noise::{Key, Noise};

/// The loss of either.
fn loss(value: Tensor<1>) -> Tensor<1> {
    (value - 0.45).square()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex().autodiff();

    // Two values: the gradient is exact, and needs no draw. `Bernoulli::rsample` would not compile.
    let logit = Tensor::<1>::from_floats([0.4], &device).require_grad();
    let coin = Bernoulli::from_logits(logit.clone());
    let sides = [0.0, 1.0].map(|side| {
        let side = Tensor::<1>::full([1], side, &device);
        coin.log_prob(side.clone()).exp() * loss(side)
    });
    let [tails, heads] = sides;
    let gradient = logit.grad(&(tails + heads).backward()).map(|g| g.into_scalar::<f32>());
    // d/dl [σ(l) 0.55² + (1 - σ(l)) 0.45²] = σ(l) (1 - σ(l)) (0.55² - 0.45²)
    let sigma = 1.0 / (1.0 + (-0.4_f32).exp());
    println!("coin:   d E[loss]/d logit = {gradient:?}, exactly {}", sigma * (1.0 - sigma) * 0.1);
    assert!((gradient.unwrap_or(f32::NAN) - sigma * (1.0 - sigma) * 0.1).abs() < 1e-6);

    // A continuum of values: the draw is a function of the parameter and of noise, and the gradient goes through it.
    let loc = Tensor::<1>::from_floats([0.4], &device).require_grad();
    let noise = noise::tensor(&Key::new(0).site("example").step(0), Noise::StandardNormal, [10_000], &device);
    let draws = Normal::new(loc.clone(), Tensor::ones([1], &device))?.rsample(noise);
    let gradient = loc.grad(&loss(draws).mean().backward()).map(|g| g.into_scalar::<f32>());
    println!("normal: d E[loss]/d loc   = {gradient:?}, exactly {}", 2.0 * (0.4 - 0.45));
    // The estimate's variance is 4/10,000: five standard errors are 0.1.
    assert!((gradient.unwrap_or(f32::NAN) + 0.1).abs() < 0.1);
    Ok(())
}
