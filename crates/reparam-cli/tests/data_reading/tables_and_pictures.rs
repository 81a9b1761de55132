//! CSV tables and folders of PNG images as they should be.

use png::{BitDepth, ColorType};
use reparam_cli::data::{ImageShape, PixelScale, ReadOptions, TestOrigin};

use super::files::{Folder, all_images, png, png_grey, png_palette};

#[test]
fn a_table_is_read_with_or_without_header_and_labels() {
    let folder = Folder::new();
    let expected = vec![vec![0.0, 0.25, 0.5, 0.75], vec![1.0, 0.0, 0.0, 0.5]];
    for text in [
        "0,4,8,12\n16,0,0,8\n",
        "a,b,c,d\r\n0,4,8,12\r\n16,0,0,8",
        "0,1,2,3\n0,4,8,12\n16,0,0,8\n",
        "0.0;4.0;8.0;12.0\n\n16.0;0.0;0.0;8.0\n",
        "\u{feff}p1\tp2\tp3\tp4\n0\t4\t8\t12\n16\t0\t0\t8\n",
        "\"a\",\"b\",\"c\",\"d\"\n\"0\" , 4, 8, 12\n16,0,0,8\n",
    ] {
        folder.write("x.csv", text);
        let split = folder.read("x.csv").unwrap();
        assert_eq!((all_images(&split), split.train.scale), (expected.clone(), PixelScale::Levels(17)), "{text:?}");
    }
    let labelled = |text: &str, column: Option<&str>| {
        folder.write("x.csv", text);
        let options = ReadOptions { label_column: column.map(str::to_owned), ..ReadOptions::default() };
        let split = folder.read_with("x.csv", &options).unwrap();
        assert_eq!(all_images(&split), expected, "{text:?}");
        let dark_first = split.train.image(0)[0] == 0.0;
        let labels = [split.train.labels.unwrap(), split.test.labels.unwrap()].concat();
        (if dark_first { labels } else { labels.into_iter().rev().collect() }, split.train.label_names)
    };
    let names = Some(vec!["cat".to_owned(), "dog".to_owned()]);
    assert_eq!(labelled("a,b,Label,c,d\n0,4,7,8,12\n16,0,3,0,8\n", None), (vec![7, 3], None));
    assert_eq!(labelled("class,0,1,2,3\ndog,0,4,8,12\ncat,16,0,0,8\n", None), (vec![1, 0], names.clone()));
    assert_eq!(labelled("9,0,4,8,12\n5,16,0,0,8\n", Some("1")), (vec![9, 5], None));
    assert_eq!(labelled("a,b,c,d,Kind\n0,4,8,12,dog\n16,0,0,8,cat\n", Some("kind")), (vec![1, 0], names));
}

#[test]
fn pictures_of_every_kind_are_read_and_subfolders_name_classes() {
    let folder = Folder::new();
    folder.write("cat/1.png", png_grey(3, 1, &[0, 51, 102]));
    folder.write("dog/2.PNG", png_grey(3, 1, &[255, 204, 153]));
    folder.write(".hidden", "left alone");
    folder.write("dog/.DS_Store", "left alone");
    let split = folder.read("").unwrap();
    assert_eq!(split.train.shape, ImageShape { channels: 1, height: 1, width: 3 });
    assert_eq!(all_images(&split), [[0.0, 0.2, 0.4], [1.0, 0.8, 0.6]]);
    assert_eq!(split.train.label_names, Some(vec!["cat".into(), "dog".into()]));

    let palette = [0, 0, 0, 255, 51, 0];
    let sixteen: Vec<u8> = [0_u16, 13107, 65535].iter().flat_map(|v| v.to_be_bytes()).collect();
    let cases = [
        (
            png(1, 2, ColorType::Rgb, BitDepth::Eight, &[255, 51, 0, 102, 0, 255]),
            "3x2x1",
            vec![1.0, 0.4, 0.2, 0.0, 0.0, 1.0],
        ),
        (
            png_palette(2, 1, ColorType::Indexed, BitDepth::Eight, &palette, &[1, 0]),
            "3x1x2",
            vec![1.0, 0.0, 0.2, 0.0, 0.0, 0.0],
        ),
        (png(3, 1, ColorType::Grayscale, BitDepth::Sixteen, &sixteen), "1x1x3", vec![0.0, 0.2, 1.0]),
        (png(4, 1, ColorType::Grayscale, BitDepth::One, &[0b1010_0000]), "1x1x4", vec![1.0, 0.0, 1.0, 0.0]),
        (png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, &[51, 255, 0, 255]), "1x1x2", vec![0.2, 0.0]),
    ];
    for (image, shape, pixels) in cases {
        let folder = Folder::new();
        folder.write("train/a.png", &image);
        folder.write("test/a.png", &image);
        let split = folder.read("").unwrap();
        assert_eq!(split.test_origin, TestOrigin::Given);
        assert_eq!((split.train.shape.to_string(), split.train.pixels.clone()), (shape.into(), pixels));
        assert_eq!(split.train, split.test);
    }
}
