//! Faults of npy and npz files: one error each.

use reparam_cli::data::{DataError, ReadOptions, ValueRule};

use super::files::{Folder, npy, npy_header, npz, rule};

/// The message for one npy file.
fn npy_fault(bytes: &[u8]) -> String {
    let folder = Folder::new();
    folder.write("x.npy", bytes);
    folder.fault("x.npy")
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

#[test]
fn a_wrong_magic_number_or_version() {
    assert_eq!(npy_fault(b"PK\x03\x04rest"), "x.npy: byte 0: expected npy's 93 4e 55 4d 50 59, got 50 4b 03 04 72 65");
    assert_eq!(npy_fault(b"\x93NUMPY\x07\0\x10\0"), "x.npy: byte 6: expected npy version 1, 2 or 3, got 7");
}

#[test]
fn types_that_are_no_numbers_or_not_read() {
    let rule = "expected whole numbers, booleans, or 32- or 64-bit floating point";
    for (descr, got) in
        [("|O", "python objects ('|O')"), ("<U3", "'<U3'"), ("<c8", "'<c8'"), ("<f2", "'<f2'"), ("<M8[D]", "'<M8[D]'")]
    {
        assert_eq!(npy_fault(&npy(descr, false, &[2, 4], &[0; 64])), format!("x.npy: {rule}, got {got}"));
    }
    let record = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 4), }\n";
    assert_eq!(npy_fault(&npy_header(record, &[0; 32])), format!("x.npy: {rule}, got a record type"));
    let folder = Folder::new();
    folder.write("x.npy", npy("<f2", false, &[2, 4], &[0; 16]));
    assert!(folder.read("x.npy").unwrap_err().hint().unwrap().contains("astype"));
}

#[test]
fn shapes_that_are_no_images() {
    for (shape, bytes, got) in [
        (&[4][..], 4, "[4]"),
        (&[], 1, "[]"),
        (&[2, 2, 2, 2], 16, "[2, 2, 2, 2]"),
        (&[1, 1, 1, 2, 2], 4, "[1, 1, 1, 2, 2]"),
        (&[2, 0, 2], 0, "[2, 0, 2]"),
    ] {
        let message = npy_fault(&npy("|u1", false, shape, &vec![0; bytes]));
        assert!(message.starts_with("x.npy: expected images [N, P], [N, H, W]"), "{message}");
        assert!(message.ends_with(&format!("got {got}")), "{message}");
    }
    assert_eq!(npy_fault(&npy("|u1", false, &[0, 4], &[])), "x.npy: expected at least one image, got none");
    let message = npy_fault(&npy("|u1", false, &[2, 6], &[0; 12]));
    assert!(message.ends_with("a square number of values an image, or the image shape, got 6 values an image"));
}

#[test]
fn more_or_fewer_bytes_than_announced() {
    let whole = npy("<f4", false, &[2, 4], &floats(&[0.5; 8]));
    let len = whole.len();
    let message = npy_fault(&whole[..len - 1]);
    assert_eq!(message, format!("x.npy: expected {len} bytes, got {}: the file is cut short", len - 1));
    let message = npy_fault(&[&whole[..], &[0]].concat());
    assert_eq!(message, format!("x.npy: expected {len} bytes, got more: data go on after the announced end"));
    for cut in 1..len {
        let message = npy_fault(&whole[..cut]);
        assert!(message.ends_with(&format!("got {cut}: the file is cut short")), "{message}");
    }
}

#[test]
fn lengths_beyond_any_file() {
    let message = npy_fault(&npy("<f4", false, &[1 << 20, 1 << 20, 1 << 20], &[0; 64]));
    assert!(message.contains("expected 4611686018427387997 bytes"), "{message}");
    for shape in [&[1 << 30, 1 << 30, 1 << 30][..], &[u64::MAX, 4], &[0, u64::MAX, u64::MAX]] {
        let message = npy_fault(&npy("<f4", false, shape, &[0; 64]));
        assert!(message.starts_with("x.npy: byte 10: expected "), "{message}");
    }
}

#[test]
fn headers_that_are_no_dictionary() {
    let deep = "[".repeat(60_000);
    for (header, fault) in [
        ("", "a dictionary with 'descr', 'fortran_order' and 'shape', got nothing"),
        ("{}", "a field 'descr', the type of the values, got a header without it"),
        ("{'descr': '<f4'}", "a field 'fortran_order', got a header without it"),
        ("{'descr': '<f4', 'fortran_order': False}", "a field 'shape', got a header without it"),
        ("[1, 2]", "a dictionary with 'descr', 'fortran_order' and 'shape', got '[1, 2]'"),
        ("{'descr': 'x', 'fortran_order': 0, 'shape': 7}", "'fortran_order' to be True or False, got '0'"),
        ("{'descr': '<f4', 'fortran_order': True, 'shape': 7}", "'shape' to be whole numbers in parentheses, got '7'"),
        (
            "{'descr': '<f4', 'fortran_order': True, 'shape': (-1, 4)}",
            "'shape' to be whole numbers in parentheses, got '(-1, 4)'",
        ),
        (
            "{'descr': 'nonsense', 'fortran_order': True, 'shape': (1, 4)}",
            "'descr' to be a type of NumPy, got ''nonsense''",
        ),
        (&deep, "a dictionary with"),
    ] {
        let message = npy_fault(&npy_header(header, &[0; 16]));
        assert!(message.starts_with(&format!("x.npy: byte 10: expected {fault}")), "{message}");
        assert!(message.len() < 200 && !message.contains('\n'), "{message}");
    }
    let long = [b"\x93NUMPY\x02\x00".as_slice(), &u32::MAX.to_le_bytes(), &[0; 8]].concat();
    assert_eq!(npy_fault(&long), "x.npy: byte 8: expected a header of at most 65536 bytes, got 4294967295");
}

#[test]
fn values_outside_the_rule_of_the_likelihood() {
    let folder = Folder::new();
    let fault = |values: &[f32], value_range| {
        folder.write("x.npy", npy("<f4", false, &[2, 1, 3], &floats(values)));
        folder.fault_with("x.npy", &rule(value_range))
    };
    let place = "x.npy: image 1, row 0, column 2";
    let unit = ValueRule::UnitInterval;
    for (value, got) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        for value_range in [unit, ValueRule::AnyFinite] {
            let message = fault(&[0., 0., 0., 0., 0., value], value_range);
            assert_eq!(
                message.replace("image 1: ", "image 1, "),
                format!("{place}: expected a finite number, got '{got}'")
            );
        }
    }
    let cases = [
        (1.5, unit, "a number in [0, 1], got '1.5'"),
        (-0.25, unit, "a number in [0, 1], got '-0.25'"),
        (0.5, ValueRule::Binary, "0 or 1, got '0.5'"),
        (0.4, ValueRule::Levels(5), "a multiple of 1/4 in [0, 1], got '0.4'"),
    ];
    for (value, value_range, message) in cases {
        let found = fault(&[0., 0., 0., 0., 1., value], value_range);
        assert_eq!(found.replace("image 1: ", "image 1, "), format!("{place}: expected {message}"));
    }
    folder.write("x.npy", npy("<f8", false, &[2, 1, 1], &[0.0_f64, 1e300].map(f64::to_le_bytes).concat()));
    assert_eq!(
        folder.fault("x.npy"),
        "x.npy: entry [1, 0, 0]: expected a number of at most 3.4e38 in size, got '1e300'"
    );
    folder.write("x.npy", npy("<f4", false, &[2, 1, 3], &floats(&[0., 0., 0., 0., 7., 16.])));
    let hint = folder.read("x.npy").unwrap_err().hint().unwrap();
    assert!(hint.contains("--max-value 16"), "{hint}");
}

#[test]
fn an_image_shape_that_does_not_fit() {
    let folder = Folder::new();
    folder.write("x.npy", npy("|u1", false, &[2, 4], &[0; 8]));
    let shape = reparam_cli::data::ImageShape { channels: 1, height: 2, width: 3 };
    let options = ReadOptions { image_shape: Some(shape), ..ReadOptions::default() };
    let message = folder.fault_with("x.npy", &options);
    assert_eq!(message, "x.npy: expected 6 values an image (1x2x3), got 4 values an image");
}

#[test]
fn an_archive_without_images() {
    let folder = Folder::new();
    let images = npy("|u1", false, &[2, 4], &[0; 8]);
    folder.write("x.npz", npz(&[("weights.npy", images.clone()), ("bias.npy", images)]));
    let message = folder.fault("x.npz");
    assert!(message.starts_with("x.npz: expected an array with one of the names x_train,"), "{message}");
    assert!(message.ends_with("got weights, bias"), "{message}");
    folder.write("x.npz", npz(&[]));
    assert!(folder.fault("x.npz").ends_with("got an archive without arrays"));
}

#[test]
fn labels_that_are_none() {
    let folder = Folder::new();
    let images = || ("x.npy", npy("|u1", false, &[2, 4], &[0; 8]));
    let fault = |labels: Vec<u8>| {
        folder.write("x.npz", npz(&[images(), ("y.npy", labels)]));
        folder.fault("x.npz")
    };
    let message = fault(npy("|u1", false, &[3], &[0; 3]));
    assert_eq!(message, "x.npz: y.npy: expected 2 labels, one for each image in x.npz: x.npy, got 3");
    let message = fault(npy("<f4", false, &[2], &floats(&[1.0, 0.5])));
    assert_eq!(message, "x.npz: y.npy: entry 1: expected a class number, whole and in [0, 16777215], got 0.5");
    let message = fault(npy("|i1", false, &[2], &[255, 0]));
    assert!(message.ends_with("got -1"), "{message}");
    let message = fault(npy("|u1", false, &[2, 10], &[0; 20]));
    assert_eq!(message, "x.npz: y.npy: expected labels [N] or [N, 1], got [2, 10]");
}

#[test]
fn an_archive_that_is_damaged_or_none() {
    let folder = Folder::new();
    let whole = npz(&[("x.npy", npy("|u1", false, &[2, 16], &[3; 32]))]);
    folder.write("x.npz", b"\x93NUMPY");
    assert_eq!(folder.fault("x.npz"), "x.npz: byte 0: expected zip's 50 4b, for an npz archive, got 93 4e 55 4d 50 59");
    folder.write("x.npz", &whole[..whole.len() / 2]);
    assert!(folder.fault("x.npz").starts_with("x.npz: expected a zip archive, got damaged data ("));
    // One bit of the packed bytes, which begin after the local header of 30 bytes and the name.
    let mut bytes = whole.clone();
    bytes[50] ^= 4;
    folder.write("x.npz", bytes);
    let error = folder.read("x.npz").unwrap_err();
    assert!(error.to_string().contains("x.npz: x.npy: "), "{error}");
    assert!(matches!(error, DataError::Damaged { .. } | DataError::Magic { .. } | DataError::Header { .. }), "{error}");
}

#[test]
fn an_archive_that_unpacks_to_more_than_it_says() {
    let folder = Folder::new();
    let image = npy("|u1", false, &[2, 4], &vec![0; 1 << 22]);
    folder.write("x.npz", npz(&[("x.npy", image)]));
    let message = folder.fault("x.npz");
    assert!(message.ends_with("got more: data go on after the announced end"), "{message}");
    let lying = npy("|u1", false, &[1 << 20, 1 << 20], &[0; 64]);
    folder.write("x.npz", npz(&[("x.npy", lying)]));
    let message = folder.fault("x.npz");
    assert!(message.starts_with("x.npz: x.npy: expected at most "), "{message}");
}

#[test]
fn parts_of_unequal_shape() {
    let folder = Folder::new();
    let part = |len| npy("|u1", false, &[1, 1, len], &vec![0; len as usize]);
    folder.write("x.npz", npz(&[("x_train.npy", part(4)), ("x_test.npy", part(5))]));
    let message = folder.fault("x.npz");
    assert_eq!(message, "x.npz: x_test.npy: expected images of 1x1x4 as in x.npz: x_train.npy, got 1x1x5");
}
