//! Estimators measured: bias, variance, signal-to-noise ratio, time and tail of every one that fits a problem.
//!
//! A [`Problem`] is a law and a cost. One set of parameters is repeated in many rows, so that one backward pass gives the gradient estimate of every
//! row: the code that is measured is the code that trains. [`compare`] runs every estimator that fits and holds it against the gradient
//! itself, had by enumeration or quadrature; [`choose`] does so in a pilot of promised length; [`verify`] does it for a table of problems with
//! known answers. [`Auto`] chooses within a training run.
//!
//! An *estimate* takes as many draws as its estimator needs at least: one for the score function, two for its leave-one-out form, one pair for ARM.
//! Variances and times are those of one estimate.
//!
//! ```
//! use reparam::measure::{CompareConfig, Problem, Subject, Verdict, compare};
//! let coin = Problem::new(Subject::Coins(vec![0.3]), |b| (b - 0.45).square().squeeze_dim::<2>(2));
//! let config = CompareConfig { draws: 5000, estimators: vec!["disarm".into()], ..CompareConfig::default() };
//! let report = compare(&coin, &config, &mut |_| {}).unwrap();
//! assert_eq!(report.rows[0].verdict, Verdict::Unbiased);
//! ```

mod auto;
mod candidates;
mod compare;
mod exact;
mod notes;
mod per_draw;
mod problem;
mod replicated;
mod report;
mod run;
pub mod verify;

pub use auto::{Auto, Choice, Evidence, choose};
pub use candidates::{Candidate, Options, applicable, candidate};
pub use compare::{CompareConfig, FALSE_ALARM_RATE, MeasureError, compare};
pub use exact::{Exact, exact};
pub use per_draw::{PerDraw, per_draw_gradients};
pub use problem::{Problem, ProblemCost, Subject};
pub use replicated::{AnyLaw, Replicated, ReplicatedPath};
pub use report::{Report, Row, Verdict};
pub use run::{Measured, measure};
