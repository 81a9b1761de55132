//! Asking for a pathwise gradient through a discrete draw does not compile, and the message names what to use instead.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Names in the advice: estimators that fit a discrete draw, and the draw without gradient.
const ADVICE: [&str; 8] = [
    "no pathwise gradient",
    "score function",
    "log_prob",
    "leave-one-out",
    "enumeration",
    "Gumbel-Softmax",
    "straight-through",
    "sample",
];

/// Compiles a library against the crate's rlib; the compiler's messages on failure.
fn compile(program: &str, rlib: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let source = folder.path().join("program.rs");
    std::fs::write(&source, program).expect("the source can be written");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut dependencies = std::ffi::OsString::from("dependency=");
    dependencies.push(rlib.parent().expect("an rlib lies in a folder"));
    let mut library = std::ffi::OsString::from("reparam=");
    library.push(rlib);
    let output = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"])
        .arg(folder.path())
        .arg("--extern")
        .arg(library)
        .arg("-L")
        .arg(dependencies)
        .arg(&source)
        .output()
        .expect("the compiler that built this test can be run");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The newest rlib beside this test against which the positive control compiles: older ones may lie there too.
fn rlib() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.parent().expect("it lies in a folder");
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let is_ours = name.starts_with("libreparam-") && entry.path().extension()? == "rlib";
            Some((is_ours.then(|| entry.metadata().ok()?.modified().ok()).flatten()?, entry.path()))
        })
        .collect();
    found.sort();
    let mut messages = String::new();
    for (_, path) in found.into_iter().rev() {
        match compile(CONTROL, &path) {
            Ok(()) => return path,
            Err(message) => messages += &message,
        }
    }
    panic!("the positive control compiles against no rlib of this crate: {messages}");
}

/// Positive control: the same calls on laws that have a path.
const CONTROL: &str = "
    use reparam::dist::{Independent, Laplace, Normal, Rsample};
    pub fn needs<const D: usize, L: Rsample<D>>(_: &L) {}
    pub fn method(law: Normal<1>) { let _ = law.rsample(law.loc()); }
    pub fn bound(law: Laplace<1>) { needs(&law); }
    pub fn nested(law: Independent<Normal<1>>) { let _ = law.rsample(law.base().loc()); needs(&law); }
";

#[test]
fn every_way_to_ask_prints_the_advice() {
    let rlib = rlib();
    let bodies = [
        ("law: Bernoulli<1>", "let _ = law.rsample(law.logits());"),
        ("law: Bernoulli<1>", "let _ = Rsample::rsample(&law, law.logits());"),
        ("law: Bernoulli<2>", "needs(&law);"),
        ("law: Categorical<2>", "let _ = law.rsample(law.log_probs());"),
        ("law: Categorical<1>", "needs(&law);"),
        ("law: Independent<Bernoulli<2>>", "let _ = law.rsample(law.base().logits());"),
        ("law: Independent<Bernoulli<2>>", "needs(&law);"),
    ];
    for (parameter, body) in bodies {
        let program = format!(
            "use reparam::dist::{{Bernoulli, Categorical, Independent, Rsample}};
             pub fn needs<const D: usize, L: Rsample<D>>(_: &L) {{}}
             pub fn ask({parameter}) {{ {body} }}"
        );
        let message = compile(&program, &rlib).expect_err("a discrete law has no pathwise gradient");
        for word in ADVICE {
            assert!(message.contains(word), "`{body}` on `{parameter}` does not say `{word}`:\n{message}");
        }
    }
}
