//! The gradient of E[(z - 3)²], z ~ N(loc, scale), by the path: its mean, and the variance of one draw.

use burn::tensor::{Device, Tensor};
use reparam::dist::{Normal, Rsample};
use reparam::noise;
use reparam_core::noise::{Key, Noise};

const DRAWS: usize = 100_000;

/// Mean and variance.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex().autodiff();
    println!("    scale   d/dloc (exact)    variance (exact)    d/dscale (exact)    variance (exact)");
    for s in [0.1, 0.5, 2.0_f64] {
        // One parameter a draw: each draw then keeps a gradient of its own, and no loop is needed.
        let loc = Tensor::<1>::full([DRAWS], 1.0, &device).require_grad();
        let scale = Tensor::<1>::full([DRAWS], s, &device).require_grad();
        let noise = noise::tensor(&Key::new(0).site("example").step(0), Noise::StandardNormal, [DRAWS], &device);

        let z = Normal::new(loc.clone(), scale.clone())?.rsample(noise);
        let gradients = (z - 3.0).square().sum().backward();

        let read = |parameter: &Tensor<1>| -> Vec<f64> {
            parameter.grad(&gradients).map(|g| g.into_data().iter::<f64>().collect()).unwrap_or_default()
        };
        let (loc_mean, loc_variance) = moments(&read(&loc));
        let (scale_mean, scale_variance) = moments(&read(&scale));
        // With d = loc - 3: the gradients are 2d and 2 scale, their variances 4 scale² and 4d² + 8 scale².
        let d = -2.0;
        println!(
            "{s:9.2} {loc_mean:8.3} ({:6.2}) {loc_variance:9.4} ({:7.4}) {scale_mean:9.3} ({:6.2}) {scale_variance:9.3} ({:7.3})",
            2.0 * d,
            4.0 * s * s,
            2.0 * s,
            4.0 * d * d + 8.0 * s * s
        );
        // Five standard errors of the means.
        assert!((loc_mean - 2.0 * d).abs() < 5.0 * (4.0 * s * s / DRAWS as f64).sqrt());
        assert!((scale_mean - 2.0 * s).abs() < 5.0 * ((4.0 * d * d + 8.0 * s * s) / DRAWS as f64).sqrt());
    }
    Ok(())
}
