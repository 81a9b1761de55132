//! `reparam law NAME --table FILE`: every row of a table with what is known of its value.

mod cells;
mod input;
mod layout;
mod rows;

use std::io::IsTerminal;
use std::path::Path;

use rayon::prelude::*;

use self::input::{Batch, Input};
use self::layout::Layout;
use self::rows::Worker;
use super::LawError;
use super::args::LawArgs;
use super::draw::pool;
use super::output::Output;
use super::progress::Progress;
use super::recipe::Given;
use super::subject::AnyFamily;

/// Rows that one thread takes at a time.
const PIECE: usize = 512;
/// Rows that are read while others are computed.
const BATCH: usize = 32 * PIECE;

/// Runs the task.
pub fn run(family: AnyFamily, given: &[Given], path: &Path, args: &LawArgs) -> Result<(), LawError> {
    let mut input = Input::open(path)?;
    let layout = Layout::new(family, given, &input)?;
    let pool = pool(args.threads)?;
    let mut output = Output::new(args.out.as_deref())?;
    output.write(&layout.header(&input))?;
    let mut progress = Progress::new("rows", None, args.out.is_none() && std::io::stdout().is_terminal());
    pool.install(|| {
        let (mut ready, mut next) = (Batch::new(BATCH), Batch::new(BATCH));
        // A row that cannot be read ends the work after the rows before it are written.
        let mut failed = input.fill(&mut ready);
        let mut done = 0;
        while !ready.is_empty() {
            let (pieces, read) = rayon::join(
                || ready.rows().par_chunks(PIECE).map(|rows| Worker::new(&layout).piece(rows)).collect::<Vec<_>>(),
                || if failed.is_ok() { input.fill(&mut next) } else { Ok(()) },
            );
            for piece in pieces {
                output.write(&piece.text)?;
                piece.outcome?;
            }
            failed?;
            failed = read;
            done += ready.rows().len() as u64;
            progress.at(done);
            std::mem::swap(&mut ready, &mut next);
            next.clear();
        }
        failed
    })?;
    output.finish()
}
