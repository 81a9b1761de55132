//! One matrix whose features are of several kinds becomes a modality for each kind.

use super::names::{is_ensembl, is_region, kebab_case, make_unique};
use super::{ReadError, Reading};
use crate::{Column, CountStore, Features, Modality};

/// The modality of a kind of feature as `CellRanger` names it.
fn name_of(kind: &str) -> String {
    match kind {
        "Gene Expression" => "rna".to_owned(),
        "Peaks" => "atac".to_owned(),
        "Antibody Capture" => "protein".to_owned(),
        other => kebab_case(other),
    }
}

/// The modalities of a matrix that are wanted, by the column `feature_types` where the features have one.
pub(super) fn split(
    reading: &mut Reading<'_>,
    features: Features,
    counts: CountStore,
) -> Result<Vec<Modality>, ReadError> {
    let mut parts: Vec<(String, Vec<u32>)> = Vec::new();
    if let Some(kinds) = features.annotations.get("feature_types") {
        let (codes, categories) = kinds.categories();
        for (i, code) in codes.into_iter().enumerate() {
            let name = name_of(code.map_or("Gene Expression", |code| &categories[code as usize]));
            match parts.iter_mut().find(|(n, _)| *n == name) {
                Some((_, columns)) => columns.push(i as u32),
                None => parts.push((name, vec![i as u32])),
            }
        }
    }
    if parts.len() < 2 {
        let name = parts.pop().map_or_else(|| untyped(reading, &features), |(name, _)| name);
        reading.seen.push(name.clone());
        let modality = reading.wanted(&name).then(|| modality(reading, name, features, counts));
        return Ok(modality.into_iter().collect());
    }
    let mut modalities = Vec::new();
    for (name, columns) in parts {
        reading.seen.push(name.clone());
        if reading.wanted(&name) {
            let part = counts.select_columns(&columns, &reading.options.store).map_err(|source| reading.io(source))?;
            let features = select(&features, &columns);
            modalities.push(modality(reading, name, features, part));
        }
    }
    Ok(modalities)
}

/// The name of a matrix whose features have no kind.
fn untyped(reading: &mut Reading<'_>, features: &Features) -> String {
    let regions = features.names.iter().filter(|name| is_region(name)).count();
    if regions > 0 && 10 * regions >= 9 * features.names.len() {
        let path = reading.path.display();
        reading.notes.push(format!("{path}: features are regions of the genome and are taken as modality 'atac'"));
        return "atac".to_owned();
    }
    "rna".to_owned()
}

/// A modality with a row for each cell.
pub(super) fn modality(
    reading: &mut Reading<'_>,
    name: String,
    mut features: Features,
    counts: CountStore,
) -> Modality {
    symbols(reading, &mut features, &name);
    let changed = make_unique(&mut features.names);
    if changed > 0 {
        let text = format!("{changed} names of features of '{name}' came more than once and got a number behind");
        reading.note(format!("{}: {text}", reading.path.display()));
    }
    let row_of_cell = (0..counts.len() as u32).map(Some).collect();
    Modality { name, features, counts, row_of_cell }
}

/// Columns in which the field's files keep the symbols of genes that are named by identifiers.
const SYMBOLS: [&str; 7] =
    ["feature_name", "gene_symbols", "gene_symbol", "gene_name", "gene_names", "Symbol", "symbol"];
/// Columns in which they keep the identifiers of genes that are named by symbols.
const IDS: [&str; 4] = ["gene_ids", "gene_id", "ensembl_id", "feature_id"];

/// Names are symbols and identifiers apart, whichever of the two the file has as names.
fn symbols(reading: &mut Reading<'_>, features: &mut Features, modality: &str) {
    let text = |column: &Column| (0..column.len()).map(|i| column.text(i)).collect::<Vec<_>>();
    let find =
        |names: &[&'static str]| names.iter().find_map(|name| Some((*name, text(features.annotations.get(name)?))));
    let identifiers = features.names.iter().filter(|name| is_ensembl(name)).count();
    if 2 * identifiers > features.names.len() {
        let Some((column, names)) = find(&SYMBOLS) else { return };
        let names = names.into_iter().zip(&features.names).map(|(symbol, id)| match symbol {
            Some(symbol) if !symbol.is_empty() => symbol,
            _ => id.clone(),
        });
        let names = names.collect();
        features.ids = std::mem::replace(&mut features.names, names);
        reading.note(format!(
            "{}: names of features of '{modality}' are those of the column '{column}'",
            reading.path.display()
        ));
    } else if features.ids.is_empty()
        && let Some((_, ids)) = find(&IDS)
    {
        features.ids = ids.into_iter().map(Option::unwrap_or_default).collect();
    }
}

fn select(features: &Features, columns: &[u32]) -> Features {
    let rows: Vec<usize> = columns.iter().map(|c| *c as usize).collect();
    let pick = |names: &Vec<String>| rows.iter().filter_map(|&i| names.get(i).cloned()).collect();
    Features { names: pick(&features.names), ids: pick(&features.ids), annotations: features.annotations.select(&rows) }
}
