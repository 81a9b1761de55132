//! Damaged files are errors: never a panic, never without end.

mod common;

use std::path::Path;

use common::{file, open};
use reparam_cells::SparseRows;
use reparam_cells::read::ReadOptions;

const FILES: [&str; 8] = [
    "layers.h5ad",
    "kinds.h5ad",
    "codes.h5ad",
    "records_csr.h5ad",
    "records_csc.h5ad",
    "partial.h5mu",
    "cellranger2.h5",
    "cellranger3.h5",
];

/// Reads all there is; whether that went well.
fn goes_well(path: &Path) -> bool {
    let Ok(data) = open(path, &ReadOptions::default()) else { return false };
    for modality in &data.modalities {
        let mut rows = SparseRows::new(modality.counts.width());
        modality.counts.read(&(0..modality.counts.len()).collect::<Vec<_>>(), &mut rows).unwrap();
    }
    true
}

#[test]
fn truncated_files_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("short");
    for name in FILES {
        let bytes = std::fs::read(file(name)).unwrap();
        for cut in (1..20).map(|i| bytes.len() * i / 20).chain([8, 9, 100, bytes.len() - 1]) {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            assert!(!goes_well(&path), "{name} up to byte {cut} of {}", bytes.len());
        }
        std::fs::write(&path, &bytes).unwrap();
        assert!(goes_well(&path), "{name}");
    }
}

#[test]
fn changed_bytes_never_end_in_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed");
    // A generator of Lehmer's kind: which bytes are changed only has to be the same every time.
    let mut state = 20_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % n
    };
    let mut refused = 0;
    for case in 0..200 {
        let mut bytes = std::fs::read(file(FILES[case % FILES.len()])).unwrap();
        for _ in 0..[1, 4, 40][case % 3] {
            let place = below(bytes.len());
            bytes[place] = below(256) as u8;
        }
        std::fs::write(&path, &bytes).unwrap();
        refused += usize::from(!goes_well(&path));
    }
    assert!(refused > 0, "some of the changes hit what is read");
}
