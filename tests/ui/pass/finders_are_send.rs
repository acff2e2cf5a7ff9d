//! A finder's future moves between threads, so it can be awaited in any handler.

use sessio::{Session, store::FindByColumn};

#[derive(Session)]
#[session(unique(device))]
struct Shop {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(column, max_len = 32)]
    device: String,
}

fn needs_send<T: Send>(_: T) {}

#[allow(dead_code)]
fn finders<S: FindByColumn<Model = Shop>>(store: &S) {
    needs_send(Shop::find_by_user_id(store, 7));
    needs_send(Shop::delete_by_user_id(store, 7));
    needs_send(Shop::find_by_device(store, "phone"));
    needs_send(Shop::delete_by_device(store, String::from("phone")));
}

fn main() {}
