use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column = "id")]
    field_0: i64,
    #[session(column = "version")]
    field_1: i64,
    #[session(column = "state")]
    field_2: i64,
    #[session(column = "created_at")]
    field_3: i64,
    #[session(column = "seen_at")]
    field_4: i64,
    #[session(column = "expires_at")]
    field_5: i64,
    #[session(column = "data")]
    field_6: i64,
}

fn main() {}
