//! Annotations in HDF5: `obs` and `var` as groups of columns (`AnnData` 0.7 and later) or as one dataset of records (before).

use hdf5_pure::{AttrValue, Datatype};

use super::ReadError;
use super::column::decode;
use super::hdf5::{H5, inside};
use crate::{Column, Frame};

/// Names of the rows, their columns, and the columns that are of no kind that is read.
pub(super) struct Annotations {
    pub names: Vec<String>,
    pub frame: Frame,
    pub skipped: Vec<String>,
}

/// The annotations at `object`; categories of old files are looked for in `uns` of the same prefix.
pub(super) fn read(h5: &H5, object: &str, uns: &str) -> Result<Annotations, ReadError> {
    if h5.dataset(object)?.is_some() {
        return records(h5, object, uns);
    }
    if h5.group(object)?.is_none() {
        return Err(h5.error(object, "no such annotations"));
    }
    group(h5, object, uns)
}

fn group(h5: &H5, object: &str, uns: &str) -> Result<Annotations, ReadError> {
    let attributes = h5.attributes(object)?;
    let children = h5.children(object)?;
    let index = match attributes.get("_index").and_then(AttrValue::as_str) {
        Some(name) => name.to_owned(),
        None => ["_index", "index"]
            .into_iter()
            .find(|name| children.iter().any(|c| c == name))
            .unwrap_or("_index")
            .to_owned(),
    };
    let names = names(h5, &inside(object, &index))?;
    let order = attributes.get("column-order").and_then(AttrValue::as_strings).map(<[String]>::to_vec);
    let columns =
        order.unwrap_or_else(|| children.into_iter().filter(|c| *c != index && !c.starts_with("__")).collect());
    // Since version 0.2.0 of the encoding a column has its categories itself.
    let apart = attributes.get("encoding-version").and_then(AttrValue::as_str) != Some("0.2.0");
    let (mut frame, mut skipped) = (Frame::new(), Vec::new());
    for name in columns {
        let place = inside(object, &name);
        match column(h5, &place)? {
            None => skipped.push(name),
            Some(column) if !apart => set(h5, &mut frame, name, column, names.len(), object)?,
            Some(column) => {
                let outside = inside(&inside(object, "__categories"), &name);
                let column =
                    with_categories(h5, column, &place, &[outside, inside(uns, &format!("{name}_categories"))])?;
                set(h5, &mut frame, name, column, names.len(), object)?;
            }
        }
    }
    Ok(Annotations { names, frame, skipped })
}

fn set(h5: &H5, frame: &mut Frame, name: String, column: Column, rows: usize, object: &str) -> Result<(), ReadError> {
    if column.len() != rows {
        let text = format!("expected {rows} values, as many as names, got {}", column.len());
        return Err(h5.error(&inside(object, &name), text));
    }
    frame.set(name, column);
    Ok(())
}

fn names(h5: &H5, object: &str) -> Result<Vec<String>, ReadError> {
    let column = column(h5, object)?.ok_or_else(|| h5.error(object, "names must be text or numbers"))?;
    Ok((0..column.len()).map(|i| column.text(i).unwrap_or_else(|| "nan".to_owned())).collect())
}

/// One column, a dataset or a group of an encoding; nothing for what is no column.
pub(super) fn column(h5: &H5, object: &str) -> Result<Option<Column>, ReadError> {
    if let Some(dataset) = h5.dataset(object)? {
        let at = |e: hdf5_pure::Error| h5.error(object, e);
        if h5.shape(object, &dataset)?.len() > 1 {
            return Ok(None);
        }
        return match dataset.datatype().map_err(at)? {
            Datatype::VariableLength { is_string: true, .. } => {
                Ok(Some(Column::Text(h5.strings(object)?.into_iter().map(Some).collect())))
            }
            datatype => {
                let size = dataset.element_size().map_err(at)? as usize;
                Ok(decode(&dataset.read_raw().map_err(at)?, size, 0, &datatype))
            }
        };
    }
    if h5.group(object)?.is_none() {
        return Err(h5.error(object, "no such column"));
    }
    let attributes = h5.attributes(object)?;
    match attributes.get("encoding-type").and_then(AttrValue::as_str) {
        Some("categorical") => categorical(h5, object).map(Some),
        Some("nullable-integer" | "nullable-boolean" | "nullable-float" | "nullable-string-array") => {
            masked(h5, object).map(Some)
        }
        _ => Ok(None),
    }
}

fn part(h5: &H5, object: &str, name: &str) -> Result<Column, ReadError> {
    let place = inside(object, name);
    column(h5, &place)?.ok_or_else(|| h5.error(&place, "expected text or numbers"))
}

fn categorical(h5: &H5, object: &str) -> Result<Column, ReadError> {
    let (codes, categories) = (part(h5, object, "codes")?, part(h5, object, "categories")?);
    match codes {
        Column::Integer(codes) => coded(h5, object, &codes, &categories),
        _ => Err(h5.error(object, "codes of categories must be whole numbers")),
    }
}

fn coded(h5: &H5, object: &str, codes: &[i64], categories: &Column) -> Result<Column, ReadError> {
    let categories: Vec<String> =
        (0..categories.len()).map(|i| categories.text(i).unwrap_or_else(|| "nan".to_owned())).collect();
    let code = |(i, code): (usize, &i64)| match usize::try_from(*code) {
        Err(_) => Ok(None),
        Ok(code) if code < categories.len() => Ok(Some(code as u32)),
        Ok(code) => Err(h5.error(object, format!("expected a code below {}, got {code} at [{i}]", categories.len()))),
    };
    Ok(Column::Category { codes: codes.iter().enumerate().map(code).collect::<Result<_, _>>()?, categories })
}

fn masked(h5: &H5, object: &str) -> Result<Column, ReadError> {
    let (values, mask) = (part(h5, object, "values")?, part(h5, object, "mask")?);
    let missing = match mask {
        Column::Boolean(mask) => mask,
        Column::Integer(mask) => mask.iter().map(|m| *m != 0).collect(),
        _ => return Err(h5.error(object, "a mask must be true or false")),
    };
    if missing.len() != values.len() {
        return Err(h5.error(object, format!("expected a mask of {} values, got {}", values.len(), missing.len())));
    }
    let rows: Vec<Option<usize>> = missing.iter().enumerate().map(|(i, m)| (!m).then_some(i)).collect();
    Ok(expand(&values, &rows))
}

/// The column with these rows, where `None` is a missing value. Whole numbers become numbers and truth a category when some are missing.
pub(super) fn expand(column: &Column, rows: &[Option<usize>]) -> Column {
    if let Some(all) = rows.iter().copied().collect::<Option<Vec<usize>>>() {
        return column.select(&all);
    }
    match column {
        Column::Number(v) => Column::Number(rows.iter().map(|i| i.map_or(f64::NAN, |i| v[i])).collect()),
        Column::Integer(v) => Column::Number(rows.iter().map(|i| i.map_or(f64::NAN, |i| v[i] as f64)).collect()),
        Column::Boolean(v) => Column::Category {
            codes: rows.iter().map(|i| i.map(|i| u32::from(v[i]))).collect(),
            categories: vec!["false".to_owned(), "true".to_owned()],
        },
        Column::Text(v) => Column::Text(rows.iter().map(|i| i.and_then(|i| v[i].clone())).collect()),
        Column::Category { codes, categories } => Column::Category {
            codes: rows.iter().map(|i| i.and_then(|i| codes[i])).collect(),
            categories: categories.clone(),
        },
    }
}

fn records(h5: &H5, object: &str, uns: &str) -> Result<Annotations, ReadError> {
    let dataset = h5.needed(object)?;
    let at = |e: hdf5_pure::Error| h5.error(object, e);
    let Datatype::Compound { size, members } = dataset.datatype().map_err(at)? else {
        return Err(h5.error(object, "annotations must be a group of columns or a dataset of records"));
    };
    let rows = h5.length(object, &dataset)?;
    let bytes = dataset.read_raw().map_err(at)?;
    if Some(bytes.len()) != rows.checked_mul(size as usize) {
        return Err(h5.error(object, format!("expected {rows} records of {size} bytes, got {} bytes", bytes.len())));
    }
    let (mut names, mut frame, mut skipped) = (None, Frame::new(), Vec::new());
    for member in members {
        let place = inside(object, &member.name);
        let column = decode(&bytes, size as usize, member.byte_offset as usize, &member.datatype);
        let index = member.name == "index" || member.name == "_index";
        match column {
            None if index => return Err(h5.error(&place, "names must be numbers or text of fixed length")),
            None => skipped.push(member.name),
            Some(column) if index && names.is_none() => {
                names = Some((0..rows).map(|i| column.text(i).unwrap_or_else(|| "nan".to_owned())).collect());
            }
            Some(column) => {
                let categories = inside(uns, &format!("{}_categories", member.name));
                let column = with_categories(h5, column, &place, &[categories])?;
                set(h5, &mut frame, member.name, column, rows, object)?;
            }
        }
    }
    let names = names.ok_or_else(|| h5.error(object, "no field 'index' with the names"))?;
    Ok(Annotations { names, frame, skipped })
}

/// Old files keep the categories of a column of codes elsewhere.
fn with_categories(h5: &H5, column: Column, place: &str, elsewhere: &[String]) -> Result<Column, ReadError> {
    let Column::Integer(codes) = &column else { return Ok(column) };
    for object in elsewhere {
        if h5.dataset(object)?.is_some() {
            let categories =
                self::column(h5, object)?.ok_or_else(|| h5.error(object, "categories must be text or numbers"))?;
            return coded(h5, place, codes, &categories);
        }
    }
    Ok(column)
}
