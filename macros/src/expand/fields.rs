//! For each field, the const that proves its type and holds what makes its first value.
//!
//! Everything else that is emitted names a field's type only through it, so each trait bound is met once and a type
//! that does not fit is one error.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprLit, Lit};

use super::{emit, first, fresh, proof};
use crate::{
    model::{self, Field, Reference, Session, without_self},
    shape::Shape,
};

pub(super) fn expand(session: &Session) -> TokenStream {
    let first_values = session.fields.iter().filter_map(|field| first_value(session, field));
    let proofs = session.stored().map(|field| prove(session, field));
    first_values.chain([not_clone()]).chain(proofs).collect()
}

/// Gives the types that are not `Clone` their answer.
fn not_clone() -> TokenStream {
    emit(|span| quote_spanned!(span=> #[allow(unused_imports)] use __sessio::NotClone as _;))
}

/// The first value where the accessors and `fresh()` need it.
pub(super) fn fresh_value(field: &Field) -> TokenStream {
    let name = fresh(&field.ident);
    if field.position.is_none() {
        return emit(|span| quote_spanned!(span=> #name()));
    }
    let access = access(field);
    emit(|span| quote_spanned!(span=> (#access.fresh)()))
}

/// Where the functions of a stored field are.
pub(super) fn access(field: &Field) -> TokenStream {
    let proof = proof(&field.ident);
    let step = field.column.is_some().then(|| emit(|span| quote_spanned!(span=> .field)));
    emit(|span| quote_spanned!(span=> #proof #step))
}

fn prove(session: &Session, field: &Field) -> TokenStream {
    let (ty, name, span) = (&field.ty, proof(&field.ident), first(&field.written));
    let fresh = if field.default.is_some() {
        fresh(&field.ident).to_token_stream()
    } else {
        quote_spanned!(span=> __sessio::fresh)
    };
    let clone = quote_spanned!(span=> __sessio::Cloning::<#ty>::CLONE);
    let Some(model::Column { name: column, reference, .. }) = &field.column else {
        return quote_spanned!(span=> const #name: __sessio::FieldOf<#ty> = __sessio::payload::<#ty>(#fresh).cloned(#clone););
    };
    let column = &column.text;
    let mut value = if field.keys.json.is_some() {
        quote_spanned!(span=> __sessio::json::<#ty>(#column, #fresh).cloned(#clone))
    } else if field.keys.principal.is_some() {
        let model = &session.ident;
        quote_spanned!(span=> __sessio::principal::<#model>(#column, #fresh).cloned(#clone))
    } else {
        quote_spanned!(span=> __sessio::column::<#ty>(#column, #fresh).cloned(#clone))
    };
    if let Some(max_len) = field.keys.max_len.as_ref().map(|max_len| &max_len.value) {
        value = quote_spanned!(span=> #value.max_len(#max_len));
    }
    if let Some(from) = field.keys.renamed_from.as_ref().map(|from| from.value.value()) {
        value = quote_spanned!(span=> #value.renamed_from(#from));
    }
    if let Some(Reference { table, column, on_delete }) = reference {
        let on_delete = Ident::new(on_delete, span);
        let on_delete = quote_spanned!(span=> __sessio::OnDelete::#on_delete);
        value = quote_spanned!(span=> #value.references(#table, #column, #on_delete));
    }
    let proof = quote_spanned!(span=> const #name: __sessio::ColumnOf<#ty> = #value;);
    proof.into_iter().chain(assertions(session, field)).collect()
}

/// What only the type knows, each in a const of its own: those are evaluated by `cargo check` too.
fn assertions(session: &Session, field: &Field) -> TokenStream {
    let max_len = field.keys.max_len.as_ref().map(|max_len| max_len.key.span());
    let set_null = field.keys.on_delete.as_ref().filter(|on_delete| on_delete.value.value() == "set null");
    let checks = [
        ("assert_may_be_null", set_null.map(|on_delete| on_delete.value.span())),
        ("assert_null_is_clear", matches!(field.shape, Shape::Option(..)).then(|| first(&field.written))),
        ("assert_has_length", max_len),
        ("assert_index_key", session.key_of(field)),
    ];
    let needed = checks.into_iter().filter_map(|(assertion, span)| Some((assertion, span?)));
    needed
        .map(|(assertion, span)| {
            let (assertion, proof) = (Ident::new(assertion, span), proof(&field.ident));
            quote_spanned!(span=> const _: () = __sessio::#assertion(&#proof);)
        })
        .collect()
}

/// The function of a first value that the struct says, or of one that has no const to stand in.
fn first_value(session: &Session, field: &Field) -> Option<TokenStream> {
    let is_stored = field.position.is_some();
    if is_stored && field.default.is_none() {
        return None;
    }
    let (ty, name) = (&field.ty, fresh(&field.ident));
    let value = match (field.default.as_ref().map(ungroup), &field.shape) {
        // What `default = "guest"` on a `String` can only mean.
        (Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })), Shape::Text) => {
            quote_spanned!(text.span()=> ::core::convert::From::from(#text))
        }
        (Some(default), _) => without_self(default.to_token_stream(), &session.ident),
        (None, _) => {
            let span = first(&field.written);
            quote_spanned!(span=> __sessio::fresh::<#ty>())
        }
    };
    Some(emit(|span| quote_spanned!(span=> fn #name() -> #ty { #value })))
}

/// The expression that a `macro_rules!` fragment wraps.
fn ungroup(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => ungroup(&group.expr),
        expression => expression,
    }
}
