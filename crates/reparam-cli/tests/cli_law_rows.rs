//! `reparam law --table` and `--draw` as a user meets them: rows, files, pipes, and what is said about mistakes.

mod cli_support;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use cli_support::{bad, bytes, good, reparam, run};
use reparam_core::law::{Law, Normal, Pathwise as _};

fn here() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_table_gets_its_columns_and_keeps_its_own() {
    let folder = here();
    let at = folder.path();
    std::fs::write(at.join("in.csv"), "name,scale,x,loc\n\"a, b\",0.5,1.75,1\nc,1,-2,0\n").unwrap();
    let text = good(at, &["law", "normal", "--table", "in.csv"]);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("name,scale,x,loc,log_prob,cdf,score_loc,score_scale,pathwise_loc,pathwise_scale"));
    for (line, (own, law, x)) in lines
        .zip([("\"a, b\",0.5,1.75,1,", Normal::new(1.0, 0.5).unwrap(), 1.75), ("c,1,-2,0,", Normal::standard(), -2.0)])
    {
        let numbers: Vec<f64> = line.strip_prefix(own).unwrap().split(',').map(|cell| cell.parse().unwrap()).collect();
        let (mut score, mut path) = ([0.0; 2], [0.0; 2]);
        law.score(x, &mut score);
        law.pathwise(x, &mut path);
        assert_eq!(numbers, [law.log_prob(x), law.cdf(x), score[0], score[1], path[0], path[1]]);
    }
    // A constant parameter, stdin, semicolons, a file for the result.
    let mut child = reparam(at, &["law", "normal", "-p", "loc=1", "--table", "-", "--out", "out.csv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"x;Scale\r\n1.75;0.5\r\n").unwrap();
    assert!(child.wait().unwrap().success());
    let out = String::from_utf8(bytes(at.join("out.csv"))).unwrap();
    assert!(out.starts_with("x;Scale;log_prob;cdf;"), "{out}");
    let log_prob = Normal::new(1.0, 0.5).unwrap().log_prob(1.75);
    assert!(out.lines().nth(1).unwrap().starts_with(&format!("1.75;0.5;{log_prob};")), "{out}");
    // Vectors are cells; discrete laws have no path; values outside the support have no score.
    std::fs::write(at.join("die.csv"), "x,probs\n1,\"0.5,0.25,0.25\"\n7,\"0.5,0.5\"\n").unwrap();
    let die = good(at, &["law", "categorical", "--table", "die.csv"]);
    assert!(die.starts_with("x,probs,log_prob,cdf,score_logits,score_probs\n"), "{die}");
    assert!(die.lines().nth(1).unwrap().ends_with("\"-0.5,0.75,-0.25\",\"-1,3,-1\""), "{die}");
    assert!(die.lines().nth(2).unwrap().ends_with(",-inf,1,,"), "{die}");
    // No rows: the header remains.
    std::fs::write(at.join("none.csv"), "x\n").unwrap();
    assert_eq!(good(at, &["law", "normal", "--table", "none.csv"]).lines().count(), 1);
}

#[test]
fn mistakes_in_a_table_are_named_with_line_and_column() {
    let folder = here();
    let at = folder.path();
    for (text, wanted) in [
        ("loc,scale,x\n0,1,0\n0,wide,0\n", "t.csv:3: column scale: expected a number, got 'wide'"),
        ("loc,scale,x\n0,1,0\n\n0,-2,0\n", "t.csv:4: column scale: must be > 0, got -2"),
        ("loc,scale,x\r\n0,1,0\r\n0,1,\r\n", "t.csv:3: column x: expected a number, got ''"),
        ("loc,scale,x\n0,1,nan\n", "t.csv:2: column x: expected a finite number, got 'NaN'"),
        ("loc,scale,x\n0,1,\"1,2\"\n", "t.csv:2: column x: expected one number, got 2"),
        ("loc,scale,x\n0,1\n", "t.csv:2: expected 3 cells as in the header, got 2"),
        ("loc,scale,x\n0,1,2,3\n", "t.csv:2: expected 3 cells as in the header, got 4"),
        ("loc,scale\n0,1\n", "t.csv:1: expected a column x, got loc, scale"),
        ("x,x\n0,1\n", "t.csv:1: column x is there twice, at 1 and 2"),
        ("x,cdf\n0,1\n", "t.csv:1: column cdf is there already"),
        ("", "t.csv: expected a header"),
        ("loc,scale,x\n0,1,", "t.csv:2: column x: expected a number, got ''"),
        ("loc,scale,x\n0,1,\"0\n0,1,0\n", "t.csv:2: column 3: a quote is opened and not closed"),
        ("loc,scale,x\n0,1,\"0\n\"\n", "t.csv:2: column x: expected a number, got '0\\n'"),
        ("loc,scale,x\n0,\u{1b}[2J,0\n", "got '\\u{1b}[2J'"),
    ] {
        std::fs::write(at.join("t.csv"), text).unwrap();
        std::fs::write(at.join("out.csv"), "old").unwrap();
        let (error, _) = bad(at, &["law", "normal", "--table", "t.csv", "--out", "out.csv"]);
        assert!(error.contains(wanted), "{text:?}: {error}");
        assert_eq!(bytes(at.join("out.csv")), b"old", "{text:?}");
    }
    std::fs::write(at.join("t.csv"), "logit,x\n0,1\n").unwrap();
    let (error, hint) = bad(at, &["law", "bernoulli", "--table", "t.csv"]);
    assert!(error.contains("bernoulli: expected columns logits, got logit, x"), "{error}");
    assert!(hint.unwrap().contains("--param logits=VALUE"));
    std::fs::write(at.join("t.csv"), "loc,x\n0,1\n").unwrap();
    let (error, _) = bad(at, &["law", "normal", "-p", "loc=1", "--table", "t.csv"]);
    assert!(error.contains("loc is a column and given by --param too"), "{error}");
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 2, "an unfinished file was left");
}

#[test]
fn long_tables_stream_in_order_for_any_number_of_threads() {
    let folder = here();
    let at = folder.path();
    let row = |i: u32| format!("{i},{},{}\n", 1 + i % 7, f64::from(i % 1000) / 100.0);
    let text: String = std::iter::once("id,scale,x\n".to_owned()).chain((0..200_000).map(row)).collect();
    std::fs::write(at.join("in.csv"), &text).unwrap();
    let arguments = |threads, out| ["law", "normal", "--table", "in.csv", "--threads", threads, "--out", out];
    good(at, &arguments("1", "one.csv"));
    good(at, &arguments("2", "two.csv"));
    let one = String::from_utf8(bytes(at.join("one.csv"))).unwrap();
    assert!(one.as_bytes() == bytes(at.join("two.csv")));
    assert_eq!(one.lines().count(), 200_001);
    for (i, (line, own)) in one.lines().zip(text.lines()).enumerate().skip(1).step_by(997) {
        let rest = line.strip_prefix(own).unwrap_or_else(|| panic!("row {i}: {line}"));
        let (scale, x) = (1.0 + ((i - 1) % 7) as f64, ((i - 1) % 1000) as f64 / 100.0);
        let log_prob: f64 = rest.split(',').nth(1).unwrap().parse().unwrap();
        assert_eq!(log_prob, Normal::new(0.0, scale).unwrap().log_prob(x));
    }
    // The rows before a mistake are written to a pipe; the mistake far behind has its line.
    std::fs::write(at.join("in.csv"), text + "200000,0,1\n").unwrap();
    let output = run(at, &["law", "normal", "--table", "in.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("in.csv:200002: column scale: must be > 0, got 0"));
    assert!(output.stdout == one.as_bytes());
}

/// Header and numbers of a `.npy` file of doubles.
fn npy(path: &Path) -> (String, Vec<f64>) {
    let bytes = bytes(path);
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!(end % 64, 0);
    let header = String::from_utf8(bytes[10..end].to_vec()).unwrap();
    (header, bytes[end..].as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect())
}

#[test]
fn draws_follow_the_law_and_are_the_same_for_any_number_of_threads() {
    let folder = here();
    let at = folder.path();
    let draw = |out: &str, threads: &str| {
        let count = if out == "more.npy" { "300000" } else { "200000" };
        let words =
            ["law", "laplace", "-p", "scale=2", "--draw", count, "--seed", "7", "--out", out, "--threads", threads];
        let output = run(at, &words);
        assert!(output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = draw("one.npy", "1");
    assert_eq!(said, "seed 7; again: reparam law laplace --param scale=2 --draw 200000 --seed 7 --out one.npy\n");
    draw("two.npy", "2");
    draw("more.npy", "2");
    draw("text.csv", "2");
    let (header, draws) = npy(&at.join("one.npy"));
    assert!(header.contains("'descr': '<f8'") && header.contains("'shape': (200000,)"), "{header}");
    assert_eq!(draws.len(), 200_000);
    assert!(bytes(at.join("one.npy")) == bytes(at.join("two.npy")));
    // Fewer draws are the first of more, and CSV holds the same numbers to the last digit.
    assert!(npy(&at.join("more.npy")).1[..200_000] == draws);
    let text = String::from_utf8(bytes(at.join("text.csv"))).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("x"));
    assert!(lines.map(|line| line.parse::<f64>().unwrap()).eq(draws.iter().copied()));
    // Kolmogorov-Smirnov: P(√n D > 2.69) = 1e-6 (2 exp(-2 · 2.69²)). Negative control: a scale off by 2 % is found.
    let distance = |scale: f64| {
        let law = reparam_core::law::Laplace::new(0.0, scale).unwrap();
        let mut sorted = draws.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let far = sorted.iter().enumerate().map(|(i, x)| (law.cdf(*x) - (i as f64 + 0.5) / n).abs() + 0.5 / n);
        far.fold(0.0, f64::max) * n.sqrt()
    };
    assert!(distance(2.0) < 2.69, "{}", distance(2.0));
    assert!(distance(2.06) > 2.69, "{}", distance(2.06));
    // Without --out one a line, another seed is another sample.
    let lines = good(at, &["law", "laplace", "-p", "scale=2", "--draw", "3", "--seed", "7"]);
    assert!(lines.lines().map(|line| line.parse::<f64>().unwrap()).eq(draws[..3].iter().copied()));
    assert_ne!(good(at, &["law", "laplace", "-p", "scale=2", "--draw", "3"]), lines);
}

#[test]
fn a_killed_run_leaves_the_old_file_and_a_closed_pipe_is_no_failure() {
    let folder = here();
    let at = folder.path();
    std::fs::write(at.join("x.npy"), "old").unwrap();
    let mut child = reparam(at, &["law", "normal", "--draw", "1000000000", "--out", "x.npy"]).spawn().unwrap();
    // Until something was written, beside the place.
    let written = || {
        let mut files = std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap());
        files.any(|file| file.file_name() != "x.npy" && file.metadata().is_ok_and(|m| m.len() > 1_000_000))
    };
    while !written() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bytes(at.join("x.npy")), b"old");

    let mut child = reparam(at, &["law", "normal", "--draw", "100000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}
