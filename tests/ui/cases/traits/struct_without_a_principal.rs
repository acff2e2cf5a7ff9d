use sessio::{Session, model::HasPrincipal};

#[derive(Session)]
struct Cart {
    visits: u32,
}

fn needs_a_principal<T: HasPrincipal>() {}

fn with_nobody() {
    needs_a_principal::<Cart>();
}

fn main() {}
