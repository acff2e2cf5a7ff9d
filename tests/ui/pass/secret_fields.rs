//! A struct with a secret field has a `Debug` that does not show it, also where another type in it has none.

use sessio::{Session, model::SessionModel};

#[derive(Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Mute(u8);

#[derive(Session)]
struct Vault {
    #[session(secret)]
    pin: String,
    owner: String,
    mute: Mute,
    #[session(secret, default = vec![1, 2], merge = "append")]
    keys: Vec<u8>,
    #[session(skip)]
    seen: bool,
}

fn main() {
    let mut vault = Vault::fresh();
    vault.set_pin("4711");
    vault.set_owner("Alice");
    vault.seen = true;
    assert_eq!(vault.pin(), "4711");
    assert_eq!(format!("{vault:?}"), r#"Vault { pin: .., owner: "Alice", mute: 0, keys: .., .. }"#);
}
