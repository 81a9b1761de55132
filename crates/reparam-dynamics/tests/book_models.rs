//! The TOML examples of the book's chapter on models are problems, and its messages are those of the reader.

use reparam_dynamics::Problem;
use reparam_dynamics::builtin::NAMES;
use reparam_dynamics::text::{TextError, parse_problem};
use std::path::Path;

fn chapter() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/models.md");
    std::fs::read_to_string(path).expect("the chapter")
}

/// The fenced blocks that are marked so.
fn blocks(mark: &str) -> Vec<String> {
    let chapter = chapter();
    let fence = format!("```{mark}\n");
    chapter.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn read(text: &str, data: &str) -> Result<Problem, TextError> {
    parse_problem(text, "row.toml", &mut |name| Ok((name.into(), data.into())))
}

#[test]
fn the_whole_problem_is_one() {
    let (problems, data) = (blocks("toml"), blocks("csv"));
    assert_eq!((problems.len(), data.len()), (1, 1));
    let problem = read(&problems[0], &data[0]).unwrap();
    assert_eq!(problem.measurements.len(), 9);
    assert_eq!(problem.parameters.len(), 4);
}

/// A problem around each part: what it names is declared, what it leaves out is put in.
#[test]
fn the_parts_are_parts_of_problems() {
    const PARAMETERS: &str = "[parameters]\nbirth = 'flat'\npredation = 'flat'\ngrowth = 'flat'\ndeath = 'flat'\n\
        hare_1900 = 'flat'\na0 = 'flat'\n";
    const REACTIONS: &str = "reactions = ['A -> B; kf * A']\n";
    const OBSERVABLES: &str = "[[observable]]\nname = 'A'\nnoise = 1\n[[observable]]\nname = 'B'\nnoise = 1\n";
    const DATA: &str = "[data]\ntime = [1]\nA = [1]\nB = [1]\n";
    let parts = blocks("toml,part");
    assert_eq!(parts.len(), 7);
    let has = |part: &str, key: &str| part.lines().any(|line| line.starts_with(key));
    for part in &parts {
        // Reactions must come before the first table.
        let mut text = if has(part, "reactions") { part.clone() } else { REACTIONS.to_owned() + part };
        let constants = "kf = 1\nkr = 1\nvmax = 1\nkm = 1\nsigma = 1\noffset = 1\ngain = 1\ninhibitor = 1\n";
        if has(part, "[constants]") {
            text = text.replace("[constants]\n", &format!("[constants]\n{constants}"));
        } else {
            text = text + "[constants]\n" + constants;
        }
        if !has(part, "[parameters]") {
            text += PARAMETERS;
        }
        let observables = if has(part, "[[observable]]") { part } else { OBSERVABLES };
        if !has(part, "[[observable]]") {
            text += OBSERVABLES;
        }
        if has(part, "[[experiment]]") {
            text += "[data]\ntime = [1, 1]\nexperiment = ['inhibited', 'control']\nA = [1, 1]\nB = [1, 1]\n";
        } else if !has(part, "[data]") {
            text +=
                &if observables.contains("fluorescence") { DATA.replace("\nA", "\nfluorescence") } else { DATA.into() };
        }
        // Parameters need to be named by something: by a rate of a state of their own.
        let problem = read(&with_user(&text), "");
        assert!(problem.is_ok(), "{part}\n{}", problem.unwrap_err());
        // Negative control: with a slip in its first key it is none.
        let slip = text.replacen('=', "x =", 1);
        assert!(read(&with_user(&slip), "").is_err(), "{slip}");
    }
}

/// Adds a state whose rate names all parameters of the text.
fn with_user(text: &str) -> String {
    let table = text.split("[parameters]\n").nth(1).unwrap_or_default();
    let rows = table.lines().take_while(|line| !line.starts_with('['));
    let names: Vec<&str> = rows.filter_map(|row| row.split_once(" = ")).map(|(name, _)| name).collect();
    let user = format!("\n[[reaction]]\nequation = '0 -> User'\nrate = '{}'\n", names.join(" + "));
    text.to_owned() + &user
}

#[test]
fn the_messages_are_those_of_the_reader() {
    let (toml, csv) = (blocks("toml").remove(0), blocks("csv").remove(0));
    let chapter = chapter();
    let shown: Vec<&str> = chapter.lines().filter_map(|line| line.strip_prefix("    row.")).collect();
    let slips = [
        ("k1 * A", "k3 * A"),
        ("k1 * A", "k1 * "),
        ("k1 = { prior = \"log-normal(-2, 1)\"", "k1 = { lower = -1, prior = \"log-normal(-2, 1)\""),
        ("[[observable]]\nname = \"B\"", "[[observables]]\nname = \"B\""),
        ("4,5.6,", "4,\"5,6\","),
    ];
    assert_eq!(shown.len(), slips.len());
    for ((from, to), shown) in slips.into_iter().zip(shown) {
        assert!(toml.contains(from) || csv.contains(from), "{from}");
        let error = read(&toml.replacen(from, to, 1), &csv.replacen(from, to, 1)).expect_err(to);
        assert_eq!(error.to_string(), format!("row.{shown}"));
    }
}

#[test]
fn every_built_in_model_is_in_the_chapter() {
    let chapter = chapter();
    for (name, _) in NAMES {
        assert!(chapter.contains(&format!("| `{name}` |")), "{name}");
    }
}
