//! The Bernoulli log-likelihood of rows as one operation.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::fusible;
use super::ops::FusedOps;

/// `Σ_j x_j l_j - ln(1 + e^(l_j))` for each row, differentiable in the logits; `x` is data and gets no gradient.
///
/// # Shapes
/// `logits`: `[S N, P]` with the draws axis first, `x`: `[N, P]`; the result is `[S N]`.
///
/// # Panics
/// When the widths differ, or the rows of `logits` are no multiple of those of `x`.
#[must_use]
pub fn bernoulli_log_likelihood(logits: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
    check(&logits, &x);
    if fusible(&logits) && fusible(&x) {
        Tensor::from_dispatch(<Dispatch as FusedOps>::fused_bernoulli(logits.into_dispatch(), x.into_dispatch()))
    } else {
        bernoulli_log_likelihood_plain(logits, x)
    }
}

/// The same as a chain of tensor operations, for any device.
#[must_use]
pub fn bernoulli_log_likelihood_plain(logits: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
    check(&logits, &x);
    let [rows, width] = logits.dims();
    let data_rows = x.dims()[0];
    let draws = rows.checked_div(data_rows).unwrap_or(0);
    let l = logits.reshape([draws, data_rows, width]);
    // softplus(l) = max(l, 0) + ln(1 + e^(-|l|)): no overflow on either side. The maximum is written (l + |l|) / 2, whose slope
    // at 0 is 1/2 = σ(0), because that of |l| is taken as 0 there; the slope of relu, 0, would be wrong at logit 0.
    let magnitude = l.clone().abs();
    let softplus = (l.clone() + magnitude.clone()) * 0.5 + (-magnitude).exp().log1p();
    let log_likelihood = x.unsqueeze::<3>() * l - softplus;
    log_likelihood.sum_dim(2).reshape([rows])
}

fn check(logits: &Tensor<2>, x: &Tensor<2>) {
    let ([rows, width], [data_rows, data_width]) = (logits.dims(), x.dims());
    assert!(
        width == data_width && rows.checked_rem(data_rows).unwrap_or(rows) == 0,
        "bernoulli_log_likelihood: logits {rows} x {width} and data {data_rows} x {data_width} do not fit"
    );
}
