use sessio::{Session, schema::lock_of};

#[derive(Session)]
struct Player {
    level: String,
}

fn main() {
    print!("{}", lock_of::<Player>());
}
