use sessio::{Column, Session};

#[derive(Clone, Column, Default, PartialEq, serde::Deserialize, serde::Serialize)]
enum Plan {
    #[default]
    Free,
    Custom(u32),
}

#[derive(Session)]
struct Cart {
    #[session(index)]
    plan: Plan,
}

fn main() {

}
