//! Reading `#[session(..)]`: which keys there are, what each takes, and what a misspelt one was meant to be.
//!
//! A mistake in one key skips to the next comma, so the keys behind it are still read. Whether keys fit each other is not
//! decided here but in `check`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Expr, ExprPath, Lit, LitInt, LitStr, Meta, Path, Result, Token, Variant,
    ext::IdentExt,
    parse::{ParseBuffer, ParseStream, discouraged::Speculative},
    token,
};

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
    pub(crate) strict: Option<Keyed<()>>,
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
            "strict" => entry.flag().and_then(|value| entry.once(&mut self.strict, value)),
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

/// Where a key stands.
#[derive(Clone, Copy)]
enum Place {
    Struct,
    Field,
}

impl Place {
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &["table", "kind", "crate", "rename_all", "strict", "index", "unique"],
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
                "strict",
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
const KEYS_OF_OTHERS: [(&str, &str); 8] = [
    ("primary_key", "a session table has one primary key, `id`, which the store creates; use `unique`"),
    ("nullable", "write `Option<..>` around the field's type"),
    ("null", "write `Option<..>` around the field's type"),
    ("sql_type", "a column's type comes from the field's type"),
    ("type", "a column's type comes from the field's type"),
    ("length", "use `max_len`"),
    ("size", "use `max_len`"),
    ("schema", "put it in the connection's search path"),
];

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Calls `read` at each key of each `#[session(..)]`.
fn each_key(attrs: &[Attribute], errors: &Errors, mut read: impl FnMut(&Entry<'_>) -> Result<()>) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("session")) {
        let keys = match &attr.meta {
            Meta::List(list) if list.tokens.is_empty() => {
                errors.on(attr, "`#[session()]` is empty; remove it or pass a key");
                continue;
            }
            Meta::List(list) => list,
            Meta::Path(_) => {
                errors.on(attr, "`#[session]` is empty; remove it or pass a key: `#[session(..)]`");
                continue;
            }
            Meta::NameValue(_) => {
                errors.on(attr, "keys stand in parentheses: `#[session(..)]`");
                continue;
            }
        };
        let parsed = keys.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = Entry::parse(input).and_then(|entry| read(&entry).and_then(|()| entry.end())) {
                    errors.push(error);
                    skip_entry(input)?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        });
        if let Err(error) = parsed {
            errors.push(error);
        }
    }
}

fn skip_entry(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// One key and what stands behind it.
struct Entry<'a> {
    key: Ident,
    input: ParseStream<'a>,
    /// From the key on.
    whole: ParseBuffer<'a>,
}

impl<'a> Entry<'a> {
    fn parse(input: ParseStream<'a>) -> Result<Self> {
        let whole = input.fork();
        match input.call(Ident::parse_any) {
            Ok(key) => Ok(Self { key, input, whole }),
            Err(_) => Err(input.error(format!("expected a key, found {}", found(input)))),
        }
    }

    fn once<T>(&self, slot: &mut Option<Keyed<T>>, value: T) -> Result<()> {
        if slot.is_some() {
            return Err(syn::Error::new(self.key.span(), format!("`{}` is given twice", self.key)));
        }
        *slot = Some(Keyed { key: self.key.clone(), value });
        Ok(())
    }

    fn end(&self) -> Result<()> {
        if self.input.is_empty() || self.input.peek(Token![,]) {
            return Ok(());
        }
        Err(self.input.error(format!("expected `,`, found {}", found(self.input))))
    }

    fn flag(&self) -> Result<()> {
        if self.input.peek(Token![=]) || self.input.peek(token::Paren) {
            return Err(self.input.error(format!("`{}` takes no value", self.key)));
        }
        Ok(())
    }

    /// `index` or `unique` on a field.
    fn field_index(&self) -> Result<()> {
        if self.input.peek(token::Paren) {
            let key = &self.key;
            return Err(syn::Error::new(
                key.span(),
                format!("an index over several fields belongs on the struct: `#[session({key}(..))]`"),
            ));
        }
        self.flag()
    }

    /// `index(a, b)` or `unique(a, b)` on the struct.
    fn fields(&self) -> Result<Vec<Ident>> {
        let key = &self.key;
        let names = || -> Result<Vec<Ident>> {
            let list;
            syn::parenthesized!(list in self.input);
            let mut names = Vec::new();
            while !list.is_empty() {
                if !list.peek(Ident::peek_any) {
                    let error = list.error(format!("expected a field, found {}; write `{key}(a, b)`", found(&list)));
                    list.parse::<TokenStream>()?;
                    return Err(error);
                }
                names.push(list.call(Ident::parse_any)?);
                list.parse::<Option<Token![,]>>()?;
            }
            Ok(names)
        };
        if !self.input.peek(token::Paren) {
            return Err(syn::Error::new(key.span(), format!("`{key}` on the struct names its fields: `{key}(a, b)`")));
        }
        let names = names()?;
        if names.is_empty() {
            return Err(syn::Error::new(key.span(), format!("an index needs a field: `{key}(a, b)`")));
        }
        Ok(names)
    }

    fn string(&self, example: &str) -> Result<LitStr> {
        match self.literal("a string", &format!("\"{example}\""))? {
            Lit::Str(string) => Ok(string),
            other => Err(self.wrong_literal(&other, "a string", &format!("\"{example}\""))),
        }
    }

    fn optional_string(&self, example: &str) -> Result<Option<LitStr>> {
        if self.has_value() { self.string(example).map(Some) } else { Ok(None) }
    }

    fn integer(&self, example: u32) -> Result<LitInt> {
        match self.literal("an integer", &example.to_string())? {
            Lit::Int(integer) => Ok(integer),
            other => Err(self.wrong_literal(&other, "an integer", &example.to_string())),
        }
    }

    fn path(&self) -> Result<Path> {
        self.equals("::sessio")?;
        if self.input.peek(Lit) {
            return Err(self
                .input
                .error(format!("expected a path, found {}; write `crate = ::sessio`", found(self.input))));
        }
        let path = self.input.call(Path::parse_mod_style)?;
        let absolute = path.leading_colon.is_some()
            || path.segments.first().is_some_and(|first| first.ident == "crate" || first.ident == "$crate");
        if !absolute {
            return Err(syn::Error::new_spanned(
                path,
                "a relative path means something else in every module; begin it with `::` or `crate::`",
            ));
        }
        Ok(path)
    }

    fn merge(&self) -> Result<MergeKey> {
        self.equals("\"add\"")?;
        if self.input.peek(LitStr) {
            return self.input.parse().map(MergeKey::Policy);
        }
        self.input.parse().map(MergeKey::Function).or_else(|_| {
            let error = self.input.error(format!(
                "expected a policy such as `\"add\"` or the path of a function, found {}",
                found(self.input)
            ));
            // A closure has commas, so nothing behind it could be read right.
            self.input.parse::<TokenStream>()?;
            Err(error)
        })
    }

    /// `default` or `default = expression`.
    fn optional_expression(&self) -> Result<Option<Expr>> {
        if !self.has_value() {
            return Ok(None);
        }
        // A variant's discriminant is where syn reads any expression without its `full` feature, which would double
        // what everybody pays to build the derive. `default = expression` has the form of one.
        match self.whole.parse::<Variant>() {
            Ok(Variant { discriminant: Some((_, expression)), .. }) => {
                self.input.advance_to(&self.whole);
                Ok(Some(expression))
            }
            _ => Err(self.equals("1").err().unwrap_or_else(|| self.missing("1"))),
        }
    }

    fn has_value(&self) -> bool {
        self.input.peek(Token![=]) || self.input.peek(token::Paren)
    }

    fn equals(&self, example: &str) -> Result<()> {
        if !self.input.peek(Token![=]) {
            return Err(self.missing(example));
        }
        self.input.parse::<Token![=]>()?;
        if self.input.is_empty() || self.input.peek(Token![,]) { Err(self.missing(example)) } else { Ok(()) }
    }

    fn literal(&self, expected: &str, example: &str) -> Result<Lit> {
        self.equals(example)?;
        if !self.input.peek(Lit) {
            let key = &self.key;
            return Err(self
                .input
                .error(format!("expected {expected}, found {}; write `{key} = {example}`", found(self.input))));
        }
        self.input.parse()
    }

    fn missing(&self, example: &str) -> syn::Error {
        let key = &self.key;
        syn::Error::new(key.span(), format!("`{key}` needs a value; write `{key} = {example}`"))
    }

    fn wrong_literal(&self, literal: &Lit, expected: &str, example: &str) -> syn::Error {
        let (key, found) = (&self.key, kind_of(literal));
        syn::Error::new(literal.span(), format!("expected {expected}, found {found}; write `{key} = {example}`"))
    }
}

/// What comes next, for the end of an error message.
fn found(input: ParseStream<'_>) -> String {
    let ahead = input.fork();
    if let Ok(literal) = ahead.parse::<Lit>() {
        return kind_of(&literal).to_owned();
    }
    match input.fork().parse::<TokenTree>() {
        Ok(TokenTree::Group(_)) => "a group".to_owned(),
        Ok(token) => format!("`{token}`"),
        Err(_) => "nothing".to_owned(),
    }
}

fn kind_of(literal: &Lit) -> &'static str {
    match literal {
        Lit::Str(_) => "a string",
        Lit::ByteStr(_) | Lit::CStr(_) => "bytes",
        Lit::Byte(_) => "a byte",
        Lit::Char(_) => "a character",
        Lit::Int(_) => "an integer",
        Lit::Float(_) => "a floating point number",
        Lit::Bool(_) => "a boolean",
        _ => "a literal",
    }
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
