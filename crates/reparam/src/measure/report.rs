//! What is said of estimators, row by row.

use serde::{Deserialize, Serialize};

/// What the mean of many estimates says of an estimator's bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The mean agrees with the gradient at the stated level.
    Unbiased,
    /// It does not.
    Biased,
    /// The gradient is not known, and the estimator claims to be unbiased.
    Unchecked,
    /// The gradient is not known, and the estimator is biased by design.
    BiasedByDesign,
    /// The mean may not settle: the estimates' variance may be infinite.
    VarianceMayBeInfinite,
    /// Estimates were not finite.
    NotFinite,
}

impl Verdict {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unbiased => "unbiased",
            Self::Biased => "biased",
            Self::Unchecked => "no exact value",
            Self::BiasedByDesign => "biased by design",
            Self::VarianceMayBeInfinite => "variance may be infinite",
            Self::NotFinite => "not finite",
        }
    }
}

/// One estimator and one parameter. Numbers that do not exist are `null` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Kebab-case name.
    pub estimator: String,
    /// Name of the parameter.
    pub parameter: String,
    /// Mean of the estimates.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The gradient itself.
    pub exact: Option<f64>,
    /// `mean - exact`.
    pub bias: Option<f64>,
    /// Standard error of `bias`.
    pub bias_standard_error: Option<f64>,
    /// What that says.
    pub verdict: Verdict,
    /// Whether the estimator says of itself that it is biased.
    pub biased_by_design: bool,
    /// Variance of one estimate.
    pub variance: f64,
    /// Its standard error.
    pub variance_standard_error: f64,
    /// `|mean| / √variance`; none where the variance is 0.
    pub snr: Option<f64>,
    /// Seconds that one estimate takes a thread.
    pub seconds_per_draw: f64,
    /// `1 / (variance · seconds)`; none where the variance is 0.
    pub efficiency: Option<f64>,
    /// Shape of the generalised Pareto law of the largest deviations; the variance is infinite from one half on.
    pub tail_index: Option<f64>,
    /// Draws of the law behind one estimate.
    pub draws_per_estimate: usize,
}

/// A comparison of estimators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One row an estimator and parameter.
    pub rows: Vec<Row>,
    /// The unbiased estimator of the highest efficiency, all parameters together.
    pub recommended: Option<String>,
    /// Why.
    pub reason: String,
    /// Seed of the noise.
    pub seed: u64,
    /// Estimates of each estimator.
    pub draws: usize,
    /// How the exact gradient was had, or why it was not.
    pub exact_method: String,
    /// Chance that any verdict of bias in this report is a false alarm.
    pub false_alarm_rate: f64,
    /// Expected cost of the law's own draws, exact where it is known, else of the draws met.
    pub cost: Option<f64>,
    /// Mean relaxed cost of each estimator that met relaxed draws; not the cost of the law.
    pub relaxed_costs: Vec<(String, f64)>,
    /// What a reader should know.
    pub notes: Vec<String>,
}
