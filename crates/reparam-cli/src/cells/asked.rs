//! A run, and the cells that a sub-command asks it about.

use std::path::{Path, PathBuf};

use clap::Args;
use rayon::ThreadPool;

use super::CellsError;
use super::options::InputOptions;
use super::prepare::{load, own_data};
use super::run::{MARKERS, Run, read_options};
use super::source::Cells;
use super::table::CellTable;
use crate::console::talk;
use crate::folder::RunFolder;

/// More threads than this no machine has, and to start them takes minutes.
const MOST_THREADS: usize = 1024;

/// Which run, and which cells.
#[derive(Debug, Args)]
pub struct CellArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Files of cells: .h5ad, .h5mu, 10x .h5, 10x folders, CSV or TSV. Features are matched by identifier, else by name; what a file lacks counts as 0
    /// [default: the run's own cells, read or simulated again]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to read the files.
    #[command(flatten)]
    pub read: InputOptions,
    /// Threads; 0: all cores. They do not change the result
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
}

/// A run and cells with its features.
#[derive(Debug)]
pub struct Asked {
    /// The run.
    pub run: Run,
    /// The cells that it was made with.
    pub table: CellTable,
    /// The cells that it is asked about.
    pub cells: Cells,
    /// Whether these are the same.
    pub own: bool,
}

impl Asked {
    /// Opens the run and reads the cells; says what one should know of them.
    pub fn open(args: &CellArgs) -> Result<Self, CellsError> {
        let run = Run::open(&args.run)?;
        let table = run.table()?;
        let own = args.files.is_empty();
        let (data, read) = if own {
            let usual = InputOptions { memory: args.read.memory, ..InputOptions::default() };
            if args.read != usual {
                let rule = "--layer, --raw, --from, --orientation and --allow-noninteger say how files are read";
                return Err(CellsError::option("FILE", format!("must be given: {rule}"), "none"));
            }
            let mut options = run.options.clone();
            options.read.memory = args.read.memory;
            (own_data(&options)?, options.read)
        } else {
            (load(&args.files, &args.read, &[])?, args.read.clone())
        };
        if own && data.cells != table.names {
            let rule = format!(
                "its files hold other cells than when the run began: {}, not {}",
                data.cells.len(),
                table.names.len()
            );
            return Err(CellsError::run(run.folder.path(), rule, Some("name the files to use behind the run")));
        }
        let mut notes = if own { Vec::new() } else { data.notes.clone() };
        let cells = Cells::of_run(data, &run.info, &read, &mut notes)?;
        if own && cells.fingerprints()? != run.info.fingerprints {
            let rule = "its files hold other counts than when the run began";
            return Err(CellsError::run(run.folder.path(), rule, Some("name the files to use behind the run")));
        }
        for note in notes {
            talk(format_args!("note: {note}"));
        }
        Ok(Self { run, table, cells, own })
    }
}

/// Files of a run that nothing else may be written over.
const OWN: [&str; 12] = [
    "config.toml",
    "run.json",
    "metrics.csv",
    "model.safetensors",
    "best.safetensors",
    "cells.csv",
    "cells.h5ad",
    "evaluation.json",
    "cycle.csv",
    "cycle.svg",
    "report.html",
    "overview.png",
];

/// Refuses to write over what is read: files that were given, those that the run was trained on, and the run's own.
fn refuse_input(out: &Path, run: &Path, files: &[PathBuf]) -> Result<(), CellsError> {
    let Ok(there) = std::fs::canonicalize(out) else { return Ok(()) };
    let same = |path: &PathBuf| std::fs::canonicalize(path).is_ok_and(|path| path == there);
    let trained = RunFolder::open(run, &MARKERS).ok().and_then(|folder| read_options(&folder).ok());
    let trained = trained.map(|options| options.files).unwrap_or_default();
    if files.iter().chain(&trained).any(same) || OWN.iter().any(|name| same(&run.join(name))) {
        return Err(CellsError::option(
            "--out",
            "must not be a file that is read or one of the run's own",
            out.display(),
        ));
    }
    Ok(())
}

/// Which of the endings the file to write has, the first where none is named. Refuses a place where no file can be, before hours of work, and one where
/// something is that is read: files that were given, or those of the run.
pub fn ending(
    out: Option<&Path>,
    endings: &[&'static str],
    run: &Path,
    files: &[PathBuf],
) -> Result<&'static str, CellsError> {
    let Some(path) = out else { return Ok(endings.first().copied().unwrap_or_default()) };
    let found = endings.iter().find(|e| path.extension().is_some_and(|own| own == **e));
    let list: Vec<String> = endings.iter().map(|e| format!(".{e}")).collect();
    let rule = match list.split_last() {
        Some((last, first)) if !first.is_empty() => format!("must end in {} or {last}", first.join(", ")),
        _ => format!("must end in {}", list.concat()),
    };
    let found = found.ok_or_else(|| CellsError::option("--out", rule, path.display()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(CellsError::option("--out", "its folder must be there", path.display()));
    }
    refuse_input(path, run, files)?;
    Ok(found)
}

/// Threads to work on.
pub fn pool(threads: usize) -> Result<ThreadPool, CellsError> {
    if threads > MOST_THREADS {
        return Err(CellsError::option("--threads", format!("must be at most {MOST_THREADS}"), threads));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| CellsError::option("--threads", error.to_string(), threads))
}
