//! idx, npy and npz files as they should be.

use reparam_cli::data::{ImageShape, PixelScale, ReadOptions, TestOrigin, ValueRule};

use super::files::{Folder, all_images, gz, idx, npy, npz, rule};

/// Three images of 2 x 2, in bytes.
const BYTES: [u8; 12] = [0, 51, 102, 153, 51, 0, 255, 0, 204, 1, 2, 3];

fn images_of_bytes() -> Vec<Vec<f32>> {
    BYTES.chunks(4).map(|image| image.iter().map(|&b| b as f32 / 255.0).collect()).collect()
}

#[test]
fn a_folder_of_idx_files_gives_both_parts_with_labels_plain_or_packed() {
    for packed in [false, true] {
        let folder = Folder::new();
        let write = |name: &str, bytes: Vec<u8>| {
            if packed { folder.write(&format!("{name}.gz"), gz(&bytes)) } else { folder.write(name, bytes) }
        };
        write("train-images-idx3-ubyte", idx(&[3, 2, 2], &BYTES));
        write("train-labels-idx1-ubyte", idx(&[3], &[7, 0, 9]));
        write("t10k-images-idx3-ubyte", idx(&[1, 2, 2], &[255, 0, 0, 51]));
        write("t10k-labels-idx1-ubyte", idx(&[1], &[4]));
        folder.write("SOURCE.txt", "other files are left alone");
        let split = folder.read("").unwrap();
        assert_eq!(split.test_origin, TestOrigin::Given);
        assert_eq!(split.train.shape, ImageShape { channels: 1, height: 2, width: 2 });
        assert_eq!(split.train.scale, PixelScale::Levels(256));
        assert_eq!(split.train.pixels, images_of_bytes().concat());
        assert_eq!(split.train.labels, Some(vec![7, 0, 9]));
        assert_eq!(split.test.pixels, [1.0, 0.0, 0.0, 0.2]);
        assert_eq!(split.test.labels, Some(vec![4]));
    }
}

#[test]
fn one_idx_file_is_read_with_the_labels_beside_it_and_a_test_part_is_held_out() {
    let folder = Folder::new();
    folder.write("train-images-idx3-ubyte.gz", gz(&idx(&[3, 2, 2], &BYTES)));
    let split = folder.read("train-images-idx3-ubyte.gz").unwrap();
    assert_eq!((split.train.count(), split.test.count(), split.train.labels.as_ref()), (2, 1, None));
    assert_eq!(split.test_origin, TestOrigin::HeldOut { fraction: 1.0 / 6.0, seed: 0 });
    assert_eq!(all_images(&split), images_of_bytes());
    assert_eq!(split.train.name, "train-images-idx3-ubyte");
    folder.write("train-labels-idx1-ubyte", idx(&[3], &[1, 2, 3]));
    let split = folder.read("train-images-idx3-ubyte.gz").unwrap();
    let mut labels = [split.train.labels.unwrap(), split.test.labels.unwrap()].concat();
    labels.sort_unstable();
    assert_eq!(labels, [1, 2, 3]);
    // Without a telling name the first bytes decide.
    folder.write("digits.bin", idx(&[3, 2, 2], &BYTES));
    assert_eq!(all_images(&folder.read("digits.bin").unwrap()), images_of_bytes());
}

#[test]
fn every_numeric_type_and_both_byte_orders_of_npy_give_the_same_images() {
    let folder = Folder::new();
    let values: [u8; 8] = [0, 1, 2, 3, 8, 4, 16, 5];
    let expected: Vec<Vec<f32>> =
        values.chunks(4).map(|image| image.iter().map(|&v| v as f32 / 16.0).collect()).collect();
    let bytes_of = |descr: &str| -> Vec<u8> {
        let one = |v: u8| match descr {
            "|u1" | "|i1" => vec![v],
            "<u2" | "<i2" => (v as u16).to_le_bytes().to_vec(),
            ">u2" | ">i2" => (v as u16).to_be_bytes().to_vec(),
            "<i4" | "<u4" => (v as u32).to_le_bytes().to_vec(),
            ">i4" => (v as u32).to_be_bytes().to_vec(),
            "<i8" | "<u8" => (v as u64).to_le_bytes().to_vec(),
            "<f4" => (v as f32).to_le_bytes().to_vec(),
            ">f4" => (v as f32).to_be_bytes().to_vec(),
            "<f8" => (v as f64).to_le_bytes().to_vec(),
            _ => (v as f64).to_be_bytes().to_vec(),
        };
        values.iter().flat_map(|&v| one(v)).collect()
    };
    let options = ReadOptions { max_value: Some(16.0), ..ReadOptions::default() };
    for descr in
        ["|u1", "|i1", "<u2", "<i2", ">u2", ">i2", "<i4", "<u4", ">i4", "<i8", "<u8", "<f4", ">f4", "<f8", ">f8"]
    {
        folder.write("x.npy", npy(descr, false, &[2, 2, 2], &bytes_of(descr)));
        assert_eq!(all_images(&folder.read_with("x.npy", &options).unwrap()), expected, "{descr}");
    }
    folder.write("x.npy", npy("|b1", false, &[2, 2, 2], &[0, 1, 1, 0, 1, 1, 0, 1]));
    let split = folder.read_with("x.npy", &rule(ValueRule::Binary)).unwrap();
    assert_eq!(all_images(&split), [[0., 1., 1., 0.], [1., 1., 0., 1.]]);
}

#[test]
fn every_shape_of_npy_in_either_order_gives_the_same_images() {
    let folder = Folder::new();
    // Two images of 2 x 2 in red, green, blue; channels first, in C order.
    let first: Vec<u8> = (0..24).map(|v| v * 10).collect();
    let at = |n: usize, c: usize, h: usize, w: usize| first[((n * 3 + c) * 2 + h) * 2 + w];
    let mut last = Vec::new();
    let mut fortran = Vec::new();
    for (n, h, w, c) in (0..2).flat_map(|n| (0..4).flat_map(move |p| (0..3).map(move |c| (n, p / 2, p % 2, c)))) {
        last.push(at(n, c, h, w));
    }
    for (w, h, c, n) in (0..4).flat_map(|p| (0..3).flat_map(move |c| (0..2).map(move |n| (p / 2, p % 2, c, n)))) {
        fortran.push(at(n, c, h, w));
    }
    let shape = ImageShape { channels: 3, height: 2, width: 2 };
    let expected: Vec<f32> = first.iter().map(|&v| v as f32 / 255.0).collect();
    let options = ReadOptions { image_shape: Some(shape), ..ReadOptions::default() };
    for (bytes, order, lengths) in [
        (&first, false, &[2, 3, 2, 2][..]),
        (&first, false, &[2, 12]),
        (&last, false, &[2, 2, 2, 3]),
        (&fortran, true, &[2, 3, 2, 2]),
    ] {
        folder.write("x.npy", npy("|u1", order, lengths, bytes));
        let split = folder.read_with("x.npy", &options).unwrap();
        assert_eq!((all_images(&split).concat(), split.train.shape), (expected.clone(), shape), "{lengths:?}");
    }
}

#[test]
fn an_npz_gives_both_parts_by_name_or_one_part_and_its_labels() {
    let folder = Folder::new();
    let images = |n: u64| npy("|u1", false, &[n, 2, 2], &BYTES[..4 * n as usize]);
    let labels = |n: u64| npy("<i8", false, &[n], &[3_i64, 1, 2].map(i64::to_le_bytes).concat()[..8 * n as usize]);
    folder.write(
        "both.npz",
        npz(&[
            ("x_train.npy", images(3)),
            ("y_train.npy", labels(3)),
            ("x_test.npy", images(1)),
            ("y_test.npy", labels(1)),
        ]),
    );
    let split = folder.read("both.npz").unwrap();
    assert_eq!(split.test_origin, TestOrigin::Given);
    assert_eq!((split.train.pixels, split.train.labels), (images_of_bytes().concat(), Some(vec![3, 1, 2])));
    assert_eq!((split.test.count(), split.test.labels), (1, Some(vec![3])));
    for (key, label_key) in [("X.npy", "y.npy"), ("images.npy", "labels.npy"), ("arr_0.npy", "arr_1.npy")] {
        folder.write("one.npz", npz(&[(label_key, labels(3)), (key, images(3))]));
        let split = folder.read("one.npz").unwrap();
        assert_eq!((split.train.count(), split.test.count()), (2, 1));
        assert_eq!(all_images(&split), images_of_bytes());
        assert!(split.train.labels.is_some() && split.test.labels.is_some());
    }
}

#[test]
fn the_two_parts_share_one_scale() {
    let folder = Folder::new();
    let part = |values: [u8; 2]| npy("<u2", false, &[1, 1, 2], &values.map(|v| (v as u16).to_le_bytes()).concat());
    folder.write("x.npz", npz(&[("x_train.npy", part([0, 8])), ("x_test.npy", part([16, 4]))]));
    let split = folder.read("x.npz").unwrap();
    assert_eq!((split.train.pixels, split.test.pixels), (vec![0.0, 0.5], vec![1.0, 0.25]));
    assert_eq!((split.train.scale, split.test.scale), (PixelScale::Levels(17), PixelScale::Levels(17)));
}

#[test]
fn the_same_seed_holds_out_the_same_images() {
    let folder = Folder::new();
    let values: Vec<u8> = (0..200).collect();
    folder.write("x.npy", npy("|u1", false, &[200, 1], &values));
    let held_out = |seed| {
        let options = ReadOptions { seed, test_fraction: 0.25, ..ReadOptions::default() };
        let split = folder.read_with("x.npy", &options).unwrap();
        assert_eq!(split.test_origin, TestOrigin::HeldOut { fraction: 0.25, seed });
        assert_eq!((split.train.count(), split.test.count()), (150, 50));
        split.test.pixels
    };
    assert_eq!(held_out(1), held_out(1));
    assert_ne!(held_out(1), held_out(2));
}
