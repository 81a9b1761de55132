//! JSON whose objects keep their order and whose numbers keep their infinities.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::number::Exact;

/// A JSON value. Numbers that JSON has no sign for are the strings `inf`, `-inf` and `NaN`.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Nothing there.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A whole number.
    Count(u64),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Json>),
    /// Named values in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// An object.
    pub fn object<const N: usize>(entries: [(&str, Json); N]) -> Self {
        Self::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Numbers; a single one stands alone where `flat`.
    pub fn numbers(values: &[f64], flat: bool) -> Self {
        match values {
            [x] if flat => Self::Number(*x),
            _ => Self::List(values.iter().map(|x| Self::Number(*x)).collect()),
        }
    }

    /// On several lines.
    pub fn pretty(&self) -> String {
        // No map has a key that is no string, and nothing here fails to serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(x) if x.is_finite() => serializer.serialize_f64(*x),
            Self::Number(x) => serializer.collect_str(&Exact(*x)),
            Self::Count(n) => serializer.serialize_u64(*n),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_infinities_are_kept() {
        let value = Json::object([
            ("z", Json::numbers(&[0.1], true)),
            ("a", Json::numbers(&[f64::INFINITY, f64::NAN], true)),
            ("m", Json::Null),
        ]);
        let text: String = value.pretty().split_whitespace().collect();
        assert_eq!(text, r#"{"z":0.1,"a":["inf","NaN"],"m":null}"#);
    }
}
