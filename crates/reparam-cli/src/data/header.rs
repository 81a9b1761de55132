//! The first row of a table: whether it names the columns, and which of them holds labels.

use csv::ByteRecord;

use super::DataError;

/// Columns that hold labels without being asked for.
const LABEL_NAMES: &[&str] = &["label", "labels", "class", "target"];

/// A number, finite or not; the short way for plain digits is most of the work on files of grey levels.
pub(super) fn number(field: &[u8]) -> Option<f64> {
    if (1..=6).contains(&field.len()) && field.iter().all(u8::is_ascii_digit) {
        return Some(field.iter().fold(0_u32, |n, digit| n * 10 + (digit - b'0') as u32) as f64);
    }
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// A field as a column's name; `numpy.savetxt` puts `#` before the first.
fn column_name(field: &[u8]) -> String {
    String::from_utf8_lossy(field).trim_start_matches('#').trim().to_lowercase()
}

/// Whether the first row names the columns: half of it is no number, or it names a column of labels, or its numbers
/// count up from 0 or 1 as pandas' default names do. Any other row with a field that is no number is a faulty image.
pub(super) fn is_header(record: &ByteRecord, wanted: Option<&str>) -> bool {
    let numbers: Vec<f64> = record.iter().filter_map(number).collect();
    let words = record.len() - numbers.len();
    let counts_up = numbers.len() > 2
        && (numbers[0] == 0.0 || numbers[0] == 1.0)
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0);
    let names_labels = || {
        record.iter().filter(|field| number(field).is_none()).any(|field| {
            let name = column_name(field);
            LABEL_NAMES.contains(&name.as_str()) || wanted.is_some_and(|wanted| name == wanted.to_lowercase())
        })
    };
    counts_up || words > 0 && (2 * words >= record.len() || names_labels())
}

/// The column with labels: the one asked for, or the one with a usual name.
pub(super) fn label_column(
    first: &ByteRecord,
    has_header: bool,
    wanted: Option<&str>,
    place: &str,
) -> Result<Option<usize>, DataError> {
    let names: Vec<String> = if has_header { first.iter().map(column_name).collect() } else { Vec::new() };
    let Some(wanted) = wanted else {
        return Ok(names.iter().position(|name| LABEL_NAMES.contains(&name.as_str())));
    };
    let by_name = names.iter().position(|name| *name == wanted.to_lowercase());
    let by_number = || wanted.parse().ok().filter(|number| (1..=first.len()).contains(number)).map(|n: usize| n - 1);
    by_name.or_else(by_number).map(Some).ok_or_else(|| DataError::Missing {
        place: place.into(),
        expected: format!("a column named '{wanted}', or a column number in [1, {}]", first.len()),
        got: match names.len() {
            0 => "a table without a header".into(),
            1..=20 => names.join(", "),
            many => format!("{}, … ({many} columns)", names[..20].join(", ")),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_told_from_a_row() {
        let cases = [
            (&["label", "1x1", "1x2"][..], true),
            (&["label", "0", "1", "2"], true),
            (&["0", "1", "2", "3"], true),
            (&["1", "2", "3"], true),
            (&["id", "a", "2"], true),
            (&["0", "0", "0", "3"], false),
            (&["0", "5", "x", "3"], false),
            (&["NaN", "0", "1"], false),
            (&["", "7", "1"], false),
        ];
        for (fields, expected) in cases {
            assert_eq!(is_header(&ByteRecord::from(fields.to_vec()), None), expected, "{fields:?}");
        }
        assert!(is_header(&ByteRecord::from(vec!["Kind", "7", "7", "7", "7"]), Some("kind")));
    }

    #[test]
    fn numbers_parse_alike_on_both_ways() {
        for (text, value) in [("0", 0.0), ("000255", 255.0), ("1234567", 1234567.0), ("5.0", 5.0), ("-1e-3", -1e-3)] {
            assert_eq!(number(text.as_bytes()), Some(value));
        }
        assert_eq!(number(b""), None);
        assert_eq!(number(b"1 2"), None);
        assert_eq!(number(b"\xff"), None);
    }
}
