//! The diagonal normal posterior of a latent.

use burn::tensor::{Tensor, activation};

use crate::dist::explicit::normal::kl_of_ratio;

/// Lower bound of the log-scale, approached smoothly: scales stay above e^-8 = 3.4e-4.
///
/// A posterior that collapses to a point would make `log q` and its gradient infinite.
pub(crate) const LOG_SCALE_FLOOR: f64 = -8.0;

/// The log-scale of a raw one, above the floor.
pub(crate) fn floored<const D: usize>(raw: Tensor<D>) -> Tensor<D> {
    activation::softplus(raw - LOG_SCALE_FLOOR, 1.0) + LOG_SCALE_FLOOR
}

/// A normal law with independent components, one row a datum.
#[derive(Clone, Debug)]
pub struct DiagonalNormal {
    /// Means, `[N, L]`.
    pub loc: Tensor<2>,
    /// Logarithms of the scales, `[N, L]`.
    pub log_scale: Tensor<2>,
}

impl DiagonalNormal {
    /// From an encoder's output `[N, 2 L]`: means, then raw log-scales r, of which the log-scale is `f + softplus(r - f)` with
    /// the floor f = -8. For r well above the floor that is r.
    #[must_use]
    pub fn from_encoder(output: Tensor<2>) -> Self {
        let [n, width] = output.dims();
        let latents = width / 2;
        let loc = output.clone().slice([0..n, 0..latents]);
        let raw = output.slice([0..n, latents..width]);
        Self { loc, log_scale: floored(raw) }
    }

    /// The raw log-scale that `from_encoder` maps to this log-scale, which must lie above the floor.
    #[must_use]
    pub fn raw_log_scale(log_scale: f64) -> f64 {
        LOG_SCALE_FLOOR + (log_scale - LOG_SCALE_FLOOR).exp_m1().ln()
    }

    /// Draws `loc + scale · noise`; noise and result are `[S, N, L]`.
    #[must_use]
    pub fn rsample(&self, noise: Tensor<3>) -> Tensor<3> {
        self.loc.clone().unsqueeze::<3>() + self.log_scale.clone().exp().unsqueeze::<3>() * noise
    }

    /// KL(q‖p) from the standard normal for each row and latent, `(loc² + scale² - 1) / 2 - ln scale`, `[N, L]`
    /// (Kingma and Welling 2014, appendix B).
    #[must_use]
    pub fn kl_per_latent(&self) -> Tensor<2> {
        kl_of_ratio(self.log_scale.clone().exp(), self.log_scale.clone(), self.loc.clone())
    }

    /// The same numbers without their graph.
    pub(super) fn detach(&self) -> Self {
        // Detached by the caller's choice of estimator: see there for the term that this removes.
        Self { loc: self.loc.clone().detach(), log_scale: self.log_scale.clone().detach() }
    }
}
