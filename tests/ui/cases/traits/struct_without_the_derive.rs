use sessio::model::SessionModel;

struct Cart {
    visits: u32,
}

fn needs_a_model<T: SessionModel>() {}

fn with_a_plain_struct() {
    needs_a_model::<Cart>();
}

fn main() {}
