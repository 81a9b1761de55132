//! Faults of paths and of idx files: one error each.

use reparam_cli::data::{DataError, ReadOptions, read};

use super::files::{Folder, gz, idx};

#[test]
fn a_path_that_does_not_exist() {
    assert_eq!(Folder::new().fault("none.npy"), "none.npy: no such file or folder");
}

#[cfg(unix)]
#[test]
fn a_path_without_permission() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let path = folder.write("x.csv", "1,2,3,4\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything: then there is nothing to refuse.
    if std::fs::File::open(&path).is_err() {
        assert_eq!(folder.fault("x.csv"), "x.csv: no permission to read it");
    }
}

#[test]
fn an_empty_file_of_any_format() {
    let folder = Folder::new();
    for name in ["x.csv", "x.npy", "x.npz", "x-idx3-ubyte", "x-idx3-ubyte.gz", "x"] {
        folder.write(name, "");
        assert_eq!(folder.fault(name), format!("{name}: expected at least one byte, got none"));
    }
}

#[test]
fn an_empty_folder_and_one_with_hidden_files_only() {
    let folder = Folder::new();
    assert!(folder.fault("").ends_with("expected PNG images, got none"));
    folder.write(".hidden", "x");
    assert!(folder.fault("").ends_with("expected PNG images, got none"));
}

#[test]
fn a_file_of_no_known_format() {
    let folder = Folder::new();
    folder.write("x.jpg", [0xff, 0xd8, 0xff, 0xe0]);
    let message = folder.fault("x.jpg");
    assert!(message.starts_with("x.jpg: expected a folder of idx files"), "{message}");
    assert!(message.ends_with("got a file that starts with ff d8 ff e0"), "{message}");
    folder.write("x.png", b"\x89PNG\r\n\x1a\n");
    assert!(folder.read("x.png").unwrap_err().hint().unwrap().contains("folder"));
    folder.write("x.csv.gz", gz(b"1,2,3,4\n"));
    assert!(folder.fault("x.csv.gz").ends_with("got a packed table"));
}

#[cfg(unix)]
#[test]
fn a_device_instead_of_a_file() {
    let error = read("/dev/null".as_ref(), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "/dev/null: expected a regular file, got a pipe or a device");
}

#[test]
fn a_wrong_magic_number() {
    let folder = Folder::new();
    let name = "train-images-idx3-ubyte";
    folder.write(name, "PK\x03\x04 and so on");
    let rule = "byte 0: expected the idx magic number 00 00 08 03 of images";
    assert_eq!(folder.fault(name), format!("{name}: {rule}, got 50 4b 03 04"));
    // A file of labels in the place of images.
    folder.write(name, idx(&[3], &[1, 2, 3]));
    assert_eq!(folder.fault(name), format!("{name}: {rule}, got 00 00 08 01"));
    folder.write("x-idx3-ubyte.gz", idx(&[1, 1, 1], &[0]));
    assert!(folder.fault("x-idx3-ubyte.gz").contains("byte 0: expected gzip's 1f 8b"));
}

#[test]
fn an_element_type_that_is_not_read() {
    let folder = Folder::new();
    let mut bytes = idx(&[1, 2, 2], &[0; 16]);
    bytes[2] = 0x0d;
    folder.write("x.idx", bytes);
    assert_eq!(folder.fault("x.idx"), "x.idx: byte 2: expected element type 08 (unsigned byte), got 0d (32-bit float)");
}

#[test]
fn a_file_that_is_cut_short_anywhere() {
    let folder = Folder::new();
    let whole = idx(&[2, 2, 2], &[7; 8]);
    for len in 1..whole.len() {
        folder.write("x.idx", &whole[..len]);
        let expected = if len < 4 {
            4
        } else if len < 16 {
            16
        } else {
            24
        };
        assert_eq!(
            folder.fault("x.idx"),
            format!("x.idx: expected {expected} bytes, got {len}: the file is cut short")
        );
    }
}

#[test]
fn a_packed_file_that_is_cut_short_anywhere() {
    let folder = Folder::new();
    let values: Vec<u8> = (0..=255).collect();
    let whole = gz(&idx(&[4, 8, 8], &values));
    for len in 2..whole.len() {
        folder.write("x-idx3-ubyte.gz", &whole[..len]);
        let error = folder.read("x-idx3-ubyte.gz").unwrap_err();
        // Without its last bytes, which hold the checksum, all data may still be there.
        let message = error.to_string();
        let cut_sum = whole.len() - len <= 8 && message.ends_with("got damaged data (its checksum is cut off)");
        assert!(
            cut_sum || matches!(error, DataError::Truncated { .. } | DataError::Announced { .. }),
            "{len}: {error}"
        );
    }
}

#[test]
fn bytes_after_the_announced_end() {
    let folder = Folder::new();
    let bytes = idx(&[1, 2, 2], &[1, 2, 3, 4, 5]);
    folder.write("x.idx", &bytes);
    folder.write("x.idx.gz", gz(&bytes));
    for name in ["x.idx", "x.idx.gz"] {
        let message = format!("{name}: expected 20 bytes, got more: data go on after the announced end");
        assert_eq!(folder.fault(name), message);
    }
}

#[test]
fn a_header_that_announces_more_than_the_file_can_hold() {
    let folder = Folder::new();
    // 2^20 x 2^20 x 2^20 = 2^60 pixels, and 2^32 - 1 cubed, whose product overflows.
    let cases = [
        (1 << 20, "1152921504606846992", "expected 1152921504606846992 bytes, got 116: the file is cut short"),
        (u32::MAX, "2^63 or more", "expected at most 116 bytes, got a header that announces 2^63 or more"),
    ];
    for (length, announced, plain) in cases {
        let bytes = idx(&[length; 3], &[0; 100]);
        folder.write("x.idx", &bytes);
        assert_eq!(folder.fault("x.idx"), format!("x.idx: {plain}"));
        let packed = gz(&bytes);
        folder.write("x.idx.gz", &packed);
        let limit = packed.len() * 1032;
        assert_eq!(
            folder.fault("x.idx.gz"),
            format!("x.idx.gz: expected at most {limit} bytes, got a header that announces {announced}")
        );
    }
}

#[test]
fn a_packed_file_that_unpacks_to_more_than_announced_is_not_unpacked_further() {
    let folder = Folder::new();
    folder.write("x.idx.gz", gz(&idx(&[2, 2, 2], &vec![0; 1 << 22])));
    assert_eq!(folder.fault("x.idx.gz"), "x.idx.gz: expected 24 bytes, got more: data go on after the announced end");
}

#[test]
fn damaged_packed_data_and_rubbish_behind_them() {
    let folder = Folder::new();
    let whole = gz(&idx(&[2, 2, 2], &[7; 8]));
    let mut wrong_sum = whole.clone();
    let at = whole.len() - 6;
    wrong_sum[at] ^= 1;
    folder.write("x.idx.gz", wrong_sum);
    assert!(folder.fault("x.idx.gz").starts_with("x.idx.gz: expected a gzip stream, got damaged data ("));
    for rubbish in [&b"x"[..], b"rubbish behind the end"] {
        folder.write("x.idx.gz", [&whole[..], rubbish].concat());
        let message = "x.idx.gz: expected 24 bytes, got more: data go on after the announced end";
        assert_eq!(folder.fault("x.idx.gz"), message);
    }
}

#[test]
fn as_many_labels_as_images() {
    let folder = Folder::new();
    folder.write("train-images-idx3-ubyte", idx(&[2, 2, 2], &[7; 8]));
    folder.write("train-labels-idx1-ubyte", idx(&[3], &[1, 2, 3]));
    assert_eq!(
        folder.fault(""),
        "train-labels-idx1-ubyte: expected 2 labels, one for each image in train-images-idx3-ubyte, got 3"
    );
}

#[test]
fn images_without_pixels_or_no_images() {
    let folder = Folder::new();
    folder.write("x.idx", idx(&[0, 28, 28], &[]));
    assert_eq!(folder.fault("x.idx"), "x.idx: expected at least one image, got none");
    folder.write("x.idx", idx(&[5, 0, 28], &[]));
    assert!(folder.fault("x.idx").ends_with("and no axis of length 0, got [5, 0, 28]"));
    folder.write("x.idx", idx(&[1, 2, 2], &[0; 4]));
    assert!(folder.fault("x.idx").contains("expected at least 2 images"));
}

#[test]
fn parts_of_unequal_shape_and_two_files_for_one_part() {
    let folder = Folder::new();
    folder.write("train-images-idx3-ubyte", idx(&[1, 2, 2], &[7; 4]));
    folder.write("t10k-images-idx3-ubyte", idx(&[1, 2, 3], &[7; 6]));
    let message = "t10k-images-idx3-ubyte: expected images of 1x2x2 as in train-images-idx3-ubyte, got 1x2x3";
    assert_eq!(folder.fault(""), message);
    folder.write("more-train-images-idx3-ubyte", idx(&[1, 2, 2], &[7; 4]));
    assert!(folder.fault("").starts_with("train-images-idx3-ubyte: expected one file of images for each"));
    let folder = Folder::new();
    folder.write("train-labels-idx1-ubyte", idx(&[1], &[7]));
    assert!(folder.fault("").contains("expected an idx file with 'images' in its name, got train-labels-idx1-ubyte"));
}

#[test]
fn an_idx_file_that_is_there_twice() {
    let folder = Folder::new();
    let images = idx(&[2, 2, 2], &[7; 8]);
    folder.write("train-images-idx3-ubyte", &images);
    folder.write("train-images-idx3-ubyte.gz", gz(&images));
    assert_eq!(
        folder.fault(""),
        "train-images-idx3-ubyte.gz: expected each idx file once, plain or packed, got the packed twin of \
         train-images-idx3-ubyte"
    );
    // A file that is named takes the labels that are packed as it is.
    folder.write("train-labels-idx1-ubyte", idx(&[2], &[1, 2]));
    folder.write("train-labels-idx1-ubyte.gz", gz(&idx(&[3], &[1, 2, 3])));
    assert!(folder.read("train-images-idx3-ubyte").is_ok());
    assert!(folder.fault("train-images-idx3-ubyte.gz").starts_with("train-labels-idx1-ubyte.gz: expected 2 labels"));
}

#[cfg(unix)]
#[test]
fn a_name_that_would_move_the_cursor_is_shown() {
    let folder = Folder::new();
    folder.write("a\u{1b}[2J\nb.csv", "1,2\u{1b},3,4\n");
    let message = folder.read("a\u{1b}[2J\nb.csv").unwrap_err().to_string();
    assert!(message.ends_with("a\\x1b[2J\\nb.csv:1: column 2: expected a number, got '2\\x1b'"), "{message}");
}

#[test]
fn a_missing_file_has_a_hint() {
    let hint = Folder::new().read("none.npy").unwrap_err().hint().unwrap();
    assert!(hint.contains("check the spelling"), "{hint}");
}
