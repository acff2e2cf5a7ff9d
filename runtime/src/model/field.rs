//! The metadata of one field, built in const context by the derive.

use std::{any::Any, fmt, marker::PhantomData};

use serde::de::DeserializeOwned;

use super::{Column, ColumnError, ColumnValue, EncodeError, SessionValue, Value, value::without_value};
use crate::merge::Merge;

/// One stored field of a session struct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Field {
    /// The name under which the field is stored. It is what `rename` and `rename_all` set.
    pub name: &'static str,
    /// Names under which older versions stored it; read when `name` is absent.
    pub aliases: &'static [&'static str],
    /// What happens when two overlapping requests both changed the field.
    pub merge: Merge,
    /// A stored value that does not decode refuses the session instead of becoming the default.
    pub strict: bool,
    /// No text about the session shows the value.
    pub secret: bool,
    /// Makes the value from one that an older version stored in another shape.
    pub upgrade: Option<&'static dyn UpgradeField>,
    /// The position in [`Schema::columns`](crate::schema::Schema::columns) and how the value gets there and back.
    pub column: Option<(usize, &'static dyn ColumnCodec)>,
}

impl Field {
    /// A payload field with the policy `last`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, aliases: &[], merge: Merge::Last, strict: false, secret: false, upgrade: None, column: None }
    }

    /// Older names of the field.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// How overlapping changes are merged.
    #[must_use]
    pub const fn merge(mut self, merge: Merge) -> Self {
        self.merge = merge;
        self
    }

    /// An undecodable value refuses the session.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// No text about the session shows the value.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// What an older version stored in another shape is upgraded.
    #[must_use]
    pub const fn upgrade(mut self, upgrade: &'static dyn UpgradeField) -> Self {
        self.upgrade = Some(upgrade);
        self
    }

    /// The field has the column at this position of the schema.
    #[must_use]
    pub const fn column(mut self, position: usize, codec: &'static dyn ColumnCodec) -> Self {
        self.column = Some((position, codec));
        self
    }
}

/// How a field's value gets into its column and back.
pub trait ColumnCodec: fmt::Debug + Sync {
    /// The value for the column.
    ///
    /// # Errors
    ///
    /// When a JSON column's type cannot be serialised.
    fn read(&self, field: &dyn Value) -> Result<ColumnValue, EncodeError>;

    /// Puts the column's value into the field. On an error the field stays as it was.
    ///
    /// # Errors
    ///
    /// When the column holds something that is not of the field's type.
    fn write(&self, field: &mut dyn Value, column: &ColumnValue) -> Result<(), ColumnError>;
}

/// The codec of a field whose type is a [`Column`].
pub struct TypedColumn<F>(PhantomData<fn() -> F>);

impl<F> TypedColumn<F> {
    /// The codec.
    pub const NEW: Self = Self(PhantomData);
}

impl<F> fmt::Debug for TypedColumn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedColumn")
    }
}

impl<F: Column + 'static> ColumnCodec for TypedColumn<F> {
    fn read(&self, field: &dyn Value) -> Result<ColumnValue, EncodeError> {
        Ok(typed::<F>(field).to_column())
    }

    fn write(&self, field: &mut dyn Value, column: &ColumnValue) -> Result<(), ColumnError> {
        *typed_mut::<F>(field) = F::from_column(column)?;
        Ok(())
    }
}

/// The codec of a `#[session(json)]` field: any session value, as JSON text.
pub struct JsonColumn<F>(PhantomData<fn() -> F>);

impl<F> JsonColumn<F> {
    /// The codec.
    pub const NEW: Self = Self(PhantomData);
}

impl<F> fmt::Debug for JsonColumn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonColumn")
    }
}

impl<F: SessionValue> ColumnCodec for JsonColumn<F> {
    fn read(&self, field: &dyn Value) -> Result<ColumnValue, EncodeError> {
        serde_json::to_string(typed::<F>(field)).map(ColumnValue::Json).map_err(EncodeError)
    }

    fn write(&self, field: &mut dyn Value, column: &ColumnValue) -> Result<(), ColumnError> {
        let ColumnValue::Json(text) = column else {
            return Err(ColumnError::mismatch("json", column));
        };
        let decoded = serde_json::from_str(text);
        *typed_mut::<F>(field) = decoded.map_err(|error| ColumnError::invalid("json", without_value::<F>(&error)))?;
        Ok(())
    }
}

/// A merge policy without its type; [`Merge::Typed`] holds one.
pub trait MergeFields: fmt::Debug + Sync {
    /// Sets `mine` to the merged value.
    fn merge(&self, base: &dyn Value, mine: &mut dyn Value, theirs: &dyn Value);
}

/// A merge function for fields of type `F`: from the value as loaded, mine, and theirs to the one to keep.
pub struct TypedMerge<F>(pub fn(base: &F, mine: &F, theirs: &F) -> F);

impl<F> fmt::Debug for TypedMerge<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedMerge")
    }
}

impl<F: 'static> MergeFields for TypedMerge<F> {
    fn merge(&self, base: &dyn Value, mine: &mut dyn Value, theirs: &dyn Value) {
        let merged = (self.0)(typed(base), typed(mine), typed(theirs));
        *typed_mut(mine) = merged;
    }
}

/// An upgrade without its types; [`Field::upgrade`] holds one.
pub trait UpgradeField: fmt::Debug + Sync {
    /// Sets the field from JSON that is not of its type. `false` when it is not of the older type either, or the upgrade
    /// has nothing to give; the field then stays as it was.
    fn upgrade(&self, field: &mut dyn Value, encoded: &[u8]) -> bool;
}

/// An upgrade function: from the type that an older version stored to the value of a field of type `F`.
pub struct TypedUpgrade<Old, F>(pub fn(old: Old) -> Option<F>);

impl<Old, F> fmt::Debug for TypedUpgrade<Old, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedUpgrade")
    }
}

impl<Old: DeserializeOwned, F: 'static> UpgradeField for TypedUpgrade<Old, F> {
    fn upgrade(&self, field: &mut dyn Value, encoded: &[u8]) -> bool {
        let upgraded = serde_json::from_slice(encoded).ok().and_then(self.0);
        upgraded.map(|upgraded| *typed_mut(field) = upgraded).is_some()
    }
}

fn typed<F: 'static>(field: &dyn Value) -> &F {
    (field as &dyn Any).downcast_ref().expect("the derive pairs each field with a codec of its own type")
}

fn typed_mut<F: 'static>(field: &mut dyn Value) -> &mut F {
    (field as &mut dyn Any).downcast_mut().expect("the derive pairs each field with a codec of its own type")
}
