//! Exact checkpoints: a safetensors file and a small manifest that names it.
//!
//! The manifest is replaced last, by a rename. A crash at any moment leaves the manifest of the older checkpoint beside its
//! file, or that of the newer one beside its own. Checksums over both tell a damaged checkpoint from a whole one: a run that
//! went on from a changed digit would end with other numbers, and nobody would know.

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

/// Stands in the manifest for its own checksum while that is taken.
const BLANK: &str = "----------------";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    /// Of this file, with `BLANK` in this place.
    checksum: String,
    file: String,
    file_checksum: String,
    counts: Counts,
    progress: Value,
}

/// 16 hexadecimal digits that change with every single byte (FNV-1a, whose steps are bijections).
fn checksum(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

/// Writes tensors to a safetensors file, atomically, and returns the checksum of its bytes.
pub(crate) fn write_tensors(path: &Path, tensors: &[(String, Vec<usize>, &[f32])]) -> Result<String, CheckpointError> {
    let format = |rule: String| CheckpointError::Format { path: path.to_owned(), rule };
    let mut views = Vec::with_capacity(tensors.len());
    for (name, shape, values) in tensors {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytemuck::cast_slice(values))
            .map_err(|e| format(e.to_string()))?;
        views.push((name, view));
    }
    let bytes = safetensors::serialize(views, None).map_err(|e| format(e.to_string()))?;
    write_atomically(path, &bytes).map_err(|source| CheckpointError::Io { path: path.to_owned(), source })?;
    Ok(checksum(&bytes))
}

/// Reads every tensor of a safetensors file, whose bytes have this checksum where one is known.
pub(crate) fn read_tensors(path: &Path, expected: Option<&str>) -> Result<NamedParameters, CheckpointError> {
    let format = |rule: String| CheckpointError::Format { path: path.to_owned(), rule };
    let bytes = fs::read(path).map_err(|source| CheckpointError::Io { path: path.to_owned(), source })?;
    let tensors =
        SafeTensors::deserialize(&bytes).map_err(|e| format(format!("not a whole safetensors file ({e})")))?;
    if expected.is_some_and(|expected| checksum(&bytes) != expected) {
        return Err(format("damaged: its checksum is not that of the manifest".into()));
    }
    let mut found = NamedParameters::new();
    for (name, view) in tensors.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(format(format!("tensor {name} must be F32, got {:?}", view.dtype())));
        }
        // The bytes inside a file are not aligned for f32, so they are collected one by one.
        let values = view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
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
        fs::create_dir_all(folder).map_err(|source| CheckpointError::Io { path: folder.to_owned(), source })?;
        let file_checksum = write_tensors(&folder.join(&name), &tensors)?;
        let manifest = Manifest {
            format: 1,
            checksum: BLANK.into(),
            file: name.clone(),
            file_checksum,
            counts: self.counts,
            progress: self.progress.clone(),
        };
        let path = folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(&manifest)
            .map_err(|e| CheckpointError::Format { path: path.clone(), rule: e.to_string() })?;
        let text = text.replacen(BLANK, &checksum(text.as_bytes()), 1);
        write_atomically(&path, text.as_bytes()).map_err(|source| CheckpointError::Io { path, source })?;
        remove_others(folder, &name);
        Ok(())
    }

    /// Reads the newest whole checkpoint of a folder; `None` where there is none.
    ///
    /// # Errors
    /// A manifest or a tensor file that is broken.
    pub fn read(folder: &Path) -> Result<Option<Self>, CheckpointError> {
        let path = folder.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CheckpointError::Io { path, source }),
        };
        let broken = |rule: String| CheckpointError::Format { path: path.clone(), rule };
        let text = String::from_utf8(bytes).map_err(|e| broken(format!("not a checkpoint manifest ({e})")))?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|e| broken(format!("not a checkpoint manifest ({e})")))?;
        if manifest.format != 1 {
            let rule = format!("format must be 1, got {}: written by a newer version", manifest.format);
            return Err(broken(rule));
        }
        let blanked = text.replacen(&manifest.checksum, BLANK, 1);
        if checksum(blanked.as_bytes()) != manifest.checksum {
            return Err(broken("damaged: its checksum is not the one it states".into()));
        }
        let mut parameters = NamedParameters::new();
        let mut moments: std::collections::BTreeMap<usize, [Vec<f32>; 2]> = std::collections::BTreeMap::new();
        let file = folder.join(&manifest.file);
        for (name, (shape, values)) in read_tensors(&file, Some(&manifest.file_checksum))? {
            if let Some(path) = name.strip_prefix("model/") {
                parameters.insert(path.to_owned(), (shape, values));
            } else if let Some((i, which)) = name.strip_prefix("adam/").and_then(|rest| rest.split_once('/'))
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
        Ok(Some(Self { parameters, moments, counts: manifest.counts, progress: manifest.progress }))
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
        // `write_atomically` names its temporary files after the target, with a dot before and `.tmp` behind.
        let target = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".tmp"));
        let half_written = target.is_some_and(|rest| rest.starts_with("step-") || rest.starts_with(MANIFEST));
        if half_written || (name.starts_with("step-") && name != keep) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
