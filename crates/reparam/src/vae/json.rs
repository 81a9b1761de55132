//! Numbers that are NaN: JSON writes them as `null`, and here they are read back.

use serde::{Deserialize, Deserializer};

pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}

pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
    let all = Vec::<Option<f64>>::deserialize(from)?;
    Ok(all.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect())
}

pub(super) fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(usize, f64)>, D::Error> {
    let all = Vec::<(usize, Option<f64>)>::deserialize(from)?;
    Ok(all.into_iter().map(|(k, x)| (k, x.unwrap_or(f64::NAN))).collect())
}
