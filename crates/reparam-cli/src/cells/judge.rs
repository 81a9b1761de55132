//! How good a model is on cells that it was not trained on, beside nulls.

use burn::tensor::Device;
use reparam::cells::{CellBatch, CellEvaluation, CellScores, CellSource, CellVae, NullModels, evaluate, evaluate_seen};
use serde::{Deserialize, Serialize};

use super::CellsError;

/// File of it in the folder of a run.
pub const FILE: &str = "evaluation.json";

/// What was compared with a null.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// What is scored, such as `rna` or `atac from rna`.
    pub what: String,
    /// Nats a cell under the model.
    pub model: f64,
    /// What the null is.
    pub null_name: String,
    /// Nats a cell under the null.
    pub null: f64,
    /// Standard error over cells of the difference, cell by cell.
    pub standard_error: f64,
    /// Cells.
    pub cells: usize,
}

/// How good a model is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Bounds and their parts.
    pub evaluation: CellEvaluation,
    /// Names of the modalities.
    pub modalities: Vec<String>,
    /// Beside nulls: the bound of all, each modality given the cell, each modality predicted from the others.
    pub beside: Vec<Beside>,
}

/// Judges a model by these cells.
pub fn judge(
    vae: &CellVae,
    nulls: &NullModels,
    source: &dyn CellSource,
    cells: &[usize],
    draws: usize,
    seed: u64,
    device: &Device,
) -> Result<Judgement, CellsError> {
    let names: Vec<String> = vae.config().modalities.iter().map(|m| m.name.clone()).collect();
    let scores = evaluate(vae, source, cells, draws, seed, device)?;
    let null = null_scores(nulls, source, cells)?;
    let mut beside = Vec::new();
    let all: Vec<(f64, f64)> =
        scores.iter().enumerate().map(|(i, s)| (s.iwae, null.iter().map(|n| n[i]).sum())).collect();
    let bound = if names.len() > 1 {
        "all, importance-weighted bound".into()
    } else {
        format!("{}, importance-weighted bound", names[0])
    };
    beside.push(compare(bound, &all));
    for (m, name) in names.iter().enumerate() {
        let pairs: Vec<(f64, f64)> =
            scores.iter().zip(&null[m]).filter(|(s, _)| s.has[m]).map(|(s, n)| (s.reconstruction[m], *n)).collect();
        beside.push(compare(format!("{name}, given the cell"), &pairs));
    }
    if names.len() > 1 {
        for (m, name) in names.iter().enumerate() {
            let seen: Vec<bool> = (0..names.len()).map(|k| k != m).collect();
            let predicted = evaluate_seen(vae, source, cells, draws, seed, &seen, device)?;
            // Of a cell that has nothing else there is nothing to predict from.
            let from = |s: &CellScores| s.has[m] && s.has.iter().enumerate().any(|(k, has)| k != m && *has);
            let pairs: Vec<(f64, f64)> =
                predicted.iter().zip(&null[m]).filter(|(s, _)| from(s)).map(|(s, n)| (s.predictive[m], *n)).collect();
            let others: Vec<&str> = names.iter().filter(|n| *n != name).map(String::as_str).collect();
            beside.push(compare(format!("{name}, predicted from {}", others.join(" and ")), &pairs));
        }
    }
    // Of no cells there is nothing to say.
    beside.retain(|b| b.cells > 0);
    Ok(Judgement { evaluation: CellEvaluation::of(&scores, draws), modalities: names, beside })
}

/// Log-likelihood of each modality, of each cell under the nulls.
fn null_scores(nulls: &NullModels, source: &dyn CellSource, cells: &[usize]) -> Result<Vec<Vec<f64>>, CellsError> {
    let mut all = vec![Vec::new(); nulls.0.len()];
    for block in cells.chunks(256) {
        let batch = CellBatch::read(source, nulls.0.len(), block)?;
        for (of, part) in all.iter_mut().zip(nulls.log_likelihood(&batch)) {
            of.extend(part);
        }
    }
    Ok(all)
}

fn compare(what: String, pairs: &[(f64, f64)]) -> Beside {
    let n = pairs.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / n;
    let difference = mean(&|(m, z)| m - z);
    let variance = mean(&|(m, z)| (m - z - difference).powi(2)) * n / (n - 1.0).max(1.0);
    Beside {
        what,
        model: mean(&|p| p.0),
        null_name: "means of all cells scaled by depth".into(),
        null: mean(&|p| p.1),
        standard_error: (variance / n).sqrt(),
        cells: pairs.len(),
    }
}

impl Judgement {
    /// The lines that are printed.
    pub fn lines(&self) -> Vec<String> {
        let e = &self.evaluation;
        let mut lines = vec![
            format!("held-out cells {}", e.cells),
            format!("ELBO           {:.2} ± {:.2} nats a cell", e.elbo[0], e.elbo[1]),
            format!("bound, {:<7} {:.2} ± {:.2} nats a cell", format!("{} w", e.draws), e.iwae[0], e.iwae[1]),
            format!("divergence     {:.2} nats a cell", e.kl),
            format!("{:<42} {:>12} {:>12} {:>18}", "beside the null (means scaled by depth)", "model", "null", "gain"),
        ];
        for b in &self.beside {
            lines.push(format!(
                "  {:<40} {:>12.2} {:>12.2} {:>10.2} ± {:.2}",
                b.what,
                b.model,
                b.null,
                b.model - b.null,
                b.standard_error
            ));
        }
        lines
    }
}
