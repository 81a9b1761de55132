//! A TOML file with lines: tables, and items that know what they are called.

use super::{TextError, TextFault};
use crate::nearest::nearest;
use crate::{Expression, parse_formula};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The text of a file, for places in it.
pub(super) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a byte.
    pub fn error(&self, at: usize, fault: TextFault) -> TextError {
        let before = self.text.as_bytes().iter().take(at);
        let line = 1 + before.filter(|b| **b == b'\n').count();
        TextError::new(self.file, Some(line), fault)
    }
}

/// A table and where it begins.
#[derive(Clone)]
pub(super) struct Table<'a> {
    pub source: &'a Source<'a>,
    /// For messages: `parameters.k1`; empty for the whole file.
    pub name: String,
    pub at: usize,
    entries: &'a DeTable<'a>,
}

/// A value with its key.
#[derive(Clone)]
pub(super) struct Item<'a> {
    source: &'a Source<'a>,
    /// The last part of its name.
    pub key: &'a str,
    /// For messages: `parameters.k1.lower`.
    pub name: String,
    pub at: usize,
    value: &'a DeValue<'a>,
}

/// An expression, what it is the formula of, and where.
#[derive(Clone, Debug)]
pub(super) struct Formula {
    pub expression: Expression,
    pub name: String,
    pub at: usize,
}

impl<'a> Table<'a> {
    pub fn root(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, name: String::new(), at: 0, entries: table }
    }

    fn qualified(&self, key: &str) -> String {
        if self.name.is_empty() { key.into() } else { format!("{}.{key}", self.name) }
    }

    fn item(&self, key: &'a Spanned<std::borrow::Cow<'a, str>>, value: &'a Spanned<DeValue<'a>>) -> Item<'a> {
        // A table's span may be its header's; a key's is always where it stands.
        let at = if matches!(value.get_ref(), DeValue::Table(_)) { key.span().start } else { value.span().start };
        Item {
            source: self.source,
            key: key.get_ref(),
            name: self.qualified(key.get_ref()),
            at,
            value: value.get_ref(),
        }
    }

    /// All items in the order of the file.
    pub fn items(&self) -> Vec<Item<'a>> {
        let mut items: Vec<_> = self.entries.iter().collect();
        items.sort_by_key(|(key, _)| key.span().start);
        items.into_iter().map(|(key, value)| self.item(key, value)).collect()
    }

    pub fn get(&self, key: &str) -> Option<Item<'a>> {
        self.entries.get_key_value(key).map(|(key, value)| self.item(key, value))
    }

    /// Refuses keys that are not among these.
    pub fn only(&self, known: &[&str]) -> Result<(), TextError> {
        let Some((key, _)) = self.entries.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref())) else {
            return Ok(());
        };
        let name = key.get_ref().as_ref();
        let fault = TextFault::UnknownKey {
            place: if self.name.is_empty() { "the file".into() } else { self.name.clone() },
            key: name.into(),
            nearest: nearest(name, known.iter().copied()),
            known: known.join(", "),
        };
        Err(self.source.error(key.span().start, fault))
    }

    /// The item, which must be there.
    pub fn need(&self, key: &str, rule: &'static str) -> Result<Item<'a>, TextError> {
        self.get(key).ok_or_else(|| self.source.error(self.at, TextFault::Missing { name: self.qualified(key), rule }))
    }

    /// The table of this key; an empty one where there is none.
    pub fn table(&self, key: &str) -> Result<Option<Table<'a>>, TextError> {
        self.get(key).map(|item| item.table()).transpose()
    }

    /// The tables of `[[key]]`, none where there is no such key.
    pub fn tables(&self, key: &str) -> Result<Vec<Table<'a>>, TextError> {
        let Some(item) = self.get(key) else { return Ok(Vec::new()) };
        item.elements("tables, each under [[…]]")?.into_iter().map(|item| item.table()).collect()
    }
}

impl<'a> Item<'a> {
    pub fn error(&self, fault: TextFault) -> TextError {
        self.source.error(self.at, fault)
    }

    /// The error that the value breaks a rule.
    pub fn wrong(&self, rule: impl Into<String>) -> TextError {
        self.error(TextFault::Value { name: self.name.clone(), rule: rule.into(), value: self.describe() })
    }

    fn describe(&self) -> String {
        match self.value {
            DeValue::String(text) => format!("'{text}'"),
            DeValue::Integer(x) => x.to_string(),
            DeValue::Float(x) => x.to_string(),
            DeValue::Boolean(x) => x.to_string(),
            DeValue::Datetime(x) => x.to_string(),
            DeValue::Array(_) => "an array".into(),
            DeValue::Table(_) => "a table".into(),
        }
    }

    pub fn is_table(&self) -> bool {
        matches!(self.value, DeValue::Table(_))
    }

    pub fn is_array(&self) -> bool {
        matches!(self.value, DeValue::Array(_))
    }

    pub fn table(&self) -> Result<Table<'a>, TextError> {
        let DeValue::Table(table) = self.value else { return Err(self.wrong("must be a table")) };
        Ok(Table { source: self.source, name: self.name.clone(), at: self.at, entries: table })
    }

    pub fn elements(&self, what: &str) -> Result<Vec<Item<'a>>, TextError> {
        let DeValue::Array(array) = self.value else { return Err(self.wrong(format!("must be an array of {what}"))) };
        let element = |(index, value): (usize, &'a Spanned<DeValue<'a>>)| Item {
            source: self.source,
            key: self.key,
            name: format!("{}[{}]", self.name, index + 1),
            at: value.span().start,
            value: value.get_ref(),
        };
        Ok(array.iter().enumerate().map(element).collect())
    }

    pub fn text(&self) -> Result<&'a str, TextError> {
        match self.value {
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong("must be a text")),
        }
    }

    pub fn flag(&self) -> Result<bool, TextError> {
        match self.value {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.wrong("must be true or false")),
        }
    }

    /// A number, which may be infinite or NaN where TOML's `inf` or `nan` says so.
    pub fn any_number(&self) -> Result<f64, TextError> {
        let found = match self.value {
            DeValue::Integer(x) => i64::from_str_radix(x.as_str(), x.radix()).ok().map(|x| x as f64),
            // `1e999` is no number; `inf` is.
            DeValue::Float(x) => {
                let spelt = x.as_str().contains("inf");
                x.as_str().parse().ok().filter(|x: &f64| spelt || !x.is_infinite())
            }
            _ => None,
        };
        found.ok_or_else(|| self.wrong("must be a number"))
    }

    pub fn number(&self) -> Result<f64, TextError> {
        self.any_number().ok().filter(|x| x.is_finite()).ok_or_else(|| self.wrong("must be a finite number"))
    }

    /// A finite number, or a formula in a text.
    pub fn formula(&self) -> Result<Formula, TextError> {
        let expression = match self.value {
            DeValue::String(text) => self.parse(text)?,
            DeValue::Integer(_) | DeValue::Float(_) => Expression::Number(self.number()?),
            _ => return Err(self.wrong("must be a finite number or a formula in quotes")),
        };
        Ok(Formula { expression, name: self.name.clone(), at: self.at })
    }

    /// Reads a formula that stands in this item.
    pub fn parse(&self, text: &str) -> Result<Expression, TextError> {
        parse_formula(text).map_err(|error| {
            self.error(TextFault::Formula { name: self.name.clone(), formula: shortened(text.trim()), error })
        })
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, TextError> {
        let text = self.text()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(format!("must be one of {}", known.join(", ")))
        })
    }
}

/// At most 80 characters of a text, for messages.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 80 { text.into() } else { text.chars().take(79).chain(['…']).collect() }
}
