//! The commands that the book's chapter on single cells names are commands: every option is there, every value is one that it takes.
//!
//! What the commands print after half a minute of training is in the chapter as it was printed; it is not made anew here.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What stands before every option.
const DASHES: &str = "--";

fn chapter() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/cells.md");
    std::fs::read_to_string(path).unwrap()
}

/// The commands of the chapter, without what follows them as a remark.
fn commands(text: &str) -> Vec<String> {
    let code = text.lines().filter_map(|line| line.strip_prefix("    "));
    let without_prompt = code.map(|line| line.strip_prefix("$ ").unwrap_or(line));
    let commands = without_prompt.filter(|line| line.starts_with("reparam cells "));
    commands.map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned()).collect()
}

/// Whether the command line takes these arguments. Help is given where it is asked for, once all that stands before it was understood.
fn understood(command: &str) -> Result<String, String> {
    let arguments = command.split_whitespace().skip(1).chain(["--help"]);
    let output = Command::new(env!("CARGO_BIN_EXE_reparam")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// The options that a text names, such as `--memory`.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let starts = text.match_indices(DASHES).filter(|(at, _)| !text[..*at].ends_with(is_part)).map(|(at, _)| at);
    let named = starts.map(|at| text[at..].chars().take_while(|c| is_part(*c)).collect::<String>());
    named.filter(|name| name[DASHES.len()..].starts_with(|c: char| c != '-')).collect()
}

#[test]
fn every_command_is_understood() {
    let commands = commands(&chapter());
    assert!(commands.len() > 15, "{}", commands.len());
    for command in &commands {
        if let Err(error) = understood(command) {
            panic!("cells.md: {command}\n{error}");
        }
    }
    for name in ["train", "cycle", "traverse", "embed", "evaluate", "impute", "generate", "differential"] {
        let start = format!("reparam cells {name} ");
        assert!(commands.iter().any(|c| c.starts_with(&start)), "the chapter has no command {name}");
    }
}

#[test]
fn every_option_in_the_text_is_in_the_help() {
    let names = ["train", "cycle", "traverse", "embed", "evaluate", "impute", "generate", "differential"];
    let help: String = names.iter().map(|name| understood(&format!("reparam cells {name}")).unwrap()).collect();
    let there = options(&help);
    let mut wanted = options(&chapter());
    wanted.remove("--help");
    let unknown: Vec<&String> = wanted.difference(&there).collect();
    assert!(unknown.is_empty(), "cells.md names options that no command has: {unknown:?}");
}

/// Negative control: options and values that are none are found, and remarks are no arguments.
#[test]
fn a_wrong_command_is_found() {
    for wrong in [
        "reparam cells train --circle",
        "reparam cells train --modality rna=nd",
        "reparam cells generate RUN --cells many",
    ] {
        assert!(understood(wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        commands("    reparam cells train   # --circle\n    $ reparam cells train x --cycle\n    reparam vae\n").len(),
        2
    );
    assert_eq!(
        options("`--cycle`, a---b, |---|, --top-genes: -- 1").into_iter().collect::<Vec<_>>(),
        ["--cycle", "--top-genes"]
    );
}
