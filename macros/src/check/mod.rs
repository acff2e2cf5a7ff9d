//! What does not fit together: each rule is a function, each message says what is wrong and what to write instead.
//!
//! Rules that need the compiler's knowledge of types are not here but in the runtime, as traits and const assertions.

mod columns;
mod keys;
mod names;
mod types;

use syn::{Data, DeriveInput, Fields, FieldsNamed, GenericParam, spanned::Spanned};

use crate::{errors::Errors, model::Session};

/// The fields, if this is a struct that can be a session.
pub(crate) fn shape<'a>(input: &'a DeriveInput, errors: &Errors) -> Option<&'a FieldsNamed> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields,
            Fields::Unnamed(fields) => {
                errors.at(
                    fields.paren_token.span.join(),
                    "`Session` needs named fields to name columns and accessors; this is a tuple struct",
                );
                return None;
            }
            Fields::Unit => {
                let message = format!("`Session` needs at least one field; use `struct {} {{ .. }}`", input.ident);
                errors.at(input.ident.span(), message);
                return None;
            }
        },
        Data::Enum(data) => {
            let message = "`Session` can only be derived for structs with named fields; this is an enum";
            errors.at(data.enum_token.span(), message);
            return None;
        }
        Data::Union(data) => {
            errors.at(data.union_token.span(), "`Session` cannot be derived for unions");
            return None;
        }
    };
    if fields.named.is_empty() {
        errors.at(
            input.ident.span(),
            format!("`Session` needs at least one field; use `struct {} {{ .. }}`", input.ident),
        );
        return None;
    }
    let unsized_fields: Vec<_> =
        fields.named.iter().filter_map(|field| Some((&field.ty, types::unsized_field(&field.ty)?))).collect();
    for (ty, message) in &unsized_fields {
        errors.on(ty, message);
    }
    let generic = !input.generics.params.is_empty();
    for parameter in &input.generics.params {
        match parameter {
            GenericParam::Type(ty) => errors.at(
                ty.ident.span(),
                format!(
                    "a session type cannot be generic: one type is one table; write a concrete struct that contains `{}`",
                    ty.ident
                ),
            ),
            GenericParam::Const(constant) => errors.at(
                constant.ident.span(),
                format!("a session type cannot be generic: one type is one table; write the value of `{}` out", constant.ident),
            ),
            GenericParam::Lifetime(lifetime) => errors.at(
                lifetime.lifetime.span(),
                format!(
                    "a session outlives the request, so it cannot borrow; replace `&{} str` with `String`",
                    lifetime.lifetime
                ),
            ),
        }
    }
    (!generic && unsized_fields.is_empty()).then_some(fields)
}

/// Whether the type has a size, as far as tokens show it, so that a stand-in for its impls does no harm.
pub(crate) fn is_sized(input: &DeriveInput) -> bool {
    match &input.data {
        Data::Struct(data) => data.fields.iter().all(|field| types::unsized_field(&field.ty).is_none()),
        Data::Enum(_) | Data::Union(_) => true,
    }
}

/// Everything else that tokens can show.
pub(crate) fn session(session: &Session, errors: &Errors) {
    keys::check(session, errors);
    types::check(session, errors);
    names::check(session, errors);
    columns::check(session, errors);
}
