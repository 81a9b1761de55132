//! Bytes of one column, by itself or in records, as a [`Column`].

use hdf5_pure::{Datatype, DatatypeByteOrder};

use crate::Column;

/// The column that stands at `offset` of every record of `stride` bytes; nothing for types that are no column (references, arrays, text of
/// varying length, which is not in the records).
pub(super) fn decode(bytes: &[u8], stride: usize, offset: usize, datatype: &Datatype) -> Option<Column> {
    let size = size(datatype)?;
    if size == 0 || stride == 0 || offset.checked_add(size)? > stride {
        return None;
    }
    let cells = bytes.chunks_exact(stride).map(|record| &record[offset..offset + size]);
    match datatype {
        Datatype::FixedPoint { byte_order, layout, .. } => integers(cells, *byte_order, layout.signed),
        Datatype::FloatingPoint { byte_order, .. } => {
            cells.map(|cell| float(cell, *byte_order)).collect::<Option<_>>().map(Column::Number)
        }
        Datatype::String { .. } => Some(Column::Text(cells.map(|cell| Some(text(cell))).collect())),
        Datatype::Enumeration { base_type, members, .. } => {
            let names: Vec<String> = members.iter().map(|m| m.name.clone()).collect();
            if names.iter().all(|name| name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false")) {
                let yes = members.iter().find(|m| m.name.eq_ignore_ascii_case("true")).map(|m| m.value.as_slice());
                return Some(Column::Boolean(cells.map(|cell| Some(cell) == yes).collect()));
            }
            let Datatype::FixedPoint { .. } = **base_type else { return None };
            let code = |cell: &[u8]| members.iter().position(|m| m.value == cell).map(|i| i as u32);
            Some(Column::Category { codes: cells.map(code).collect(), categories: names })
        }
        _ => None,
    }
}

/// Bytes of one value.
fn size(datatype: &Datatype) -> Option<usize> {
    match datatype {
        Datatype::FixedPoint { size, .. }
        | Datatype::FloatingPoint { size, .. }
        | Datatype::String { size, .. }
        | Datatype::Enumeration { size, .. } => Some(*size as usize),
        _ => None,
    }
}

fn little_endian(cell: &[u8], order: DatatypeByteOrder) -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    bytes.get_mut(..cell.len())?.copy_from_slice(cell);
    match order {
        DatatypeByteOrder::LittleEndian => {}
        DatatypeByteOrder::BigEndian => bytes[..cell.len()].reverse(),
        DatatypeByteOrder::Vax => return None,
    }
    Some(bytes)
}

fn integers<'a>(cells: impl Iterator<Item = &'a [u8]>, order: DatatypeByteOrder, signed: bool) -> Option<Column> {
    let (mut values, mut beyond) = (Vec::new(), false);
    for cell in cells {
        let bits = 64 - 8 * u32::try_from(cell.len().min(8)).ok()?;
        let word = u64::from_le_bytes(little_endian(cell, order)?);
        let value = if signed { (word << bits) as i64 >> bits } else { word as i64 };
        beyond |= !signed && value < 0;
        values.push(value);
    }
    // Unsigned numbers of 2^63 and more are no i64.
    Some(if beyond {
        Column::Number(values.iter().map(|v| *v as u64 as f64).collect())
    } else {
        Column::Integer(values)
    })
}

fn float(cell: &[u8], order: DatatypeByteOrder) -> Option<f64> {
    let [a, b, c, d, ..] = little_endian(cell, order)?;
    match cell.len() {
        2 => Some(half(u16::from_le_bytes([a, b]))),
        4 => Some(f64::from(f32::from_le_bytes([a, b, c, d]))),
        8 => Some(f64::from_le_bytes(little_endian(cell, order)?)),
        _ => None,
    }
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Text of fixed length ends at its first 0, whatever its padding is said to be.
fn text(cell: &[u8]) -> String {
    let end = cell.iter().position(|b| *b == 0).unwrap_or(cell.len());
    String::from_utf8_lossy(&cell[..end]).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdf5_pure::{make_f64_type, make_i8_type, make_u64_type};

    #[test]
    fn columns_come_out_of_records() {
        let mut bytes = Vec::new();
        for (code, value) in [(-1_i8, 2.5_f64), (3, f64::NAN)] {
            bytes.push(code as u8);
            bytes.extend(value.to_le_bytes());
        }
        assert_eq!(decode(&bytes, 9, 0, &make_i8_type()), Some(Column::Integer(vec![-1, 3])));
        let Some(Column::Number(numbers)) = decode(&bytes, 9, 1, &make_f64_type()) else { panic!("numbers") };
        assert!(numbers[0] == 2.5 && numbers[1].is_nan());
        assert_eq!(decode(&bytes, 9, 2, &make_f64_type()), None);
        let large = u64::MAX.to_le_bytes();
        assert_eq!(decode(&large, 8, 0, &make_u64_type()), Some(Column::Number(vec![u64::MAX as f64])));
    }

    #[test]
    fn half_precision_by_its_definition() {
        assert_eq!([0x3c00, 0xc000, 0x0001, 0x7bff].map(half), [1.0, -2.0, 2f64.powi(-24), 65504.0]);
        assert!(half(0x7e00).is_nan() && half(0xfc00) == f64::NEG_INFINITY);
    }
}
