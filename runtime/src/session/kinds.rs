//! One kind, one type: two types of one kind in a process would read each other's sessions.

use std::{
    any::{TypeId, type_name},
    collections::HashMap,
};

use parking_lot::Mutex;

use crate::{error::ConfigError, model::SessionModel};

static KINDS: Mutex<Option<HashMap<&'static str, (TypeId, &'static str)>>> = Mutex::new(None);

/// Claims the kind of `T` for this process.
pub(super) fn claim<T: SessionModel>() -> Result<(), ConfigError> {
    let mut kinds = KINDS.lock();
    let owner = kinds.get_or_insert_default().entry(T::KIND).or_insert((TypeId::of::<T>(), type_name::<T>()));
    if owner.0 == TypeId::of::<T>() {
        Ok(())
    } else {
        Err(ConfigError::KindTaken { kind: T::KIND, first: owner.1, second: type_name::<T>() })
    }
}
