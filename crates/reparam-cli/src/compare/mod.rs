//! `reparam compare` and `reparam verify`: how noisy each estimator is on a problem of the user's, and whether all are right.

mod expression;
