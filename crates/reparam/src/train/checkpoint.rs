//! Exact checkpoints: a safetensors file and a small manifest that names it.
//!
//! The manifest is replaced last, by a rename. A crash at any moment leaves the manifest of the older checkpoint beside its
//! file, or that of the newer one beside its own.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::trainer::Counts;
use super::{NamedParameters, write_atomically};

/// Name of the manifest in a checkpoint folder.
const MANIFEST: &str = "checkpoint.json";

/// All that a run needs to continue as if it had never stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Weights.
    pub parameters: NamedParameters,
    /// First and second moment of each parameter, in the module's order.
    pub moments: Vec<[Vec<f32>; 2]>,
    /// Counters of the trainer.
    pub counts: Counts,
    /// What the loop around the trainer keeps: sums of the current epoch, the best score, rows already written.
    pub progress: Value,
}

/// A checkpoint that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what the manifest or the format promises.
    #[error("{}: {rule}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        rule: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    file: String,
    counts: Counts,
    progress: Value,
}

/// Writes tensors to a safetensors file, atomically.
pub(crate) fn write_tensors(
    path: &Path,
    tensors: &[(String, Vec<usize>, &[f32])],
) -> Result<(), CheckpointError> {
    let format = |rule: String| CheckpointError::Format {
        path: path.to_owned(),
        rule,
    };
    let mut views = Vec::with_capacity(tensors.len());
    for (name, shape, values) in tensors {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytemuck::cast_slice(values))
            .map_err(|e| format(e.to_string()))?;
        views.push((name, view));
    }
    let bytes = safetensors::serialize(views, None).map_err(|e| format(e.to_string()))?;
    write_atomically(path, &bytes).map_err(|source| CheckpointError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Reads every tensor of a safetensors file.
pub(crate) fn read_tensors(path: &Path) -> Result<NamedParameters, CheckpointError> {
    let format = |rule: String| CheckpointError::Format {
        path: path.to_owned(),
        rule,
    };
    let bytes = fs::read(path).map_err(|source| CheckpointError::Io {
        path: path.to_owned(),
        source,
    })?;
    let tensors = SafeTensors::deserialize(&bytes)
        .map_err(|e| format(format!("not a whole safetensors file ({e})")))?;
    let mut found = NamedParameters::new();
    for (name, view) in tensors.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(format(format!(
                "tensor {name} must be F32, got {:?}",
                view.dtype()
            )));
        }
        // The bytes inside a file are not aligned for f32, so they are collected one by one.
        let values = view
            .data()
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect();
        found.insert(name.to_owned(), (view.shape().to_vec(), values));
    }
    Ok(found)
}

impl Checkpoint {
    /// Writes into a folder, and removes the checkpoint that it replaces.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, folder: &Path) -> Result<(), CheckpointError> {
        let name = format!("step-{:010}.safetensors", self.counts.step);
        let mut tensors: Vec<(String, Vec<usize>, &[f32])> = Vec::new();
        for (path, (shape, values)) in &self.parameters {
            tensors.push((format!("model/{path}"), shape.clone(), values));
        }
        for (i, [first, second]) in self.moments.iter().enumerate() {
            tensors.push((format!("adam/{i}/first"), vec![first.len()], first));
            tensors.push((format!("adam/{i}/second"), vec![second.len()], second));
        }
        fs::create_dir_all(folder).map_err(|source| CheckpointError::Io {
            path: folder.to_owned(),
            source,
        })?;
        write_tensors(&folder.join(&name), &tensors)?;
        let manifest = Manifest {
            format: 1,
            file: name.clone(),
            counts: self.counts,
            progress: self.progress.clone(),
        };
        let path = folder.join(MANIFEST);
        let text = serde_json::to_vec_pretty(&manifest).map_err(|e| CheckpointError::Format {
            path: path.clone(),
            rule: e.to_string(),
        })?;
        write_atomically(&path, &text).map_err(|source| CheckpointError::Io { path, source })?;
        remove_others(folder, &name);
        Ok(())
    }

    /// Reads the newest whole checkpoint of a folder; `None` where there is none.
    ///
    /// # Errors
    /// A manifest or a tensor file that is broken.
    pub fn read(folder: &Path) -> Result<Option<Self>, CheckpointError> {
        let path = folder.join(MANIFEST);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Io { path, source }),
        };
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|e| CheckpointError::Format {
                path: path.clone(),
                rule: format!("not a checkpoint manifest ({e})"),
            })?;
        if manifest.format != 1 {
            let rule = format!(
                "format must be 1, got {}: written by a newer version",
                manifest.format
            );
            return Err(CheckpointError::Format { path, rule });
        }
        let mut parameters = NamedParameters::new();
        let mut moments: std::collections::BTreeMap<usize, [Vec<f32>; 2]> =
            std::collections::BTreeMap::new();
        let file = folder.join(&manifest.file);
        for (name, (shape, values)) in read_tensors(&file)? {
            if let Some(path) = name.strip_prefix("model/") {
                parameters.insert(path.to_owned(), (shape, values));
            } else if let Some((i, which)) = name
                .strip_prefix("adam/")
                .and_then(|rest| rest.split_once('/'))
                && let Ok(i) = i.parse::<usize>()
            {
                moments.entry(i).or_default()[usize::from(which == "second")] = values;
            } else {
                return Err(CheckpointError::Format {
                    path: file,
                    rule: format!("tensor {name} is not one of a checkpoint"),
                });
            }
        }
        let moments = moments.into_values().collect();
        Ok(Some(Self {
            parameters,
            moments,
            counts: manifest.counts,
            progress: manifest.progress,
        }))
    }
}

/// Removes older tensor files and what a killed run left half-written; a file that stays does no harm.
fn remove_others(folder: &Path, keep: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("step-") && name != keep {
            let _ = fs::remove_file(entry.path());
        }
    }
}
