//! What training does not depend on.

use burn::tensor::Device;

use super::super::{CellEpoch, CellEvent, CellFit, CellFitConfig, CountModel, Dispersion, Experts, Library};
use super::{CellConfig, Table, config, model, zinb};
use crate::train::{Checkpoint, NamedParameters};

const LAWS: [(CountModel, Library); 2] =
    [(zinb(Dispersion::GeneBatch), Library::Learned), (CountModel::Accessibility, Library::Observed)];

/// 50 cells, of which some lack a modality, and a last batch of a few.
fn table() -> Table {
    Table::new(50, &[7, 5], true).without(&[(0, 3), (1, 4), (0, 20), (1, 33), (0, 49)])
}

fn fit_config() -> CellFitConfig {
    CellFitConfig { epochs: 4, batch: 12, learning_rate: 5e-3, seed: 9, ..CellFitConfig::default() }
}

type Outcome = (NamedParameters, Vec<CellEpoch>);

/// Trains to the end; a stop after each of these steps goes through a checkpoint in a folder, to a run on other threads.
fn run(table: &Table, experts: Experts, threads: usize, stops: &[u64]) -> Outcome {
    let all = table.all();
    let (train, validation) = all.split_at(40);
    let start = || {
        let vae = model(CellConfig { experts, ..config(table, &LAWS, 2, true) }, table);
        CellFit::new(vae, table, [train, validation], fit_config(), threads, &Device::flex()).unwrap()
    };
    let mut fit = start();
    loop {
        match fit.advance().unwrap() {
            CellEvent::Finished | CellEvent::OutOfPatience => break,
            CellEvent::Step | CellEvent::Epoch { .. } => {}
        }
        if stops.contains(&fit.trainer().step_count()) {
            let folder = tempfile::tempdir().unwrap();
            fit.checkpoint().write(folder.path()).unwrap();
            fit = start();
            fit.resume(Checkpoint::read(folder.path()).unwrap().unwrap()).unwrap();
        }
    }
    (fit.parameters(), fit.history().to_vec())
}

#[test]
fn threads_do_not_change_a_bit() {
    let table = table();
    for experts in [Experts::Product, Experts::Mixture, Experts::Average] {
        let one = run(&table, experts, 1, &[]);
        assert_eq!(one.1.len(), 4);
        for threads in [2, 4] {
            assert!(run(&table, experts, threads, &[]) == one, "{experts:?}, {threads} threads");
        }
    }
}

#[test]
fn a_run_that_stops_and_goes_on_is_the_same_to_the_bit() {
    let table = table();
    let whole = run(&table, Experts::Product, 2, &[]);
    assert!(run(&table, Experts::Product, 4, &[1, 6, 8, 15]) == whole);
    // The negative control: a run of another seed is another one.
    let other = CellFitConfig { seed: 10, ..fit_config() };
    let vae = model(config(&table, &LAWS, 2, true), &table);
    let all = table.all();
    let mut fit = CellFit::new(vae, &table, [&all[..40], &all[40..]], other, 2, &Device::flex()).unwrap();
    while !matches!(fit.advance().unwrap(), CellEvent::Finished) {}
    assert!(fit.parameters() != whole.0);
}
