//! `cells.csv`: what is known of each cell, as a table that other programs read.

use std::path::Path;

use reparam::cells::CellLatents;
use reparam_cells::{Column, Frame};

use super::CellsError;

/// File of the table in the folder of a run.
pub const FILE: &str = "cells.csv";

/// What is known of each cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellTable {
    /// Names.
    pub names: Vec<String>,
    /// Whether the cell was kept from training.
    pub held_out: Vec<bool>,
    /// The file's own annotations.
    pub annotations: Frame,
    /// Where it lies.
    pub latents: CellLatents,
    /// Normal latents a cell.
    pub width: usize,
    /// Scores of S and of G2/M.
    pub scores: Option<[Vec<f64>; 2]>,
    /// The total of each modality, NaN where a cell lacks it.
    pub totals: Vec<(String, Vec<f64>)>,
}

impl CellTable {
    /// The posterior means of a cell's normal latents.
    pub fn loc(&self, cell: usize) -> &[f32] {
        &self.latents.loc[cell * self.width..(cell + 1) * self.width]
    }

    /// Our own columns, in order.
    pub fn own(&self) -> Frame {
        let mut frame = Frame::new();
        let column = |of: &dyn Fn(usize) -> f64| Column::Number((0..self.names.len()).map(of).collect());
        // Of cells of another file nobody knows whether they were trained on.
        if !self.held_out.is_empty() {
            frame.set("reparam_held_out", Column::Boolean(self.held_out.clone()));
        }
        for (name, totals) in &self.totals {
            frame.set(format!("reparam_total_{name}"), Column::Number(totals.clone()));
        }
        if let Some([s, g2m]) = &self.scores {
            frame.set("reparam_s_score", Column::Number(s.clone()));
            frame.set("reparam_g2m_score", Column::Number(g2m.clone()));
        }
        if !self.latents.angle.is_empty() {
            frame.set("reparam_angle", Column::Number(self.latents.angle.clone()));
            frame.set("reparam_concentration", Column::Number(self.latents.concentration.clone()));
        }
        for l in 0..self.width {
            let of = |values: &[f32], cell: usize| f64::from(values[cell * self.width + l]);
            frame.set(format!("reparam_latent_{}", l + 1), column(&|cell| of(&self.latents.loc, cell)));
            frame.set(format!("reparam_sd_{}", l + 1), column(&|cell| of(&self.latents.scale, cell)));
        }
        frame
    }

    /// The table as CSV: names, the file's annotations, then our own columns.
    pub fn to_csv(&self) -> Vec<u8> {
        let own = self.own();
        let theirs = self.annotations.iter().filter(|(name, _)| !name.starts_with("reparam_"));
        let columns: Vec<(&str, &Column)> = theirs.chain(own.iter()).collect();
        frame_csv(&self.names, &columns)
    }

    /// Reads the table back.
    pub fn read(path: &Path) -> Result<Self, CellsError> {
        let fault = |rule: String| CellsError::run(path, rule, Some("train the run again"));
        let text = std::fs::read(path).map_err(CellsError::file(path))?;
        let mut reader = csv::Reader::from_reader(&text[..]);
        let header = reader.headers().map_err(|e| fault(e.to_string()))?.clone();
        let mut columns: Vec<Vec<String>> = vec![Vec::new(); header.len()];
        for record in reader.records() {
            let record = record.map_err(|e| fault(e.to_string()))?;
            for (column, field) in columns.iter_mut().zip(record.iter()) {
                column.push(field.to_owned());
            }
        }
        let mut table = Self::default();
        let mut latents: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
        for (place, (name, column)) in header.iter().zip(columns).enumerate() {
            let numbers = || -> Result<Vec<f64>, CellsError> {
                let parse = |text: &String| if text.is_empty() { Some(f64::NAN) } else { text.parse().ok() };
                let all: Option<Vec<f64>> = column.iter().map(parse).collect();
                all.ok_or_else(|| fault(format!("column '{name}' must hold numbers")))
            };
            match name.strip_prefix("reparam_") {
                _ if place == 0 => table.names = column,
                Some("held_out") => table.held_out = column.iter().map(|v| v == "true").collect(),
                Some("angle") => table.latents.angle = numbers()?,
                Some("concentration") => table.latents.concentration = numbers()?,
                Some("s_score") => table.scores.get_or_insert_default()[0] = numbers()?,
                Some("g2m_score") => table.scores.get_or_insert_default()[1] = numbers()?,
                Some(own) if own.starts_with("total_") => table.totals.push((own[6..].to_owned(), numbers()?)),
                Some(own) if own.starts_with("latent_") => latents.push((numbers()?, Vec::new())),
                Some(own) if own.starts_with("sd_") => match latents.last_mut() {
                    Some(last) => last.1 = numbers()?,
                    None => return Err(fault(format!("column '{name}' comes before its latent"))),
                },
                _ => table.annotations.set(name, guess(column)),
            }
        }
        table.width = latents.len();
        for cell in 0..table.names.len() {
            for (loc, scale) in &latents {
                table.latents.loc.push(loc.get(cell).copied().unwrap_or(f64::NAN) as f32);
                table.latents.scale.push(scale.get(cell).copied().unwrap_or(f64::NAN) as f32);
            }
        }
        Ok(table)
    }
}

/// Numbers where all there is are numbers, else names.
fn guess(column: Vec<String>) -> Column {
    // A name such as 01 is a number that would come back as another name.
    let number = |text: &String| text.parse::<f64>().ok().filter(|x| x.to_string() == *text);
    let numbers: Option<Vec<f64>> =
        column.iter().map(|text| if text.is_empty() { Some(f64::NAN) } else { number(text) }).collect();
    match numbers {
        Some(numbers) if numbers.iter().any(|x| !x.is_nan()) => Column::Number(numbers),
        _ => Column::Text(column.into_iter().map(|text| Some(text).filter(|t| !t.is_empty())).collect()),
    }
}

/// Names and columns as CSV; the first column is called `cell`.
pub fn frame_csv(names: &[String], columns: &[(&str, &Column)]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = std::iter::once("cell").chain(columns.iter().map(|(name, _)| *name));
    // Writing to memory does not fail, and every record has as many fields as the header.
    let _ = writer.write_record(header);
    for (cell, name) in names.iter().enumerate() {
        let values = columns.iter().map(|(_, column)| column.text(cell).unwrap_or_default());
        let _ = writer.write_record(std::iter::once(name.clone()).chain(values));
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_comes_back() {
        let mut annotations = Frame::new();
        annotations.set("kind", Column::Text(vec![Some("a, b".into()), None]));
        annotations.set("age", Column::Number(vec![1.5, f64::NAN]));
        annotations.set("plate", Column::Text(vec![Some("01".into()), Some("2".into())]));
        let table = CellTable {
            names: vec!["x".into(), "y".into()],
            held_out: vec![true, false],
            annotations,
            latents: CellLatents {
                loc: vec![1.0, -2.0, 0.1, 3.0],
                scale: vec![0.5; 4],
                angle: vec![0.0, 6.25],
                concentration: vec![3.0, 1e9],
            },
            width: 2,
            scores: Some([vec![0.25, 0.5], vec![-1.0, 2.0]]),
            totals: vec![("rna".into(), vec![12.0, 7.0])],
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.csv");
        std::fs::write(&path, table.to_csv()).unwrap();
        let back = CellTable::read(&path).unwrap();
        assert_eq!(format!("{back:?}"), format!("{table:?}"));
        std::fs::write(&path, "cell,reparam_angle\nx,up\n").unwrap();
        assert!(CellTable::read(&path).unwrap_err().to_string().contains("column 'reparam_angle' must hold numbers"));
    }
}
