//! `reparam law NAME --draw N`: draws, in pieces on all threads, as fast as they can be written.

use std::io::{IsTerminal, Write as _};
use std::path::Path;

use rayon::prelude::*;
use reparam_core::noise::{Key, Stream};

use super::LawError;
use super::args::LawArgs;
use super::number::{Exact, List};
use super::one::Known;
use super::output::Output;
use super::progress::Progress;
use super::recipe::Given;
use super::subject::{AnyFamily, AnyLaw};
use crate::console::talk;

/// Numbers that one thread makes at a time.
const PIECE: u64 = 1 << 14;
/// Pieces that are made while others are written.
const PIECES: usize = 32;

/// How draws are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// An array of doubles.
    Npy,
    /// One draw a line under a header.
    Csv,
    /// One draw a line.
    Lines,
}

impl Form {
    fn of(out: Option<&Path>) -> Result<Self, LawError> {
        let Some(path) = out else { return Ok(Self::Lines) };
        match path.extension().map(|e| e.to_string_lossy().to_lowercase()).as_deref() {
            Some("npy") => Ok(Self::Npy),
            Some("csv") => Ok(Self::Csv),
            // A device or a pipe has no ending.
            _ if path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) => Ok(Self::Lines),
            _ => Err(LawError::option("--out", "a file that ends in .npy or .csv", format!("'{}'", path.display()))),
        }
    }
}

/// Runs the task.
pub fn run(known: &Known, given: &[Given], count: u64, args: &LawArgs) -> Result<(), LawError> {
    let form = Form::of(args.out.as_deref())?;
    let law = &known.law;
    let shape: Vec<u64> = std::iter::once(count).chain(law.shape().iter().map(|n| *n as u64)).collect();
    let bytes = shape.iter().try_fold(8_u64, |product, side| product.checked_mul(*side)).filter(|b| *b < 1 << 62);
    if bytes.is_none() {
        return Err(LawError::option("--draw", "such that the draws have less than 2^62 bytes", count));
    }
    let pool = pool(args.threads)?;
    talk(format_args!("seed {}; again: {}", args.seed, command(known, given, count, args)));
    let mut output = Output::new(args.out.as_deref())?;
    match form {
        Form::Npy => output.write(&npy_header(&shape))?,
        Form::Csv => output.write(header(law).as_bytes())?,
        Form::Lines => {}
    }
    let stream = Key::new(args.seed).site("law").site(known.family.name()).step(0);
    let mut progress = Progress::new("draws", Some(count), args.out.is_none() && std::io::stdout().is_terminal());
    pool.install(|| {
        let per_piece = (PIECE / law.len().max(1) as u64).max(1);
        // One set of pieces is written while the other is made.
        let (mut ready, mut next) = (vec![Vec::new(); PIECES], vec![Vec::new(); PIECES]);
        let mut made = make(law, &stream, form, 0..count, per_piece, &mut ready);
        let mut written = 0;
        while written < made {
            let (done, end) = rayon::join(
                || ready.iter().try_for_each(|piece| output.write(piece)),
                || make(law, &stream, form, made..count, per_piece, &mut next),
            );
            done?;
            written = made;
            made = end;
            progress.at(written);
            std::mem::swap(&mut ready, &mut next);
        }
        Ok::<_, LawError>(())
    })?;
    output.finish()
}

/// Threads that may be asked for.
const MOST_THREADS: usize = 1024;

/// A pool of that many threads; 0: all cores.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool, LawError> {
    // Each takes a stack: thousands would keep the system busy with themselves.
    if threads > MOST_THREADS {
        return Err(LawError::option("--threads", format!("at most {MOST_THREADS}"), threads));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| LawError::option("--threads", "a number that the system grants", error))
}

/// Makes the first pieces of a range of draws; where the next ones start.
fn make(
    law: &AnyLaw,
    stream: &Stream,
    form: Form,
    range: std::ops::Range<u64>,
    per_piece: u64,
    pieces: &mut [Vec<u8>],
) -> u64 {
    let end = range.end.min(range.start.saturating_add(per_piece * pieces.len() as u64));
    pieces.par_iter_mut().enumerate().for_each_init(Vec::new, |numbers, (i, piece)| {
        piece.clear();
        let first = range.start.saturating_add(i as u64 * per_piece).min(end);
        let draws = per_piece.min(end - first) as usize;
        numbers.clear();
        numbers.resize(draws * law.len(), 0.0);
        match law {
            AnyLaw::Scalar(law) => law.fill(stream, first, numbers),
            AnyLaw::Vector(law) => {
                for (draw, index) in numbers.chunks_exact_mut(law.len().max(1)).zip(first..) {
                    law.draw(stream, index, draw);
                }
            }
        }
        match form {
            Form::Npy => piece.extend(numbers.iter().flat_map(|x| x.to_le_bytes())),
            Form::Csv | Form::Lines => {
                for draw in numbers.chunks_exact(law.len().max(1)) {
                    // Writing to memory does not fail.
                    let _ = match draw {
                        [x] => writeln!(piece, "{}", Exact(*x)),
                        _ => writeln!(piece, "{}", List(draw)),
                    };
                }
            }
        }
    });
    end
}

/// The column names of a CSV file of draws: `x`, or `x_0,x_1,…` row by row.
fn header(law: &AnyLaw) -> String {
    let names: Vec<String> = match law {
        AnyLaw::Scalar(_) => vec!["x".into()],
        AnyLaw::Vector(law) => (0..law.len()).map(|i| format!("x_{i}")).collect(),
    };
    names.join(",") + "\n"
}

/// The header of a `.npy` file, version 1.0, of doubles in C order.
fn npy_header(shape: &[u64]) -> Vec<u8> {
    let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}{comma}), }}", sides.join(", "));
    // Magic, version and length take 10 bytes; with header and line break the whole is a multiple of 64.
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.push_str(&" ".repeat(padded - 1 - header.len()));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(padded as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes
}

/// The command that draws the same again.
fn command(known: &Known, given: &[Given], count: u64, args: &LawArgs) -> String {
    let mut words = vec!["reparam law".to_owned(), known.family.name().to_owned()];
    let bounded = matches!(known.family, AnyFamily::Truncated(_));
    words.extend(given.iter().map(|g| match g.name.as_str() {
        name @ ("low" | "high") if bounded => format!("--{name} {}", g.text),
        name => format!("--param {}", shell_word(&format!("{name}={}", g.text))),
    }));
    words.push(format!("--draw {count} --seed {}", args.seed));
    if let Some(path) = &args.out {
        words.push(format!("--out {}", shell_word(&path.to_string_lossy())));
    }
    words.join(" ")
}

/// A word as a POSIX shell reads it back.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_a_multiple_of_64_bytes() {
        for shape in [&[1][..], &[1_000_000], &[10, 3], &[10, 3, 3]] {
            let header = npy_header(shape);
            assert_eq!(header.len() % 64, 0);
            assert_eq!(header.last(), Some(&b'\n'));
        }
    }

    #[test]
    fn the_ending_chooses_the_form() {
        assert_eq!(Form::of(None).unwrap(), Form::Lines);
        assert_eq!(Form::of(Some("a/x.NPY".as_ref())).unwrap(), Form::Npy);
        assert_eq!(Form::of(Some("x.csv".as_ref())).unwrap(), Form::Csv);
        assert!(Form::of(Some("x.txt".as_ref())).is_err());
        assert!(Form::of(Some("x".as_ref())).is_err());
    }
}
