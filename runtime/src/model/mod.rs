//! What the derive tells the runtime about a session struct: its fields, how each is stored and merged, and its table.
//!
//! The derive emits only this metadata, the accessors, and two functions that name a field by its position. Everything
//! that a session *does* is written once, in this crate, against [`SessionModel`].

mod field;
mod principal;
mod value;

pub use field::{ColumnCodec, Field, JsonColumn, MergeFields, TypedColumn, TypedMerge, TypedUpgrade, UpgradeField};
pub use principal::{HasPrincipal, PrincipalField};
pub use sessio_macros::Column;
pub use value::{DecodeError, EncodeError, SessionValue, Value};

pub use crate::column::{Column, ColumnError, ColumnType, ColumnValue};
use crate::schema::Schema;

/// A struct that can be a session. Implement it with `#[derive(Session)]`.
///
/// The value of a new visitor is [`fresh`](Self::fresh): each field's `Default`, or its `#[session(default = ..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session model",
    label = "not a session model",
    note = "add `#[derive(Session)]` to `{Self}`, with `use sessio::Session;`"
)]
pub trait SessionModel: Sized + Send + Sync + 'static {
    /// What distinguishes this type's sessions from another type's: part of every store key and every seal.
    ///
    /// By default the struct's name in snake case; `#[session(kind = "..")]` sets it.
    const KIND: &'static str;

    /// The stored fields, in declaration order. A `#[session(skip)]` field is not among them.
    const FIELDS: &'static [Field];

    /// The table that an SQL store keeps this type in.
    const SCHEMA: Schema;

    /// Which of [`FIELDS`](Self::FIELDS) says whom the session belongs to.
    const PRINCIPAL: Option<usize>;

    /// Whether the struct has fields that are not stored. They belong to one request, so such values are not shared.
    const SKIPS: bool = false;

    /// The value of a visitor who has stored nothing yet.
    fn fresh() -> Self;

    /// A second value with equal stored fields; fields that are not stored are made anew. `None` when a stored field is not
    /// `Clone`: the value is decoded from its bytes again then.
    fn copy(&self) -> Option<Self> {
        None
    }

    /// Whether the session belongs to somebody.
    fn has_principal(&self) -> bool {
        let mut encoded = Vec::new();
        Self::PRINCIPAL.is_some_and(|index| self.field(index).encode(&mut encoded).is_ok() && encoded != b"null")
    }

    /// The field at this position of [`FIELDS`](Self::FIELDS).
    fn field(&self, index: usize) -> &dyn Value;

    /// The field at this position of [`FIELDS`](Self::FIELDS), to be changed.
    fn field_mut(&mut self, index: usize) -> &mut dyn Value;
}
