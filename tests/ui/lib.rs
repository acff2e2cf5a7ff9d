//! The compile-fail suite of the derive. It has no code of its own: see `ui.rs`.
//!
//! `cases/<topic>/<case>.rs` must not compile, and the compiler's words stand beside it in `<case>.stderr`. `pass/<case>.rs`
//! must compile and run. After a deliberate change of words: `TRYBUILD=overwrite cargo test -p sessio-ui-tests`.
