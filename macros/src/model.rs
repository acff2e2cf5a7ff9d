//! The struct as sessions see it: which fields are stored, under which name, in which column, over which indexes.
//!
//! The stages behind this one read the model and never the attributes' syntax.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{Attribute, DeriveInput, Expr, FieldsNamed, LitStr, Type, Visibility, ext::IdentExt};

use crate::{
    attr::{FieldKeys, RuntimePath, StructKeys},
    errors::Errors,
    name::{self, Case},
    shape::Shape,
};

/// A struct that derives `Session`.
pub(crate) struct Session {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) runtime: RuntimePath,
    pub(crate) kind: Name,
    pub(crate) table: Name,
    pub(crate) fields: Vec<Field>,
    pub(crate) indexes: Vec<Index>,
    /// The checked-in file that the table is compared with.
    pub(crate) snapshot: Option<LitStr>,
    /// The checked-in file that the shapes of the stored fields are compared with.
    pub(crate) lock: Option<LitStr>,
}

/// A name and the token to blame for it.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A field of the struct.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The type as written, for its spans.
    pub(crate) written: Type,
    /// The type as it can be named outside the struct.
    pub(crate) ty: TokenStream,
    pub(crate) shape: Shape,
    /// The doc comment and the deprecation, which the accessors repeat.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) keys: FieldKeys,
    /// The name under which the field is stored.
    pub(crate) name: Name,
    pub(crate) default: Option<Expr>,
    pub(crate) strict: bool,
    /// Among the stored fields; none for a skipped field.
    pub(crate) position: Option<usize>,
    pub(crate) column: Option<Column>,
}

/// The column of a field that has one of its own.
pub(crate) struct Column {
    pub(crate) name: Name,
    /// Among the columns of the schema.
    pub(crate) position: usize,
    pub(crate) reference: Option<Reference>,
}

/// `references = "table(column)"`.
pub(crate) struct Reference {
    pub(crate) table: String,
    pub(crate) column: String,
    /// The variant of `OnDelete`.
    pub(crate) on_delete: &'static str,
}

impl Reference {
    /// What `on_delete` can say, and the variant of each.
    pub(crate) const ACTIONS: [(&str, &str); 3] =
        [("cascade", "Cascade"), ("set null", "SetNull"), ("restrict", "Restrict")];

    /// The reference, if the keys say one.
    fn of(keys: &FieldKeys) -> Option<Self> {
        let (table, column) = Self::parts(&keys.references.as_ref()?.value.value())?;
        let action = keys.on_delete.as_ref().map(|on_delete| on_delete.value.value());
        let action = Self::ACTIONS.into_iter().find(|(name, _)| action.as_deref() == Some(name));
        Some(Self { table, column, on_delete: action.map_or("Restrict", |(_, variant)| variant) })
    }

    /// The table and the column of `table(column)`.
    pub(crate) fn parts(text: &str) -> Option<(String, String)> {
        let (table, column) = text.trim().strip_suffix(')')?.split_once('(')?;
        Some((table.trim().to_owned(), column.trim().to_owned()))
    }
}

/// An index over the columns of these fields.
pub(crate) struct Index {
    /// Positions in [`Session::fields`], with the token that names each.
    pub(crate) fields: Vec<(usize, Span)>,
    pub(crate) unique: bool,
    pub(crate) key: Span,
}

impl Session {
    pub(crate) fn new(input: &DeriveInput, fields: &FieldsNamed, errors: &Errors) -> Self {
        let keys = StructKeys::parse(&input.attrs, errors);
        let kind = match &keys.kind {
            Some(kind) => Name::of(&kind.value),
            None => Name { text: name::snake(&input.ident.unraw().to_string()), span: input.ident.span() },
        };
        let table = match &keys.table {
            Some(table) => Name::of(&table.value),
            None => Name { text: format!("{}_sessions", kind.text), span: kind.span },
        };
        let case = keys.rename_all.as_ref().and_then(|rename_all| {
            let case = Case::parse(&rename_all.value.value());
            if case.is_none() {
                errors.at(rename_all.value.span(), unknown_case(&rename_all.value.value()));
            }
            case
        });
        let fields = Field::all(&input.ident, fields, case, keys.strict.is_some(), errors);
        let indexes = Index::all(&input.ident, &fields, &keys, errors);
        Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            runtime: RuntimePath::new(keys.runtime.as_ref().map(|runtime| &runtime.value)),
            kind,
            table,
            fields,
            indexes,
            snapshot: keys.snapshot.map(|snapshot| snapshot.value),
            lock: keys.lock.map(|lock| lock.value),
        }
    }

    /// The fields that are stored, in the order of their positions.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.position.is_some())
    }

    /// The fields that have a column, in the order of their columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Field, &Column)> {
        self.fields.iter().filter_map(|field| field.column.as_ref().map(|column| (field, column)))
    }

    /// The field that says whom the session belongs to.
    pub(crate) fn principal(&self) -> Option<&Field> {
        self.stored().find(|field| field.keys.principal.is_some())
    }

    /// The token that makes the field part of an index.
    pub(crate) fn key_of(&self, field: &Field) -> Option<Span> {
        let keys = self.indexes.iter().flat_map(|index| &index.fields);
        keys.filter(|(position, _)| self.fields[*position].ident == field.ident).map(|(_, span)| *span).next()
    }

    /// Older names of the field. A renamed column had its old name in the payload too, where a store keeps it there.
    pub(crate) fn aliases(&self, field: &Field) -> Vec<String> {
        let mut aliases: Vec<String> = field.keys.aliases.iter().map(|alias| alias.value.value()).collect();
        if let Some(from) = field.keys.renamed_from.as_ref().map(|from| from.value.value()) {
            let taken = self.stored().any(|field| {
                field.name.text == from || field.keys.aliases.iter().any(|alias| alias.value.value() == from)
            });
            if !taken {
                aliases.push(from);
            }
        }
        aliases
    }

    /// The methods that the struct gets. Where two would have one name, the first: the second is an error elsewhere.
    pub(crate) fn methods(&self) -> impl Iterator<Item = (&Field, Accessor)> {
        let mut names = HashSet::new();
        self.stored()
            .flat_map(|field| {
                field.accessors(self.has_finder(field)).into_iter().map(move |accessor| (field, accessor))
            })
            .filter(move |(field, accessor)| names.insert(accessor.method(&field.ident).to_string()))
    }

    /// Whether the field alone is the key of an index, so that a finder makes sense.
    pub(crate) fn has_finder(&self, field: &Field) -> bool {
        self.indexes
            .iter()
            .any(|index| matches!(index.fields[..], [(only, _)] if self.fields[only].ident == field.ident))
    }
}

/// What is said about a case that nobody knows.
pub(crate) fn unknown_case(text: &str) -> String {
    let names = Case::NAMES.map(|(name, _)| name);
    format!("unknown case `{text}`; expected {}", crate::attr::list(&names))
}

impl Name {
    fn of(literal: &LitStr) -> Self {
        Self { text: literal.value(), span: literal.span() }
    }
}

impl Field {
    fn all(model: &Ident, fields: &FieldsNamed, case: Option<Case>, strict: bool, errors: &Errors) -> Vec<Self> {
        let (mut stored, mut columns) = (0.., 0..);
        let named = fields.named.iter().filter_map(|field| field.ident.clone().map(|ident| (ident, field)));
        named
            .map(|(ident, field)| {
                let keys = FieldKeys::parse(&field.attrs, errors);
                let plain = ident.unraw().to_string();
                let name = match (&keys.rename, case) {
                    (Some(rename), _) => Name::of(&rename.value),
                    (None, Some(case)) => Name { text: case.apply(&plain), span: ident.span() },
                    (None, None) => Name { text: plain, span: ident.span() },
                };
                let column = keys.column_key().filter(|_| keys.skip.is_none()).and_then(|_| {
                    let explicit = keys.column.as_ref().and_then(|column| column.value.as_ref());
                    let name = explicit.map_or_else(|| name.clone(), Name::of);
                    columns.next().map(|position| Column { name, position, reference: Reference::of(&keys) })
                });
                Self {
                    ty: without_self(field.ty.to_token_stream(), model),
                    shape: Shape::of(&field.ty),
                    attrs: field.attrs.iter().filter(|attr| is_repeated(attr)).cloned().collect(),
                    default: keys.default.as_ref().and_then(|default| default.value.clone()),
                    strict: strict || keys.strict.is_some(),
                    position: if keys.skip.is_some() { None } else { stored.next() },
                    written: field.ty.clone(),
                    ident,
                    keys,
                    name,
                    column,
                }
            })
            .collect()
    }

    /// The field's name without `r#`, for messages and docs.
    pub(crate) fn plain(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The methods that the field gets.
    pub(crate) fn accessors(&self, has_finder: bool) -> Vec<Accessor> {
        let mut accessors = Vec::new();
        if self.position.is_some() {
            accessors.extend([Accessor::Get, Accessor::Set, Accessor::Mut, Accessor::Clear]);
            if self.keys.flash.is_some() {
                accessors.push(Accessor::Take);
            }
            if has_finder && self.keys.json.is_none() {
                accessors.extend([Accessor::Find, Accessor::Delete]);
            }
        }
        accessors
    }
}

/// A method that a field gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Accessor {
    Get,
    Set,
    Mut,
    Clear,
    Take,
    Find,
    Delete,
}

impl Accessor {
    /// The method's name. It carries the field's span, so that an editor leads from a call to the field.
    pub(crate) fn method(self, field: &Ident) -> Ident {
        match self {
            Self::Get => field.clone(),
            Self::Set => format_ident!("set_{}", field),
            Self::Mut => format_ident!("{}_mut", field),
            Self::Clear => format_ident!("clear_{}", field),
            Self::Take => format_ident!("take_{}", field),
            Self::Find => format_ident!("find_by_{}", field),
            Self::Delete => format_ident!("delete_by_{}", field),
        }
    }
}

impl Index {
    fn all(model: &Ident, fields: &[Field], keys: &StructKeys, errors: &Errors) -> Vec<Self> {
        let single = fields.iter().enumerate().filter_map(|(position, field)| {
            let unique = field.keys.unique.as_ref();
            let key = unique.or(field.keys.index.as_ref()).or(field.keys.principal.as_ref())?.key.span();
            field.column.is_some().then(|| Self { fields: vec![(position, key)], unique: unique.is_some(), key })
        });
        let declared = keys.indexes.iter().filter_map(|index| {
            let positions = index.value.fields.iter().map(|name| {
                let position = fields.iter().position(|field| field.ident.unraw() == name.unraw());
                if position.is_none() {
                    errors.at(name.span(), unknown_field(model, fields, &name.unraw().to_string()));
                }
                position.map(|position| (position, name.span()))
            });
            // Collected first, so that every unknown name is reported and not only the first.
            let positions: Vec<_> = positions.collect();
            let fields = positions.into_iter().collect::<Option<_>>()?;
            Some(Self { fields, unique: index.value.unique, key: index.key.span() })
        });
        single.chain(declared).collect()
    }
}

fn unknown_field(model: &Ident, fields: &[Field], name: &str) -> String {
    let column = |field: &&Field| field.column.as_ref().is_some_and(|column| column.name.text == name);
    if let Some(field) = fields.iter().find(column) {
        return format!("an index names fields; `{name}` is the column of field `{}`", field.plain());
    }
    let names: Vec<String> = fields.iter().map(Field::plain).collect();
    match name::closest(name, names.iter().map(String::as_str)) {
        Some(meant) => format!("index names `{name}`, which is not a field of `{model}`; did you mean `{meant}`?"),
        None => format!("index names `{name}`, which is not a field of `{model}`"),
    }
}

fn is_repeated(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") || attr.path().is_ident("deprecated")
}

/// `Self` means the struct only inside its own definition; what is emitted stands outside.
pub(crate) fn without_self(tokens: TokenStream, model: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let mut model = model.clone();
                model.set_span(ident.span());
                TokenTree::Ident(model)
            }
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), without_self(group.stream(), model));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}
