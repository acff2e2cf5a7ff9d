//! The operating system's randomness, replaced: tests see what happens when there is none, and where each byte comes from.

use std::{path::Path, process::Command};

use sessio_test_support::{in_its_own_process_with, not_run};

/// What the operating system answers when it is asked for random bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Randomness {
    /// An error.
    Fails,
    /// The number of the call, in every byte.
    CountsCalls,
}

/// Runs a test in a process of its own, where randomness is this.
///
/// # Panics
///
/// When the test fails there.
pub fn where_randomness(is: Randomness, test: impl FnOnce()) {
    if Command::new("cc").arg("--version").output().is_err() {
        return not_run("needs a C compiler, cc");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library = || {
        let library = folder.path().join("randomness.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/randomness.c");
        let mut compiler = Command::new("cc");
        if is == Randomness::Fails {
            compiler.arg("-DFAILS");
        }
        let compiled = compiler.args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
        assert!(compiled.is_ok_and(|status| status.success()), "{} does not compile", source.display());
        library
    };
    in_its_own_process_with(library, test);
}
