//! `cargo run --bin migrate -- generate "what changes"` writes the migrations that the structs need.

use sessio::migrate::{Model, cli};
use sessio_example_migrations::{Admin, Shop};

fn main() -> std::process::ExitCode {
    cli::run([Model::of::<Shop>(), Model::of::<Admin>()])
}
