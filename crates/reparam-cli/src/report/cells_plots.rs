//! The plots of the page of single cells.

use super::cells::{CellsEpoch, CycleReport, GeneCurve, GeneGroup, KnobMap, Traverse};
use super::cells_map::categories;
use super::number::significant;
use super::plot::{
    Along, AlongCurve, CurveGroup, CycleHistogram, Drawing, HeatMap, LineChart, Phase, RowScale, Series, TraverseChart,
};

/// What stands in the heading of a picture of simulated cells: pictures leave their page.
pub(super) fn heading(text: &str, simulated: bool) -> String {
    if simulated { format!("{text}, simulated") } else { text.to_owned() }
}

/// Curves over epochs.
fn curves(y_label: &str, series: Vec<Series>, simulated: bool, size: (u32, u32)) -> Drawing {
    let whole_x = series.iter().flat_map(|series| &series.points).all(|point| point.0.fract() == 0.0);
    let title = format!("{y_label} over epochs");
    let (y_label, x_label) = (heading(y_label, simulated), "epoch".to_owned());
    LineChart { title, y_label, x_label, series, whole_x, size, ..LineChart::default() }.draw()
}

/// The loss in training and on cells that are not trained on.
pub(super) fn loss(epochs: &[CellsEpoch], simulated: bool, size: (u32, u32)) -> Drawing {
    let mut series =
        vec![Series::new("training, −ELBO", epochs.iter().map(|row| (row.epoch, -row.elbo)).collect::<Vec<_>>())];
    let validation: Vec<_> =
        epochs.iter().filter_map(|row| row.validation_elbo.map(|elbo| (row.epoch, -elbo))).collect();
    if !validation.is_empty() {
        series.push(Series::new("validation, −ELBO", validation));
    }
    curves("loss (nats per cell; lower is better)", series, simulated, size)
}

/// The parts of the loss: each modality, and the divergence.
pub(super) fn loss_parts(epochs: &[CellsEpoch], simulated: bool) -> Vec<(Drawing, String)> {
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in epochs.iter().flat_map(|row| &row.reconstruction) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut parts = Vec::new();
    for name in names {
        let of =
            |row: &CellsEpoch| row.reconstruction.iter().find(|part| part.0 == *name).map(|part| (row.epoch, -part.1));
        let series = vec![Series::new(name, epochs.iter().filter_map(of).collect())];
        let drawing = curves(&format!("reconstruction loss, {name} (nats per cell)"), series, simulated, (480, 280));
        parts.push((
            drawing,
            format!("Reconstruction loss of {name}: minus the expected log-probability of a cell's counts."),
        ));
    }
    let kl = vec![Series::new("KL", epochs.iter().map(|row| (row.epoch, row.kl)).collect())];
    let caption = "KL divergence: what the latent tells about a cell. A fall to zero means that the decoder ignores the latent \
                   (posterior collapse).";
    parts.push((curves("KL divergence (nats per cell)", kl, simulated, (480, 280)), caption.to_owned()));
    parts
}

/// Cells around the cycle, stacked by the phase that another method called.
pub(super) fn histogram(cycle: &CycleReport, simulated: bool) -> Drawing {
    let (class, names) = categories(&cycle.called);
    CycleHistogram {
        title: "cells around the cycle".into(),
        y_label: heading("cells in ten degrees of the cycle", simulated),
        angles: cycle.angles.clone(),
        class,
        names,
        phases: cycle.phases.clone(),
        size: (980, 300),
        ..CycleHistogram::default()
    }
    .draw()
}

/// Genes over the angle, sorted by where they peak; beside each the largest over the smallest value.
pub(super) fn knob(map: &KnobMap, phases: &[Phase], simulated: bool, width: u32) -> Drawing {
    let peak = |row: &[f64]| {
        let finite = row.iter().enumerate().filter(|(_, value)| value.is_finite());
        finite.max_by(|a, b| a.1.total_cmp(b.1)).map_or(1.0, |(column, _)| column as f64 / row.len() as f64)
    };
    let mut order: Vec<usize> = (0..map.rows.len()).collect();
    order.sort_by(|&a, &b| peak(&map.rows[a]).total_cmp(&peak(&map.rows[b])));
    HeatMap {
        title: "genes around the cycle".into(),
        heading: heading("expression around the cycle, each gene on its own scale", simulated),
        names: order.iter().map(|&row| map.genes.get(row).cloned().unwrap_or_default()).collect(),
        asides: order.iter().map(|&row| fold(&map.rows[row])).collect(),
        rows: order.iter().map(|&row| map.rows[row].clone()).collect(),
        along: Along::Circle,
        phases: phases.to_vec(),
        scale: RowScale::Range,
        width,
    }
    .draw()
}

/// The largest over the smallest value, where both are positive.
fn fold(row: &[f64]) -> String {
    let finite = || row.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(0.0, f64::max));
    if low > 0.0 && high > 0.0 && low.is_finite() { format!("×{}", significant(high / low, 2)) } else { String::new() }
}

/// Expression of genes along an axis: S and G2/M genes in two colours, all others grey, over the bands of the phases.
///
/// Where no value is negative, each gene is drawn relative to its own mean over the points given: genes of different strength fit into
/// one picture, and a gene that does not change is the line at 1.
///
/// ```
/// use reparam_cli::report::{GeneCurve, Traverse, traverse_picture};
/// let points = vec![(0.0, 1.0), (2.0, 4.0), (4.0, 2.0)];
/// let genes = vec![GeneCurve { gene: "MCM5".into(), points, ..GeneCurve::default() }];
/// let picture = traverse_picture(&Traverse { genes, ..Traverse::default() });
/// assert!(picture.standalone().contains("MCM5"));
/// ```
pub fn traverse_picture(traverse: &Traverse) -> Drawing {
    traverse_of_size(traverse, (980, 440))
}

pub(super) fn traverse_of_size(traverse: &Traverse, size: (u32, u32)) -> Drawing {
    let relative = traverse.genes.iter().all(|gene| mean(gene).is_some());
    let unit = if relative { "expression, 1: the mean of the gene" } else { "expression" };
    let curve = |gene: &GeneCurve| {
        let by = mean(gene).filter(|_| relative).unwrap_or(1.0);
        AlongCurve {
            name: gene.gene.clone(),
            points: gene.points.iter().map(|point| (point.0, point.1 / by)).collect(),
            group: gene.group as usize,
        }
    };
    let group = |name: &str, colour| CurveGroup { name: name.into(), colour };
    let mut curves: Vec<AlongCurve> = traverse.genes.iter().map(curve).collect();
    // Grey curves lie below.
    curves.sort_by_key(|curve| curve.group);
    TraverseChart {
        title: "genes along the axis".into(),
        y_label: heading(unit, traverse.simulated),
        along: traverse.along.clone(),
        curves,
        groups: vec![group("S genes", Some(5)), group("G2/M genes", Some(0)), group("other genes", None)],
        phases: traverse.phases.clone(),
        size,
    }
    .draw()
}

/// The mean of a gene without negative values; nothing for others.
fn mean(gene: &GeneCurve) -> Option<f64> {
    let finite = || gene.points.iter().map(|point| point.1).filter(|value| value.is_finite());
    let mean = finite().sum::<f64>() / finite().count() as f64;
    (finite().all(|value| value >= 0.0) && mean > 0.0 && mean.is_finite()).then_some(mean)
}

/// The groups of genes are numbered in the order of the legend.
const _: () = assert!(GeneGroup::S as usize == 0 && GeneGroup::G2M as usize == 1 && GeneGroup::Other as usize == 2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_are_relative_to_their_mean_unless_one_is_negative() {
        let gene = |values: &[f64]| GeneCurve {
            points: values.iter().enumerate().map(|(i, value)| (i as f64, *value)).collect(),
            ..GeneCurve::default()
        };
        assert_eq!(mean(&gene(&[1.0, 3.0, f64::NAN])), Some(2.0));
        assert_eq!(mean(&gene(&[1.0, -3.0])), None);
        assert_eq!(mean(&gene(&[0.0])), None);
        assert_eq!(mean(&gene(&[])), None);
        assert_eq!(
            (fold(&[0.5, 2.0, f64::NAN]).as_str(), fold(&[0.0, 1.0]).as_str(), fold(&[]).as_str()),
            ("×4", "", "")
        );
    }
}
