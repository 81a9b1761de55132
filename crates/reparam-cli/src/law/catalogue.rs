//! `reparam laws`: the catalogue as a table.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use reparam_core::law::{Path, kl_pairs, multivariate};

use super::alternative::alternatives;
use super::answer::aligned;
use super::args::CatalogueArgs;
use super::json::Json;
use super::names::matches;
use super::recipe::{rule, spelled};
use super::subject::{AnyFamily, Kind, all};
use super::{LawError, names, print};

/// Columns of a terminal that says nothing about its width.
const WIDTH: usize = 100;
/// Columns of the names.
const NAME: usize = 21;

/// Runs the command.
pub fn run(args: &CatalogueArgs) -> Result<(), LawError> {
    let chosen: Vec<AnyFamily> = all()
        .filter(|family| args.kind.is_none_or(|kind| family.kind() == kind))
        .filter(|family| args.name.as_deref().is_none_or(|name| matches(*family, name)))
        .collect();
    if let (Some(name), true) = (&args.name, chosen.is_empty()) {
        // Its error offers what is near; a law that exists is then of another kind.
        let family = names::find(name)?;
        let (what, kind) = (format!("{} is {}", family.name(), words(family.kind())), words(family.kind()));
        return Err(LawError::together(what, format!("leave --kind out, or say --kind {kind}")));
    }
    if args.json {
        return print(Json::List(chosen.iter().map(|family| entry(*family)).collect()).pretty());
    }
    // A pipe gets one line a law: grep, cut and sort work.
    if !std::io::stdout().is_terminal() {
        return print(lines(&chosen).trim_end());
    }
    let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(WIDTH);
    print(blocks(&chosen, width).trim_end())
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Continuous => "continuous",
        Kind::Discrete => "discrete",
        Kind::Multivariate => "multivariate",
    }
}

/// Families with a closed-form divergence from this one.
fn partners(family: AnyFamily) -> Vec<&'static str> {
    let pairs = kl_pairs().map(|pair| (pair.q, pair.p));
    let pairs = pairs.chain(multivariate::kl_pairs().map(|pair| (pair.q, pair.p)));
    let mut names: Vec<&str> = pairs.filter(|(q, _)| *q == family.name()).map(|(_, p)| p).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The cells of a law: name, parameters, support, how it draws, entropy, divergences.
fn cells(family: AnyFamily) -> [Vec<String>; 6] {
    let parameters = family.parameters().iter().map(|p| format!("{}: {}", rule(p), p.path)).collect();
    let entropy = if family.closed_entropy() { "closed" } else { "computed" };
    let partners = partners(family).into_iter().map(str::to_owned).collect();
    let single = |text: &str| vec![text.to_owned()];
    [single(family.name()), parameters, single(family.support()), single(family.method()), single(entropy), partners]
}

/// One line a law.
fn lines(families: &[AnyFamily]) -> String {
    let join = |cell: Vec<String>| if cell.is_empty() { "-".to_owned() } else { cell.join(", ") };
    let rows: Vec<[String; 6]> =
        std::iter::once(["law", "parameter: path", "support", "draws by", "entropy", "KL to"].map(str::to_owned))
            .chain(families.iter().map(|family| cells(*family).map(join)))
            .collect();
    aligned(&rows)
}

/// About three lines a law, of at most so many characters: parameters; support and method; entropy and divergences.
fn blocks(families: &[AnyFamily], width: usize) -> String {
    let mut out = String::new();
    // A long name has a line of its own.
    let room = width.saturating_sub(NAME + 2).max(NAME);
    for family in families {
        let [name, parameters, support, method, entropy, partners] = cells(*family).map(|cell| cell.join(", "));
        let mut about = wrapped(&parameters, room);
        about.extend(wrapped(&format!("{support}; by {method}"), room));
        let partners = if partners.is_empty() { String::new() } else { format!("; KL to {partners}") };
        about.extend(wrapped(&format!("entropy {entropy}{partners}"), room));
        let mut name = name.as_str();
        if name.chars().count() > NAME {
            let _ = writeln!(out, "{name}");
            name = "";
        }
        for line in about {
            let _ = writeln!(out, "{name:<NAME$}  {line}");
            name = "";
        }
    }
    out
}

fn entry(family: AnyFamily) -> Json {
    let parameter = |p: &reparam_core::law::Parameter| {
        let instead = alternatives(family, p).map(|way| Json::text(way.from));
        Json::object([
            ("name", Json::text(spelled(p.name))),
            ("rule", Json::text(p.rule.to_string())),
            ("vector", Json::Flag(p.vector)),
            ("pathwise", if p.path == Path::None { Json::Null } else { Json::text(p.path.to_string()) }),
            ("instead", Json::List(instead.collect())),
        ])
    };
    Json::object([
        ("name", Json::text(family.name())),
        ("kind", Json::text(words(family.kind()))),
        ("parameters", Json::List(family.parameters().iter().map(parameter).collect())),
        ("support", Json::text(family.support())),
        ("method", Json::text(family.method())),
        ("closed_entropy", Json::Flag(family.closed_entropy())),
        ("kl", Json::List(partners(family).into_iter().map(Json::text).collect())),
    ])
}

/// A text in lines of at most `width`, all but the first set in.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let set_in = if lines.is_empty() { "" } else { "  " };
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                *line += word;
            }
            _ => lines.push(format!("{set_in}{word}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_are_set_in() {
        assert_eq!(wrapped("KL to normal, laplace", 80), ["KL to normal, laplace"]);
        assert_eq!(wrapped("KL to normal, laplace", 14), ["KL to normal,", "  laplace"]);
        assert_eq!(wrapped("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn a_terminal_is_not_overrun_and_a_pipe_gets_one_line_a_law() {
        let families: Vec<AnyFamily> = all().collect();
        for width in [80, 100] {
            let text = blocks(&families, width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
        assert_eq!(lines(&families).lines().count(), families.len() + 1);
    }
}
