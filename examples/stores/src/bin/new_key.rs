//! Makes a key for sealed cookies, in the form in which `KeyRing::from_env` and `KeyRing::from_file` read it.
//!
//! ```text
//! cargo run -q -p store-examples --bin new_key              # active:<key>
//! cargo run -q -p store-examples --bin new_key -- staged    # staged:<key>, the first step of a rotation
//! ```
//!
//! The key goes to stdout, so that it can be sent into a file without being seen; its id, which is no secret and names the
//! key in logs, to stderr. `docs/keys.md` says what to do with them.

use std::env;

use anyhow::bail;
use sessio::keys;

fn main() -> anyhow::Result<()> {
    let state = env::args().nth(1).unwrap_or_else(|| "active".to_owned());
    if !matches!(state.as_str(), "active" | "staged") {
        bail!("a new key is `active` or `staged`, and not `{state}`");
    }
    let key = keys::generate()?;
    println!("{state}:{}", *key.reveal());
    eprintln!("The key's id is {}.", key.id());
    Ok(())
}
