//! Adam on a slice.

/// Adam (Kingma and Ba 2015, algorithm 1), ascending.
pub(crate) struct Adam {
    first: Vec<f64>,
    second: Vec<f64>,
    steps: i32,
}

const BETAS: [f64; 2] = [0.9, 0.999];

impl Adam {
    pub fn new(parameters: usize) -> Self {
        Self { first: vec![0.0; parameters], second: vec![0.0; parameters], steps: 0 }
    }

    pub fn ascend(&mut self, parameters: &mut [f64], gradient: &[f64], rate: f64) {
        self.steps = self.steps.saturating_add(1);
        let corrections = BETAS.map(|beta| 1.0 - beta.powi(self.steps));
        // The published form with the corrections gathered: rate √(1-β₂ᵗ) / (1-β₁ᵗ).
        let rate = rate * corrections[1].sqrt() / corrections[0];
        let tiny = 1e-8 * corrections[1].sqrt();
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((p, g), (m, v)) in parameters.iter_mut().zip(gradient).zip(moments) {
            *m += (1.0 - BETAS[0]) * (g - *m);
            *v += (1.0 - BETAS[1]) * (g * g - *v);
            *p += rate * *m / (v.sqrt() + tiny);
        }
    }
}
