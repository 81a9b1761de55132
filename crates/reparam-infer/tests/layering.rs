//! The direction of dependence between crates and between modules (DESIGN.md), read from the sources and the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Crates, and what of this workspace, of Burn and of serde each may name. Each crate names only ones above it.
const CRATES: [(&str, &[&str]); 6] = [
    ("reparam_core", &[]),
    ("reparam_infer", &["reparam_core"]),
    ("reparam_dynamics", &["reparam_core", "reparam_infer", "serde"]),
    ("reparam_cells", &["reparam_core", "serde"]),
    ("reparam", &["reparam_core", "reparam_infer", "burn", "serde"]),
    (
        "reparam_cli",
        &["reparam_core", "reparam_infer", "reparam_dynamics", "reparam_cells", "reparam", "burn", "serde"],
    ),
];

/// Names whose use is told apart; what is not here (rayon, png…) is for the manifests to say.
const WATCHED: [&str; 8] =
    ["reparam_core", "reparam_infer", "reparam_dynamics", "reparam_cells", "reparam", "reparam_cli", "burn", "serde"];

/// A module at the root of a crate, and those that it may name.
type Module = (&'static str, &'static [&'static str]);

/// Modules of each crate, and those that each may name: only ones above it in the list, so there can be no cycle.
const MODULES: [(&str, &[Module]); 6] = [
    (
        "reparam_core",
        &[
            ("kernel", &[]),
            ("special", &["kernel"]),
            ("noise", &["special"]),
            ("bijector", &["special"]),
            ("law", &["kernel", "special", "noise", "bijector"]),
            ("diagnose", &["special", "noise", "law"]),
        ],
    ),
    (
        "reparam_infer",
        &[
            ("log_density", &[]),
            ("adapter", &["log_density"]),
            ("draws", &[]),
            ("evaluator", &["log_density"]),
            ("gradient_check", &["log_density"]),
            ("model", &["log_density"]),
            ("constrained", &["log_density", "model"]),
            ("lbfgs", &[]),
            ("matrix", &[]),
            ("guide", &["matrix"]),
            ("psis", &[]),
            ("chains", &["draws"]),
            ("agreement", &["draws", "psis"]),
            ("correlations", &["draws", "psis"]),
            ("nuts", &["log_density", "draws", "chains"]),
            ("fit", &["log_density", "draws", "lbfgs", "matrix", "guide", "psis", "correlations"]),
            ("calibration", &["log_density", "model", "draws"]),
            ("examples", &["log_density", "model"]),
        ],
    ),
    (
        "reparam_dynamics",
        &[
            ("expression", &[]),
            ("nearest", &[]),
            ("formula", &["expression", "nearest"]),
            ("system", &["expression"]),
            ("problem", &["expression", "system"]),
            ("solve", &["expression", "system"]),
            ("model", &["expression", "system", "problem", "solve"]),
            ("sbml", &["expression", "system"]),
            ("petab", &["expression", "formula", "system", "problem", "sbml"]),
            ("text", &["expression", "nearest", "formula", "system", "problem"]),
            ("builtin", &["problem", "text"]),
        ],
    ),
    (
        "reparam_cells",
        &[
            ("sparse", &[]),
            ("frame", &[]),
            ("phase", &[]),
            ("store", &["sparse"]),
            ("data", &["sparse", "frame", "store"]),
            ("check", &["sparse", "frame", "store", "data"]),
            ("read", &["sparse", "frame", "store", "data", "check"]),
            ("select", &["sparse", "store", "data"]),
            ("gene_sets", &["data", "phase"]),
            ("simulate", &["sparse", "frame", "store", "data", "select", "gene_sets"]),
            ("cycle", &["sparse", "store", "data", "phase", "select", "gene_sets", "simulate"]),
            // The last two by its tests alone.
            ("write", &["sparse", "frame", "store", "data", "select", "simulate", "cycle"]),
        ],
    ),
    (
        "reparam",
        &[
            ("fused", &[]),
            ("noise", &[]),
            ("infer", &[]),
            ("attach", &["fused"]),
            ("special", &["attach"]),
            ("dist", &["attach", "noise", "fused", "special"]),
            // The generic trainer: it takes any objective as a closure that returns a surrogate.
            ("train", &["fused"]),
            ("nn", &["fused"]),
            ("estimator", &["dist", "noise", "special"]),
            ("measure", &["attach", "dist", "noise", "estimator"]),
            ("objective", &["train", "dist", "noise", "estimator"]),
            ("vae", &["train", "nn", "fused", "noise", "dist", "estimator", "objective"]),
            ("cells", &["attach", "special", "train", "nn", "fused", "noise", "dist", "objective", "vae"]),
        ],
    ),
    (
        "reparam_cli",
        &[
            ("console", &[]),
            ("data", &[]),
            ("folder", &[]),
            ("report", &[]),
            // The applications, and the command line on top of them.
            ("law", &["console", "report"]),
            ("compare", &["console", "report", "law"]),
            ("vae", &["console", "data", "report"]),
            ("infer", &["console", "report", "law", "compare"]),
            ("cells", &["console", "folder", "report"]),
            ("cli", &["console", "law", "compare", "vae", "infer", "cells"]),
        ],
    ),
];

/// A source without its comments and the contents of its strings.
fn code(source: &str) -> String {
    source
        .lines()
        .map(|line| {
            let mut kept = String::new();
            let (mut quoted, mut last) = (false, ' ');
            for c in line.chars() {
                if !quoted && last == '/' && c == '/' {
                    kept.pop();
                    break;
                }
                if c == '"' && last != '\\' && last != '\'' {
                    quoted = !quoted;
                } else if !quoted {
                    kept.push(c);
                }
                last = c;
            }
            kept + "\n"
        })
        .collect()
}

/// All paths `a::b::c` in a source, those of `use` groups multiplied out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(source: &str) -> Vec<Vec<String>> {
    let code = code(source);
    let mut tokens: Vec<String> = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_string();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(c);
            }
            tokens.push(word);
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push("::".into());
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    let is_word = |t: &String| t.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    // The path so far, and the prefixes of the groups that are open; `None` for a brace that is no group.
    let (mut path, mut open): (Vec<String>, Vec<Option<Vec<String>>>) = (Vec::new(), Vec::new());
    let mut after_separator = false;
    for token in &tokens {
        if is_word(token) {
            if !after_separator {
                let prefix = open.last().cloned().flatten();
                path = prefix.unwrap_or_default();
            }
            path.push(token.clone());
            found.push(path.clone());
            after_separator = false;
        } else if token == "::" {
            after_separator = true;
        } else {
            match token.as_str() {
                "{" => open.push(after_separator.then(|| path.clone())),
                "}" => drop(open.pop()),
                _ => {}
            }
            after_separator = false;
        }
    }
    found
}

/// Watched crates that a source names.
fn crates_named(source: &str) -> BTreeSet<String> {
    paths(source)
        .into_iter()
        .filter(|path| path.len() > 1)
        .map(|path| path[0].clone())
        .filter(|name| WATCHED.contains(&name.as_str()))
        .collect()
}

/// Modules at the root of the crate that the source of module `at` names, itself left out.
fn modules_named(at: &[String], source: &str, roots: &BTreeSet<String>) -> BTreeSet<String> {
    let resolve = |path: Vec<String>| -> Option<String> {
        let up = path.iter().take_while(|s| *s == "super").count();
        match path.first().map(String::as_str) {
            Some("crate") => path.get(1).cloned(),
            // From the root, or past it (an inline module is one deeper than its file): the next segment is a root's name.
            Some("super") if up >= at.len() => path.get(up).cloned(),
            _ => None,
        }
    };
    paths(source)
        .into_iter()
        .filter_map(resolve)
        .filter(|name| roots.contains(name) && at.first() != Some(name))
        .collect()
}

/// Watched dependencies of a manifest, by the sections of dependencies of every kind.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut within = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            within = section.ends_with("dependencies");
            if let Some((_, name)) = section.split_once("dependencies.") {
                found.insert(name.replace('-', "_"));
            }
        } else if within && !line.starts_with('#') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.insert(name.replace('-', "_"));
        }
    }
    // `serde_json`, `burn_core`…: of the same family.
    let family = |name: &String| {
        WATCHED.into_iter().find(|w| name == w || (["burn", "serde"].contains(w) && name.starts_with(&format!("{w}_"))))
    };
    found.iter().filter_map(family).map(str::to_owned).collect()
}

fn forbidden(found: &BTreeSet<String>, allowed: &[&str]) -> Vec<String> {
    let allowed = |name: &&String| !allowed.contains(&name.as_str());
    found.iter().filter(allowed).cloned().collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// `src/vae/fit.rs` is module `vae::fit`, `src/vae/mod.rs` is `vae`, `src/lib.rs` is the root.
fn module_of(file: &Path, src: &Path) -> Vec<String> {
    let inside = file.strip_prefix(src).expect("a file of this crate");
    let mut parts: Vec<String> =
        inside.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

fn crate_folder(name: &str) -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    crates.join(name.replace('_', "-"))
}

#[test]
fn the_tables_have_no_cycle() {
    for (at, (name, allowed)) in CRATES.iter().enumerate() {
        for other in allowed.iter().filter(|o| o.starts_with("reparam")) {
            let above = CRATES[..at].iter().any(|(c, _)| c == other);
            assert!(above, "{name} may name {other}, which is not above it");
        }
    }
    for (name, modules) in MODULES {
        for (at, (module, allowed)) in modules.iter().enumerate() {
            for other in *allowed {
                let above = modules[..at].iter().any(|(m, _)| m == other);
                assert!(above, "{name}: {module} may name {other}, which is not above it");
            }
        }
    }
}

#[test]
fn crates_name_only_what_lies_below_them() {
    for (name, allowed) in CRATES {
        let folder = crate_folder(name);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let wrong = forbidden(&dependencies(&manifest), allowed);
        assert!(wrong.is_empty(), "the manifest of {name} names {wrong:?}");
        let mut files = Vec::new();
        rust_files(&folder.join("src"), &mut files);
        assert!(!files.is_empty(), "{name} has no sources");
        // Tests, examples and benches name their own crate too, and no other.
        let mut own = allowed.to_vec();
        own.push(name);
        for place in ["tests", "examples", "benches"] {
            rust_files(&folder.join(place), &mut files);
        }
        for file in files.iter().filter(|f| !f.ends_with("layering.rs")) {
            let source = fs::read_to_string(file).expect("a source");
            let wrong = forbidden(&crates_named(&source), &own);
            assert!(wrong.is_empty(), "{} names {wrong:?}", file.display());
        }
    }
}

#[test]
fn modules_name_only_what_lies_below_them() {
    for (name, modules) in MODULES {
        let allowed: BTreeMap<&str, &[&str]> = modules.iter().copied().collect();
        let src = crate_folder(name).join("src");
        let mut files = Vec::new();
        rust_files(&src, &mut files);
        let roots: BTreeSet<String> = files.iter().filter_map(|file| module_of(file, &src).first().cloned()).collect();
        for file in &files {
            // `lib.rs` and `main.rs` name all their modules.
            let at = module_of(file, &src);
            let Some(module) = at.first() else { continue };
            let Some(allowed) = allowed.get(module.as_str()) else {
                panic!("{name}: module {module} is not in the table of this test: say what it may name");
            };
            let source = fs::read_to_string(file).expect("a source");
            let wrong = forbidden(&modules_named(&at, &source, &roots), allowed);
            assert!(wrong.is_empty(), "{} names {wrong:?}", file.display());
        }
    }
}

/// Negative control: made-up files with an arrow against the direction, in every form that a path can take.
#[test]
fn a_forbidden_arrow_is_found() {
    let roots: BTreeSet<String> = ["train", "objective", "vae", "nn"].map(String::from).into();
    let at = |path: &str| path.split("::").map(String::from).collect::<Vec<_>>();
    for (module, source) in [
        ("objective::elbo", "use crate::vae::Vae;"),
        ("objective::elbo", "use crate::{nn::Network, vae::Vae};"),
        ("objective", "use super::vae;"),
        ("objective::elbo", "use super::super::vae::Vae;"),
        ("objective::elbo", "fn f() { let x = crate::vae::Vae::new(); }"),
        ("objective", "pub use crate::{\n    train::{Adam, Schedule},\n    vae,\n};"),
        ("objective", "mod tests {\n    use super::super::vae::Vae;\n}"),
    ] {
        let found = modules_named(&at(module), source, &roots);
        assert!(found.contains("vae"), "{source}");
        assert_eq!(forbidden(&found, &["train", "nn"]), ["vae"], "{source}");
    }
    // Not arrows: a comment, a string, a module of the same name within another, itself.
    for (module, source) in [
        ("objective", "//! Unlike `crate::vae::Vae`."),
        ("objective", "let s = \"crate::vae::Vae\"; // crate::vae"),
        ("objective::elbo", "use super::vae::Local;"),
        ("vae::fit", "use crate::vae::Rows;"),
    ] {
        assert!(modules_named(&at(module), source, &roots).is_empty(), "{source}");
    }
    for source in [
        "use burn::tensor::Tensor;",
        "use {std::fs, burn::module::Module};",
        "type T = burn::tensor::Tensor<1>;",
        "#[derive(burn::module::Module)] struct M;",
    ] {
        assert!(crates_named(source).contains("burn"), "{source}");
        assert_eq!(forbidden(&crates_named(source), &["reparam_core"]), ["burn"]);
    }
    assert!(crates_named("// burn::tensor\nlet burn = 1;").is_empty());
    for manifest in [
        "[dependencies]\nburn.workspace = true\n",
        "[dev-dependencies]\nburn = \"0.22\"\n",
        "[dependencies.burn]\nversion = \"0.22\"\n",
        "[target.'cfg(unix)'.dependencies]\nburn-core = { version = \"0.22\" }\n",
    ] {
        let found = dependencies(manifest);
        assert_eq!(forbidden(&found, &["serde"]), ["burn"], "{manifest}");
    }
    assert!(dependencies("[package]\nname = \"burn\"\n[features]\ncuda = [\"burn/cuda\"]\n").is_empty());
}
