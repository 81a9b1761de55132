//! The weight of the divergence as training goes on.

use serde::{Deserialize, Serialize};

/// beta, its warm-up, and free bits. The IWAE bound takes no notice of them: its weight is 1.
///
/// ```
/// use reparam::objective::KlWeight;
/// let weight = KlWeight { warmup_steps: 4, ..KlWeight::default() };
/// assert_eq!([0, 1, 3, 100].map(|step| weight.at(step)), [0.25, 0.5, 1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct KlWeight {
    /// Final weight of KL(q‖p); 1 is the ELBO (Higgins et al. 2017).
    pub beta: f64,
    /// Steps over which the weight rises in a straight line from 0 to `beta` (Sønderby et al. 2016; Bowman et al. 2016); 0: none.
    pub warmup_steps: u64,
    /// Nats that each latent may carry for free; 0: none. What is compared with them is the latent's divergence averaged over the rows of
    /// a **shard**: with several shards a latent may be clamped in one and not in another, so the number of shards is part of the
    /// objective here. Only the ELBO with the divergence in closed form has free bits.
    pub free_bits: f64,
}

impl Default for KlWeight {
    fn default() -> Self {
        Self { beta: 1.0, warmup_steps: 0, free_bits: 0.0 }
    }
}

impl KlWeight {
    /// The weight at a step, counted from 0. From step `warmup_steps - 1` on it is `beta` exactly.
    #[must_use]
    pub fn at(&self, step: u64) -> f64 {
        // The comparison, not the quotient, decides: no rounding keeps the weight from its end.
        if step + 1 >= self.warmup_steps {
            self.beta
        } else {
            self.beta * ((step + 1) as f64 / self.warmup_steps as f64)
        }
    }

    /// Whether the warm-up ends within a run of this many steps.
    #[must_use]
    pub const fn completes_within(&self, total_steps: u64) -> bool {
        self.warmup_steps <= total_steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_up_rises_and_reaches_beta_exactly_for_every_length() {
        for warmup_steps in 1..2000 {
            let weight = KlWeight { beta: 0.7, warmup_steps, free_bits: 0.0 };
            assert_eq!(weight.at(warmup_steps - 1), 0.7);
            assert!(warmup_steps == 1 || weight.at(warmup_steps - 2) < 0.7);
            assert!(
                weight.at(0) > 0.0
                    && weight.completes_within(warmup_steps)
                    && !weight.completes_within(warmup_steps - 1)
            );
        }
        assert_eq!(KlWeight::default().at(0), 1.0);
    }
}
