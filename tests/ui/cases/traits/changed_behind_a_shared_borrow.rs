//! What can change behind a shared borrow would change unseen: no such type of the standard library is a session value.

use std::sync::{Mutex, OnceLock, RwLock, atomic::AtomicU32};

use sessio::model::SessionValue;

fn kept<T: SessionValue>() {}

fn main() {
    kept::<AtomicU32>();
    kept::<Mutex<u32>>();
    kept::<RwLock<u32>>();
    kept::<OnceLock<u32>>();
}
