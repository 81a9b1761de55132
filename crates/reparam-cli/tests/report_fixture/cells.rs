//! Cells that never lived: every part of a report, from made numbers.

use crate::checks::Made;
use reparam_cli::report::plot::Phase;
use reparam_cli::report::{
    Agreement, CellColouring, CellMap, CellValues, CellsEpoch, CellsReport, CycleReport, GeneCurve, GeneGroup, HeldOut,
    KnobMap, ModalityRow,
};
use std::f64::consts::TAU;

pub fn phases() -> Vec<Phase> {
    let phase = |name: &str, from: f64, to: f64| Phase { name: name.into(), from, to };
    vec![phase("G1", 5.6, 2.4), phase("S", 2.4, 4.2), phase("G2M", 4.2, 5.6)]
}

/// The phase in which an angle lies.
fn called(angle: f64) -> String {
    let angle = angle.rem_euclid(TAU);
    match angle {
        2.4..4.2 => "S",
        4.2..5.6 => "G2M",
        _ => "G1",
    }
    .to_owned()
}

/// Expression around the circle of a gene that peaks at this angle.
fn expression(peak: f64, strength: f64, angle: f64) -> f64 {
    (strength * ((angle - peak).cos() - 1.0)).exp() + 0.1
}

pub fn map(cells: usize) -> CellMap {
    let mut made = Made(11);
    let angles: Vec<f64> = (0..cells).map(|_| 1.5 * made.normal() + 0.8).collect();
    let points = angles
        .iter()
        .map(|angle| (3.0 * angle.cos() + 0.5 * made.normal(), 2.0 * angle.sin() + 0.5 * made.normal()))
        .collect();
    let guess = |angle: &f64, made: &mut Made| called(angle + 0.3 * made.normal());
    let colouring = |name: &str, about: &str, values| CellColouring { name: name.into(), about: about.into(), values };
    let phase = angles.iter().map(|angle| guess(angle, &mut made)).collect();
    let types = (0..cells).map(|cell| format!("cell type {}", (cell / 3 + cell * cell) % 17)).collect();
    let batch = (0..cells).map(|cell| if 2 * cell < cells { "first" } else { "second" }.to_owned()).collect();
    let depth = (0..cells).map(|_| (8.0 + 0.5 * made.normal()).exp()).collect();
    CellMap {
        points,
        axes: ["latent 1".into(), "latent 2".into()],
        about: "Places are posterior means, turned to their two widest directions.".into(),
        colourings: vec![
            colouring("phase", "Called from marker genes; the model never saw it.", CellValues::Categories(phase)),
            colouring("cell type", "", CellValues::Categories(types)),
            colouring("batch", "The model is given it.", CellValues::Categories(batch)),
            colouring("depth (UMIs)", "", CellValues::Numbers(depth)),
            colouring("angle", "The latent axis of the cycle.", CellValues::Angles(angles)),
        ],
    }
}

pub fn cycle(cells: usize) -> CycleReport {
    let mut made = Made(12);
    let angles: Vec<f64> = (0..cells).map(|_| 1.5 * made.normal() + 0.8).collect();
    let called = angles.iter().map(|angle| called(angle + 0.3 * made.normal())).collect();
    let agreement = |name: &str, value: f64, standard_error, chance, about: &str| Agreement {
        name: name.into(),
        value,
        standard_error,
        chance,
        about: about.into(),
    };
    let gene = |name: &str, group, peak: f64, strength: f64| GeneCurve {
        gene: name.into(),
        group,
        points: (0..48)
            .map(|i| TAU * f64::from(i) / 48.0)
            .map(|a| (a, 40.0 * strength * expression(peak, strength, a)))
            .collect(),
    };
    let rows = (0..36).map(|gene| {
        let (peak, strength) = (made.uniform() * TAU, 0.2 + 1.5 * f64::from(gene % 6) / 5.0);
        (0..60).map(|bin| expression(peak, strength, TAU * (f64::from(bin) + 0.5) / 60.0)).collect()
    });
    CycleReport {
        about: "The angle is that of the first two latent axes; its zero is where the fewest marker genes are on."
            .into(),
        agreement: vec![
            agreement("Circular correlation", 0.83, Some(0.012), Some(0.004), "With the angle of the marker genes."),
            agreement("eta²", 0.61, None, Some(0.001), "Part of the marker scores' variance that the angle explains."),
            agreement(
                "kNN accuracy",
                0.79,
                Some(0.02),
                Some(0.46),
                "Phase of a cell from its 15 nearest on the circle.",
            ),
        ],
        phases: phases(),
        angles,
        called,
        knob: Some(KnobMap { rows: rows.collect(), genes: (0..36).map(|gene| format!("MARK{gene}")).collect() }),
        genes: vec![
            gene("PCNA", GeneGroup::S, 2.9, 1.4),
            gene("MCM5", GeneGroup::S, 2.6, 1.1),
            gene("RRM2", GeneGroup::S, 3.5, 1.8),
            gene("CCNB1", GeneGroup::G2M, 5.1, 1.9),
            gene("TOP2A", GeneGroup::G2M, 4.6, 2.2),
            gene("CDK1", GeneGroup::G2M, 4.8, 1.3),
            gene("ACTB", GeneGroup::Other, 1.0, 0.05),
        ],
    }
}

pub fn epochs(count: usize) -> Vec<CellsEpoch> {
    let mut made = Made(13);
    (1..=count)
        .map(|epoch| {
            let t = epoch as f64;
            let (rna, atac) = (1_800.0 + 300.0 / t + made.normal(), 5_200.0 + 400.0 / t + 3.0 * made.normal());
            let kl = 30.0 * (1.0 - (-t / 8.0).exp());
            CellsEpoch {
                epoch: t,
                elbo: -(rna + atac + kl),
                validation_elbo: (epoch % 2 == 0).then_some(-(rna + atac + kl + 12.0)),
                reconstruction: vec![("rna".into(), -rna), ("atac".into(), -atac)],
                kl,
            }
        })
        .collect()
}

pub fn full() -> CellsReport {
    let data = |name: &str, features, density, median_depth| ModalityRow {
        name: name.into(),
        cells: 2_400,
        features,
        density,
        median_depth,
    };
    let score = |modality: &str, model, null, standard_error| HeldOut {
        modality: modality.into(),
        model,
        null_name: "mean of the cells".into(),
        null,
        standard_error,
        cells: 480,
    };
    CellsReport {
        title: "made cycle".into(),
        simulated: true,
        verdict: vec!["The latent axis is the cell cycle: its angle follows the marker genes.".into()],
        notes: vec!["KL warm-up reached 1 at epoch 10 of 40.".into()],
        data: vec![data("rna", 2_000, 0.113, 4_210.0), data("atac", 12_000, 0.041, 6_002.0)],
        scores: vec![score("rna", -1_812.4, -1_960.1, 2.3), score("atac", -5_212.8, -5_290.5, 4.1)],
        epochs: epochs(40),
        map: Some(map(2_400)),
        cycle: Some(cycle(2_400)),
        settings: vec![("seed".into(), "7".into()), ("latent".into(), "circle and 8 normal axes".into())],
        command: "reparam cells train --data made.h5mu --seed 7".into(),
        citations: vec![("The data: made".into(), Some("https://example.org/made".into()))],
    }
}
