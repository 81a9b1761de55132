//! Columns and arrays in the encoding of `AnnData`.

use std::collections::HashSet;

use hdf5_pure::{AttrValue, DatasetBuilder, Datatype, EnumTypeBuilder, GroupBuilder, make_i8_type};

use super::WriteError;
use crate::{Column, Frame};

/// An attribute as h5py writes texts: of variable length, UTF-8.
pub(super) fn text(value: &str) -> AttrValue {
    AttrValue::VarLenString(value.to_owned())
}

pub(super) fn mark_group(group: &mut GroupBuilder, kind: &str, version: &str) {
    group.set_attr("encoding-type", text(kind));
    group.set_attr("encoding-version", text(version));
}

pub(super) fn mark(dataset: &mut DatasetBuilder, kind: &str) {
    dataset.set_attr("encoding-type", text(kind)).set_attr("encoding-version", text("0.2.0"));
}

/// Marks a dataset as an array of numbers or truth values.
pub(super) fn numbers(dataset: &mut DatasetBuilder) {
    mark(dataset, "array");
}

/// The type that h5py reads as `bool`: an enumeration of a byte.
pub(super) fn boolean() -> Datatype {
    // Two members that fit a byte: there is nothing to refuse, and a byte alone would be read as a number.
    EnumTypeBuilder::with_base(make_i8_type())
        .value("FALSE", 0)
        .value("TRUE", 1)
        .build()
        .unwrap_or_else(|_| make_i8_type())
}

/// Refuses names that HDF5 cannot hold or that mean something else to it.
pub(super) fn check_name(place: &str, name: &str) -> Result<(), WriteError> {
    let rule = if name.is_empty() {
        "be empty"
    } else if name.contains('/') {
        "hold '/', which separates groups"
    } else if name.contains('\0') {
        "hold a zero byte"
    } else if name == "." || name == ".." {
        "be '.' or '..'"
    } else {
        return Ok(());
    };
    Err(WriteError::Name { place: place.to_owned(), rule, name: name.to_owned() })
}

/// An array of texts.
pub(super) fn strings(group: &mut GroupBuilder, name: &str, place: &str, values: &[&str]) -> Result<(), WriteError> {
    if let Some(wrong) = values.iter().find(|v| v.contains('\0')) {
        return Err(WriteError::Zero { place: place.to_owned(), text: (*wrong).to_owned() });
    }
    mark(group.create_dataset(name).with_vlen_strings(values), "string-array");
    Ok(())
}

/// A table: its index and its columns.
pub(super) fn frame(
    mut group: GroupBuilder,
    place: &str,
    index: &[String],
    columns: &Frame,
) -> Result<GroupBuilder, WriteError> {
    mark_group(&mut group, "dataframe", "0.2.0");
    group.set_attr("_index", text("_index"));
    group.set_attr("column-order", AttrValue::VarLenStringArray(columns.names().map(str::to_owned).collect()));
    let index: Vec<&str> = index.iter().map(String::as_str).collect();
    strings(&mut group, "_index", &format!("{place}/_index"), &index)?;
    for (name, column) in columns.iter() {
        check_name(place, name)?;
        if name == "_index" {
            let (place, name) = (place.to_owned(), name.to_owned());
            return Err(WriteError::Name { place, rule: "be that of the index", name });
        }
        let place = format!("{place}/{name}");
        let (expected, got) = (index.len(), column.len());
        if expected != got {
            return Err(WriteError::Length { place, what: "rows", expected, got });
        }
        write_column(&mut group, name, &place, column)?;
    }
    Ok(group)
}

fn write_column(group: &mut GroupBuilder, name: &str, place: &str, column: &Column) -> Result<(), WriteError> {
    match column {
        Column::Number(values) => numbers(group.create_dataset(name).with_f64_data(values)),
        Column::Integer(values) => numbers(group.create_dataset(name).with_i64_data(values)),
        Column::Boolean(values) => {
            let bytes: Vec<u8> = values.iter().map(|v| u8::from(*v)).collect();
            numbers(group.create_dataset(name).with_enum_u8_data(boolean(), &bytes));
        }
        Column::Text(values) => {
            if let Some(whole) = values.iter().map(Option::as_deref).collect::<Option<Vec<&str>>>() {
                strings(group, name, place, &whole)?;
            } else {
                let (codes, categories) = column.categories();
                categorical(group, name, place, &codes, &categories)?;
            }
        }
        Column::Category { codes, categories } => categorical(group, name, place, codes, categories)?,
    }
    Ok(())
}

/// Codes, -1 where missing, and what they stand for.
fn categorical(
    parent: &mut GroupBuilder,
    name: &str,
    place: &str,
    codes: &[Option<u32>],
    categories: &[String],
) -> Result<(), WriteError> {
    let wrong = |(row, code): (usize, &Option<u32>)| code.filter(|c| *c as usize >= categories.len()).map(|c| (row, c));
    if let Some((row, code)) = codes.iter().enumerate().find_map(wrong) {
        return Err(WriteError::Code { place: place.to_owned(), row, categories: categories.len(), code });
    }
    let mut seen = HashSet::new();
    if let Some(twice) = categories.iter().find(|c| !seen.insert(c.as_str())) {
        let (place, name) = (place.to_owned(), twice.clone());
        return Err(WriteError::Name { place, rule: "be that of two categories", name });
    }
    let mut group = parent.create_group(name);
    mark_group(&mut group, "categorical", "0.2.0");
    group.set_attr("ordered", AttrValue::U8(0));
    let names: Vec<&str> = categories.iter().map(String::as_str).collect();
    strings(&mut group, "categories", &format!("{place}/categories"), &names)?;
    // Codes are as narrow as pandas has them.
    let signed = codes.iter().map(|c| c.map_or(-1, i64::from));
    let dataset = group.create_dataset("codes");
    if i8::try_from(categories.len()).is_ok() {
        dataset.with_i8_data(&signed.map(|c| c as i8).collect::<Vec<_>>());
    } else if i16::try_from(categories.len()).is_ok() {
        dataset.with_i16_data(&signed.map(|c| c as i16).collect::<Vec<_>>());
    } else {
        dataset.with_i32_data(&signed.map(|c| c as i32).collect::<Vec<_>>());
    }
    numbers(dataset);
    parent.add_group(group.finish());
    Ok(())
}
