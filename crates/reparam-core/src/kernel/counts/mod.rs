//! Log-likelihood of rows of counts, with its slopes: laws of counts around a softmax, open chromatin, products with sparse rows.
//!
//! A row of logits is read as shares of a library, `mean_g = library · softmax(logits)_g`. Most counts are 0, so that a row is one
//! vectorised loop that takes every count for 0, and then a correction at the counts that are not. There the log of
//! `Γ(x + d) / (Γ(d) x!)` is that of a product of x factors for small whole x, taken for many genes at once, and Stirling's series in f64
//! for the rest; `log Γ(x + d) - log Γ(d)` as it stands has no digit left in f32 at `d = 1e8`.

mod accessibility;
mod gamma;
mod nonzero;
mod row;
mod sparse_product;
#[cfg(test)]
mod tests;
mod zero;

pub use accessibility::{AccessRow, AccessSlopes, accessibility_row};
pub use row::{CountRow, CountScratch, CountSlopes, CountSums, count_row};
pub use sparse_product::{SparseMatrix, add_scaled, sparse_product, transposed_sparse_product};

/// Law of a count around its mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CountLaw {
    /// `mean^x e^(-mean) / x!`.
    Poisson,
    /// Variance `mean + mean² / d`, `d = e^(log_dispersion)` the inverse dispersion: `Γ(x + d) / (Γ(d) x!) (d / (d + mean))^d
    /// (mean / (d + mean))^x`.
    #[default]
    NegativeBinomial,
    /// 0 with probability `σ(dropout_logit)`, and a negative binomial count otherwise (Risso et al. 2018).
    ZeroInflatedNegativeBinomial,
}

impl CountLaw {
    /// Whether the law has a dispersion.
    #[must_use]
    pub const fn has_dispersion(self) -> bool {
        !matches!(self, Self::Poisson)
    }

    /// Whether the law has more zeros.
    #[must_use]
    pub const fn has_dropout(self) -> bool {
        matches!(self, Self::ZeroInflatedNegativeBinomial)
    }
}
