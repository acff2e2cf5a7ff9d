//! One key and its value: reading what is right, and saying of what is wrong what was expected and what was found.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprPath, Lit, LitInt, LitStr, Meta, Path, Result, Token, Variant,
    ext::IdentExt,
    parse::{ParseBuffer, ParseStream, discouraged::Speculative},
    token,
};

use super::{Keyed, MergeKey};
use crate::errors::Errors;

/// Calls `read` at each key of each `#[session(..)]`. A mistake in one skips to the next comma, so the keys behind it are
/// still read.
pub(super) fn each_key(attrs: &[Attribute], errors: &Errors, mut read: impl FnMut(&Entry<'_>) -> Result<()>) {
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
pub(super) struct Entry<'a> {
    pub(super) key: Ident,
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

    pub(super) fn once<T>(&self, slot: &mut Option<Keyed<T>>, value: T) -> Result<()> {
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

    pub(super) fn flag(&self) -> Result<()> {
        if self.input.peek(Token![=]) || self.input.peek(token::Paren) {
            return Err(self.input.error(format!("`{}` takes no value", self.key)));
        }
        Ok(())
    }

    /// `index` or `unique` on a field.
    pub(super) fn field_index(&self) -> Result<()> {
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
    pub(super) fn fields(&self) -> Result<Vec<Ident>> {
        let key = &self.key;
        let names = || -> Result<Vec<Ident>> {
            let list;
            syn::parenthesized!(list in self.input);
            let mut names = Vec::new();
            while !list.is_empty() {
                if list.peek(Token![where]) {
                    let error = list.error("conditions of an index are not generated; write that index in a migration");
                    list.parse::<TokenStream>()?;
                    return Err(error);
                }
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

    pub(super) fn string(&self, example: &str) -> Result<LitStr> {
        match self.literal("a string", &format!("\"{example}\""))? {
            Lit::Str(string) => Ok(string),
            other => Err(self.wrong_literal(&other, "a string", &format!("\"{example}\""))),
        }
    }

    pub(super) fn optional_string(&self, example: &str) -> Result<Option<LitStr>> {
        if self.has_value() { self.string(example).map(Some) } else { Ok(None) }
    }

    pub(super) fn integer(&self, example: u32) -> Result<LitInt> {
        match self.literal("an integer", &example.to_string())? {
            Lit::Int(integer) => Ok(integer),
            other => Err(self.wrong_literal(&other, "an integer", &example.to_string())),
        }
    }

    pub(super) fn path(&self) -> Result<Path> {
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

    pub(super) fn merge(&self) -> Result<MergeKey> {
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

    /// The path of a function.
    pub(super) fn function(&self, example: &str) -> Result<ExprPath> {
        self.equals(example)?;
        self.input.parse().or_else(|_| {
            let (key, found) = (&self.key, found(self.input));
            let error = self.input.error(format!(
                "expected the path of a function, found {found}; write `{key} = {example}`, without quotes"
            ));
            // A closure has commas, so nothing behind it could be read right.
            self.input.parse::<TokenStream>()?;
            Err(error)
        })
    }

    /// `default` or `default = expression`.
    pub(super) fn optional_expression(&self) -> Result<Option<Expr>> {
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
