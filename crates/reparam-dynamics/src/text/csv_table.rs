//! Tables of measurements as the field has them: comments, quotes, units in the header.

use super::{TextError, TextFault};

/// A table of texts.
pub(super) struct CsvTable {
    pub header: Vec<Column>,
    /// Line and cells, as many as the header has.
    pub rows: Vec<(usize, Vec<String>)>,
    /// The line of the header.
    pub line: usize,
}

/// A column's name and unit: `time [min]`.
#[derive(Debug, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub unit: String,
}

/// Reads a table whose fields are separated by commas, tabs or semicolons, whichever the header has; the first of these in that
/// order. Empty lines and lines that begin with `#` are left out. A field may stand in double quotes, in which `""` is one.
pub(super) fn csv_table(text: &str, file: &str) -> Result<CsvTable, TextError> {
    let error = |line: usize, fault| TextError::new(file, Some(line), fault);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let Some((line, first)) = lines.next() else {
        let fault = TextFault::Missing { name: "header".into(), rule: "the first line must name the columns" };
        return Err(TextError::new(file, None, fault));
    };
    let separator = [',', '\t', ';'].into_iter().find(|separator| first.contains(*separator)).unwrap_or(',');
    let split = |(line, text): (usize, &str)| {
        let open = || {
            let rule = "a quote must be closed on its line, and a field end after it".into();
            error(line, TextFault::Value { name: "row".into(), rule, value: text.trim().into() })
        };
        fields(text, separator).map(|fields| (line, fields)).ok_or_else(open)
    };
    let header: Vec<Column> = split((line, first))?.1.iter().map(|field| column(field)).collect();
    for (index, Column { name, .. }) in header.iter().enumerate() {
        if let Some(first) = header[..index].iter().position(|other| other.name == *name) {
            let fault = TextFault::Twice { name: format!("column '{name}'"), first: format!("column {}", first + 1) };
            return Err(error(line, fault));
        }
    }
    let rows: Vec<_> = lines.map(split).collect::<Result<_, _>>()?;
    if let Some((line, row)) = rows.iter().find(|(_, row)| row.len() != header.len()) {
        return Err(error(*line, TextFault::Fields { expected: header.len(), found: row.len() }));
    }
    Ok(CsvTable { header, rows, line })
}

/// Fields without the spaces around them; none where a quote is not closed or something follows it.
fn fields(line: &str, separator: char) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() && c != separator);
        let (field, after) = if let Some(quoted) = trimmed.strip_prefix('"') {
            unquote(quoted)?
        } else {
            let end = rest.find(separator).unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        fields.push(field);
        let after = after.trim_start_matches(|c: char| c.is_whitespace() && c != separator);
        match after.strip_prefix(separator) {
            Some(next) => rest = next,
            None if after.is_empty() => return Some(fields),
            None => return None,
        }
    }
}

/// The text to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        field.push_str(before);
        let Some(next) = after.strip_prefix('"') else { return Some((field, after)) };
        field.push('"');
        rest = next;
    }
}

/// `time [min]` and `time (min)`.
fn column(field: &str) -> Column {
    let unit = [('[', ']'), ('(', ')')].into_iter().find_map(|(open, close)| {
        let (name, unit) = field.strip_suffix(close)?.split_once(open)?;
        Some(Column { name: name.trim().into(), unit: unit.trim().into() })
    });
    unit.unwrap_or_else(|| Column { name: field.into(), unit: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_quotes_and_units_are_read_and_lines_counted() {
        let text = "\u{feff}# source: a book\n\ntime [min], \"lynx, fur\" ,hare (thousand)\r\n0,\"4 \"\"old\"\"\",30\n  # on\n1 , ,2\n";
        let table = csv_table(text, "a.csv").unwrap();
        let columns: Vec<_> = table.header.iter().map(|c| (c.name.as_str(), c.unit.as_str())).collect();
        assert_eq!(columns, [("time", "min"), ("lynx, fur", ""), ("hare", "thousand")]);
        let row = |line, cells: [&str; 3]| (line, cells.map(String::from).to_vec());
        assert_eq!(table.rows, [row(4, ["0", "4 \"old\"", "30"]), row(6, ["1", "", "2"])]);
        assert_eq!(table.line, 3);
        let tabs = csv_table("time\tA\n0\t1,5\n", "a.tsv").unwrap();
        assert_eq!(tabs.rows[0].1, ["0", "1,5"]);
        assert_eq!(csv_table("time;A\n0;\n", "a.csv").unwrap().rows[0].1, ["0", ""]);
    }

    #[test]
    fn faults_name_the_line() {
        for (text, message) in [
            ("# nothing\n", "a.csv: header: missing; the first line must name the columns"),
            ("time,A\n0,1,2\n", "a.csv:2: expected 2 fields as in the header, got 3"),
            ("time,A,A\n", "a.csv:1: column 'A': named already, as column 2"),
            (
                "time,A\n\n0,\"1\n",
                "a.csv:3: row: a quote must be closed on its line, and a field end after it, got 0,\"1",
            ),
            (
                "time,A\n0,\"1\"2\n",
                "a.csv:2: row: a quote must be closed on its line, and a field end after it, got 0,\"1\"2",
            ),
        ] {
            assert_eq!(csv_table(text, "a.csv").err().map(|e| e.to_string()).as_deref(), Some(message));
        }
    }
}
