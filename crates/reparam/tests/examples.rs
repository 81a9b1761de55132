//! The examples of the book run: each asserts what it prints. `cargo test` builds them beside this test.

use std::process::Command;

#[test]
fn every_example_of_the_book_ends_well() {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("tests lie in <profile>/deps").join("examples");
    for name in [
        "pathwise_gradient",
        "elbo_and_iwae",
        "enumerate_or_path",
        "keyed_noise",
        "train_vae",
        "two_layer_network",
        "compare_estimators",
    ] {
        let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let output = Command::new(&program).output().unwrap_or_else(|e| panic!("{}: {e}", program.display()));
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
