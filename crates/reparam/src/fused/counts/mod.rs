//! The log-likelihood of rows of counts as one operation.

mod accessibility;
mod ops;
mod rows;

use std::sync::Arc;

use burn::backend::Dispatch;
use burn::tensor::{DType, Device, Int, Tensor, TensorData, activation};

use super::fusible;
use ops::{CountCall, CountOps};

pub use accessibility::{accessibility_log_likelihood, accessibility_log_likelihood_plain};
pub use reparam_core::kernel::CountLaw;
pub use rows::{CountRows, CountRowsError};

/// Log-likelihood of rows of counts whose means are shares of a library, `mean_g = e^(log_library) softmax(logits)_g`, in nats.
///
/// Differentiable in everything but the counts. The negative binomial has variance `mean + mean² / d`, `d = e^(log_dispersion)`, as
/// `log_nb_positive` of scvi-tools; with more zeros as `log_zinb_positive` there (Lopez et al. 2018), without the small constants that
/// stand in their logarithms. Counts need not be whole.
///
/// # Shapes
/// `logits`: `[R, G]` with `R = S N`, the draws axis first, so that row r meets row `r mod N` of the N rows of `counts`; `log_library`:
/// `[R]`; `log_dispersion`: `[D, G]`; `dispersion_of_row`: for each of the R rows the one of the D that it takes, or empty, for the first;
/// `dropout_logits`: `[R, G]`, log-odds of an extra 0; the result is `[R]`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::fused::{CountLaw, CountRows, count_log_likelihood};
/// let counts = CountRows::from_dense(&[0.0, 3.0], 2).unwrap();
/// let (logits, library) = (Tensor::zeros([1, 2], &Device::flex()), Tensor::from_floats([4_f32.ln()], &Device::flex()));
/// let y = count_log_likelihood(CountLaw::Poisson, logits, library, None, &[].into(), None, &counts);
/// // Both means are 2: e^(-2) and 2³ e^(-2) / 3!.
/// assert!((y.into_scalar::<f32>() - (8.0_f32 / 6.0).ln() + 4.0).abs() < 1e-6);
/// ```
///
/// # Panics
/// When shapes do not fit, or the dispersion or the dropout logits are given to a law that has none, or lack.
#[must_use]
pub fn count_log_likelihood(
    law: CountLaw,
    logits: Tensor<2>,
    log_library: Tensor<1>,
    log_dispersion: Option<Tensor<2>>,
    dispersion_of_row: &Arc<[u32]>,
    dropout_logits: Option<Tensor<2>>,
    counts: &CountRows,
) -> Tensor<1> {
    check(law, &logits, &log_library, log_dispersion.as_ref(), dispersion_of_row, dropout_logits.as_ref(), counts);
    let optional = |tensor: &Option<Tensor<2>>| tensor.as_ref().is_none_or(fusible);
    if !(fusible(&logits) && fusible(&log_library) && optional(&log_dispersion) && optional(&dropout_logits)) {
        let (d, p) = (log_dispersion, dropout_logits);
        return count_log_likelihood_plain(law, logits, log_library, d, dispersion_of_row, p, counts);
    }
    // What the law has not is a number that nothing reads.
    let none = || Tensor::zeros([1, 1], &logits.device());
    let (log_dispersion, dropout_logits) = (log_dispersion.unwrap_or_else(none), dropout_logits.unwrap_or_else(none));
    let call = CountCall { law, dispersion_of_row: Arc::clone(dispersion_of_row), counts: counts.clone() };
    Tensor::from_dispatch(<Dispatch as CountOps>::fused_counts(
        logits.into_dispatch(),
        log_library.into_dispatch(),
        log_dispersion.into_dispatch(),
        dropout_logits.into_dispatch(),
        call,
    ))
}

/// The same as a chain of tensor operations, for any device.
#[must_use]
pub fn count_log_likelihood_plain(
    law: CountLaw,
    logits: Tensor<2>,
    log_library: Tensor<1>,
    log_dispersion: Option<Tensor<2>>,
    dispersion_of_row: &Arc<[u32]>,
    dropout_logits: Option<Tensor<2>>,
    counts: &CountRows,
) -> Tensor<1> {
    check(law, &logits, &log_library, log_dispersion.as_ref(), dispersion_of_row, dropout_logits.as_ref(), counts);
    let [rows, width] = logits.dims();
    let like = (logits.device(), logits.dtype());
    let draws = rows.checked_div(counts.len()).unwrap_or(0);
    let log_mean = activation::log_softmax(logits, 1) + log_library.unsqueeze_dim::<2>(1);
    let x = repeated(counts.dense_by(f64::from), draws, counts, &like);
    let log_factorial =
        repeated(counts.dense_by(|x| reparam_core::special::log_gamma(f64::from(x) + 1.0)), draws, counts, &like);
    let Some(log_dispersion) = log_dispersion else {
        return row_sums(x * log_mean.clone() - log_mean.exp() - log_factorial);
    };
    let log_dispersion = if dispersion_of_row.is_empty() {
        log_dispersion.slice([0..1, 0..width])
    } else {
        let of_row: Vec<i32> = dispersion_of_row.iter().map(|d| *d as i32).collect();
        log_dispersion.select(0, Tensor::<1, Int>::from_data(TensorData::new(of_row, [rows]), &like.0))
    };
    let d = log_dispersion.clone().exp();
    // log(mean / (d + mean)) = -softplus(-t), log(d / (d + mean)) = -softplus(t).
    let t = log_mean - log_dispersion;
    let zero = -(d.clone() * softplus(t.clone()));
    let value = zero.clone() - x.clone() * softplus(-t) + log_rising(&d, &x) - log_factorial;
    let Some(logit) = dropout_logits else {
        return row_sums(value);
    };
    let of_zero = softplus(zero - logit.clone()) - softplus(-logit.clone());
    row_sums((value - softplus(logit)).mask_where(x.equal_elem(0), of_zero))
}

fn row_sums(elements: Tensor<2>) -> Tensor<1> {
    elements.sum_dim(1).squeeze_dim(1)
}

/// `log(1 + e^x)` without overflow; the maximum is written (x + |x|) / 2 for its slope at 0.
fn softplus(x: Tensor<2>) -> Tensor<2> {
    let magnitude = x.clone().abs();
    (x + magnitude.clone()) * 0.5 + (-magnitude).exp().log1p()
}

/// `log Γ(d + x) - log Γ(d)`: by Stirling's series at arguments above 8, as differences, so that a large d keeps its digits.
fn log_rising(d: &Tensor<2>, x: &Tensor<2>) -> Tensor<2> {
    const SHIFT: usize = 8;
    let a = d.clone() + SHIFT as f64;
    let b = a.clone() + x.clone();
    let rest = |z: Tensor<2>| {
        let r = z.recip();
        let s = r.clone().square();
        let tail = s.clone() * (1.0 / 1188.0) - 1.0 / 1680.0;
        (((tail * s.clone() + 1.0 / 1260.0) * s.clone() - 1.0 / 360.0) * s + 1.0 / 12.0) * r
    };
    let ratio = (x.clone() / a.clone()).log1p();
    let raised = (a.clone() - 0.5) * ratio + x.clone() * (b.clone().log() - 1.0) + rest(b) - rest(a);
    (0..SHIFT).fold(raised, |sum, k| sum - (x.clone() / (d.clone() + k as f64)).log1p())
}

/// Data of N rows as a tensor of S N rows, of the type and on the device of the others.
fn repeated(values: Vec<f64>, draws: usize, counts: &CountRows, like: &(Device, DType)) -> Tensor<2> {
    let data = TensorData::new(values, [counts.len(), counts.width()]);
    Tensor::<2>::from_data(data, (&like.0, like.1)).repeat_dim(0, draws)
}

fn check(
    law: CountLaw,
    logits: &Tensor<2>,
    log_library: &Tensor<1>,
    log_dispersion: Option<&Tensor<2>>,
    dispersion_of_row: &[u32],
    dropout_logits: Option<&Tensor<2>>,
    counts: &CountRows,
) {
    let ([rows, width], [libraries]) = (logits.dims(), log_library.dims());
    check_rows("count_log_likelihood", [rows, width], counts);
    assert_eq!(libraries, rows, "count_log_likelihood: {libraries} libraries for {rows} rows");
    let given = (log_dispersion.is_some(), dropout_logits.is_some());
    let needed = (law.has_dispersion(), law.has_dropout());
    assert_eq!(given, needed, "count_log_likelihood: (dispersion, dropout logits) of {law:?} given and needed");
    if let Some(dispersion) = log_dispersion {
        let [kinds, of_width] = dispersion.dims();
        assert!(
            of_width == width && (dispersion_of_row.is_empty() || dispersion_of_row.len() == rows),
            "count_log_likelihood: dispersion {kinds} x {of_width}, chosen {} times, and logits {rows} x {width} do not fit",
            dispersion_of_row.len()
        );
        let last = dispersion_of_row.iter().max().map_or(0, |d| *d as usize);
        assert!(last < kinds, "count_log_likelihood: dispersion {last} of {kinds}");
    }
    if let Some(dropout) = dropout_logits {
        assert_eq!(dropout.dims(), [rows, width], "count_log_likelihood: shape of the dropout logits");
    }
}

fn check_rows(what: &str, [rows, width]: [usize; 2], counts: &CountRows) {
    assert!(
        width == counts.width() && rows.checked_rem(counts.len()).unwrap_or(rows) == 0,
        "{what}: logits {rows} x {width} and counts {} x {} do not fit",
        counts.len(),
        counts.width()
    );
}
