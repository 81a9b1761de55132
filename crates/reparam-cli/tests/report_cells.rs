//! The page of single cells: whole, honest about what is missing or simulated, and standing on its own.

#[path = "report_fixture/cells.rs"]
mod cells;
#[path = "report_fixture/checks.rs"]
mod checks;

use cells::{cycle, full, map};
use checks::{assert_self_contained, assert_well_formed};
use reparam_cli::report::plot::{Along, Phase};
use reparam_cli::report::{
    CellColouring, CellMap, CellValues, CellsEpoch, CellsReport, CycleReport, GeneCurve, HeldOut, KnobMap, ModalityRow,
    Traverse, cells_overview_picture, render_cells, traverse_picture,
};
use std::path::Path;

/// Leaves a file where it can be looked at.
fn leave(name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-cells");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

/// The page, checked for form.
fn checked(name: &str, report: &CellsReport) -> String {
    let page = render_cells(report);
    leave(&format!("{name}.html"), page.as_bytes());
    assert_well_formed(&page);
    assert_self_contained(&page);
    page
}

/// The page, beside which the picture is drawn too.
fn pictured(name: &str, report: &CellsReport) -> String {
    let picture = cells_overview_picture(report);
    leave(&format!("{name}.png"), &picture);
    assert!(picture.starts_with(b"\x89PNG"));
    checked(name, report)
}

const HEADINGS: [&str; 7] =
    ["Verdict", "Data", "Held-out cells", "Training", "Map of cells", "The cell cycle", "Repeat this run"];

fn headings(page: &str) -> Vec<&str> {
    page.split("<h2>").skip(1).filter_map(|rest| rest.split("</h2>").next()).collect()
}

#[test]
fn a_whole_run_fills_every_section() {
    let page = pictured("full", &full());
    assert_eq!(headings(&page), HEADINGS);
    for text in [
        "The latent axis is the cell cycle",
        "147.7 ± 2.3",
        "2,400",
        "4.10 %",
        "0.830 ± 0.012",
        "By chance: 0.0040.",
        "reconstruction loss, atac (nats per cell)",
        "KL warm-up reached 1 at epoch 10 of 40.",
        "reparam cells train --data made.h5mu --seed 7",
        "circle and 8 normal axes",
        "MARK35",
        "TOP2A",
        "5 others",
        "<a href=\"https://example.org/made\">",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.len() < 2_500_000, "{}", page.len());
    assert_eq!(page, render_cells(&full()));
}

#[test]
fn simulated_cells_are_called_so_at_every_figure() {
    let simulated = render_cells(&full());
    assert!(simulated.contains("<h1>Single cells: made cycle (simulated)</h1>"));
    assert!(simulated.contains("<title>Single cells: made cycle (simulated)</title>"));
    let captions: Vec<&str> = simulated.split("<figcaption>").skip(1).collect();
    assert_eq!(captions.len(), simulated.matches("<figure").count());
    assert!(captions.len() >= 12 && captions.iter().all(|caption| caption.starts_with("Simulated cells.")));
    // The pictures say it themselves: they may leave the page. A heading with more after it ends in the word.
    let pictures: Vec<&str> = simulated.split("<svg").skip(1).collect();
    assert!(pictures.len() == captions.len() && pictures.iter().all(|picture| picture.contains(", simulated")));
    let measured = render_cells(&CellsReport { simulated: false, ..full() });
    assert!(!measured.to_lowercase().contains("simulated"));
}

/// Takes one part out of a report.
type Remove = fn(&mut CellsReport);

#[test]
fn what_is_missing_is_not_on_the_page() {
    let without: [(&str, Remove); 7] = [
        ("Verdict", |report| report.verdict.clear()),
        ("Data", |report| report.data.clear()),
        ("Held-out cells", |report| report.scores.clear()),
        ("Training", |report| report.epochs.clear()),
        ("Map of cells", |report| report.map = None),
        ("The cell cycle", |report| report.cycle = None),
        ("Repeat this run", |report| {
            report.command.clear();
            report.settings.clear();
            report.citations.clear();
        }),
    ];
    for (heading, remove) in without {
        let mut report = full();
        remove(&mut report);
        let page = checked("without", &report);
        let left: Vec<&str> = HEADINGS.into_iter().filter(|other| *other != heading).collect();
        assert_eq!(headings(&page), left);
    }
    let about = CycleReport { about: "alone".into(), ..CycleReport::default() };
    let hollow = CellsReport { map: Some(CellMap::default()), cycle: Some(about), ..CellsReport::default() };
    assert!(headings(&pictured("hollow", &hollow)).is_empty());
    assert!(pictured("empty", &CellsReport::default()).contains("<h1>Single cells</h1>"));
}

#[test]
fn nulls_that_are_not_beaten_are_named() {
    let score = |model: f64, standard_error: f64| {
        let (modality, null_name) = ("rna".into(), "mean of the cells".into());
        HeldOut { modality, null_name, model, null: -100.0, standard_error, cells: 9 }
    };
    let page = |score: HeldOut| checked("null", &CellsReport { scores: vec![score], ..CellsReport::default() });
    assert!(page(score(-101.0, 0.1)).contains("is not better than the null (mean of the cells)"));
    assert!(page(score(-99.0, 0.6)).contains("less than two standard errors"));
    assert!(page(score(f64::NAN, 0.6)).contains("is not finite"));
    let good = page(score(-99.0, 0.4));
    assert!(!good.contains("class=\"notes\"") && good.contains("1.00 ± 0.40"));
}

#[test]
fn broken_numbers_are_told_and_nothing_panics() {
    let mut report = full();
    report.data.push(ModalityRow { density: f64::NAN, median_depth: f64::INFINITY, ..ModalityRow::default() });
    report.epochs[3] = CellsEpoch { elbo: f64::NAN, kl: f64::INFINITY, ..CellsEpoch::default() };
    let map = report.map.as_mut().unwrap();
    map.points[5].0 = f64::NAN;
    for colouring in &mut map.colourings {
        match &mut colouring.values {
            CellValues::Categories(names) => names.truncate(3),
            CellValues::Numbers(values) => values.fill(f64::NAN),
            CellValues::Angles(values) => values.truncate(1),
        }
    }
    let cycle = report.cycle.as_mut().unwrap();
    cycle.angles[7] = f64::NAN;
    cycle.agreement[0].value = f64::NAN;
    cycle.called.truncate(1);
    cycle.phases.push(Phase { name: "broken".into(), from: f64::NAN, to: 1.0 });
    cycle.genes[0].points[2].1 = f64::NAN;
    cycle.knob.as_mut().unwrap().rows[1] = vec![f64::NAN; 3];
    cycle.knob.as_mut().unwrap().genes.truncate(2);
    let page = pictured("broken", &report);
    for text in [
        "1 of 40 epochs has an ELBO that is not finite",
        "1 angle is not finite and left out",
        "1 point is not finite and left out",
        "1 value is not finite and left out",
        "3 values are not finite and left blank",
        "not a number",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn one_cell_and_no_gene_are_a_page() {
    let page = checked("one-epoch", &CellsReport { epochs: cells::epochs(1), ..full() });
    assert!(page.contains("numbers, but no curves yet") && page.contains("Reconstruction loss, rna"));
    let colouring = |values| CellColouring { name: "a".into(), about: String::new(), values };
    let one = CellMap {
        points: vec![(0.0, 0.0)],
        colourings: vec![
            colouring(CellValues::Categories(Vec::new())),
            colouring(CellValues::Categories(vec![String::new()])),
            colouring(CellValues::Numbers(vec![f64::INFINITY])),
            colouring(CellValues::Angles(vec![1e300])),
        ],
        ..CellMap::default()
    };
    let knobs = [
        KnobMap::default(),
        KnobMap { genes: vec!["a".into()], rows: Vec::new() },
        KnobMap { genes: Vec::new(), rows: vec![Vec::new(), vec![1.0]] },
    ];
    for knob in knobs {
        let gene = GeneCurve { points: vec![(f64::INFINITY, 1.0)], ..GeneCurve::default() };
        let genes = vec![GeneCurve::default(), gene];
        let cycle = CycleReport { angles: vec![f64::NAN], knob: Some(knob), genes, ..CycleReport::default() };
        pictured("one", &CellsReport { map: Some(one.clone()), cycle: Some(cycle), ..CellsReport::default() });
    }
}

#[test]
fn a_hundred_thousand_cells_are_a_small_page() {
    let report = CellsReport { map: Some(map(100_000)), cycle: Some(cycle(100_000)), ..full() };
    let page = pictured("many", &report);
    assert!(page.contains("Drawn are 3,000 cells of 100,000, evenly spread over the file"));
    // Five maps of 3,000 discs of at most 110 bytes, and all else.
    assert!(page.len() < 2_500_000, "{}", page.len());
    // Both batches, which are the two halves of the file, are drawn.
    assert!(page.contains("cell type 1") && page.contains("second"));
}

#[test]
fn text_from_outside_cannot_become_markup() {
    let evil = "</title></style><script>alert(1)</script><img src=\"x\" onerror='y'>&\u{0}\u{7}";
    let mut report = full();
    (report.title, report.command) = (evil.into(), evil.into());
    (report.verdict, report.notes) = (vec![evil.into()], vec![evil.into()]);
    report.settings = vec![(evil.into(), evil.into())];
    report.citations = vec![(evil.into(), Some("javascript:1".into()))];
    (report.data[0].name, report.scores[0].modality, report.scores[0].null_name) =
        (evil.into(), evil.into(), evil.into());
    for row in &mut report.epochs {
        row.reconstruction[0].0 = evil.into();
    }
    let map = report.map.as_mut().unwrap();
    (map.axes, map.about) = ([evil.into(), evil.into()], evil.into());
    (map.colourings[0].name, map.colourings[0].about) = (evil.into(), evil.into());
    map.colourings[1].values = CellValues::Categories(vec![evil.into(); 9]);
    let cycle = report.cycle.as_mut().unwrap();
    (cycle.about, cycle.agreement[0].name, cycle.agreement[0].about) = (evil.into(), evil.into(), evil.into());
    (cycle.phases[0].name, cycle.called[0], cycle.genes[0].gene) = (evil.into(), evil.into(), evil.into());
    cycle.knob.as_mut().unwrap().genes[0] = evil.into();
    let page = render_cells(&report);
    assert_well_formed(&page);
    assert!(!page.contains("<script") && !page.contains("<img src=\"x") && !page.contains("href=\"javascript"));
    assert!(cells_overview_picture(&report).starts_with(b"\x89PNG"));
}

#[test]
fn traverses_run_along_a_line_too() {
    let points = (0..20).map(|i| (f64::from(i) * 0.2 - 2.0, 1.0 + f64::from(i))).collect();
    let genes = vec![GeneCurve { gene: "MCM5".into(), points, ..GeneCurve::default() }];
    let along = Along::Line { label: "latent axis 3".into(), low: -2.0, high: 2.0 };
    let traverse = Traverse { simulated: true, along, phases: Vec::new(), genes };
    let svg = traverse_picture(&traverse).standalone();
    assert_well_formed(&svg);
    for text in ["latent axis 3", "MCM5", "1: the mean of the gene, simulated", "other genes"] {
        assert!(svg.contains(text), "{text}");
    }
    let mut negative = traverse.clone();
    negative.genes[0].points[0].1 = -1.0;
    assert!(!traverse_picture(&negative).standalone().contains("mean of the gene"));
}
