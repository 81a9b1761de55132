//! A test part cut off from data that bring none: the same images for the same key, whatever the machine.

use reparam_core::noise::Key;

use super::{DataError, ImageSet, Split, TestOrigin};

/// Holds out `fraction` of the images (rounded, at least one), picked by a permutation under `seed`.
///
/// Both parts keep the order of the data.
///
/// # Errors
/// Fewer than two images.
pub(super) fn hold_out(set: &ImageSet, place: &str, fraction: f64, seed: u64) -> Result<Split, DataError> {
    let count = set.count();
    if count < 2 {
        return Err(DataError::Shape {
            place: place.into(),
            expected: "at least 2 images, one to learn from and one to hold out".into(),
            got: count.to_string(),
            hint: None,
        });
    }
    let held_out = ((count as f64 * fraction).round() as usize).clamp(1, count - 1);
    let mut is_test = vec![false; count];
    let order = Key::new(seed).site("hold-out").step(0).permutation(count);
    for &image in &order[..held_out] {
        is_test[image] = true;
    }
    let test = part(set, &is_test, true);
    let train = part(set, &is_test, false);
    Ok(Split { train, test, test_origin: TestOrigin::HeldOut { fraction, seed } })
}

/// The images whose flag equals `wanted`.
fn part(set: &ImageSet, flags: &[bool], wanted: bool) -> ImageSet {
    let chosen = || flags.iter().enumerate().filter(|&(_, &flag)| flag == wanted).map(|(image, _)| image);
    let mut pixels = Vec::with_capacity(chosen().count() * set.shape.pixels());
    chosen().for_each(|image| pixels.extend_from_slice(set.image(image)));
    let labels = set.labels.as_ref().map(|labels| chosen().map(|image| labels[image]).collect());
    ImageSet { pixels, labels, name: set.name.clone(), label_names: set.label_names.clone(), ..*set }
}

#[cfg(test)]
mod tests {
    use super::super::{ImageShape, PixelScale};
    use super::*;

    fn set(count: usize) -> ImageSet {
        ImageSet {
            name: "x".into(),
            shape: ImageShape { channels: 1, height: 1, width: 2 },
            pixels: (0..2 * count).map(|v| v as f32).collect(),
            labels: Some((0..count as u32).collect()),
            label_names: None,
            scale: PixelScale::Raw,
            white: 1.0,
        }
    }

    #[test]
    fn the_two_parts_are_disjoint_and_complete_and_keep_images_with_their_labels() {
        let split = hold_out(&set(61), "x", 1.0 / 6.0, 7).unwrap();
        assert_eq!((split.train.count(), split.test.count()), (51, 10));
        let mut all = Vec::new();
        for part in [&split.train, &split.test] {
            let labels = part.labels.as_ref().unwrap();
            for (i, &label) in labels.iter().enumerate() {
                assert_eq!(part.image(i), [2.0 * label as f32, 2.0 * label as f32 + 1.0]);
            }
            all.extend_from_slice(labels);
        }
        all.sort_unstable();
        assert_eq!(all, (0..61).collect::<Vec<u32>>());
    }

    #[test]
    fn the_choice_depends_on_the_seed_alone() {
        let choice = |seed| hold_out(&set(600), "x", 0.5, seed).unwrap().test.labels.unwrap();
        assert_eq!(choice(3), choice(3));
        assert_ne!(choice(3), choice(4));
    }

    #[test]
    fn both_parts_hold_an_image_even_for_extreme_fractions_and_one_image_is_refused() {
        let counts = |n, fraction| hold_out(&set(n), "x", fraction, 0).map(|s| (s.train.count(), s.test.count()));
        assert_eq!(counts(2, 1e-9).unwrap(), (1, 1));
        assert_eq!(counts(2, 1.0 - 1e-9).unwrap(), (1, 1));
        assert!(counts(1, 0.5).unwrap_err().to_string().starts_with("x: expected at least 2 images"));
    }
}
