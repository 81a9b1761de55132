//! Maps of anything.

use hdf5_pure::{DatasetBuilder, GroupBuilder};
use serde_json::{Map, Value};

use super::WriteError;
use super::encode::{boolean, check_name, mark, mark_group, numbers, strings};

/// A map, or null for an empty one.
pub(super) fn map(group: GroupBuilder, place: &str, value: &Value) -> Result<GroupBuilder, WriteError> {
    match value {
        Value::Null => members(group, place, &Map::new()),
        Value::Object(map) => members(group, place, map),
        other => Err(WriteError::Uns(other.to_string())),
    }
}

fn members(mut group: GroupBuilder, place: &str, map: &Map<String, Value>) -> Result<GroupBuilder, WriteError> {
    mark_group(&mut group, "dict", "0.1.0");
    for (name, value) in map {
        check_name(place, name)?;
        member(&mut group, name, &format!("{place}/{name}"), value)?;
    }
    Ok(group)
}

fn member(group: &mut GroupBuilder, name: &str, place: &str, value: &Value) -> Result<(), WriteError> {
    match value {
        Value::Null => {}
        Value::Object(map) => {
            let inner = members(group.create_group(name), place, map)?;
            group.add_group(inner.finish());
        }
        Value::Array(values) => list(group, name, place, values)?,
        Value::String(text) => {
            if text.contains('\0') {
                return Err(WriteError::Zero { place: place.to_owned(), text: text.clone() });
            }
            mark(group.create_dataset(name).with_vlen_strings(&[text]).with_shape(&[]), "string");
        }
        Value::Bool(truth) => {
            let dataset = group.create_dataset(name).with_enum_u8_data(boolean(), &[u8::from(*truth)]);
            mark(dataset.with_shape(&[]), "numeric-scalar");
        }
        Value::Number(_) => mark(data(group.create_dataset(name), &[value]).with_shape(&[]), "numeric-scalar"),
    }
    Ok(())
}

/// Numbers as `i64` where all are whole and fit, as `u64` where none is negative, else as `f64`, with NaN for null.
fn data<'a>(dataset: &'a mut DatasetBuilder, values: &[&Value]) -> &'a mut DatasetBuilder {
    if let Some(whole) = values.iter().map(|v| v.as_i64()).collect::<Option<Vec<_>>>().filter(|v| !v.is_empty()) {
        dataset.with_i64_data(&whole)
    } else if let Some(whole) = values.iter().map(|v| v.as_u64()).collect::<Option<Vec<_>>>().filter(|v| !v.is_empty())
    {
        dataset.with_u64_data(&whole)
    } else {
        dataset.with_f64_data(&values.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect::<Vec<_>>())
    }
}

fn list(group: &mut GroupBuilder, name: &str, place: &str, values: &[Value]) -> Result<(), WriteError> {
    let number = |v: &Value| v.is_number() || v.is_null();
    if values.iter().all(number) {
        numbers(data(group.create_dataset(name), &values.iter().collect::<Vec<_>>()));
    } else if let Some(texts) = values.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
        strings(group, name, place, &texts)?;
    } else if let Some(truths) = values.iter().map(Value::as_bool).collect::<Option<Vec<_>>>() {
        let bytes: Vec<u8> = truths.into_iter().map(u8::from).collect();
        numbers(group.create_dataset(name).with_enum_u8_data(boolean(), &bytes));
    } else if values.iter().all(Value::is_object) {
        let numbered = values.iter().enumerate().map(|(i, v)| (i.to_string(), v.clone())).collect();
        let inner = members(group.create_group(name), place, &numbered)?;
        group.add_group(inner.finish());
    } else {
        let rows: Option<Vec<&Vec<Value>>> = values.iter().map(Value::as_array).collect();
        let rows = rows.filter(|rows| rows.iter().all(|row| row.len() == rows[0].len() && row.iter().all(number)));
        let rows = rows.ok_or_else(|| WriteError::List { place: place.to_owned() })?;
        let all: Vec<&Value> = rows.iter().flat_map(|row| row.iter()).collect();
        let shape = [rows.len() as u64, rows[0].len() as u64];
        numbers(data(group.create_dataset(name), &all).with_shape(&shape));
    }
    Ok(())
}
