//! Reading `#[session(..)]`: which keys there are, what each takes, and what a misspelt one was meant to be.
//!
//! Whether keys fit each other is not decided here but in `check`.

mod entry;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprPath, LitInt, LitStr, Path, Result};

use self::entry::{Entry, each_key};
use crate::{errors::Errors, name};

/// A value with the key that it was given for, so that an error about one can point at the other.
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// The keys on the struct.
#[derive(Default)]
pub(crate) struct StructKeys {
    pub(crate) table: Option<Keyed<LitStr>>,
    pub(crate) kind: Option<Keyed<LitStr>>,
    pub(crate) runtime: Option<Keyed<Path>>,
    pub(crate) rename_all: Option<Keyed<LitStr>>,
    pub(crate) strict: Option<Keyed<()>>,
    pub(crate) snapshot: Option<Keyed<LitStr>>,
    pub(crate) lock: Option<Keyed<LitStr>>,
    pub(crate) indexes: Vec<Keyed<IndexKey>>,
}

/// `index(a, b)` or `unique(a, b)`.
pub(crate) struct IndexKey {
    pub(crate) fields: Vec<Ident>,
    pub(crate) unique: bool,
}

/// The keys on a field.
#[derive(Default)]
pub(crate) struct FieldKeys {
    pub(crate) default: Option<Keyed<Option<Expr>>>,
    pub(crate) rename: Option<Keyed<LitStr>>,
    pub(crate) aliases: Vec<Keyed<LitStr>>,
    pub(crate) skip: Option<Keyed<()>>,
    pub(crate) column: Option<Keyed<Option<LitStr>>>,
    pub(crate) index: Option<Keyed<()>>,
    pub(crate) unique: Option<Keyed<()>>,
    pub(crate) max_len: Option<Keyed<LitInt>>,
    pub(crate) json: Option<Keyed<()>>,
    pub(crate) principal: Option<Keyed<()>>,
    pub(crate) flash: Option<Keyed<()>>,
    pub(crate) merge: Option<Keyed<MergeKey>>,
    pub(crate) renamed_from: Option<Keyed<LitStr>>,
    pub(crate) references: Option<Keyed<LitStr>>,
    pub(crate) on_delete: Option<Keyed<LitStr>>,
    pub(crate) upgrade: Option<Keyed<ExprPath>>,
    pub(crate) strict: Option<Keyed<()>>,
    pub(crate) secret: Option<Keyed<()>>,
    /// Every key above, in the order in which they are written.
    pub(crate) given: Vec<Ident>,
}

/// `merge = "policy"` or `merge = path::to::function`.
pub(crate) enum MergeKey {
    Policy(LitStr),
    Function(ExprPath),
}

impl StructKeys {
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut keys = Self::default();
        each_key(attrs, errors, |entry| match entry.key.to_string().as_str() {
            "table" => entry.string("carts").and_then(|value| entry.once(&mut keys.table, value)),
            "kind" => entry.string("cart").and_then(|value| entry.once(&mut keys.kind, value)),
            "crate" => entry.path().and_then(|value| entry.once(&mut keys.runtime, value)),
            "rename_all" => entry.string("camelCase").and_then(|value| entry.once(&mut keys.rename_all, value)),
            "strict" => entry.flag().and_then(|value| entry.once(&mut keys.strict, value)),
            "snapshot" => {
                entry.string("../migrations/cart.schema").and_then(|value| entry.once(&mut keys.snapshot, value))
            }
            "lock" => entry.string("cart.lock").and_then(|value| entry.once(&mut keys.lock, value)),
            unique @ ("index" | "unique") => {
                let value = IndexKey { fields: entry.fields()?, unique: unique == "unique" };
                keys.indexes.push(Keyed { key: entry.key.clone(), value });
                Ok(())
            }
            _ => Err(Place::Struct.unknown(&entry.key)),
        });
        keys
    }
}

impl FieldKeys {
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut keys = Self::default();
        each_key(attrs, errors, |entry| {
            keys.read(entry)?;
            keys.given.push(entry.key.clone());
            Ok(())
        });
        keys
    }

    fn read(&mut self, entry: &Entry<'_>) -> Result<()> {
        match entry.key.to_string().as_str() {
            "default" => entry.optional_expression().and_then(|value| entry.once(&mut self.default, value)),
            "rename" => entry.string("name").and_then(|value| entry.once(&mut self.rename, value)),
            "alias" => {
                self.aliases.push(Keyed { value: entry.string("old_name")?, key: entry.key.clone() });
                Ok(())
            }
            "skip" => entry.flag().and_then(|value| entry.once(&mut self.skip, value)),
            "column" => entry.optional_string("name").and_then(|value| entry.once(&mut self.column, value)),
            "index" => entry.field_index().and_then(|value| entry.once(&mut self.index, value)),
            "unique" => entry.field_index().and_then(|value| entry.once(&mut self.unique, value)),
            "max_len" => entry.integer(64).and_then(|value| entry.once(&mut self.max_len, value)),
            "json" => entry.flag().and_then(|value| entry.once(&mut self.json, value)),
            "principal" => entry.flag().and_then(|value| entry.once(&mut self.principal, value)),
            "flash" => entry.flag().and_then(|value| entry.once(&mut self.flash, value)),
            "merge" => entry.merge().and_then(|value| entry.once(&mut self.merge, value)),
            "renamed_from" => entry.string("old_name").and_then(|value| entry.once(&mut self.renamed_from, value)),
            "references" => entry.string("users(id)").and_then(|value| entry.once(&mut self.references, value)),
            "on_delete" => entry.string("cascade").and_then(|value| entry.once(&mut self.on_delete, value)),
            "upgrade" => entry.function("upgrade_cart").and_then(|value| entry.once(&mut self.upgrade, value)),
            "strict" => entry.flag().and_then(|value| entry.once(&mut self.strict, value)),
            "secret" => entry.flag().and_then(|value| entry.once(&mut self.secret, value)),
            _ => Err(Place::Field.unknown(&entry.key)),
        }
    }

    /// The first of the keys that give the field a column of its own.
    pub(crate) fn column_key(&self) -> Option<&Ident> {
        let flags = [&self.json, &self.principal, &self.index, &self.unique];
        let column = self.column.as_ref().map(|column| &column.key);
        column.or_else(|| flags.into_iter().find_map(|flag| flag.as_ref().map(|flag| &flag.key)))
    }
}

/// The keys on a type that derives `Column`.
#[derive(Default)]
pub(crate) struct ColumnKeys {
    pub(crate) runtime: Option<Keyed<Path>>,
    pub(crate) rename_all: Option<Keyed<LitStr>>,
}

impl ColumnKeys {
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut keys = Self::default();
        each_key(attrs, errors, |entry| match entry.key.to_string().as_str() {
            "crate" => entry.path().and_then(|value| entry.once(&mut keys.runtime, value)),
            "rename_all" => entry.string("snake_case").and_then(|value| entry.once(&mut keys.rename_all, value)),
            _ => Err(unknown(&entry.key, &["rename_all", "crate"])),
        });
        keys
    }
}

/// The keys on a variant of an enum that derives `Column`.
#[derive(Default)]
pub(crate) struct VariantKeys {
    pub(crate) rename: Option<Keyed<LitStr>>,
}

impl VariantKeys {
    pub(crate) fn parse(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut keys = Self::default();
        each_key(attrs, errors, |entry| match entry.key.to_string().as_str() {
            "rename" => entry.string("name").and_then(|value| entry.once(&mut keys.rename, value)),
            _ => Err(unknown(&entry.key, &["rename"])),
        });
        keys
    }
}

fn unknown(key: &Ident, keys: &[&str]) -> syn::Error {
    let name = key.to_string();
    let message = match name::closest(&name, keys.iter().copied()) {
        Some(meant) => format!("unknown key `{name}`; did you mean `{meant}`?"),
        None => format!("unknown key `{name}`; expected {}", list(keys)),
    };
    syn::Error::new(key.span(), message)
}

/// Where a key stands.
#[derive(Clone, Copy)]
enum Place {
    Struct,
    Field,
}

impl Place {
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &["table", "kind", "crate", "rename_all", "strict", "index", "unique", "snapshot", "lock"],
            Self::Field => &[
                "default",
                "rename",
                "alias",
                "skip",
                "column",
                "index",
                "unique",
                "max_len",
                "json",
                "principal",
                "flash",
                "merge",
                "renamed_from",
                "references",
                "on_delete",
                "upgrade",
                "strict",
                "secret",
            ],
        }
    }

    fn unknown(self, key: &Ident) -> syn::Error {
        let (other, here, there) = match self {
            Self::Struct => (Self::Field, "the struct", "a field"),
            Self::Field => (Self::Struct, "a field", "the struct"),
        };
        let name = key.to_string();
        let message = if other.keys().contains(&name.as_str()) {
            format!("`{name}` belongs on {there}, not on {here}")
        } else if let Some((_, hint)) = KEYS_OF_OTHERS.iter().find(|(other, _)| *other == name) {
            format!("unknown key `{name}`; {hint}")
        } else if let Some(meant) = name::closest(&name, self.keys().iter().copied()) {
            format!("unknown key `{name}`; did you mean `{meant}`?")
        } else {
            format!("unknown key `{name}`; expected one of {}", list(self.keys()))
        };
        syn::Error::new(key.span(), message)
    }
}

/// Keys that other derives have, and what to write here.
const KEYS_OF_OTHERS: [(&str, &str); 10] = [
    ("primary_key", "a session table has one primary key, `id`, which the store creates; use `unique`"),
    ("nullable", "write `Option<..>` around the field's type"),
    ("null", "write `Option<..>` around the field's type"),
    ("sql_type", "a column's type comes from the field's type"),
    ("type", "a column's type comes from the field's type"),
    ("length", "use `max_len`"),
    ("size", "use `max_len`"),
    ("foreign_key", "use `references = \"users(id)\"`"),
    ("belongs_to", "use `references = \"users(id)\"`"),
    ("schema", "put it in the connection's search path"),
];

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Where the runtime crate is.
#[derive(Clone)]
pub(crate) struct RuntimePath(TokenStream);

impl RuntimePath {
    pub(crate) fn new(path: Option<&Path>) -> Self {
        Self(path.map_or_else(|| quote!(::sessio), ToTokens::to_token_stream))
    }

    /// The path with this span, so that an error in what it leads to is shown there.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let tokens = self.0.clone().into_iter();
        tokens
            .map(|mut token| {
                token.set_span(token.span().located_at(span));
                token
            })
            .collect()
    }
}

impl ToTokens for RuntimePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
