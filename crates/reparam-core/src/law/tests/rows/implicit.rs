//! Rows of implicit laws.

use super::Row;

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    vec![]
}
