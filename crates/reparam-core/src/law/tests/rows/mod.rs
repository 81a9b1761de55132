//! The rows: one line a law.

mod combine;
mod discrete;
mod explicit;
mod implicit;
mod implicit_beta;
mod relaxed;

pub(super) use combine::rows as combine;
pub(super) use discrete::rows as discrete;
pub(super) use explicit::rows as explicit;
pub(super) use implicit::rows as implicit;
pub(super) use implicit_beta::rows as implicit_beta;
pub(super) use relaxed::rows as relaxed;

use super::*;
