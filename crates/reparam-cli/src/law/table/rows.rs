//! What is written for each row.

use std::io::Write as _;

use csv::{Writer, WriterBuilder};
use reparam_core::law::ParameterError;

use super::super::LawError;
use super::super::number::{Exact, List, read, shown};
use super::super::recipe::Said;
use super::super::subject::AnyLaw;
use super::input::Row;
use super::layout::{Layout, Source};

/// The text of some rows, and what is wrong with the one after the last.
#[derive(Debug)]
pub struct Piece {
    /// CSV.
    pub text: Vec<u8>,
    /// Whether all rows are there.
    pub outcome: Result<(), LawError>,
}

/// Works on rows one after the other; the law is made anew only where its parameters change.
pub struct Worker<'a> {
    layout: &'a Layout,
    law: Option<AnyLaw>,
    /// The cells that the law was made of, one after the other with a zero byte behind each.
    made_of: Vec<u8>,
    cells: Vec<u8>,
    inputs: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
    widths: Vec<usize>,
    x: Vec<f64>,
    slopes: Vec<f64>,
    carried: Vec<f64>,
    cell: Vec<u8>,
}

impl<'a> Worker<'a> {
    /// A worker without a law yet.
    pub fn new(layout: &'a Layout) -> Self {
        let input = |(_, source): &(String, Source)| match source {
            Source::Column(_) => Vec::new(),
            Source::Constant(values) => values.clone(),
        };
        Self {
            layout,
            law: None,
            made_of: Vec::new(),
            cells: Vec::new(),
            inputs: layout.inputs.iter().map(input).collect(),
            values: Vec::new(),
            widths: Vec::new(),
            x: Vec::new(),
            slopes: Vec::new(),
            carried: Vec::new(),
            cell: Vec::new(),
        }
    }

    /// The text of these rows, up to the first that is wrong.
    pub fn piece(mut self, rows: &[Row]) -> Piece {
        let mut writer = WriterBuilder::new()
            .delimiter(self.layout.delimiter)
            .buffer_capacity(1 << 16)
            .from_writer(Vec::with_capacity(rows.len() * 128));
        let outcome = rows.iter().try_for_each(|row| self.row(row, &mut writer));
        // Writing to memory does not fail; a row is begun only when nothing can be wrong with it any more.
        Piece { text: writer.into_inner().unwrap_or_default(), outcome }
    }

    fn row(&mut self, row: &Row, writer: &mut Writer<Vec<u8>>) -> Result<(), LawError> {
        self.renew(row)?;
        let Some(law) = &self.law else { return Ok(()) };
        numbers(self.layout, row, self.layout.x, "x", &mut self.x)?;
        if self.x.len() != law.len() {
            let what = format!("expected {} numbers, got {}", law.len(), self.x.len());
            let what = if law.len() == 1 { format!("expected one number, got {}", self.x.len()) } else { what };
            return Err(wrong(self.layout, row, "x", what));
        }
        if let Some(bad) = self.x.iter().find(|x| !x.is_finite()) {
            return Err(wrong(self.layout, row, "x", format!("expected a finite number, got '{bad}'")));
        }
        let x = &self.x;
        let log_prob = law.log_prob(x);
        let mut put = |cell: &[u8]| {
            // Writing to memory does not fail.
            let _ = writer.write_field(cell);
        };
        for cell in &row.cells {
            put(cell);
        }
        let buffer = &mut self.cell;
        put(text(buffer, &[log_prob]));
        if let AnyLaw::Scalar(law) = law {
            put(text(buffer, &[law.cdf(x[0])]));
        }
        let inside = law.holds(x, log_prob);
        let total: usize = self.widths.iter().sum();
        self.slopes.resize(total * x.len(), 0.0);
        if inside {
            law.score(x, &mut self.slopes[..total]);
        }
        let columns = |k: usize| {
            let from: usize = self.widths[..k].iter().sum();
            from..from + self.widths[k]
        };
        let carried = &mut self.carried;
        let said = &self.layout.said;
        for k in 0..self.widths.len() {
            put(if inside { text(buffer, &self.slopes[columns(k)]) } else { b"" });
        }
        for Said { way, parameter, input } in said {
            carried.clear();
            let slopes = self.slopes[columns(*parameter)].iter().zip(&self.inputs[*input]);
            carried.extend(slopes.map(|(slope, value)| slope * (way.slope)(*value)));
            put(if inside { text(buffer, carried) } else { b"" });
        }
        let has_path = inside && law.has_path();
        if has_path {
            law.pathwise(x, &mut self.slopes);
        }
        let paths = &self.layout.paths;
        let otherwise = said.iter().filter(|said| paths.contains(&said.parameter));
        for (k, said) in paths.iter().map(|&k| (k, None)).chain(otherwise.map(|said| (said.parameter, Some(said)))) {
            carried.clear();
            for row in self.slopes.chunks_exact(total.max(1)).filter(|_| has_path) {
                let slopes = &row[columns(k)];
                match said {
                    None => carried.extend_from_slice(slopes),
                    Some(Said { way, input, .. }) => {
                        let values = &self.inputs[*input];
                        carried.extend(slopes.iter().zip(values).map(|(slope, value)| slope * (way.slope)(*value)));
                    }
                }
            }
            put(text(buffer, carried));
        }
        let _ = writer.write_record(None::<&[u8]>);
        Ok(())
    }

    /// Makes the law of this row, unless it is that of the row before.
    fn renew(&mut self, row: &Row) -> Result<(), LawError> {
        let layout = self.layout;
        self.cells.clear();
        for (_, source) in &layout.inputs {
            if let Source::Column(i) = source {
                self.cells.extend_from_slice(&row.cells[*i]);
                self.cells.push(0);
            }
        }
        if self.law.is_some() && self.cells == self.made_of {
            return Ok(());
        }
        for ((name, source), values) in layout.inputs.iter().zip(&mut self.inputs) {
            if let Source::Column(i) = source {
                numbers(layout, row, *i, name, values)?;
            }
        }
        let law = layout.recipe.values(&self.inputs, &mut self.values).and_then(|()| layout.family.build(&self.values));
        let law = law.map_err(|error| self.located(row, error))?;
        self.widths = law.widths(layout.family);
        self.law = Some(law);
        std::mem::swap(&mut self.made_of, &mut self.cells);
        Ok(())
    }

    /// The library's error with its place in the table, where it came from there.
    fn located(&self, row: &Row, error: ParameterError) -> LawError {
        let layout = self.layout;
        match error {
            ParameterError::Value { parameter, rule, value, index, .. } => {
                let column = layout.inputs.iter().any(|(name, s)| name == parameter && matches!(s, Source::Column(_)));
                let at = if index.is_empty() { String::new() } else { format!(" at index {index:?}") };
                let what = format!("must be {rule}, got {}{at}", Exact(value));
                if column {
                    return wrong(layout, row, parameter, what);
                }
                LawError::Table { place: place(layout, row), what: format!("{parameter} {what}"), hint: None }
            }
            _ if layout.is_constant() => error.into(),
            other => LawError::Table { place: place(layout, row), what: other.to_string(), hint: None },
        }
    }
}

fn place(layout: &Layout, row: &Row) -> String {
    format!("{}:{}", layout.place, row.line)
}

fn wrong(layout: &Layout, row: &Row, column: &str, what: String) -> LawError {
    LawError::Table { place: format!("{}: column {column}", place(layout, row)), what, hint: None }
}

/// Reads the numbers of a cell.
fn numbers(layout: &Layout, row: &Row, column: usize, name: &str, out: &mut Vec<f64>) -> Result<(), LawError> {
    let cell = &row.cells[column];
    // A line break within a number is a quote that was meant for another line.
    let text = std::str::from_utf8(cell).ok().filter(|text| !text.contains(['\n', '\r']));
    let outcome = text.ok_or(()).and_then(|text| read(text, out).map_err(|_| ()));
    outcome.map_err(|()| {
        let got = shown(&String::from_utf8_lossy(cell));
        wrong(layout, row, name, format!("expected a number, got '{got}'"))
    })
}

/// Numbers as the text of a cell.
fn text<'a>(buffer: &'a mut Vec<u8>, values: &[f64]) -> &'a [u8] {
    buffer.clear();
    // Writing to memory does not fail.
    let _ = match values {
        [x] => write!(buffer, "{}", Exact(*x)),
        _ => write!(buffer, "{}", List(values)),
    };
    buffer
}
