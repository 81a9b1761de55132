//! Annotations: named columns, one value for each cell or feature.

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers; NaN where missing.
    Number(Vec<f64>),
    /// Whole numbers.
    Integer(Vec<i64>),
    /// True or false.
    Boolean(Vec<bool>),
    /// Text; `None` where missing.
    Text(Vec<Option<String>>),
    /// One of few names; `None` where missing.
    Category {
        /// The category of each row, an index of `categories`.
        codes: Vec<Option<u32>>,
        /// Their names, in the file's order.
        categories: Vec<String>,
    },
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Number(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Boolean(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Category { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row as text; `None` where missing.
    #[must_use]
    pub fn text(&self, i: usize) -> Option<String> {
        match self {
            Self::Number(v) => (!v[i].is_nan()).then(|| v[i].to_string()),
            Self::Integer(v) => Some(v[i].to_string()),
            Self::Boolean(v) => Some(v[i].to_string()),
            Self::Text(v) => v[i].clone(),
            Self::Category { codes, categories } => codes[i].map(|c| categories[c as usize].clone()),
        }
    }

    /// The rows with these numbers.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(v) => Self::Number(rows.iter().map(|&i| v[i]).collect()),
            Self::Integer(v) => Self::Integer(rows.iter().map(|&i| v[i]).collect()),
            Self::Boolean(v) => Self::Boolean(rows.iter().map(|&i| v[i]).collect()),
            Self::Text(v) => Self::Text(rows.iter().map(|&i| v[i].clone()).collect()),
            Self::Category { codes, categories } => {
                Self::Category { codes: rows.iter().map(|&i| codes[i]).collect(), categories: categories.clone() }
            }
        }
    }

    /// The column as categories: those it has, or the different values of it in order (numbers by size, text by letters).
    #[must_use]
    pub fn categories(&self) -> (Vec<Option<u32>>, Vec<String>) {
        if let Self::Category { codes, categories } = self {
            return (codes.clone(), categories.clone());
        }
        let values: Vec<Option<String>> = (0..self.len()).map(|i| self.text(i)).collect();
        let mut names: Vec<String> = values.iter().flatten().cloned().collect();
        names.sort_unstable();
        names.dedup();
        if matches!(self, Self::Number(_) | Self::Integer(_)) {
            let number = |name: &String| name.parse::<f64>().unwrap_or(f64::NAN);
            names.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        let place = |value: &String| names.iter().position(|name| name == value).map(|i| i as u32);
        (values.iter().map(|v| v.as_ref().and_then(place)).collect(), names)
    }
}

/// Named columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    columns: Vec<(String, Column)>,
}

impl Frame {
    /// No columns.
    #[must_use]
    pub const fn new() -> Self {
        Self { columns: Vec::new() }
    }

    /// Adds a column, or puts it in place of the one of that name.
    pub fn set(&mut self, name: impl Into<String>, column: Column) {
        let name = name.into();
        match self.columns.iter_mut().find(|(n, _)| *n == name) {
            Some(place) => place.1 = column,
            None => self.columns.push((name, column)),
        }
    }

    /// The column of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, c)| c)
    }

    /// Names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(n, _)| n.as_str())
    }

    /// Names and columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(n, c)| (n.as_str(), c))
    }

    /// The rows with these numbers.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self { columns: self.columns.iter().map(|(n, c)| (n.clone(), c.select(rows))).collect() }
    }
}
