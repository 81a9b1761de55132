//! The page of a run: whole, honest about what is missing, and standing on its own.

#[path = "report_fixture/checks.rs"]
mod checks;
#[path = "report_fixture/run.rs"]
mod run;

use checks::{Made, assert_self_contained, assert_well_formed};
use reparam_cli::report::number::Measured;
use reparam_cli::report::picture::Images;
use reparam_cli::report::{
    EpochRow, ImageTable, LatentAxis, LatentMap, Pairs, Scores, VaeReport, overview_picture, render_vae,
};
use run::{digits, epochs, full, map};
use std::path::Path;

/// The page and the picture, checked for form, and left where they can be looked at.
fn checked(name: &str, report: &VaeReport) -> (String, String) {
    let (page, picture) = (render_vae(report), String::from_utf8(overview_picture(report)).unwrap());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-demo");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.html")), &page).unwrap();
    std::fs::write(folder.join(format!("{name}.svg")), &picture).unwrap();
    for text in [&page, &picture] {
        assert_well_formed(text);
        assert_self_contained(text);
    }
    assert!(picture.contains("<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>"));
    (page, picture)
}

const HEADINGS: [&str; 7] = [
    "Results",
    "Training",
    "Reconstructions",
    "Samples",
    "Latent space",
    "Moving through the latent space",
    "Repeat this run",
];

fn headings(page: &str) -> Vec<&str> {
    page.split("<h2>").skip(1).filter_map(|rest| rest.split("</h2>").next()).collect()
}

#[test]
fn a_whole_run_fills_every_section() {
    let (page, picture) = checked("full", &full());
    assert_eq!(headings(&page), HEADINGS);
    for text in [
        "16.83 ± 0.15",
        "floor 31.23",
        "21 of 32",
        "48,214 images/s",
        "18.2 s",
        "500 draws an image, 360 images",
        "KL warm-up reached 1 at epoch 10 of 60.",
        "reparam vae train --config runs/digits-2026/config.toml",
        "hidden = [256, 256]",
        "<a href=\"https://arxiv.org/abs/1312.6114\">",
        "latent axis 7",
        "largest KL divergence",
    ] {
        assert!(page.contains(text), "{text}");
    }
    // Small grey images need no raster data, which some hosts do not show.
    assert!(!picture.contains("data:") && picture.len() < 400_000, "{}", picture.len());
    assert!(page.len() < 600_000, "{}", page.len());
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(render_vae(&full()), render_vae(&full()));
    assert_eq!(overview_picture(&full()), overview_picture(&full()));
}

/// Takes one part out of a report.
type Remove = fn(&mut VaeReport);

#[test]
fn what_is_missing_is_not_on_the_page() {
    let without: [(&str, Remove); 7] = [
        ("Results", |report| report.scores = Scores::default()),
        ("Training", |report| report.epochs.clear()),
        ("Reconstructions", |report| report.reconstructions = None),
        ("Samples", |report| report.samples = None),
        ("Latent space", |report| {
            (report.latent_map, report.latents) = (None, Vec::new());
        }),
        ("Moving through the latent space", |report| {
            (report.traversals, report.interpolations) = (None, None);
        }),
        ("Repeat this run", |report| {
            (report.command, report.config_toml) = (String::new(), String::new());
            report.facts.clear();
            report.citations.clear();
        }),
    ];
    for (heading, remove) in without {
        let mut report = full();
        remove(&mut report);
        let (page, _) = checked("without", &report);
        let left: Vec<&str> = HEADINGS.into_iter().filter(|other| *other != heading).collect();
        assert_eq!(headings(&page), left);
    }
}

#[test]
fn an_empty_report_is_a_page() {
    let (page, picture) = checked("empty", &VaeReport::default());
    assert!(headings(&page).is_empty() && page.contains("<h1>Variational autoencoder</h1>"));
    assert!(picture.contains("nothing to show yet"));
    let none = || Images::new(Vec::new(), 1, 8, 8).unwrap();
    let table = || ImageTable { images: none(), columns: 0, row_labels: vec!["a".into()], column_labels: Vec::new() };
    let hollow = VaeReport {
        reconstructions: Some(Pairs { originals: none(), reconstructions: none() }),
        samples: Some(none()),
        traversals: Some(table()),
        interpolations: Some(table()),
        latent_map: Some(LatentMap::default()),
        ..VaeReport::default()
    };
    assert!(headings(&checked("hollow", &hollow).0).is_empty());
}

#[test]
fn text_from_outside_cannot_become_markup() {
    let evil = "</title></style><script>alert(1)</script><img src=\"x\" onerror='y'>&\u{0}\u{7}";
    let mut report = full();
    report.run = evil.into();
    report.command = evil.into();
    report.config_toml = evil.into();
    report.facts = vec![(evil.into(), evil.into()), ("data".into(), evil.into())];
    report.notes = vec![evil.into()];
    report.citations = vec![(evil.into(), Some(evil.into())), (evil.into(), Some("java\u{0}script:1".into()))];
    report.citations.push((evil.into(), Some(format!("https://{evil}"))));
    let table = report.traversals.as_mut().unwrap();
    table.row_labels = vec![evil.into(); 4];
    table.column_labels = vec![evil.into(); 9];
    let map = report.latent_map.as_mut().unwrap();
    map.axes = [evil.into(), evil.into()];
    map.choice = evil.into();
    map.labels = Some((0..1_200).map(|i| format!("{evil}{}", i % 3)).collect());
    // Inside of escaped text the word is harmless: only the attribute check of self-containedness is left out.
    let page = render_vae(&report);
    let picture = String::from_utf8(overview_picture(&report)).unwrap();
    for text in [&page, &picture] {
        assert_well_formed(text);
        assert!(!text.contains("<script") && !text.contains("<img src=\"x"));
    }
}

#[test]
fn broken_numbers_are_told_and_not_drawn() {
    let mut report = full();
    for (index, row) in report.epochs.iter_mut().enumerate() {
        match index {
            0 => (row.elbo, row.reconstruction) = (-1e7, -1e7),
            20..23 => row.elbo = f64::NAN,
            30 => row.gradient_norm = Some(f64::INFINITY),
            31 => row.gradient_norm = Some(0.0),
            40 => row.kl = f64::NEG_INFINITY,
            _ => {}
        }
    }
    report.scores.nll = Some(Measured::with_error(f64::NAN, f64::NAN));
    report.scores.skipped_steps = Some(36);
    report.latents[3].kl = f64::NAN;
    report.latent_map.as_mut().unwrap().points[5].0 = f64::NAN;
    report.latent_map.as_mut().unwrap().points[6].0 = 1e12;
    let (page, _) = checked("broken", &report);
    for text in [
        "3 of 60 epochs have an ELBO that is not finite",
        "36 training steps were left out",
        "The negative log-likelihood is not finite.",
        "not a number",
        "3 values are not finite and left out",
        "2 values are not finite or not positive and left out",
        "cut off: values up to 10,000,000 lie above",
        "cut off: 1 far point lies outside",
        "1 point is not finite and left out",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for row in &mut report.epochs {
        *row = EpochRow {
            epoch: row.epoch,
            elbo: f64::NAN,
            reconstruction: f64::NAN,
            kl: f64::NAN,
            ..EpochRow::default()
        };
    }
    assert!(checked("nothing-finite", &report).0.contains("nothing finite to draw"));
}

#[test]
fn failures_are_named() {
    let mut report = full();
    report.scores.nll = Some(Measured::exact(40.0));
    report.scores.active_units = Some((0, 32));
    report.scores.kl = Some(Measured::exact(0.3));
    report.epochs.last_mut().unwrap().kl_weight = Some(0.4);
    let (page, _) = checked("failed", &report);
    for text in ["not below the floor", "posterior collapse): all images", "a weight of 0.4 on the KL divergence"] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!checked("full-again", &full()).0.contains("posterior collapse): all images"));
}

#[test]
fn one_epoch_without_validation_is_a_page() {
    let row = EpochRow {
        epoch: 1.0,
        step: 12,
        seconds: 0.3,
        elbo: -30.0,
        reconstruction: -28.0,
        kl: 2.0,
        ..EpochRow::default()
    };
    let report = VaeReport { epochs: vec![row], ..full() };
    let (page, _) = checked("one-epoch", &report);
    // One epoch makes no curve: its numbers stand in a table.
    assert!(page.contains("numbers, but no curves yet") && page.contains("Training loss (minus the ELBO)"));
    assert!(!page.contains("validation, −ELBO") && !page.contains("norm of the gradient"));
}

#[test]
fn a_latent_of_one_dimension_has_a_row_for_each_class() {
    let mut report = full();
    let map = report.latent_map.as_mut().unwrap();
    map.one_dimensional = true;
    assert!(checked("one-dimension", &report).0.contains("along the one latent axis"));
    report.latent_map.as_mut().unwrap().labels = None;
    assert!(!checked("no-labels", &report).0.contains("labels that the model never saw"));
}

#[test]
fn many_classes_differ_by_shape_too() {
    let mut report = full();
    let labels = (0..1_200).map(|i| format!("class {}", i % 40)).collect();
    report.latent_map = Some(LatentMap { labels: Some(labels), ..map(1_200) });
    let (page, _) = checked("many-classes", &report);
    assert!(page.contains("<polygon") && page.contains("10 others"));
    report.latent_map = Some(LatentMap { labels: Some(vec!["short".into()]), ..map(9_000) });
    assert!(checked("short-labels", &report).0.contains("one in 3 of 9,000 points"));
}

#[test]
fn colour_photographs_are_embedded() {
    let mut made = Made(1);
    let mut photographs = |count: usize| {
        let pixels =
            (0..count * 3 * 48 * 64).map(|at| ((at % 64) as f64 / 64.0 * 0.8 + 0.2 * made.uniform()) as f32).collect();
        Images::new(pixels, 3, 48, 64).unwrap()
    };
    let report = VaeReport {
        reconstructions: Some(Pairs { originals: photographs(7), reconstructions: photographs(7) }),
        samples: Some(photographs(23)),
        traversals: Some(ImageTable {
            images: photographs(6),
            columns: 3,
            row_labels: vec!["a rather long name of an axis".into()],
            column_labels: (0..3).map(|column| format!("a long name {column}")).collect(),
        }),
        ..full()
    };
    let (_, picture) = checked("colour", &report);
    assert!(picture.contains("data:image/png;base64,"));
    let other = Pairs { originals: photographs(2), reconstructions: digits(0..2, 1.0, 0.0) };
    let report = VaeReport { reconstructions: Some(other), ..full() };
    assert!(checked("shapes", &report).0.contains("have another shape"));
}

#[test]
fn extremes_do_not_panic() {
    let report = VaeReport {
        epochs: epochs(20_000),
        latents: (0..1_000).map(|index| LatentAxis { index, kl: 1e300, mean_variance: None }).collect(),
        latent_map: Some(LatentMap {
            points: vec![(1e308, -1e308), (-2e299, 1.0), (3e299, 0.0)],
            ..LatentMap::default()
        }),
        ..full()
    };
    let (page, _) = checked("extremes", &report);
    assert!(page.contains("each drawn point is the mean of") && page.contains("the first 200 of 1000 bars"));
    assert!(page.len() < 800_000, "{}", page.len());
}

#[test]
fn an_unused_latent_is_told_as_far_as_the_numbers_go() {
    let collapse = "posterior collapse):";
    let page = |change: &dyn Fn(&mut VaeReport)| {
        let mut report = full();
        report.scores.active_units = Some((0, 32));
        report.scores.kl = Some(Measured::exact(0.1));
        change(&mut report);
        checked("unused", &report).0
    };
    assert!(page(&|_| {}).contains("None of the 32 latent axes"));
    assert!(page(&|report| report.scores.active_units = Some((0, 1))).contains("The one latent axis is not in use"));
    let carries = page(&|report| report.scores.kl = Some(Measured::exact(0.6)));
    assert!(!carries.contains(collapse) && carries.contains("although the KL divergence is 0.600 nats"));
    let broken = page(&|report| report.scores.elbo = Some(Measured::exact(f64::NAN)));
    assert!(!broken.contains(collapse) && broken.contains("unknown"));
    assert!(!page(&|report| report.latents[0].mean_variance = Some(f64::NAN)).contains(collapse));
    assert!(!page(&|report| report.scores.active_units = None).contains(collapse));
}

#[test]
fn validation_is_no_test_part() {
    let mut report = full();
    for row in &mut report.epochs {
        row.validation_elbo_se = Some(0.5);
    }
    let (page, _) = checked("band", &report);
    for text in [
        "validation, −ELBO",
        "price of the test images",
        "one standard error over images to each side",
        "running mean over up to 7 epochs",
        "<polygon",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("held out, −ELBO"));
}

#[test]
fn bounds_axes_and_signs_are_told() {
    let mut report = full();
    report.scores.bounds = vec![(1, -17.5123), (10, -17.01), (500, -16.8342)];
    report.scores.elbo_images = Some(1);
    let (page, _) = checked("bounds", &report);
    for text in
        ["L1  −17.512", "L500  −16.834", "Over 1 image.", "4 of 32 axes are shown", "from −3.0 to 3.0", ">−1.5<"]
    {
        assert!(page.contains(text), "{text}");
    }
    // The fixture's axes 7, 2, 19 and 4 are in no order of their divergence.
    assert!(!page.contains("largest KL divergence first"));
    report.latents.iter_mut().for_each(|axis| {
        axis.kl = [7, 2, 19, 4].iter().rev().position(|i| *i == axis.index).map_or(0.0, |p| p as f64 + 1.0);
    });
    assert!(
        checked("ordered", &report).0.contains("4 of 32 axes are shown, the one with the largest KL divergence first.")
    );
}

#[test]
fn pixels_without_a_value_are_explained() {
    let legend = "Magenta marks values that are not finite numbers.";
    assert!(!checked("full", &full()).0.contains(legend));
    let broken = Images::new(vec![f32::NAN; 8 * 64], 1, 8, 8).unwrap();
    let report = VaeReport { samples: Some(broken), ..full() };
    let (page, picture) = checked("magenta", &report);
    assert!(page.contains(legend) && picture.contains("(magenta: not a number)"));
}

#[test]
fn every_class_has_its_name_on_the_map() {
    let mut report = full();
    // All classes have one and the same median.
    let labels = (0..100).map(|i| (i % 10).to_string()).collect();
    let points = (0..100).map(|i| (f64::from(i / 10), f64::from(i / 10))).collect();
    report.latent_map = Some(LatentMap { labels: Some(labels), points, ..map(1) });
    let (page, _) = checked("names", &report);
    assert_eq!(page.matches("paint-order=").count(), 10);
    let mut all_unused = full();
    all_unused.latents.iter_mut().for_each(|axis| axis.mean_variance = Some(1.0));
    assert!(!checked("all-used", &all_unused).0.contains(">\nnot active"));
}
