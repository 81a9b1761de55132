//! Files of a run beside its model: metrics, and cells as `.h5ad`.

use std::fmt::Write as _;

use reparam::cells::CellEpoch;
use reparam_cells::{Column, Dense, Features, H5ad, write_h5ad};

use super::CellsError;
use super::axis::CycleAxis;
use super::info::RunInfo;
use super::run::Run;
use super::table::CellTable;

/// The rows of all epochs as CSV; the same bits whenever the run is repeated or resumed.
pub fn metrics_csv(info: &RunInfo, history: &[CellEpoch]) -> String {
    let mut text = String::from("epoch,step,elbo,reconstruction,kl");
    for modality in &info.modalities {
        let _ = write!(text, ",reconstruction_{}", modality.name);
    }
    text.push_str(",validation_elbo,validation_elbo_se,learning_rate,kl_weight,skipped\n");
    for row in history {
        let _ = write!(text, "{},{},{},{},{}", row.epoch, row.step, row.elbo, row.reconstruction, row.kl);
        for value in &row.modalities {
            let _ = write!(text, ",{value}");
        }
        let optional = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
        let _ = writeln!(
            text,
            ",{},{},{},{},{}",
            optional(row.validation_elbo),
            optional(row.validation_elbo_se),
            row.learning_rate,
            row.kl_weight,
            row.skipped
        );
    }
    text
}

/// The latents as one matrix, the angle as cosine and sine.
pub fn embedding(table: &CellTable) -> (usize, Vec<f32>) {
    let circle = if table.latents.angle.is_empty() { 0 } else { 2 };
    let width = table.width + circle;
    let mut values = Vec::with_capacity(width * table.names.len());
    for cell in 0..table.names.len() {
        values.extend_from_slice(table.loc(cell));
        if let Some(angle) = table.latents.angle.get(cell) {
            values.extend([angle.cos() as f32, angle.sin() as f32]);
        }
    }
    (width, values)
}

/// Annotations of the cells with what the run found about each.
pub fn annotated(table: &CellTable, axis: Option<&CycleAxis>) -> reparam_cells::Frame {
    let mut obs = reparam_cells::Frame::new();
    for (name, column) in table.annotations.iter().filter(|(name, _)| !name.contains('/')) {
        obs.set(name, column.clone());
    }
    for (name, column) in table.own().iter() {
        // Latents go to obsm; a column each would be ten more.
        if !name.starts_with("reparam_latent_") && !name.starts_with("reparam_sd_") && name != "reparam_angle" {
            obs.set(name, column.clone());
        }
    }
    if let Some(axis) = axis {
        obs.set("reparam_cycle_angle", Column::Number(axis.angles.clone()));
        obs.set("reparam_cycle_angle_sd", Column::Number(axis.uncertainty.clone()));
        if axis.orientation.is_some() {
            let codes = axis.angles.iter().map(|a| axis.phase(*a).map(|p| p as u32)).collect();
            let categories = reparam_cells::cycle::Phase::ALL.iter().map(|p| p.name().to_owned()).collect();
            obs.set("reparam_phase", Column::Category { codes, categories });
        }
    }
    obs
}

/// Writes `cells.h5ad`: latents in obsm, what was found in obs, the run's settings in uns.
pub fn h5ad(run: &Run, table: &CellTable, axis: Option<&CycleAxis>) -> Result<(), CellsError> {
    h5ad_at(&run.folder.file("cells.h5ad"), run, table, axis)
}

/// The same at another place.
pub fn h5ad_at(
    path: &std::path::Path,
    run: &Run,
    table: &CellTable,
    axis: Option<&CycleAxis>,
) -> Result<(), CellsError> {
    let (width, values) = embedding(table);
    let settings = serde_json::to_value(&run.options).unwrap_or_default();
    let settings = without_null(settings);
    let obs = annotated(table, axis);
    let content = H5ad {
        cells: &table.names,
        obs: &obs,
        features: &Features::default(),
        x: None,
        layers: Vec::new(),
        obsm: vec![("X_reparam", Dense { width, values: &values })],
        uns: serde_json::json!({ "reparam": {
            "version": run.info.version,
            "source": run.info.source,
            "simulated": run.info.simulated,
            "settings": settings,
        }}),
    };
    write_h5ad(path, &content)?;
    Ok(())
}

/// A map without the entries that are nothing: HDF5 has no null.
fn without_null(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_null(v))).collect()
        }
        other => other,
    }
}

/// Why the axis may not be the cell cycle; `None` where its genes vary along it.
pub fn doubt(axis: &CycleAxis) -> Option<String> {
    let o = axis.orientation?;
    let weak = o.strength() < 0.05 || o.p_value() > 1e-3;
    weak.then(|| "warning: the genes of the cycle hardly vary along it: it may not be the cell cycle".into())
}

/// What is said of an axis.
pub fn axis_lines(axis: &CycleAxis) -> Vec<String> {
    let mut lines = vec![format!("cycle          {}", axis.how)];
    match axis.orientation {
        None => lines.push("               no genes of the cycle are known: direction and start are arbitrary".into()),
        Some(o) => {
            lines.push(format!(
                "               S score: {:.0} % of its variance along the circle; G2/M score: {:.0} %; S leads by {:.2} rad",
                100.0 * o.s.share,
                100.0 * o.g2m.share,
                o.lead
            ));
            lines.extend(doubt(axis));
            let phases = axis.phases();
            let share = |name: &str| phases.iter().filter(|p| *p == name).count();
            lines.push(format!("               G1 {}, S {}, G2M {} cells", share("G1"), share("S"), share("G2M")));
        }
    }
    lines
}

/// The same as data.
pub fn axis_json(axis: &CycleAxis) -> serde_json::Value {
    let phases = axis.phases();
    let share = |name: &str| phases.iter().filter(|p| *p == name).count();
    serde_json::json!({
        "how": axis.how,
        "s_share": axis.orientation.map(|o| o.s.share),
        "g2m_share": axis.orientation.map(|o| o.g2m.share),
        "lead": axis.orientation.map(|o| o.lead),
        "reversed": axis.orientation.map(|o| o.reversed),
        "cells": { "G1": share("G1"), "S": share("S"), "G2M": share("G2M") },
    })
}
