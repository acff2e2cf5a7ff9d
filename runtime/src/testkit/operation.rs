//! The names of what a store can be asked, for tests that count or disturb it.

/// One method of a store or of a capability.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Operation {
    /// [`Store::create`](crate::store::Store::create)
    Create,
    /// [`Store::load`](crate::store::Store::load)
    Load,
    /// [`Store::update`](crate::store::Store::update)
    Update,
    /// [`Store::touch`](crate::store::Store::touch)
    Touch,
    /// [`Store::delete`](crate::store::Store::delete)
    Delete,
    /// [`Sweep::delete_expired`](crate::store::Sweep::delete_expired)
    DeleteExpired,
    /// [`Enumerate::count`](crate::store::Enumerate::count)
    Count,
    /// [`Enumerate::list`](crate::store::Enumerate::list)
    List,
    /// [`Enumerate::delete_all`](crate::store::Enumerate::delete_all)
    DeleteAll,
    /// [`FindByColumn::find_by_column`](crate::store::FindByColumn::find_by_column)
    FindByColumn,
    /// [`FindByColumn::delete_by_column`](crate::store::FindByColumn::delete_by_column)
    DeleteByColumn,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 11] = [
        Self::Create,
        Self::Load,
        Self::Update,
        Self::Touch,
        Self::Delete,
        Self::DeleteExpired,
        Self::Count,
        Self::List,
        Self::DeleteAll,
        Self::FindByColumn,
        Self::DeleteByColumn,
    ];
}

/// How often each operation was called.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Calls([u64; Operation::ALL.len()]);

impl Calls {
    /// How often this operation was called.
    pub const fn of(&self, operation: Operation) -> u64 {
        self.0[operation as usize]
    }

    /// How often any operation was called.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Counts a call, and says how many there now are of its operation.
    pub(super) const fn add(&mut self, operation: Operation) -> u64 {
        self.0[operation as usize] += 1;
        self.0[operation as usize]
    }
}
