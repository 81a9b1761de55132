//! `NumPy`'s `.npy`: one array of numbers, of any numeric type but half precision and complex.

use std::path::Path;

use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};

use super::array::Array;
use super::raw::{RawData, Values};
use super::stream::{Stream, hex};
use super::{DataError, ReadOptions};

const MAGIC: &[u8] = b"\x93NUMPY";
/// `NumPy` writes headers of 118 bytes, and a few hundred for record types.
const LONGEST_HEADER: usize = 1 << 16;

/// Reads one file of images; labels have no place in this format.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    let train = read_array(Stream::file(path)?)?.into_images(options.image_shape)?;
    Ok(RawData { train, test: None, label_names: None })
}

/// Reads the array that the stream holds.
pub(super) fn read_array(mut stream: Stream<'_>) -> Result<Array, DataError> {
    let header = read_header(&mut stream)?;
    let place = stream.place.clone();
    let not_read = |got: String| DataError::ElementType {
        place: place.clone(),
        expected: "whole numbers, booleans, or 32- or 64-bit floating point",
        got,
    };
    let DType::Plain(ty) = header.dtype() else {
        return Err(not_read("a record type".into()));
    };
    let size = ty.size_field();
    if ty.type_char() == TypeChar::Object {
        return Err(not_read("python objects ('|O')".into()));
    }
    if !matches!(
        (ty.type_char(), size),
        (TypeChar::Bool, 1) | (TypeChar::Uint | TypeChar::Int, 1 | 2 | 4 | 8) | (TypeChar::Float, 4 | 8)
    ) {
        return Err(not_read(format!("'{ty}'")));
    }
    let announced = header.shape().iter().try_fold(size, |product, &len| product.checked_mul(len));
    let bytes = stream.body(announced)?;
    let shape: Vec<usize> = header.shape().iter().map(|&len| len as usize).collect();
    let fortran = header.order() == Order::Fortran;
    let values = match (ty.type_char(), size) {
        (TypeChar::Bool | TypeChar::Uint, 1) => Ok(Values::Bytes(bytes)),
        (TypeChar::Uint, 2) => convert(header, &bytes, |v: u16| v as f32).map(Values::Whole),
        (TypeChar::Uint, 4) => convert(header, &bytes, |v: u32| v as f32).map(Values::Whole),
        (TypeChar::Uint, _) => convert(header, &bytes, |v: u64| v as f32).map(Values::Whole),
        (TypeChar::Int, 1) => convert(header, &bytes, |v: i8| v as f32).map(Values::Whole),
        (TypeChar::Int, 2) => convert(header, &bytes, |v: i16| v as f32).map(Values::Whole),
        (TypeChar::Int, 4) => convert(header, &bytes, |v: i32| v as f32).map(Values::Whole),
        (TypeChar::Int, _) => convert(header, &bytes, |v: i64| v as f32).map(Values::Whole),
        (_, 4) => convert(header, &bytes, |v: f32| v).map(Values::Real),
        (_, _) => {
            too_large(&place, &shape, fortran, &bytes, &header.dtype())?;
            convert(header, &bytes, |v: f64| v as f32).map(Values::Real)
        }
    };
    let values =
        values.map_err(|reason| DataError::Damaged { place: place.clone(), expected: "npy values", reason })?;
    Ok(Array { place, shape, fortran, values })
}

/// Refuses the first number of 64 bits that is finite but beyond 32 bits, in its own digits.
fn too_large(place: &str, shape: &[usize], fortran: bool, bytes: &[u8], ty: &DType) -> Result<(), DataError> {
    let big_endian = ty.descr().contains('>');
    let value = |bytes: &[u8; 8]| if big_endian { f64::from_be_bytes(*bytes) } else { f64::from_le_bytes(*bytes) };
    let (values, _) = bytes.as_chunks::<8>();
    let beyond = |value: f64| value.is_finite() && !(value as f32).is_finite();
    let Some(at) = values.iter().position(|bytes| beyond(value(bytes))) else {
        return Ok(());
    };
    let mut entry = vec![0; shape.len()];
    let mut rest = at;
    let axes: Vec<usize> = if fortran { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
    for axis in axes {
        entry[axis] = rest % shape[axis];
        rest /= shape[axis];
    }
    Err(DataError::Value {
        place: format!("{place}: entry {entry:?}"),
        expected: "a number of at most 3.4e38 in size".into(),
        got: format!("{:e}", value(&values[at])),
        hint: None,
    })
}

/// The values in storage order; the number of bytes has been checked.
fn convert<T: Deserialize>(header: NpyHeader, bytes: &[u8], to_f32: impl Fn(T) -> f32) -> Result<Vec<f32>, String> {
    let values = NpyFile::with_header(header, bytes).data::<T>().map_err(|e| e.to_string())?;
    let mut out = Vec::with_capacity(bytes.len() / size_of::<T>());
    for value in values {
        out.push(to_f32(value.map_err(|e| e.to_string())?));
    }
    Ok(out)
}

fn read_header(stream: &mut Stream<'_>) -> Result<NpyHeader, DataError> {
    let mut bytes = stream.header(MAGIC.len())?;
    let place = stream.place.clone();
    if bytes != MAGIC {
        return Err(DataError::Magic { place, expected: "npy's 93 4e 55 4d 50 59", got: hex(&bytes) });
    }
    let faulty = |at: &str, expected, got| DataError::Header { place: format!("{place}: {at}"), expected, got };
    bytes.extend(stream.header(2)?);
    let version = bytes[6];
    let len_bytes = match version {
        1 => 2,
        2 | 3 => 4,
        _ => {
            return Err(faulty("byte 6", "npy version 1, 2 or 3", version.to_string()));
        }
    };
    bytes.extend(stream.header(len_bytes)?);
    let len = bytes[8..].iter().rev().fold(0, |len, &byte| len << 8 | byte as usize);
    if len > LONGEST_HEADER {
        return Err(faulty("byte 8", "a header of at most 65536 bytes", len.to_string()));
    }
    let start = bytes.len();
    bytes.extend(stream.header(len)?);
    let text = String::from_utf8_lossy(&bytes[start..]).trim().to_owned();
    let at = format!("byte {start}");
    let fault = |(expected, got)| faulty(&at, expected, got);
    if !is_tame(&text) {
        return Err(fault(field_fault(&text).unwrap_or(("fewer than 2^63 values", excerpt(&text)))));
    }
    NpyHeader::from_reader(&bytes[..])
        .map_err(|_| fault(field_fault(&text).unwrap_or(("'descr' to be a type of NumPy", value_of(&text, "descr")))))
}

/// What is wrong with a header: the rule for the first bad field, and what stands there.
fn field_fault(text: &str) -> Option<(&'static str, String)> {
    if !(text.starts_with('{') && text.ends_with('}')) {
        let got = if text.is_empty() { "nothing".into() } else { excerpt(text) };
        return Some(("a dictionary with 'descr', 'fortran_order' and 'shape'", got));
    }
    for (field, expected) in [
        ("descr", "a field 'descr', the type of the values"),
        ("fortran_order", "a field 'fortran_order'"),
        ("shape", "a field 'shape'"),
    ] {
        if field_at(text, field).is_none() {
            return Some((expected, "a header without it".into()));
        }
    }
    let order = value_of(text, "fortran_order");
    if !order.starts_with("'True") && !order.starts_with("'False") {
        return Some(("'fortran_order' to be True or False", order));
    }
    let shape = &text[field_at(text, "shape")?..];
    let lengths = shape.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(lengths, _)| lengths);
    let whole = |part: &str| part.trim().is_empty() || part.trim().trim_end_matches('L').parse::<u64>().is_ok();
    match lengths {
        Some(lengths) if lengths.split(',').all(whole) => None,
        _ => Some(("'shape' to be whole numbers in parentheses", value_of(text, "shape"))),
    }
}

/// Where the value of a field starts.
fn field_at(text: &str, field: &str) -> Option<usize> {
    let key = [format!("'{field}'"), format!("\"{field}\"")]
        .into_iter()
        .find_map(|key| Some(text.find(&key)? + key.len()))?;
    let rest = text[key..].trim_start().strip_prefix(':')?.trim_start();
    Some(text.len() - rest.len())
}

/// The start of a field's value, for a message: up to the next field.
fn value_of(text: &str, field: &str) -> String {
    let rest = field_at(text, field).map_or("", |at| &text[at..]);
    let end = [", '", ", \""].iter().filter_map(|next| rest.find(next)).min().unwrap_or(rest.len());
    excerpt(rest[..end].trim_end_matches(['}', ',', ' ']))
}

/// Whether a header is safe to parse: brackets so shallow that a recursive parser keeps its stack, and lengths whose
/// product, over every number in the text, stays within 2^63.
fn is_tame(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 8 {
            return false;
        }
    }
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .try_fold(1_u64, |product, digits| {
            digits.parse::<u64>().ok().and_then(|n| product.checked_mul(n.max(1))).filter(|&p| p < 1 << 63)
        })
        .is_some()
}

/// The start of a text, on one line.
fn excerpt(text: &str) -> String {
    let line: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("'{line}'")
}
