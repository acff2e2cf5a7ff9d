//! What the code that the derive emits names, and nobody else: it knows this module as `__sessio`.
//!
//! Each field's type meets its trait bounds in exactly one place, the const that one of the functions below builds. All
//! that is emitted for the field then goes through that const, so a type that does not fit is one error, in our words,
//! under the type. The checks that need the type and not its tokens are the `assert_` functions: the derive calls each in a
//! const of its own, and `#[track_caller]` puts the message where the call is.

use std::{fmt, marker::PhantomData};

pub use std::{
    convert::Into,
    mem::replace,
    option::Option::{self, None, Some},
    primitive::{str, u64, usize},
    result::Result,
    vec::Vec,
};

pub use crate::{
    merge::{self, Merge},
    model::{Field, SessionModel, TypedMerge, TypedUpgrade, Value},
    schema::{
        ColumnDef, IndexDef, Locked, OnDelete, Schema, Shape,
        lock::{Lock, Older, Pinned, shape_or},
        shape::{Probe, Unshaped},
        snapshot::{FirstValue, Snapshot},
    },
    session::{Sessions, Stored},
    store::{FindByColumn, StoreError},
};
use crate::{
    model::{
        Column, ColumnCodec, ColumnError, ColumnType, ColumnValue, JsonColumn, PrincipalField, SessionValue,
        TypedColumn,
    },
    schema::Reference,
};

/// A field's type, proven to be a session value.
///
/// Its functions are called as what they are, fields: looking up methods would take the compiler longer than all else that is
/// emitted for the field.
pub struct FieldOf<F> {
    /// The field without its type.
    pub shared: fn(&F) -> &dyn Value,
    /// The field without its type, to be changed.
    pub exclusive: fn(&mut F) -> &mut dyn Value,
    /// What a new visitor has in it.
    pub fresh: fn() -> F,
    /// Its `Clone`, if it has one.
    pub clone: Option<fn(&F) -> F>,
}

/// Copies a field's value by its `Clone`, where the type has it.
///
/// `Cloning::<F>::CLONE` is that of this type for types that are `Clone`, because inherent items come first; for the others
/// it is that of [`NotClone`].
pub struct Cloning<F>(PhantomData<F>);

impl<F: Clone> Cloning<F> {
    /// The type's `Clone`.
    pub const CLONE: Option<fn(&F) -> F> = Some(F::clone);
}

/// The answer for types that are not `Clone`.
pub trait NotClone<F> {
    /// No `Clone`.
    const CLONE: Option<fn(&F) -> F> = None;
}

impl<F> NotClone<F> for Cloning<F> {}

/// A field in the payload, and what a new visitor has in it.
pub const fn payload<F: SessionValue>(fresh: fn() -> F) -> FieldOf<F> {
    FieldOf { shared: |field| field, exclusive: |field| field, fresh, clone: None }
}

impl<F> FieldOf<F> {
    /// Copies a value with this function.
    #[must_use]
    pub const fn cloned(mut self, clone: Option<fn(&F) -> F>) -> Self {
        self.clone = clone;
        self
    }
}

/// A field of a struct that has mistakes: nobody gets to run what it does.
pub const fn mistaken<F>() -> FieldOf<F> {
    FieldOf { shared: |_| unreachable!(), exclusive: |_| unreachable!(), fresh: || unreachable!(), clone: None }
}

/// The same for a field in a column.
pub struct MistakenColumnOf<F> {
    /// How the field would be reached.
    pub field: FieldOf<F>,
}

/// The same for a field in a column.
pub const fn mistaken_column<F>() -> MistakenColumnOf<F> {
    MistakenColumnOf { field: mistaken() }
}

/// A field's type, proven to be a session value and a column.
pub struct ColumnOf<F: 'static> {
    /// How the field is reached.
    pub field: FieldOf<F>,
    /// The column in the schema.
    pub def: ColumnDef,
    /// How a value gets into the column and back.
    pub codec: &'static dyn ColumnCodec,
    to_column: Option<fn(&F) -> ColumnValue>,
    ambiguous: bool,
}

/// A field in a column of its own.
pub const fn column<F: Column + SessionValue>(name: &'static str, fresh: fn() -> F) -> ColumnOf<F> {
    ColumnOf {
        field: payload(fresh),
        def: ColumnDef::new(name, F::TYPE, F::NULLABLE),
        codec: &TypedColumn::<F>::NEW,
        to_column: Some(F::to_column),
        ambiguous: F::AMBIGUOUS,
    }
}

/// The field that says whom the session belongs to.
pub const fn principal<M: PrincipalSource>(name: &'static str, fresh: fn() -> M::Field) -> ColumnOf<M::Field> {
    column(name, fresh)
}

/// A field in a column that holds JSON.
pub const fn json<F: SessionValue>(name: &'static str, fresh: fn() -> F) -> ColumnOf<F> {
    ColumnOf {
        field: payload(fresh),
        def: ColumnDef::json(name),
        codec: &JsonColumn::<F>::NEW,
        to_column: None,
        ambiguous: false,
    }
}

impl<F> ColumnOf<F> {
    /// Copies a value with this function.
    #[must_use]
    pub const fn cloned(mut self, clone: Option<fn(&F) -> F>) -> Self {
        self.field.clone = clone;
        self
    }

    /// Limits the length.
    #[must_use]
    pub const fn max_len(mut self, max_len: u32) -> Self {
        self.def = self.def.max_len(max_len);
        self
    }

    /// Declares a rename.
    #[must_use]
    pub const fn renamed_from(mut self, name: &'static str) -> Self {
        self.def = self.def.renamed_from(name);
        self
    }

    /// Refers to a row of another table.
    #[must_use]
    pub const fn references(mut self, table: &'static str, column: &'static str, on_delete: OnDelete) -> Self {
        self.def = self.def.references(Reference::new(table, column, on_delete));
        self
    }

    /// The value to look for in the column.
    pub fn to_column(&self, value: &F) -> ColumnValue {
        self.to_column.map_or(ColumnValue::Null, |to_column| to_column(value))
    }
}

/// The field that says whom a session belongs to. Through it the derive gives the struct
/// [`HasPrincipal`](crate::model::HasPrincipal).
pub trait PrincipalSource {
    /// The field's type.
    type Field: PrincipalField;

    /// The field.
    fn principal_field(&self) -> &Self::Field;

    /// The field, to be changed.
    fn principal_field_mut(&mut self) -> &mut Self::Field;
}

/// Whether a session belongs to somebody.
pub fn has_principal<M: PrincipalSource>(model: &M) -> bool {
    model.principal_field().get().is_some()
}

/// Refuses an `Option` inside an `Option`.
#[track_caller]
pub const fn assert_null_is_clear<F>(column: &ColumnOf<F>) {
    assert!(!column.ambiguous, "a column is either NULL or a value; store the whole field with `#[session(json)]`");
}

/// Refuses `max_len` where nothing has a length.
#[track_caller]
pub const fn assert_has_length<F>(column: &ColumnOf<F>) {
    assert!(
        matches!(column.def.ty, ColumnType::Text | ColumnType::Bytes),
        "`max_len` applies to `String` and `Vec<u8>` columns; this type has a fixed size"
    );
}

/// Refuses to set a column to `NULL` that may not be.
#[track_caller]
pub const fn assert_may_be_null<F>(column: &ColumnOf<F>) {
    assert!(
        column.def.nullable,
        "`on_delete = \"set null\"` needs a column that may be NULL; make the field an `Option`, or use \"cascade\""
    );
}

/// Refuses an index over a type that not every database can index.
#[track_caller]
pub const fn assert_index_key<F>(column: &ColumnOf<F>) {
    let limited = column.def.max_len.is_some();
    match column.def.ty {
        ColumnType::Text => assert!(limited, "MySQL cannot index a `TEXT` column; add `#[session(max_len = 64)]`"),
        ColumnType::Bytes => assert!(limited, "MySQL cannot index a `BLOB` column; add `#[session(max_len = 64)]`"),
        ColumnType::Float32 | ColumnType::Float64 => {
            panic!("a floating point column makes a poor index key; store a whole number, such as cents")
        }
        _ => {}
    }
}

/// What a field of a new visitor's session holds when the struct does not say.
#[diagnostic::on_unimplemented(
    message = "a new visitor's session has no value for a field of type `{Self}`",
    label = "no `Default`",
    note = "derive `Default` for `{Self}`, or say the first value with `#[session(default = ..)]`"
)]
pub trait Fresh {
    /// The value.
    fn of_a_new_visitor() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Fresh for T {
    fn of_a_new_visitor() -> Self {
        T::default()
    }
}

/// The value of a field that the struct gives no default.
pub fn fresh<F: Fresh>() -> F {
    F::of_a_new_visitor()
}

/// A field's position came from elsewhere than the struct's own `FIELDS`.
pub fn no_such_field(kind: &str, index: usize) -> ! {
    panic!("`{kind}` has no field number {index}")
}

/// Writes a session struct for a log: its stored fields as JSON, without the secret ones.
pub fn debug<T: SessionModel>(name: &str, model: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (index, field) in T::FIELDS.iter().enumerate() {
        let mut encoded = Vec::new();
        if !field.secret && model.field(index).encode(&mut encoded).is_ok() {
            shown.field(field.name, &format_args!("{}", String::from_utf8_lossy(&encoded)));
        } else {
            shown.field(field.name, &format_args!(".."));
        }
    }
    shown.finish_non_exhaustive()
}

/// A type, proven to be a column, to which another delegates.
pub struct ColumnParts<F> {
    /// The column's type.
    pub ty: ColumnType,
    /// Whether it may be `NULL`.
    pub nullable: bool,
    /// Whether `NULL` could mean two things.
    pub ambiguous: bool,
    /// The value for the column.
    pub to_column: fn(&F) -> ColumnValue,
    /// The value from the column.
    pub from_column: fn(&ColumnValue) -> Result<F, ColumnError>,
}

/// The parts of a column type.
pub const fn column_parts<F: Column>() -> ColumnParts<F> {
    ColumnParts {
        ty: F::TYPE,
        nullable: F::NULLABLE,
        ambiguous: F::AMBIGUOUS,
        to_column: F::to_column,
        from_column: F::from_column,
    }
}

/// The column of a variant's name.
pub fn name_to_column(name: &str) -> ColumnValue {
    ColumnValue::Text(name.to_owned())
}

/// The variant whose name is in the column.
pub fn name_from_column<T>(
    ty: &'static str,
    value: &ColumnValue,
    variant: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ColumnError> {
    match value {
        ColumnValue::Text(name) => {
            variant(name).ok_or_else(|| ColumnError::invalid(ty, "it is the name of no variant"))
        }
        other => Err(ColumnError::mismatch("text", other)),
    }
}
