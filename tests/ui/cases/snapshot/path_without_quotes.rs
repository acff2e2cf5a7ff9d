use sessio::Session;

#[derive(Session)]
#[session(snapshot = shop)]
struct Shop {
    cart: Vec<String>,
}

#[derive(Session)]
#[session(snapshot)]
struct Desk {
    #[session(snapshot = "files/clean.schema")]
    cart: Vec<String>,
}

fn main() {}
