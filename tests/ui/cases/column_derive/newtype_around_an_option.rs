use sessio::{Column, Session};

#[derive(Clone, Column, Default, PartialEq, serde::Deserialize, serde::Serialize)]
struct Nickname(Option<String>);

#[derive(Session)]
struct Cart {
    #[session(column)]
    nickname: Option<Nickname>,
    #[session(index)]
    other: Nickname,
}

fn main() {}
