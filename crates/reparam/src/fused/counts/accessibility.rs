//! The log-likelihood of open chromatin as one operation.

use burn::backend::Dispatch;
use burn::tensor::{Tensor, activation};

use super::ops::CountOps;
use super::{CountRows, check_rows, repeated, row_sums, softplus};
use crate::fused::fusible;

/// Bernoulli log-likelihood of rows of open and closed regions, in nats: open with `p = σ(logit) σ(depth_logit) σ(region_logit)`.
///
/// A count above 0 is open (Ashuach et al. 2022, whose model `PeakVI` this is). `log(1 - p)` keeps its digits where p is close to 0 and
/// where it is close to 1. Differentiable in everything but the counts.
///
/// # Shapes
/// `logits`: `[R, G]` with `R = S N`, the draws axis first; `depth_logit`: `[R]`; `region_logit`: `[G]`; `counts`: N rows; the result is
/// `[R]`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::fused::{CountRows, accessibility_log_likelihood};
/// let (device, counts) = (Device::flex(), CountRows::from_dense(&[0.0, 2.0], 2).unwrap());
/// let y = accessibility_log_likelihood(
///     Tensor::zeros([1, 2], &device), Tensor::zeros([1], &device), Tensor::zeros([2], &device), &counts,
/// );
/// assert!((y.into_scalar::<f32>() - (7.0_f32 / 64.0).ln()).abs() < 1e-6); // (1 - 1/8) · 1/8
/// ```
///
/// # Panics
/// When the shapes do not fit.
#[must_use]
pub fn accessibility_log_likelihood(
    logits: Tensor<2>,
    depth_logit: Tensor<1>,
    region_logit: Tensor<1>,
    counts: &CountRows,
) -> Tensor<1> {
    check(&logits, &depth_logit, &region_logit, counts);
    if fusible(&logits) && fusible(&depth_logit) && fusible(&region_logit) {
        Tensor::from_dispatch(<Dispatch as CountOps>::fused_accessibility(
            logits.into_dispatch(),
            depth_logit.into_dispatch(),
            region_logit.into_dispatch(),
            counts.clone(),
        ))
    } else {
        accessibility_log_likelihood_plain(logits, depth_logit, region_logit, counts)
    }
}

/// The same as a chain of tensor operations, for any device.
#[must_use]
pub fn accessibility_log_likelihood_plain(
    logits: Tensor<2>,
    depth_logit: Tensor<1>,
    region_logit: Tensor<1>,
    counts: &CountRows,
) -> Tensor<1> {
    check(&logits, &depth_logit, &region_logit, counts);
    let [rows, width] = logits.dims();
    let like = (logits.device(), logits.dtype());
    let draws = rows.checked_div(counts.len()).unwrap_or(0);
    let open = repeated(counts.dense_by(|x| f64::from(u8::from(x > 0.0))), draws, counts, &like);
    let (depth, region) = (depth_logit.unsqueeze_dim::<2>(1), region_logit.unsqueeze::<2>());
    let log_p = -softplus(-logits.clone()) - softplus(-depth.clone()) - softplus(-region.clone());
    // 1 - p as a sum of positive numbers.
    let (on, of_region) = (activation::sigmoid(logits.clone()), activation::sigmoid(region.clone()));
    let [off, no_depth, no_region] = [logits, depth, region].map(|l| activation::sigmoid(-l));
    let complement = off + on * (no_region + of_region * no_depth);
    let p = log_p.clone().exp();
    // Each logarithm is given a harmless argument where the other one is taken: no slope there is infinite.
    let small = p.clone().lower_elem(0.25);
    let near_zero = (-p.mask_fill(small.clone().bool_not(), 0.0)).log1p();
    let near_one = complement.mask_fill(small.clone(), 1.0).log();
    let log_closed = near_one.mask_where(small, near_zero);
    row_sums(log_closed.mask_where(open.greater_elem(0).expand([rows, width]), log_p))
}

fn check(logits: &Tensor<2>, depth_logit: &Tensor<1>, region_logit: &Tensor<1>, counts: &CountRows) {
    let ([rows, width], [depths], [regions]) = (logits.dims(), depth_logit.dims(), region_logit.dims());
    check_rows("accessibility_log_likelihood", [rows, width], counts);
    assert!(
        depths == rows && regions == width,
        "accessibility_log_likelihood: logits {rows} x {width}, {depths} depths and {regions} regions do not fit"
    );
}
