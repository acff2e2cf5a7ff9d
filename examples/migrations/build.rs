//! `sqlx::migrate!` embeds files, and Cargo does not notice a new one by itself.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
